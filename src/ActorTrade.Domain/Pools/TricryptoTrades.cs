using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Pools;

/// <summary>
/// What a tricrypto house pool would do, as its contract, and the state it would leave. The treasury's part is taken
/// off an input before the curve sees it; all else the curve calls a fee or a profit stays with the providers.
/// </summary>
internal static class TricryptoTrades
{
    /// <summary>A swap at a time, at least that of the pool's last change.</summary>
    public static QuoteError Swap(
        Tricrypto curve,
        FeePips treasury,
        int tokenIn,
        int tokenOut,
        UInt256 amountIn,
        out PoolTrade trade,
        out Tricrypto after)
    {
        (trade, after) = (default, curve);
        var protocolFee = treasury.Of(amountIn, Rounding.Down);
        var error = curve.QuoteExactIn(tokenIn, tokenOut, amountIn - protocolFee, out var quote);
        if (error != QuoteError.None)
        {
            return error;
        }

        trade = PoolQuotes.TradeOf(quote, protocolFee, curve.SpotPrice(tokenIn, tokenOut));
        after = (Tricrypto)curve.Apply(quote);
        return QuoteError.None;
    }

    /// <summary>The first deposit, of all tokens; the locked minimum is within the shares.</summary>
    public static QuoteError First(
        CurveTerms.TricryptoNg terms,
        ReadOnlySpan<UInt256> amounts,
        ulong time,
        out UInt256 shares,
        out TricryptoState? after)
    {
        (shares, after) = (default, null);
        if (amounts.Contains(UInt256.Zero))
        {
            return QuoteError.ZeroAmount;
        }

        var error = terms.Empty().QuoteDeposit(amounts, UInt256.Zero, out var change);
        if (error != QuoteError.None)
        {
            return error;
        }

        shares = change.Shares;
        after = terms.FirstState(((Tricrypto)change.After).D, time);
        return shares > PoolShares.MinimumLiquidity ? QuoteError.None : QuoteError.InsufficientLiquidity;
    }

    /// <summary>A later deposit, of just these amounts.</summary>
    public static QuoteError Deposit(
        Tricrypto curve,
        ReadOnlySpan<UInt256> amounts,
        UInt256 totalShares,
        out UInt256 shares,
        out TricryptoState? after)
    {
        (shares, after) = (default, null);
        var error = curve.QuoteDeposit(amounts, totalShares, out var change);
        if (error != QuoteError.None)
        {
            return error;
        }

        (shares, after) = (change.Shares, TricryptoState.Of((Tricrypto)change.After));
        return QuoteError.None;
    }

    /// <summary>A withdrawal of all tokens, or of one where it is named.</summary>
    public static QuoteError Withdraw(
        Tricrypto curve,
        int? token,
        UInt256 shares,
        UInt256 totalShares,
        out UInt256[] amounts,
        out TricryptoState? after)
    {
        (amounts, after) = ([], null);
        if (!BasketShares.LeavesLocked(shares, totalShares))
        {
            return QuoteError.InsufficientLiquidity;
        }

        LiquidityChange change;
        var error = token is { } only
            ? curve.QuoteWithdrawalOfOne(only, shares, totalShares, out change)
            : curve.QuoteWithdrawal(shares, totalShares, out change);
        if (error != QuoteError.None)
        {
            return error;
        }

        amounts = [.. change.Amounts];
        after = TricryptoState.Of((Tricrypto)change.After);
        return token is null && change.Amounts.Contains(UInt256.Zero) ? QuoteError.OutputTooSmall : QuoteError.None;
    }
}
