using ActorTrade.Domain.Numerics;
using ActorTrade.Execution.Pools;
using ActorTrade.Execution.Strategies;
using static ActorTrade.UnitTests.Strategies.FakeContext;

namespace ActorTrade.UnitTests.Strategies;

/// <summary>Closed forms against searches that know nothing of them.</summary>
public sealed class ArbitrageSizingTests
{
    [Fact]
    public void A_cycle_over_small_pools_is_within_a_base_unit_of_the_best_of_all_sizes()
    {
        var gaining = 0;
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            var cycle = Cycle(random, 2_000, 6_000, spread: 0.4);
            UInt256 bestProfit = default;
            for (var x = 1u; x < 6_000; x++)
            {
                var amountOut = cycle.AmountOut(x);
                bestProfit = amountOut > x ? UInt256.Max(bestProfit, amountOut - x) : bestProfit;
            }

            var found = cycle.Best(6_000);
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
            var random = new Random(seed);
            var cycle = Cycle(random, 1e15, 1e24, spread: 0.05);
            var max = (UInt256)1e26;
            var found = cycle.Best(max);
            var searched = Ternary(max, x => Profit(cycle, x));
            if (found is null)
            {
                Assert.True(searched <= 0, $"seed {seed}: missed {searched}");
                continue;
            }

            gaining++;
            Assert.True(
                (double)found.Value.Profit >= searched * (1 - 1e-9),
                $"seed {seed}: {found.Value.Profit} of {searched}");
        }

        Assert.InRange(gaining, 15, 140);
    }

    [Fact]
    public void A_cycle_found_really_gains_on_the_pools_and_respects_the_maximum()
    {
        for (var seed = 1; seed <= 2_000; seed++)
        {
            var random = new Random(seed);
            var cycle = Cycle(random, 10, Math.Pow(10, random.Next(2, 25)), spread: 0.3);
            var max = (UInt256)Math.Pow(10, random.Next(1, 24));
            if (cycle.Best(max) is not { } size)
            {
                continue;
            }

            Assert.True(size.AmountIn <= max);
            Assert.True(size.AmountOut > size.AmountIn);
            Assert.Equal(size.AmountOut, cycle.AmountOut(size.AmountIn));
        }
    }

    [Fact]
    public void Pools_in_balance_offer_no_cycle()
    {
        // Each price is right within 0.25 %, below one pool's fee of 0.3 %: three of them eat any gain.
        for (var seed = 1; seed <= 1_000; seed++)
        {
            Assert.Null(Cycle(new Random(seed), 1e9, 1e18, spread: 0.0025).Best((UInt256)1e18));
        }
    }

    [Fact]
    public void The_size_against_a_venue_price_is_the_best_of_all_sizes()
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            var random = new Random(seed);
            var pool = Pool("BTC-USD", Btc, (UInt256)(ulong)random.NextInt64(1_00000000, 500_00000000),
                Usd, (UInt256)(ulong)random.NextInt64(5_000_000000, 2_500_000_000000));
            var spot = Units.ToDoubleLossy(pool.Reserve1, 6) / Units.ToDoubleLossy(pool.Reserve0, 8);
            var price = decimal.Round((decimal)(spot * (0.9 + (random.NextDouble() * 0.2))), 2) + 0.01m;
            var fee = new FeePips(1_000);
            var net = (double)price * (1 - 0.001) / 100;
            var gross = (double)price * (1 + 0.001) / 100;

            // Profit in the currency of the input: µUSD paid in for satoshi, or satoshi paid in for µUSD.
            double Buying(UInt256 x) => ((double)pool.AmountOut(Usd, x) * net) - (double)x;
            double Selling(UInt256 x) => (double)pool.AmountOut(Btc, x) - ((double)x * gross);
            Check(PoolArbitrage.BestQuoteIn(pool, BtcUsd, price, fee), Buying, pool.Reserve1, net, seed);
            Check(PoolArbitrage.BestBaseIn(pool, BtcUsd, price, fee), Selling, pool.Reserve0, 1, seed);
        }
    }

    // Rounding down the output loses up to one unit of it, worth `unit`.
    private static void Check(UInt256 size, Func<UInt256, double> profit, UInt256 max, double unit, int seed)
    {
        var best = Ternary(max, profit);
        var got = size.IsZero ? 0 : profit(size);
        Assert.True(got >= best - (Math.Abs(best) * 1e-9) - (2 * unit) - 2, $"seed {seed}: {got} of {best} at {size}");
    }

    private static double Profit(PoolCycle cycle, UInt256 amountIn) =>
        (double)cycle.AmountOut(amountIn) - (double)amountIn;

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
    private static PoolCycle Cycle(Random random, double least, double most, double spread)
    {
        PoolQuote Random(string id, TokenId a, TokenId b)
        {
            var reserve = Math.Exp(Math.Log(least) + (random.NextDouble() * (Math.Log(most) - Math.Log(least))));
            var other = reserve * (1 + ((random.NextDouble() - 0.5) * 2 * spread));
            return Pool(id, a, (UInt256)Math.Max(reserve, 1), b, (UInt256)Math.Max(other, 1));
        }

        return new PoolCycle(
            Usd, Random("EUR-USD", Eur, Usd), Random("BTC-EUR", Btc, Eur), Random("BTC-USD", Btc, Usd));
    }
}
