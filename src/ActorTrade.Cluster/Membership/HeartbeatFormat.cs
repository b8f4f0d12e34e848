using System.Text.Json;
using System.Text.Json.Serialization;
using ActorTrade.Cluster.Wire;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Cluster.Membership;

/// <summary>
/// Heartbeats as UTF-8 JSON, one object: a person can read them at the broker, and nodes of two releases understand
/// each other. Unknown fields and shards are passed over; a missing one reads as nothing (empty, zero, version −1).
/// </summary>
/// <remarks>
/// A state or mode that is missing or unknown to this version reads as the most careful one that it knows: a member
/// that is <see cref="MemberState.Leaving"/> is given no shards, and in <see cref="SystemMode.Emergency"/> nothing new
/// is done.
/// </remarks>
public static class HeartbeatFormat
{
    /// <summary>A longer message is no heartbeat.</summary>
    public const int LengthMax = 1024 * 1024;

    public static byte[] Write(Heartbeat heartbeat)
    {
        ArgumentNullException.ThrowIfNull(heartbeat);
        var body = new HeartbeatBody
        {
            Node = heartbeat.Node,
            Name = heartbeat.Name,
            Address = heartbeat.Address,
            Version = heartbeat.Version,
            Roles = [.. heartbeat.Roles],
            State = heartbeat.State.ToString(),
            Sequence = heartbeat.Sequence,
            StartedAt = heartbeat.StartedAt,
            SentAt = heartbeat.SentAt,
            Mode = heartbeat.Mode.ToString(),
            ModeVersion = heartbeat.ModeVersion,
            Shards = [.. heartbeat.Shards.Select(s => s.ToString())],
            Entities = heartbeat.Entities,
            Load = double.IsFinite(heartbeat.Load) ? heartbeat.Load : 0,
        };
        return JsonSerializer.SerializeToUtf8Bytes(body, HeartbeatJson.Default.HeartbeatBody);
    }

    /// <exception cref="WireFormatException">It is no heartbeat.</exception>
    public static Heartbeat Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > LengthMax)
        {
            throw new WireFormatException($"A heartbeat has at most {LengthMax} bytes, not {bytes.Length}.");
        }

        var body = WireJson.Read(bytes.Span, HeartbeatJson.Default.HeartbeatBody, "A heartbeat");
        return body is { Node.Length: > 0 }
            ? body.ToHeartbeat()
            : throw new WireFormatException("A heartbeat does not say whose it is.");
    }
}

/// <summary>The object as it is written; its property names are those of the JSON.</summary>
internal sealed class HeartbeatBody
{
    public string? Node { get; set; }

    public string? Name { get; set; }

    public string? Address { get; set; }

    public string? Version { get; set; }

    public string?[]? Roles { get; set; }

    public string? State { get; set; }

    public long Sequence { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    public DateTimeOffset SentAt { get; set; }

    public string? Mode { get; set; }

    public long ModeVersion { get; set; } = -1;

    public string?[]? Shards { get; set; }

    public int Entities { get; set; }

    public double Load { get; set; }

    public Heartbeat ToHeartbeat() => new(
        Node!,
        Name ?? Node!,
        Address ?? "",
        Version ?? "",
        [.. (Roles ?? []).OfType<string>()],
        KnownOr(State, MemberState.Leaving),
        Sequence,
        StartedAt.ToUniversalTime(),
        SentAt.ToUniversalTime(),
        KnownOr(Mode, SystemMode.Emergency),
        ModeVersion,
        [.. ShardsOf(Shards ?? [])],
        Entities,
        Load);

    // By name only: a number would be taken as any value.
    private static T KnownOr<T>(string? name, T careful)
        where T : struct, Enum =>
        Enum.GetValues<T>()
            .Where(v => string.Equals(v.ToString(), name, StringComparison.OrdinalIgnoreCase))
            .DefaultIfEmpty(careful)
            .First();

    private static IEnumerable<ShardId> ShardsOf(IEnumerable<string?> texts)
    {
        foreach (var text in texts)
        {
            if (ShardId.TryParse(text, out var shard))
            {
                yield return shard;
            }
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HeartbeatBody))]
internal sealed partial class HeartbeatJson : JsonSerializerContext;
