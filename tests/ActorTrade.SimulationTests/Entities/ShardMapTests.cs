using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.SimulationTests.Entities;

/// <summary>The way from an entity to its shard is the same for ever.</summary>
public sealed class ShardMapTests
{
    private static readonly string[] Ids =
    [
        "account-alice", "account-bob", "account-client0", "account-client1", "account-house", "pool-AB", "pool-BC",
        "pool-WETH-USDC", "token-AAA", "token-USD", "order-00000000000000000000000000000001",
        "order-0b2f6d6c5d0c4a519d1e0a4f3a7d9c11", "venue-paper", "system-main", "bot-trend", "bot-grid", "a-b", "a-b-c",
        "account-ä", "account-😀",
    ];

    // Computed by another program from the description: FNV-1a over the UTF-16 units, one mix, modulo 128.
    private static readonly int[] Known =
        [41, 73, 99, 14, 29, 49, 32, 19, 100, 116, 94, 5, 60, 11, 118, 33, 127, 81, 57, 36];

    [Fact]
    public void Known_entities_are_where_they_have_always_been()
    {
        var map = new ShardMap();
        Assert.Equal(Known, Ids.Select(id => map.ShardOf(EntityId.Parse(id))));
    }

    [Fact]
    public void Keys_that_people_choose_spread_evenly()
    {
        foreach (var prefix in new[] { "account-client", "order-", "bot-user/strategy/" })
        {
            var map = new ShardMap();
            var counts = new int[map.ShardCount];
            for (var i = 0; i < 100 * map.ShardCount; i++)
            {
                counts[map.ShardOf(EntityId.Parse($"{prefix}{i}"))]++;
            }

            // 100 a shard with a deviation of 10; five of these, 128 times, is less than one chance in ten thousand.
            Assert.All(counts, c => Assert.InRange(c, 50, 150));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    [InlineData(65_536)]
    public void A_shard_is_within_the_count(int count)
    {
        var map = new ShardMap(count);
        Assert.All(Ids, id => Assert.InRange(map.ShardOf(EntityId.Parse(id)), 0, count - 1));
    }

    [Fact]
    public void A_dash_belongs_to_the_key_and_the_border_counts()
    {
        var map = new ShardMap(65_536);
        Assert.NotEqual(map.ShardOf(new EntityId("ab", "c")), map.ShardOf(new EntityId("a", "bc")));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShardMap(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShardMap(65_537));
    }
}
