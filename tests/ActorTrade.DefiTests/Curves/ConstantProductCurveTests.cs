using System.Numerics;
using ActorTrade.DefiTests.Oracles;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

public class ConstantProductCurveTests
{
    private static readonly UInt256 Ether = 1_000_000_000_000_000_000UL;

    // v2-core, UniswapV2Pair.spec.ts: input, R0, R1 in whole tokens, output.
    [Theory]
    [InlineData(1, 5, 10, "1662497915624478906")]
    [InlineData(1, 10, 5, "453305446940074565")]
    [InlineData(2, 5, 10, "2851015155847869602")]
    [InlineData(2, 10, 5, "831248957812239453")]
    [InlineData(1, 10, 10, "906610893880149131")]
    [InlineData(1, 100, 100, "987158034397061298")]
    [InlineData(1, 1000, 1000, "996006981039903216")]
    public void Exact_input_equals_the_pair_which_refuses_one_more(uint amountIn, uint r0, uint r1, string expected)
    {
        var curve = Pair(Ether * r0, Ether * r1);

        Assert.Equal(QuoteError.None, curve.QuoteExactIn(0, 1, Ether * amountIn, out var quote));

        Assert.Equal(UInt256.Parse(expected), quote.AmountOut);
        var (x, y) = (Big(quote.AmountIn), Big(quote.AmountOut));
        Assert.True(ConstantProductOracle.PairAccepts(x, y, Big(curve.Reserve0), Big(curve.Reserve1), 3, 1000));
        Assert.False(ConstantProductOracle.PairAccepts(x, y + 1, Big(curve.Reserve0), Big(curve.Reserve1), 3, 1000));
    }

    [Fact]
    public void Exact_output_adds_one_even_where_the_division_is_exact()
    {
        // 1000·10·1000 / (10·1000) would be 1000 without a fee.
        var curve = new ConstantProductCurve(1000u, 20u, 0, 1000);

        Assert.Equal(QuoteError.None, curve.QuoteExactOut(0, 1, 10u, out var quote));

        Assert.Equal((UInt256)1001u, quote.AmountIn);
        ConstantProduct.QuoteExactOut(1000u, 20u, 10u, FeePips.Zero, out var house);
        Assert.Equal((UInt256)1000u, house.AmountIn);
    }

    [Fact]
    public void The_protocol_gets_a_sixth_of_the_growth_in_shares()
    {
        var curve = Pair(Ether * 1000u, Ether * 1000u);
        var kLast = curve.Reserve0 * curve.Reserve1;
        curve.QuoteExactOut(1, 0, UInt256.Parse("996006981039903216"), out var quote);
        curve = (ConstantProductCurve)curve.Apply(quote with { AmountIn = Ether });
        var supply = Ether * 1000u;

        Assert.Equal(
            QuoteError.None,
            PairShares.ProtocolShares(curve.Reserve0, curve.Reserve1, supply, kLast, out var minted));

        // The vector of v2-core's "feeTo:on".
        Assert.Equal(UInt256.Parse("249750499251388"), minted);
        PairShares.QuoteBurn(
            curve.Reserve0,
            curve.Reserve1,
            supply + minted,
            supply - PairShares.MinimumLiquidity,
            out var amount0,
            out var amount1);
        Assert.Equal(UInt256.Parse("249501683697445") + 1000u, curve.Reserve0 - amount0);
        Assert.Equal(UInt256.Parse("250000187312969") + 1000u, curve.Reserve1 - amount1);
    }

    [Fact]
    public void Shares_of_the_first_deposit_lose_the_locked_thousand_and_later_ones_follow_the_scarcer_side()
    {
        Assert.Equal(QuoteError.None, PairShares.QuoteMint(0u, 0u, 0u, Ether, Ether * 4u, out var first));
        Assert.Equal((Ether * 2u) - 1000u, first);
        Assert.Equal(QuoteError.InsufficientLiquidity, PairShares.QuoteMint(0u, 0u, 0u, 1000u, 1000u, out _));

        PairShares.QuoteMint(Ether, Ether * 4u, Ether * 2u, 10u, 20u, out var later);
        Assert.Equal((UInt256)10u, later);
    }

    [Fact]
    public void Random_quotes_equal_the_library_and_stop_where_the_pair_does() =>
        ProofCases.ForEach("constant-product", static c =>
        {
            var (numerator, denominator) = Fee(c);
            var (r0, r1) = (c.Sized(112), c.Sized(112));
            var curve = new ConstantProductCurve((UInt256)r0, (UInt256)r1, numerator, denominator);
            var tokenIn = c.Between(0, 1);
            var (rIn, rOut) = tokenIn == 0 ? (r0, r1) : (r1, r0);
            var amount = c.Chance(8) ? c.Sized(256) : c.Sized(112);
            CheckExactIn(curve, tokenIn, rIn, rOut, amount);
            CheckExactOut(curve, tokenIn, rIn, rOut, amount);
        });

    [Fact]
    public void K_never_falls_and_no_round_trip_gains() =>
        ProofCases.ForEach("constant-product round trips", static c =>
        {
            var (numerator, denominator) = Fee(c);
            Curve curve = new ConstantProductCurve(
                (UInt256)c.Positive(100), (UInt256)c.Positive(100), numerator, denominator);
            var k = K(curve);
            var held = (UInt256)c.Positive(90);
            var start = held;
            for (var trade = 0; trade < 4; trade++)
            {
                if (curve.QuoteExactIn(trade % 2, 1 - (trade % 2), held, out var quote) != QuoteError.None)
                {
                    return;
                }

                curve = curve.Apply(quote);
                Assert.True(K(curve) >= k, "k fell.");
                k = K(curve);
                held = quote.AmountOut;
                Assert.True(trade % 2 == 0 || held <= start, "A round trip gained.");
            }
        }, share: 4);

    [Fact]
    public void The_input_to_a_marginal_price_is_the_last_that_leaves_it_there() =>
        ProofCases.ForEach("constant-product target", static c =>
        {
            var curve = Pair((UInt256)(c.Bits(80) + (1 << 30)), (UInt256)(c.Bits(80) + (1 << 30)));
            var target = curve.MarginalPrice(0, 1) * c.Between(1, 999) / 1000;

            Assert.Equal(QuoteError.None, curve.AmountInToMarginalPrice(0, 1, target, out var amountIn));

            Assert.Equal(QuoteError.None, curve.QuoteExactIn(0, 1, amountIn, out var quote));
            var at = curve.Apply(quote).MarginalPrice(0, 1);
            Assert.InRange(at / target, 1 - 1e-5, 1 + 1e-5);
            Assert.Equal(QuoteError.None, curve.AmountInToMarginalPrice(0, 1, target * 2000, out var none));
            Assert.True(none.IsZero);
        }, share: 10);

    [Fact]
    public void States_no_pair_can_have_are_refused_by_their_field()
    {
        var tooMuch = ConstantProductCurve.ReserveMax + UInt256.One;
        Assert.Equal("reserves[0]", Refused(() => new ConstantProductCurve(tooMuch, 1u, 3, 1000)));
        Assert.Equal("reserves[1]", Refused(() => new ConstantProductCurve(1u, tooMuch, 3, 1000)));
        Assert.Equal("fee.denominator", Refused(() => new ConstantProductCurve(1u, 1u, 0, 0)));
        Assert.Equal("fee.numerator", Refused(() => new ConstantProductCurve(1u, 1u, 7, 7)));
    }

    [Fact]
    public void What_cannot_be_quoted_has_its_own_error()
    {
        var curve = Pair(Ether, Ether);
        Assert.Equal(QuoteError.NoSuchPair, curve.QuoteExactIn(0, 0, 1u, out _));
        Assert.Equal(QuoteError.NoSuchPair, curve.QuoteExactOut(0, 2, 1u, out _));
        Assert.Equal(QuoteError.ZeroAmount, curve.QuoteExactIn(0, 1, 0u, out _));
        Assert.Equal(QuoteError.OutputTooSmall, curve.QuoteExactIn(0, 1, 1u, out _));
        Assert.Equal(QuoteError.InsufficientLiquidity, curve.QuoteExactOut(0, 1, Ether, out _));
        Assert.Equal(QuoteError.ReserveOverflow, curve.QuoteExactIn(0, 1, ConstantProductCurve.ReserveMax, out _));
        Assert.Equal(QuoteError.NoLiquidity, Pair(0u, Ether).QuoteExactIn(0, 1, 1u, out _));
        Assert.True(double.IsNaN(Pair(0u, Ether).SpotPrice(0, 1)));
    }

    private static void CheckExactIn(
        ConstantProductCurve curve, int tokenIn, BigInteger rIn, BigInteger rOut, BigInteger x)
    {
        var (n, d) = (curve.FeeNumerator, curve.FeeDenominator);
        var error = curve.QuoteExactIn(tokenIn, 1 - tokenIn, (UInt256)x, out var quote);
        var expected = x.IsZero ? QuoteError.ZeroAmount
            : rIn.IsZero || rOut.IsZero ? QuoteError.NoLiquidity
            : rIn + x > ConstantProductOracle.ReserveMax ? QuoteError.ReserveOverflow
            : ConstantProductOracle.AmountOut(x, rIn, rOut, n, d).IsZero ? QuoteError.OutputTooSmall
            : QuoteError.None;
        Assert.Equal(expected, error);
        if (error != QuoteError.None)
        {
            return;
        }

        var y = Big(quote.AmountOut);
        Assert.Equal(ConstantProductOracle.AmountOut(x, rIn, rOut, n, d), y);
        Assert.Equal(((x * n) + d - 1) / d, Big(quote.Fee));
        Assert.True(ConstantProductOracle.PairAccepts(x, y, rIn, rOut, n, d));
        Assert.False(ConstantProductOracle.PairAccepts(x, y + 1, rIn, rOut, n, d));
    }

    private static void CheckExactOut(
        ConstantProductCurve curve, int tokenIn, BigInteger rIn, BigInteger rOut, BigInteger y)
    {
        var (n, d) = (curve.FeeNumerator, curve.FeeDenominator);
        var error = curve.QuoteExactOut(tokenIn, 1 - tokenIn, (UInt256)y, out var quote);
        var expected = y.IsZero ? QuoteError.ZeroAmount
            : rIn.IsZero || rOut.IsZero ? QuoteError.NoLiquidity
            : y >= rOut ? QuoteError.InsufficientLiquidity
            : rIn + ConstantProductOracle.AmountIn(y, rIn, rOut, n, d) > ConstantProductOracle.ReserveMax
                ? QuoteError.ReserveOverflow
            : QuoteError.None;
        Assert.Equal(expected, error);
        if (error == QuoteError.None)
        {
            Assert.Equal(ConstantProductOracle.AmountIn(y, rIn, rOut, n, d), Big(quote.AmountIn));
            Assert.True(ConstantProductOracle.PairAccepts(Big(quote.AmountIn), y, rIn, rOut, n, d));
        }
    }

    private static (uint Numerator, uint Denominator) Fee(ProofCase c) => c.Between(0, 9) switch
    {
        < 5 => (3, 1000),
        5 => (25, 10000),
        6 => (0, 1),
        7 => (99999, 100000),
        8 => ((uint)c.Bits(32) / 2, uint.MaxValue),
        _ => (65535, 65536),
    };

    private static ConstantProductCurve Pair(UInt256 reserve0, UInt256 reserve1) => new(reserve0, reserve1, 3, 1000);

    private static string Refused(Func<object> make) => Assert.Throws<InvalidCurveException>(make).Field;

    private static BigInteger K(Curve curve) =>
        curve is ConstantProductCurve c ? Big(c.Reserve0) * Big(c.Reserve1) : throw new InvalidOperationException();

    private static BigInteger Big(UInt256 value) => (BigInteger)value;
}
