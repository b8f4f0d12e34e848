using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Bots;

/// <summary>
/// What a bot's events ask of orders, desks and accounts. An order intended is asked for until it is placed or refused;
/// a cancel once the order is placed, until it is answered; a swap until it has ended.
/// </summary>
internal static class BotEffects
{
    private const uint PlaceSalt = 1;
    private const uint CancelSalt = 2;
    private const uint SwapSalt = 3;

    public static IReadOnlyList<Effect> React(Bot.State state, Bot.Event @event) => @event switch
    {
        Bot.Event.OrderIntended e => [Place(state, state.Orders[e.OrderId])],
        Bot.Event.OrderPlaced e when state.Orders.TryGetValue(e.OrderId, out var order) && WantsCancel(order) =>
            [Cancel(order)],
        Bot.Event.CancelIntended e when state.Orders.TryGetValue(e.OrderId, out var order) && WantsCancel(order) =>
            [Cancel(order)],
        Bot.Event.SwapIntended e => [Swap(state, e)],
        _ => [],
    };

    public static IReadOnlyList<Effect> Outstanding(Bot.State state)
    {
        var effects = new List<(long Number, Effect Effect)>(state.OpenCount);
        foreach (var order in state.Orders.Values)
        {
            if (!order.Placed)
            {
                effects.Add((order.Terms.Number, Place(state, order)));
            }
            else if (WantsCancel(order))
            {
                effects.Add((order.Terms.Number, Cancel(order)));
            }
        }

        foreach (var swap in state.Swaps.Values)
        {
            effects.Add((swap.Terms.Number, Swap(state, swap.Terms)));
        }

        return effects.OrderBy(e => e.Number).Select(e => e.Effect).ToList();
    }

    private static bool WantsCancel(Bot.OpenOrder order) =>
        order is { Placed: true, CancelWhy: not null, CancelAnswered: false };

    private static Effect Place(Bot.State state, Bot.OpenOrder order)
    {
        var id = order.Terms.OrderId;
        return order.Desk is { } desk
            ? new Effect(
                OrderDesk.IdOf(order.Terms.Venue, order.Terms.Symbol),
                new OrderDesk.Command.Place(
                    id, state.Terms!.Bot, BotDeskOrders.OrderOf(state.Terms, order), desk.Deadline),
                DeterministicGuid.Derive(id.Value, PlaceSalt),
                answer => TakenByDesk(id, answer))
            : new Effect(
                Order.IdOf(id),
                BotOrders.OrderOf(state.Terms!, order.Terms),
                DeterministicGuid.Derive(id.Value, PlaceSalt),
                answer => answer is Answer.Rejected { Rejection: var rejection }
                    ? new Bot.Command.RecordOrderRefused(id, rejection.Code)
                    : new Bot.Command.RecordOrderPlaced(id));
    }

    // A desk that knows nothing more of an order whose end it has told refuses its repeat; the bot knows the end then.
    private static Bot.Command? TakenByDesk(OrderId id, Answer answer) => answer switch
    {
        // It is asked again when the desk has room for another outcome.
        Answer.Rejected { Rejection: OrderDesk.Rejection.TooManyOutcomes } => null,
        Answer.Rejected { Rejection: var rejection } => new Bot.Command.RecordOrderRefused(id, rejection.Code),
        Answer.Accepted { Events: [OrderDesk.Event.OrderRefused refused] } =>
            new Bot.Command.RecordOrderRefused(id, refused.Reason),
        _ => new Bot.Command.RecordOrderPlaced(id),
    };

    // A desk that does not know the order has told its end.
    private static Effect Cancel(Bot.OpenOrder order)
    {
        var id = order.Terms.OrderId;
        var (target, command) = order.Desk is null
            ? (Order.IdOf(id), (ICommand)new Order.Command.Cancel(order.CancelWhy!))
            : (OrderDesk.IdOf(order.Terms.Venue, order.Terms.Symbol),
                new OrderDesk.Command.Cancel(id, order.CancelWhy!));
        return new Effect(
            target,
            command,
            DeterministicGuid.Derive(id.Value, CancelSalt),
            _ => new Bot.Command.RecordCancelAnswered(id));
    }

    private static Effect Swap(Bot.State state, Bot.Event.SwapIntended e)
    {
        var id = e.TradeId;
        return new Effect(
            Account.Definition.Id(state.Terms!.Account.Value),
            new Account.Command.StartSwap(id, e.Route, e.AmountIn, e.MinAmountOut, e.Deadline),
            DeterministicGuid.Derive(id, SwapSalt),
            answer => OutcomeOf(id, answer));
    }

    private static Bot.Command OutcomeOf(Guid id, Answer answer)
    {
        if (answer is Answer.Rejected { Rejection: var rejection })
        {
            return new Bot.Command.RecordSwapFailed(id, rejection.Code);
        }

        var events = answer is Answer.Accepted accepted ? accepted.Events : [];
        if (events.OfType<Account.Event.TradeSettled>().FirstOrDefault() is { } settled)
        {
            return new Bot.Command.RecordSwapSettled(id, settled.AmountOut);
        }

        return events.OfType<Account.Event.TradeReleased>().FirstOrDefault() is { } released
            ? new Bot.Command.RecordSwapFailed(id, released.Reason)
            : throw new InvalidOperationException("An account answered a swap without its outcome.");
    }
}
