using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Books.OrderBook;
using BookDecision = ActorTrade.EventSourcing.Decision<
    ActorTrade.Domain.Books.OrderBook.Event, ActorTrade.Domain.Books.OrderBook.Rejection>;

namespace ActorTrade.Domain.Books;

/// <summary>What a book says to each command but a look at its pool, which is <see cref="BookMatching"/>'s. Refusals
/// are facts: they are journaled, so that a late repeat is not taken.</summary>
internal static class BookDecisions
{
    /// <summary>The account has no such order: nothing of it can ever be filled.</summary>
    public const string OrderUnknown = "order-unknown";

    public static BookDecision Decide(BookState state, Command command, CommandContext context)
    {
        if (context.Principal != CommandContext.Self)
        {
            return new Rejection.NotPermitted(context.Principal);
        }

        return command switch
        {
            Command.Look c => BookMatching.Decide(state, c, context),
            Command.Place c => Place(state, c, context),
            Command.Cancel c => Cancel(state, c, context),
            Command.RecordFill c => Filled(state, c, context),
            Command.RecordFillRefused c => FillRefused(state, c, context),
            Command.RecordEndKnown c => EndKnown(state, c),
            Command.Wake => Wake(state, context),
            _ => throw new InvalidOperationException($"The book knows no command {command.GetType().Name}."),
        };
    }

    /// <summary>Ends an order, or asks for it where a fill is under way.</summary>
    public static Event End(BookOrder order, PoolOrderEnd end, string reason, DateTimeOffset now) =>
        order.Fill is null
            ? new Event.OrderEnded(order.Id, end, reason, now)
            : new Event.EndRequested(order.Id, end, reason, now);

    private static BookDecision Place(BookState state, Command.Place c, CommandContext context)
    {
        if (state.Orders.TryGetValue(c.OrderId, out var open))
        {
            return open.Received.Account == c.Account && open.Protection == c.Protection
                && open.TriggerBy == c.TriggerBy && open.Terms.IsSameAs(c.Order)
                ? BookDecision.Earlier(open.Received)
                : IdReused(c, context);
        }

        if (state.Outcomes.TryGet(c.OrderId, context.Now, out var earlier))
        {
            var isSame = earlier switch
            {
                Event.OrderReceived e =>
                    e.Account == c.Account && e.Deadline == c.Deadline && e.Protection == c.Protection
                        && e.TriggerBy == c.TriggerBy && e.Order.IsSameAs(c.Order),
                Event.OrderRefused e => e.Account == c.Account && e.Deadline == c.Deadline,
                _ => false,
            };
            return isSame ? BookDecision.Earlier(earlier) : IdReused(c, context);
        }

        if (state.Outcomes.IsFullAt(context.Now))
        {
            return new Rejection.TooManyOutcomes(OutcomesMax);
        }

        var refusal = TradeTiming.IsPast(c.Deadline, context.Now) ? "deadline-passed"
            : state.Orders.Count >= OrdersMax ? "book-full"
            : c.Order.Problem(context.Now, c.Protection, c.TriggerBy) is not null ? "order-terms-invalid"
            : null;
        return refusal is null
            ? new Event.OrderReceived(
                c.OrderId, c.Account, c.Order, c.Deadline, context.Now, c.Protection, c.TriggerBy)
            : new Event.OrderRefused(c.OrderId, c.Account, refusal, c.Deadline, context.Now);
    }

    // Not an outcome of this order, until its deadline makes sure that it never comes in.
    private static BookDecision IdReused(Command.Place c, CommandContext context) =>
        TradeTiming.IsPastEverywhere(c.Deadline, context.Now)
            ? new Event.OrderRefused(c.OrderId, c.Account, "deadline-passed", c.Deadline, context.Now)
            : new Rejection.IdReused(c.OrderId);

    private static BookDecision Cancel(BookState state, Command.Cancel c, CommandContext context)
    {
        if (state.Orders.TryGetValue(c.OrderId, out var order))
        {
            return order.Received.Account != c.Account ? new Rejection.IdReused(c.OrderId)
                : order.IsOver ? BookDecision.Nothing
                : End(order, PoolOrderEnd.Cancelled, c.Why, context.Now);
        }

        // It has ended, or its placing is still under way and must find that it is too late.
        var isKnown = state.Outcomes.TryGet(c.OrderId, context.Now, out _);
        if (isKnown || TradeTiming.IsPastEverywhere(c.Deadline, context.Now))
        {
            return BookDecision.Nothing;
        }

        return state.Outcomes.IsFullAt(context.Now)
            ? new Rejection.TooManyOutcomes(OutcomesMax)
            : new Event.OrderRefused(c.OrderId, c.Account, "cancelled", c.Deadline, context.Now);
    }

    private static BookDecision Filled(BookState state, Command.RecordFill c, CommandContext context)
    {
        if (!state.Orders.TryGetValue(c.OrderId, out var order) || order.Fill?.Number != c.Number)
        {
            return BookDecision.Nothing;
        }

        var settled = new Event.FillSettled(
            c.OrderId, c.Number, c.AmountOut, context.Now, order.Fill.AmountIn);
        var isAll = order.Sold + order.Fill.AmountIn == order.Terms.AmountIn;
        return EndAfterFill(order, isAll, context.Now) is { } end ? new Event[] { settled, end } : settled;
    }

    private static BookDecision FillRefused(BookState state, Command.RecordFillRefused c, CommandContext context)
    {
        if (!state.Orders.TryGetValue(c.OrderId, out var order) || order.Fill?.Number != c.Number)
        {
            return BookDecision.Nothing;
        }

        var refused = new Event.FillRefused(c.OrderId, c.Number, c.Reason, context.Now);
        var end = c.Reason == OrderUnknown
            ? new Event.OrderEnded(order.Id, PoolOrderEnd.Ended, OrderUnknown, context.Now)
            : EndAfterFill(order, isAll: false, context.Now);
        return end is not null ? new Event[] { refused, end } : refused;
    }

    private static Event.OrderEnded? EndAfterFill(BookOrder order, bool isAll, DateTimeOffset now) =>
        isAll ? new Event.OrderEnded(order.Id, PoolOrderEnd.Filled, "filled", now)
        : order.EndRequested is { } end ? new Event.OrderEnded(order.Id, end.End, end.Reason, now)
        : order.Terms.IsImmediate ? new Event.OrderEnded(order.Id, PoolOrderEnd.Ended, ReasonOf(order), now)
        : null;

    /// <summary>Why an order that must trade at once ends.</summary>
    internal static string ReasonOf(BookOrder order) =>
        order.Terms.TimeInForce == TimeInForce.Fok ? "not-filled-at-once" : "rest-cancelled";

    private static BookDecision EndKnown(BookState state, Command.RecordEndKnown c) =>
        state.Orders.TryGetValue(c.OrderId, out var order) && order.Ended is not null
            ? new Event.OrderForgotten(c.OrderId)
            : BookDecision.Nothing;

    private static BookDecision Wake(BookState state, CommandContext context)
    {
        var events = new List<Event>();
        foreach (var (at, id) in state.Due)
        {
            if (at > context.Now || events.Count >= StepMax)
            {
                break;
            }

            events.Add(DueNow(state.Orders[id], context.Now));
        }

        return events.Count == 0 ? BookDecision.Nothing : BookDecision.Accept([.. events]);
    }

    private static Event DueNow(BookOrder order, DateTimeOffset now) =>
        order.Terms.ExpiresAt <= now ? End(order, PoolOrderEnd.Expired, "expired", now)
        : order.Fill is null && order.LookedAtBy <= now ? End(order, PoolOrderEnd.Ended, "pool-not-seen", now)
        : new Event.SlicesDue(order.Id, order.SlicesAt(now), now);
}
