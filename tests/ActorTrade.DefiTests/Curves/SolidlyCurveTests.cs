using System.Numerics;
using ActorTrade.DefiTests.Oracles;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

public class SolidlyCurveTests
{
    [Fact]
    public void Stable_quotes_equal_each_contract_and_revert_where_it_does() =>
        ProofCases.ForEach("solidly-stable", static c =>
        {
            var (version, d0, d1) = Kind(c);
            var (r0, r1) = Reserves(c, d0, d1);
            var curve = new SolidlyStableCurve((UInt256)r0, (UInt256)r1, d0, d1, 5, 10_000, version);
            var oracle = new SolidlyOracle(version, BigInteger.Pow(10, d0), BigInteger.Pow(10, d1));
            var tokenIn = c.Between(0, 1);
            var x = c.Chance(6) ? c.Positive(256) : c.Positive((int)(tokenIn == 0 ? r0 : r1).GetBitLength() + 3);

            var error = curve.QuoteExactIn(tokenIn, 1 - tokenIn, (UInt256)x, out var quote);

            var (expected, fee, y) = Expected(oracle, tokenIn, r0, r1, x);
            Assert.Equal(expected, error);
            if (error == QuoteError.None)
            {
                Assert.Equal(y, (BigInteger)quote.AmountOut);
                Assert.Equal(fee, (BigInteger)quote.Fee);
            }
        }, share: 2);

    [Fact]
    public void Volatile_quotes_equal_the_contract_and_the_exact_output_asks_the_least() =>
        ProofCases.ForEach("solidly-volatile", static c =>
        {
            var (r0, r1) = (c.Positive(110), c.Positive(110));
            var (numerator, denominator) = c.OneOf((30u, 10_000u), (0u, 1u), (9_999u, 10_000u), (5u, 10_000u));
            var curve = new SolidlyVolatileCurve((UInt256)r0, (UInt256)r1, numerator, denominator);
            var tokenIn = c.Between(0, 1);
            var (rIn, rOut) = tokenIn == 0 ? (r0, r1) : (r1, r0);
            var x = c.Positive(c.OneOf(60, 110, 256));

            var error = curve.QuoteExactIn(tokenIn, 1 - tokenIn, (UInt256)x, out var quote);

            BigInteger Out(BigInteger amount)
            {
                var kept = amount - (amount * numerator / denominator);
                return kept * rOut / (rIn + kept);
            }

            var fits = x * numerator < Limit && (x - (x * numerator / denominator)) * rOut < Limit && rIn + x < Limit;
            Assert.Equal(
                !fits ? QuoteError.ArithmeticOverflow : Out(x) == 0 ? QuoteError.OutputTooSmall : QuoteError.None,
                error);
            Assert.Equal(error == QuoteError.None ? Out(x) : 0, (BigInteger)quote.AmountOut);
            var y = c.Positive((int)rOut.GetBitLength());
            if (y < rOut && curve.QuoteExactOut(tokenIn, 1 - tokenIn, (UInt256)y, out var exact) == QuoteError.None)
            {
                Assert.True(Out((BigInteger)exact.AmountIn) >= y && Out((BigInteger)exact.AmountIn - 1) < y);
                Assert.Equal(y, (BigInteger)exact.AmountOut);
            }
        });

    [Fact]
    public void An_exact_stable_output_is_reached_and_one_unit_less_does_not_reach_it() =>
        ProofCases.ForEach("solidly-stable exact out", static c =>
        {
            var (version, d0, d1) = Kind(c);
            var (r0, r1) = Reserves(c, d0, d1);
            var curve = new SolidlyStableCurve((UInt256)r0, (UInt256)r1, d0, d1, 5, 10_000, version);
            var y = (UInt256)(c.Bits(200) % r1);

            if (curve.QuoteExactOut(0, 1, y, out var quote) != QuoteError.None)
            {
                return;
            }

            Assert.Equal(y, quote.AmountOut);
            Assert.Equal(QuoteError.None, curve.QuoteExactIn(0, 1, quote.AmountIn, out var enough));
            Assert.True(enough.AmountOut >= y);
            var error = curve.QuoteExactIn(0, 1, quote.AmountIn - UInt256.One, out var less);
            Assert.True(error != QuoteError.None || less.AmountOut < y);
        }, share: 100);

    [Fact]
    public void K_never_falls_and_no_round_trip_gains() =>
        ProofCases.ForEach("solidly round trips", static c =>
        {
            var (version, d0, d1) = Kind(c);
            var (r0, r1) = Reserves(c, d0, d1);
            Curve curve = c.Chance(2)
                ? new SolidlyStableCurve((UInt256)r0, (UInt256)r1, d0, d1, 1, 10_000, version)
                : new SolidlyVolatileCurve((UInt256)r0, (UInt256)r1, 1, 10_000);
            var oracle = new SolidlyOracle(version, BigInteger.Pow(10, d0), BigInteger.Pow(10, d1));
            var start = (UInt256)BigInteger.Max(1, c.Bits(200) % (r0 / 2 + 1));
            var held = start;
            for (var trade = 0; trade < 4; trade++)
            {
                if (curve.QuoteExactIn(trade % 2, 1 - (trade % 2), held, out var quote) != QuoteError.None)
                {
                    return;
                }

                var k = K(oracle, curve);
                curve = curve.Apply(quote);
                Assert.True(K(oracle, curve) >= k, "k fell.");
                held = quote.AmountOut;
                Assert.True(trade % 2 == 0 || held <= start, "A round trip gained.");
            }
        }, share: 10);

    [Fact]
    public void The_input_to_a_marginal_price_is_the_last_that_leaves_it_there() =>
        ProofCases.ForEach("solidly target", static c =>
        {
            var reserve = (UInt256)(BigInteger.Pow(10, 22) + c.Bits(80));
            Curve curve = c.Chance(2)
                ? new SolidlyStableCurve(reserve, reserve, 18, 18, 5, 10_000)
                : new SolidlyVolatileCurve(reserve, reserve, 30, 10_000);
            var target = curve.MarginalPrice(0, 1) * c.Between(300, 999) / 1000;

            Assert.Equal(QuoteError.None, curve.AmountInToMarginalPrice(0, 1, target, out var amountIn));

            Assert.Equal(QuoteError.None, curve.QuoteExactIn(0, 1, amountIn, out var quote));
            Assert.InRange(curve.Apply(quote).MarginalPrice(0, 1) / target, 1 - 1e-9, 1 + 1e-6);
            Assert.Equal(QuoteError.None, curve.AmountInToMarginalPrice(0, 1, target * 4, out var none));
            Assert.True(none.IsZero);
        }, share: 500);

    [Fact]
    public void The_marginal_price_is_the_rate_of_a_small_trade()
    {
        var (million, e12) = (UInt256.Parse("1000000000000"), UInt256.Parse("1000000000000"));
        var curve = new SolidlyStableCurve(million * 3u, million * e12, 6, 18, 5, 10_000);
        Assert.Equal(QuoteError.None, curve.QuoteExactIn(0, 1, 1_000_000u, out var quote));
        var rate = (double)quote.AmountOut / (double)quote.AmountIn;
        Assert.InRange(rate / curve.MarginalPrice(0, 1), 1 - 1e-5, 1 + 1e-5);
        Assert.Equal(1, curve.SpotPrice(0, 1) * curve.SpotPrice(1, 0), 1e-9);
    }

    [Fact]
    public void What_cannot_be_has_its_error()
    {
        Assert.Equal("tokens[1].decimals", Refused(() => new SolidlyStableCurve(1u, 1u, 18, 37, 1, 10_000)));
        Assert.Equal("fee.numerator", Refused(() => new SolidlyStableCurve(1u, 1u, 18, 18, 9, 9)));
        Assert.Equal("fee.denominator", Refused(() => new SolidlyVolatileCurve(1u, 1u, 0, 0)));
        var empty = new SolidlyStableCurve(0u, 1u, 18, 18, 1, 10_000);
        Assert.Equal(QuoteError.NoLiquidity, empty.QuoteExactIn(0, 1, 1u, out _));
        Assert.Equal(QuoteError.NoSuchPair, empty.QuoteExactOut(0, 0, 1u, out _));
        Assert.True(double.IsNaN(empty.SpotPrice(0, 1)));
    }

    private static BigInteger Limit => BigInteger.One << 256;

    private static (SolidlyVersion Version, int Decimals0, int Decimals1) Kind(ProofCase c) => (
        c.OneOf(SolidlyVersion.VelodromeV2, SolidlyVersion.Aerodrome, SolidlyVersion.Solidly),
        c.OneOf(18, 6, 18, 8, 0, 27),
        c.OneOf(18, 6, 18, 8, 2, 24));

    // Mostly near balance, from a thousandth of a token to far too many.
    private static (BigInteger Reserve0, BigInteger Reserve1) Reserves(ProofCase c, int decimals0, int decimals1)
    {
        var tokens = c.Positive(c.OneOf(30, 50, 60));
        var (low, high) = (c.Between(1, 30), c.Between(1, 30));
        return (
            BigInteger.Max(1, tokens * low * BigInteger.Pow(10, decimals0) / 1000) + c.Bits(8),
            BigInteger.Max(1, tokens * high * BigInteger.Pow(10, decimals1) / 1000) + c.Bits(8));
    }

    private static (QuoteError Error, BigInteger Fee, BigInteger Output) Expected(
        SolidlyOracle oracle, int tokenIn, BigInteger r0, BigInteger r1, BigInteger x)
    {
        try
        {
            var fee = x * 5 >= Limit ? throw new OverflowException("revert") : x * 5 / 10_000;
            var y = oracle.AmountOut(x - fee, tokenIn, r0, r1);
            var (rIn, rOut) = tokenIn == 0 ? (r0, r1) : (r1, r0);
            if (y == 0 || y >= rOut)
            {
                return (y == 0 ? QuoteError.OutputTooSmall : QuoteError.InsufficientLiquidity, fee, y);
            }

            var (inAfter, outAfter) = (rIn + x - fee, rOut - y);
            var after = tokenIn == 0 ? oracle.K(inAfter, outAfter) : oracle.K(outAfter, inAfter);
            return (after < oracle.K(r0, r1) ? QuoteError.InvariantBroken : QuoteError.None, fee, y);
        }
        catch (Exception e) when (e is OverflowException or DivideByZeroException)
        {
            return (QuoteError.ArithmeticOverflow, 0, 0);
        }
        catch (TimeoutException)
        {
            return (QuoteError.NotConverged, 0, 0);
        }
    }

    private static BigInteger K(SolidlyOracle oracle, Curve curve) => curve switch
    {
        SolidlyStableCurve s => oracle.K((BigInteger)s.Reserve0, (BigInteger)s.Reserve1),
        SolidlyVolatileCurve v => (BigInteger)v.Reserve0 * (BigInteger)v.Reserve1,
        _ => throw new InvalidOperationException(),
    };

    private static string Refused(Func<object> make) => Assert.Throws<InvalidCurveException>(make).Field;
}
