using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Desks.OrderDesk;

namespace ActorTrade.Domain.Desks;

/// <summary>What a desk asks of accounts, of its children and of bots. Every effect has an id that follows from the
/// order's, so that asking again after a crash is asking the same.</summary>
internal static class DeskEffects
{
    private const uint HoldCommandSalt = 2;
    private const uint ReleaseSalt = 3;
    private const uint EndSalt = 4;
    private const uint PlaceSalts = 0x2000_0000;
    private const uint CancelSalts = 0x3000_0000;
    private static readonly Effect[] None = [];

    public static IReadOnlyList<Effect> React(DeskState state, Event e) => e switch
    {
        Event.OrderReceived x => Asked(state.Orders[x.OrderId]),
        Event.ChildStarted x => Asked(state.Orders[x.OrderId]),
        Event.ChildPlaced x => Asked(state.Orders[x.OrderId]),
        Event.ChildCancelRequested x when state.Orders[x.OrderId].Child!.IsPlaced => Asked(state.Orders[x.OrderId]),
        Event.OrderEnded x => Asked(state.Orders[x.OrderId]),
        Event.HoldReleased x when state.Orders.TryGetValue(x.OrderId, out var order) => Report(order),
        _ => None,
    };

    public static IReadOnlyList<Effect> Outstanding(DeskState state) => [.. state.Untold.SelectMany(Asked)];

    private static IReadOnlyList<Effect> Asked(DeskOrder order)
    {
        if (order.Ended is not null)
        {
            return [.. Release(order), .. Report(order)];
        }

        return order switch
        {
            { IsHoldPending: true } => [Hold(order)],
            { Child: { IsPlaced: false } child } => [Place(order, child)],
            { Child: { WantsCancel: true } child } => [Cancel(order, child)],
            _ => None,
        };
    }

    private static Effect Hold(DeskOrder order)
    {
        var (id, received) = (order.Id, order.Received);
        return new Effect(
            Account.IdOf(order.Terms.Account),
            new Account.Command.HoldFunds(
                DeskRisk.HoldIdOf(id), order.Terms.HoldToken, received.Hold, received.At + HoldWithin),
            DeterministicGuid.Derive(id.Value, HoldCommandSalt),
            answer => answer switch
            {
                Answer.Rejected rejected => new Command.RecordHoldRefused(id, rejected.Rejection.Code),
                Answer.Accepted { Events: [Account.Event.HoldRefused refused] } =>
                    new Command.RecordHoldRefused(id, refused.Code),
                _ => new Command.RecordFundsHeld(id),
            });
    }

    private static Effect Place(DeskOrder order, DeskChild child)
    {
        var (id, number) = (order.Id, child.Started.Number);
        return new Effect(
            Order.IdOf(child.Started.ChildId),
            DeskRisk.ChildOf(order.Received, child.Started),
            DeterministicGuid.Derive(id.Value, PlaceSalts + (uint)number),
            answer => answer is Answer.Rejected rejected
                ? new Command.RecordChildRefused(id, number, rejected.Rejection.Code)
                : new Command.RecordChildPlaced(id, number));
    }

    private static Effect Cancel(DeskOrder order, DeskChild child)
    {
        var (id, number) = (order.Id, child.Started.Number);
        return new Effect(
            Order.IdOf(child.Started.ChildId),
            new Order.Command.Cancel(child.CancelRequested!.Why),
            DeterministicGuid.Derive(id.Value, CancelSalts + (uint)number),
            _ => new Command.RecordChildCancelHeard(id, number));
    }

    private static IReadOnlyList<Effect> Release(DeskOrder order)
    {
        var id = order.Id;
        return !order.AwaitsRelease
            ? None
            : [
                new Effect(
                    Account.IdOf(order.Terms.Account),
                    new Account.Command.ReleaseHold(DeskRisk.HoldIdOf(id)),
                    DeterministicGuid.Derive(id.Value, ReleaseSalt),
                    answer => new Command.RecordHoldReleased(id, OrderEffects.ReleasedIn(answer))),
            ];
    }

    private static IReadOnlyList<Effect> Report(DeskOrder order)
    {
        var id = order.Id;
        return !order.AwaitsEndReport
            ? None
            : [
                new Effect(
                    Bot.IdOf(order.Received.Bot!.Value),
                    new Bot.Command.RecordOrderClosed(id, order.Ended!.State, order.Ended.Reason),
                    DeterministicGuid.Derive(id.Value, EndSalt),
                    _ => new Command.RecordEndKnown(id)),
            ];
    }
}
