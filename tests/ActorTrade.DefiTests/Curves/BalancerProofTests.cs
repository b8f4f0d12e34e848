using System.Numerics;
using ActorTrade.DefiTests.Oracles;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

/// <summary>Random Balancer pools of every version against the contracts over big integers, to the unit.</summary>
public class BalancerProofTests
{
    private int _compared;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Weighted_swaps_equal_the_contract(int version)
    {
        var source = new CaseSource(100 + version);
        foreach (var i in ProofCases.Numbers(4_000))
        {
            var (pool, oracle) = BalancerCases.Weighted(source, version);
            AssertSameTrades(source, pool, oracle);
        }

        Assert.True(_compared > ProofCases.Count(4_000), $"only {_compared} trades answered by both");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Stable_swaps_equal_the_contract(int version)
    {
        var source = new CaseSource(200 + version);
        foreach (var i in ProofCases.Numbers(4_000))
        {
            var (pool, oracle) = BalancerCases.Stable(source, version);
            AssertSameTrades(source, pool, oracle);
        }

        Assert.True(_compared > ProofCases.Count(4_000), $"only {_compared} trades answered by both");
    }

    [Fact]
    public void Powers_equal_the_contract()
    {
        var source = new CaseSource(300);
        foreach (var i in ProofCases.Numbers(20_000))
        {
            var x = (i % 4) switch
            {
                0 => source.Bits(256),
                1 => source.Magnitude(0, 36),
                _ => source.Near(BalancerFixedPoint.One, 0.12),
            };
            var y = i % 3 == 0 ? source.Magnitude(0, 21) : source.Near(BalancerFixedPoint.One, 0.99);
            BigInteger? expected;
            try
            {
                expected = BalancerNumbers.Pow(x, y).Value;
            }
            catch (RevertException)
            {
                expected = null;
            }

            Assert.Equal(expected is not null, BalancerPower.TryPow(x, y, out var power));
            if (expected is not null)
            {
                Assert.Equal(expected, (BigInteger)power);
            }
        }
    }

    private void AssertSameTrades(CaseSource source, BalancerCurve pool, BalancerOracle oracle)
    {
        var (tokenIn, tokenOut) = StableSwapCases.Pair(source, pool.TokenCount);
        if (pool is BalancerStable { BptIndex: { } bpt } && (tokenIn == bpt || tokenOut == bpt))
        {
            Assert.Equal(QuoteError.NoSuchPair, pool.QuoteExactIn(tokenIn, tokenOut, 1_000, out _));
            return;
        }

        var amountIn = UInt256.Max(UInt256.One, StableSwapCases.Amount(source, pool.Balances[tokenIn]));
        var error = pool.QuoteExactIn(tokenIn, tokenOut, amountIn, out var quote);
        AssertSame(error, quote.AmountOut, () => oracle.ExactIn(tokenIn, tokenOut, amountIn));
        var amountOut = UInt256.Max(UInt256.One, StableSwapCases.Amount(source, pool.Balances[tokenOut] / 2));
        error = pool.QuoteExactOut(tokenIn, tokenOut, amountOut, out quote);
        AssertSame(error, quote.AmountIn, () => oracle.ExactOut(tokenIn, tokenOut, amountOut));
    }

    private void AssertSame(QuoteError error, UInt256 actual, Func<U256> contract)
    {
        try
        {
            var expected = contract();
            if (error == QuoteError.None)
            {
                Assert.Equal(expected.Value, (BigInteger)actual);
                _compared++;
                return;
            }

            // Refused here alone: an answer of nothing, an empty balance, more than a vault can hold or has.
            var isKnown = error switch
            {
                QuoteError.OutputTooSmall => expected == 0 || expected == 1,
                QuoteError.NoLiquidity => true,
                QuoteError.ArithmeticOverflow => true,
                QuoteError.InsufficientLiquidity => true,
                _ => false,
            };
            Assert.True(isKnown, $"{error} where the contract answers {expected}");
        }
        catch (RevertException)
        {
            Assert.NotEqual(QuoteError.None, error);
        }
    }
}
