using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

/// <summary>What holds for every curve, whatever its formula.</summary>
internal static class CurveProperties
{
    /// <summary>Quotes and searches answer, and never throw, for any input whatever.</summary>
    public static void NeverThrows(Curve curve, CaseSource source)
    {
        for (var k = 0; k < 12; k++)
        {
            var amount = k % 2 == 0 ? source.Extreme() : source.Bits(256);
            var (i, j) = (source.Int(-1, curve.TokenCount), source.Int(-1, curve.TokenCount));
            var error = curve.QuoteExactIn(i, j, amount, out var quote);
            if (error == QuoteError.None)
            {
                Assert.False(quote.AmountOut.IsZero);
                curve.Apply(quote);
            }

            if (curve.QuoteExactOut(i, j, amount, out quote) == QuoteError.None)
            {
                Assert.False(quote.AmountIn.IsZero);
                curve.Apply(quote);
            }

            curve.SpotPrice(i, j);
            curve.MarginalPrice(i, j);
        }

        curve.AmountInToMarginalPrice(0, 1, source.Unit() * 1e-6, out _);
        curve.AmountInToMarginalPrice(0, 1, double.NaN, out _);
    }

    /// <summary>There and back never pays, exact in or exact out.</summary>
    public static void NoRoundTripPays(Curve curve, int tokenIn, int tokenOut, UInt256 amountIn)
    {
        if (curve.QuoteExactIn(tokenIn, tokenOut, amountIn, out var there) != QuoteError.None)
        {
            return;
        }

        var after = curve.Apply(there);
        if (after.QuoteExactIn(tokenOut, tokenIn, there.AmountOut, out var back) == QuoteError.None)
        {
            Assert.True(back.AmountOut <= amountIn, $"{amountIn} in, {back.AmountOut} back");
        }

        if (after.QuoteExactOut(tokenOut, tokenIn, amountIn, out var buyBack) == QuoteError.None)
        {
            Assert.True(buyBack.AmountIn >= there.AmountOut, $"{there.AmountOut} got, {buyBack.AmountIn} buys back");
        }
    }

    /// <summary>The input an exact-out quote asks for brings at least that output by exact in.</summary>
    /// <param name="isLeast">One unit less must not.</param>
    public static void ExactOutSuffices(Curve curve, int tokenIn, int tokenOut, UInt256 amountOut, bool isLeast)
    {
        if (curve.QuoteExactOut(tokenIn, tokenOut, amountOut, out var quote) != QuoteError.None)
        {
            return;
        }

        Assert.Equal(QuoteError.None, curve.QuoteExactIn(tokenIn, tokenOut, quote.AmountIn, out var forward));
        Assert.True(forward.AmountOut >= amountOut, $"{amountOut} asked, {forward.AmountOut} given");
        if (isLeast && quote.AmountIn > UInt256.One)
        {
            var error = curve.QuoteExactIn(tokenIn, tokenOut, quote.AmountIn - UInt256.One, out var less);
            Assert.True(error != QuoteError.None || less.AmountOut < amountOut);
        }
    }

    /// <summary>The marginal price is what a small trade gets, of a pool with amounts large enough to tell.</summary>
    /// <param name="part">A trade of this part of the balance moves the price by about as much.</param>
    public static void MarginalPriceIsThatOfASmallTrade(
        Curve curve, int tokenIn, int tokenOut, UInt256 balanceIn, double part, double tolerance)
    {
        var amountIn = (UInt256)((double)balanceIn * part);
        Assert.Equal(QuoteError.None, curve.QuoteExactIn(tokenIn, tokenOut, amountIn, out var quote));
        var executed = (double)quote.AmountOut / (double)quote.AmountIn;
        var marginal = curve.MarginalPrice(tokenIn, tokenOut);
        Assert.InRange(executed / marginal, 1 - tolerance, 1 + tolerance);
    }

    /// <summary>After the input found the pool stands at the target, and a little more input would pass it.</summary>
    public static void InputToMarginalPriceIsTheLargest(
        Curve curve, int tokenIn, int tokenOut, double part, double tolerance)
    {
        var target = curve.MarginalPrice(tokenIn, tokenOut) * part;
        Assert.Equal(QuoteError.None, curve.AmountInToMarginalPrice(tokenIn, tokenOut, target, out var amountIn));
        Assert.Equal(QuoteError.None, curve.QuoteExactIn(tokenIn, tokenOut, amountIn, out var quote));
        var reached = curve.Apply(quote).MarginalPrice(tokenIn, tokenOut);
        Assert.InRange(reached / target, 1 - tolerance, 1 + tolerance);
        Assert.Equal(QuoteError.None, curve.AmountInToMarginalPrice(tokenIn, tokenOut, target / part, out var none));
        Assert.True(none.IsZero);
    }
}
