using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Books;

/// <summary>
/// The open orders of one pool. Accounts place and cancel orders here and hold the money; whoever watches the pool
/// tells the book what it looks like, and the book says which orders trade now, in the order of price, then time. Each
/// fill is a swap of the order's account within the order's limit, so the pool itself has the last word: a price that
/// has moved meanwhile, or a look that is old, can only cost a fill, never fill anyone below a limit.
/// </summary>
/// <remarks>
/// Invariants (OrderBookPropertyTests): amounts are given to orders by limit, then by number; no fill asks the pool for
/// less than the order's limit; what is sold and being sold of an order is never above its amount; an order has at most
/// one fill under way and ends once; the indexes hold exactly the orders that wait for what they stand for. A price
/// that changes nothing is not stored; a trailing stop follows the prices that the book was told of.
/// <para>Between two looks at the pool everything depends on events alone: an order that must be filled or refused at
/// once is so at the first look after it came. While fills of one look are under way no others begin, so that later
/// orders do not overtake them; but not longer than those fills may take.</para>
/// <para>Decisions are in <see cref="BookDecisions"/> and <see cref="BookMatching"/>, the state and its evolution in
/// <see cref="BookState"/>, what committed events ask of accounts in <see cref="BookEffects"/>.</para>
/// </remarks>
public static class OrderBook
{
    public const string Category = "book";

    /// <summary>Orders one book may hold; at the bound a new one is refused.</summary>
    public const int OrdersMax = 250_000;

    /// <summary>Orders whose coming or refusal is remembered; see <see cref="OutcomeMemory{TEvent}"/>.</summary>
    public const int OutcomesMax = 500_000;

    /// <summary>Fills, triggers or ends that one command leads to, at most; the next look or wake-up goes on.</summary>
    public const int StepMax = 256;

    /// <summary>A fill must happen within this time of its start.</summary>
    public static readonly TimeSpan FillWithin = TimeSpan.FromSeconds(10);

    /// <summary>A look at the pool that is older decides nothing.</summary>
    public static readonly TimeSpan LookAgeMax = TimeSpan.FromSeconds(5);

    /// <summary>An order that must trade at once, or show that it would not, and that no look at the pool came to, ends
    /// after this.</summary>
    public static readonly TimeSpan LookedAtWithin = TimeSpan.FromSeconds(30);

    /// <summary>A refused fill is tried again after this, each time twice as long, up to a minute.</summary>
    public static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>From the end of one part of a split order to the beginning of the next, at least: so long the price has
    /// to return.</summary>
    public static readonly TimeSpan SliceApart = TimeSpan.FromSeconds(2);

    public static readonly EntityDefinition<BookState, Command, Event, Rejection> Definition = new()
    {
        Category = Category,
        Create = key => new BookState(PoolId.Parse(key)),
        Decide = BookDecisions.Decide,
        Evolve = static (state, e) => state.Evolve(e),
        React = BookEffects.React,
        Outstanding = BookEffects.Outstanding,
        WakeAt = static state => state.WakeAt,
        OnWake = static (_, _) => new Command.Wake(),
        ViewType = typeof(BookView),
        View = static state => state.ToView(),
        SnapshotType = typeof(BookSnapshot),
        Capture = static state => state.Capture(),
        Restore = static snapshot => BookState.Restore((BookSnapshot)snapshot),
        Limits = new EntityLimits { MailboxCapacity = 65_536, SnapshotEveryEvents = 2_000 },
    };

    /// <summary>The book of this pool.</summary>
    public static EntityId IdOf(PoolId pool) => new(Category, pool.Value);

    // Only the cluster sends these.
    public abstract record Command : ICommand
    {
        private Command()
        {
        }

        /// <summary>Takes an order whose money the account holds, or refuses it for good.</summary>
        /// <param name="Deadline">A repeat that comes later is refused, unless the order is here.</param>
        public sealed record Place(
            Guid OrderId,
            AccountId Account,
            PoolOrder Order,
            DateTimeOffset Deadline,
            SandwichProtection Protection = SandwichProtection.None,
            TriggerMean? TriggerBy = null) : Command, INaturallyIdempotent;

        /// <summary>Ends an order, when a fill under way has ended; one that has not come yet is refused.</summary>
        public sealed record Cancel(Guid OrderId, AccountId Account, string Why, DateTimeOffset Deadline)
            : Command, INaturallyIdempotent;

        /// <summary>What the pool looks like.</summary>
        /// <param name="Means">Its prices over time, of those windows that are covered.</param>
        public sealed record Look(DateTimeOffset SeenAt, PoolView Pool, SeenMean[]? Means = null)
            : Command, INaturallyIdempotent;

        /// <summary>Do what is due by now: expiries, slices.</summary>
        public sealed record Wake : Command, INaturallyIdempotent;

        public sealed record RecordFill(Guid OrderId, int Number, UInt256 AmountOut) : Command, INaturallyIdempotent;

        public sealed record RecordFillRefused(Guid OrderId, int Number, string Reason)
            : Command, INaturallyIdempotent;

        /// <summary>The account knows that the order has ended.</summary>
        public sealed record RecordEndKnown(Guid OrderId) : Command, INaturallyIdempotent;
    }

    // Stored for ever: add cases, and fields with defaults at the end; never rename or change one.
    public abstract record Event : IEvent
    {
        private Event()
        {
        }

        [StoredName("book.order-received.v1")]
        public sealed record OrderReceived(
            Guid OrderId,
            AccountId Account,
            PoolOrder Order,
            DateTimeOffset Deadline,
            DateTimeOffset At,
            SandwichProtection Protection = SandwichProtection.None,
            TriggerMean? TriggerBy = null) : Event;

        /// <summary>An order that did not and will not come into the book.</summary>
        [StoredName("book.order-refused.v1")]
        public sealed record OrderRefused(
            Guid OrderId, AccountId Account, string Reason, DateTimeOffset Deadline, DateTimeOffset At) : Event;

        /// <summary>A post-only order was looked at and would not have traded: it stands in line from now on.</summary>
        [StoredName("book.order-rested.v1")]
        public sealed record OrderRested(Guid OrderId, DateTimeOffset At) : Event;

        /// <summary>A price that is a new high for trailing stops of this direction.</summary>
        /// <param name="TriggerBy">Which price; null for that of the moment.</param>
        [StoredName("book.high-seen.v1")]
        public sealed record HighSeen(
            TokenId TokenIn, TokenId TokenOut, Price Price, DateTimeOffset At, TriggerMean? TriggerBy = null) : Event;

        /// <summary>A leg trades from now on, at its limit or better; another leg is out.</summary>
        /// <param name="Spot">The price that triggered it.</param>
        [StoredName("book.order-triggered.v1")]
        public sealed record OrderTriggered(Guid OrderId, int Leg, Price Spot, Price Limit, DateTimeOffset At) : Event;

        /// <summary>So many slices of a TWAP may trade now.</summary>
        [StoredName("book.slices-due.v1")]
        public sealed record SlicesDue(Guid OrderId, int Slices, DateTimeOffset At) : Event;

        /// <summary>The account is asked to swap this part. Written before it is.</summary>
        /// <param name="Number">1, 2, 3 … within the order.</param>
        /// <param name="IsPrivate">Nobody may see it before it has happened.</param>
        [StoredName("book.fill-started.v1")]
        public sealed record FillStarted(
            Guid OrderId, int Number, UInt256 AmountIn, UInt256 MinAmountOut, DateTimeOffset Deadline,
            DateTimeOffset At, bool IsPrivate = false) : Event;

        /// <param name="AmountIn">What was sold; zero in events that were stored before they told it.</param>
        [StoredName("book.fill-settled.v1")]
        public sealed record FillSettled(
            Guid OrderId, int Number, UInt256 AmountOut, DateTimeOffset At, UInt256 AmountIn = default) : Event;

        /// <summary>The part did not trade; it stands in line again where it was.</summary>
        [StoredName("book.fill-refused.v1")]
        public sealed record FillRefused(Guid OrderId, int Number, string Reason, DateTimeOffset At) : Event;

        /// <summary>The order ends as soon as its fill has; no other begins.</summary>
        [StoredName("book.end-requested.v1")]
        public sealed record EndRequested(Guid OrderId, PoolOrderEnd End, string Reason, DateTimeOffset At) : Event;

        [StoredName("book.order-ended.v1")]
        public sealed record OrderEnded(Guid OrderId, PoolOrderEnd End, string Reason, DateTimeOffset At) : Event;

        /// <summary>The account knows of the end; the book forgets the order.</summary>
        [StoredName("book.order-forgotten.v1")]
        public sealed record OrderForgotten(Guid OrderId) : Event;
    }

    public abstract record Rejection(string Code) : IRejection
    {
        public sealed record NotPermitted(string Principal) : Rejection("not-permitted");

        public sealed record IdReused(Guid Id) : Rejection("id-reused");

        /// <summary>Not an outcome: ask again when outcomes have expired.</summary>
        public sealed record TooManyOutcomes(int Max) : Rejection("too-many-outcomes");
    }
}

/// <summary>How an order of a pool ended. Stored by number.</summary>
public enum PoolOrderEnd
{
    /// <summary>All of it was sold.</summary>
    Filled = 0,

    /// <summary>By its owner or an operator.</summary>
    Cancelled = 1,

    /// <summary>Its time was over.</summary>
    Expired = 2,

    /// <summary>By the book, since its terms ask for that: what did not trade at once, a post-only order that would
    /// trade, tokens that the pool does not trade.</summary>
    Ended = 3,
}

/// <summary>What readers see of a book: how many orders it holds, and the first of each direction.</summary>
public sealed record BookView(PoolId Pool, int Orders, int FillsUnderWay, int EndsUntold, BookSideView[] Sides);

/// <summary>One direction of a book.</summary>
/// <param name="Resting">Orders that trade at their limit.</param>
/// <param name="Waiting">Legs that wait for their trigger.</param>
/// <param name="BestLimit">The lowest limit; null where no order rests.</param>
public sealed record BookSideView(TokenId TokenIn, TokenId TokenOut, int Resting, int Waiting, Price? BestLimit);
