using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Quotes;

/// <summary>A quote as the trader sees it: what leaves and what arrives there, transfer fees counted.</summary>
/// <param name="Curve">The pool's side.</param>
/// <param name="AmountIn">What the trader sends. Less than asked for where the pool would not take all.</param>
/// <param name="AmountOut">What arrives at the trader.</param>
/// <param name="Leftover">Of an exact input: what stays with the trader.</param>
internal readonly record struct TradeQuote(
    ListedPool Pool, CurveQuote Curve, UInt256 AmountIn, UInt256 AmountOut, UInt256 Leftover)
{
    public ListedToken TokenIn => Pool.Tokens[Curve.TokenIn];

    public ListedToken TokenOut => Pool.Tokens[Curve.TokenOut];

    public ListedToken FeeToken => Curve.IsFeeOnOutput ? TokenOut : TokenIn;

    /// <summary>What the input token kept on the way to the pool, in its base units.</summary>
    public UInt256 TransferFeeIn => AmountIn - Curve.AmountIn;

    /// <summary>What the output token kept on the way to the trader, in its base units.</summary>
    public UInt256 TransferFeeOut => Curve.AmountOut - AmountOut;

    /// <summary>Output base units for one of input before the trade, without any fee. For display.</summary>
    public double SpotPrice => Pool.Curve.SpotPrice(Curve.TokenIn, Curve.TokenOut);

    /// <summary>How much worse than the spot price the trader trades, all fees included: 0.01 is one percent.</summary>
    public double PriceImpact => 1 - ((double)AmountOut / (double)AmountIn / SpotPrice);

    public static QuoteError ExactIn(
        ListedPool pool, int tokenIn, int tokenOut, UInt256 amountIn, out TradeQuote quote)
    {
        quote = default;
        var error = pool.QuoteExactIn(tokenIn, tokenOut, amountIn, out var curve, out var received);
        if (error != QuoteError.None)
        {
            return error;
        }

        var sent = amountIn;
        if (!curve.Leftover.IsZero && !pool.TryLeaving(tokenIn, curve.AmountIn, out sent))
        {
            return QuoteError.ArithmeticOverflow;
        }

        quote = new TradeQuote(pool, curve, sent, received, amountIn - sent);
        return QuoteError.None;
    }

    /// <summary>All or nothing: a pool that can give only a part is InsufficientLiquidity.</summary>
    public static QuoteError ExactOut(
        ListedPool pool, int tokenIn, int tokenOut, UInt256 amountOut, out TradeQuote quote)
    {
        quote = default;
        var error = pool.QuoteExactOut(tokenIn, tokenOut, amountOut, out var curve, out var sent);
        if (error != QuoteError.None)
        {
            return error;
        }

        if (!curve.Leftover.IsZero)
        {
            return QuoteError.InsufficientLiquidity;
        }

        quote = new TradeQuote(pool, curve, sent, pool.Arriving(tokenOut, curve.AmountOut), default);
        return QuoteError.None;
    }
}
