using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Routing;
using ActorTrade.Cluster.Simulated;
using ActorTrade.Cluster.Wire;
using ActorTrade.Domain.System;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Journal;
using ActorTrade.Journal.Entities;
using ActorTrade.Journal.Sharding;
using ActorTrade.Journal.Simulated;
using ActorTrade.Kernel;
using ActorTrade.SimulationTests.Ledger;

namespace ActorTrade.SimulationTests.Cluster;

/// <summary>What a cluster's run is made with besides its seed.</summary>
internal sealed record ClusterSetup
{
    public int Clients { get; init; } = 4;

    public int OperationsPerClient { get; init; } = 12;

    public int ShardCount { get; init; } = 8;

    /// <summary>Null draws 2 to 4 from the seed.</summary>
    public int? Nodes { get; init; }

    public FaultKinds Kinds { get; init; } = FaultKinds.All;

    /// <summary>False plants a bug.</summary>
    public bool ChecksEpochs { get; init; } = true;

    public NodeParts Parts { get; init; } = new();

    /// <summary>Clients ask a process that serves nothing and never fails, and never repeat.</summary>
    public bool AsksOnceOutside { get; init; }
}

/// <summary>
/// A cluster: nodes made of the real parts, a broker and a store with their quirks, Lighthouses that place, and
/// clients, on simulated time from one seed. Runs with faults until the clients are done, heals, waits for what is
/// under way, and then states the laws; a broken law is a <see cref="BrokenLawException"/>.
/// </summary>
internal sealed class ClusterWorld : LedgerWorld
{
    private const int StepsAtOnceMax = 2_000_000;
    private static readonly TimeSpan SettleTime = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan HealthyTime = TimeSpan.FromMinutes(3);

    // Longer than a node waits for a confirmation that was lost.
    private static readonly TimeSpan CalmTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LeadEvery = TimeSpan.FromSeconds(1);

    // What a node allows itself, and how often it looks.
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(3.5);
    private static readonly TimeSpan RunsFor = TimeSpan.FromSeconds(1);
    private readonly SeededRandom _random;
    private readonly ClusterSetup _setup;
    private readonly SimulatedDispatcher _dispatcher;
    private readonly ShardMap _map;
    private readonly ClusterFaults _faults;
    private readonly List<ITimer> _timers = [];
    private readonly HashSet<Guid> _asked = [];
    private int _processes;
    private long _modeReadTo;
    private SystemMode _mode;
    private BrokenLawException? _broken;

    public ClusterWorld(ulong seed, ClusterSetup setup)
        : base(seed, setup.Clients)
    {
        _setup = setup;
        _random = new SeededRandom(seed);
        _dispatcher = new SimulatedDispatcher(_random.NextUInt64(), SimulatedOrder.Random);
        _map = new ShardMap(setup.ShardCount);
        Shards = [.. Enumerable.Range(0, setup.ShardCount).Select(n => new ShardId(ClusterRoles.Trade, n))];
        Broker = new SimulatedBroker(
            Time, _random.NextUInt64(), new SimulatedBrokerSettings { Prefetch = 16 << _random.NextInt(4) });
        var store = new SimulatedStoreSettings { OrderingGaps = 0.1 };
        Store = new SimulatedStore(Time, _random.NextUInt64(), ShardOf, store)
        {
            ChecksEpochs = setup.ChecksEpochs,
        };
        Market = new SimulatedMarket(this, new SeededRandom(_random.NextUInt64()));
        _faults = new ClusterFaults(this, new SeededRandom(_random.NextUInt64()), setup.Kinds);
        Names = [.. Enumerable.Range(1, setup.Nodes ?? (2 + _random.NextInt(3))).Select(n => $"n{n}")];
        Lighthouses = [StartProcess("lighthouse-1", serves: false), StartProcess("lighthouse-2", serves: false)];
        foreach (var name in Names)
        {
            Start(name);
        }

        Every(LookEvery, Look);
        Every(LeadEvery, Lead);
    }

    public static WireCatalog Wire { get; } = new(SimulatedWorld.HonestDefinitions, SimulatedWorld.Catalog);

    public static NodeVersion Version { get; } =
        new("1.0", SimulatedWorld.HonestDefinitions, SimulatedWorld.Catalog, Wire);

    public SimulatedBroker Broker { get; }

    public SimulatedStore Store { get; }

    public PlacementStore Placement { get; } = new();

    /// <summary>As configured; each should have one process.</summary>
    public IReadOnlyList<string> Names { get; }

    public IReadOnlyList<ShardId> Shards { get; }

    /// <summary>Processes that serve, and have not ended.</summary>
    public List<ClusterNode> Nodes { get; } = [];

    public IReadOnlyList<ClusterNode> Lighthouses { get; }

    /// <summary>How many Lighthouses lead at the moment: 0, 1 or, by mistake, 2.</summary>
    public int Leaders { get; set; } = 1;

    public override SimulatedMarket Market { get; }

    public override SystemMode Mode => FollowMode();

    public override IReadOnlyList<StoredEvent> Events => [.. Store.History().Select(e => e.Event)];

    public override IReadOnlyList<(EntityId Entity, StoredSnapshot Snapshot)> Snapshots =>
        [.. Nodes[0].Journal!.ReadSnapshots()];

    public ShardId ShardOf(EntityId entity) => new(ClusterRoles.Trade, _map.ShardOf(entity));

    public ClusterNode Start(string name)
    {
        var node = StartProcess(name, serves: true);
        Nodes.Add(node);
        return node;
    }

    public void Kill(ClusterNode node)
    {
        Crashes++;
        node.Kill();
        Nodes.Remove(node);
    }

    /// <summary>A process that has left ends.</summary>
    public void Exit(ClusterNode node)
    {
        node.Exit();
        Nodes.Remove(node);
    }

    public override void SendFromClient(EntityId target, ICommand command, CommandHeader header, IAnswerSink sink)
    {
        if (_setup.AsksOnceOutside)
        {
            if (_asked.Add(header.CommandId))
            {
                Lighthouses[1].Send(target, command, header, sink);
            }

            return;
        }

        if (Nodes.Count == 0 || _faults.Loses())
        {
            return;
        }

        var node = Nodes[_random.NextInt(Nodes.Count)];
        After(Way(), () => node.Send(target, command, header, new WayBack(this, sink)));
    }

    /// <summary>Runs everything; the laws hold afterwards.</summary>
    public SimulationReport Run()
    {
        Settle("the start");
        Prepare(_random);
        Market.Open();
        _faults.Begin();
        for (var i = 0; i < _setup.Clients; i++)
        {
            var client = new SimulatedClient(
                this, new SeededRandom(_random.NextUInt64()), Accounts[i], _setup.OperationsPerClient);
            Clients.Add(client);
        }

        RunUntil(() => Clients.TrueForAll(c => c.IsDone), TimeSpan.FromHours(1), "The clients");
        _faults.End();
        Settle("the faults");
        Wait(CalmTime);
        EmergencyIsHeardEverywhere();
        Market.Close();
        CancelOrders(_random);
        CancelPoolOrders(_random);
        CancelDeskOrders(_random);
        Wait(HealthyTime);
        Settle("the end");
        var report = new SimulationLaws(this).Check();
        new ClusterLaws(this).Check();
        if (_setup.AsksOnceOutside)
        {
            new ClusterLaws(this).EveryCommandIsAnswered();
        }

        if (_setup.Kinds is FaultKinds.Moves or FaultKinds.None)
        {
            new ClusterLaws(this).NothingFailed();
        }

        return report;
    }

    /// <summary>Until each shard is served by the node that the placement wants, and by no other.</summary>
    public void Settle(string after) => RunUntil(IsSettled, SettleTime, $"Placing the shards after {after}");

    public override void Do(EntityId target, ICommand command, string principal = CommandContext.Self)
    {
        var header = new CommandHeader(_random.NextGuid(), principal, Time.GetUtcNow() + TimeSpan.FromMinutes(1));
        Answer? answer = null;
        do
        {
            var sink = new OneAnswer();
            Nodes[_random.NextInt(Nodes.Count)].Send(target, command, header, sink);
            RunUntil(() => sink.Answer is not null, TimeSpan.FromMinutes(2), $"{command}");
            answer = sink.Answer;
        }
        while (answer is Answer.OutcomeUnknown or Answer.Refused && header.ExpiresAt > Time.GetUtcNow());

        if (answer is not Answer.Accepted)
        {
            throw new BrokenLawException($"{command} was answered {answer}.");
        }
    }

    private void Wait(TimeSpan time)
    {
        var until = Time.GetUtcNow() + time;
        RunUntil(() => Time.GetUtcNow() >= until, time * 2, "Waiting");
    }

    public ITimer After(TimeSpan wait, Action action) =>
        Time.CreateTimer(_ => action(), null, wait, Timeout.InfiniteTimeSpan);

    public void RunUntil(Func<bool> isDone, TimeSpan atMost, string what)
    {
        var until = Time.GetUtcNow() + atMost;
        while (!isDone())
        {
            if (Time.GetUtcNow() > until)
            {
                throw new BrokenLawException($"{what} did not end within {atMost} of simulated time: {Describe()}");
            }

            if (_dispatcher.RunUntilIdle(StepsAtOnceMax) >= StepsAtOnceMax)
            {
                throw new BrokenLawException($"{what}: the processes go round in circles.");
            }

            if (_broken is { } broken)
            {
                throw broken;
            }

            Time.AdvanceToNextTimer();
        }
    }

    protected override void Tell(EntityId target, ICommand command, CommandHeader header) =>
        Nodes[_random.NextInt(Nodes.Count)].Send(
            target, command, header, new Insistence(this, target, command, header));

    private ClusterNode StartProcess(string name, bool serves)
    {
        var place = new ClusterPlace(_dispatcher, Time, Broker, Store, ShardOf, Shards, Failures);
        var parts = _setup.Parts with
        {
            Network = (entities, time) =>
                new FaultyNetwork(_setup.Parts.Network(entities, time), time, _random, () => _faults.Network),
        };
        var node = $"{name}-{++_processes}";
        return new ClusterNode(place, name, node, _random.NextUInt64(), Version, parts, serves);
    }

    private bool IsSettled()
    {
        if (Nodes.Count != Names.Count || Placement.Stored.Nodes.Count != Names.Count)
        {
            return false;
        }

        foreach (var shard in Shards)
        {
            var servers = Nodes.Where(n => n.Cluster.Board!.PhaseOf(shard) == SeatPhase.Serving).ToList();
            if (servers.Count != 1 || servers[0].Name != Placement.Stored.RankOf(shard)[0])
            {
                return false;
            }
        }

        return true;
    }

    // From any node to every node.
    private void EmergencyIsHeardEverywhere()
    {
        var sink = new OneAnswer();
        var begun = Time.GetUtcNow();
        var header = new CommandHeader(_random.NextGuid(), "operator1", begun + TimeSpan.FromMinutes(1));
        Nodes[_random.NextInt(Nodes.Count)].Send(
            TradingSystem.Id, new TradingSystem.Command.DeclareEmergency("a drill"), header, sink);
        var limit = begun + TimeSpan.FromMilliseconds(250);
        RunUntil(
            () => Time.GetUtcNow() >= limit || Nodes.TrueForAll(n => n.Mode.Effective == SystemMode.Emergency),
            TimeSpan.FromSeconds(1),
            "The emergency");
        SimulationLaws.Require(
            Nodes.TrueForAll(n => n.Mode.Effective == SystemMode.Emergency),
            $"An emergency does not hold everywhere after 250 ms: {Describe()}; {sink.Answer}");
    }

    private void Lead()
    {
        foreach (var lighthouse in Lighthouses.Take(Leaders))
        {
            lighthouse.Run(() => Placement.Lead(lighthouse));
        }
    }

    // What must hold at every moment.
    private void Look()
    {
        var now = Time.GetUtcNow();
        foreach (var node in Nodes)
        {
            var isCutOff = !Broker.IsRunning || node.Client.Link.IsCutToServer || node.Client.Link.IsCutFromServer;
            node.CutOffSince = isCutOff ? node.CutOffSince ?? now : null;
            if (now - node.CutOffSince > SilenceMax && now - node.RunsSince > RunsFor
                && !node.Process.IsPaused && (node.IsServing || node.Mode.Effective == SystemMode.Active))
            {
                _broken ??= new BrokenLawException(
                    $"{node.Node} is cut off since {node.CutOffSince:O} and serves at {now:O}: {Describe()}");
            }
        }

        foreach (var gone in Nodes.Where(n => n.Cluster.HasLeft.IsCompleted).ToList())
        {
            _faults.HasLeft(gone);
        }
    }

    private void Every(TimeSpan period, Action action) =>
        _timers.Add(Time.CreateTimer(_ => action(), null, period, period));

    private TimeSpan Way() => TimeSpan.FromMilliseconds(_random.NextInt(5));

    private SystemMode FollowMode()
    {
        foreach (var stored in Store.History().Select(e => e.Event).Where(e => e.Ordering > _modeReadTo))
        {
            _modeReadTo = stored.Ordering;
            if (stored.Entity == TradingSystem.Id
                && EventEnvelope.Read(Version.Catalog, new RecordReader(), stored).Event
                    is TradingSystem.Event.ModeChanged change)
            {
                _mode = change.To;
            }
        }

        return _mode;
    }

    // For people, when a law is broken.
    private string Describe()
    {
        var lines = new List<string> { "" };
        foreach (var node in Nodes)
        {
            var phases = string.Join(' ', Shards.Select(s => $"{s.Number}:{node.Cluster.Board!.PhaseOf(s)}"));
            lines.Add($"{node.Node} is {node.Cluster.Members.Self}, knows {node.Mode.Effective}: {phases}");
            var events = node.Cluster.Events.Recent.TakeLast(8);
            lines.AddRange(events.Select(e => $"  {e.At:HH:mm:ss.fff} {e.Kind} {e.Node} {e.Shard} {e.Text}"));
        }

        lines.AddRange(Shards.Select(s =>
            $"{s} belongs to {Placement.Stored.RankOf(s).FirstOrDefault()}, first in line is {Broker.ActiveNode(s)}"));
        lines.AddRange(Failures.TakeLast(3).Select(f => $"failed: {f.Message}"));
        return string.Join('\n', lines);
    }

    // Asks again, under the same id, where the outcome is unknown: a late owner may have been fenced over it.
    private sealed class Insistence(ClusterWorld world, EntityId target, ICommand command, CommandHeader header)
        : IAnswerSink
    {
        public void Answered(Answer answer)
        {
            if (answer is Answer.OutcomeUnknown or Answer.Refused && header.ExpiresAt > world.Time.GetUtcNow())
            {
                world.After(TimeSpan.FromSeconds(1), () => world.Tell(target, command, header));
            }
        }
    }

    private sealed class OneAnswer : IAnswerSink
    {
        public Answer? Answer { get; private set; }

        public void Answered(Answer answer) => Answer ??= answer;
    }

    private sealed class WayBack(ClusterWorld world, IAnswerSink sink) : IAnswerSink
    {
        public void Answered(Answer answer)
        {
            if (!world._faults.Loses())
            {
                world.After(world.Way(), () => sink.Answered(answer));
            }
        }
    }
}
