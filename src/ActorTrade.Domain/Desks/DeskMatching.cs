using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Desks.OrderDesk;
using DeskDecision = ActorTrade.EventSourcing.Decision<
    ActorTrade.Domain.Desks.OrderDesk.Event, ActorTrade.Domain.Desks.OrderDesk.Rejection>;

namespace ActorTrade.Domain.Desks;

/// <summary>
/// What a look at the market leads to: new highs, triggers, and the next children of triggered orders and of those
/// whose turn it is. A look that reaches nobody costs O(log n) and stores nothing.
/// </summary>
internal static class DeskMatching
{
    public static DeskDecision Decide(DeskState state, Command.Look look, CommandContext context)
    {
        // A stop of the system begins nothing new; what waits goes on waiting.
        if (context.Mode != SystemMode.Active || context.Now - look.At > LookAgeMax)
        {
            return DeskDecision.Nothing;
        }

        var events = new List<Event>();
        var triggered = new HashSet<OrderId>();
        foreach (var ((side, source), lines) in state.Lines)
        {
            if (lines.Count > 0 && look.PriceOf(source) is > 0 and <= RiskCheck.PriceMax and var price)
            {
                Trigger(state, side, source, lines, price, look, triggered, events, context.Now);
            }
        }

        var passedOver = 0;
        foreach (var order in state.Ready)
        {
            if (events.Count >= StepMax || passedOver >= StepMax)
            {
                break;
            }

            passedOver++;
            if (order.NotBefore <= context.Now && !triggered.Contains(order.Id))
            {
                Work(order, order.ActiveLeg!.Value, look, events, context.Now);
            }
        }

        return events.Count == 0 ? DeskDecision.Nothing : DeskDecision.Accept([.. events]);
    }

    private static void Trigger(
        DeskState state, Side side, TriggerSource source, TriggerLines lines, decimal price, Command.Look look,
        HashSet<OrderId> triggered, List<Event> events, DateTimeOffset now)
    {
        // All orders of a desk trade one instrument.
        var seen = VenueOrder.SeenBy(side, state.Instrument!, price);
        if (lines.IsNewHigh(seen))
        {
            events.Add(new Event.HighSeen(side, source, seen, now));
        }

        foreach (var reached in lines.ReachedAt(seen, StepMax - Math.Min(StepMax, events.Count)))
        {
            var order = state.Orders[new OrderId(reached.Order)];
            if (events.Count >= StepMax || !triggered.Add(order.Id))
            {
                continue;
            }

            var leg = reached.IsStop ? order.Terms.Legs.Length - 1 : 0;
            events.Add(new Event.OrderTriggered(order.Id, leg, price, now));
            if (order.Child is null)
            {
                Work(order, leg, look, events, now);
            }
            else if (order.Child.CancelRequested is null)
            {
                // The other leg's child makes room; what it leaves is this leg's.
                events.Add(new Event.ChildCancelRequested(order.Id, order.Child.Started.Number, "triggered", now));
            }
        }
    }

    // The next child; nothing where it cannot be priced now.
    private static void Work(
        DeskOrder order, int leg, Command.Look look, List<Event> events, DateTimeOffset now)
    {
        var terms = order.Terms;
        if (terms.ExpiresAt <= now)
        {
            return;
        }

        var isPostOnly = terms.PostOnly && terms.Legs[leg].Trigger == TriggerKind.None;
        if (Lacks(terms, isPostOnly, look.Capabilities) is { } lack)
        {
            events.AddRange(DeskDecisions.End(order, OrderState.Rejected, lack, now));
            return;
        }

        if (PriceOf(terms, leg, look) is not var (limit, reference))
        {
            return;
        }

        var isGtd = terms.TimeInForce == TimeInForce.Gtd && look.Capabilities.HasFlag(VenueCapabilities.Gtd);
        var number = order.Children + 1;
        var quantity = order.Shown;
        events.Add(new Event.ChildStarted(
            order.Id, number, DeskRisk.ChildIdOf(order.Id, number), leg, quantity, limit, reference,
            isGtd || terms.IsImmediate ? terms.TimeInForce : TimeInForce.Gtc, isGtd ? terms.ExpiresAt : null,
            isPostOnly,
            terms.Side == Side.Sell ? quantity : order.Received.Hold - order.Spent, now));
    }

    // An order that is good till a date needs nothing of its venue: the desk has a timer.
    private static string? Lacks(VenueOrder terms, bool isPostOnly, VenueCapabilities has) =>
        isPostOnly && !has.HasFlag(VenueCapabilities.PostOnly) ? "venue-lacks-post-only"
        : terms.TimeInForce == TimeInForce.Ioc && !has.HasFlag(VenueCapabilities.Ioc) ? "venue-lacks-ioc"
        : terms.TimeInForce == TimeInForce.Fok && !has.HasFlag(VenueCapabilities.Fok) ? "venue-lacks-fok"
        : null;

    // A buy beyond the price that its hold is for waits at that price, as a limit order.
    private static (decimal? Limit, decimal Reference)? PriceOf(VenueOrder terms, int leg, Command.Look look)
    {
        if (terms.Legs[leg].LimitPrice is { } limit)
        {
            return (limit, limit);
        }

        var offered = (terms.Side == Side.Buy ? look.Ask : look.Bid) ?? look.Mid ?? look.Last;
        if (offered is not (> 0 and <= RiskCheck.PriceMax and var price))
        {
            return null;
        }

        var worst = terms.WorstPrice;
        return terms.Side == Side.Buy && price > worst ? (worst, worst) : (null, price);
    }
}
