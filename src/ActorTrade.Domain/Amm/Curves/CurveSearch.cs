using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// Answers that contracts have no function for, found over <see cref="Curve.QuoteExactIn"/>. Every search doubles its
/// step and then halves its bracket, so it ends after at most 512 quotes; about 5 with a good guess.
/// </summary>
internal static class CurveSearch
{
    /// <summary>
    /// An input that gives at least <paramref name="amountOut"/>, while one unit less does not. A contract's output may
    /// fall by a unit where its input rises, so that, rarely, an input some units smaller would do as well.
    /// </summary>
    /// <param name="guess">Where to look first; any value is right, a near one is fast.</param>
    public static QuoteError LeastInput(
        Curve curve, int tokenIn, int tokenOut, UInt256 amountOut, UInt256 guess, out CurveQuote quote)
    {
        quote = default;
        var high = UInt256.Max(guess, UInt256.One);
        var low = UInt256.Zero;
        UInt256 step = 1;
        if (Suffices(curve, tokenIn, tokenOut, high, amountOut, out var found))
        {
            while (high > UInt256.One)
            {
                var below = high > step ? high - step : UInt256.One;
                if (!Suffices(curve, tokenIn, tokenOut, below, amountOut, out var nearer))
                {
                    low = below;
                    break;
                }

                (high, found) = (below, nearer);
                step = Doubled(step);
            }
        }
        else
        {
            low = high;
            while (true)
            {
                if (!UInt256.TryAdd(high, step, out high))
                {
                    return QuoteError.InsufficientLiquidity;
                }

                if (Suffices(curve, tokenIn, tokenOut, high, amountOut, out found))
                {
                    break;
                }

                low = high;
                step = Doubled(step);
            }
        }

        while (high - low > UInt256.One)
        {
            var middle = low + ((high - low) >> 1);
            if (Suffices(curve, tokenIn, tokenOut, middle, amountOut, out var nearer))
            {
                (high, found) = (middle, nearer);
            }
            else
            {
                low = middle;
            }
        }

        quote = found with { IsExactOut = true };
        return QuoteError.None;
    }

    /// <summary>The largest input after which the marginal price is at least the target; see
    /// <see cref="Curve.AmountInToMarginalPrice"/>. An input the curve refuses counts as too large.</summary>
    /// <param name="start">A first step, such as a thousandth of the pool's balance.</param>
    public static QuoteError InputToMarginalPrice(
        SearchedCurve curve, int tokenIn, int tokenOut, double target, UInt256 start, out UInt256 amountIn)
    {
        amountIn = default;
        var now = curve.MarginalPrice(tokenIn, tokenOut);
        if (double.IsNaN(now))
        {
            return QuoteError.NoLiquidity;
        }

        if (now <= target)
        {
            return QuoteError.None;
        }

        var low = UInt256.Zero;
        var high = UInt256.Max(start, UInt256.One);
        while (StaysAbove(curve, tokenIn, tokenOut, high, target))
        {
            low = high;
            if (high.BitLength > 254)
            {
                break;
            }

            high <<= 1;
        }

        while (high - low > UInt256.One && high - low > (high >> 50))
        {
            var middle = low + ((high - low) >> 1);
            if (StaysAbove(curve, tokenIn, tokenOut, middle, target))
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        amountIn = low;
        return QuoteError.None;
    }

    private static bool StaysAbove(
        SearchedCurve curve, int tokenIn, int tokenOut, UInt256 amountIn, double target) =>
        curve.QuoteExactIn(tokenIn, tokenOut, amountIn, out var quote) switch
        {
            QuoteError.None => curve.MarginalPriceAfter(quote) >= target,
            QuoteError.OutputTooSmall => true,
            _ => false,
        };

    private static bool Suffices(
        Curve curve, int tokenIn, int tokenOut, UInt256 amountIn, UInt256 amountOut, out CurveQuote quote) =>
        curve.QuoteExactIn(tokenIn, tokenOut, amountIn, out quote) == QuoteError.None && quote.AmountOut >= amountOut;

    private static UInt256 Doubled(UInt256 step) => step.BitLength < 256 ? step << 1 : step;
}
