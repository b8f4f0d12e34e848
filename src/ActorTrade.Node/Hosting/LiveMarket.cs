using ActorTrade.Domain.Markets;
using ActorTrade.Gateway;
using ActorTrade.Kernel;
using ActorTrade.Market.Simulation;
using ActorTrade.Market.Views;
using ActorTrade.Node.MarketData;
using ActorTrade.Node.Trading;

namespace ActorTrade.Node.Hosting;

/// <summary>Where a floor's ticks come from: steps, each of which is fed at once, one every interval.</summary>
/// <param name="Name">For people, such as "simulated market, seed 1".</param>
/// <param name="Steps">May be endless; is enumerated on the feed's turn.</param>
/// <param name="Position">Ticks of the source that an earlier floor was fed.</param>
public sealed record TickSource(
    string Name, IEnumerable<IReadOnlyList<Tick>> Steps, TimeSpan Interval, long Position = 0)
{
    // To get to a place all ticks before it are made, at about a million a second.
    private const long PositionMax = 10_000_000;

    /// <summary>Five symbols from a seed. Their time is the moment they are fed.</summary>
    /// <param name="position">How far the market is already; beyond ten million ticks it begins anew.</param>
    public static TickSource Simulated(ulong seed, TimeSpan interval, DateTimeOffset start, long position = 0)
    {
        var symbols = SimulatedMarket.Default.Count;
        var from = position is < 0 or > PositionMax ? 0 : position / symbols * symbols;
        var ticks = new SimulatedMarket(seed, start, interval).Ticks().Skip((int)from);
        return new TickSource($"simulated market, seed {seed}", ticks.Chunk(symbols), interval, from);
    }
}

/// <summary>
/// The market of a running node: feeds ticks to the trading floor, where the bots are, and keeps what the page shows.
/// Without bots of its own, a keeper moves the house's pools after the market instead.
/// </summary>
/// <remarks>In a cluster it runs on one node at a time, see <see cref="ClusterMarket"/>.</remarks>
public sealed class LiveMarket
{
    private readonly ActorSystem _system;
    private readonly TickSource _source;
    private readonly MarketPublisher? _publisher;
    private readonly TradingFloor _floor;
    private readonly List<IActorRef> _feeding = [];
    private readonly long _startedAt;
    private volatile IReadOnlyList<MarketQuote> _quotes = [];
    private long _ticks;
    private double _ticksPerSecond;

    private LiveMarket(NodeHost host, TickSource source, FloorOptions options, MarketPublisher? publisher)
    {
        _system = host.System;
        _source = source;
        _publisher = publisher;
        _startedAt = _system.Time.GetTimestamp();
        _floor = new TradingFloor(
            new FloorServices(host.System, host.Door, host.Journal, host.Catalog, () => host.Door.Mode),
            options with
            {
                Tenure = host.System.Random.NextGuid().ToString("N"),
                OnSignal = publisher is null ? options.OnSignal : publisher.Tell,
                OnOpportunity = publisher is null ? options.OnOpportunity : publisher.Tell,
            });
    }

    /// <summary>Ticks fed so far.</summary>
    public long Ticks => Interlocked.Read(ref _ticks);

    /// <summary>What could not be set up or run, in words.</summary>
    public IReadOnlyList<string> Problems => _floor.Problems;

    /// <summary>Bots that run here.</summary>
    public int Bots => _floor.Bots.Count;

    /// <summary>Starts the feed and what it feeds.</summary>
    /// <param name="host">The node.</param>
    /// <param name="source">Begins where an earlier floor ended.</param>
    /// <param name="options">How the floor works; null for one without bots.</param>
    /// <param name="publisher">Tells the cluster; null for a node alone.</param>
    public static LiveMarket Start(
        NodeHost host, TickSource source, FloorOptions? options = null, MarketPublisher? publisher = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(source);
        options ??= new FloorOptions { RegistersBots = false, OpensPools = false };
        var market = new LiveMarket(host, source, options, publisher);
        market._floor.Start();
        var keeper = options.RegistersBots
            ? null
            : host.System.Spawn(
                () => new PoolKeeper(host.Door, host.Options.FirstStart?.Pools ?? []), "pool-keeper");
        market._feeding.Add(host.System.Spawn(() => new MarketFeed(market, source, keeper), "market-feed"));
        if (keeper is not null)
        {
            market._feeding.Add(keeper);
        }

        return market;
    }

    /// <summary>
    /// Stops the feed and the floor; completes when nothing of them runs any more, so that the next may be started.
    /// </summary>
    public async Task StopAsync()
    {
        _feeding.ForEach(_system.Stop);
        await Task.WhenAll([.. _feeding.Select(a => _system.WhenStopped(a)), _floor.StopAsync()]);
    }

    /// <summary>What the page shows.</summary>
    public MarketStatus Status() => new(
        _publisher?.Source ?? _source.Name,
        _source.Position + Ticks,
        Math.Round(Volatile.Read(ref _ticksPerSecond), 1),
        [.. _quotes.Select(MarketListener.Shown)]);

    internal void Observe(Tick tick) => _floor.Observe(tick);

    internal void Fed(IReadOnlyList<Tick> ticks, IReadOnlyList<MarketQuote> quotes)
    {
        _quotes = quotes;
        var total = Interlocked.Add(ref _ticks, ticks.Count);
        var seconds = _system.Time.GetElapsedTime(_startedAt).TotalSeconds;
        var rate = seconds > 0 ? total / seconds : 0;
        Volatile.Write(ref _ticksPerSecond, rate);
        _publisher?.Add(ticks, _source.Position + total, rate);
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
        var ticks = new List<Tick>(_steps.Current.Count);
        foreach (var tick in _steps.Current)
        {
            var live = tick with { At = now };
            ticks.Add(live);
            _view.Apply(live);
            market.Observe(live);
        }

        IReadOnlyList<MarketQuote> quotes = [.. _view.All];
        market.Fed(ticks, quotes);
        keeper?.Tell(new PoolKeeper.Message.Market(quotes));
    }

    internal sealed record StepDue;
}
