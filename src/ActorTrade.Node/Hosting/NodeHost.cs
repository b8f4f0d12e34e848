using System.Reflection;
using ActorTrade.Cluster;
using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Routing;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Cluster.Transport;
using ActorTrade.Cluster.Wire;
using ActorTrade.Domain;
using ActorTrade.Domain.System;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Gateway;
using ActorTrade.Journal;
using ActorTrade.Journal.Projections;
using ActorTrade.Journal.Sharding;
using ActorTrade.Journal.Sqlite;
using ActorTrade.Kernel;
using ActorTrade.Node.ReadModel;
using ActorTrade.Node.Trading;
using TablesModel = ActorTrade.Journal.Projections.ReadModel;

namespace ActorTrade.Node.Hosting;

/// <summary>What a node is made of.</summary>
public sealed record NodeHostOptions
{
    /// <summary>Labels metrics.</summary>
    public string Name { get; init; } = "node-1";

    /// <summary>Where the journal and the read model lie; made if it is not there.</summary>
    public required string DataDirectory { get; init; }

    public SqliteJournalOptions Journal { get; init; } = new();

    public LocalShardsOptions Shards { get; init; } = new();

    /// <summary>Whether the tables are kept. Without them lists and histories are empty.</summary>
    public bool KeepsTables { get; init; } = true;

    /// <summary>
    /// How often the mode is looked at beside what passes through the door; null where nothing passes by, as in a
    /// simulation.
    /// </summary>
    public TimeSpan? ModeLookEvery { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether the books that this node serves hear of their pools; without that orders only expire.</summary>
    public bool FeedsBooks { get; init; } = true;

    /// <summary>What the first start sets up; null for an empty node.</summary>
    public FirstStartPlan? FirstStart { get; init; } = FirstStartPlan.Default;

    /// <summary>How long the start may wait for the trading system's mode and for each step of the set-up.</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What makes a node one of several.</summary>
/// <param name="Broker">Owned by the node from here on.</param>
/// <param name="Journal">Shared with the other nodes; also <see cref="IShardFences"/>. Owned by the node.</param>
/// <param name="Member">Its name, roles and times.</param>
/// <param name="Shards">The cluster's.</param>
public sealed record NodeCluster(IBroker Broker, IJournal Journal, ClusterMemberOptions Member, NodeShards Shards);

/// <summary>What a test, a replay or a benchmark puts in the place of the machine's.</summary>
public sealed record NodeSeams
{
    public IDispatcher Dispatcher { get; init; } = ThreadPoolDispatcher.Instance;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public IRandomSource? Random { get; init; }

    /// <summary>A journal that the node uses and closes instead of opening its own.</summary>
    public IJournal? Journal { get; init; }

    /// <summary>The cluster to be part of; null for a node alone.</summary>
    public NodeCluster? Cluster { get; init; }
}

/// <summary>
/// All of a node: actors, journal, shards, tables, the mode; alone, or one of a cluster. <see cref="Open"/> puts it
/// together without waiting for anything, so that it also runs on a simulated dispatcher; <see cref="StartAsync"/>
/// makes it ready.
/// </summary>
public sealed class NodeHost : IAsyncDisposable
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(500);
    private static readonly SupervisorStrategy AloneStrategy = new()
    {
        Backoff = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5)),
    };

    private static readonly IProjection[] Projections =
    [
        new BalanceTables(), new TransactionsTable(), new AuditTable(), new BotTables(), new PoolOrderTables(),
        new VenueOrderTables(),
    ];

    private readonly NodeMetrics _metrics;
    private readonly long _openedAt;
    private Task? _stopping;

    private NodeHost(
        NodeHostOptions options,
        ActorSystem system,
        IJournal journal,
        EventCatalog catalog,
        TablesModel? tables,
        NodeCluster? cluster)
    {
        Options = options;
        System = system;
        Journal = journal;
        Catalog = catalog;
        Tables = tables;
        Mode = new ModeBoard();
        if (cluster is null)
        {
            Shards = new LocalShards(
                system, journal, EntityKinds.All, catalog, () => Mode.Effective, options.Shards);
            Door = new EntityDoor(Mode, Shards);
        }
        else
        {
            Broker = cluster.Broker;
            Cluster = Join(cluster);
            Shards = Cluster.Local!;
            Door = new EntityDoor(Mode, Cluster.Entities);
        }

        _openedAt = system.Time.GetTimestamp();
        _metrics = new NodeMetrics(this);
        if (options.ModeLookEvery is { } period)
        {
            system.Spawn(() => new ModeWatch(Door, period, LooksAtMode(cluster)), "mode-watch");
        }

        if (options.FeedsBooks)
        {
            system.Spawn(() => new BookFeed(journal, catalog, Door, Serves(cluster)), "book-feed");
        }
    }

    public NodeHostOptions Options { get; }

    public ActorSystem System { get; }

    public IJournal Journal { get; }

    public EventCatalog Catalog { get; }

    /// <summary>The entities that this node serves.</summary>
    public LocalShards Shards { get; }

    /// <summary>This node's part in a cluster; null where it is alone.</summary>
    public ClusterProcess? Cluster { get; }

    /// <summary>What the trading system allows, as this node knows it.</summary>
    public ModeBoard Mode { get; }

    private IBroker? Broker { get; }

    /// <summary>The tables of the read model; null where none are kept.</summary>
    public TablesModel? Tables { get; }

    /// <summary>The way to the entities for everyone outside them.</summary>
    public EntityDoor Door { get; }

    public static string Version { get; } =
        typeof(NodeHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    /// <summary>Since the node was put together.</summary>
    public TimeSpan Uptime => System.Time.GetElapsedTime(_openedAt);

    /// <summary>Puts a node together.</summary>
    /// <exception cref="JournalHeldException">Another process holds the directory.</exception>
    /// <exception cref="JournalDamagedException">The journal is damaged; names the position.</exception>
    public static NodeHost Open(NodeHostOptions options, NodeSeams? seams = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        seams ??= new NodeSeams();
        var journal = seams.Cluster?.Journal
            ?? seams.Journal
            ?? SqliteJournal.Open(options.DataDirectory, options.Journal);
        var system = new ActorSystem(options.Name, new ActorSystemOptions
        {
            Dispatcher = seams.Dispatcher,
            Time = seams.Time,
            Random = seams.Random ?? SynchronizedRandom.FromEntropy(),
            GuardianStrategy = seams.Cluster is null ? AloneStrategy : ClusterProcess.GuardianStrategy,
        });
        var catalog = EntityKinds.Catalog();
        var tables = options.KeepsTables
            ? TablesModel.Open(options.DataDirectory, journal, ProjectedEvent.Decoder(catalog), Projections)
            : null;
        return new NodeHost(options, system, journal, catalog, tables, seams.Cluster);
    }

    /// <summary>As <see cref="Open"/>, then waits for the mode and sets up what a first start sets up.</summary>
    public static async Task<NodeHost> StartAsync(NodeHostOptions options, NodeSeams? seams = null)
    {
        var host = Open(options, seams);
        try
        {
            await host.ReadyAsync();
            return host;
        }
        catch
        {
            // Whatever it was: the directory must be let go of before the caller hears of it.
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>The journal's, the entities' and the tables' numbers.</summary>
    public NodeStatus Status(MarketStatus? market)
    {
        var journal = Journal.Statistics();
        var metrics = Shards.Metrics;
        return new NodeStatus(
            Door.Mode,
            Version,
            Uptime,
            new JournalStatus(
                journal.Events, journal.Bytes, journal.Entities, journal.Snapshots, journal.Commits, Journal.HasRoom),
            Tables?.Lag ?? 0,
            Journal.Failure?.Message,
            Tables?.Failure?.Message,
            new EntityCounts(
                Shards.Loaded,
                metrics.Commands,
                metrics.Events,
                metrics.Recoveries,
                metrics.Drops,
                metrics.EffectRetries),
            market,
            [
                .. Cluster?.Topics.Counts.Select(c => new TopicStatus(c.Topic, c.From, c.Received, c.Missed)) ?? [],
            ]);
    }

    /// <summary>
    /// In a cluster hands the shards over and waits for that; what is not handed over at the deadline is fenced by
    /// whoever takes it over. Alone it does nothing.
    /// </summary>
    public async Task LeaveAsync(TimeSpan deadline)
    {
        var begun = System.Time.GetTimestamp();
        Cluster?.Leave();
        while (Cluster is { HasLeft.IsCompleted: false } && System.Time.GetElapsedTime(begun) < deadline)
        {
            await Task.Delay(LookAgainAfter, System.Time);
        }
    }

    /// <summary>
    /// Takes nothing new, waits until everyone who waits has been answered (and what they were told is durable), hands
    /// its shards over, stops the actors and closes the journal. What was not finished at the deadline is taken up at
    /// the next start.
    /// </summary>
    public Task StopAsync(TimeSpan deadline) => _stopping ??= StopInOrderAsync(deadline);

    public ValueTask DisposeAsync() => new(StopAsync(TimeSpan.FromSeconds(10)));

    private ClusterProcess Join(NodeCluster cluster)
    {
        if (cluster.Journal is not IShardFences fences)
        {
            throw new ArgumentException("The journal of a cluster's node must have fences.", nameof(cluster));
        }

        var parts = new ClusterParts
        {
            System = System,
            Broker = cluster.Broker,
            Wire = new WireCatalog(EntityKinds.All, Catalog),
            ShardOf = cluster.Shards.ShardOf,
            Mode = Mode,
        };
        var shards = cluster.Shards.Of(cluster.Member.Roles);
        return ClusterProcess.Serving(cluster.Member, parts, fences, shards, entities => new LocalShards(
            System,
            Journal,
            EntityKinds.All,
            Catalog,
            () => Mode.Effective,
            Options.Shards,
            network: _ => entities,
            shardOf: cluster.Shards.ShardOf));
    }

    private Func<EntityId, bool> Serves(NodeCluster? cluster) => cluster is null
        ? static _ => true
        : entity => Cluster!.Board!.PhaseOf(cluster.Shards.ShardOf(entity)) == SeatPhase.Serving;

    private Func<bool> LooksAtMode(NodeCluster? cluster)
    {
        if (cluster is null)
        {
            return static () => true;
        }

        var shard = cluster.Shards.ShardOf(TradingSystem.Id);
        return () => Cluster!.Board!.PhaseOf(shard) == SeatPhase.Serving;
    }

    /// <summary>Waits for the trading system's mode and sets up what a first start sets up.</summary>
    /// <exception cref="TimeoutException">The mode is not heard in time.</exception>
    public async Task ReadyAsync()
    {
        var patience = Options.ReadyWithin;
        var begun = System.Time.GetTimestamp();
        var askAgainAfter = TimeSpan.Zero;
        while (!Door.IsModeKnown)
        {
            var waited = System.Time.GetElapsedTime(begun);
            if (waited > patience)
            {
                throw new TimeoutException($"The trading system's state could not be read within {patience}.");
            }

            if (waited >= askAgainAfter)
            {
                askAgainAfter = waited + AskAgainAfter;
                Door.Refresh();
            }

            await Task.Delay(LookAgainAfter, System.Time);
        }

        if (Options.FirstStart is { } plan)
        {
            await new FirstStart(Door, System.Time, plan).RunAsync();
        }
    }

    private async Task StopInOrderAsync(TimeSpan deadline)
    {
        var begun = System.Time.GetTimestamp();
        Door.Close();
        while (Door.Waiting > 0 && System.Time.GetElapsedTime(begun) < deadline / 2)
        {
            await Task.Delay(LookAgainAfter, System.Time);
        }

        await LeaveAsync(deadline);
        try
        {
            await System.DisposeAsync();
        }
        finally
        {
            if (Broker is not null)
            {
                await Broker.DisposeAsync();
            }

            if (Tables is not null)
            {
                await Tables.DisposeAsync();
            }

            // Writes what waits, so whatever an actor had asked for before it stopped is in the journal.
            await Journal.DisposeAsync();
            _metrics.Dispose();
        }
    }

}
