using System.Text.Json;
using System.Text.Json.Serialization;
using ActorTrade.Cluster.Wire;

namespace ActorTrade.Cluster.Events;

/// <summary>What happened in the cluster, for operators: told on topic <c>cluster.event</c>, may be lost.</summary>
/// <param name="Kind">One of <see cref="ClusterEventKind"/>; others come from newer versions.</param>
/// <param name="Node">Whom it is about, or who says so.</param>
/// <param name="Shard">Text form of the shard; null where it is not about one.</param>
/// <param name="Text">For people.</param>
/// <param name="Duration">How long it took; null where it took no time.</param>
public sealed record ClusterEvent(
    DateTimeOffset At, string Kind, string Node, string? Shard, string Text, TimeSpan? Duration = null)
{
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ClusterEventJson.Default.ClusterEvent);

    /// <summary>Null where the bytes have no such form.</summary>
    public static ClusterEvent? FromJson(ReadOnlySpan<byte> json) =>
        WireJson.ReadOrNull(json, ClusterEventJson.Default.ClusterEvent) is
        {
            Kind: not null,
            Node: not null,
            Text: not null,
        } read
            ? read
            : null;
}

/// <summary>The kinds of <see cref="ClusterEvent"/>.</summary>
public static class ClusterEventKind
{
    public const string MemberJoined = "member-joined";
    public const string MemberSuspected = "member-suspected";
    public const string MemberDown = "member-down";
    public const string MemberBack = "member-back";
    public const string MemberLeaving = "member-leaving";
    public const string MemberLeft = "member-left";

    /// <summary>A node took a shard over and serves it.</summary>
    public const string ShardTaken = "shard-taken";

    /// <summary>A node has handed a shard on, in order.</summary>
    public const string ShardReleased = "shard-released";

    /// <summary>A node gave a shard up at once: cut off, or told to.</summary>
    public const string ShardDropped = "shard-dropped";

    /// <summary>An append found another owner.</summary>
    public const string ShardFenced = "shard-fenced";

    /// <summary>A shard could not be taken over; it is tried again.</summary>
    public const string TakeOverFailed = "take-over-failed";

    public const string NodeCutOff = "node-cut-off";
    public const string NodeBack = "node-back";
    public const string BrokerLost = "broker-lost";
    public const string BrokerBack = "broker-back";
    public const string PlacementChanged = "placement-changed";
    public const string ModeChanged = "mode-changed";
    public const string CommandPoisoned = "command-poisoned";

    /// <summary>Messages of a topic did not come to a node that listens.</summary>
    public const string TopicGap = "topic-gap";

    public const string OperatorActed = "operator-acted";
}

[JsonSerializable(typeof(ClusterEvent))]
internal sealed partial class ClusterEventJson : JsonSerializerContext;
