using System.Globalization;
using System.Numerics;
using ActorTrade.DefiTests.Oracles;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

/// <summary>Quotes of concentrated pools, which take a shorter way than swaps where the numbers fit 128 bits.</summary>
public class ConcentratedQuoteTests(ITestOutputHelper output)
{
    [Fact]
    public void Quotes_equal_swaps_and_the_contract()
    {
        var (narrow, all, passed) = (0, 0, 0);
        ProofCases.ForEach("concentrated quotes", c =>
        {
            var (oracle, curve) = RandomPools.Concentrated(c, c.OneOf(0, 0, 4, 10), c.OneOf(60, 80, 100, 120));
            for (var trade = 0; trade < 12; trade++)
            {
                var (zeroForOne, isExactOut) = (c.Chance(2), c.Chance(2));
                var amount = (UInt256)c.Positive(c.OneOf(40, 60, 80, 110, 130));
                AssertQuotedAsSwapped(curve, zeroForOne, amount, isExactOut, out var swap);
                all++;
                narrow += IsNarrow(curve, zeroForOne, amount, isExactOut) ? 1 : 0;
                passed += swap.Crossings > 1 ? 1 : 0;

                // The slow way walks each word of an empty range, thousands to the end of the prices.
                if (swap.Leftover.IsZero && trade < 3
                    && Math.Abs(swap.Tick - curve.Tick) / oracle.TickSpacing < 5000)
                {
                    AssertContracts(oracle, zeroForOne, amount, isExactOut, swap);
                }
            }
        }, share: 10);

        output.WriteLine($"{narrow} of {all} quotes in 128 bits; {passed} passed from tick to tick.");
        Assert.True(narrow > all / 3 && passed > all / 100, $"{narrow} of {all} narrow, {passed} passed ticks.");
    }

    [Fact]
    public void Last_steps_equal_the_contract_near_the_next_stop() =>
        ProofCases.ForEach("last steps", static c =>
        {
            // Amounts just about what reaches the stop, and prices where a unit of the price is worth many of token 0.
            var oracle = new ConcentratedOracle
            {
                FeePips = c.OneOf(0, 500, 10_000, 999_999),
                TickSpacing = 10,
                Tick = c.Between(-500_000, 440_000) / 10 * 10,
            };
            var low = ConcentratedOracle.SqrtAt(oracle.Tick);
            oracle.SqrtPrice = low + (c.Bits(160) % (ConcentratedOracle.SqrtAt(oracle.Tick + 1) - low));
            oracle.Add(oracle.Tick - 10, oracle.Tick + 10, c.Positive(100));
            var curve = RandomPools.CurveOf(oracle);
            var (zeroForOne, isExactOut) = (c.Chance(2), c.Chance(2));
            var stop = TickMath.SqrtPriceAt(oracle.Tick + (zeroForOne ? -10 : 10));
            var error = curve.Swap(zeroForOne, UInt256.MaxValue >> 1, isExactOut, stop, out var whole);
            Assert.Equal(QuoteError.None, error);
            var named = (BigInteger)(isExactOut ? whole.AmountOut : whole.AmountIn);
            var amount = c.OneOf(named - 1, named, named - c.Between(0, 100), named * c.Between(1, 999) / 1000);
            if (amount > 0)
            {
                AssertQuotedAsSwapped(curve, zeroForOne, (UInt256)amount, isExactOut, out var swap);
                AssertContracts(oracle, zeroForOne, (UInt256)amount, isExactOut, swap);
            }
        }, share: 2);

    [Fact]
    public void What_a_passage_gave_counts_for_the_liquidity_it_had()
    {
        // Of ticks known in part, the liquidity below the first is the pool's: two pools share the table.
        var ticks = new TickTable(
            10,
            [new(-500, 3, 3), new(-30, 5, 5), new(-20, 7, 7), new(20, 7, -7), new(30, 5, -5), new(500, 3, -3)],
            knownFrom: -1000,
            knownTo: 1000);
        var amount = UInt256.Parse("30000000000000000");
        foreach (var liquidity in new[] { "9000000000000000000", "9500000000000000000", "9000000000000000000" })
        {
            var curve = new ConcentratedCurve(
                500, TickMath.SqrtPriceAt(0), 0, UInt128.Parse(liquidity, CultureInfo.InvariantCulture), ticks);
            for (var way = 0; way < 4; way++)
            {
                AssertQuotedAsSwapped(curve, zeroForOne: way % 2 == 0, amount, isExactOut: way < 2, out var swap);
                Assert.Equal(2, swap.Crossings);
            }
        }
    }

    [Fact]
    public void Quotes_allocate_nothing_once_the_ticks_passed_are_known()
    {
        var (_, curve) = RandomPools.Concentrated(new ProofCase(7), liquidityBits: 80);
        var amount = (UInt256)(UInt128.One << 70);
        long allocated = 0;
        for (var round = 0; round < 2; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var token = 0; token < 2; token++)
            {
                curve.QuoteExactIn(token, 1 - token, amount, out _);
                curve.QuoteExactOut(token, 1 - token, amount, out _);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    /// <summary>Both ways of the curve agree in every field a quote has.</summary>
    internal static void AssertQuotedAsSwapped(
        ConcentratedCurve curve, bool zeroForOne, UInt256 amount, bool isExactOut, out ConcentratedSwap swap)
    {
        var tokenIn = zeroForOne ? 0 : 1;
        var swapError = curve.Swap(zeroForOne, amount, isExactOut, null, out swap);
        var error = isExactOut
            ? curve.QuoteExactOut(tokenIn, 1 - tokenIn, amount, out var quote)
            : curve.QuoteExactIn(tokenIn, 1 - tokenIn, amount, out quote);
        if (swapError != QuoteError.None || (swap.AmountIn.IsZero && swap.AmountOut.IsZero))
        {
            // Nothing traded is a swap on chain, and no quote.
            Assert.Contains(error, new[] { swapError, QuoteError.NoLiquidity });
            return;
        }

        Assert.Equal(QuoteError.None, error);
        var expected = new CurveQuote(
            tokenIn,
            1 - tokenIn,
            swap.AmountIn,
            swap.AmountOut,
            swap.Fee,
            swap.ProtocolFee,
            Leftover: swap.Leftover,
            IsExactOut: isExactOut);
        Assert.Equal(expected, quote);
    }

    private static void AssertContracts(
        ConcentratedOracle oracle, bool zeroForOne, UInt256 amount, bool isExactOut, in ConcentratedSwap swap)
    {
        var (price, tick, liquidity) = (oracle.SqrtPrice, oracle.Tick, oracle.Liquidity);
        var limit = zeroForOne ? ConcentratedOracle.SqrtMin + 1 : ConcentratedOracle.SqrtMax - 1;
        var outcome = oracle.Swap(zeroForOne, (BigInteger)amount, !isExactOut, limit);
        Assert.Equal(
            ((BigInteger)swap.AmountIn, (BigInteger)swap.AmountOut, (BigInteger)swap.Fee),
            (outcome!.AmountIn, outcome.AmountOut, outcome.Fee));
        (oracle.SqrtPrice, oracle.Tick, oracle.Liquidity) = (price, tick, liquidity);
    }

    private static bool IsNarrow(ConcentratedCurve curve, bool zeroForOne, UInt256 amount, bool isExactOut)
    {
        var walk = new ConcentratedNarrowWalk(curve.Ticks, (uint)curve.Fee.Value, 0, zeroForOne, isExactOut);
        return ConcentratedNarrowWalk.IsNarrow(curve.SqrtPriceX96, amount)
            && walk.TryRun(
                curve.SqrtPriceX96.Low128,
                curve.Tick,
                curve.Liquidity,
                curve.Ticks.IndexAtOrBelow(curve.Tick),
                amount.Low128);
    }
}
