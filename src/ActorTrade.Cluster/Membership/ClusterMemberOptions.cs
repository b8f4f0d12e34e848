using ActorTrade.Cluster.Routing;

namespace ActorTrade.Cluster.Membership;

/// <summary>What one process is in the cluster, and the times it goes by.</summary>
public sealed record ClusterMemberOptions
{
    /// <summary>The configured name; placement goes by it.</summary>
    public required string Name { get; init; }

    /// <summary>In order.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    public required string Version { get; init; }

    /// <summary>Its page and API; empty where it has none.</summary>
    public Func<string> Address { get; init; } = static () => "";

    public MembershipOptions Membership { get; init; } = new();

    /// <summary>
    /// How old the last own heartbeat that came back from the broker may be. After it the node pauses itself and gives
    /// its shards up: shorter than the broker takes to give them to another (about twice its heartbeat).
    /// </summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The most that draining a shard may take before it is dropped.</summary>
    public TimeSpan DrainMax { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>False plants a bug: a shard is served on for a while after it was given back to the broker.</summary>
    internal bool DrainsBeforeMoving { get; init; } = true;

    /// <summary>How long a call to another node may be without an answer before it is sent again; longer than a shard
    /// usually takes to change hands.</summary>
    internal TimeSpan AsksAgainAfter { get; init; } = PendingCalls.AsksAgainAfterDefault;

    /// <summary>Shards that a node hands over at the same time.</summary>
    public int MovesAtOnce { get; init; } = 8;

    /// <summary>How long the membership must be the same before shards are moved.</summary>
    public TimeSpan MovesAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Between the registrations of the best node of a shard, the second, and so on: who registers first is
    /// first in line.</summary>
    public TimeSpan RegisterStep { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Deliveries of one message at which its commands are taken for what kills the process.</summary>
    public int SuspectAfter { get; init; } = 20;
}
