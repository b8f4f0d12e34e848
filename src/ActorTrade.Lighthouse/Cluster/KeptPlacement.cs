using ActorTrade.Cluster.Membership;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Lighthouse.Cluster;

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
