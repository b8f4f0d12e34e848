using ActorTrade.Journal.Sharding;
using ActorTrade.SimulationTests.Ledger;

namespace ActorTrade.SimulationTests.Cluster;

/// <summary>What holds of a cluster when everything has come to rest, beside what holds of one node.</summary>
internal sealed class ClusterLaws(ClusterWorld world)
{
    public void Check()
    {
        EpochsNeverFall();
        NothingWaits();
    }

    /// <summary>A command that the broker has is carried out and answered, whoever crashes; nobody must repeat
    /// it.</summary>
    public void EveryCommandIsAnswered()
    {
        var lost = world.Clients.SelectMany(c => c.Operations).FirstOrDefault(o => !o.IsFinal);
        SimulationLaws.Require(lost is null, $"{lost?.Command} was lost.");
    }

    /// <summary>Where shards only move in order, no append is in vain.</summary>
    public void NothingFailed() => SimulationLaws.Require(
        world.Failures.Count == 0, $"Although shards only moved: {world.Failures.FirstOrDefault()?.Message}");

    private void EpochsNeverFall()
    {
        var last = new Dictionary<ShardId, (long Epoch, string Node)>();
        foreach (var (stored, shard, epoch, node) in world.Store.History())
        {
            var before = last.GetValueOrDefault(shard);
            SimulationLaws.Require(
                epoch >= before.Epoch,
                $"{node} stored {stored.StoredName} of {stored.Entity} in epoch {epoch} of {shard}, "
                    + $"after {before.Node} in epoch {before.Epoch}.");
            SimulationLaws.Require(
                epoch != before.Epoch || node == before.Node,
                $"{node} and {before.Node} both stored in epoch {epoch} of {shard}.");
            last[shard] = (epoch, node);
        }
    }

    private void NothingWaits()
    {
        foreach (var node in world.Nodes)
        {
            SimulationLaws.Require(
                node.Cluster.CallsWaiting == 0, $"{node.Node} still waits for {node.Cluster.CallsWaiting} calls.");
        }

        foreach (var shard in world.Shards)
        {
            var (ready, unacknowledged) = world.Broker.Depth(shard);
            SimulationLaws.Require(
                ready + unacknowledged == 0,
                $"The queue of {shard} still has {ready} messages, and {unacknowledged} unacknowledged.");
        }
    }
}
