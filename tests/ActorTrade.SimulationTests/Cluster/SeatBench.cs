using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Routing;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Cluster.Simulated;
using ActorTrade.Cluster.Wire;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;
using ActorTrade.Journal.Simulated;
using ActorTrade.Kernel;
using ActorTrade.SimulationTests.Entities;

namespace ActorTrade.SimulationTests.Cluster;

/// <summary>Real seats of one shard on real entities, a simulated broker and store, and someone who asks from
/// afar.</summary>
internal sealed class SeatBench
{
    public static readonly ShardId Shard = new("trade", 0);
    public static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(3);
    private static readonly WireCatalog Wire = new([Probe.Definition], Probe.Catalog);
    private readonly SimulatedDispatcher _dispatcher = new(seed: 7, SimulatedOrder.Random);
    private int _ids;

    public SeatBench()
    {
        Broker = new SimulatedBroker(Time, seed: 7);
        Store = new SimulatedStore(Time, seed: 7, _ => Shard);
        Asker = Broker.Connect(new SimulatedProcess("asker", _dispatcher, Time));
        Links = new ClusterLinks(Asker, Wire, Time, _ => Shard);
        Asker.OnNodeMessage(m => Links.TakeReplies(m.Body));
        RunUntil(() => Asker.IsConnected);
    }

    public SimulatedTime Time { get; } = new();

    public SimulatedBroker Broker { get; }

    public SimulatedStore Store { get; }

    public SimulatedBrokerClient Asker { get; }

    /// <summary>The way of whoever asks from afar.</summary>
    public ClusterLinks Links { get; }

    public List<Caller> Heard { get; } = [];

    /// <summary>What seats reported, as kind and node.</summary>
    public List<(string Kind, string Node, TimeSpan? Duration)> Reports { get; } = [];

    public SeatOfNode Seat(string node) => new(this, node);

    public SeatOfNode Serving(string node)
    {
        var seat = Seat(node);
        seat.Tell(new ShardSeat.Message.Join());
        Run(TimeSpan.FromMilliseconds(50));
        Send("ring", new Probe.Command.Nothing());
        RunUntil(() => seat.Phase == SeatPhase.Serving);
        Run(TimeSpan.FromMilliseconds(100));
        return seat;
    }

    public Caller Send(string key, Probe.Command command, TimeSpan? expiresIn = null)
    {
        var caller = new Caller(Time, Heard);
        Links.Call(HostBench.IdOf(key), command, Header(expiresIn), caller);
        return caller;
    }

    public CommandHeader Header(TimeSpan? expiresIn = null) => new(
        new Guid(++_ids, 7, 7, new byte[8]),
        "tester",
        Time.GetUtcNow() + (expiresIn ?? TimeSpan.FromMinutes(1)));

    public long TotalStored(string key) =>
        Store.History().Count(e => e.Event.Entity == HostBench.IdOf(key) && e.Event.StoredName == "probe.added.v1");

    public void Run(TimeSpan time)
    {
        var until = Time.GetUtcNow() + time;
        _dispatcher.RunUntilIdle();
        while (Time.NextTimerDue <= until && Time.AdvanceToNextTimer())
        {
            _dispatcher.RunUntilIdle();
        }

        Time.AdvanceTo(until);
        _dispatcher.RunUntilIdle();
    }

    public void RunUntil(Func<bool> isDone)
    {
        var until = Time.GetUtcNow() + TimeSpan.FromMinutes(2);
        _dispatcher.RunUntilIdle();
        while (!isDone())
        {
            Assert.True(Time.GetUtcNow() < until, "Not within two minutes.");
            Time.AdvanceToNextTimer();
            _dispatcher.RunUntilIdle();
        }
    }

    /// <summary>One node's seat with all that it works on.</summary>
    internal sealed class SeatOfNode
    {
        private readonly ActorRef<ShardSeat.Message> _seat;
        private readonly SeatBoard _board = new([Shard]);

        public SeatOfNode(SeatBench bench, string node)
        {
            Process = new SimulatedProcess(node, bench._dispatcher, bench.Time);
            Client = bench.Broker.Connect(Process);
            Journal = bench.Store.Connect(Process);
            var system = new ActorSystem(node, new ActorSystemOptions
            {
                Dispatcher = Process.Dispatcher,
                Time = Process.Time,
                Random = new SeededRandom(1),
                GuardianStrategy = new SupervisorStrategy
                {
                    MaxRestarts = 1_000,
                    Backoff = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1), Jitter: 0),
                },
            });
            system.ActorFailed += failure => Failures.Add(failure.Cause);
            var links = new ClusterLinks(Client, Wire, Process.Time, _ => Shard);
            Client.OnNodeMessage(m => links.TakeReplies(m.Body));
            Shards = new ClusterShards(links, _board, _ => Shard, entities => new LocalShards(
                system, Journal, [Probe.Definition], Probe.Catalog, () => SystemMode.Active,
                network: _ => entities, shardOf: _ => Shard));
            var services = new SeatServices(
                links,
                Shards.Local,
                Journal,
                _board,
                new RequestInbox(links, Shards.Local, new ModeBoard(), suspectAfter: 20),
                DrainMax,
                DrainsBeforeMoving: true,
                (kind, _, _, duration) => bench.Reports.Add((kind, node, duration)));
            _seat = system.Spawn(() => new ShardSeat(Shard, services), "seat");
            Journal.OnFenced(_ => Tell(new ShardSeat.Message.Drop(ComesBack: true, "shard-fenced", "Fenced.")));
            bench.RunUntil(() => Client.IsConnected);
        }

        public SimulatedProcess Process { get; }

        public SimulatedBrokerClient Client { get; }

        public SimulatedStoreJournal Journal { get; }

        public ClusterShards Shards { get; }

        public List<Exception> Failures { get; } = [];

        public SeatPhase Phase => _board.PhaseOf(Shard);

        public void Tell(ShardSeat.Message message) => _seat.TellReserved(message);
    }
}
