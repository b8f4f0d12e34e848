using ActorTrade.Journal.Sharding;

namespace ActorTrade.Journal.Simulated;

/// <summary>How a simulated store and the journals of its nodes are set up.</summary>
public sealed record SimulatedStoreSettings
{
    /// <summary>The least time a call takes between a node and the store, one way.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>What chance adds to it at most.</summary>
    public TimeSpan Jitter { get; init; } = TimeSpan.FromMilliseconds(9);

    /// <summary>How often an ordering is skipped, as one is whose transaction was undone; a share of commits.</summary>
    public double OrderingGaps { get; init; }

    /// <summary>A call that is not answered in this time is given up: its appends are <c>Unknown</c>.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>From finding the store away to asking whether it is back, and between two such questions.</summary>
    public TimeSpan ReconnectAfter { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Requests waiting at a node at which its journal has no room.</summary>
    public int WaitingRequestsMax { get; init; } = 65_536;
}

/// <summary>An event as it was committed, and who did it.</summary>
/// <param name="Epoch">The epoch of the shard under which its entity was recovered.</param>
/// <param name="Node">Whose journal appended it.</param>
public readonly record struct CommittedEvent(StoredEvent Event, ShardId Shard, long Epoch, string Node);

/// <summary>The store does not answer; what was asked did not happen, unless the answer is what got lost.</summary>
public sealed class StoreUnreachableException() : Exception("The store does not answer.");
