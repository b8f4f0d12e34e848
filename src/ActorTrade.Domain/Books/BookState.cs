using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Books.OrderBook;

namespace ActorTrade.Domain.Books;

/// <summary>The fold of a book's events. Owned by its actor; changed only by <see cref="Evolve"/>.</summary>
public sealed class BookState(PoolId pool)
{
    private readonly Dictionary<Guid, BookOrder> _orders = [];
    private readonly SortedDictionary<(TokenId In, TokenId Out), BookSide> _sides = [];
    private readonly Alarms<Guid> _alarms = new();
    private readonly OutcomeMemory<Event> _outcomes = new(OutcomesMax);
    private long _number;

    public PoolId Pool { get; } = pool;

    public IReadOnlyDictionary<Guid, BookOrder> Orders => _orders;

    public OutcomeMemory<Event> Outcomes => _outcomes;

    public int FillsUnderWay { get; private set; }

    /// <summary>When the fills under way have all happened or been refused.</summary>
    public DateTimeOffset FillsUntil { get; private set; }

    internal IEnumerable<BookSide> Sides => _sides.Values;

    /// <summary>What is due without anybody asking, the earliest first.</summary>
    internal IEnumerable<(DateTimeOffset At, Guid Order)> Due => _alarms.Due;

    /// <summary>Fills and ends that their accounts have not answered, the oldest first.</summary>
    internal IEnumerable<BookOrder> Untold => _alarms.Untold.Select(id => _orders[id]);

    /// <summary>All orders of a direction that go on; walks the whole book.</summary>
    internal IEnumerable<BookOrder> OrdersOf(BookSide side) => _orders.Values
        .Where(o => !o.IsOver && o.Terms.TokenIn == side.TokenIn && o.Terms.TokenOut == side.TokenOut);

    internal DateTimeOffset? WakeAt => _alarms.WakeAt;

    public BookState Evolve(Event e)
    {
        switch (e)
        {
            case Event.OrderReceived received:
                Receive(received);
                break;
            case Event.OrderRefused refused:
                _outcomes.RememberRefusal(refused.OrderId, e, refused.Deadline, refused.At);
                break;
            case Event.HighSeen high:
                SideOf(high.TokenIn, high.TokenOut).LinesOf(high.TriggerBy).See(high.Price);
                break;
            case Event.OrderForgotten forgotten:
                Forget(forgotten.OrderId);
                break;
            default:
                EvolveOrder(e);
                break;
        }

        return this;
    }

    public BookView ToView() => new(
        Pool,
        _orders.Count,
        FillsUnderWay,
        _alarms.UntoldCount - FillsUnderWay,
        [.. _sides.Values.Where(s => !s.IsEmpty).Select(s => s.ToView())]);

    public BookSnapshot Capture() => new(
        Pool,
        _number,
        FillsUntil,
        [.. _orders.Values.OrderBy(o => o.Number).ThenBy(o => o.Id).Select(o => o.Capture(HighOf(o)))],
        _outcomes.Capture());

    public static BookState Restore(BookSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var state = new BookState(snapshot.Pool) { _number = snapshot.Number, FillsUntil = snapshot.FillsUntil };
        foreach (var captured in snapshot.Orders)
        {
            state.Add(BookOrder.Restore(captured), captured.High);
        }

        state._outcomes.Restore(snapshot.Outcomes);
        return state;
    }

    private static Guid OrderOf(Event e) => e switch
    {
        Event.OrderRested x => x.OrderId,
        Event.OrderTriggered x => x.OrderId,
        Event.SlicesDue x => x.OrderId,
        Event.FillStarted x => x.OrderId,
        Event.FillSettled x => x.OrderId,
        Event.FillRefused x => x.OrderId,
        Event.EndRequested x => x.OrderId,
        Event.OrderEnded x => x.OrderId,
        _ => throw new InvalidOperationException($"The book knows no event {e.GetType().Name}."),
    };

    private void Receive(Event.OrderReceived received)
    {
        _outcomes.ForgetBefore(received.At);
        _outcomes.Remember(received.OrderId, received, received.Deadline, needsAcknowledgement: false);
        Add(new BookOrder(received, ++_number), high: null);
    }

    private void Add(BookOrder order, Price? high)
    {
        _orders.Add(order.Id, order);
        var side = SideOf(order);
        if (order.TriggeredLeg is null && !order.IsOver)
        {
            side.AddTriggers(order, high);
        }

        PutIn(order, side);
    }

    private void Forget(Guid id)
    {
        if (_orders.Remove(id, out var order))
        {
            var side = SideOf(order);
            TakeOut(order, side);
            if (side.IsEmpty)
            {
                _sides.Remove((side.TokenIn, side.TokenOut));
            }
        }
    }

    private void EvolveOrder(Event e)
    {
        var order = _orders[OrderOf(e)];
        var side = SideOf(order);
        TakeOut(order, side);
        if (order.TriggeredLeg is null && e is Event.OrderTriggered or Event.EndRequested or Event.OrderEnded)
        {
            side.RemoveTriggers(order);
        }

        Change(order, e);
        PutIn(order, side);
    }

    private void Change(BookOrder order, Event e)
    {
        switch (e)
        {
            case Event.OrderRested:
                order.OnRested();
                break;
            case Event.OrderTriggered triggered:
                order.OnTriggered(triggered, ++_number);
                break;
            case Event.SlicesDue slices:
                order.OnSlices(slices.Slices);
                break;
            case Event.FillStarted fill:
                FillsUntil = fill.Deadline;
                order.OnFillStarted(fill);
                break;
            case Event.FillSettled settled:
                MoveIfNextPart(order, settled);
                break;
            case Event.FillRefused refused:
                order.OnFillRefused(refused.At);
                break;
            case Event.EndRequested end:
                order.OnEndRequested(end);
                break;
            case Event.OrderEnded ended:
                order.OnEnded(ended);
                break;
        }
    }

    // Its triggers stand in their indexes under its number; an iceberg's are gone when it is filled.
    private void MoveIfNextPart(BookOrder order, Event.FillSettled settled)
    {
        if (order.OnFillSettled(settled.AmountOut, settled.At))
        {
            order.MoveToEnd(++_number);
        }
    }

    private void PutIn(BookOrder order, BookSide side)
    {
        side.PutInLine(order);
        _alarms.Put(order.Id, order.DueAt, UntoldSince(order));
        FillsUnderWay += order.Fill is null ? 0 : 1;
    }

    // Call before anything of the order changes.
    private void TakeOut(BookOrder order, BookSide side)
    {
        side.TakeOutOfLine(order);
        _alarms.Take(order.Id, order.DueAt, UntoldSince(order));
        FillsUnderWay -= order.Fill is null ? 0 : 1;
    }

    private static DateTimeOffset? UntoldSince(BookOrder order) => order.Fill?.At ?? order.Ended?.At;

    private Price? HighOf(BookOrder order) => SideOf(order).LinesOf(order.TriggerBy).HighOf(order.Id);

    private BookSide SideOf(BookOrder order) => SideOf(order.Terms.TokenIn, order.Terms.TokenOut);

    private BookSide SideOf(TokenId tokenIn, TokenId tokenOut)
    {
        if (!_sides.TryGetValue((tokenIn, tokenOut), out var side))
        {
            _sides.Add((tokenIn, tokenOut), side = new BookSide(tokenIn, tokenOut));
        }

        return side;
    }
}

// A snapshot of an older form (v1 could not tell how an order is protected) is not read: the events say the same, and
// more.
[StoredName("book.snapshot.v2")]
public sealed record BookSnapshot(
    PoolId Pool,
    long Number,
    DateTimeOffset FillsUntil,
    CapturedOrder[] Orders,
    RememberedOutcome<Event>[] Outcomes);
