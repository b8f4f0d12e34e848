using ActorTrade.Domain.Markets;
using ActorTrade.Gateway;
using ActorTrade.Kernel;
using ActorTrade.Market.Simulation;
using ActorTrade.Market.Views;
using ActorTrade.Node.Trading;

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
/// The market of a running node: feeds ticks to the trading floor, where the bots are, and keeps what the page shows.
/// Without bots of its own, a keeper moves the house's pools after the market instead.
/// </summary>
public sealed class LiveMarket
{
    private readonly TimeProvider _time;
    private readonly string _source;
    private readonly long _startedAt;
    private volatile IReadOnlyList<MarketQuote> _quotes = [];
    private readonly TradingFloor _floor;
    private long _ticks;
    private double _ticksPerSecond;

    private LiveMarket(NodeHost host, TickSource source, FloorOptions options)
    {
        _floor = new TradingFloor(
            new FloorServices(host.System, host.Door, host.Journal, host.Catalog, () => host.Door.Mode), options);
        _time = host.System.Time;
        _source = source.Name;
        _startedAt = _time.GetTimestamp();
    }

    /// <summary>Ticks fed so far.</summary>
    public long Ticks => Interlocked.Read(ref _ticks);

    /// <summary>What could not be set up or run, in words.</summary>
    public IReadOnlyList<string> Problems => _floor.Problems;

    /// <summary>Bots that run here.</summary>
    public int Bots => _floor.Bots.Count;

    /// <summary>Starts the feed and what it feeds.</summary>
    public static LiveMarket Start(NodeHost host, TickSource source, FloorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(source);
        options ??= new FloorOptions { RegistersBots = false, OpensPools = false };
        var market = new LiveMarket(host, source, options);
        market._floor.Start();
        var keeper = options.RegistersBots
            ? null
            : host.System.Spawn(
                () => new PoolKeeper(host.Door, host.Options.FirstStart?.Pools ?? []), "pool-keeper");
        host.System.Spawn(() => new MarketFeed(market, source, keeper), "market-feed");
        return market;
    }

    /// <summary>What the page shows.</summary>
    public MarketStatus Status() => new(
        _source,
        Ticks,
        Math.Round(Volatile.Read(ref _ticksPerSecond), 1),
        [.. _quotes.Select(q => new QuoteStatus(q.Symbol.ToString(), q.Venue, q.Bid, q.Ask, q.Last, q.At))]);

    internal void Observe(Tick tick) => _floor.Observe(tick);

    internal void Fed(int ticks, IReadOnlyList<MarketQuote> quotes)
    {
        _quotes = quotes;
        var total = Interlocked.Add(ref _ticks, ticks);
        var seconds = _time.GetElapsedTime(_startedAt).TotalSeconds;
        Volatile.Write(ref _ticksPerSecond, seconds > 0 ? total / seconds : 0);
    }
}

/// <summary>Feeds one step of ticks every interval.</summary>
internal sealed class MarketFeed(LiveMarket market, TickSource source, ActorRef<PoolKeeper.Message>? keeper)
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
            var live = tick with { At = now };
            _view.Apply(live);
            market.Observe(live);
        }

        IReadOnlyList<MarketQuote> quotes = [.. _view.All];
        market.Fed(_steps.Current.Count, quotes);
        keeper?.Tell(new PoolKeeper.Message.Market(quotes));
    }

    internal sealed record StepDue;
}
