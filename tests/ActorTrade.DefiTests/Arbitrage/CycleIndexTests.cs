using ActorTrade.Arbitrage.Cycles;
using ActorTrade.Arbitrage.Markets;
using ActorTrade.Domain.Amm.Listing;

namespace ActorTrade.DefiTests.Arbitrage;

public sealed class CycleIndexTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Index_holds_every_simple_cycle_once(int hopsMax)
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var market = new PoolMarket(MarketMaker.RandomPairs(random, random.Next(2, 7), random.Next(1, 13), 0.1));
            int[] bases = [.. Enumerable.Range(0, Math.Min(market.TokenCount, 1 + random.Next(3)))];

            var index = CycleIndex.Build(
                market, bases, new CycleIndexOptions { HopsMax = hopsMax, ParallelPoolsMax = 99 });

            var found = Enumerable.Range(0, index.Count).Select(c => Canonical(index.EdgesOf(c).ToArray())).ToList();
            var expected = BruteForce.Cycles(market, bases, hopsMax).Select(Canonical).ToHashSet();
            Assert.False(index.IsTruncated);
            Assert.Equal(found.Count, found.Distinct().Count());
            Assert.Equal(expected.Order(), found.Order());
        }
    }

    [Fact]
    public void Each_pool_lists_exactly_the_cycles_it_is_in()
    {
        var market = new PoolMarket(MarketMaker.RandomPairs(new Random(5), 6, 12, 0.1));
        var index = CycleIndex.Build(market, [0, 1], new CycleIndexOptions { HopsMax = 4 });

        Assert.True(index.Count > 20);
        for (var p = 0; p < market.PoolCount; p++)
        {
            var expected = Enumerable.Range(0, index.Count)
                .Where(c => index.EdgesOf(c).ToArray().Any(e => market.EdgeAt(e).Pool == p));
            Assert.Equal(expected, index.CyclesOf(p).ToArray().Order());
        }
    }

    [Fact]
    public void Search_at_its_bound_keeps_the_short_cycles_and_says_so()
    {
        var market = new PoolMarket(MarketMaker.RandomPairs(new Random(5), 6, 12, 0.1));
        var all = CycleIndex.Build(market, [0], new CycleIndexOptions { HopsMax = 4 });
        var lengths = Enumerable.Range(0, all.Count).Select(c => all.EdgesOf(c).Length).ToList();

        var some = CycleIndex.Build(
            market, [0], new CycleIndexOptions { HopsMax = 4, CyclesMax = lengths.Count(l => l < 4) });

        Assert.True(some.IsTruncated);
        Assert.Contains(4, lengths);
        Assert.Equal(lengths.Where(l => l < 4), Enumerable.Range(0, some.Count).Select(c => some.EdgesOf(c).Length));
    }

    [Fact]
    public void Blocked_shallow_and_taxing_tokens_are_left_out()
    {
        var (a, b, taxing) = (MarketMaker.Token(0), MarketMaker.Token(1), MarketMaker.Token(2, feePips: 10_000));
        List<ListedPool> pools =
        [
            MarketMaker.Pair("deep", a, b, 1_000_000_000, 1_000_000_000),
            MarketMaker.Pair("deep2", a, b, 2_000_000_000, 2_000_000_000),
            MarketMaker.Pair("shallow", a, b, 1_000, 1_000),
            MarketMaker.Pair("taxing", a, taxing, 1_000_000_000, 1_000_000_000),
            MarketMaker.Pair("taxing2", a, taxing, 1_000_000_000, 1_000_000_000),
        ];
        var market = new PoolMarket(pools);
        int Count(CycleIndexOptions options) => CycleIndex.Build(market, [market.NumberOf(a)], options).Count;

        Assert.Equal(6, Count(new CycleIndexOptions()));
        Assert.Equal(8, Count(new CycleIndexOptions { AllowsTransferFees = true }));
        Assert.Equal(2, Count(new CycleIndexOptions { LiquidityMin = 10_000, LiquidityToken = a }));
        Assert.Equal(2, Count(new CycleIndexOptions { ParallelPoolsMax = 2 }));
        Assert.Equal(0, Count(new CycleIndexOptions { BlockedTokens = [b] }));
    }

    // The same for every rotation of a cycle, and only for these.
    private static string Canonical(int[] edges) =>
        Enumerable.Range(0, edges.Length)
            .Select(k => string.Join(' ', edges.Skip(k).Concat(edges.Take(k)).Select(e => $"{e:D6}")))
            .Min(StringComparer.Ordinal)!;
}
