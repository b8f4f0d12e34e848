using ActorTrade.Cluster.Events;
using ActorTrade.Cluster.Membership;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Lighthouse.Cluster;

/// <summary>The cluster as this Lighthouse knows it, from heartbeats and placement.</summary>
public interface IClusterView
{
    /// <summary>What is known at this moment; does not wait.</summary>
    ClusterState Now();

    /// <summary>The shard of an entity; null where no role serves its category.</summary>
    ShardId? ShardOf(EntityId entity);

    /// <summary>What happens from now on. Bounded: the oldest give way where the reader is too slow.</summary>
    IAsyncEnumerable<ClusterEvent> FollowAsync(CancellationToken cancelled);
}

/// <summary>The cluster at one moment.</summary>
/// <param name="IsConnected">False: the broker is out of reach, and everything here is as old as that.</param>
/// <param name="Members">Every process heard of, Lighthouses too; those that left or are down for a while.</param>
/// <param name="Shards">Every shard of every role.</param>
public sealed record ClusterState(
    DateTimeOffset At,
    bool IsConnected,
    IReadOnlyList<Member> Members,
    IReadOnlyList<ShardPlacement> Shards);

/// <summary>Where a shard is and where it should be.</summary>
/// <param name="Wanted">The name of the node that placement gives it; null where no node may have it.</param>
/// <param name="Owner">The name of the node that serves it; null where none says so.</param>
/// <param name="Epoch">The highest that was heard of; 0 where none was.</param>
/// <param name="IsWished">An operator moved it there.</param>
public sealed record ShardPlacement(ShardId Shard, string? Wanted, string? Owner, long Epoch, bool IsWished = false);

internal static class Members
{
    /// <summary>Not a Lighthouse.</summary>
    public static bool IsNode(this Member member) => !member.HasRole(ClusterRoles.Lighthouse);
}
