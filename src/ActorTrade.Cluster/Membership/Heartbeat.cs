using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Cluster.Membership;

/// <summary>What a process of the cluster says of itself, on topic <c>heartbeat.NODE</c>, every second.</summary>
/// <param name="Node">Unique to the process: the configured name, a dash, and a random part.</param>
/// <param name="Name">The configured name, for people and for placement: a restarted node gets its old shards.</param>
/// <param name="Address">Its page and API, or its operator endpoint; empty where it has none.</param>
/// <param name="Roles">In order: trade, market, chain, gateway; a Lighthouse has only lighthouse.</param>
/// <param name="Sequence">One more each time; a gap was lost on the way.</param>
/// <param name="Mode">The trading system's state as last heard.</param>
/// <param name="ModeVersion">Its version; -1 where nothing was heard yet.</param>
/// <param name="Shards">The shards it serves.</param>
/// <param name="Entities">In memory.</param>
/// <param name="Load">Share of the machine's processors in use by the process since the last heartbeat, 0 to 1.</param>
public sealed record Heartbeat(
    string Node,
    string Name,
    string Address,
    string Version,
    IReadOnlyList<string> Roles,
    MemberState State,
    long Sequence,
    DateTimeOffset StartedAt,
    DateTimeOffset SentAt,
    SystemMode Mode,
    long ModeVersion,
    IReadOnlyList<ShardId> Shards,
    int Entities,
    double Load);

/// <summary>What a process is up to.</summary>
public enum MemberState
{
    /// <summary>Started; does not serve yet.</summary>
    Joining = 0,

    Up = 1,

    /// <summary>Hands its shards over and stops.</summary>
    Leaving = 2,

    /// <summary>Cut off by its own judgement: serves nothing.</summary>
    Isolated = 3,
}
