using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.System;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Projections;

namespace ActorTrade.Node.Trading;

/// <summary>
/// What a floor must know of the events before its start: which bots there are, which orders are open, and the last
/// change of the system's state. Grows with the bots and the open orders, not with the past.
/// </summary>
internal sealed class FloorPast
{
    private readonly List<Bot.Event.Registered> _bots = [];
    private readonly HashSet<OrderId> _open = [];

    /// <summary>In the order of their registration.</summary>
    public IReadOnlyList<Bot.Event.Registered> Bots => _bots;

    /// <summary>Submitted and without an end, in the order of their ids.</summary>
    public IEnumerable<OrderId> OpenOrders => _open.Order();

    /// <summary>Null where it never changed.</summary>
    public SystemMode? Mode { get; private set; }

    // The key of an order's entity is its id without hyphens.
    public static OrderId OrderOf(EntityId entity) => new(Guid.ParseExact(entity.Key, "N"));

    public static bool Ends(Order.Event e) => e is Order.Event.OrderDenied or Order.Event.OrderFilled
        or Order.Event.OrderCancelled or Order.Event.OrderExpired or Order.Event.OrderRejected;

    public void Take(in ProjectedEvent committed)
    {
        switch (committed.Event)
        {
            case Bot.Event.Registered registered:
                _bots.Add(registered);
                break;
            case Order.Event.OrderSubmitted:
                _open.Add(OrderOf(committed.Entity));
                break;
            case Order.Event e when Ends(e):
                _open.Remove(OrderOf(committed.Entity));
                break;
            case TradingSystem.Event.ModeChanged changed:
                Mode = changed.To;
                break;
        }
    }

    public void Clear()
    {
        _bots.Clear();
        _open.Clear();
        Mode = null;
    }
}
