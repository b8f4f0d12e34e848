using ActorTrade.Domain.Numerics;
using ActorTrade.Execution.Pools;
using static ActorTrade.UnitTests.Strategies.FakeContext;

namespace ActorTrade.UnitTests.Strategies;

/// <summary>Sizes of trades with constant product pools against searches that know nothing of them.</summary>
public sealed class ArbitrageSizingTests
{
    [Fact]
    public void A_cycle_over_small_pools_is_within_a_base_unit_of_the_best_of_all_sizes()
    {
        var gaining = 0;
        for (var seed = 1; seed <= 60; seed++)
        {
            var pools = Triangle(new Random(seed), 2_000, 6_000, spread: 0.4);
            UInt256 bestProfit = default;
            for (var x = 1u; x < 6_000; x++)
            {
                var amountOut = AmountOut(pools, x);
                bestProfit = amountOut > x ? UInt256.Max(bestProfit, amountOut - x) : bestProfit;
            }

            var found = Best(pools, 6_000);
            Assert.InRange((ulong)(found?.Profit ?? default), (ulong)(bestProfit.IsZero ? bestProfit : bestProfit - 1),
                (ulong)bestProfit);
            gaining += found is null ? 0 : 1;
        }

        Assert.InRange(gaining, 10, 58);
    }

    [Fact]
    public void A_cycle_over_large_pools_is_within_1e9_of_a_ternary_search_in_integers()
    {
        var gaining = 0;
        for (var seed = 1; seed <= 150; seed++)
        {
            var pools = Triangle(new Random(seed), 1e15, 1e24, spread: 0.05);
            var max = (UInt256)1e26;
            var found = Best(pools, max);
            var searched = Ternary(max, x => (double)AmountOut(pools, x) - (double)x);
            if (found is null)
            {
                Assert.True(searched <= 0, $"seed {seed}: missed {searched}");
                continue;
            }

            gaining++;
            Assert.True(
                (double)found.Profit >= searched * (1 - 1e-9), $"seed {seed}: {found.Profit} of {searched}");
        }

        Assert.InRange(gaining, 15, 145);
    }

    [Fact]
    public void A_cycle_found_really_gains_on_the_pools_and_respects_the_maximum()
    {
        var gaining = 0;
        for (var seed = 1; seed <= 2_000; seed++)
        {
            var random = new Random(seed);
            var pools = Triangle(random, 10, Math.Pow(10, random.Next(2, 25)), spread: 0.3);
            var max = (UInt256)Math.Pow(10, random.Next(1, 24));
            if (Best(pools, max) is not { } cycle)
            {
                continue;
            }

            gaining++;
            Assert.True(cycle.AmountIn <= max);
            Assert.True(cycle.AmountOut > cycle.AmountIn);
            Assert.Equal(cycle.AmountOut, cycle.Route.Aggregate(cycle.AmountIn, (amount, hop) =>
                pools.Single(p => p.Pool == hop.Pool).AmountOut(hop.TokenIn, hop.TokenOut, amount)));
        }

        Assert.InRange(gaining, 100, 1_900);
    }

    [Fact]
    public void Pools_in_balance_offer_no_cycle()
    {
        // Each price is right within 0.25 %, below one pool's fee of 0.3 %: three of them eat any gain.
        for (var seed = 1; seed <= 1_000; seed++)
        {
            Assert.Null(Best(Triangle(new Random(seed), 1e9, 1e18, spread: 0.0025), (UInt256)1e18));
        }
    }

    [Fact]
    public void The_size_against_a_venue_price_is_the_best_of_all_sizes()
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            var random = new Random(seed);
            var (reserve0, reserve1) = (
                random.NextInt64(1_00000000, 500_00000000), random.NextInt64(5_000_000000, 2_500_000_000000));
            var pool = Pool("BTC-USD", Btc, (UInt256)(ulong)reserve0, Usd, (UInt256)(ulong)reserve1);
            var spot = reserve1 / 1e6 / (reserve0 / 1e8);
            var price = decimal.Round((decimal)(spot * (0.9 + (random.NextDouble() * 0.2))), 2) + 0.01m;
            var sizing = new VenueSizing(BtcUsd, new FeePips(1_000), new FeePips(0));
            var net = (double)price * (1 - 0.001) / 100;
            var gross = (double)price * (1 + 0.001) / 100;

            // Profit in the currency of the input: µUSD paid in for satoshi, or satoshi paid in for µUSD.
            double Buying(UInt256 x) => ((double)pool.AmountOut(Usd, Btc, x) * net) - (double)x;
            double Selling(UInt256 x) => (double)pool.AmountOut(Btc, Usd, x) - ((double)x * gross);
            var most = UInt256.One << 100;
            Check(sizing.BuyFromPool(pool, price, most), Buying, (UInt256)(ulong)reserve1, net, seed);
            Check(sizing.SellToPool(pool, price, most), Selling, (UInt256)(ulong)reserve0, 1, seed);
        }
    }

    // Rounding down the output loses up to one unit of it, worth `unit`.
    private static void Check(VenueTrade? trade, Func<UInt256, double> profit, UInt256 max, double unit, int seed)
    {
        var best = Ternary(max, profit);
        var got = trade is null ? 0 : profit(trade.AmountIn);
        Assert.True(got >= best - (Math.Abs(best) * 1e-9) - (2 * unit) - 2, $"seed {seed}: {got} of {best} by {trade}");
    }

    private static PoolCycle? Best(PoolQuote[] pools, UInt256 max) =>
        new PoolCycles([new CycleStart(Usd, new TokenDecimals(6), max)])
            .Best(pools.Aggregate(PoolBook.Empty, (book, pool) => book.With(pool)), 1).SingleOrDefault();

    // The better of both directions.
    private static UInt256 AmountOut(PoolQuote[] pools, UInt256 amountIn)
    {
        TokenId[] tokens = [Usd, Eur, Btc, Usd];
        var (there, back) = (amountIn, amountIn);
        for (var k = 0; k < 3; k++)
        {
            there = pools[k].AmountOut(tokens[k], tokens[k + 1], there);
            back = pools[2 - k].AmountOut(tokens[3 - k], tokens[2 - k], back);
        }

        return UInt256.Max(there, back);
    }

    // A concave function's maximum; flat steps of rounding do not matter at the sizes it is used for.
    private static double Ternary(UInt256 max, Func<UInt256, double> profit)
    {
        UInt256 low = 1;
        var high = max;
        while (high - low > 8)
        {
            var third = (high - low) / 3;
            if (profit(low + third) < profit(high - third))
            {
                low += third;
            }
            else
            {
                high -= third;
            }
        }

        var best = double.NegativeInfinity;
        for (var x = low; x <= high; x += 1)
        {
            best = Math.Max(best, profit(x));
        }

        return best;
    }

    // Pools with prices near one, so that one base unit means the same in each.
    private static PoolQuote[] Triangle(Random random, double least, double most, double spread)
    {
        PoolQuote Random(string id, TokenId a, TokenId b)
        {
            var reserve = Math.Exp(Math.Log(least) + (random.NextDouble() * (Math.Log(most) - Math.Log(least))));
            var other = reserve * (1 + ((random.NextDouble() - 0.5) * 2 * spread));
            return Pool(id, a, (UInt256)Math.Max(reserve, 1), b, (UInt256)Math.Max(other, 1));
        }

        return [Random("EUR-USD", Eur, Usd), Random("BTC-EUR", Btc, Eur), Random("BTC-USD", Btc, Usd)];
    }
}
