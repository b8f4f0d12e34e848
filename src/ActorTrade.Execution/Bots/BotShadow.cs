using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;
using ActorTrade.Execution.Strategies;

namespace ActorTrade.Execution.Bots;

/// <summary>
/// What a runner knows of its bot's entity: a view, and the events after it in their order. Events come by answers and
/// by notices, doubled and in any order; each counts once. A gap that does not close is healed by a new view.
/// </summary>
internal sealed class BotShadow(IReadOnlyList<Instrument> instruments)
{
    private const int PendingMax = 256;

    private readonly Dictionary<Symbol, SignedAmount> _positions = [];
    private readonly HashSet<Guid> _open = [];
    private readonly Dictionary<Guid, (TokenId TokenIn, UInt256 AmountIn, TokenId TokenOut)> _swaps = [];
    private readonly SortedDictionary<long, Bot.Event> _pending = [];
    private readonly List<OpenDeskOrder> _deskOrders = [];
    private DeskTerms? _deskTerms;

    public bool IsKnown { get; private set; }

    /// <summary>The last event that is counted in.</summary>
    public long SequenceNr { get; private set; }

    public BotState State { get; private set; }

    public int OpenCount => _open.Count;

    /// <summary>In the order in which they were sent.</summary>
    public IReadOnlyList<OpenDeskOrder> DeskOrders => _deskOrders;

    /// <summary>Events are known whose predecessors are not.</summary>
    public bool HasGap => _pending.Count > 0;

    public SignedAmount PositionOf(Symbol symbol) => _positions.GetValueOrDefault(symbol);

    public void Take(BotView view, long sequenceNr)
    {
        if (IsKnown && sequenceNr < SequenceNr)
        {
            return;
        }

        (IsKnown, SequenceNr, State) = (true, sequenceNr, view.State);
        _positions.Clear();
        foreach (var position in view.Positions)
        {
            _positions[position.Symbol] = position.Quantity;
        }

        _open.Clear();
        _open.UnionWith(view.OpenOrders.Select(o => o.OrderId.Value));
        _open.UnionWith(view.OpenSwaps.Select(s => s.TradeId));
        _deskTerms = null;
        _deskOrders.Clear();
        foreach (var (id, terms) in view.DeskOrders ?? [])
        {
            var order = view.OpenOrders.First(o => o.OrderId == id);
            _deskOrders.Add(new OpenDeskOrder(id, order.Symbol, order.Side, order.Quantity, terms));
        }

        _swaps.Clear();
        foreach (var swap in view.OpenSwaps)
        {
            _swaps[swap.TradeId] = (swap.TokenIn, swap.AmountIn, swap.TokenOut);
        }

        Drain();
    }

    /// <summary>Events that end with this number.</summary>
    public void Take(IReadOnlyList<IEvent> events, long lastSequenceNr)
    {
        for (var i = 0; i < events.Count; i++)
        {
            Hold((Bot.Event)events[i], lastSequenceNr - events.Count + 1 + i);
        }

        Drain();
    }

    public void Take(BotNotice notice)
    {
        Hold(notice.Event, notice.SequenceNr);
        Drain();
    }

    // At the bound the newest is left out: the gap stays, and the next view heals both.
    private void Hold(Bot.Event @event, long sequenceNr)
    {
        if (sequenceNr > SequenceNr && _pending.Count < PendingMax)
        {
            _pending[sequenceNr] = @event;
        }
    }

    private void Drain()
    {
        while (IsKnown && _pending.Count > 0)
        {
            var (sequenceNr, @event) = _pending.First();
            if (sequenceNr > SequenceNr + 1)
            {
                return;
            }

            _pending.Remove(sequenceNr);
            if (sequenceNr == SequenceNr + 1)
            {
                SequenceNr = sequenceNr;
                Apply(@event);
            }
        }
    }

    private void Apply(Bot.Event @event)
    {
        switch (@event)
        {
            case Bot.Event.Started:
                State = BotState.Running;
                break;
            case Bot.Event.Paused:
                State = BotState.Paused;
                break;
            case Bot.Event.Stopped:
                State = BotState.Stopped;
                break;
            case Bot.Event.DeskTermsIntended e:
                _deskTerms = e.Terms;
                break;
            case Bot.Event.OrderIntended e:
                Open(e);
                break;
            case Bot.Event.OrderRefused e:
                End(e.OrderId);
                break;
            case Bot.Event.OrderClosed e:
                End(e.OrderId);
                break;
            case Bot.Event.FillRecorded e:
                Fill(e);
                break;
            case Bot.Event.SwapIntended e:
                _open.Add(e.TradeId);
                _swaps[e.TradeId] = (e.Route[0].TokenIn, e.AmountIn, e.Route[^1].TokenOut);
                break;
            case Bot.Event.SwapFinished e:
                _open.Remove(e.TradeId);
                Finish(e);
                break;
        }
    }

    // The terms come right before the order that they are of.
    private void Open(Bot.Event.OrderIntended e)
    {
        _open.Add(e.OrderId.Value);
        if (_deskTerms is { } terms)
        {
            _deskOrders.Add(new OpenDeskOrder(e.OrderId, e.Symbol, e.Side, e.Quantity, terms));
            _deskTerms = null;
        }
    }

    private void End(OrderId order)
    {
        _open.Remove(order.Value);
        _deskOrders.RemoveAll(o => o.OrderId == order);
    }

    private void Fill(Bot.Event.FillRecorded e)
    {
        var quantity = (SignedAmount)e.Quantity;
        Add(e.Symbol, e.Side == Side.Buy ? quantity : -quantity);
        if (instruments.FirstOrDefault(i => i.Symbol == e.Symbol) is { } instrument && e.FeeToken == instrument.Base)
        {
            Add(e.Symbol, -(SignedAmount)e.Fee);
        }
    }

    private void Finish(Bot.Event.SwapFinished e)
    {
        if (!_swaps.Remove(e.TradeId, out var swap) || !e.Settled)
        {
            return;
        }

        foreach (var i in instruments)
        {
            if (swap.TokenIn == i.Quote && swap.TokenOut == i.Base)
            {
                Add(i.Symbol, e.AmountOut);
                return;
            }

            if (swap.TokenIn == i.Base && swap.TokenOut == i.Quote)
            {
                Add(i.Symbol, -(SignedAmount)swap.AmountIn);
                return;
            }
        }
    }

    private void Add(Symbol symbol, SignedAmount change) => _positions[symbol] = PositionOf(symbol) + change;
}
