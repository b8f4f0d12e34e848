using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Pools;

/// <summary>What a trade with a house pool would do, whatever its curve.</summary>
/// <param name="LpFee">The providers' fee, in the input token at the trade's own price where the curve takes it from
/// the output.</param>
/// <param name="ProtocolFee">The treasury's fee, in the input token.</param>
/// <param name="PriceImpactBps">Without the fee, rounded up.</param>
public readonly record struct PoolTrade(
    UInt256 AmountIn, UInt256 AmountOut, UInt256 LpFee, UInt256 ProtocolFee, int PriceImpactBps);

/// <summary>
/// Quotes of a house pool: its own constant product, or one of the curves, on given reserves.
/// </summary>
/// <remarks>
/// Of a curve, the treasury's part is taken off the input first, rounded down, and the curve quotes the rest. All the
/// curve calls a fee stays in the reserve, also where its contract would pay it out, which is in the pool's favour. The
/// output is the contract's, less the few units by which its rounding would lower the invariant.
/// </remarks>
internal static class PoolQuotes
{
    // Units of output that rounding may take at most; only a pool of dust, or one far off its peg, needs more.
    private const int ShortenedMax = 1_023;

    /// <summary>A trade on balances. Of the house's own constant product only the two of the pair count.</summary>
    public static QuoteError ExactIn(
        CurveTerms? curve,
        FeeSchedule fees,
        ReadOnlySpan<UInt256> balances,
        int tokenIn,
        int tokenOut,
        UInt256 amountIn,
        out PoolTrade trade)
    {
        trade = default;
        if (curve is not null)
        {
            return OnCurve(curve, fees.Protocol, balances, tokenIn, tokenOut, amountIn, out trade);
        }

        var (reserveIn, reserveOut) = (balances[tokenIn], balances[tokenOut]);
        var error = ConstantProduct.QuoteExactIn(reserveIn, reserveOut, amountIn, fees.Total, out var quote);
        if (error == QuoteError.None)
        {
            var split = fees.Split(quote);
            var impact = ConstantProduct.Impact(reserveIn, reserveOut, quote).ToBps(Rounding.Up).Value;
            trade = new PoolTrade(quote.AmountIn, quote.AmountOut, split.LiquidityProviders, split.Protocol, impact);
        }

        return error;
    }

    /// <summary>The trade of a curve's quote for what the treasury left of the input.</summary>
    public static PoolTrade TradeOf(in CurveQuote quote, UInt256 protocolFee, double spot) => new(
        quote.AmountIn + protocolFee, quote.AmountOut, FeeIn(quote), protocolFee, ImpactBps(quote, spot));

    private static QuoteError OnCurve(
        CurveTerms terms,
        FeePips treasury,
        ReadOnlySpan<UInt256> balances,
        int tokenIn,
        int tokenOut,
        UInt256 amountIn,
        out PoolTrade trade)
    {
        trade = default;
        if (amountIn.IsZero)
        {
            return QuoteError.ZeroAmount;
        }

        if (balances[tokenIn].IsZero || balances[tokenOut].IsZero)
        {
            return QuoteError.NoLiquidity;
        }

        if (!ConstantProduct.HasRoom(balances[tokenIn], amountIn) || !terms.TryAt(balances, out var curve))
        {
            return QuoteError.ReserveOverflow;
        }

        var protocolFee = treasury.Of(amountIn, Rounding.Down);
        var error = curve.QuoteExactIn(tokenIn, tokenOut, amountIn - protocolFee, out var quote);
        if (error != QuoteError.None)
        {
            return error;
        }

        if (!quote.Leftover.IsZero || quote.AmountOut >= balances[tokenOut])
        {
            return QuoteError.InsufficientLiquidity;
        }

        error = Keeping(terms, balances, tokenIn, tokenOut, amountIn - protocolFee, quote.AmountOut, out var amountOut);
        if (error == QuoteError.None)
        {
            trade = TradeOf(quote, protocolFee, curve.SpotPrice(tokenIn, tokenOut)) with { AmountOut = amountOut };
        }

        return error;
    }

    // As much of the curve's output as leaves its invariant whole; the contract's rounding may have given some units
    // too much.
    private static QuoteError Keeping(
        CurveTerms terms,
        ReadOnlySpan<UInt256> balances,
        int tokenIn,
        int tokenOut,
        UInt256 kept,
        UInt256 quoted,
        out UInt256 amountOut)
    {
        amountOut = quoted;
        UInt256[] after = [.. balances];
        after[tokenIn] += kept;
        after[tokenOut] -= quoted;
        if (!terms.TryAt(after, out _))
        {
            return QuoteError.ReserveOverflow;
        }

        for (var less = 0; less <= ShortenedMax; less = (2 * less) + 1)
        {
            if (!UInt256.TrySubtract(quoted, (uint)less, out amountOut) || amountOut.IsZero)
            {
                return QuoteError.OutputTooSmall;
            }

            after[tokenOut] = balances[tokenOut] - amountOut;
            if (terms.Keeps(balances, UInt256.One, after, UInt256.One))
            {
                return QuoteError.None;
            }
        }

        return QuoteError.InvariantBroken;
    }

    private static UInt256 FeeIn(in CurveQuote quote) => quote.IsFeeOnOutput
        ? UInt256.MulDivUp(quote.AmountIn, quote.Fee, quote.AmountOut + quote.Fee)
        : quote.Fee;

    // Decided once and stored with the event, so that no fold depends on it.
    private static int ImpactBps(in CurveQuote quote, double spot)
    {
        var paid = quote.IsFeeOnOutput ? quote.AmountIn : quote.AmountIn - quote.Fee;
        var given = quote.IsFeeOnOutput ? quote.AmountOut + quote.Fee : quote.AmountOut;
        var impact = (1 - ((double)given / (double)paid / spot)) * Bps.One;
        return double.IsFinite(impact) ? (int)Math.Clamp(Math.Ceiling(impact), 0, Bps.One) : Bps.One;
    }
}
