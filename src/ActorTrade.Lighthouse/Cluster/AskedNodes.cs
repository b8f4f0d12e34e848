using System.Text.Json;
using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Operation;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Lighthouse.Cluster;

/// <summary>Nodes, asked over the broker.</summary>
internal sealed class AskedNodes(NodeCalls calls) : INodeCalls
{
    public Task<JsonElement> AskAsync(
        string node, string question, JsonElement arguments, TimeSpan patience, CancellationToken cancelled) =>
        calls.AskAsync(node, question, arguments, patience, cancelled);
}

/// <summary>Operators' wishes, kept in the stored placement, where the leading Lighthouse finds them.</summary>
internal sealed class KeptPlacement(PlacementKeeper keeper) : IPlacementControl
{
    public Task LeaveAsync(string node, CancellationToken cancelled) =>
        ChangeAsync(p => p with { Leaving = [.. p.Leaving.Append(node).Distinct()] }, cancelled);

    public Task DownAsync(string node, CancellationToken cancelled) =>
        ChangeAsync(p => p with { Downed = [.. p.Downed.Append(node).Distinct()] }, cancelled);

    public Task MoveAsync(ShardId shard, string name, CancellationToken cancelled) =>
        ChangeAsync(p => p with { Wishes = Wished(p, shard, name) }, cancelled);

    // Where the hash says so anyway there is nothing to wish for.
    private static Dictionary<string, string> Wished(Placement placement, ShardId shard, string name)
    {
        var wishes = placement.Wishes.Where(w => w.Key != shard.ToString()).ToDictionary();
        if ((placement with { Wishes = wishes }).RankOf(shard).FirstOrDefault() != name)
        {
            wishes[shard.ToString()] = name;
        }

        return wishes;
    }

    private async Task ChangeAsync(Func<Placement, Placement> change, CancellationToken cancelled)
    {
        try
        {
            await keeper.ChangeAsync(change, cancelled);
        }
        catch (Exception e) when (e is Npgsql.NpgsqlException or InvalidOperationException or TimeoutException)
        {
            throw new ControlException($"The wish could not be stored: {e.Message}");
        }
    }
}
