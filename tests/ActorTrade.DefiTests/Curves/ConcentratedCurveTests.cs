using System.Numerics;
using ActorTrade.DefiTests.Oracles;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

public class ConcentratedCurveTests
{
    private static readonly UInt256 Q96 = new(0, 1UL << 32, 0, 0);

    [Fact]
    public void Random_swaps_equal_the_contract_in_amounts_fees_and_state() =>
        ProofCases.ForEach("concentrated", static c =>
        {
            var (oracle, curve) = RandomPools.Concentrated(c, c.OneOf(0, 0, 4, 10));
            for (var trade = 0; trade < 3; trade++)
            {
                var (zeroForOne, isExactOut) = (c.Chance(2), c.Chance(2));
                var amount = c.Positive(c.OneOf(60, 130, 250));
                var limit = LimitOf(c, oracle, zeroForOne);

                var error = curve.Swap(zeroForOne, (UInt256)amount, isExactOut, (UInt256)limit, out var swap);

                var expected = oracle.Swap(zeroForOne, amount, !isExactOut, limit);
                Assert.Equal(expected is null ? QuoteError.InvariantBroken : QuoteError.None, error);
                if (expected is null)
                {
                    continue;
                }

                var outcome = new ConcentratedOracle.Outcome(
                    (BigInteger)swap.AmountIn,
                    (BigInteger)swap.AmountOut,
                    (BigInteger)swap.Leftover,
                    (BigInteger)swap.Fee,
                    (BigInteger)swap.ProtocolFee,
                    (BigInteger)swap.FeeGrowthX128,
                    swap.Crossings);
                Assert.Equal(expected, outcome);
                curve = curve.After(swap);
                Assert.Equal(oracle.SqrtPrice, (BigInteger)curve.SqrtPriceX96);
                Assert.Equal(oracle.Tick, curve.Tick);
                Assert.Equal(oracle.Liquidity, curve.Liquidity);
            }
        }, share: 4);

    [Fact]
    public void A_state_a_swap_leaves_is_a_state_a_pool_can_have_and_liquidity_moves_in_it() =>
        ProofCases.ForEach("concentrated states", static c =>
        {
            var (oracle, curve) = RandomPools.Concentrated(c, liquidityBits: 100);
            var zeroForOne = c.Chance(2);
            var limit = LimitOf(c, oracle, zeroForOne);
            if (oracle.Swap(zeroForOne, c.Positive(100), true, limit) is null)
            {
                return;
            }

            curve = RandomPools.CurveOf(oracle);
            var spacing = oracle.TickSpacing;
            var widest = ConcentratedOracle.TickMax / spacing;
            var lower = c.Between(-widest, widest - 1);
            var upper = c.Between(lower + 1, widest);
            var liquidity = c.Positive(100);
            oracle.Add(lower * spacing, upper * spacing, liquidity);
            var more = curve.WithLiquidity(lower * spacing, upper * spacing, (Int128)liquidity);

            AssertSame(RandomPools.CurveOf(oracle), more);
            AssertSame(curve, more.WithLiquidity(lower * spacing, upper * spacing, -(Int128)liquidity));
        }, share: 20);

    [Fact]
    public void A_quote_applied_is_the_state_after_the_swap_and_no_round_trip_gains() =>
        ProofCases.ForEach("concentrated round trips", static c =>
        {
            var (_, curve) = RandomPools.Concentrated(c);
            var start = c.Amount(90);
            if (curve.QuoteExactIn(0, 1, start, out var there) != QuoteError.None)
            {
                return;
            }

            var after = (ConcentratedCurve)curve.Apply(there);
            Assert.Equal(start, there.AmountIn + there.Leftover);
            if (after.QuoteExactIn(1, 0, there.AmountOut, out var back) == QuoteError.None)
            {
                Assert.True(back.AmountOut <= there.AmountIn, "A round trip gained.");
            }

            if (curve.QuoteExactOut(0, 1, there.AmountOut, out var exact) == QuoteError.None)
            {
                // Each step rounds for the pool, so the same output may cost a unit a step more.
                var applied = (ConcentratedCurve)curve.Apply(exact);
                Assert.Equal(there.AmountOut, exact.AmountOut + exact.Leftover);
                Assert.True(applied.SqrtPriceX96 < curve.SqrtPriceX96 || exact.AmountOut.IsZero);
            }
        }, share: 5);

    [Fact]
    public void The_input_to_a_marginal_price_ends_there() =>
        ProofCases.ForEach("concentrated target", static c =>
        {
            var (_, curve) = RandomPools.Concentrated(c, liquidityBits: 90);
            var (tokenIn, tokenOut) = c.Chance(2) ? (0, 1) : (1, 0);
            var now = curve.MarginalPrice(tokenIn, tokenOut);
            if (double.IsNaN(now) || now == 0)
            {
                return;
            }

            var target = now * c.Between(1, 999) / 1000;
            Assert.Equal(QuoteError.None, curve.AmountInToMarginalPrice(tokenIn, tokenOut, target, out var amountIn));
            Assert.Equal(QuoteError.None, curve.AmountInToMarginalPrice(tokenIn, tokenOut, now * 1.01, out var none));
            Assert.True(none.IsZero);
            if (curve.QuoteExactIn(tokenIn, tokenOut, amountIn, out var quote) != QuoteError.None)
            {
                return;
            }

            var after = ((ConcentratedCurve)curve.Apply(quote)).MarginalPrice(tokenIn, tokenOut);
            Assert.True(double.IsNaN(after) || after >= target * (1 - 1e-9), "The input goes past the target.");
        }, share: 20);

    [Fact]
    public void Steps_keep_the_properties_the_core_fuzzes() =>
        ProofCases.ForEach("concentrated steps", static c =>
        {
            var (a, b) = (Price(c), Price(c));
            var liquidity = (UInt128)c.Positive(127);
            var (remaining, isExactOut) = (c.Amount(c.OneOf(60, 130, 250)), c.Chance(2));
            var fee = (uint)c.OneOf(0, 100, 3000, 999_999);

            var step = SwapMath.Step(a, b, liquidity, remaining, isExactOut, fee);

            var (low, high) = a < b ? (a, b) : (b, a);
            Assert.True(step.SqrtPriceX96 >= low && step.SqrtPriceX96 <= high, "A step went past its target.");
            Assert.True(isExactOut ? step.AmountOut <= remaining : step.AmountIn + step.Fee <= remaining);
            if (step.SqrtPriceX96 != b)
            {
                Assert.Equal(remaining, isExactOut ? step.AmountOut : step.AmountIn + step.Fee);
            }

            var expected = ConcentratedOracle.Step(
                (BigInteger)a, (BigInteger)b, liquidity, (BigInteger)remaining, !isExactOut, (int)fee);
            Assert.Equal(
                expected,
                ((BigInteger)step.SqrtPriceX96, (BigInteger)step.AmountIn, (BigInteger)step.AmountOut,
                    (BigInteger)step.Fee));
        });

    [Fact]
    public void Ticks_and_prices_equal_the_contracts() =>
        ProofCases.ForEach("tick mathematics", static c =>
        {
            var tick = c.Between(ConcentratedOracle.TickMin, ConcentratedOracle.TickMax);
            var price = ConcentratedOracle.SqrtAt(tick);
            Assert.Equal(price, (BigInteger)TickMath.SqrtPriceAt(tick));
            foreach (var near in new[] { price - 1, price, price + 1, price + (c.Bits(96) % (price / 20000 + 1)) })
            {
                if (near >= ConcentratedOracle.SqrtMin && near < ConcentratedOracle.SqrtMax)
                {
                    Assert.Equal(ConcentratedOracle.TickAt(near), TickMath.TickAt((UInt256)near));
                }
            }
        }, share: 4);

    // v3-core, TickMath.spec.ts.
    [Theory]
    [InlineData(-887272, "4295128739")]
    [InlineData(-50, "79030349367926598376800521322")]
    [InlineData(0, "79228162514264337593543950336")]
    [InlineData(50, "79426470787362580746886972461")]
    [InlineData(100, "79625275426524748796330556128")]
    [InlineData(887272, "1461446703485210103287273052203988822378723970342")]
    public void The_price_of_a_tick_is_the_contracts(int tick, string price) =>
        Assert.Equal(UInt256.Parse(price), TickMath.SqrtPriceAt(tick));

    [Fact]
    public void Empty_words_do_not_cost_a_step_each()
    {
        var ticks = new TickTable(1, [new(-887272, 1, 1), new(-887271, 1, -1), new(887271, 1, 1), new(887272, 1, -1)]);
        var curve = new ConcentratedCurve(100, Q96, 0, 0, ticks);

        Assert.Equal(QuoteError.None, curve.Swap(true, UInt256.MaxValue >> 1, false, null, out var swap));

        Assert.Equal(TickMath.SqrtPriceMin + UInt256.One, swap.SqrtPriceX96);
        Assert.Equal(1, swap.Crossings);
    }

    [Fact]
    public void A_limit_on_the_border_of_an_empty_word_ends_below_it_as_on_chain()
    {
        // 256·10 and 2·256·10 below the price, where no liquidity is.
        foreach (var border in new[] { -2560, -5120, -5110 })
        {
            var oracle = new ConcentratedOracle { FeePips = 500, TickSpacing = 10, SqrtPrice = (BigInteger)Q96 };
            var curve = new ConcentratedCurve(500, Q96, 0, 0, new TickTable(10, []));
            var limit = TickMath.SqrtPriceAt(border);
            oracle.Swap(true, 1000, true, (BigInteger)limit);

            Assert.Equal(QuoteError.None, curve.Swap(true, 1000u, false, limit, out var swap));

            Assert.Equal(oracle.Tick, swap.Tick);
            Assert.Equal(border % 2560 == 0 ? border - 1 : border, swap.Tick);
        }
    }

    [Fact]
    public void Nothing_to_trade_with_is_no_liquidity_and_unknown_ticks_are_told()
    {
        var empty = new ConcentratedCurve(100, Q96, 0, 0, new TickTable(1, []));
        Assert.Equal(QuoteError.NoLiquidity, empty.QuoteExactIn(0, 1, 1000u, out _));
        Assert.Equal(QuoteError.NoLiquidity, empty.QuoteExactOut(1, 0, 1000u, out _));
        Assert.Equal(QuoteError.ZeroAmount, empty.QuoteExactIn(0, 1, 0u, out _));
        Assert.Equal(QuoteError.NoSuchPair, empty.QuoteExactIn(0, 2, 1u, out _));

        var window = new TickTable(10, [], knownFrom: -100, knownTo: 100);
        var partial = new ConcentratedCurve(500, Q96, 0, 1_000_000, window);
        Assert.Equal(QuoteError.None, partial.QuoteExactIn(0, 1, 1000u, out _));
        Assert.Equal(QuoteError.TicksUnknown, partial.QuoteExactIn(0, 1, 1_000_000u, out _));
        Assert.Equal(QuoteError.TicksUnknown, partial.QuoteExactIn(1, 0, 1_000_000u, out _));
    }

    [Fact]
    public void States_no_pool_can_have_are_refused_by_their_field()
    {
        TickLiquidity[] whole = [new(-60, 5, 5), new(60, 5, -5)];
        var ticks = new TickTable(60, whole);
        Assert.Equal("feePips", Refused(() => new ConcentratedCurve(1_000_000, Q96, 0, 5, ticks)));
        Assert.Equal("feeProtocol1", Refused(() => new ConcentratedCurve(500, Q96, 0, 5, ticks, 0, 3)));
        Assert.Equal("sqrtPriceX96", Refused(() => new ConcentratedCurve(500, 1u, 0, 5, ticks)));
        Assert.Equal("tick", Refused(() => new ConcentratedCurve(500, Q96, 1, 5, ticks)));
        Assert.Equal("liquidity", Refused(() => new ConcentratedCurve(500, Q96, 0, 6, ticks)));
        Assert.Equal("tickSpacing", Refused(() => new TickTable(0, whole)));
        Assert.Equal("ticks[0]", Refused(() => new TickTable(50, whole)));
        Assert.Equal("ticks[1]", Refused(() => new TickTable(60, [whole[0], whole[0]])));
        Assert.Equal("ticks[0]", Refused(() => new TickTable(60, [whole[1]])));
        Assert.Equal("ticks", Refused(() => new TickTable(60, [whole[0]])));
        Assert.Equal("ticks[0]", Refused(() => new TickTable(60, [new(0, 1, 2), new(60, 2, -2)])));
        Assert.NotNull(new ConcentratedCurve(500, Q96, -1, 5, ticks));
    }

    private static BigInteger LimitOf(ProofCase c, ConcentratedOracle oracle, bool zeroForOne)
    {
        // Words of one spacing are thousands to the end of the prices; go there rarely.
        if (c.Chance(oracle.TickSpacing < 60 ? 50 : 3))
        {
            return zeroForOne ? ConcentratedOracle.SqrtMin + 1 : ConcentratedOracle.SqrtMax - 1;
        }

        var tick = Math.Clamp(
            oracle.Tick + ((zeroForOne ? -1 : 1) * c.Between(-1, 3000)),
            ConcentratedOracle.TickMin,
            ConcentratedOracle.TickMax);
        return ConcentratedOracle.SqrtAt(tick) + c.OneOf(-1, 0, 1);
    }

    private static UInt256 Price(ProofCase c)
    {
        var low = c.Between(ConcentratedOracle.TickMin, ConcentratedOracle.TickMax - 1);
        var (from, to) = (ConcentratedOracle.SqrtAt(low), ConcentratedOracle.SqrtAt(low + 1));
        return (UInt256)(from + (c.Bits(160) % (to - from)));
    }

    private static void AssertSame(ConcentratedCurve expected, ConcentratedCurve actual)
    {
        Assert.Equal(expected.Liquidity, actual.Liquidity);
        Assert.Equal(expected.Ticks.Count, actual.Ticks.Count);
        for (var i = 0; i < expected.Ticks.Count; i++)
        {
            Assert.Equal(expected.Ticks[i], actual.Ticks[i]);
        }
    }

    private static string Refused(Func<object> make) => Assert.Throws<InvalidCurveException>(make).Field;
}
