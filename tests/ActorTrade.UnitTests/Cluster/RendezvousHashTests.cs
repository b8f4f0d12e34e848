using ActorTrade.Cluster.Membership;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.UnitTests.Cluster;

public sealed class RendezvousHashTests
{
    private static readonly string[] Three = ["node-1", "node-2", "node-3"];

    private static IEnumerable<ShardId> Shards => Enumerable.Range(0, 128).Select(n => new ShardId("trade", n));

    [Fact]
    public void Frozen_answers_do_not_change()
    {
        // Two releases that disagree would move shards to and fro for ever.
        var owners = Shards.Take(16).Select(s => RendezvousHash.Rank(s, Three)[0][^1]);
        Assert.Equal("2131331131112121", string.Concat(owners));
    }

    [Fact]
    public void Every_node_is_ranked_once_whatever_the_order_given()
    {
        foreach (var shard in Shards)
        {
            var rank = RendezvousHash.Rank(shard, Three);
            Assert.Equal(Three, rank.Order(StringComparer.Ordinal));
            Assert.Equal(rank, RendezvousHash.Rank(shard, Three.Reverse().Append("node-2")));
        }
    }

    [Fact]
    public void A_node_that_joins_only_takes_and_one_that_goes_only_gives()
    {
        foreach (var shard in Shards)
        {
            var before = RendezvousHash.Rank(shard, Three);
            var after = RendezvousHash.Rank(shard, [.. Three, "node-4"]);
            Assert.Equal(before, after.Where(n => n != "node-4"));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void Shares_are_even_within_reason(int nodes)
    {
        var names = Enumerable.Range(1, nodes).Select(i => $"node-{i}").ToList();
        var shares = Shards.GroupBy(s => RendezvousHash.Rank(s, names)[0]).Select(g => g.Count()).ToList();
        Assert.Equal(nodes, shares.Count);
        Assert.All(shares, share => Assert.InRange(share * nodes / 128.0, 0.4, 1.7));
    }
}
