using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Orders.Order;

namespace ActorTrade.Domain.Orders;

/// <summary>
/// What an order asks of its account, its venue and its bot. Every effect has an id that follows from the order's id,
/// so that asking again after a crash is asking the same.
/// </summary>
internal static class OrderEffects
{
    // Salts of derived ids: one each for what happens once, and a range each for calls and fills, which are numbered.
    private const uint HoldSalt = 1;
    private const uint HoldCommandSalt = 2;
    private const uint ReleaseSalt = 3;
    private const uint ClosureSalt = 4;
    private const uint CallSalts = 0x1000_0000;
    private const uint FillSalts = 0x2000_0000;
    private const uint SettleSalts = 0x3000_0000;
    private const uint ReportSalts = 0x4000_0000;

    public static Guid HoldIdOf(OrderId order) => DeterministicGuid.Derive(order.Value, HoldSalt);

    public static IReadOnlyList<Effect> React(OrderLife state, Event e) => e switch
    {
        Event.FundsRequested => [Hold(state)],
        Event.OrderSubmitted or Event.VenueCalled => [CallVenue(state)],
        Event.FillRecorded x => [Settle(state, x)],
        Event.FillSettled x => [.. Report(state, x.Number), .. Release(state), .. ReportClosure(state)],
        Event.SettlementRefused x => [.. Report(state, x.Number), .. ReportClosure(state)],
        Event.FillReported or Event.HoldReleased => ReportClosure(state),
        Event.OrderDenied or Event.OrderFilled or Event.OrderCancelled or Event.OrderExpired or Event.OrderRejected =>
            [.. Release(state), .. ReportClosure(state)],
        _ => [],
    };

    public static IReadOnlyList<Effect> Outstanding(OrderLife state)
    {
        var effects = new List<Effect>();
        if (state.IsHoldPending)
        {
            effects.Add(Hold(state));
        }

        if (state.Call != VenueCall.None && state.CallAt is null)
        {
            effects.Add(CallVenue(state));
        }

        foreach (var fill in state.Fills)
        {
            if (fill.Stage == FillStage.Settling)
            {
                effects.Add(Settle(state, fill.Record));
            }

            effects.AddRange(Report(state, fill.Record.Number));
        }

        effects.AddRange(Release(state));
        effects.AddRange(ReportClosure(state));
        return effects;
    }

    private static Effect Hold(OrderLife state)
    {
        var terms = state.Terms!;
        return new Effect(
            Account.IdOf(terms.Account),
            new Account.Command.HoldFunds(state.HoldId, terms.HoldToken, terms.HoldAmount, state.HoldDeadline),
            IdOfPart(state, HoldCommandSalt),
            static answer => answer switch
            {
                Answer.Rejected rejected => new Command.RecordHoldRefused(rejected.Rejection.Code),
                Answer.Accepted { Events: [Account.Event.HoldRefused refused] } =>
                    new Command.RecordHoldRefused(refused.Code),
                _ => new Command.RecordFundsHeld(),
            });
    }

    private static Effect CallVenue(OrderLife state)
    {
        var terms = state.Terms!;
        var (order, call) = (terms.OrderId, state.CallNumber);
        Venue.Command command = state.Call switch
        {
            VenueCall.Submit => new Venue.Command.Submit(
                order, terms.Instrument, terms.Side, terms.Type, terms.Quantity,
                RiskCheck.WorstPrice(terms.Side, terms.Type, terms.LimitPrice, terms.ReferencePrice, terms.Limits),
                terms.TimeInForce, terms.ExpiresAt, terms.HoldAmount, state.SubmittedAt, state.IsPostOnly),
            VenueCall.Query => new Venue.Command.Query(order),
            VenueCall.Cancel => new Venue.Command.Cancel(order),
            _ => throw new InvalidOperationException("The order has no open call."),
        };
        Func<Answer, ICommand?> onAnswer = state.Call switch
        {
            VenueCall.Submit => answer => OfSubmit(answer, call),
            VenueCall.Query => answer => OfQuery(answer, call),
            _ => answer => OfCancel(answer, call),
        };
        return new Effect(Venue.IdOf(terms.Venue), command, IdOfPart(state, CallSalts + (uint)call), onAnswer);
    }

    // Whatever an answer to a submission is that says neither yes nor no, the order may be at the venue: it is in
    // doubt.
    private static Command OfSubmit(Answer answer, int call) => answer switch
    {
        Answer.Rejected { Rejection: Venue.Rejection.Denied denied } =>
            new Command.RecordSubmitDenied(call, denied.DenialCode),
        Answer.Rejected { Rejection: Venue.Rejection.Unreachable } => new Command.RecordSubmitTimedOut(call),
        Answer.Rejected rejected => new Command.RecordSubmitRejected(call, rejected.Rejection.Code),
        _ when Find<Venue.Event.SubmitAccepted>(answer) is { } e =>
            new Command.RecordSubmitAccepted(call, e.VenueOrderId),
        _ when Find<Venue.Event.SubmitRejected>(answer) is { } e => e.Reason == PaperVenue.SystemNotActive
            ? new Command.RecordSubmitDenied(call, e.Reason)
            : new Command.RecordSubmitRejected(call, e.Reason),
        _ => new Command.RecordSubmitTimedOut(call),
    };

    private static Command OfQuery(Answer answer, int call) => Find<Venue.Event.OrderStatus>(answer) is { } status
        ? new Command.RecordStatus(call, status)
        : new Command.RecordVenueUnreachable(call);

    private static Command OfCancel(Answer answer, int call) => answer switch
    {
        _ when Find<Venue.Event.CancelAccepted>(answer) is { } e =>
            new Command.RecordCancelAccepted(call, e.State, e.Filled),
        _ when Find<Venue.Event.CancelRejected>(answer) is { } e => new Command.RecordCancelRefused(call, e.Reason),
        Answer.Rejected { Rejection: not Venue.Rejection.Unreachable } rejected =>
            new Command.RecordCancelRefused(call, rejected.Rejection.Code),
        _ => new Command.RecordVenueUnreachable(call),
    };

    private static TEvent? Find<TEvent>(Answer answer)
        where TEvent : Venue.Event =>
        answer is Answer.Accepted accepted ? accepted.Events.OfType<TEvent>().FirstOrDefault() : null;

    private static Effect Settle(OrderLife state, Event.FillRecorded fill)
    {
        var terms = state.Terms!;
        var number = fill.Number;
        return new Effect(
            Account.IdOf(terms.Account),
            new Account.Command.SettleFill(
                state.HoldId, IdOfPart(state, FillSalts + (uint)number), fill.Spent,
                terms.Instrument.Received(terms.Side), fill.Received, fill.FeeToken, fill.Fee, terms.Venue),
            IdOfPart(state, SettleSalts + (uint)number),
            answer => answer is Answer.Rejected rejected
                ? new Command.RecordSettlementRefused(number, rejected.Rejection.Code)
                : new Command.RecordSettlement(number));
    }

    private static IReadOnlyList<Effect> Report(OrderLife state, int number)
    {
        var terms = state.Terms!;
        var fill = state.Fills[number - 1];
        if (fill.Stage != FillStage.Reporting || terms.Bot is not { } bot)
        {
            return [];
        }

        var record = fill.Record;
        return
        [
            new Effect(
                Bot.IdOf(bot),
                new Bot.Command.RecordFill(
                    state.Parent?.OrderId ?? terms.OrderId, record.VenueTradeId, terms.Side, record.Quantity,
                    record.Price, record.QuoteAmount, record.Fee, record.FeeToken, state.Parent?.Number ?? 0),
                IdOfPart(state, ReportSalts + (uint)number),
                _ => new Command.RecordFillReported(number)),
        ];
    }

    private static IReadOnlyList<Effect> Release(OrderLife state) => !state.AwaitsRelease
        ? []
        : [
            new Effect(
                Account.IdOf(state.Terms!.Account),
                new Account.Command.ReleaseHold(state.HoldId),
                IdOfPart(state, ReleaseSalt),
                static answer => new Command.RecordHoldReleased(ReleasedIn(answer))),
        ];

    /// <summary>What an account gave back.</summary>
    public static UInt256 ReleasedIn(Answer answer) =>
        answer is Answer.Accepted accepted
        && accepted.Events.OfType<Account.Event.HoldReleased>().FirstOrDefault() is { } released
            ? released.Amount
            : UInt256.Zero;

    private static IReadOnlyList<Effect> ReportClosure(OrderLife state) => !state.AwaitsClosureReport
        ? []
        : [
            state.Parent is { } parent
                ? ReportToDesk(state, parent)
                : new Effect(
                    Bot.IdOf(state.Terms!.Bot!.Value),
                    new Bot.Command.RecordOrderClosed(state.Terms.OrderId, state.State, state.Reason),
                    IdOfPart(state, ClosureSalt),
                    static _ => new Command.RecordClosureReported()),
        ];

    private static Effect ReportToDesk(OrderLife state, OrderParent parent) => new(
        OrderDesk.IdOf(state.Terms!.Venue, state.Terms.Instrument.Symbol),
        new OrderDesk.Command.RecordChildEnded(
            parent.OrderId, parent.Number, state.State, state.Filled, state.Spent, state.Fills.Count,
            state.IsSettlementRefused, state.Reason),
        IdOfPart(state, ClosureSalt),
        static _ => new Command.RecordClosureReported());

    private static Guid IdOfPart(OrderLife state, uint salt) =>
        DeterministicGuid.Derive(state.Terms!.OrderId.Value, salt);
}
