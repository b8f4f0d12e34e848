using ActorTrade.Cluster.Membership;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Cluster.Sharding;

/// <summary>The shards of a cluster: how many each role has, and which one an entity belongs to.</summary>
/// <param name="count">Of the role that serves entities; the same on every process, for ever.</param>
/// <param name="roleOf">The role whose nodes serve entities of a category.</param>
public sealed class NodeShards(int count, Func<string, string> roleOf)
{
    private readonly ShardMap _map = new(count);

    /// <summary>
    /// The feed of the market and the bots run on one node at a time: on the one that serves this role's only shard.
    /// </summary>
    public static ShardId Market { get; } = new(ClusterRoles.Market, 0);

    /// <summary>How many each role has.</summary>
    public IReadOnlyDictionary<string, int> Counts { get; } = new Dictionary<string, int>
    {
        [ClusterRoles.Trade] = count,
        [ClusterRoles.Market] = 1,
    };

    /// <summary>Every shard, by role and number.</summary>
    public IReadOnlyList<ShardId> All => [.. Of(Counts.Keys).Order()];

    public ShardId ShardOf(EntityId entity) => new(roleOf(entity.Category), _map.ShardOf(entity));

    /// <summary>The shards that a node of these roles may serve.</summary>
    public IEnumerable<ShardId> Of(IEnumerable<string> roles) => roles
        .Where(Counts.ContainsKey)
        .SelectMany(role => Enumerable.Range(0, Counts[role]).Select(n => new ShardId(role, n)));
}
