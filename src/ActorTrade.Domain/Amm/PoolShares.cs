using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm;

/// <summary>
/// What a deposit would do, in base units; amounts in pool order. Total shares rise by both numbers of shares.
/// </summary>
/// <param name="Amount0">Taken of token 0, at most the maximum given.</param>
/// <param name="Amount1">Taken of token 1, at most the maximum given.</param>
/// <param name="Shares">Minted for the provider.</param>
/// <param name="LockedShares">Minted for nobody: the locked minimum of a first deposit, else zero.</param>
public readonly record struct DepositQuote(UInt256 Amount0, UInt256 Amount1, UInt256 Shares, UInt256 LockedShares);

/// <summary>What a withdrawal would do, in base units; amounts in pool order.</summary>
public readonly record struct WithdrawalQuote(UInt256 Amount0, UInt256 Amount1, UInt256 Shares);

/// <summary>
/// Shares of a constant product pool: what providers get for a deposit and get back for shares. Every rounding is in
/// favour of the providers who stay: reserves for one share never fall.
/// </summary>
/// <remarks>
/// Source: Uniswap V2, UniswapV2Pair.mint and burn, and addLiquidity of its router.
/// Overflow: shares never exceed √(reserve0·reserve1) when they were all minted here, so they stay within
/// <see cref="ConstantProduct.ReserveMax"/> as the reserves do; other numbers are refused as ReserveOverflow.
/// </remarks>
public static class PoolShares
{
    /// <summary>
    /// Shares of the first deposit that stay locked for ever. They make it dear to raise the price of one share so far
    /// (by donations) that small deposits round down to nothing.
    /// </summary>
    public static UInt256 MinimumLiquidity => 1000;

    /// <summary>
    /// The first deposit, which sets the price: floor(√(amount0·amount1)) shares, of which
    /// <see cref="MinimumLiquidity"/> are locked. <see cref="QuoteError.InsufficientLiquidity"/> when nothing would be
    /// left.
    /// </summary>
    public static QuoteError QuoteFirstDeposit(UInt256 amount0, UInt256 amount1, out DepositQuote quote)
    {
        quote = default;
        if (amount0.IsZero || amount1.IsZero)
        {
            return QuoteError.ZeroAmount;
        }

        if (amount0 > ConstantProduct.ReserveMax || amount1 > ConstantProduct.ReserveMax)
        {
            return QuoteError.ReserveOverflow;
        }

        var total = UInt256.Sqrt(amount0 * amount1);
        if (total <= MinimumLiquidity)
        {
            return QuoteError.InsufficientLiquidity;
        }

        quote = new DepositQuote(amount0, amount1, total - MinimumLiquidity, MinimumLiquidity);
        return QuoteError.None;
    }

    /// <summary>
    /// A later deposit in the ratio of the reserves within two maxima:
    /// floor(min(amount0Max·shares/reserve0, amount1Max·shares/reserve1)) new shares, for which
    /// ceil(new·reserve/shares) of each token is taken, never more than its maximum.
    /// </summary>
    /// <remarks>
    /// The amounts are rounded up against the provider. They fit the maximum: new·reserve/shares is at most the
    /// maximum, which is an integer, so its ceiling is too. <see cref="QuoteError.OutputTooSmall"/> when no share would
    /// be minted.
    /// </remarks>
    public static QuoteError QuoteDeposit(
        UInt256 reserve0,
        UInt256 reserve1,
        UInt256 totalShares,
        UInt256 amount0Max,
        UInt256 amount1Max,
        out DepositQuote quote)
    {
        quote = default;
        if (amount0Max.IsZero || amount1Max.IsZero)
        {
            return QuoteError.ZeroAmount;
        }

        var error = CheckPool(reserve0, reserve1, totalShares);
        if (error != QuoteError.None)
        {
            return error;
        }

        var shares = UInt256.Min(
            SharesFor(amount0Max, reserve0, totalShares),
            SharesFor(amount1Max, reserve1, totalShares));
        if (shares.IsZero)
        {
            return QuoteError.OutputTooSmall;
        }

        if (!ConstantProduct.HasRoom(totalShares, shares))
        {
            return QuoteError.ReserveOverflow;
        }

        // Both factors are below 2^128, so the results fit.
        var amount0 = UInt256.MulDivUp(shares, reserve0, totalShares);
        var amount1 = UInt256.MulDivUp(shares, reserve1, totalShares);
        if (!ConstantProduct.HasRoom(reserve0, amount0) || !ConstantProduct.HasRoom(reserve1, amount1))
        {
            return QuoteError.ReserveOverflow;
        }

        quote = new DepositQuote(amount0, amount1, shares, LockedShares: UInt256.Zero);
        return QuoteError.None;
    }

    /// <summary>
    /// What burning shares gives back: floor(shares·reserve/totalShares) of each token, in favour of those who stay.
    /// The locked minimum cannot be burned; a side that would be zero is <see cref="QuoteError.OutputTooSmall"/>.
    /// </summary>
    public static QuoteError QuoteWithdrawal(
        UInt256 reserve0,
        UInt256 reserve1,
        UInt256 totalShares,
        UInt256 shares,
        out WithdrawalQuote quote)
    {
        quote = default;
        if (shares.IsZero)
        {
            return QuoteError.ZeroAmount;
        }

        var error = CheckPool(reserve0, reserve1, totalShares);
        if (error != QuoteError.None)
        {
            return error;
        }

        if (!UInt256.TryAdd(shares, MinimumLiquidity, out var needed) || needed > totalShares)
        {
            return QuoteError.InsufficientLiquidity;
        }

        var amount0 = UInt256.MulDivDown(shares, reserve0, totalShares);
        var amount1 = UInt256.MulDivDown(shares, reserve1, totalShares);
        if (amount0.IsZero || amount1.IsZero)
        {
            return QuoteError.OutputTooSmall;
        }

        quote = new WithdrawalQuote(amount0, amount1, shares);
        return QuoteError.None;
    }

    // A maximum beyond 256 bits of shares is no bound: the other token decides, or the limit of shares does.
    private static UInt256 SharesFor(UInt256 amountMax, UInt256 reserve, UInt256 totalShares) =>
        UInt256.TryMulDivDown(amountMax, totalShares, reserve, out var shares) ? shares : UInt256.MaxValue;

    private static QuoteError CheckPool(UInt256 reserve0, UInt256 reserve1, UInt256 totalShares)
    {
        if (reserve0.IsZero || reserve1.IsZero || totalShares.IsZero)
        {
            return QuoteError.NoLiquidity;
        }

        var max = ConstantProduct.ReserveMax;
        return reserve0 > max || reserve1 > max || totalShares > max ? QuoteError.ReserveOverflow : QuoteError.None;
    }
}
