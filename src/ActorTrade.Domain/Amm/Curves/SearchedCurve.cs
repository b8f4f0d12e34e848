using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// A curve without a closed form for the input to a price, which is searched for over quotes instead: see
/// <see cref="CurveSearch"/>.
/// </summary>
public abstract class SearchedCurve : Curve
{
    private protected SearchedCurve()
    {
    }

    public sealed override QuoteError AmountInToMarginalPrice(
        int tokenIn, int tokenOut, double target, out UInt256 amountIn)
    {
        amountIn = default;
        var error = CheckTrade(tokenIn, tokenOut, UInt256.One);
        return error != QuoteError.None ? error
            : CurveSearch.InputToMarginalPrice(
                this, tokenIn, tokenOut, target, BalanceOf(tokenIn) >> 10, out amountIn);
    }

    /// <summary><see cref="Curve.MarginalPrice"/> of the state after a trade it quoted, without making that
    /// state.</summary>
    internal abstract double MarginalPriceAfter(in CurveQuote quote);

    /// <summary>Whether the pool trades these two tokens, that amount is one, and its state allows a trade.</summary>
    private protected abstract QuoteError CheckTrade(int tokenIn, int tokenOut, in UInt256 amount);

    /// <summary>Base units of a token that the pool has.</summary>
    private protected abstract UInt256 BalanceOf(int token);
}
