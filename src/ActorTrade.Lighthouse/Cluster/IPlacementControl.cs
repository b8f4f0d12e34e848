using ActorTrade.Journal.Sharding;

namespace ActorTrade.Lighthouse.Cluster;

/// <summary>What an operator may tell membership and placement. Each call returns when the order is given, not when it
/// has been carried out: <c>cluster tail</c> shows that.</summary>
public interface IPlacementControl
{
    /// <summary>Asks a node to hand its shards over and stop.</summary>
    /// <param name="node">The unique name of the process.</param>
    /// <exception cref="ControlException">It cannot be done; says why.</exception>
    Task LeaveAsync(string node, CancellationToken cancelled);

    /// <summary>Takes a process for dead: its shards are taken over at once, and what it appends late is fenced.
    /// </summary>
    /// <exception cref="ControlException">It cannot be done; says why.</exception>
    Task DownAsync(string node, CancellationToken cancelled);

    /// <summary>Gives a shard to a node, which keeps it until it is gone or the shard is moved again.</summary>
    /// <param name="name">The node's configured name.</param>
    /// <exception cref="ControlException">It cannot be done; says why.</exception>
    Task MoveAsync(ShardId shard, string name, CancellationToken cancelled);
}

/// <summary>An order to membership or placement was not taken.</summary>
public sealed class ControlException(string message) : Exception(message);
