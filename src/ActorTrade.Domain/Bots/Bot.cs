using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Bots;

/// <summary>
/// A strategy that trades with one account's money. The entity is the bot's conscience, not its brain: it keeps who
/// owns it, what it may do, what it has open, holds and has earned, and lets nothing leave that breaks a limit. What to
/// trade is decided outside, by a strategy whose memory may be lost at any time.
/// </summary>
/// <remarks>
/// Invariants, each with a property test in <c>BotProperties</c>: no accepted order breaks a limit at the
/// time it is sent; a position is the sum of its fills; Realised = cash flow + book cost, exactly; a fill
/// counts once; everything intended stays outstanding until it is answered. Order and trade ids follow from
/// the bot's id and a counter that never goes back, so a repeat after a crash names the same order. A day is
/// a UTC day of <see cref="CommandContext.Now"/>.
/// </remarks>
public static class Bot
{
    public const string Category = "bot";

    public const int ParametersMax = 64;
    public const int ParameterLengthMax = 256;
    public const int NameLengthMax = 64;
    public const int InstrumentsMax = 16;
    public const int HopsMax = 8;
    public const int ReasonLengthMax = 256;

    /// <summary>Fills one order, or one child of a desk's order, may have; more are rejected (the order's own journal
    /// still has them).</summary>
    public const int FillsPerOrderMax = 1000;

    /// <summary>Closed orders whose late fills are still recognised; a later one is
    /// rejected as an unknown order.</summary>
    public const int ClosedOrdersRemembered = 128;

    /// <summary>A desk must have taken an order within this time of its intention, or it never does.</summary>
    public static readonly TimeSpan DeskTakesWithin = TimeSpan.FromMinutes(1);

    /// <summary>An effect without an answer is asked about again after this; each
    /// time twice as long, up to an hour.</summary>
    public static readonly TimeSpan CheckAfter = TimeSpan.FromSeconds(30);

    public static readonly EntityDefinition<State, Command, Event, Rejection> Definition = new()
    {
        Category = Category,
        Create = key => new State(key),
        Decide = BotDecisions.Decide,
        Evolve = Evolve,
        React = BotEffects.React,
        Outstanding = BotEffects.Outstanding,
        WakeAt = state => state.WakeAt,
        OnWake = (_, _) => new Command.CheckUnanswered(),
        ViewType = typeof(BotView),
        View = BotView.Of,
        SnapshotType = typeof(BotSnapshot),
        Capture = BotSnapshot.Capture,
        Restore = stored => ((BotSnapshot)stored).Restore(),
    };

    /// <summary>The entity of this bot.</summary>
    public static EntityId IdOf(BotId bot) => new(Category, bot.Value);

    /// <summary>The principal under which a bot's strategy sends its orders.</summary>
    public static string PrincipalOf(BotId bot) => "bot:" + bot.Value;

    public abstract record Command : ICommand
    {
        private Command()
        {
        }

        /// <summary>Makes a bot. The parameters are sorted by name (ordinal), each name once.</summary>
        public sealed record Register(
            BotId Bot,
            string Owner,
            AccountId Account,
            string Strategy,
            BotParameter[] Parameters,
            Instrument[] Instruments,
            BotLimits Limits) : Command, INaturallyIdempotent;

        public sealed record Start : Command;

        /// <summary>Nothing new leaves; what is open works on.</summary>
        public sealed record Pause(string Why) : Command;

        /// <summary>Nothing new leaves; open orders are cancelled, open swaps end by themselves.</summary>
        public sealed record Stop(string Why) : Command;

        /// <summary>Sends an order within the limits. Answered by
        /// <see cref="Event.OrderIntended"/> with the order's id.</summary>
        /// <param name="Symbol">One of the bot's.</param>
        /// <param name="Venue">Where to trade, as the venue's entity is named.</param>
        /// <param name="Quantity">Base units of the base token.</param>
        /// <param name="LimitPrice">Quote tokens per base token; null for a market order.</param>
        /// <param name="ReferencePrice">The price the strategy saw; values a market order.</param>
        public sealed record PlaceOrder(
            Symbol Symbol,
            string Venue,
            Side Side,
            OrderType Type,
            UInt256 Quantity,
            decimal? LimitPrice,
            decimal ReferencePrice,
            TimeInForce TimeInForce,
            DateTimeOffset? ExpiresAt) : Command;

        /// <summary>Sends an order that the symbol's desk at the venue works, within the limits. Answered by
        /// <see cref="Event.DeskTermsIntended"/> and <see cref="Event.OrderIntended"/>; its fills and its end come as
        /// those of any order.</summary>
        /// <param name="Quantity">Base units of the base token.</param>
        /// <param name="ReferencePrice">The price the strategy saw, quote tokens per base token.</param>
        public sealed record PlaceDeskOrder(
            Symbol Symbol, string Venue, Side Side, UInt256 Quantity, DeskTerms Terms, decimal ReferencePrice)
            : Command;

        public sealed record CancelOrder(OrderId OrderId, string Why) : Command;

        /// <summary>
        /// Closes what a bot that does not run holds of a symbol, by market orders that nothing but closes: answered by
        /// an <see cref="Event.OrderIntended"/> each, by none where the position is flat or closing already.
        /// </summary>
        /// <param name="Venue">Where to trade, as the venue's entity is named.</param>
        /// <param name="ReferencePrice">The venue's price now: the orders do not trade beyond the collar around
        /// it.</param>
        public sealed record ClosePosition(Symbol Symbol, string Venue, decimal ReferencePrice) : Command;

        /// <summary>
        /// Swaps over one or more pools, all or nothing, within the limits. The route buys or sells the base token of
        /// one of the bot's symbols, or is a cycle that begins and ends with one of its quote tokens and must gain.
        /// </summary>
        public sealed record StartPoolSwap(
            SwapHop[] Route, UInt256 AmountIn, UInt256 MinAmountOut, DateTimeOffset Deadline) : Command;

        /// <summary>The order took the intention over.</summary>
        public sealed record RecordOrderPlaced(OrderId OrderId) : Command, INaturallyIdempotent;

        /// <summary>The order never came to be.</summary>
        public sealed record RecordOrderRefused(OrderId OrderId, string Code) : Command, INaturallyIdempotent;

        /// <summary>A part of an order was traded. Deduplicated by order, <paramref name="Child"/> and
        /// <paramref name="VenueTradeId"/>.</summary>
        /// <param name="Child">Of a desk's order: the number of the child that traded, each told after all fills of
        /// those before it; else 0.</param>
        public sealed record RecordFill(
            OrderId OrderId,
            string VenueTradeId,
            Side Side,
            UInt256 Quantity,
            decimal Price,
            UInt256 QuoteAmount,
            UInt256 Fee,
            TokenId FeeToken,
            int Child = 0) : Command, INaturallyIdempotent;

        public sealed record RecordOrderClosed(
            OrderId OrderId, OrderState State, string? Reason) : Command, INaturallyIdempotent;

        /// <summary>The order heard the wish to cancel; whether it was cancelled, its closing tells.</summary>
        public sealed record RecordCancelAnswered(OrderId OrderId) : Command, INaturallyIdempotent;

        public sealed record RecordSwapSettled(Guid TradeId, UInt256 AmountOut) : Command, INaturallyIdempotent;

        public sealed record RecordSwapFailed(Guid TradeId, string Reason) : Command, INaturallyIdempotent;

        /// <summary>Looks again after what should have been answered by now.</summary>
        public sealed record CheckUnanswered : Command, INaturallyIdempotent;
    }

    // Stored for ever: add cases, and fields with defaults at the end; never rename or change one.
    public abstract record Event : IEvent
    {
        private Event()
        {
        }

        [StoredName("bot.registered.v1")]
        public sealed record Registered(
            BotId Bot,
            string Owner,
            AccountId Account,
            string Strategy,
            BotParameter[] Parameters,
            Instrument[] Instruments,
            BotLimits Limits,
            DateTimeOffset At) : Event;

        [StoredName("bot.started.v1")]
        public sealed record Started(string By, DateTimeOffset At) : Event;

        [StoredName("bot.paused.v1")]
        public sealed record Paused(string By, string Why, DateTimeOffset At) : Event;

        [StoredName("bot.stopped.v1")]
        public sealed record Stopped(string By, string Why, DateTimeOffset At) : Event;

        /// <summary>What else was asked for with the order of the <see cref="OrderIntended"/> that follows at once:
        /// a desk works it.</summary>
        /// <param name="Deadline">Until when the desk may take it.</param>
        [StoredName("bot.desk-terms-intended.v1")]
        public sealed record DeskTermsIntended(OrderId OrderId, DeskTerms Terms, DateTimeOffset Deadline) : Event;

        /// <param name="HoldToken">What the account holds back: the quote token of a
        /// buy, the base token of a sell.</param>
        [StoredName("bot.order-intended.v1")]
        public sealed record OrderIntended(
            long Number,
            OrderId OrderId,
            Symbol Symbol,
            string Venue,
            Side Side,
            OrderType Type,
            UInt256 Quantity,
            decimal? LimitPrice,
            decimal ReferencePrice,
            TimeInForce TimeInForce,
            DateTimeOffset? ExpiresAt,
            TokenId HoldToken,
            UInt256 HoldAmount,
            DateTimeOffset At) : Event;

        [StoredName("bot.order-placed.v1")]
        public sealed record OrderPlaced(OrderId OrderId) : Event;

        [StoredName("bot.order-refused.v1")]
        public sealed record OrderRefused(OrderId OrderId, string Code, DateTimeOffset At) : Event;

        [StoredName("bot.fill-recorded.v1")]
        public sealed record FillRecorded(
            OrderId OrderId,
            string VenueTradeId,
            Symbol Symbol,
            Side Side,
            UInt256 Quantity,
            decimal Price,
            UInt256 QuoteAmount,
            UInt256 Fee,
            TokenId FeeToken,
            DateTimeOffset At,
            int Child = 0) : Event;

        [StoredName("bot.order-closed.v1")]
        public sealed record OrderClosed(OrderId OrderId, OrderState State, string? Reason, DateTimeOffset At) : Event;

        [StoredName("bot.cancel-intended.v1")]
        public sealed record CancelIntended(OrderId OrderId, string Why, DateTimeOffset At) : Event;

        [StoredName("bot.cancel-answered.v1")]
        public sealed record CancelAnswered(OrderId OrderId) : Event;

        /// <param name="Symbol">The symbol the swap trades; null for a cycle.</param>
        [StoredName("bot.swap-intended.v1")]
        public sealed record SwapIntended(
            long Number,
            Guid TradeId,
            Symbol? Symbol,
            SwapHop[] Route,
            UInt256 AmountIn,
            UInt256 MinAmountOut,
            DateTimeOffset Deadline,
            DateTimeOffset At) : Event;

        /// <param name="AmountOut">What it gave; zero when it failed, and then nothing was paid either.</param>
        [StoredName("bot.swap-finished.v1")]
        public sealed record SwapFinished(
            Guid TradeId, bool Settled, UInt256 AmountOut, string? Reason, DateTimeOffset At) : Event;

        /// <param name="Value">In base units of the token.</param>
        [StoredName("bot.limit-breached.v1")]
        public sealed record LimitBreached(
            BotLimit Limit, TokenId Token, UInt256 Value, UInt256 Max, DateTimeOffset At) : Event;

        [StoredName("bot.check-scheduled.v1")]
        public sealed record CheckScheduled(Guid Id, int Attempt, DateTimeOffset NextAt) : Event;
    }

    // In the order Decide checks them.
    public abstract record Rejection(string Code) : IRejection
    {
        public sealed record UnknownBot() : Rejection("bot-unknown");

        public sealed record NotPermitted(string Principal) : Rejection("bot-not-permitted");

        public sealed record InvalidRegistration(string Why) : Rejection("bot-registration-invalid");

        public sealed record IdReused(BotId Bot) : Rejection("bot-id-reused");

        public sealed record TradingHalted(SystemMode Mode) : Rejection("trading-halted");

        public sealed record NotRunning(BotState State) : Rejection("bot-not-running");

        /// <summary>Its strategy would open again what is closed: stop it first.</summary>
        public sealed record StillRunning() : Rejection("bot-still-running");

        public sealed record UnknownSymbol(Symbol Symbol) : Rejection("bot-symbol-unknown");

        /// <summary>The risk check denies the order; nothing left.</summary>
        public sealed record OrderDenied(Denial Denial) : Rejection("bot-order-denied");

        /// <param name="Field">Of the desk's terms, such as "Quantity".</param>
        public sealed record InvalidDeskOrder(string Field, string Why) : Rejection("bot-desk-order-invalid");

        public sealed record InvalidSwap(string Why) : Rejection("bot-swap-invalid");

        /// <param name="Value">What it would become: base units, or a count.</param>
        public sealed record LimitExceeded(
            BotLimit Limit, UInt256 Value, UInt256 Max) : Rejection("bot-limit-exceeded");

        public sealed record UnknownOrder(OrderId OrderId) : Rejection("bot-order-unknown");

        public sealed record TooManyFills(OrderId OrderId) : Rejection("bot-too-many-fills");
    }

    /// <summary>All that is folded of one bot; changed in place by its owner.</summary>
    public sealed class State(string key)
    {
        internal readonly Guid Seed = DeterministicGuid.FromText("bot:" + key);
        internal readonly SortedDictionary<Symbol, BotPosition> Positions = [];
        internal readonly SortedDictionary<TokenId, BotResult> Results = [];
        internal readonly Dictionary<OrderId, OpenOrder> Orders = [];
        internal readonly Dictionary<Guid, OpenSwap> Swaps = [];
        internal readonly Dictionary<OrderId, ClosedOrder> Closed = [];
        internal readonly Queue<OrderId> ClosedInOrder = [];

        internal string Key { get; } = key;

        /// <summary>Null until the bot is registered.</summary>
        internal Event.Registered? Terms { get; set; }

        /// <summary>What the next event's order is to be worked by; null between commands.</summary>
        internal Event.DeskTermsIntended? DeskTerms { get; set; }

        internal BotState Life { get; set; }

        /// <summary>Orders and swaps ever intended; the last one's number.</summary>
        internal long LastNumber { get; set; }

        /// <summary>Days since 0001-01-01 of the last trade or order; never goes back.</summary>
        internal int Day { get; set; }

        internal int SentToday { get; set; }

        internal int OpenCount => Orders.Count + Swaps.Count;

        internal DateTimeOffset? WakeAt
        {
            get
            {
                DateTimeOffset? earliest = null;
                foreach (var at in Orders.Values.Where(
                    o => o.Waits).Select(o => o.CheckAt).Concat(Swaps.Values.Select(s => s.CheckAt)))
                {
                    earliest = earliest is { } e && e <= at ? e : at;
                }

                return earliest;
            }
        }

        internal Instrument? InstrumentOf(Symbol symbol) => Terms?.Instruments.FirstOrDefault(i => i.Symbol == symbol);

        internal BotPosition PositionOf(Symbol symbol) =>
            Positions.TryGetValue(symbol, out var position) ? position : BotPosition.Flat(symbol);

        internal BotResult ResultOf(TokenId quote, int decimals, int day)
        {
            var result = Results.TryGetValue(quote, out var known)
                ? known
                : new BotResult(quote, decimals, default, default);
            return day > Day ? result with { RealisedToday = default } : result;
        }
    }

    /// <summary>An order on its way. Its owner changes it in place.</summary>
    internal sealed class OpenOrder(Event.OrderIntended terms, Event.DeskTermsIntended? desk)
    {
        public Event.OrderIntended Terms { get; } = terms;

        /// <summary>How a desk works it; null where it is sent to its venue as it is.</summary>
        public Event.DeskTermsIntended? Desk { get; } = desk;

        public bool Placed { get; set; }

        public UInt256 Filled { get; set; }

        public FillMemory Fills { get; init; } = new();

        /// <summary>Not null: it is to be cancelled.</summary>
        public string? CancelWhy { get; set; }

        public bool CancelAnswered { get; set; }

        public int Attempt { get; set; }

        public DateTimeOffset CheckAt { get; set; } = terms.At + CheckAfter;

        /// <summary>An effect of it has no answer yet.</summary>
        public bool Waits => !Placed || (CancelWhy is not null && !CancelAnswered);

        public UInt256 Remaining => Filled >= Terms.Quantity ? default : Terms.Quantity - Filled;
    }

    internal sealed class OpenSwap(Event.SwapIntended terms)
    {
        public Event.SwapIntended Terms { get; } = terms;

        public int Attempt { get; set; }

        public DateTimeOffset CheckAt { get; set; } = terms.Deadline + CheckAfter;

        public TokenId TokenIn => Terms.Route[0].TokenIn;

        public TokenId TokenOut => Terms.Route[^1].TokenOut;
    }

    /// <summary>What is needed to recognise and book a late fill.</summary>
    internal sealed record ClosedOrder(Symbol Symbol, FillMemory Fills);

    /// <summary>Which fills of an order are booked. A desk tells all fills of one child before any of the next, so the
    /// newest child's are enough: one of an older child was told before.</summary>
    internal sealed class FillMemory
    {
        /// <summary>The newest child that has traded; 0 where there are no children.</summary>
        public int Child { get; set; }

        /// <summary>The venue's ids of that child's fills, or of the order's.</summary>
        public List<string> Trades { get; init; } = [];

        public bool Knows(int child, string trade) => child < Child || (child == Child && Trades.Contains(trade));

        public bool IsFullFor(int child) => child == Child && Trades.Count >= FillsPerOrderMax;

        public void Add(int child, string trade)
        {
            if (child > Child)
            {
                Child = child;
                Trades.Clear();
            }

            Trades.Add(trade);
        }
    }

    internal static string Cut(string text) => text.Length <= ReasonLengthMax ? text : text[..ReasonLengthMax];

    internal static int DayOf(DateTimeOffset at) => (int)(at.UtcTicks / TimeSpan.TicksPerDay);

    private static State Evolve(State state, Event @event)
    {
        switch (@event)
        {
            case Event.Registered e:
                state.Terms = e;
                state.Life = BotState.Registered;
                break;
            case Event.Started e:
                BotOrders.Reach(state, e.At);
                state.Life = BotState.Running;
                break;
            case Event.Paused:
                state.Life = BotState.Paused;
                break;
            case Event.Stopped:
                state.Life = BotState.Stopped;
                break;
            case Event.DeskTermsIntended e:
                state.DeskTerms = e;
                break;
            case Event.OrderIntended e:
                var order = new OpenOrder(e, state.DeskTerms);
                Count(state, e.Number, e.At, BotDeskOrders.CountOf(state, order));
                state.Orders.Add(e.OrderId, order);
                state.DeskTerms = null;
                break;
            case Event.OrderPlaced e:
                state.Orders[e.OrderId].Placed = true;
                break;
            case Event.OrderRefused e:
                Remember(state, e.OrderId);
                break;
            case Event.OrderClosed e:
                Remember(state, e.OrderId);
                break;
            case Event.FillRecorded e:
                BotOrders.Book(state, e);
                break;
            case Event.CancelIntended e:
                WishCancelled(state.Orders[e.OrderId], e);
                break;
            case Event.CancelAnswered e:
                state.Orders[e.OrderId].CancelAnswered = true;
                break;
            case Event.SwapIntended e:
                Count(state, e.Number, e.At, sent: 1);
                state.Swaps.Add(e.TradeId, new OpenSwap(e));
                break;
            case Event.SwapFinished e:
                BotOrders.Book(state, e);
                state.Swaps.Remove(e.TradeId);
                break;
            case Event.LimitBreached:
                break;
            case Event.CheckScheduled e:
                Schedule(state, e);
                break;
            default:
                throw new InvalidOperationException($"A bot has no event {@event.GetType().Name}.");
        }

        return state;
    }

    private static void Count(State state, long number, DateTimeOffset at, int sent)
    {
        BotOrders.Reach(state, at);
        state.LastNumber = number;
        state.SentToday += sent;
    }

    private static void WishCancelled(OpenOrder order, Event.CancelIntended e)
    {
        order.CancelWhy = e.Why;
        order.Attempt = 0;
        order.CheckAt = e.At + CheckAfter;
    }

    private static void Schedule(State state, Event.CheckScheduled e)
    {
        if (state.Swaps.TryGetValue(e.Id, out var swap))
        {
            (swap.Attempt, swap.CheckAt) = (e.Attempt, e.NextAt);
        }
        else
        {
            var order = state.Orders[new OrderId(e.Id)];
            (order.Attempt, order.CheckAt) = (e.Attempt, e.NextAt);
        }
    }

    private static void Remember(State state, OrderId id)
    {
        state.Orders.Remove(id, out var order);
        state.Closed.Add(id, new ClosedOrder(order!.Terms.Symbol, order.Fills));
        state.ClosedInOrder.Enqueue(id);
        if (state.ClosedInOrder.Count > ClosedOrdersRemembered)
        {
            state.Closed.Remove(state.ClosedInOrder.Dequeue());
        }
    }
}
