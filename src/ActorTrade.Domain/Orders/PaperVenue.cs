using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;
using Decision = ActorTrade.EventSourcing.Decision<
    ActorTrade.Domain.Orders.Venue.Event, ActorTrade.Domain.Orders.Venue.Rejection>;

namespace ActorTrade.Domain.Orders;

/// <summary>
/// A market that fills orders from quotes, without a counterparty: for replay, for trying out a strategy, and for
/// breaking the connection on purpose. It is an entity with its own journal, because a real venue does not forget when
/// our process dies: whatever an order believes after a crash can be held against what this venue says.
/// </summary>
/// <remarks>
/// <para>Invariants (PaperVenuePropertyTests): no trade before the order's latency has passed; no trade beyond the
/// order's limit; the trades of one quote and side never exceed its size; an order never fills more than its quantity
/// nor spends more than its <see cref="Venue.Command.Submit.SpendMax"/>; an order id has one answer.</para>
/// <para>What it leaves out: the orders do not move the market, do not trade with each other, and wait in no queue at
/// their price. A quote's size is there again in the next quote.</para>
/// <para>Matching is in <see cref="PaperMatching"/>. A quote that fills nothing writes nothing.</para>
/// </remarks>
public static class PaperVenue
{
    /// <summary>Orders that may be open at once; a further one is rejected.</summary>
    public const int OpenOrdersMax = 10_000;

    /// <summary>
    /// Ended or refused orders that are remembered. Older submissions than these are not taken any more.
    /// </summary>
    public const int EndedRemembered = 2_048;

    /// <summary>Tokens the venue keeps totals of; an instrument with a further one is rejected.</summary>
    public const int TokensMax = 256;

    /// <summary>Faults of one kind that may be waiting.</summary>
    public const int FaultsMax = 1_000_000;

    public const VenueCapabilities Capabilities =
        VenueCapabilities.Gtd | VenueCapabilities.Ioc | VenueCapabilities.Fok | VenueCapabilities.PostOnly;

    /// <summary>The reason of a rejection because the system takes no orders: the order then is denied.</summary>
    public const string SystemNotActive = "SYSTEM_NOT_ACTIVE";

    public static readonly EntityDefinition<PaperBook, Venue.Command, Venue.Event, Venue.Rejection> Definition = new()
    {
        Category = Venue.Category,
        Create = static _ => new PaperBook(),
        Decide = Decide,
        Evolve = static (state, e) => state.Evolve(e),
        React = PaperEffects.React,
        Outstanding = PaperEffects.Outstanding,
        WakeAt = static state => state.WakeAt,
        ViewType = typeof(PaperVenueView),
        View = static state => PaperVenueView.Of(state),
        SnapshotType = typeof(PaperSnapshot),
        Capture = PaperSnapshot.Capture,
        Restore = static snapshot => ((PaperSnapshot)snapshot).Restore(),
        Limits = new EntityLimits { SnapshotEveryEvents = 20_000 },
    };

    /// <summary>What a paper venue is told beside the words of every <see cref="Venue"/>.</summary>
    public static class Command
    {
        /// <summary>Applies to orders received and quotes seen from now on.</summary>
        public sealed record Configure(PaperTerms Terms) : Venue.Command, INaturallyIdempotent;

        /// <summary>
        /// The market at an instant. Sizes are in base tokens; unknown or zero is
        /// <see cref="PaperTerms.DefaultDepth"/>.
        /// </summary>
        public sealed record Quote(
            Symbol Symbol, DateTimeOffset At, decimal? Bid, decimal? Ask, decimal? BidSize, decimal? AskSize)
            : Venue.Command, INaturallyIdempotent
        {
            /// <summary>The quote in a tick; null where it holds none.</summary>
            public static Quote? Of(Tick tick)
            {
                ArgumentNullException.ThrowIfNull(tick);
                return tick.Bid is null && tick.Ask is null
                    ? null
                    : new Quote(tick.Symbol, tick.At, tick.Bid, tick.Ask, tick.BidSize, tick.AskSize);
            }
        }

        /// <summary>The next so many times it can happen, it does; zero calls it off.</summary>
        public sealed record SetFault(PaperFault Fault, int Count) : Venue.Command;

        /// <summary>Submissions get lost, calls fail, and what there is to tell waits.</summary>
        public sealed record DropConnection : Venue.Command, INaturallyIdempotent;

        public sealed record RestoreConnection : Venue.Command, INaturallyIdempotent;

        /// <summary>An order has heard of a trade or of its end, or refused to.</summary>
        public sealed record RecordTold(OrderId OrderId, int Count, string? RefusalCode)
            : Venue.Command, INaturallyIdempotent;
    }

    private static Decision Decide(PaperBook state, Venue.Command command, CommandContext context) => command switch
    {
        Command.Configure c => Configure(state, c),
        Command.SetFault c => c.Count is < 0 or > FaultsMax
            ? new Venue.Rejection.InvalidTerms($"A fault happens 0 to {FaultsMax} times.")
            : new Venue.Event.FaultSet(c.Fault, c.Count),
        Command.DropConnection => state.IsConnected ? new Venue.Event.ConnectionDropped() : Decision.Nothing,
        Command.RestoreConnection => state.IsConnected ? Decision.Nothing : new Venue.Event.ConnectionRestored(),
        _ when context.Principal != CommandContext.Self => new Venue.Rejection.NotPermitted(context.Principal),
        Command.Quote c => PaperMatching.Match(state, c),
        Command.RecordTold c => Told(state, c),
        Venue.Command.Submit c => Submit(state, c, context),
        Venue.Command.Cancel c => Cancel(state, c),
        Venue.Command.Query c => Query(state, c),
        _ => throw new InvalidOperationException($"{command.GetType().Name} is no command of a paper venue."),
    };

    private static Decision Configure(PaperBook state, Command.Configure c)
    {
        if (c.Terms.Latency < TimeSpan.Zero || c.Terms.DefaultDepth <= 0 || c.Terms.FaultPerMille is < 0 or > 1000)
        {
            return new Venue.Rejection.InvalidTerms(
                "Latency is not negative, depth above zero, faults 0 to 1,000 per mille.");
        }

        return c.Terms == state.Terms ? Decision.Nothing : new Venue.Event.Configured(c.Terms);
    }

    private static Decision Submit(PaperBook state, Venue.Command.Submit c, CommandContext context)
    {
        if (state.AnswerOf(c.OrderId) is { } first)
        {
            return Decision.Earlier(first);
        }

        var dropped = new Venue.Event.SubmissionDropped(c.OrderId, c.SubmittedAt);
        var timedOut = new Venue.Event.SubmitTimedOut(c.OrderId);
        if (!state.IsConnected || c.SubmittedAt <= state.ForgottenUntil)
        {
            return new Venue.Event[] { dropped, timedOut };
        }

        if (context.Mode != SystemMode.Active)
        {
            // A fact, not a rejection: a copy of the message that comes late must not be taken when the order is over.
            return new Venue.Event[] { dropped, new Venue.Event.SubmitRejected(c.OrderId, SystemNotActive) };
        }

        if (ReasonToReject(state, c) is { } reason)
        {
            return new Venue.Event[] { dropped, new Venue.Event.SubmitRejected(c.OrderId, reason) };
        }

        var number = state.OrdersReceived + 1;
        var received = new Venue.Event.OrderReceived(
            c.OrderId, number, c.Instrument, c.Side, c.Type, c.Quantity, c.LimitPrice, c.TimeInForce, c.ExpiresAt,
            c.SpendMax, c.SubmittedAt, context.Now + state.Terms.Latency);
        var accepted = new Venue.Event.SubmitAccepted(c.OrderId, PaperOrder.VenueIdOf(number));
        Venue.Event[] taken = c.PostOnly ? [received, new Venue.Event.OrderIsPostOnly(c.OrderId)] : [received];
        return state.NextSubmitFault() switch
        {
            (PaperFault.RejectSubmit, var spent) => WithSpent(
                spent, PaperFault.RejectSubmit, dropped, new Venue.Event.SubmitRejected(c.OrderId, "fault-injected")),
            (PaperFault.TimeOutBeforeAcceptance, var spent) => WithSpent(
                spent, PaperFault.TimeOutBeforeAcceptance, dropped, timedOut),
            (PaperFault.TimeOutAfterAcceptance, var spent) => WithSpent(
                spent, PaperFault.TimeOutAfterAcceptance, [.. taken, timedOut]),
            _ => Decision.Accept([.. taken, accepted]),
        };
    }

    private static Decision WithSpent(bool isSpent, PaperFault fault, params Venue.Event[] events) =>
        isSpent ? Decision.Accept([.. events, new Venue.Event.FaultSpent(fault)]) : events;

    private static string? ReasonToReject(PaperBook state, Venue.Command.Submit c)
    {
        if (c.Quantity.IsZero || c.Quantity > RiskCheck.QuantityMax || c.LimitPrice is < 0 or > RiskCheck.PriceMax)
        {
            return "invalid-terms";
        }

        if (state.OpenOrders >= OpenOrdersMax)
        {
            return "too-many-open-orders";
        }

        return state.HasRoomFor(c.Instrument) ? null : "too-many-tokens";
    }

    private static Decision Cancel(PaperBook state, Venue.Command.Cancel c)
    {
        if (!state.IsConnected)
        {
            return new Venue.Rejection.Unreachable();
        }

        if (state.Find(c.OrderId) is not { } order)
        {
            return Decision.Earlier(new Venue.Event.CancelRejected(c.OrderId, "unknown-order"));
        }

        if (!order.IsOpen)
        {
            return Decision.Earlier(new Venue.Event.CancelAccepted(c.OrderId, order.State, order.Filled));
        }

        return new Venue.Event[]
        {
            new Venue.Event.OrderClosed(c.OrderId, OrderState.Cancelled, "cancelled"),
            new Venue.Event.CancelAccepted(c.OrderId, OrderState.Cancelled, order.Filled),
        };
    }

    private static Decision Query(PaperBook state, Venue.Command.Query c)
    {
        if (!state.IsConnected)
        {
            return new Venue.Rejection.Unreachable();
        }

        return Decision.Earlier(
            state.Find(c.OrderId) is not { } order
                ? new Venue.Event.OrderStatus(c.OrderId, false, null, OrderState.Created, UInt256.Zero, [], null)
                : new Venue.Event.OrderStatus(
                    c.OrderId, true, order.VenueOrderId, order.State, order.Filled,
                    [.. order.Trades.Select(t => t.Trade)], order.Reason));
    }

    private static Decision Told(PaperBook state, Command.RecordTold c) =>
        state.Find(c.OrderId) is { } order && c.Count == order.Told + 1 && c.Count <= order.ToTell
            ? new Venue.Event.OrderTold(c.OrderId, c.Count, c.RefusalCode is { } code ? OrderDecisions.Cut(code) : null)
            : Decision.Nothing;
}

/// <summary>What a paper venue can be told to do wrong. Stored by number.</summary>
public enum PaperFault
{
    None = 0,

    /// <summary>A submission is lost on its way: nobody answers, the venue never sees it.</summary>
    TimeOutBeforeAcceptance = 1,

    /// <summary>A submission arrives, but its answer is lost.</summary>
    TimeOutAfterAcceptance = 2,

    RejectSubmit = 3,

    /// <summary>A trade is told twice.</summary>
    TellTwice = 4,
}

/// <summary>How a paper venue behaves.</summary>
/// <param name="TakerFee">Of the quote amount, in the quote token, rounded up.</param>
/// <param name="Latency">From the submission to the first quote the order may trade with.</param>
/// <param name="DefaultDepth">Quote tokens on each side of a quote whose size is unknown or zero.</param>
/// <param name="FaultPerMille">
/// Of submissions and of trades, how many go wrong, chosen from the seed and their number.
/// </param>
public sealed record PaperTerms(Bps TakerFee, TimeSpan Latency, decimal DefaultDepth, int FaultPerMille, long FaultSeed)
{
    /// <summary>10 bps, 50 ms, 100,000 quote tokens, no faults.</summary>
    public static PaperTerms Default { get; } = new(new Bps(10), TimeSpan.FromMilliseconds(50), 100_000m, 0, 0);
}
