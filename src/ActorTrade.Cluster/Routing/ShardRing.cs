using ActorTrade.Cluster.Transport;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Cluster.Routing;

/// <summary>A message that says no more than that whoever gets it is the first in the shard's line.</summary>
internal static class ShardRing
{
    private static readonly BrokerMessage Ring = new("ring.v1", ReadOnlyMemory<byte>.Empty, TimeSpan.FromSeconds(2));

    public static void At(IBroker broker, ShardId shard) => broker.PublishToShard(shard, Ring, static _ => { });
}
