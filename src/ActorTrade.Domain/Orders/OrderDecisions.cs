using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Orders.Order;
using Decision = ActorTrade.EventSourcing.Decision<
    ActorTrade.Domain.Orders.Order.Event, ActorTrade.Domain.Orders.Order.Rejection>;

namespace ActorTrade.Domain.Orders;

/// <summary>
/// What an order says to each command; see <see cref="Order"/>. What a venue tells is decided by
/// <see cref="OrderFills"/>.
/// </summary>
internal static class OrderDecisions
{
    public static Decision Decide(OrderLife state, Command command, CommandContext context) => command switch
    {
        Command.Place c => Place(state, c, context),
        Command.Cancel c => Cancel(state, c, context),
        _ when context.Principal != CommandContext.Self => new Rejection.NotPermitted(context.Principal),
        _ when state.Terms is null => new Rejection.UnknownOrder(),
        Command.RecordFill c => OrderFills.Fill(state, c),
        Command.RecordClosure c => OrderFills.Close(state, c, context),
        Command.Wake => Wake(state, context),
        Command.RecordFundsHeld => FundsHeld(state, context),
        Command.RecordHoldRefused c => state.IsHoldPending
            ? new Event.OrderDenied(c.Code, "The account did not hold the funds.")
            : Decision.Nothing,
        Command.RecordSettlement c => IsAt(state, c.Fill, FillStage.Settling)
            ? new Event.FillSettled(c.Fill)
            : Decision.Nothing,
        Command.RecordSettlementRefused c => IsAt(state, c.Fill, FillStage.Settling)
            ? new Event.SettlementRefused(c.Fill, Cut(c.Code))
            : Decision.Nothing,
        Command.RecordFillReported c => IsAt(state, c.Fill, FillStage.Reporting)
            ? new Event.FillReported(c.Fill)
            : Decision.Nothing,
        Command.RecordHoldReleased c => state.AwaitsRelease ? new Event.HoldReleased(c.Amount) : Decision.Nothing,
        Command.RecordClosureReported => state.AwaitsClosureReport ? new Event.ClosureReported() : Decision.Nothing,
        _ => VenueAnswered(state, command, context),
    };

    /// <summary>A text of someone else's, bounded.</summary>
    public static string Cut(string text) => text.Length <= ReasonLengthMax ? text : text[..ReasonLengthMax];

    private static Decision Place(OrderLife state, Command.Place c, CommandContext context)
    {
        if (state.Terms is { } terms)
        {
            return Created(c, terms.At) == terms && c.PostOnly == state.IsPostOnly && c.Parent == state.Parent
                ? Decision.Earlier(terms)
                : new Rejection.IdReused(c.OrderId);
        }

        if (string.IsNullOrEmpty(c.Venue) || c.Venue.Length > Orders.Venue.NameLengthMax)
        {
            return new Rejection.InvalidTerms($"The venue's name has 1 to {Orders.Venue.NameLengthMax} characters.");
        }

        if (c.Instrument.Base == c.Instrument.Quote
            || !TokenDecimals.TryCreate(c.Instrument.BaseDecimals, out _)
            || !TokenDecimals.TryCreate(c.Instrument.QuoteDecimals, out _))
        {
            return new Rejection.InvalidTerms(
                $"The instrument needs two tokens with 0 to {TokenDecimals.Max} decimals.");
        }

        Event next = RiskCheck.Check(c, context.Mode, context.Now) is { } denial
            ? new Event.OrderDenied(denial.Code, Cut(denial.ToString()))
            : c.Parent is null
                ? new Event.FundsRequested(OrderEffects.HoldIdOf(c.OrderId), context.Now + HoldWithin)
                : new Event.OrderSubmitted(1, context.Now);
        var created = Created(c, context.Now);
        Event[] events = c.PostOnly || c.Parent is not null
            ? [created, new Event.TermsAdded(c.PostOnly, c.Parent), next]
            : [created, next];
        return events;
    }

    private static Event.OrderCreated Created(Command.Place c, DateTimeOffset at) => new(
        c.OrderId, c.Bot, c.Account, c.Venue, c.Instrument, c.Side, c.Type, c.Quantity, c.LimitPrice, c.ReferencePrice,
        c.TimeInForce, c.ExpiresAt, c.HoldToken, c.HoldAmount, c.Limits, at);

    private static Decision Cancel(OrderLife state, Command.Cancel c, CommandContext context)
    {
        if (state.Terms is null)
        {
            return new Rejection.UnknownOrder();
        }

        if (state.CancelWhy is not null)
        {
            return Decision.Nothing;
        }

        if (state.IsFinal)
        {
            return new Rejection.OrderIsFinal(state.State);
        }

        return WithCancelCall(state, new Event.CancelRequested(Cut(context.Principal), Cut(c.Why)));
    }

    private static Decision FundsHeld(OrderLife state, CommandContext context)
    {
        if (!state.IsHoldPending)
        {
            return Decision.Nothing;
        }

        Event next = state switch
        {
            { CancelWhy: { } why } => new Event.OrderCancelled(why),
            { IsExpiryReached: true } => new Event.OrderExpired("expired-before-submission"),
            _ when context.Mode != SystemMode.Active =>
                new Event.OrderDenied(new Denial.SystemNotActive(context.Mode).Code, context.Mode.ToString()),
            _ => new Event.OrderSubmitted(state.CallNumber + 1, context.Now),
        };
        return new[] { new Event.FundsHeld(), next };
    }

    private static Decision Wake(OrderLife state, CommandContext context)
    {
        if (state.IsFinal)
        {
            return Decision.Nothing;
        }

        var events = new List<Event>(2);
        if (state.Call != VenueCall.None && state.CallAt <= context.Now)
        {
            // A retried call repeats its question under a new number; a submission never waits to be made again.
            events.Add(new Event.VenueCalled(state.Call, state.CallNumber + 1));
        }

        if (!state.IsExpiryReached && state.Terms!.ExpiresAt <= context.Now)
        {
            events.AddRange(WithCancelCall(state, new Event.ExpiryReached()));
        }

        return events.ToArray();
    }

    /// <summary>
    /// The wish to end the order, and the call to the venue where one can be made now; else it follows the open call.
    /// </summary>
    private static Event[] WithCancelCall(OrderLife state, Event wish) =>
        state.IsAtVenue && state.Call == VenueCall.None
            ? [wish, new Event.VenueCalled(VenueCall.Cancel, state.CallNumber + 1)]
            : [wish];

    private static Decision VenueAnswered(OrderLife state, Command command, CommandContext context)
    {
        var number = command switch
        {
            Command.RecordSubmitAccepted c => c.Call,
            Command.RecordSubmitRejected c => c.Call,
            Command.RecordSubmitDenied c => c.Call,
            Command.RecordSubmitTimedOut c => c.Call,
            Command.RecordStatus c => c.Call,
            Command.RecordCancelAccepted c => c.Call,
            Command.RecordCancelRefused c => c.Call,
            Command.RecordVenueUnreachable c => c.Call,
            _ => throw new InvalidOperationException($"{command.GetType().Name} is no command of an order."),
        };
        if (state.IsFinal || state.Call == VenueCall.None || state.CallNumber != number || state.CallAt is not null)
        {
            return Decision.Nothing;
        }

        return command switch
        {
            Command.RecordSubmitAccepted c => AndCancel(state, new Event.OrderAccepted(Cut(c.VenueOrderId))),
            Command.RecordSubmitRejected c => OrderFills.End(state, OrderState.Rejected, c.Reason),
            Command.RecordSubmitDenied c => new Event.OrderDenied(Cut(c.Code), "The execution did not let it out."),
            Command.RecordSubmitTimedOut => new Event.OrderInDoubt(context.Now + AskAfter),
            Command.RecordStatus c => Status(state, c.Status, context),
            Command.RecordCancelAccepted c => OrderFills.Close(
                state, new Command.RecordClosure(c.State, c.Filled, EndReason(state)), context),
            Command.RecordCancelRefused c => new Event.CancelRefused(Cut(c.Reason), context.Now + RetryAfter),
            _ when state.Call == VenueCall.Submit => new Event.OrderInDoubt(context.Now + AskAfter),
            _ => new Event.VenueUnreachable(context.Now + Backoff(state.Unreached)),
        };
    }

    private static Decision Status(OrderLife state, Venue.Event.OrderStatus status, CommandContext context)
    {
        if (!status.IsKnown)
        {
            return Unknown(state, context);
        }

        if (OrderFills.Missing(state, status.Trades) is not { } fills)
        {
            // Trades that cannot be booked are the venue's error; it is asked again, and the pushes' rejections say
            // why.
            return new Event.VenueUnreachable(context.Now + Backoff(state.Unreached));
        }

        Event known = state.VenueOrderId is null && status.VenueOrderId is { } id
            ? new Event.OrderAccepted(Cut(id))
            : new Event.StatusConfirmed();
        var events = new List<Event> { known };
        events.AddRange(fills);
        var filled = state.Filled;
        foreach (var fill in fills)
        {
            filled += fill.Quantity;
        }

        if (filled == state.Terms!.Quantity)
        {
            events.Add(new Event.OrderFilled());
        }
        else if (status.State.IsFinal())
        {
            events.Add(OrderFills.Closing(
                filled, status.State, status.Filled, status.Reason ?? "closed-by-venue", state, context.Now));
        }
        else if (state.Closure is { } closure)
        {
            events.Add(OrderFills.Closing(filled, closure.State, closure.Filled, closure.Reason, state, context.Now));
        }
        else if (state.MustEnd)
        {
            events.Add(new Event.VenueCalled(VenueCall.Cancel, state.CallNumber + 1));
        }

        return events.ToArray();
    }

    private static Decision Unknown(OrderLife state, CommandContext context)
    {
        if (state.NotFoundAt is not { } first || context.Now < first + SettleTime)
        {
            var since = state.NotFoundAt ?? context.Now;
            return new Event.OrderNotFound(since, since + SettleTime);
        }

        // It was never there, or, where it had been, the venue has forgotten it: nothing more can come of it.
        return state.VenueOrderId is null && state.Filled.IsZero
            ? new Event.OrderRejected("never-arrived")
            : new Event.OrderCancelled("unknown-at-venue");
    }

    private static Decision AndCancel(OrderLife state, Event known) => state.MustEnd
        ? new[] { known, new Event.VenueCalled(VenueCall.Cancel, state.CallNumber + 1) }
        : known;

    private static string EndReason(OrderLife state) => state.CancelWhy ?? "expired";

    private static TimeSpan Backoff(int unreached)
    {
        var delay = RetryAfter * Math.Pow(2, Math.Min(unreached, 16));
        return delay < RetryAfterMax ? delay : RetryAfterMax;
    }

    private static bool IsAt(OrderLife state, int fill, FillStage stage) =>
        fill >= 1 && fill <= state.Fills.Count && state.Fills[fill - 1].Stage == stage;
}
