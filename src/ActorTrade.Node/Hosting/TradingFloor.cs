using ActorTrade.Domain.Markets;
using ActorTrade.Gateway;
using ActorTrade.Kernel;
using ActorTrade.Market.Simulation;
using ActorTrade.Market.Views;

namespace ActorTrade.Node.Hosting;

/// <summary>Where a floor's ticks come from: steps, each of which is fed at once, one every interval.</summary>
/// <param name="Name">For people, such as "simulated market, seed 1".</param>
/// <param name="Steps">May be endless; is enumerated on the feed's turn.</param>
public sealed record TickSource(string Name, IEnumerable<IReadOnlyList<Tick>> Steps, TimeSpan Interval)
{
    /// <summary>Five symbols from a seed. Their time is the moment they are fed.</summary>
    public static TickSource Simulated(ulong seed, TimeSpan interval, DateTimeOffset start) => new(
        $"simulated market, seed {seed}",
        new SimulatedMarket(seed, start, interval).Ticks().Chunk(SimulatedMarket.Default.Count),
        interval);
}

/// <summary>
/// Everything that lives from ticks: the market view, and the keeper that moves the house's pools after the market. It
/// takes a
/// source and a node and starts actors of the node's system; what the page shows of the market is read here.
/// </summary>
public sealed class TradingFloor
{
    private readonly TimeProvider _time;
    private readonly string _source;
    private readonly long _startedAt;
    private volatile IReadOnlyList<MarketQuote> _quotes = [];
    private long _ticks;
    private double _ticksPerSecond;

    private TradingFloor(NodeHost host, TickSource source)
    {
        _time = host.System.Time;
        _source = source.Name;
        _startedAt = _time.GetTimestamp();
    }

    /// <summary>Ticks fed so far.</summary>
    public long Ticks => Interlocked.Read(ref _ticks);

    /// <summary>Starts the feed and what it feeds.</summary>
    public static TradingFloor Start(NodeHost host, TickSource source)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(source);
        var floor = new TradingFloor(host, source);
        var keeper = host.System.Spawn(
            () => new PoolKeeper(host.Door, host.Options.FirstStart?.Pools ?? []), "pool-keeper");
        host.System.Spawn(() => new MarketFeed(floor, source, keeper), "market-feed");
        return floor;
    }

    /// <summary>What the page shows.</summary>
    public MarketStatus Status() => new(
        _source,
        Ticks,
        Math.Round(Volatile.Read(ref _ticksPerSecond), 1),
        [.. _quotes.Select(q => new QuoteStatus(q.Symbol.ToString(), q.Venue, q.Bid, q.Ask, q.Last, q.At))]);

    internal void Fed(int ticks, IReadOnlyList<MarketQuote> quotes)
    {
        _quotes = quotes;
        var total = Interlocked.Add(ref _ticks, ticks);
        var seconds = _time.GetElapsedTime(_startedAt).TotalSeconds;
        Volatile.Write(ref _ticksPerSecond, seconds > 0 ? total / seconds : 0);
    }
}

/// <summary>Feeds one step of ticks every interval.</summary>
internal sealed class MarketFeed(TradingFloor floor, TickSource source, ActorRef<PoolKeeper.Message> keeper)
    : Actor<MarketFeed.StepDue>
{
    private readonly MarketView _view = new();
    private IEnumerator<IReadOnlyList<Tick>>? _steps;

    protected override void PreStart()
    {
        _steps = source.Steps.GetEnumerator();
        Context.SchedulePeriodic("step", source.Interval, new StepDue());
    }

    protected override void PostStop() => _steps?.Dispose();

    protected override void Receive(StepDue message)
    {
        if (!_steps!.MoveNext())
        {
            Context.CancelTimer("step");
            return;
        }

        var now = Context.Time.GetUtcNow();
        foreach (var tick in _steps.Current)
        {
            _view.Apply(tick with { At = now });
        }

        IReadOnlyList<MarketQuote> quotes = [.. _view.All];
        floor.Fed(_steps.Current.Count, quotes);
        keeper.Tell(new PoolKeeper.Message.Market(quotes));
    }

    internal sealed record StepDue;
}
