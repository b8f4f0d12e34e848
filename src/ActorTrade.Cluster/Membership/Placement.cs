using System.Text.Json;
using System.Text.Json.Serialization;
using ActorTrade.Cluster.Wire;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Cluster.Membership;

/// <summary>
/// Which node should own which shard: what the leading Lighthouse tells every node, on topic <c>placement</c>. Nodes
/// move what they own accordingly, and go by the last one they heard while no Lighthouse speaks.
/// </summary>
/// <param name="Version">Rises with every change; older ones are ignored.</param>
/// <param name="Nodes">Those that take part, by configured name, with their roles.</param>
/// <param name="Wishes">Shards that an operator wants elsewhere than the hash says, by text form.</param>
/// <param name="Downed">Processes that must not serve any more, by node.</param>
/// <param name="Leaving">Processes asked to hand over and stop, by node.</param>
public sealed record Placement(
    long Version,
    IReadOnlyList<PlacedNode> Nodes,
    IReadOnlyDictionary<string, string> Wishes,
    IReadOnlyList<string> Downed,
    IReadOnlyList<string> Leaving)
{
    public static Placement None { get; } = new(0, [], new Dictionary<string, string>(), [], []);

    /// <summary>Names for the shard, best first; empty where no node has its role.</summary>
    public IReadOnlyList<string> RankOf(ShardId shard) => WishedFirst(
        shard,
        RendezvousHash.Rank(
            shard, Nodes.Where(n => n.Roles.Contains(shard.Role, StringComparer.Ordinal)).Select(n => n.Name)));

    /// <summary>The ranked names, the one that an operator wants first.</summary>
    public IReadOnlyList<string> WishedFirst(ShardId shard, IReadOnlyList<string> ranked) =>
        Wishes.TryGetValue(shard.ToString(), out var wish) && ranked.Contains(wish, StringComparer.Ordinal)
            ? [wish, .. ranked.Where(name => name != wish)]
            : ranked;

    /// <summary>Whether another placement asks anything else.</summary>
    public bool SaysTheSameAs(Placement other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return JsonSerializer.Serialize(this with { Version = 0 }, PlacementJson.Default.Placement)
            == JsonSerializer.Serialize(other with { Version = 0 }, PlacementJson.Default.Placement);
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, PlacementJson.Default.Placement);

    /// <summary>Null where the bytes have no such form.</summary>
    public static Placement? FromJson(ReadOnlySpan<byte> json) =>
        WireJson.ReadOrNull(json, PlacementJson.Default.Placement) is
        {
            Nodes: not null,
            Wishes: not null,
            Downed: not null,
            Leaving: not null,
        } read
        && read.Nodes.All(n => n is { Name: not null, Node: not null, Roles: not null })
            ? read
            : null;
}

/// <param name="Name">The configured name.</param>
/// <param name="Node">The process.</param>
public sealed record PlacedNode(string Name, string Node, IReadOnlyList<string> Roles);

[JsonSerializable(typeof(Placement))]
internal sealed partial class PlacementJson : JsonSerializerContext;
