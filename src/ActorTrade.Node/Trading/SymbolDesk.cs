using System.Collections.Immutable;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;
using ActorTrade.Execution.Bots;
using ActorTrade.Kernel;
using ActorTrade.Market.Signals;
using ActorTrade.Market.Views;

namespace ActorTrade.Node.Trading;

/// <summary>
/// One symbol of the floor: brings each tick to the paper venue, to the symbol's desk where that has orders, to the
/// signal actor and to the bots, in this order.
/// </summary>
/// <remarks>
/// A trade that no quote preceded within <see cref="QuotesCountFor"/> (a file of trades alone, a day without its
/// quotes) is given a quote around it, <see cref="AssumedSpread"/> wide, since the venue fills from quotes.
/// <para>With conflation (a live feed) the next tick waits until the signal actor and every bot have seen the one
/// before; what comes meanwhile is merged into one tick and counted. Without (a replay) the feed runs everybody until
/// they are idle, and nothing is merged, or the result would depend on the machine's speed.</para>
/// </remarks>
internal sealed class SymbolDesk
{
    /// <summary>Half of it on each side of the last trade.</summary>
    public const decimal AssumedSpread = 0.0010m;

    /// <summary>A quote older than this says nothing about the market any more.</summary>
    public static readonly TimeSpan QuotesCountFor = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan QuoteLifetime = TimeSpan.FromMinutes(1);

    // Somebody who failed over a tick does not answer; the next tick then goes out all the same.
    private static readonly TimeSpan SeenWithin = TimeSpan.FromSeconds(2);

    private readonly IEntities _entities;
    private readonly EntityId _venue;
    private readonly EntityId _desk;
    private readonly OpenDesks _openDesks;
    private readonly TimeProvider _time;
    private readonly bool _conflates;
    private readonly Guid _quoteSeed;
    private readonly Guid _lookSeed;
    private readonly Lock _gate = new();
    private ImmutableArray<ActorRef<BotRunnerMessage>> _bots = [];
    private Tick? _pending;
    private Seen? _current;
    private DateTimeOffset _quotedAt = DateTimeOffset.MinValue;
    private uint _quotes;
    private long _ticks;
    private long _conflated;
    private long _refused;

    public SymbolDesk(
        Symbol symbol,
        ActorRef<SignalMessage> signals,
        IEntities entities,
        EntityId venue,
        OpenDesks openDesks,
        TimeProvider time,
        FloorOptions options)
    {
        Symbol = symbol;
        Signals = signals;
        _entities = entities;
        _venue = venue;
        _desk = OrderDesk.IdOf(venue.Key, symbol);
        _openDesks = openDesks;
        _time = time;
        _conflates = options.Conflates;
        _quoteSeed = DeterministicGuid.FromText($"quote:{symbol}{options.Tenure}");
        _lookSeed = DeterministicGuid.FromText($"look:{symbol}{options.Tenure}");
    }

    public Symbol Symbol { get; }

    public ActorRef<SignalMessage> Signals { get; }

    /// <summary>The last known price: halfway between bid and ask, or the last trade; null before the first.</summary>
    public decimal? Price { get; private set; }

    public long Ticks => Interlocked.Read(ref _ticks);

    /// <summary>Ticks that were merged into a newer one before anybody saw them.</summary>
    public long Conflated => Interlocked.Read(ref _conflated);

    /// <summary>Ticks that a bot's full mailbox did not take, counted once a bot.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public void Add(ActorRef<BotRunnerMessage> bot)
    {
        lock (_gate)
        {
            _bots = _bots.Add(bot);
        }
    }

    /// <summary>Takes the next tick; calls come one after the other.</summary>
    public void Observe(Tick raw)
    {
        Interlocked.Increment(ref _ticks);
        var tick = Quoted(raw);
        Price = tick.Mid ?? tick.Last ?? Price;
        if (!_conflates)
        {
            Deliver(tick, _bots, seen: null);
            return;
        }

        Seen seen;
        lock (_gate)
        {
            if (_current is not null && _time.GetElapsedTime(_current.At) < SeenWithin)
            {
                _conflated += _pending is null ? 0 : 1;
                _pending = _pending is null ? tick : TickConflator.Merge(_pending, tick);
                return;
            }

            tick = _pending is null ? tick : TickConflator.Merge(_pending, tick);
            _pending = null;
            _current = seen = new Seen(this, _bots, _time.GetTimestamp());
        }

        Deliver(tick, seen.Bots, seen);
    }

    private Tick Quoted(Tick tick)
    {
        if (tick.Bid is not null || tick.Ask is not null)
        {
            _quotedAt = tick.At;
            return tick;
        }

        return tick.Last is not { } last || tick.At - _quotedAt <= QuotesCountFor
            ? tick
            : tick with { Bid = last * (1 - (AssumedSpread / 2)), Ask = last * (1 + (AssumedSpread / 2)) };
    }

    private void Deliver(Tick tick, ImmutableArray<ActorRef<BotRunnerMessage>> bots, Seen? seen)
    {
        if (PaperVenue.Command.Quote.Of(tick) is { } quote)
        {
            Tell(_venue, quote, _quoteSeed, QuoteLifetime);
        }

        if (_openDesks.HasOrders(_desk) && OrderDesk.Command.Look.Of(tick, PaperVenue.Capabilities) is { } look)
        {
            Tell(_desk, look, _lookSeed, OrderDesk.LookAgeMax);
        }

        Tick[] ticks = [tick];
        if (!Signals.Tell(new SignalMessage.Observe(ticks, seen)))
        {
            seen?.Count();
        }

        var observe = new BotRunnerMessage.Observe(ticks, seen);
        foreach (var bot in bots)
        {
            if (!bot.Tell(observe))
            {
                // Who does not take the tick does not answer it either.
                Interlocked.Increment(ref _refused);
                seen?.Count();
            }
        }
    }

    private void Tell(EntityId target, ICommand command, Guid seed, TimeSpan lifetime)
    {
        var id = DeterministicGuid.Derive(seed, unchecked(_quotes++));
        var header = new CommandHeader(id, CommandContext.Self, _time.GetUtcNow() + lifetime);
        _entities.Send(target, command, header, answerTo: null);
    }

    private void OnSeen(Seen seen)
    {
        Tick? next;
        lock (_gate)
        {
            if (!ReferenceEquals(seen, _current))
            {
                return;
            }

            (next, _pending) = (_pending, null);
            _current = next is null ? null : new Seen(this, _bots, _time.GetTimestamp());
            seen = _current ?? seen;
        }

        if (next is not null)
        {
            Deliver(next, seen.Bots, seen);
        }
    }

    /// <summary>One tick on its way: counts who has seen it.</summary>
    private sealed class Seen(SymbolDesk desk, ImmutableArray<ActorRef<BotRunnerMessage>> bots, long at)
        : IReplyTo<TicksObserved>, IReplyTo<BotObserved>
    {
        private int _left = bots.Length + 1;

        public ImmutableArray<ActorRef<BotRunnerMessage>> Bots { get; } = bots;

        public long At { get; } = at;

        public void Reply(TicksObserved reply) => Count();

        public void Reply(BotObserved reply) => Count();

        public void Count()
        {
            if (Interlocked.Decrement(ref _left) == 0)
            {
                desk.OnSeen(this);
            }
        }
    }
}
