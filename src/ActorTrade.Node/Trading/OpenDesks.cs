using System.Collections.Concurrent;
using ActorTrade.Domain.Desks;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Projections;

namespace ActorTrade.Node.Trading;

/// <summary>
/// Which desks have orders, by the journal, so that only these are told of the market. Written on the event tap's turn,
/// read on the feed's.
/// </summary>
internal sealed class OpenDesks
{
    private readonly ConcurrentDictionary<EntityId, int> _orders = new();

    public bool HasOrders(EntityId desk) => _orders.ContainsKey(desk);

    public void Clear() => _orders.Clear();

    public void Note(in ProjectedEvent committed)
    {
        var more = committed.Event switch
        {
            OrderDesk.Event.OrderReceived => 1,
            OrderDesk.Event.OrderForgotten => -1,
            _ => 0,
        };
        if (more == 0)
        {
            return;
        }

        var orders = _orders.GetValueOrDefault(committed.Entity) + more;
        if (orders > 0)
        {
            _orders[committed.Entity] = orders;
        }
        else
        {
            _orders.TryRemove(committed.Entity, out _);
        }
    }
}
