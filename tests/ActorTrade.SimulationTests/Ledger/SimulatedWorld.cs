using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Books;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.System;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing.Records;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Simulated;
using ActorTrade.Journal.Entities;
using ActorTrade.Journal;
using ActorTrade.Kernel;

namespace ActorTrade.SimulationTests.Ledger;

/// <summary>What a run is made with besides its seed.</summary>
internal sealed record SimulationSetup
{
    public int Clients { get; init; } = 6;

    public int OperationsPerClient { get; init; } = 25;

    /// <summary>The entity kinds as the node runs them; a planted bug changes one.</summary>
    public IReadOnlyList<IEntityDefinition> Definitions { get; init; } = SimulatedWorld.HonestDefinitions;

    /// <summary>What lies between the node and the simulated journal; a planted bug changes it.</summary>
    public Func<IJournal, IJournal> Journal { get; init; } = static journal => journal;

    /// <summary>How the node's entities hear of the system's mode; a planted bug changes it.</summary>
    public Func<Func<SystemMode>, Func<SystemMode>> Mode { get; init; } = static mode => mode;
}

/// <summary>
/// A whole node, its clients, disk and network on simulated time, from one seed. Runs with faults until the clients are done,
/// heals, waits for what is under way, and then states the laws; a broken law is a <see cref="BrokenLawException"/>.
/// </summary>
internal sealed class SimulatedWorld : LedgerWorld
{
    private static readonly TimeSpan HealthyTime = TimeSpan.FromMinutes(3);
    private readonly SeededRandom _random;
    private readonly SimulationSetup _setup;
    private readonly SimulatedDispatcher _dispatcher;
    private readonly SimulatedDisk _disk = new();
    private readonly double _crashesPerStep;
    private InMemoryJournal _journal;
    private SimulatedNode _node;
    private NetworkFaults _faults = NetworkFaults.None;
    private double _commitFaults;
    private bool _isHealthy = true;
    private long _modeReadTo;
    private SystemMode _mode;

    public SimulatedWorld(ulong seed, SimulationSetup setup)
        : base(seed, setup.Clients)
    {
        _setup = setup;
        _random = new SeededRandom(seed);
        _dispatcher = new SimulatedDispatcher(_random.NextUInt64(), SimulatedOrder.Random);
        _crashesPerStep = _random.NextInt(3) * 0.004;
        _journal = new InMemoryJournal(_disk, Time, TimeSpan.FromMilliseconds(1 + _random.NextInt(20)));
        _node = StartNode();
        Market = new SimulatedMarket(this, new SeededRandom(_random.NextUInt64()));
    }

    public static IReadOnlyList<IEntityDefinition> HonestDefinitions { get; } =
    [
        Account.Definition,
        Pool.Definition,
        OrderBook.Definition,
        OrderDesk.Definition,
        Bot.Definition,
        Token.Definition,
        Order.Definition,
        PaperVenue.Definition,
        TradingSystem.Definition,
    ];

    /// <summary>Made once: compiling the records takes longer than many a run.</summary>
    public static EventCatalog Catalog { get; } = new(HonestDefinitions);

    public override SimulatedMarket Market { get; }

    public override SystemMode Mode => _mode;

    public override IReadOnlyList<StoredEvent> Events => [.. _journal.ReadAll(0)];

    public override IReadOnlyList<(EntityId Entity, StoredSnapshot Snapshot)> Snapshots => [.. _journal.ReadSnapshots()];

    public override void SendFromClient(EntityId target, ICommand command, CommandHeader header, IAnswerSink sink)
    {
        if (_isHealthy || _random.NextDouble() >= _faults.Lost)
        {
            _node.Shards.Send(target, command, header, new LossySink(this, sink));
        }
    }

    /// <summary>Runs everything; the laws hold afterwards.</summary>
    public SimulationReport Run()
    {
        Prepare(_random);
        Market.Open();
        Sicken();
        for (var i = 0; i < _setup.Clients; i++)
        {
            Clients.Add(new SimulatedClient(this, new SeededRandom(_random.NextUInt64()), Accounts[i], _setup.OperationsPerClient));
        }

        RunUntil(() => Clients.TrueForAll(c => c.IsDone), TimeSpan.FromHours(2));
        Heal();
        Market.Close();
        CancelOrders(_random);
        CancelPoolOrders(_random);
        CancelDeskOrders(_random);
        var healthyUntil = Time.GetUtcNow() + HealthyTime;
        RunUntil(() => Time.GetUtcNow() >= healthyUntil, HealthyTime * 2);
        Crash();
        return new SimulationLaws(this).Check();
    }

    public override void Do(EntityId target, ICommand command, string principal = CommandContext.Self)
    {
        var sink = new OneAnswer();
        var header = new CommandHeader(_random.NextGuid(), principal, Time.GetUtcNow() + TimeSpan.FromMinutes(1));
        _node.Shards.Send(target, command, header, sink);
        RunUntil(() => sink.Answer is not null, TimeSpan.FromMinutes(1));
        if (sink.Answer is not Answer.Accepted)
        {
            throw new BrokenLawException($"{command} was answered {sink.Answer}.");
        }
    }

    protected override void Tell(EntityId target, ICommand command, CommandHeader header) =>
        _node.Shards.Send(target, command, header, null);

    private void Sicken()
    {
        _isHealthy = false;
        _faults = new NetworkFaults(
            Lost: _random.NextInt(3) * 0.03, Doubled: _random.NextInt(3) * 0.06, Delayed: _random.NextInt(3) * 0.08);
        _commitFaults = _random.NextInt(3) * 0.01;
    }

    private void Heal()
    {
        _isHealthy = true;
        _faults = NetworkFaults.None;
        _commitFaults = 0;
    }

    private void RunUntil(Func<bool> isDone, TimeSpan atMost)
    {
        var until = Time.GetUtcNow() + atMost;
        while (!isDone())
        {
            if (Time.GetUtcNow() > until)
            {
                throw new BrokenLawException($"Nothing ended within {atMost} of simulated time.");
            }

            _dispatcher.RunUntilIdle();
            if (!_isHealthy && _random.NextDouble() < _crashesPerStep)
            {
                Crash();
                continue;
            }

            Time.AdvanceToNextTimer();
        }
    }

    private void Crash()
    {
        Crashes++;
        _node.Kill();
        _journal.Crash(_random.NextInt(2) == 0 ? CommitAtCrash.Lost : CommitAtCrash.Stored);
        _journal = _journal.Reopen(dropsSnapshots: _random.NextInt(4) == 0);
        _node = StartNode();
    }

    private SimulatedNode StartNode()
    {
        _journal.Faults = NextCommitFault;
        _journal.OnCommitted(_ => FollowMode());
        FollowMode();
        _journal.LosesSnapshot = () => !_isHealthy && _random.NextInt(5) == 0;
        return new SimulatedNode(
            _dispatcher,
            Time,
            new SeededRandom(_random.NextUInt64()),
            _setup.Journal(_journal),
            _setup.Definitions,
            Catalog,
            Failures,
            _setup.Mode(() => Mode),
            shards => new FaultyNetwork(shards, Time, _random, () => _faults));
    }

    private void FollowMode()
    {
        foreach (var stored in _journal.ReadAll(_modeReadTo))
        {
            _modeReadTo = stored.Ordering;
            if (stored.Entity == TradingSystem.Id
                && EventEnvelope.Read(Catalog, new RecordReader(), stored).Event is TradingSystem.Event.ModeChanged change)
            {
                _mode = change.To;
                ModeChanges.Add((Time.GetUtcNow(), change.To));
            }
        }
    }

    private CommitFault NextCommitFault()
    {
        if (_isHealthy || _random.NextDouble() >= _commitFaults)
        {
            return CommitFault.None;
        }

        return (CommitFault)(1 + _random.NextInt(3));
    }

    private sealed class OneAnswer : IAnswerSink
    {
        public Answer? Answer { get; private set; }

        public void Answered(Answer answer) => Answer ??= answer;
    }

    // The way back to the client loses and doubles answers, too.
    private sealed class LossySink(SimulatedWorld world, IAnswerSink sink) : IAnswerSink
    {
        public void Answered(Answer answer)
        {
            if (world._isHealthy || world._random.NextDouble() >= world._faults.Lost)
            {
                sink.Answered(answer);
                if (!world._isHealthy && world._random.NextDouble() < world._faults.Doubled)
                {
                    sink.Answered(answer);
                }
            }
        }
    }
}

/// <summary>What happened in a run, for people.</summary>
internal sealed record SimulationReport(
    ulong Seed,
    int Operations,
    int Acknowledged,
    int Events,
    int Orders,
    int Fills,
    int PoolOrders,
    int PoolFills,
    int DeskOrders,
    int Triggers,
    int BotFills,
    int Stops,
    int Crashes,
    TimeSpan SimulatedTime);

/// <summary>A law of the design does not hold.</summary>
internal sealed class BrokenLawException(string message) : Exception(message);
