using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Desks;

/// <summary>
/// Works the orders of one instrument at one venue that the venue does not work itself: waits for triggers, shows an
/// order in slices or tips, keeps two ways out of one quantity apart, and ends what has expired. The venue only sees
/// child orders, each an ordinary <see cref="Order"/>, sent when their parent's time has come.
/// </summary>
/// <remarks>
/// Invariants (DeskPropertyTests): what children have filled, and the one child under way may still fill, is never
/// above the parent's quantity; a parent has at most one child under way, and the next is sent only when the last one's
/// end is known with all its fills; a trigger fires once; children are sent in the order of their triggers' prices,
/// then of their numbers; the funds are held from before the first child until after the last, and spent by children
/// only.
/// <para>All that depends on a price is decided at a look at the market, from the look and the state; a look that
/// changes nothing stores nothing, and costs O(log n). A look that is old decides nothing. A trailing stop follows the
/// prices that the desk was told of.</para>
/// <para>Decisions are in <see cref="DeskDecisions"/> and <see cref="DeskMatching"/>, the state and its evolution in
/// <see cref="DeskState"/>, what committed events ask of others in <see cref="DeskEffects"/>.</para>
/// </remarks>
public static class OrderDesk
{
    public const string Category = "desk";

    /// <summary>Orders one desk may hold; at the bound a new one is refused.</summary>
    public const int OrdersMax = 250_000;

    /// <summary>Orders whose coming or refusal is remembered; see <see cref="OutcomeMemory{TEvent}"/>.</summary>
    public const int OutcomesMax = 500_000;

    /// <summary>Triggers, children or ends that one command leads to, at most; the next look or wake-up goes
    /// on.</summary>
    public const int StepMax = 256;

    /// <summary>Children in a row that filled nothing and ended against the desk's will: then the order ends.</summary>
    public const int RefusalsMax = 8;

    /// <summary>Fills all children of an order may have: half of what a hold may have, since a child may have many.
    /// </summary>
    public const int FillsMax = 5_000;

    /// <summary>The account must hold the funds within this time of the order's coming.</summary>
    public static readonly TimeSpan HoldWithin = TimeSpan.FromMinutes(1);

    /// <summary>A look at the market that is older decides nothing.</summary>
    public static readonly TimeSpan LookAgeMax = TimeSpan.FromSeconds(5);

    /// <summary>An order that must trade at once, or show that it would not, and that no look came to, ends after this.
    /// </summary>
    public static readonly TimeSpan LookedAtWithin = TimeSpan.FromSeconds(30);

    /// <summary>After a child that filled nothing the next is sent after this, each time twice as long, up to a minute.
    /// </summary>
    public static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(1);

    public static readonly EntityDefinition<DeskState, Command, Event, Rejection> Definition = new()
    {
        Category = Category,
        Create = static key => new DeskState(key),
        Decide = DeskDecisions.Decide,
        Evolve = static (state, e) => state.Evolve(e),
        React = DeskEffects.React,
        Outstanding = DeskEffects.Outstanding,
        WakeAt = static state => state.WakeAt,
        OnWake = static (_, _) => new Command.Wake(),
        ViewType = typeof(DeskView),
        View = static state => state.ToView(),
        SnapshotType = typeof(DeskSnapshot),
        Capture = static state => state.Capture(),
        Restore = static snapshot => DeskState.Restore((DeskSnapshot)snapshot),
        Limits = new EntityLimits { MailboxCapacity = 65_536, SnapshotEveryEvents = 2_000 },
    };

    /// <summary>The desk of an instrument at a venue.</summary>
    public static EntityId IdOf(string venue, Symbol symbol) => new(Category, $"{venue}:{symbol.Base}-{symbol.Quote}");

    public abstract record Command : ICommand
    {
        private Command()
        {
        }

        /// <summary>Takes an order, or refuses it for good, and has its funds held.</summary>
        /// <param name="Bot">Who is told of fills and of the end; null for nobody.</param>
        /// <param name="Deadline">A repeat that comes later is refused, unless the order is here.</param>
        public sealed record Place(OrderId OrderId, BotId? Bot, VenueOrder Order, DateTimeOffset Deadline)
            : Command, INaturallyIdempotent;

        /// <summary>Ends an order when its child has; passes in every mode. By who placed it or an operator.</summary>
        public sealed record Cancel(OrderId OrderId, string Why) : Command, INaturallyIdempotent;

        // Only the cluster sends these and all that follow.

        /// <summary>The market at an instant; what is not known is null.</summary>
        /// <param name="At">Of the tick.</param>
        /// <param name="Capabilities">What the venue does by itself.</param>
        public sealed record Look(
            DateTimeOffset At, decimal? Bid, decimal? Ask, decimal? Last, VenueCapabilities Capabilities)
            : Command, INaturallyIdempotent
        {
            /// <summary>Halfway between bid and ask; null when a side is missing.</summary>
            public decimal? Mid => Bid is { } bid && Ask is { } ask ? bid + ((ask - bid) / 2) : null;

            /// <summary>The market in a tick; null where it holds no price.</summary>
            public static Look? Of(Tick tick, VenueCapabilities capabilities)
            {
                ArgumentNullException.ThrowIfNull(tick);
                return tick.Bid is null && tick.Ask is null && tick.Last is null
                    ? null
                    : new Look(tick.At, tick.Bid, tick.Ask, tick.Last, capabilities);
            }

            public decimal? PriceOf(TriggerSource source) => source switch
            {
                TriggerSource.Last => Last,
                TriggerSource.Bid => Bid,
                TriggerSource.Ask => Ask,
                _ => Mid,
            };
        }

        /// <summary>Do what is due by now: expiries, slices.</summary>
        public sealed record Wake : Command, INaturallyIdempotent;

        public sealed record RecordFundsHeld(OrderId OrderId) : Command, INaturallyIdempotent;

        public sealed record RecordHoldRefused(OrderId OrderId, string Code) : Command, INaturallyIdempotent;

        public sealed record RecordChildPlaced(OrderId OrderId, int Number) : Command, INaturallyIdempotent;

        /// <summary>The child never came to be.</summary>
        public sealed record RecordChildRefused(OrderId OrderId, int Number, string Code)
            : Command, INaturallyIdempotent;

        public sealed record RecordChildCancelHeard(OrderId OrderId, int Number) : Command, INaturallyIdempotent;

        /// <summary>A child has ended, and all its fills are settled or refused.</summary>
        /// <param name="Filled">Base units of the base token.</param>
        /// <param name="Spent">Of the token the order pays with, fees included.</param>
        /// <param name="NeedsOperator">A fill could not be booked.</param>
        public sealed record RecordChildEnded(
            OrderId OrderId,
            int Number,
            OrderState State,
            UInt256 Filled,
            UInt256 Spent,
            int Fills,
            bool NeedsOperator,
            string? Reason) : Command, INaturallyIdempotent;

        public sealed record RecordHoldReleased(OrderId OrderId, UInt256 Amount) : Command, INaturallyIdempotent;

        /// <summary>The bot knows that the order has ended.</summary>
        public sealed record RecordEndKnown(OrderId OrderId) : Command, INaturallyIdempotent;
    }

    // Stored for ever: add cases, and fields with defaults at the end; never rename or change one.
    public abstract record Event : IEvent
    {
        private Event()
        {
        }

        /// <param name="By">Who placed it.</param>
        /// <param name="Hold">What the account is to hold, of <see cref="VenueOrder.HoldToken"/>.</param>
        [StoredName("desk.order-received.v1")]
        public sealed record OrderReceived(
            OrderId OrderId,
            BotId? Bot,
            VenueOrder Order,
            string By,
            UInt256 Hold,
            DateTimeOffset Deadline,
            DateTimeOffset At) : Event;

        /// <summary>An order that did not and will not come to the desk.</summary>
        [StoredName("desk.order-refused.v1")]
        public sealed record OrderRefused(
            OrderId OrderId, AccountId Account, string Reason, DateTimeOffset Deadline, DateTimeOffset At) : Event;

        /// <summary>From now on the order waits for its triggers, or is worked.</summary>
        [StoredName("desk.funds-held.v1")]
        public sealed record FundsHeld(OrderId OrderId, DateTimeOffset At) : Event;

        /// <summary>A price that is a new high, as triggers of this side see it, for trailing stops.</summary>
        [StoredName("desk.high-seen.v1")]
        public sealed record HighSeen(Side Side, TriggerSource Source, Price Price, DateTimeOffset At) : Event;

        /// <summary>A leg is worked from now on; another leg is out.</summary>
        /// <param name="Price">The market's price that reached it.</param>
        [StoredName("desk.order-triggered.v1")]
        public sealed record OrderTriggered(OrderId OrderId, int Leg, decimal Price, DateTimeOffset At) : Event;

        /// <summary>So many slices of a TWAP may be worked now.</summary>
        [StoredName("desk.slices-due.v1")]
        public sealed record SlicesDue(OrderId OrderId, int Slices, DateTimeOffset At) : Event;

        /// <summary>A child will be sent: written before it is.</summary>
        /// <param name="Number">1, 2, 3 … within the order.</param>
        /// <param name="ReferencePrice">The middle of the child's price collar.</param>
        /// <param name="SpendMax">What the child may spend of the hold.</param>
        [StoredName("desk.child-started.v1")]
        public sealed record ChildStarted(
            OrderId OrderId,
            int Number,
            OrderId ChildId,
            int Leg,
            UInt256 Quantity,
            decimal? LimitPrice,
            decimal ReferencePrice,
            TimeInForce TimeInForce,
            DateTimeOffset? ExpiresAt,
            bool PostOnly,
            UInt256 SpendMax,
            DateTimeOffset At) : Event;

        [StoredName("desk.child-placed.v1")]
        public sealed record ChildPlaced(OrderId OrderId, int Number) : Event;

        /// <summary>The child is to end, so that the order can end or go on otherwise.</summary>
        [StoredName("desk.child-cancel-requested.v1")]
        public sealed record ChildCancelRequested(OrderId OrderId, int Number, string Why, DateTimeOffset At) : Event;

        [StoredName("desk.child-cancel-heard.v1")]
        public sealed record ChildCancelHeard(OrderId OrderId, int Number) : Event;

        /// <param name="State">A final state; of a child that never came to be, denied.</param>
        [StoredName("desk.child-ended.v1")]
        public sealed record ChildEnded(
            OrderId OrderId,
            int Number,
            OrderState State,
            UInt256 Filled,
            UInt256 Spent,
            int Fills,
            bool NeedsOperator,
            string? Reason,
            DateTimeOffset At) : Event;

        /// <summary>The order ends as soon as its child has, or its funds are held; no other child is sent.</summary>
        [StoredName("desk.end-requested.v1")]
        public sealed record EndRequested(OrderId OrderId, OrderState State, string Reason, DateTimeOffset At) : Event;

        /// <param name="State">A final state.</param>
        [StoredName("desk.order-ended.v1")]
        public sealed record OrderEnded(OrderId OrderId, OrderState State, string Reason, DateTimeOffset At) : Event;

        [StoredName("desk.hold-released.v1")]
        public sealed record HoldReleased(OrderId OrderId, UInt256 Amount) : Event;

        [StoredName("desk.end-reported.v1")]
        public sealed record EndReported(OrderId OrderId) : Event;

        /// <summary>Everybody knows of the end; the desk forgets the order.</summary>
        [StoredName("desk.order-forgotten.v1")]
        public sealed record OrderForgotten(OrderId OrderId) : Event;
    }

    // In the order Decide checks them.
    public abstract record Rejection(string Code) : IRejection
    {
        public sealed record NotPermitted(string Principal) : Rejection("not-permitted");

        public sealed record IdReused(OrderId OrderId) : Rejection("order-id-reused");

        /// <param name="Field">The field of the terms that is wrong.</param>
        public sealed record InvalidTerms(string Field, string Why) : Rejection("order-terms-invalid");

        /// <summary>The risk check denies a leg; nothing left.</summary>
        /// <param name="Leg">From 0.</param>
        public sealed record LegDenied(int Leg, Denial Denial) : Rejection("order-denied");

        public sealed record UnknownOrder(OrderId OrderId) : Rejection("order-unknown");

        /// <summary>Not an outcome: ask again when outcomes have expired.</summary>
        public sealed record TooManyOutcomes(int Max) : Rejection("too-many-outcomes");
    }
}

/// <summary>What readers see of a desk.</summary>
/// <param name="Waiting">Triggers that are waited for.</param>
/// <param name="Ready">Orders whose next child is sent at a look.</param>
/// <param name="Children">Children under way.</param>
/// <param name="Untold">Orders of which somebody has something to hear still.</param>
public sealed record DeskView(string Key, int Orders, int Waiting, int Ready, int Children, int Untold);
