using ActorTrade.Cluster;
using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Cluster.Simulated;
using ActorTrade.Cluster.Transport;
using ActorTrade.Cluster.Wire;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Journal.Sharding;
using ActorTrade.Journal.Simulated;
using ActorTrade.Kernel;
using ActorTrade.Node.Hosting;
using ActorTrade.Node.Trading;

namespace ActorTrade.SimulationTests.Cluster;

/// <summary>What the processes of a simulated cluster share.</summary>
internal sealed record ClusterPlace(
    SimulatedDispatcher Dispatcher,
    SimulatedTime Time,
    SimulatedBroker Broker,
    SimulatedStore Store,
    Func<EntityId, ShardId> ShardOf,
    IReadOnlyList<ShardId> Shards,
    List<Exception> Failures);

/// <summary>How one version of the program is made.</summary>
internal sealed record NodeVersion(
    string Name, IReadOnlyList<IEntityDefinition> Definitions, EventCatalog Catalog, WireCatalog Wire);

/// <summary>What a test puts in the place of a node's own.</summary>
internal sealed record NodeParts
{
    /// <summary>What lies between a node and the broker; a planted bug changes it.</summary>
    public Func<IBroker, IBroker> Broker { get; init; } = static broker => broker;

    /// <summary>What lies between an entity's effects and their targets.</summary>
    public Func<IEntities, TimeProvider, IEntities> Network { get; init; } = static (entities, _) => entities;

    public Func<ClusterMemberOptions, ClusterMemberOptions> Member { get; init; } = static options => options;
}

/// <summary>
/// One process of a simulated cluster, made of the real parts as a node makes itself: it serves shards, or only asks.
/// </summary>
internal sealed class ClusterNode
{
    private static readonly TimeSpan ModeLookEvery = TimeSpan.FromMilliseconds(100);
    private readonly SimulatedLane _door;
    private readonly ClusterPlace _place;

    public ClusterNode(
        ClusterPlace place, string name, string node, ulong seed, NodeVersion version, NodeParts parts, bool serves)
    {
        _place = place;
        Name = name;
        Version = version;
        Process = new SimulatedProcess(node, place.Dispatcher, place.Time);
        Client = place.Broker.Connect(Process);
        _door = new SimulatedLane(Process.Dispatcher);
        System = new ActorSystem(node, new ActorSystemOptions
        {
            Dispatcher = Process.Dispatcher,
            Time = Process.Time,
            Random = new SeededRandom(seed),
            GuardianStrategy = ClusterProcess.GuardianStrategy,
        });
        System.ActorFailed += failure => place.Failures.Add(failure.Cause);
        var member = parts.Member(new ClusterMemberOptions
        {
            Name = name,
            Roles = [serves ? ClusterRoles.Trade : ClusterRoles.Lighthouse],
            Version = version.Name,
        });
        var own = new ClusterParts
        {
            System = System,
            Broker = parts.Broker(Client),
            Wire = version.Wire,
            ShardOf = place.ShardOf,
            Mode = Mode,
        };
        Cluster = serves ? Serve(member, own, parts) : ClusterProcess.Asking(member, own);
        Door = new EntityDoor(Mode, Cluster.Entities);
        if (serves)
        {
            var shard = place.ShardOf(Domain.System.TradingSystem.Id);
            System.Spawn(
                () => new ModeWatch(
                    Door,
                    ModeLookEvery,
                    () => Cluster.Board!.PhaseOf(shard) == ActorTrade.Cluster.Routing.SeatPhase.Serving),
                "mode-watch");
            System.Spawn(
                () => new BookFeed(
                    Journal!,
                    version.Catalog,
                    Door,
                    book => Cluster.Board!.PhaseOf(place.ShardOf(book))
                        == ActorTrade.Cluster.Routing.SeatPhase.Serving),
                "book-feed");
        }
    }

    /// <summary>As configured.</summary>
    public string Name { get; }

    public string Node => Process.Name;

    public NodeVersion Version { get; }

    public SimulatedProcess Process { get; }

    public SimulatedBrokerClient Client { get; }

    /// <summary>Null where it serves nothing.</summary>
    public SimulatedStoreJournal? Journal { get; private set; }

    public ActorSystem System { get; }

    public ModeBoard Mode { get; } = new();

    public ClusterProcess Cluster { get; }

    public EntityDoor Door { get; }

    /// <summary>When its last pause ended.</summary>
    public DateTimeOffset RunsSince { get; private set; }

    /// <summary>Since when none of its heartbeats can come back to it; null where they can.</summary>
    public DateTimeOffset? CutOffSince { get; set; }

    public bool IsAlive => !Process.HasCrashed;

    public bool IsServing => Cluster.Board is { } board && board.Serving.Count > 0;

    /// <summary>Sends into the process as if from a socket.</summary>
    public void Send(EntityId target, ICommand command, CommandHeader header, IAnswerSink? sink) =>
        _door.Post(() => Door.Send(target, command, header, sink));

    public void Query(EntityId target, IAnswerSink sink) => _door.Post(() => Door.Query(target, sink));

    /// <summary>Runs inside the process.</summary>
    public void Run(Action action) => _door.Post(action);

    public void Resume()
    {
        RunsSince = _place.Time.GetUtcNow();
        Process.Resume();
    }

    public void Kill() => Process.Crash();

    /// <summary>Closes its connections, then ends.</summary>
    public void Exit() => _door.Post(() =>
    {
        _ = Client.DisposeAsync();
        Kill();
    });

    private ClusterProcess Serve(ClusterMemberOptions member, ClusterParts own, NodeParts parts)
    {
        Journal = _place.Store.Connect(Process);
        return ClusterProcess.Serving(member, own, Journal, _place.Shards, entities => new LocalShards(
            System,
            Journal,
            Version.Definitions,
            Version.Catalog,
            () => Mode.Effective,
            new LocalShardsOptions { PassivateAfter = TimeSpan.FromSeconds(8) },
            network: _ => parts.Network(entities, Process.Time),
            shardOf: _place.ShardOf));
    }
}
