using System.Numerics;
using System.Text.Json;
using ActorTrade.DefiTests.Oracles;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

/// <summary>The curves beside Uniswap's own published packages.</summary>
public class UniswapSdkTests
{
    [Fact]
    public void Constant_product_quotes_equal_the_package()
    {
        using var oracle = new NodeOracle();
        ProofCases.ForEach("v2-sdk", c =>
        {
            var (r0, r1) = (c.Positive(100), c.Positive(100));
            var curve = new ConstantProductCurve((UInt256)r0, (UInt256)r1, 3, 1000);
            var (tokenIn, isExactOut) = (c.Between(0, 1), c.Chance(2));
            var amount = (UInt256)c.Positive(104);
            var error = isExactOut
                ? curve.QuoteExactOut(tokenIn, 1 - tokenIn, amount, out var quote)
                : curve.QuoteExactIn(tokenIn, 1 - tokenIn, amount, out quote);
            var reply = oracle.Ask(new
            {
                oracle = "uniswap-v2",
                op = "quote",
                reserves = new[] { r0.ToString(null, null), r1.ToString(null, null) },
                tokenIn,
                amountIn = isExactOut ? null : amount.ToString(),
                amountOut = isExactOut ? amount.ToString() : null,
            });

            // The package does not know that reserves end at 112 bits.
            if (error == QuoteError.ReserveOverflow)
            {
                return;
            }

            Assert.Equal(error != QuoteError.None, reply.TryGetProperty("error", out _));
            if (error == QuoteError.None)
            {
                Assert.Equal(Text(reply, "amountIn"), quote.AmountIn.ToString());
                Assert.Equal(Text(reply, "amountOut"), quote.AmountOut.ToString());
            }
        }, share: 25);
    }

    [Fact]
    public void Concentrated_quotes_equal_the_package_but_for_what_it_says_of_partial_fills()
    {
        using var oracle = new NodeOracle();
        var (partial, whole) = (0, 0);
        ProofCases.ForEach("v3-sdk", c =>
        {
            var (pool, curve) = Pool(c);
            var (tokenIn, isExactOut) = (c.Between(0, 1), c.Chance(2));
            var amount = (UInt256)c.Positive(c.OneOf(50, 90, 110));
            ConcentratedQuoteTests.AssertQuotedAsSwapped(curve, tokenIn == 0, amount, isExactOut, out var swap);
            var reply = oracle.Ask(Question(pool, tokenIn, amount, isExactOut));

            // The package does not quote what ends in the last word of the prices.
            if (reply.TryGetProperty("error", out var said))
            {
                Assert.True(!swap.Leftover.IsZero, said.GetString());
                return;
            }

            (partial, whole) = swap.Leftover.IsZero ? (partial, whole + 1) : (partial + 1, whole);
            Assert.Equal(Text(reply, "sqrtPriceX96"), swap.SqrtPriceX96.ToString());
            Assert.Equal(Text(reply, "liquidity"), swap.Liquidity.ToString(null, null));
            Assert.Equal(reply.GetProperty("tick").GetInt32(), swap.Tick);
            var (amountIn, amountOut) = isExactOut
                ? (swap.AmountIn, swap.AmountOut + swap.Leftover)
                : (swap.AmountIn + swap.Leftover, swap.AmountOut);
            Assert.Equal(Text(reply, "amountIn"), amountIn.ToString());
            Assert.Equal(Text(reply, "amountOut"), amountOut.ToString());
        }, share: 50);

        Assert.True(whole > 0 && partial > 0, $"{whole} whole and {partial} partial fills.");
    }

    [Fact]
    public void Prices_of_ticks_equal_the_package()
    {
        using var oracle = new NodeOracle();
        ProofCases.ForEach("v3-sdk ticks", c =>
        {
            var tick = c.Between(TickMath.TickMin, TickMath.TickMax);
            var reply = oracle.Ask(new { oracle = "uniswap-v3", op = "sqrtPriceAt", tick });
            Assert.Equal(Text(reply, "sqrtPriceX96"), TickMath.SqrtPriceAt(tick).ToString());
        }, share: 50);
    }

    // Whose fee and spacing the package knows, with a little liquidity everywhere half of the time.
    private static (ConcentratedOracle Oracle, ConcentratedCurve Curve) Pool(ProofCase c)
    {
        var (fee, spacing) = c.OneOf((100, 1), (500, 10), (3000, 60), (10_000, 200));
        var pool = new ConcentratedOracle { FeePips = fee, TickSpacing = spacing, Tick = c.Between(-90_000, 90_000) };
        var (low, high) = (ConcentratedOracle.SqrtAt(pool.Tick), ConcentratedOracle.SqrtAt(pool.Tick + 1));
        pool.SqrtPrice = low + (c.Bits(160) % (high - low));
        for (var i = c.Between(0, 4); i >= 0; i--)
        {
            var middle = pool.Tick / spacing;
            pool.Add(
                (middle - c.Between(1, 300)) * spacing, (middle + c.Between(1, 300)) * spacing, c.Positive(90));
        }

        return (pool, RandomPools.CurveOf(pool));
    }

    private static object Question(ConcentratedOracle pool, int tokenIn, UInt256 amount, bool isExactOut) => new
    {
        oracle = "uniswap-v3",
        op = "quote",
        feePips = pool.FeePips,
        sqrtPriceX96 = Text(pool.SqrtPrice),
        tick = pool.Tick,
        liquidity = Text(pool.Liquidity),
        ticks = pool.Ticks.Select(static t => new object[] { t.Index, Text(t.Gross), Text(t.Net) }),
        tokenIn,
        amountIn = isExactOut ? null : amount.ToString(),
        amountOut = isExactOut ? amount.ToString() : null,
    };

    private static string Text(BigInteger value) => value.ToString(null, null);

    private static string Text(JsonElement reply, string name) =>
        reply.TryGetProperty(name, out var value) ? value.GetString()! : $"{reply}";
}
