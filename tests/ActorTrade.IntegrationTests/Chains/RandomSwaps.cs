using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.IntegrationTests.Chains;

/// <summary>Swaps of every size in pools, more often back to where the pool began than away from it.</summary>
/// <param name="first">The pool's first state.</param>
/// <param name="largest">What part of a balance the largest swap is of: 24 for a twenty-fourth.</param>
internal sealed class RandomSwaps(Curve first, Random random, int largest = 24)
{
    private readonly int[] _tokens =
        [.. Enumerable.Range(0, first.TokenCount).Where(t => t != (first as BalancerStable)?.BptIndex)];

    /// <summary>A swap that the pool can do whole.</summary>
    /// <exception cref="InvalidOperationException">A hundred tries gave none.</exception>
    public CurveQuote Next(Curve curve)
    {
        var refused = QuoteError.None;
        for (var tries = 0; tries < 100; tries++)
        {
            var (tokenIn, tokenOut) = RandomPair(curve);
            var isExactOut = random.Next(2) == 1;
            var amount = RandomAmount(isExactOut ? tokenOut : tokenIn);
            var error = isExactOut
                ? curve.QuoteExactOut(tokenIn, tokenOut, amount, out var quote)
                : curve.QuoteExactIn(tokenIn, tokenOut, amount, out quote);
            if (error == QuoteError.None && quote.Leftover.IsZero && !quote.AmountOut.IsZero)
            {
                return quote;
            }

            refused = error;
        }

        throw new InvalidOperationException($"no swap of 100 was possible, the last for {refused}.");
    }

    /// <summary>From dust to the largest part of what the pool began with; half of them large.</summary>
    public UInt256 RandomAmount(int token) => Below(BalanceOf(first, token) / (UInt256)(uint)largest);

    /// <summary>One to <paramref name="most"/>, of any length.</summary>
    public UInt256 Below(UInt256 most)
    {
        var bits = random.Next(2) == 0 ? most.BitLength : random.Next(1, most.BitLength + 1);
        return (Bits(bits) % most) + UInt256.One;
    }

    private (int In, int Out) RandomPair(Curve curve)
    {
        var a = random.Next(_tokens.Length);
        var b = random.Next(_tokens.Length - 1);
        var (one, other) = (_tokens[a], _tokens[b < a ? b : b + 1]);
        var isBack = curve.SpotPrice(one, other) > first.SpotPrice(one, other);
        return isBack == (random.Next(4) != 0) ? (one, other) : (other, one);
    }

    // The virtual reserves where the pool's own are not in its state.
    private static UInt256 BalanceOf(Curve curve, int token) => curve switch
    {
        ConstantProductCurve pair => token == 0 ? pair.Reserve0 : pair.Reserve1,
        SolidlyVolatileCurve pair => token == 0 ? pair.Reserve0 : pair.Reserve1,
        SolidlyStableCurve pair => token == 0 ? pair.Reserve0 : pair.Reserve1,
        BalancerCurve pool => pool.Balances[token],
        StableSwapCurve pool => pool.Balances[token],
        ConcentratedCurve pool => token == 0
            ? ((UInt256)pool.Liquidity << 96) / pool.SqrtPriceX96
            : UInt256.MulDivDown(pool.Liquidity, pool.SqrtPriceX96, UInt256.One << 96),
        _ => throw new NotSupportedException(curve.Kind),
    };

    private UInt256 Bits(int count)
    {
        Span<ulong> limbs = [(ulong)random.NextInt64(), (ulong)random.NextInt64(), 0, 0];
        return UInt256.FromLimbs(limbs) >> (127 - count);
    }
}
