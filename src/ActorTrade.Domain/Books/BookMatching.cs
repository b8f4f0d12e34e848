using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Books.OrderBook;
using BookDecision = ActorTrade.EventSourcing.Decision<
    ActorTrade.Domain.Books.OrderBook.Event, ActorTrade.Domain.Books.OrderBook.Rejection>;

namespace ActorTrade.Domain.Books;

/// <summary>
/// What a look at the pool leads to: first new highs and triggers, and at the next look, when everyone who has been
/// triggered stands in line, fills. A look that reaches nobody costs O(log n) and stores nothing.
/// </summary>
/// <remarks>
/// An order gets the part of which every unit sells at its limit or better, as if the orders before it had been filled;
/// only all-or-nothing orders are judged by the price of the whole. Of that part an order that is to be split gets no
/// more than is safe from a sandwich. An order that could sell only a part too small to
/// be worth it stays first in line, and nobody behind it is filled before it. One direction a look: a fill of one makes
/// the other dearer only for itself.
/// </remarks>
internal static class BookMatching
{
    public static BookDecision Decide(BookState state, Command.Look c, CommandContext context)
    {
        // A stop of the system begins nothing new; what waits goes on waiting.
        if (context.Mode != SystemMode.Active || c.Pool.Id != state.Pool || context.Now - c.SeenAt > LookAgeMax)
        {
            return BookDecision.Nothing;
        }

        var events = new List<Event>();
        var depth = PoolDepth.Of(c.Pool);
        foreach (var side in state.Sides)
        {
            if (side.IsEmpty)
            {
                continue;
            }

            if (depth is null || !depth.Trades(side.TokenIn, side.TokenOut))
            {
                EndStrangers(state, side, events, context.Now);
            }
            else
            {
                TriggerAll(state, side, depth, c.Means, events, context.Now);
            }
        }

        if (events.Count == 0 && depth is not null)
        {
            Trade(state, depth, events, context);
        }

        return events.Count == 0 ? BookDecision.Nothing : BookDecision.Accept([.. events]);
    }

    private static void EndStrangers(BookState state, BookSide side, List<Event> events, DateTimeOffset now)
    {
        foreach (var order in state.OrdersOf(side).Take(StepMax - Math.Min(StepMax, events.Count)))
        {
            events.Add(BookDecisions.End(order, PoolOrderEnd.Ended, "wrong-tokens", now));
        }
    }

    private static void TriggerAll(
        BookState state, BookSide side, PoolDepth depth, SeenMean[]? means, List<Event> events, DateTimeOffset now)
    {
        if (depth.Spot(side.TokenIn, side.TokenOut) is { } spot)
        {
            Trigger(state, side, null, spot, events, now);
        }

        foreach (var (window, ageMax) in side.ByMean.Keys)
        {
            if (depth.Mean(means, side, window, ageMax) is { } mean)
            {
                Trigger(state, side, new TriggerMean(window, ageMax), mean, events, now);
            }
        }
    }

    private static void Trigger(
        BookState state, BookSide side, TriggerMean? by, Price spot, List<Event> events, DateTimeOffset now)
    {
        var lines = side.LinesOf(by);
        if (lines.IsNewHigh(spot))
        {
            events.Add(new Event.HighSeen(side.TokenIn, side.TokenOut, spot, now, by));
        }

        var triggered = new HashSet<Guid>();
        foreach (var reached in lines.ReachedAt(spot, StepMax - Math.Min(StepMax, events.Count)))
        {
            if (events.Count < StepMax && triggered.Add(reached.Order))
            {
                var order = state.Orders[reached.Order];
                var leg = reached.IsStop ? order.Terms.Legs.Length - 1 : 0;
                var limit = order.Terms.Legs[leg].LimitFrom(reached.At);
                events.Add(new Event.OrderTriggered(order.Id, leg, spot, limit, now));
            }
        }
    }

    private static void Trade(BookState state, PoolDepth depth, List<Event> events, CommandContext context)
    {
        if (state.FillsUnderWay > 0 && context.Now <= state.FillsUntil)
        {
            return;
        }

        foreach (var side in state.Sides)
        {
            Admit(state, side, depth, events, context.Now);
            if (events.Count == 0)
            {
                Fill(state, side, depth, events, context.Now);
                EndImmediate(state, side, events, context.Now);
            }

            if (events.Count > 0)
            {
                return;
            }
        }
    }

    // Post-only orders are looked at before anything trades, against the pool as it is.
    private static void Admit(
        BookState state, BookSide side, PoolDepth depth, List<Event> events, DateTimeOffset now)
    {
        foreach (var (_, id) in side.AwaitLook.Take(StepMax))
        {
            var order = state.Orders[id];
            var limit = order.RestingLimit!.Value;
            var wouldTrade = !depth.SellableAt(side.TokenIn, side.TokenOut, limit, order.Left).IsZero;
            events.Add(wouldTrade
                ? BookDecisions.End(order, PoolOrderEnd.Ended, "post-only-would-trade", now)
                : new Event.OrderRested(id, now));
        }
    }

    private static void Fill(
        BookState state, BookSide side, PoolDepth depth, List<Event> events, DateTimeOffset now)
    {
        var passedOver = 0;
        foreach (var line in side.Resting.InOrder)
        {
            var order = state.Orders[line.Order];
            if (events.Count >= StepMax || passedOver >= StepMax)
            {
                return;
            }

            // A refused one, and the rest of a split one, is not in the way while it waits.
            if (order.NotBefore > now)
            {
                passedOver++;
                continue;
            }

            var isAllOrNothing = order.Terms.TimeInForce == TimeInForce.Fok;
            var amount = isAllOrNothing
                ? order.Left
                : depth.SellableAt(side.TokenIn, side.TokenOut, line.Price, order.Shown);
            var isWorthIt = amount == order.Shown || amount >= order.Terms.LeastFill || order.Terms.IsImmediate;
            if (amount.IsZero || !isWorthIt)
            {
                return;
            }

            // All or nothing ends below; so few units that they round below the limit wait; neither is in the way.
            var (part, isPrivate) = Guarded(order, depth, amount);
            if (!depth.IsWithin(side.TokenIn, side.TokenOut, amount, line.Price)
                || !depth.IsWithin(side.TokenIn, side.TokenOut, part, line.Price))
            {
                passedOver++;
                continue;
            }

            TriggerPrices.TryLeastOut(part, line.Price, out var least);
            depth.Take(side.TokenIn, side.TokenOut, part);
            events.Add(
                new Event.FillStarted(order.Id, order.Fills + 1, part, least, now + FillWithin, now, isPrivate));
        }
    }

    // What trades now of an amount that its price allows, and whether nobody may see it before.
    private static (UInt256 Amount, bool IsPrivate) Guarded(BookOrder order, PoolDepth depth, UInt256 amount) =>
        order.Protection switch
        {
            SandwichProtection.Split => depth.SafePart(
                order.Terms.TokenIn, order.Terms.TokenOut, amount, order.Terms.AmountIn),
            SandwichProtection.Private => (amount, true),
            _ => (amount, false),
        };

    // Orders that must trade at once, and did not at this look.
    private static void EndImmediate(BookState state, BookSide side, List<Event> events, DateTimeOffset now)
    {
        if (side.Immediate.Count == 0)
        {
            return;
        }

        var filled = events.OfType<Event.FillStarted>().Select(f => f.OrderId).ToHashSet();
        foreach (var (_, id) in side.Immediate)
        {
            if (events.Count >= 2 * StepMax)
            {
                return;
            }

            if (!filled.Contains(id))
            {
                events.Add(new Event.OrderEnded(id, PoolOrderEnd.Ended, "not-filled-at-once", now));
            }
        }
    }
}
