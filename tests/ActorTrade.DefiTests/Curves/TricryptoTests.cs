using System.Collections.Immutable;
using System.Numerics;
using ActorTrade.DefiTests.Oracles;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

public class TricryptoTests
{
    private static readonly UInt256 One = 1_000_000_000_000_000_000;

    private int _compared;

    [Fact]
    public void Swaps_equal_the_contract()
    {
        var source = new CaseSource(600);
        foreach (var i in ProofCases.Numbers(3_000))
        {
            var (pool, oracle) = Next(source);
            var (tokenIn, tokenOut) = StableSwapCases.Pair(source, 3);
            var amountIn = UInt256.Max(UInt256.One, StableSwapCases.Amount(source, pool.Balances[tokenIn]));
            AssertSame(pool, oracle, tokenIn, tokenOut, amountIn);
        }

        Assert.True(_compared > ProofCases.Count(3_000) / 2, $"only {_compared} trades answered by both");
    }

    [Fact]
    public void Invariant_Newtons_balance_and_cube_root_equal_the_contract()
    {
        var source = new CaseSource(601);
        foreach (var i in ProofCases.Numbers(3_000))
        {
            var number = source.Bits(256);
            Assert.Equal(TricryptoOracle.Cbrt((BigInteger)number), (BigInteger)TricryptoMath.CubeRoot(number));
            var (pool, oracle) = Next(source);
            UInt256[] x = [.. Enumerable.Range(0, 3).Select(k => source.Near(pool.D / 3, 0.95) + UInt256.One)];
            var contractX = x.Select(value => (BigInteger)value).ToArray();
            AssertSame(
                TricryptoMath.NewtonD(pool.A, pool.Gamma, x, UInt256.Zero, out var d), d,
                () => oracle.NewtonD(contractX, 0));
            var token = source.Int(0, 2);
            if (TricryptoMath.AreSafe(x, token, pool.D))
            {
                AssertSame(
                    TricryptoMath.NewtonY(pool.A, pool.Gamma, x, pool.D, token, out var y), y,
                    () => oracle.NewtonY(contractX, token));
            }
        }
    }

    [Fact]
    public void The_closed_form_and_Newton_agree_to_a_few_units()
    {
        var source = new CaseSource(602);
        for (var i = 0; i < 500; i++)
        {
            var (pool, _) = Next(source);
            UInt256[] x = [.. Enumerable.Range(0, 3).Select(_ => source.Near(pool.D / 3, 0.5))];
            var closed = TricryptoClosedForm.Balance(pool.A, pool.Gamma, x, pool.D, 1, out var y, out _);
            if (closed == QuoteError.None
                && TricryptoMath.NewtonY(pool.A, pool.Gamma, x, pool.D, 1, out var newton) == QuoteError.None)
            {
                Assert.InRange((double)y / (double)newton, 1 - 1e-11, 1 + 1e-11);
            }
        }
    }

    [Fact]
    public void Nothing_throws_no_round_trip_pays_and_exact_out_is_least()
    {
        var source = new CaseSource(603);
        foreach (var i in ProofCases.Numbers(100, share: 1000))
        {
            var (pool, _) = Next(source);
            CurveProperties.NeverThrows(pool, source);
            var (tokenIn, tokenOut) = StableSwapCases.Pair(source, 3);
            CurveProperties.NoRoundTripPays(
                pool, tokenIn, tokenOut, UInt256.MulDivDown(pool.Balances[tokenIn], (uint)source.Int(1, 300), 1000));
            var amountOut = UInt256.MulDivDown(pool.Balances[tokenOut], (uint)source.Int(1, 300), 1000);
            CurveProperties.ExactOutSuffices(pool, tokenIn, tokenOut, amountOut, isLeast: true);
        }
    }

    [Fact]
    public void Prices_are_those_of_small_trades_and_their_search_ends_at_its_target()
    {
        var source = new CaseSource(604);
        for (var i = 0; i < 100; i++)
        {
            var (pool, _) = Next(source);
            var (tokenIn, tokenOut) = StableSwapCases.Pair(source, 3);
            // A small gamma bends the curve within a millionth of a balance.
            if (pool.Balances.Any(x => x < 1_000_000_000) || pool.Gamma < 100_000_000_000_000)
            {
                continue;
            }

            CurveProperties.MarginalPriceIsThatOfASmallTrade(
                pool, tokenIn, tokenOut, pool.Balances[tokenIn], part: 1e-6, tolerance: 1e-3);
            CurveProperties.InputToMarginalPriceIsTheLargest(pool, tokenIn, tokenOut, part: 0.99, tolerance: 1e-6);
        }
    }

    [Fact]
    public void Apply_moves_the_amounts_keeps_the_scale_and_lets_D_grow_by_the_fee()
    {
        var pool = Usd();
        Assert.Equal(QuoteError.None, pool.QuoteExactIn(0, 2, 100_000_000_000, out var quote));
        var after = (Tricrypto)pool.Apply(quote);

        Assert.Equal(pool.Balances[0] + 100_000_000_000u, after.Balances[0]);
        Assert.Equal(pool.Balances[2] - quote.AmountOut, after.Balances[2]);
        Assert.Equal(pool.PriceScale[1], after.PriceScale[1]);
        Assert.True(after.D > pool.D);
        Assert.InRange((double)quote.Fee / (double)(quote.AmountOut + quote.Fee), 0.0003, 0.003);
    }

    [Theory]
    [InlineData("A", 100, 1_000_000_000_000, 3)]
    [InlineData("gamma", 1_707_629, 1, 3)]
    [InlineData("balances", 1_707_629, 1_000_000_000_000, 2)]
    public void Invalid_fields_are_named(string field, long a, long gamma, int tokens)
    {
        var thrown = Assert.Throws<InvalidCurveException>(() => new Tricrypto(
            [.. Enumerable.Repeat(One, tokens)], [1, 1, 1], (UInt256)a, (UInt256)gamma, One, [One, One], 0, 0, 0));

        Assert.Equal(field, thrown.Field);
    }

    // About TricryptoUSDC: USDC, WBTC, WETH.
    internal static Tricrypto Usd()
    {
        UInt256[] balances = [5_000_000_000_000, 83_00000000, One * 1_660];
        return WithD(
            balances, [1_000_000_000_000, 10_000_000_000, 1], 1_707_629, 11_809_167_828_997,
            [One * 60_000, One * 3_000], 3_000_000, 30_000_000, 500_000_000_000_000);
    }

    internal static Tricrypto WithD(
        UInt256[] balances,
        ImmutableArray<UInt256> precisions,
        UInt256 a,
        UInt256 gamma,
        ImmutableArray<UInt256> priceScale,
        UInt256 midFee,
        UInt256 outFee,
        UInt256 feeGamma)
    {
        UInt256[] x =
        [
            balances[0] * precisions[0],
            balances[1] * precisions[1] * priceScale[0] / One,
            balances[2] * precisions[2] * priceScale[1] / One,
        ];
        var error = TricryptoMath.NewtonD(a, gamma, x, UInt256.Zero, out var d);
        d = error == QuoteError.None ? d : x[0] + x[1] + x[2];
        d = UInt256.Min(UInt256.Max(d, TricryptoMath.InvariantMin), TricryptoMath.InvariantMax);
        return new Tricrypto([.. balances], precisions, a, gamma, d, priceScale, midFee, outFee, feeGamma);
    }

    internal static (Tricrypto Pool, TricryptoOracle Oracle) Next(CaseSource source)
    {
        ImmutableArray<UInt256> precisions =
            [.. Enumerable.Range(0, 3).Select(_ => (UInt256)BigInteger.Pow(10, source.Int(0, 2) * 6))];
        ImmutableArray<UInt256> scale = [source.Magnitude(15, 24), source.Magnitude(15, 24)];
        var value = source.Magnitude(20, 30);
        var spread = source.Int(0, 4) == 0 ? 0.9 : 0.3;
        UInt256[] balances =
        [
            UInt256.One + (source.Near(value, spread) / precisions[0]),
            UInt256.One + (UInt256.MulDivDown(source.Near(value, spread), One, scale[0]) / precisions[1]),
            UInt256.One + (UInt256.MulDivDown(source.Near(value, spread), One, scale[1]) / precisions[2]),
        ];
        var midFee = source.Magnitude(5, 8);
        var pool = WithD(
            balances, precisions, source.Magnitude(4, 8), source.Magnitude(11, 16.5), scale,
            midFee, midFee + source.Magnitude(5, 8), source.Magnitude(13, 17.5));
        var oracle = new TricryptoOracle
        {
            Balances = [.. pool.Balances.Select(x => (BigInteger)x)],
            Precisions = [.. precisions.Select(x => (BigInteger)x)],
            PriceScale = [.. scale.Select(x => (BigInteger)x)],
            A = (BigInteger)pool.A,
            Gamma = (BigInteger)pool.Gamma,
            D = (BigInteger)pool.D,
            MidFee = (BigInteger)pool.MidFee,
            OutFee = (BigInteger)pool.OutFee,
            FeeGamma = (BigInteger)pool.FeeGamma,
        };
        return (pool, oracle);
    }

    private static void AssertSame(QuoteError error, UInt256 actual, Func<BigInteger> contract)
    {
        try
        {
            var expected = contract();
            Assert.Equal(QuoteError.None, error);
            Assert.Equal(expected, (BigInteger)actual);
        }
        catch (RevertException)
        {
            Assert.NotEqual(QuoteError.None, error);
        }
    }

    private void AssertSame(Tricrypto pool, TricryptoOracle oracle, int tokenIn, int tokenOut, UInt256 amountIn)
    {
        var error = pool.QuoteExactIn(tokenIn, tokenOut, amountIn, out var quote);
        try
        {
            var (dy, d) = oracle.Exchange(tokenIn, tokenOut, (BigInteger)amountIn);
            if (error == QuoteError.OutputTooSmall)
            {
                Assert.True(dy.IsZero);
                return;
            }

            Assert.Equal(QuoteError.None, error);
            Assert.Equal(dy, (BigInteger)quote.AmountOut);
            Assert.Equal(d, (BigInteger)((Tricrypto)pool.Apply(quote)).D);
            _compared++;
        }
        catch (RevertException)
        {
            Assert.NotEqual(QuoteError.None, error);
        }
    }
}
