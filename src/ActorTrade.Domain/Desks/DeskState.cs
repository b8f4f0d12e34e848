using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Desks.OrderDesk;

namespace ActorTrade.Domain.Desks;

/// <summary>The fold of a desk's events. Owned by its actor; changed only by <see cref="Evolve"/>.</summary>
public sealed class DeskState(string key)
{
    private readonly Dictionary<OrderId, DeskOrder> _orders = [];
    private readonly SortedDictionary<(Side Side, TriggerSource Source), TriggerLines> _lines = [];
    private readonly SortedSet<(long Number, OrderId Order)> _ready = [];
    private readonly Alarms<OrderId> _alarms = new();
    private readonly OutcomeMemory<Event> _outcomes = new(OutcomesMax);
    private long _number;
    private int _children;

    public string Key { get; } = key;

    /// <summary>What all orders here trade; null where there are none.</summary>
    public Instrument? Instrument { get; private set; }

    public IReadOnlyDictionary<OrderId, DeskOrder> Orders => _orders;

    public OutcomeMemory<Event> Outcomes => _outcomes;

    /// <summary>Orders that wait for a price, by the side they trade and the price they look at.</summary>
    internal IReadOnlyDictionary<(Side Side, TriggerSource Source), TriggerLines> Lines => _lines;

    /// <summary>Orders whose next child a look may send, the earliest first.</summary>
    internal IEnumerable<DeskOrder> Ready => _ready.Select(r => _orders[r.Order]);

    /// <summary>What is due without anybody asking, the earliest first.</summary>
    internal IEnumerable<(DateTimeOffset At, OrderId Order)> Due => _alarms.Due;

    /// <summary>Orders of which somebody owes an answer, the oldest first.</summary>
    internal IEnumerable<DeskOrder> Untold => _alarms.Untold.Select(id => _orders[id]);

    internal DateTimeOffset? WakeAt => _alarms.WakeAt;

    public DeskState Evolve(Event e)
    {
        switch (e)
        {
            case Event.OrderReceived received:
                _outcomes.ForgetBefore(received.At);
                _outcomes.Remember(received.OrderId.Value, received, received.Deadline, needsAcknowledgement: false);
                Add(new DeskOrder(received, ++_number), high: null);
                break;
            case Event.OrderRefused refused:
                _outcomes.RememberRefusal(refused.OrderId.Value, e, refused.Deadline, refused.At);
                break;
            case Event.HighSeen high:
                _lines[(high.Side, high.Source)].See(high.Price);
                break;
            case Event.OrderForgotten forgotten:
                TakeOut(_orders[forgotten.OrderId]);
                _orders.Remove(forgotten.OrderId);
                Instrument = _orders.Count == 0 ? null : Instrument;
                break;
            default:
                EvolveOrder(e);
                break;
        }

        return this;
    }

    public DeskView ToView() =>
        new(Key, _orders.Count, _lines.Values.Sum(l => l.Count), _ready.Count, _children, _alarms.UntoldCount);

    public DeskSnapshot Capture() => new(
        Key,
        _number,
        [.. _orders.Values.OrderBy(o => o.Number).ThenBy(o => o.Id).Select(o => o.Capture(HighOf(o)))],
        _outcomes.Capture());

    public static DeskState Restore(DeskSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var state = new DeskState(snapshot.Key) { _number = snapshot.Number };
        foreach (var captured in snapshot.Orders)
        {
            state.Add(DeskOrder.Restore(captured), captured.High);
        }

        state._outcomes.Restore(snapshot.Outcomes);
        return state;
    }

    private static OrderId OrderOf(Event e) => e switch
    {
        Event.FundsHeld x => x.OrderId,
        Event.OrderTriggered x => x.OrderId,
        Event.SlicesDue x => x.OrderId,
        Event.ChildStarted x => x.OrderId,
        Event.ChildPlaced x => x.OrderId,
        Event.ChildCancelRequested x => x.OrderId,
        Event.ChildCancelHeard x => x.OrderId,
        Event.ChildEnded x => x.OrderId,
        Event.EndRequested x => x.OrderId,
        Event.OrderEnded x => x.OrderId,
        Event.HoldReleased x => x.OrderId,
        Event.EndReported x => x.OrderId,
        _ => throw new InvalidOperationException($"A desk knows no event {e.GetType().Name}."),
    };

    private void Add(DeskOrder order, Price? high)
    {
        Instrument = order.Terms.Instrument;
        _orders.Add(order.Id, order);
        PutIn(order);
        if (order.IsArmed)
        {
            Arm(order, high);
        }
    }

    private void EvolveOrder(Event e)
    {
        var order = _orders[OrderOf(e)];
        TakeOut(order);
        var (wasArmed, number) = (order.IsArmed, order.Number);
        Change(order, e);
        if (wasArmed && !order.IsArmed)
        {
            Disarm(order, number);
        }
        else if (!wasArmed && order.IsArmed)
        {
            Arm(order, high: null);
        }

        PutIn(order);
    }

    private void Change(DeskOrder order, Event e)
    {
        switch (e)
        {
            case Event.FundsHeld x:
                order.OnHeld(x.At, ++_number);
                break;
            case Event.OrderTriggered x:
                order.OnTriggered(x, ++_number);
                break;
            case Event.SlicesDue x:
                order.OnSlicesDue(x.Slices);
                break;
            case Event.ChildStarted x:
                order.OnChildStarted(x);
                break;
            case Event.ChildPlaced:
                order.Child!.IsPlaced = true;
                break;
            case Event.ChildCancelRequested x:
                order.Child!.CancelRequested = x;
                break;
            case Event.ChildCancelHeard:
                order.Child!.IsCancelHeard = true;
                break;
            case Event.ChildEnded x:
                order.OnChildEnded(x);
                break;
            case Event.EndRequested x:
                order.OnEndRequested(x);
                break;
            case Event.OrderEnded x:
                order.OnEnded(x);
                break;
            case Event.HoldReleased:
                order.OnReleased();
                break;
            case Event.EndReported:
                order.OnEndReported();
                break;
        }
    }

    private void Arm(DeskOrder order, Price? high)
    {
        var terms = order.Terms;
        foreach (var leg in terms.Legs)
        {
            if (leg.Trigger != TriggerKind.None)
            {
                LinesOf(terms).Add(
                    order.Id.Value, order.Number, leg.Trigger, SeenPrice(terms, leg), leg.TrailBps, high);
            }
        }
    }

    // By the number it was armed with: a triggered order has another.
    private void Disarm(DeskOrder order, long number)
    {
        foreach (var leg in order.Terms.Legs)
        {
            LinesOf(order.Terms).Remove(order.Id.Value, number, leg.Trigger, SeenPrice(order.Terms, leg));
        }
    }

    private static Price? SeenPrice(VenueOrder terms, VenueLeg leg) =>
        leg.TriggerPrice is { } price ? VenueOrder.SeenBy(terms.Side, terms.Instrument, price) : null;

    private Price? HighOf(DeskOrder order) =>
        _lines.TryGetValue((order.Terms.Side, order.Terms.Source), out var lines)
            ? lines.HighOf(order.Id.Value)
            : null;

    // A buy looks at inverse prices, and its trailing stop lies a share above the lowest price.
    private TriggerLines LinesOf(VenueOrder terms)
    {
        if (!_lines.TryGetValue((terms.Side, terms.Source), out var lines))
        {
            lines = new TriggerLines(terms.Side == Side.Buy ? TriggerPrices.InverseAbove : null);
            _lines.Add((terms.Side, terms.Source), lines);
        }

        return lines;
    }

    private void PutIn(DeskOrder order)
    {
        if (order.IsReady)
        {
            _ready.Add((order.Number, order.Id));
        }

        _alarms.Put(order.Id, order.DueAt, order.UntoldSince);
        _children += order.Child is null ? 0 : 1;
    }

    // Call before anything of the order changes.
    private void TakeOut(DeskOrder order)
    {
        _ready.Remove((order.Number, order.Id));
        _alarms.Take(order.Id, order.DueAt, order.UntoldSince);
        _children -= order.Child is null ? 0 : 1;
    }
}

[StoredName("desk.snapshot.v1")]
public sealed record DeskSnapshot(
    string Key, long Number, CapturedDeskOrder[] Orders, RememberedOutcome<Event>[] Outcomes);
