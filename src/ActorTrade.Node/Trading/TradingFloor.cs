using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.System;
using ActorTrade.EventSourcing;
using ActorTrade.Execution;
using ActorTrade.Execution.Bots;
using ActorTrade.Execution.Pools;
using ActorTrade.Execution.Strategies;
using ActorTrade.Journal.Projections;
using ActorTrade.Kernel;
using ActorTrade.Market.Candles;
using ActorTrade.Market.Signals;

namespace ActorTrade.Node.Trading;

/// <summary>
/// Where the market meets the bots: takes ticks and brings them to the paper venue, the signal actors and the bots'
/// runners; follows the journal, so that every registered bot has a runner that hears its own events and knows the
/// pools; and tells the execution supervisor which orders are open, so that an emergency cancels them.
/// </summary>
/// <remarks>
/// The same floor runs live (real time, thread-pool, conflation) and in a replay (simulated, one thread). It moves no
/// money itself: entities decide, and they know the system's mode.
/// <para>What was committed before it started is only gathered: at its end each bot gets a runner, which asks its
/// entity for the rest, and the open orders are told, so a long past costs no more than its reading. A floor that has
/// been stopped leaves nothing behind; another may be started in its place, in this process or elsewhere.</para>
/// </remarks>
public sealed class TradingFloor : ICommittedEvents
{
    private readonly FloorServices _services;
    private readonly FloorOptions _options;
    private readonly EntityCalls _calls;
    private readonly HouseSetUp _setUp;
    private readonly EntityId _venue;
    private readonly Lock _gate = new();
    private readonly Dictionary<Symbol, SymbolDesk> _desks = [];
    private readonly SortedDictionary<string, RunningBot> _bots = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];
    private readonly List<IActorRef> _actors = [];
    private readonly FloorPast _past = new();
    private readonly OpenDesks _openDesks = new();
    private ActorRef<ExecutionMessage>? _execution;
    private PoolBook _pools = PoolBook.Empty;
    private bool _hasCaughtUp;
    private bool _hasStopped;

    public TradingFloor(FloorServices services, FloorOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        _services = services;
        _options = options;
        _calls = new EntityCalls(services.Entities, services.System.Time);
        _setUp = new HouseSetUp(_calls, options, services.System.Time);
        _venue = Venue.IdOf(options.Venue);
    }

    /// <summary>Bots whose runners have been started, by id.</summary>
    public IReadOnlyList<BotId> Bots
    {
        get
        {
            lock (_gate)
            {
                return [.. _bots.Values.Select(b => b.Bot)];
            }
        }
    }

    /// <summary>What could not be set up or run, in words; the newest hundred.</summary>
    public IReadOnlyList<string> Problems
    {
        get
        {
            lock (_gate)
            {
                return [.. _problems];
            }
        }
    }

    /// <summary>Symbols whose tokens, pools and bots are still being prepared.</summary>
    public int SettingUp => _setUp.Left;

    /// <summary>Ticks taken, and of these how many were merged into a newer one before anybody saw them.</summary>
    public (long Taken, long Conflated) Ticks
    {
        get
        {
            lock (_gate)
            {
                return (_desks.Values.Sum(d => d.Ticks), _desks.Values.Sum(d => d.Conflated));
            }
        }
    }

    /// <summary>Starts to follow the journal and sets the venue's terms. Ticks may come from now on.</summary>
    public void Start()
    {
        _execution = Spawn(
            () => new ExecutionSupervisor(
                _services.Entities, new Dictionary<string, Func<Actor<VenueCallMessage>>>(), _services.Mode()),
            "execution",
            new SpawnOptions { Capacity = 65_536 });
        Spawn(
            () => new EventTap(
                _services.Journal, _services.Catalog, _services.Entities, [this, .. _options.Listeners], OnPools),
            "event-tap");
        Run("the venue's terms", () => _calls.DoAsync(
            _venue,
            new PaperVenue.Command.Configure(_options.Terms),
            DeterministicGuid.FromText($"floor configure {_options.Terms}")));
    }

    /// <summary>
    /// Stops everything that <see cref="Start"/> and the ticks began, and completes when the last actor has stopped:
    /// then nothing more is sent from here. What was sent before may still be carried out.
    /// </summary>
    public Task StopAsync()
    {
        IActorRef[] actors;
        lock (_gate)
        {
            _hasStopped = true;
            actors = [.. _actors];
        }

        _calls.End();
        foreach (var actor in actors)
        {
            _services.System.Stop(actor);
        }

        return Task.WhenAll(actors.Select(a => _services.System.WhenStopped(a)));
    }

    /// <summary>Takes the next tick. Calls come one after the other; after the stop they do nothing.</summary>
    public void Observe(Tick tick)
    {
        ArgumentNullException.ThrowIfNull(tick);
        if (DeskOf(tick.Symbol) is not { } desk)
        {
            return;
        }

        var isFirst = desk.Price is null;
        desk.Observe(tick);
        if (isFirst && desk.Price is > 0 and { } price && (_options.OpensPools || _options.RegistersBots))
        {
            if (_setUp.Add(tick.Symbol, price))
            {
                Run("the house", () => _setUp.PrepareWaitingAsync(Report));
            }
        }
    }

    /// <summary>The last known price of a symbol; null where there is none.</summary>
    public decimal? PriceOf(Symbol symbol)
    {
        lock (_gate)
        {
            return _desks.TryGetValue(symbol, out var desk) ? desk.Price : null;
        }
    }

    /// <summary>Stops every bot that runs here and cancels its orders; completes when each has heard it.</summary>
    public async Task StopBotsAsync(string why)
    {
        foreach (var bot in Bots)
        {
            var id = DeterministicGuid.FromText($"floor stop {bot} {_services.Journal.LastOrdering}");
            await _calls.DoAsync(Bot.IdOf(bot), new Bot.Command.Stop(why), id);
        }
    }

    /// <summary>
    /// Hears every signal of every symbol from now on, within the signal actor's turn of the given actor.
    /// </summary>
    public void Subscribe(Symbol symbol, SignalSubscription subscription) =>
        DeskOf(symbol)?.Signals.Tell(new SignalMessage.Subscribe(subscription));

    /// <summary>What the runner of each bot has done.</summary>
    public async Task<IReadOnlyList<(BotId Bot, BotRunnerStats Stats)>> StatsAsync(TimeSpan deadline)
    {
        RunningBot[] bots;
        lock (_gate)
        {
            bots = [.. _bots.Values];
        }

        var stats = new List<(BotId, BotRunnerStats)>();
        foreach (var bot in bots)
        {
            var result = await bot.Runner.Ask<BotRunnerStats>(reply => new BotRunnerMessage.GetStats(reply), deadline);
            if (result.TryGetReply(out var known))
            {
                stats.Add((bot.Bot, known));
            }
        }

        return stats;
    }

    bool ICommittedEvents.Wants(string category) =>
        category is Bot.Category or Order.Category or OrderDesk.Category or TradingSystem.Category;

    void ICommittedEvents.Began()
    {
        _hasCaughtUp = false;
        _past.Clear();
        _openDesks.Clear();
    }

    void ICommittedEvents.On(in ProjectedEvent committed)
    {
        _openDesks.Note(committed);
        if (_hasCaughtUp)
        {
            OnNews(committed);
        }
        else
        {
            _past.Take(committed);
        }
    }

    void ICommittedEvents.CaughtUp()
    {
        _hasCaughtUp = true;
        foreach (var registered in _past.Bots)
        {
            StartRunner(registered);
        }

        // Bounded by the orders that are open.
        foreach (var order in _past.OpenOrders)
        {
            _execution!.TellReserved(new ExecutionMessage.OrderOpened(order));
        }

        if (_past.Mode is { } mode)
        {
            _execution!.TellReserved(new ExecutionMessage.SetMode(mode));
        }

        _past.Clear();
    }

    private void OnNews(in ProjectedEvent committed)
    {
        switch (committed.Event)
        {
            case Bot.Event.Registered registered:
                StartRunner(registered);
                break;
            case Bot.Event e:
                var notice = new BotNotice(e, committed.SequenceNr);
                RunnerOf(committed.Entity.Key)?.Tell(new BotRunnerMessage.Notice(notice));
                break;
            case Order.Event.OrderSubmitted:
                _execution!.Tell(new ExecutionMessage.OrderOpened(FloorPast.OrderOf(committed.Entity)));
                break;
            case Order.Event e when FloorPast.Ends(e):
                _execution!.Tell(new ExecutionMessage.OrderEnded(FloorPast.OrderOf(committed.Entity)));
                break;
            case TradingSystem.Event.ModeChanged changed:
                _execution!.Tell(new ExecutionMessage.SetMode(changed.To));
                break;
        }
    }

    // Null once the floor has stopped.
    private ActorRef<T>? Spawn<T>(Func<Actor<T>> factory, string name, SpawnOptions? options = null)
        where T : class
    {
        lock (_gate)
        {
            if (_hasStopped)
            {
                return null;
            }

            var actor = _services.System.Spawn(factory, name, options);
            _actors.Add(actor);
            return actor;
        }
    }

    // Null once the floor has stopped.
    private SymbolDesk? DeskOf(Symbol symbol)
    {
        lock (_gate)
        {
            if (_hasStopped)
            {
                return null;
            }

            if (!_desks.TryGetValue(symbol, out var desk))
            {
                var settings = new SignalSettings(
                    symbol, _options.SignalInterval, SignalModels, PriceSource.TradeElseMid, _options.SignalBorder)
                {
                    OnSignal = _options.OnSignal,
                };
                var signals = Spawn(() => new SignalActor(settings), $"signals-{symbol.Base}-{symbol.Quote}")!;
                desk = new SymbolDesk(
                    symbol, signals, _services.Entities, _venue, _openDesks, _services.System.Time, _options);
                _desks.Add(symbol, desk);
            }

            return desk;
        }
    }

    private static IReadOnlyList<ISignalModel> SignalModels() =>
    [
        AverageCross.OfExponential(), AverageCross.OfSimple(), new RsiReversal(), new ZScoreReversion(), new Breakout(),
    ];

    private void StartRunner(Bot.Event.Registered registered)
    {
        if (RunnerOf(registered.Bot.Value) is not null)
        {
            return;
        }

        var kind = StrategyCatalog.Find(registered.Strategy);
        if (kind is null
            || !StrategyCatalog.TryCreate(
                registered.Strategy, registered.Instruments, registered.Parameters, out _, out _))
        {
            Report($"{registered.Bot} cannot run: its strategy or parameters are not known here.");
            return;
        }

        var settings = new BotRunnerSettings(
            registered.Bot,
            registered.Instruments,
            () => StrategyCatalog.TryCreate(
                registered.Strategy, registered.Instruments, registered.Parameters, out var strategy, out var why)
                ? strategy
                : throw new InvalidOperationException(why),
            _options.Venue,
            _services.Entities,
            _options.OnOpportunity is { } listener ? o => listener(registered.Bot.Value, o) : null)
        {
            RefreshEvery = _options.RefreshEvery,
        };
        if (Spawn(() => new BotRunner(settings), $"bot-{registered.Bot}") is not { } runner)
        {
            return;
        }

        lock (_gate)
        {
            _bots.Add(registered.Bot.Value, new RunningBot(registered.Bot, kind, runner));
        }

        if (kind.UsesPools)
        {
            runner.Tell(new BotRunnerMessage.SeePools(_pools));
        }

        foreach (var instrument in registered.Instruments)
        {
            if (DeskOf(instrument.Symbol) is not { } desk)
            {
                return;
            }

            if (kind.UsesSignals)
            {
                var subscription = SignalSubscription.Of(runner, s => new BotRunnerMessage.Hear(s));
                desk.Signals.Tell(new SignalMessage.Subscribe(subscription));
            }

            desk.Add(runner);
        }
    }

    private ActorRef<BotRunnerMessage>? RunnerOf(string bot)
    {
        lock (_gate)
        {
            return _bots.TryGetValue(bot, out var running) ? running.Runner : null;
        }
    }

    // On the event tap's turn, as the starts of runners are, so none misses a book.
    private void OnPools(PoolBook pools)
    {
        _pools = pools;
        lock (_gate)
        {
            foreach (var bot in _bots.Values.Where(b => b.Kind.UsesPools))
            {
                bot.Runner.Tell(new BotRunnerMessage.SeePools(pools));
            }
        }
    }

    private void Run(string what, Func<Task> work) => _services.System.Dispatcher.Schedule(new Work(this, what, work));

    private void Report(string problem)
    {
        const int problemsMax = 100;
        lock (_gate)
        {
            if (_problems.Count == problemsMax)
            {
                _problems.RemoveAt(0);
            }

            _problems.Add(problem);
        }
    }

    private sealed record RunningBot(BotId Bot, StrategyKind Kind, ActorRef<BotRunnerMessage> Runner);

    /// <summary>
    /// Asynchronous work on the system's dispatcher; what goes wrong becomes one of the floor's problems.
    /// </summary>
    private sealed class Work(TradingFloor floor, string what, Func<Task> work) : IThreadPoolWorkItem
    {
        public void Execute() => _ = RunAsync();

        private async Task RunAsync()
        {
            try
            {
                await work();
            }
            catch (Exception e)
            {
                // The boundary of work that nobody awaits: it must be heard of.
                floor.Report($"{what}: {e.Message}");
            }
        }
    }
}
