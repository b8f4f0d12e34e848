using ActorTrade.Domain.Accounts;
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

    /// <summary>Fills one order may have; more are rejected (the order's own journal still has them).</summary>
    public const int FillsPerOrderMax = 1000;

    /// <summary>Closed orders whose late fills are still recognised; a later one is
    /// rejected as an unknown order.</summary>
    public const int ClosedOrdersRemembered = 128;

    /// <summary>An effect without an answer is asked about again after this; each
    /// time twice as long, up to an hour.</summary>
    public static readonly TimeSpan CheckAfter = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan CheckAfterMax = TimeSpan.FromHours(1);

    public static readonly EntityDefinition<State, Command, Event, Rejection> Definition = new()
    {
        Category = Category,
        Create = key => new State(key),
        Decide = Decide,
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

        /// <summary>A part of an order was traded. Deduplicated by order and <paramref name="VenueTradeId"/>.</summary>
        public sealed record RecordFill(
            OrderId OrderId,
            string VenueTradeId,
            Side Side,
            UInt256 Quantity,
            decimal Price,
            UInt256 QuoteAmount,
            UInt256 Fee,
            TokenId FeeToken) : Command, INaturallyIdempotent;

        public sealed record RecordOrderClosed(
            OrderId OrderId, OrderState State, string? Reason) : Command, INaturallyIdempotent;

        /// <summary>The order heard the wish to cancel; whether it was cancelled, its closing tells.</summary>
        public sealed record RecordCancelAnswered(OrderId OrderId) : Command, INaturallyIdempotent;

        public sealed record RecordSwapSettled(Guid TradeId, UInt256 AmountOut) : Command, INaturallyIdempotent;

        public sealed record RecordSwapFailed(Guid TradeId, string Reason) : Command, INaturallyIdempotent;

        /// <summary>Looks again after what should have been answered by now.</summary>
        public sealed record CheckUnanswered : Command, INaturallyIdempotent;
    }

    // Stored for ever: add cases and fields, never rename or change one.
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
            DateTimeOffset At) : Event;

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
    internal sealed class OpenOrder(Event.OrderIntended terms)
    {
        public Event.OrderIntended Terms { get; } = terms;

        public bool Placed { get; set; }

        public UInt256 Filled { get; set; }

        public List<string> Fills { get; init; } = [];

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
    internal sealed record ClosedOrder(Symbol Symbol, List<string> Fills);

    private static Decision<Event, Rejection> Decide(State state, Command command, CommandContext context)
    {
        if (command is Command.Register register)
        {
            return Register(state, register, context);
        }

        if (state.Terms is not { } terms)
        {
            return new Rejection.UnknownBot();
        }

        if (!IsPermitted(terms, command, context.Principal))
        {
            return new Rejection.NotPermitted(context.Principal);
        }

        return command switch
        {
            Command.Start => Start(state, terms, context),
            Command.Pause c => Pause(state, c, context),
            Command.Stop c => Stop(state, c, context),
            Command.PlaceOrder c => BotOrders.Place(state, c, context),
            Command.StartPoolSwap c => BotOrders.StartSwap(state, c, context),
            Command.CancelOrder c => Cancel(state, c, context),
            Command.ClosePosition c => BotFlattening.Close(state, c, context),
            Command.RecordOrderPlaced c => Placed(state, c),
            Command.RecordOrderRefused c => Refused(state, c, context),
            Command.RecordFill c => BotOrders.Fill(state, c, context),
            Command.RecordOrderClosed c => Closed(state, c, context),
            Command.RecordCancelAnswered c => CancelAnswered(state, c),
            Command.RecordSwapSettled c => BotOrders.Settle(state, c, context),
            Command.RecordSwapFailed c => SwapFailed(state, c, context),
            Command.CheckUnanswered => CheckUnanswered(state, context),
            _ => throw new InvalidOperationException($"A bot has no command {command.GetType().Name}."),
        };
    }

    // The owner leads the bot, its strategy also trades, an operator may start and stop it, cancel and close, and what
    // happened is told by the system alone.
    private static bool IsPermitted(Event.Registered terms, Command command, string principal) =>
        principal == CommandContext.Self || command switch
        {
            Command.Start or Command.Pause or Command.Stop or Command.ClosePosition =>
                principal == terms.Owner || System.Operators.IsOne(principal),
            Command.CancelOrder =>
                principal == terms.Owner || principal == PrincipalOf(terms.Bot) || System.Operators.IsOne(principal),
            Command.PlaceOrder or Command.StartPoolSwap =>
                principal == terms.Owner || principal == PrincipalOf(terms.Bot),
            _ => false,
        };

    private static Decision<Event, Rejection> Register(State state, Command.Register c, CommandContext context)
    {
        if (context.Principal != c.Owner && context.Principal != CommandContext.Self)
        {
            return new Rejection.NotPermitted(context.Principal);
        }

        if (state.Terms is { } known)
        {
            return IsSame(known, c) ? Decision<Event, Rejection>.Earlier(known) : new Rejection.IdReused(c.Bot);
        }

        return BotRegistration.Check(state.Key, c) is { } why
            ? new Rejection.InvalidRegistration(why)
            : new Event.Registered(
                c.Bot, c.Owner, c.Account, c.Strategy, c.Parameters, c.Instruments, c.Limits, context.Now);
    }

    private static bool IsSame(Event.Registered known, Command.Register c) =>
        known.Bot == c.Bot && known.Owner == c.Owner && known.Account == c.Account && known.Strategy == c.Strategy
        && known.Parameters.SequenceEqual(c.Parameters) && known.Instruments.SequenceEqual(c.Instruments)
        && known.Limits == c.Limits;

    private static Decision<Event, Rejection> Start(State state, Event.Registered terms, CommandContext context)
    {
        if (context.Mode != SystemMode.Active)
        {
            return new Rejection.TradingHalted(context.Mode);
        }

        if (state.Life == BotState.Running)
        {
            return Decision<Event, Rejection>.Nothing;
        }

        foreach (var instrument in terms.Instruments)
        {
            if (BotOrders.DailyLoss(
                state, instrument.Quote, instrument.QuoteDecimals, default, context.Now) is { } breach)
            {
                return breach;
            }
        }

        return new Event.Started(context.Principal, context.Now);
    }

    private static Decision<Event, Rejection> Pause(State state, Command.Pause c, CommandContext context) =>
        state.Life == BotState.Running
            ? new Event.Paused(context.Principal, Cut(c.Why), context.Now)
            : Decision<Event, Rejection>.Nothing;

    private static Decision<Event, Rejection> Stop(State state, Command.Stop c, CommandContext context) =>
        state.Life == BotState.Stopped
            ? Decision<Event, Rejection>.Nothing
            : (Event[])[new Event.Stopped(context.Principal, Cut(c.Why), context.Now),
                .. CancelAll(state, Cut(c.Why), context.Now)];

    /// <summary>Asks to cancel every order of which that is not asked yet, in the order of their numbers.</summary>
    internal static IEnumerable<Event> CancelAll(State state, string why, DateTimeOffset now) =>
        state.Orders.Values
            .Where(o => o.CancelWhy is null)
            .OrderBy(o => o.Terms.Number)
            .Select(o => new Event.CancelIntended(o.Terms.OrderId, why, now));

    // Cancels pass in every state of the bot and of the system.
    private static Decision<Event, Rejection> Cancel(State state, Command.CancelOrder c, CommandContext context)
    {
        if (!state.Orders.TryGetValue(c.OrderId, out var order))
        {
            return state.Closed.ContainsKey(c.OrderId)
                ? Decision<Event, Rejection>.Nothing
                : new Rejection.UnknownOrder(c.OrderId);
        }

        return order.CancelWhy is null
            ? new Event.CancelIntended(c.OrderId, Cut(c.Why), context.Now)
            : Decision<Event, Rejection>.Nothing;
    }

    private static Decision<Event, Rejection> Placed(State state, Command.RecordOrderPlaced c) =>
        state.Orders.TryGetValue(c.OrderId, out var order) && !order.Placed
            ? new Event.OrderPlaced(c.OrderId)
            : Decision<Event, Rejection>.Nothing;

    private static Decision<Event, Rejection> Refused(
        State state, Command.RecordOrderRefused c, CommandContext context) =>
        state.Orders.ContainsKey(c.OrderId)
            ? new Event.OrderRefused(c.OrderId, Cut(c.Code), context.Now)
            : Decision<Event, Rejection>.Nothing;

    private static Decision<Event, Rejection> Closed(
        State state, Command.RecordOrderClosed c, CommandContext context) =>
        state.Orders.ContainsKey(c.OrderId)
            ? new Event.OrderClosed(c.OrderId, c.State, c.Reason is null ? null : Cut(c.Reason), context.Now)
            : Decision<Event, Rejection>.Nothing;

    private static Decision<Event, Rejection> CancelAnswered(State state, Command.RecordCancelAnswered c) =>
        state.Orders.TryGetValue(c.OrderId, out var order) && order.CancelWhy is not null && !order.CancelAnswered
            ? new Event.CancelAnswered(c.OrderId)
            : Decision<Event, Rejection>.Nothing;

    private static Decision<Event, Rejection> SwapFailed(
        State state, Command.RecordSwapFailed c, CommandContext context) =>
        state.Swaps.ContainsKey(c.TradeId)
            ? new Event.SwapFinished(c.TradeId, Settled: false, default, Cut(c.Reason), context.Now)
            : Decision<Event, Rejection>.Nothing;

    private static Decision<Event, Rejection> CheckUnanswered(State state, CommandContext context)
    {
        var orders = state.Orders.Values
            .Where(o => o.Waits && o.CheckAt <= context.Now)
            .Select(o => (o.Terms.Number, Id: o.Terms.OrderId.Value, o.Attempt));
        var swaps = state.Swaps.Values
            .Where(s => s.CheckAt <= context.Now)
            .Select(s => (s.Terms.Number, Id: s.Terms.TradeId, s.Attempt));
        return orders.Concat(swaps)
            .OrderBy(due => due.Number)
            .Select(
                due => (Event)new Event.CheckScheduled(due.Id, due.Attempt + 1, context.Now + BackOff(due.Attempt + 1)))
            .ToArray();
    }

    private static TimeSpan BackOff(int attempt)
    {
        var delay = CheckAfter * (1 << Math.Min(attempt, 7));
        return delay < CheckAfterMax ? delay : CheckAfterMax;
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
            case Event.OrderIntended e:
                Count(state, e.Number, e.At);
                state.Orders.Add(e.OrderId, new OpenOrder(e));
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
                Count(state, e.Number, e.At);
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

    private static void Count(State state, long number, DateTimeOffset at)
    {
        BotOrders.Reach(state, at);
        state.LastNumber = number;
        state.SentToday++;
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
