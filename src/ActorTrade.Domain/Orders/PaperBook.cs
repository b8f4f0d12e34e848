using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Orders;

/// <summary>
/// The state of a paper venue, folded from its events. Changed in place by <see cref="Evolve"/> only.
/// </summary>
public sealed class PaperBook
{
    private const int FaultKinds = 5;
    private static readonly List<PaperOrder> NoOrders = [];
    private readonly Dictionary<OrderId, PaperOrder> _orders = [];
    private readonly Dictionary<Symbol, List<PaperOrder>> _open = [];
    private readonly Dictionary<OrderId, PaperDropped> _dropped = [];
    private readonly Queue<OrderId> _ended = new();
    private readonly SortedDictionary<TokenId, PaperTotal> _totals = [];
    private readonly SortedDictionary<long, PaperOrder> _untold = [];
    private readonly int[] _faults = new int[FaultKinds];

    public PaperTerms Terms { get; private set; } = PaperTerms.Default;

    public bool IsConnected { get; private set; } = true;

    public long OrdersReceived { get; private set; }

    /// <summary>Received or dropped; numbers the submissions for the fault schedule.</summary>
    public long SubmissionsSeen { get; private set; }

    public long TradesMade { get; private set; }

    public int OpenOrders { get; private set; }

    /// <summary>Trades and closings that an order refused to record: each needs an operator.</summary>
    public long Refusals { get; private set; }

    /// <summary>Submissions made until then may have been forgotten, so they are not taken.</summary>
    public DateTimeOffset ForgottenUntil { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>
    /// What the venue's clients paid and received in all, by token: the venue's side of every ledger.
    /// </summary>
    public IReadOnlyDictionary<TokenId, PaperTotal> Totals => _totals;

    public IEnumerable<PaperOrder> Orders => _orders.Values;

    /// <summary>The orders that have something to hear of, in the order they came.</summary>
    public IEnumerable<PaperOrder> Untold => _untold.Values;

    /// <summary>While orders have something to hear of: when to look whether they must be told again.</summary>
    public DateTimeOffset? WakeAt => IsConnected && _untold.Count > 0 ? TouchedAt + Order.LookAgainAfter : null;

    /// <summary>About when the last order or trade came.</summary>
    public DateTimeOffset TouchedAt { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>The open orders of a symbol in the order they came.</summary>
    public IReadOnlyList<PaperOrder> OpenIn(Symbol symbol) => _open.GetValueOrDefault(symbol, NoOrders);

    public PaperOrder? Find(OrderId order) => _orders.GetValueOrDefault(order);

    /// <summary>The first answer to the submission of this order; null where it is new.</summary>
    public Venue.Event? AnswerOf(OrderId order) =>
        _orders.TryGetValue(order, out var found) ? found.FirstAnswer
        : _dropped.TryGetValue(order, out var dropped) ? dropped.AnswerTo(order)
        : null;

    public int FaultsWaiting(PaperFault fault) => _faults[(int)fault];

    /// <summary>
    /// What goes wrong with the next submission, and whether that uses up a fault that was asked for.
    /// </summary>
    public (PaperFault Fault, bool IsSpent) NextSubmitFault()
    {
        for (var fault = PaperFault.TimeOutBeforeAcceptance; fault <= PaperFault.RejectSubmit; fault++)
        {
            if (_faults[(int)fault] > 0)
            {
                return (fault, true);
            }
        }

        var number = SubmissionsSeen + 1;
        return IsFaultDue(number, PaperFault.None)
            ? (PaperFault.TimeOutBeforeAcceptance + (int)(Draw(number, 1) % 3), false)
            : (PaperFault.None, false);
    }

    /// <summary>Whether the seeded schedule lets the event of this number go wrong in this way.</summary>
    public bool IsFaultDue(long number, PaperFault kind) =>
        Terms.FaultPerMille > 0 && Draw(number, 2 + (ulong)kind) % 1000 < (ulong)Terms.FaultPerMille;

    public bool HasRoomFor(Instrument instrument)
    {
        var missing = (_totals.ContainsKey(instrument.Base) ? 0 : 1) + (_totals.ContainsKey(instrument.Quote) ? 0 : 1);
        return _totals.Count + missing <= PaperVenue.TokensMax;
    }

    public PaperBook Evolve(Venue.Event e)
    {
        switch (e)
        {
            case Venue.Event.OrderReceived x:
                Receive(new PaperOrder(x));
                OrdersReceived = x.Number;
                SubmissionsSeen++;
                break;
            case Venue.Event.OrderIsPostOnly x:
                _orders[x.OrderId].IsPostOnly = true;
                break;
            case Venue.Event.SubmissionDropped x:
                _dropped.Add(x.OrderId, new PaperDropped(x.SubmittedAt, RejectedFor: null));
                SubmissionsSeen++;
                Remember(x.OrderId);
                break;
            case Venue.Event.SubmitRejected x:
                _dropped[x.OrderId] = _dropped[x.OrderId] with { RejectedFor = x.Reason };
                break;
            case Venue.Event.SubmitTimedOut x when _orders.TryGetValue(x.OrderId, out var order):
                order.IsAnswerLost = true;
                break;
            case Venue.Event.Traded x:
                Trade(_orders[x.OrderId], x);
                break;
            case Venue.Event.OrderRested x:
                _orders[x.OrderId].IsResting = true;
                break;
            case Venue.Event.OrderClosed x:
                _orders[x.OrderId].Close(x.State, x.Reason);
                Leave(_orders[x.OrderId]);
                _untold[_orders[x.OrderId].Terms.Number] = _orders[x.OrderId];
                break;
            case Venue.Event.OrderTold x:
                Tell(_orders[x.OrderId], x);
                break;
            case Venue.Event.Configured x:
                Terms = x.Terms;
                break;
            case Venue.Event.FaultSet x:
                _faults[(int)x.Fault] = x.Count;
                break;
            case Venue.Event.FaultSpent x:
                _faults[(int)x.Fault]--;
                break;
            case Venue.Event.ConnectionDropped:
                IsConnected = false;
                break;
            case Venue.Event.ConnectionRestored:
                IsConnected = true;
                break;
            default:
                // The answers proper: what they say is in the facts beside them.
                break;
        }

        return this;
    }

    internal PaperSnapshot Capture() => new(
        Terms, IsConnected, OrdersReceived, SubmissionsSeen, TradesMade, Refusals, ForgottenUntil, TouchedAt,
        [.. _faults],
        [.. _totals.Select(t => new CapturedTotal(t.Key, t.Value.Paid, t.Value.Received))],
        [.. _orders.Values.OrderBy(o => o.Terms.Number).Select(o => o.Capture())],
        [.. _dropped.OrderBy(d => d.Key).Select(d => Captured(d.Key, d.Value))],
        [.. _ended],
        [.. _orders.Values.Where(o => o.IsPostOnly).Select(o => o.Terms.OrderId).Order()]);

    private static CapturedDropped Captured(OrderId order, PaperDropped dropped) =>
        new(order, dropped.SubmittedAt, dropped.RejectedFor);

    internal static PaperBook Restore(PaperSnapshot s)
    {
        var book = new PaperBook
        {
            Terms = s.Terms,
            IsConnected = s.IsConnected,
            OrdersReceived = s.OrdersReceived,
            SubmissionsSeen = s.SubmissionsSeen,
            TradesMade = s.TradesMade,
            Refusals = s.Refusals,
            ForgottenUntil = s.ForgottenUntil,
            TouchedAt = s.TouchedAt,
        };
        s.Faults.CopyTo(book._faults, 0);
        foreach (var total in s.Totals)
        {
            book._totals.Add(total.Token, new PaperTotal(total.Paid, total.Received));
        }

        var postOnly = (s.PostOnly ?? []).ToHashSet();
        foreach (var captured in s.Orders)
        {
            var order = PaperOrder.Restore(captured);
            order.IsPostOnly = postOnly.Contains(order.Terms.OrderId);
            book._orders.Add(order.Terms.OrderId, order);
            if (order.Told < order.ToTell)
            {
                book._untold.Add(order.Terms.Number, order);
            }

            if (order.IsOpen)
            {
                book.Enter(order);
            }
        }

        foreach (var dropped in s.Dropped)
        {
            book._dropped.Add(dropped.OrderId, new PaperDropped(dropped.SubmittedAt, dropped.RejectedFor));
        }

        foreach (var ended in s.Ended)
        {
            book._ended.Enqueue(ended);
        }

        return book;
    }

    private void Receive(PaperOrder order)
    {
        TouchedAt = order.Terms.EffectiveAt;
        _orders.Add(order.Terms.OrderId, order);
        _totals.TryAdd(order.Terms.Instrument.Base, default);
        _totals.TryAdd(order.Terms.Instrument.Quote, default);
        Enter(order);
    }

    private void Enter(PaperOrder order)
    {
        if (!_open.TryGetValue(order.Terms.Instrument.Symbol, out var list))
        {
            _open.Add(order.Terms.Instrument.Symbol, list = []);
        }

        list.Add(order);
        OpenOrders++;
    }

    private void Leave(PaperOrder order)
    {
        var list = _open[order.Terms.Instrument.Symbol];
        list.Remove(order);
        OpenOrders--;
        if (list.Count == 0)
        {
            _open.Remove(order.Terms.Instrument.Symbol);
        }
    }

    private void Trade(PaperOrder order, Venue.Event.Traded traded)
    {
        TradesMade++;
        TouchedAt = traded.Trade.At;
        _untold[order.Terms.Number] = order;
        var (paid, received) = order.Add(traded);
        var side = order.Terms.Side;
        var (spent, got) = (order.Terms.Instrument.Spent(side), order.Terms.Instrument.Received(side));
        _totals[spent] = _totals[spent] with { Paid = _totals[spent].Paid + paid };
        _totals[got] = _totals[got] with { Received = _totals[got].Received + received };
        if (!order.IsOpen)
        {
            Leave(order);
        }
    }

    private void Tell(PaperOrder order, Venue.Event.OrderTold told)
    {
        order.Told = told.Count;
        Refusals += told.RefusalCode is null ? 0 : 1;
        if (order.Told == order.ToTell)
        {
            _untold.Remove(order.Terms.Number);
        }

        if (!order.IsOpen && order.Told == order.ToTell)
        {
            Remember(order.Terms.OrderId);
        }
    }

    private void Remember(OrderId ended)
    {
        _ended.Enqueue(ended);
        if (_ended.Count <= PaperVenue.EndedRemembered)
        {
            return;
        }

        var oldest = _ended.Dequeue();
        var submittedAt = _orders.Remove(oldest, out var order) ? order.Terms.SubmittedAt
            : _dropped.Remove(oldest, out var dropped) ? dropped.SubmittedAt
            : DateTimeOffset.MinValue;
        ForgottenUntil = submittedAt > ForgottenUntil ? submittedAt : ForgottenUntil;
    }

    // SplitMix64 of the seed, a number and a purpose: the same faults in every run of the same input.
    private ulong Draw(long number, ulong purpose)
    {
        unchecked
        {
            var z = (ulong)Terms.FaultSeed + ((ulong)number * 0x9E3779B97F4A7C15UL) + (purpose * 0xD1B54A32D192ED03UL);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }
}

/// <summary>What clients paid and received of one token, fees included, in base units.</summary>
public readonly record struct PaperTotal(UInt256 Paid, UInt256 Received);

/// <summary>A submission that was not taken: lost, or rejected for a reason.</summary>
public sealed record PaperDropped(DateTimeOffset SubmittedAt, string? RejectedFor)
{
    public Venue.Event AnswerTo(OrderId order) => RejectedFor is { } reason
        ? new Venue.Event.SubmitRejected(order, reason)
        : new Venue.Event.SubmitTimedOut(order);
}
