using ActorTrade.Cluster.Hosting;
using ActorTrade.Configuration;
using ActorTrade.Domain;
using ActorTrade.Domain.Books;
using ActorTrade.Journal.Sqlite;

namespace ActorTrade.Node.Configuration;

/// <summary>
/// Every setting of a node, checked. What each means, its unit, default and range stand once, in
/// <c>cluster-config/reference.json</c>; a section here is a group there, a parameter an option.
/// </summary>
public sealed record NodeConfiguration(
    NodeSection Node,
    HttpSection Http,
    JournalSection Journal,
    EntitiesSection Entities,
    MarketSection Market,
    VenueSection Venue,
    BotsSection Bots,
    PoolOrdersSection PoolOrders,
    PostgresSection Postgres,
    RabbitMqSection RabbitMq,
    ClusterSection Cluster)
{
    /// <summary>The defaults.</summary>
    public static NodeConfiguration Default { get; } = Load(new ConfigurationSources());

    /// <summary>Lays the sources over the defaults.</summary>
    /// <exception cref="ConfigurationException">Names everything that is wrong; a process ends with code 4.</exception>
    public static NodeConfiguration Load(ConfigurationSources sources) =>
        ConfigurationLoader.Load<NodeConfiguration>(sources);

    /// <summary>The servers of the cluster that the node is one of.</summary>
    /// <exception cref="ConfigurationException">Names everything that makes no sense in a cluster.</exception>
    public ClusterServers Servers() =>
        ClusterServers.Of(Node.Name, Postgres, RabbitMq, Cluster, EntityKinds.RoleOf);
}

public sealed record NodeSection(string Name, string DataDirectory);

public sealed record HttpSection(string Address, int Port, TimeSpan IdempotencyRetention);

public sealed record JournalSection(CommitDurability Synchronous, int CheckpointPages);

public sealed record EntitiesSection(TimeSpan PassivateAfter, int RecoveriesAtOnce, int LoadedMax);

public sealed record MarketSection(MarketSourceKind Source, long Seed, TimeSpan Interval);

public sealed record VenueSection(int TakerFeeBps, TimeSpan Latency, decimal DefaultDepth, int FaultPerMille);

public sealed record BotsSection(bool RegisterAtStart, decimal Capital);

public sealed record PoolOrdersSection(SandwichProtection Protection);

/// <summary>Where a running node gets its ticks.</summary>
public enum MarketSourceKind
{
    /// <summary>Five symbols of a seeded random market.</summary>
    Simulated,

    /// <summary>Nowhere.</summary>
    None,
}
