using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// Shares of a Uniswap V2 pair, to the unit as its contract mints and burns them, and the protocol's part of the fees,
/// which is minted as shares whenever liquidity moves.
/// </summary>
/// <remarks>
/// Source: v2-core 1.0.1 <c>UniswapV2Pair.mint</c>, <c>burn</c>, <c>_mintFee</c>. Every quotient rounds down, for those
/// who stay. The contract takes what was sent, in whatever ratio; what is too much of one token is given away.
/// <para>On chain a mint or burn first mints <see cref="ProtocolShares"/> for the reserves before it, then counts with
/// the supply so raised, and keeps the product of the reserves after it as the next kLast.</para>
/// </remarks>
public static class PairShares
{
    /// <summary>Shares of the first deposit that stay locked for ever.</summary>
    public static UInt256 MinimumLiquidity => 1000;

    /// <summary>
    /// What a deposit of both amounts mints. First: floor(√(a0·a1)) - 1000; later: min(a0·S/R0, a1·S/R1), each rounded
    /// down.
    /// </summary>
    /// <param name="supply">Shares before it, protocol's included; zero for the first deposit.</param>
    public static QuoteError QuoteMint(
        UInt256 reserve0, UInt256 reserve1, UInt256 supply, UInt256 amount0, UInt256 amount1, out UInt256 shares)
    {
        shares = default;
        if (!HasRoom(reserve0, amount0) || !HasRoom(reserve1, amount1))
        {
            return QuoteError.ReserveOverflow;
        }

        if (supply.IsZero)
        {
            var root = UInt256.Sqrt(amount0 * amount1);
            return UInt256.TrySubtract(root, MinimumLiquidity, out shares) && !shares.IsZero
                ? QuoteError.None
                : QuoteError.InsufficientLiquidity;
        }

        if (reserve0.IsZero || reserve1.IsZero)
        {
            return QuoteError.NoLiquidity;
        }

        if (!UInt256.TryMultiply(amount0, supply, out var product0)
            || !UInt256.TryMultiply(amount1, supply, out var product1))
        {
            return QuoteError.ArithmeticOverflow;
        }

        shares = UInt256.Min(product0 / reserve0, product1 / reserve1);
        return shares.IsZero ? QuoteError.OutputTooSmall : QuoteError.None;
    }

    /// <summary>What burning shares gives: floor(shares·balance/S) of each token; a side of zero reverts.</summary>
    public static QuoteError QuoteBurn(
        UInt256 reserve0,
        UInt256 reserve1,
        UInt256 supply,
        UInt256 shares,
        out UInt256 amount0,
        out UInt256 amount1)
    {
        (amount0, amount1) = (default, default);
        if (shares.IsZero)
        {
            return QuoteError.ZeroAmount;
        }

        if (shares > supply)
        {
            return QuoteError.InsufficientLiquidity;
        }

        if (!UInt256.TryMultiply(shares, reserve0, out var product0)
            || !UInt256.TryMultiply(shares, reserve1, out var product1))
        {
            return QuoteError.ArithmeticOverflow;
        }

        (amount0, amount1) = (product0 / supply, product1 / supply);
        return amount0.IsZero || amount1.IsZero ? QuoteError.OutputTooSmall : QuoteError.None;
    }

    /// <summary>
    /// The shares the protocol gets for the growth of √k since the last mint or burn, one sixth of it:
    /// floor(S·(√k - √kLast) / (5·√k + √kLast)) with whole roots. Of a fee of 0.30 % that is 0.05 %.
    /// </summary>
    /// <param name="kLast">reserve0·reserve1 after the last mint or burn; zero while the fee is off.</param>
    public static QuoteError ProtocolShares(
        UInt256 reserve0, UInt256 reserve1, UInt256 supply, UInt256 kLast, out UInt256 shares)
    {
        shares = default;
        if (!HasRoom(reserve0, UInt256.Zero) || !HasRoom(reserve1, UInt256.Zero))
        {
            return QuoteError.ReserveOverflow;
        }

        var (root, rootLast) = (UInt256.Sqrt(reserve0 * reserve1), UInt256.Sqrt(kLast));
        if (kLast.IsZero || root <= rootLast)
        {
            return QuoteError.None;
        }

        if (!UInt256.TryMultiply(supply, root - rootLast, out var numerator))
        {
            return QuoteError.ArithmeticOverflow;
        }

        shares = numerator / ((root * 5u) + rootLast);
        return QuoteError.None;
    }

    private static bool HasRoom(UInt256 reserve, UInt256 amount) =>
        UInt256.TryAdd(reserve, amount, out var sum) && sum <= ConstantProductCurve.ReserveMax;
}
