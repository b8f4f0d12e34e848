using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Bots;

/// <summary>
/// What a bot's events ask of orders and accounts. An order intended is asked for until it is placed or refused; a
/// cancel once the order is placed, until it is answered; a swap until it has ended.
/// </summary>
internal static class BotEffects
{
    private const uint PlaceSalt = 1;
    private const uint CancelSalt = 2;
    private const uint SwapSalt = 3;

    public static IReadOnlyList<Effect> React(Bot.State state, Bot.Event @event) => @event switch
    {
        Bot.Event.OrderIntended e => [Place(state, e)],
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
                effects.Add((order.Terms.Number, Place(state, order.Terms)));
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

    private static Effect Place(Bot.State state, Bot.Event.OrderIntended e)
    {
        var id = e.OrderId;
        return new Effect(
            Order.IdOf(id),
            BotOrders.OrderOf(state.Terms!, e),
            DeterministicGuid.Derive(id.Value, PlaceSalt),
            answer => answer is Answer.Rejected { Rejection: var rejection }
                ? new Bot.Command.RecordOrderRefused(id, rejection.Code)
                : new Bot.Command.RecordOrderPlaced(id));
    }

    private static Effect Cancel(Bot.OpenOrder order)
    {
        var id = order.Terms.OrderId;
        return new Effect(
            Order.IdOf(id),
            new Order.Command.Cancel(order.CancelWhy!),
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
