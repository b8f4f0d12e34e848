using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.System;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Desks.OrderDesk;
using DeskDecision = ActorTrade.EventSourcing.Decision<
    ActorTrade.Domain.Desks.OrderDesk.Event, ActorTrade.Domain.Desks.OrderDesk.Rejection>;

namespace ActorTrade.Domain.Desks;

/// <summary>What a desk says to each command but a look at the market, which is <see cref="DeskMatching"/>'s. Refusals
/// that could turn into an acceptance are facts: they are journaled, so that a late repeat is not taken.</summary>
internal static class DeskDecisions
{
    public static DeskDecision Decide(DeskState state, Command command, CommandContext context) => command switch
    {
        Command.Place c => Place(state, c, context),
        Command.Cancel c => Cancel(state, c, context),
        _ when context.Principal != CommandContext.Self => new Rejection.NotPermitted(context.Principal),
        Command.Look c => DeskMatching.Decide(state, c, context),
        Command.RecordFundsHeld c => FundsHeld(state, c, context),
        Command.RecordHoldRefused c => HoldRefused(state, c, context),
        Command.RecordChildPlaced c => ChildOf(state, c.OrderId, c.Number) is { IsPlaced: false }
            ? new Event.ChildPlaced(c.OrderId, c.Number)
            : DeskDecision.Nothing,
        Command.RecordChildRefused c => ChildRefused(state, c, context),
        Command.RecordChildCancelHeard c => ChildOf(state, c.OrderId, c.Number) is { WantsCancel: true }
            ? new Event.ChildCancelHeard(c.OrderId, c.Number)
            : DeskDecision.Nothing,
        Command.RecordChildEnded c => ChildEnded(state, c, context),
        Command.RecordHoldReleased c => Known(
            state, c.OrderId, static o => o.AwaitsRelease, new Event.HoldReleased(c.OrderId, c.Amount)),
        Command.RecordEndKnown c => Known(
            state, c.OrderId, static o => o.AwaitsEndReport, new Event.EndReported(c.OrderId)),
        Command.Wake => Wake(state, context),
        _ => throw new InvalidOperationException($"A desk knows no command {command.GetType().Name}."),
    };

    /// <summary>Ends an order, or asks for it where its hold or its child is under way.</summary>
    public static IEnumerable<Event> End(DeskOrder order, OrderState end, string reason, DateTimeOffset now)
    {
        if (order.Child is null && !order.IsHoldPending)
        {
            return [.. Ended(order, end, reason, now, isHeld: true)];
        }

        Event request = new Event.EndRequested(order.Id, end, OrderDecisions.Cut(reason), now);
        return order.Child is { CancelRequested: null } child
            ? [request, new Event.ChildCancelRequested(order.Id, child.Started.Number, OrderDecisions.Cut(reason), now)]
            : [request];
    }

    private static DeskDecision Place(DeskState state, Command.Place c, CommandContext context)
    {
        var terms = c.Order;
        if (state.Orders.TryGetValue(c.OrderId, out var open))
        {
            return IsSame(open.Received, c) ? DeskDecision.Earlier(open.Received) : new Rejection.IdReused(c.OrderId);
        }

        if (state.Outcomes.TryGet(c.OrderId.Value, context.Now, out var earlier))
        {
            var isSame = earlier switch
            {
                Event.OrderReceived e => IsSame(e, c) && e.Deadline == c.Deadline,
                Event.OrderRefused e => e.Account == terms.Account && e.Deadline == c.Deadline,
                _ => false,
            };
            return isSame ? DeskDecision.Earlier(earlier) : new Rejection.IdReused(c.OrderId);
        }

        if (Problem(state, c, context, out var hold) is { } rejection)
        {
            return rejection;
        }

        var refusal = TradeTiming.IsPast(c.Deadline, context.Now) ? "deadline-passed"
            : context.Mode != SystemMode.Active ? "trading-halted"
            : state.Orders.Count >= OrdersMax ? "desk-full"
            : null;
        return refusal is null
            ? new Event.OrderReceived(
                c.OrderId, c.Bot, terms, OrderDecisions.Cut(context.Principal), hold, c.Deadline, context.Now)
            : new Event.OrderRefused(c.OrderId, terms.Account, refusal, c.Deadline, context.Now);
    }

    private static Rejection? Problem(DeskState state, Command.Place c, CommandContext context, out UInt256 hold)
    {
        hold = default;
        if (c.Deadline > context.Now + TradeTiming.DeadlineAheadMax)
        {
            return new Rejection.InvalidTerms(
                nameof(c.Deadline), $"It must be within {TradeTiming.DeadlineAheadMax.TotalMinutes} minutes.");
        }

        if (c.Order.Problem(context.Now) is { } wrong)
        {
            return new Rejection.InvalidTerms(wrong.Field, wrong.Why);
        }

        if (IdOf(c.Order.Venue, c.Order.Instrument.Symbol).Key != state.Key)
        {
            return new Rejection.InvalidTerms(nameof(c.Order.Instrument), $"This is the desk {state.Key}.");
        }

        if (state.Instrument is { } instrument && instrument != c.Order.Instrument)
        {
            return new Rejection.InvalidTerms(
                nameof(c.Order.Instrument),
                $"Other orders here trade {instrument.Base} with {instrument.BaseDecimals} and {instrument.Quote} with "
                + $"{instrument.QuoteDecimals} decimals.");
        }

        return DeskRisk.Check(c.Order, context.Now, out hold)
            ?? (state.Outcomes.IsFullAt(context.Now) ? new Rejection.TooManyOutcomes(OutcomesMax) : null);
    }

    private static bool IsSame(Event.OrderReceived received, Command.Place c) =>
        received.Bot == c.Bot && received.Order.IsSameAs(c.Order);

    private static DeskDecision Cancel(DeskState state, Command.Cancel c, CommandContext context)
    {
        if (!state.Orders.TryGetValue(c.OrderId, out var order))
        {
            return new Rejection.UnknownOrder(c.OrderId);
        }

        var isPermitted = context.Principal == CommandContext.Self || context.Principal == order.Received.By
            || Operators.IsOne(context.Principal);
        return !isPermitted ? new Rejection.NotPermitted(context.Principal)
            : order.IsOver ? DeskDecision.Nothing
            : DeskDecision.Accept([.. End(order, OrderState.Cancelled, c.Why, context.Now)]);
    }

    private static DeskDecision FundsHeld(DeskState state, Command.RecordFundsHeld c, CommandContext context)
    {
        if (!state.Orders.TryGetValue(c.OrderId, out var order) || !order.IsHoldPending)
        {
            return DeskDecision.Nothing;
        }

        var held = new Event.FundsHeld(c.OrderId, context.Now);
        return order.EndRequested is { } end
            ? DeskDecision.Accept([held, .. Ended(order, end.State, end.Reason, context.Now, isHeld: true)])
            : held;
    }

    private static DeskDecision HoldRefused(DeskState state, Command.RecordHoldRefused c, CommandContext context) =>
        state.Orders.TryGetValue(c.OrderId, out var order) && order.IsHoldPending
            ? DeskDecision.Accept([.. Ended(order, OrderState.Denied, c.Code, context.Now, isHeld: false)])
            : DeskDecision.Nothing;

    private static DeskDecision ChildRefused(DeskState state, Command.RecordChildRefused c, CommandContext context) =>
        ChildEnded(
            state,
            new Command.RecordChildEnded(
                c.OrderId, c.Number, OrderState.Rejected, UInt256.Zero, UInt256.Zero, 0, false, c.Code),
            context);

    private static DeskDecision ChildEnded(DeskState state, Command.RecordChildEnded c, CommandContext context)
    {
        if (ChildOf(state, c.OrderId, c.Number) is null)
        {
            return DeskDecision.Nothing;
        }

        var order = state.Orders[c.OrderId];
        var reason = c.Reason is null ? null : OrderDecisions.Cut(c.Reason);
        var ended = new Event.ChildEnded(
            c.OrderId, c.Number, c.State, c.Filled, c.Spent, c.Fills, c.NeedsOperator, reason, context.Now);
        if (EndAfter(order, ended) is not var (end, why))
        {
            return ended;
        }

        var events = Ended(order, end, why, context.Now, isHeld: true, c.NeedsOperator);
        return DeskDecision.Accept([ended, .. events]);
    }

    // What the end of a child means for its order; null where the order goes on.
    private static (OrderState State, string Reason)? EndAfter(DeskOrder order, Event.ChildEnded child)
    {
        if (order.Filled + child.Filled == order.Terms.Quantity)
        {
            return (OrderState.Filled, "filled");
        }

        if (child.NeedsOperator)
        {
            return (OrderState.Cancelled, "settlement-refused");
        }

        if (order.EndRequested is { } end)
        {
            return (end.State, end.Reason);
        }

        if (order.Terms.IsImmediate)
        {
            var isFok = order.Terms.TimeInForce == TimeInForce.Fok;
            return (OrderState.Cancelled, isFok ? "not-filled-at-once" : "rest-cancelled");
        }

        if (order.Fills + child.Fills >= FillsMax)
        {
            return (OrderState.Cancelled, "too-many-fills");
        }

        // The desk itself wanted the child out of the way of the next.
        return child.State == OrderState.Filled || order.Child!.CancelRequested is not null
            ? null
            : EndAfterUnasked(order, child);
    }

    private static (OrderState State, string Reason)? EndAfterUnasked(DeskOrder order, Event.ChildEnded child)
    {
        var reason = child.Reason ?? child.State.ToString();
        return child.State switch
        {
            OrderState.Expired => (OrderState.Expired, "expired"),
            OrderState.Cancelled when reason is Orders.Order.EmergencyReason or Orders.Venue.PostOnlyWouldTrade =>
                (OrderState.Cancelled, reason),

            // It is sent again when the system takes orders.
            OrderState.Denied when reason == PaperVenue.SystemNotActive => null,
            OrderState.Denied => (OrderState.Denied, reason),
            _ when child.Filled.IsZero && order.Refusals + 1 >= RefusalsMax => (OrderState.Rejected, reason),
            _ => null,
        };
    }

    // With what follows where nobody has to hear of it.
    private static IEnumerable<Event> Ended(
        DeskOrder order, OrderState end, string reason, DateTimeOffset now, bool isHeld, bool needsOperator = false)
    {
        yield return new Event.OrderEnded(order.Id, end, OrderDecisions.Cut(reason), now);
        if ((!isHeld || needsOperator) && order.Received.Bot is null)
        {
            yield return new Event.OrderForgotten(order.Id);
        }
    }

    private static DeskDecision Known(DeskState state, OrderId id, Func<DeskOrder, bool> awaits, Event known)
    {
        if (!state.Orders.TryGetValue(id, out var order) || !awaits(order))
        {
            return DeskDecision.Nothing;
        }

        var isLast = known is Event.EndReported || order.Received.Bot is null || order.IsEndReported;
        return isLast ? new[] { known, new Event.OrderForgotten(id) } : known;
    }

    private static DeskDecision Wake(DeskState state, CommandContext context)
    {
        var events = new List<Event>();
        foreach (var (at, id) in state.Due)
        {
            if (at > context.Now || events.Count >= StepMax)
            {
                break;
            }

            events.AddRange(DueNow(state.Orders[id], context.Now));
        }

        return events.Count == 0 ? DeskDecision.Nothing : DeskDecision.Accept([.. events]);
    }

    private static IEnumerable<Event> DueNow(DeskOrder order, DateTimeOffset now)
    {
        if (order.Terms.ExpiresAt <= now)
        {
            return End(order, OrderState.Expired, "expired", now);
        }

        if (order.LookedAtBy <= now)
        {
            return End(order, OrderState.Cancelled, "market-not-seen", now);
        }

        // What the child has left is part of the next one.
        Event due = new Event.SlicesDue(order.Id, order.SlicesAt(now), now);
        return order.Child is { CancelRequested: null } child
            ? [due, new Event.ChildCancelRequested(order.Id, child.Started.Number, "next-slice", now)]
            : [due];
    }

    private static DeskChild? ChildOf(DeskState state, OrderId id, int number) =>
        state.Orders.TryGetValue(id, out var order) && order.Child?.Started.Number == number ? order.Child : null;
}
