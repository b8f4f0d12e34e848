using System.Numerics;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm;

/// <summary>
/// Shares of a pool of any number of tokens, where deposits and withdrawals are in the ratio of its reserves: the rules
/// of <see cref="PoolShares"/>, which for two tokens give the same numbers. Amounts are in pool order.
/// </summary>
/// <remarks>
/// Every rounding is in favour of the providers who stay. The first deposit gives the geometric mean of its amounts,
/// rounded down, and locks <see cref="PoolShares.MinimumLiquidity"/> of it. Overflow: as <see cref="PoolShares"/>.
/// </remarks>
public static class BasketShares
{
    /// <summary>The first deposit, which sets the prices.</summary>
    /// <param name="shares">For the provider; as many as are locked come on top.</param>
    public static QuoteError QuoteFirstDeposit(ReadOnlySpan<UInt256> amounts, out UInt256 shares)
    {
        shares = default;
        var product = BigInteger.One;
        foreach (ref readonly var amount in amounts)
        {
            if (amount.IsZero)
            {
                return QuoteError.ZeroAmount;
            }

            if (amount > ConstantProduct.ReserveMax)
            {
                return QuoteError.ReserveOverflow;
            }

            product *= (BigInteger)amount;
        }

        return UInt256.TrySubtract(Root(product, amounts.Length), PoolShares.MinimumLiquidity, out shares)
            && !shares.IsZero
            ? QuoteError.None
            : QuoteError.InsufficientLiquidity;
    }

    /// <summary>A later deposit: as many shares as all the maxima pay for, each amount rounded up and never above its
    /// maximum.</summary>
    /// <param name="amounts">Taken of each token.</param>
    public static QuoteError QuoteDeposit(
        ReadOnlySpan<UInt256> reserves,
        UInt256 totalShares,
        ReadOnlySpan<UInt256> maxima,
        out UInt256[] amounts,
        out UInt256 shares)
    {
        (amounts, shares) = ([], UInt256.MaxValue);
        var error = Check(reserves, totalShares);
        error = maxima.Contains(UInt256.Zero) ? QuoteError.ZeroAmount : error;
        if (error != QuoteError.None)
        {
            return error;
        }

        for (var k = 0; k < reserves.Length; k++)
        {
            // A maximum beyond 256 bits of shares is no bound: another token decides, or the limit of shares does.
            if (UInt256.TryMulDivDown(maxima[k], totalShares, reserves[k], out var paid))
            {
                shares = UInt256.Min(shares, paid);
            }
        }

        if (shares.IsZero)
        {
            return QuoteError.OutputTooSmall;
        }

        if (!ConstantProduct.HasRoom(totalShares, shares))
        {
            return QuoteError.ReserveOverflow;
        }

        amounts = new UInt256[reserves.Length];
        for (var k = 0; k < amounts.Length; k++)
        {
            amounts[k] = UInt256.MulDivUp(shares, reserves[k], totalShares);
            if (!ConstantProduct.HasRoom(reserves[k], amounts[k]))
            {
                return QuoteError.ReserveOverflow;
            }
        }

        return QuoteError.None;
    }

    /// <summary>What burning shares gives of each token, rounded down; a side that would be zero is
    /// <see cref="QuoteError.OutputTooSmall"/>, and the locked minimum cannot be burned.</summary>
    public static QuoteError QuoteWithdrawal(
        ReadOnlySpan<UInt256> reserves, UInt256 totalShares, UInt256 shares, out UInt256[] amounts)
    {
        amounts = [];
        var error = shares.IsZero ? QuoteError.ZeroAmount : Check(reserves, totalShares);
        if (error != QuoteError.None)
        {
            return error;
        }

        if (!LeavesLocked(shares, totalShares))
        {
            return QuoteError.InsufficientLiquidity;
        }

        amounts = new UInt256[reserves.Length];
        for (var k = 0; k < amounts.Length; k++)
        {
            amounts[k] = UInt256.MulDivDown(shares, reserves[k], totalShares);
        }

        return amounts.AsSpan().Contains(UInt256.Zero) ? QuoteError.OutputTooSmall : QuoteError.None;
    }

    /// <summary>Whether so many shares may be burned: the locked minimum may not.</summary>
    public static bool LeavesLocked(UInt256 shares, UInt256 totalShares) =>
        UInt256.TryAdd(shares, PoolShares.MinimumLiquidity, out var needed) && needed <= totalShares;

    private static QuoteError Check(ReadOnlySpan<UInt256> reserves, UInt256 totalShares)
    {
        if (totalShares.IsZero || reserves.Contains(UInt256.Zero))
        {
            return QuoteError.NoLiquidity;
        }

        foreach (ref readonly var reserve in reserves)
        {
            if (reserve > ConstantProduct.ReserveMax)
            {
                return QuoteError.ReserveOverflow;
            }
        }

        return totalShares > ConstantProduct.ReserveMax ? QuoteError.ReserveOverflow : QuoteError.None;
    }

    // The greatest whole number whose power is at most the value; bit by bit, for it is at most 128 bits long.
    private static UInt256 Root(BigInteger value, int degree)
    {
        var root = BigInteger.Zero;
        for (var bit = (int)(value.GetBitLength() / degree); bit >= 0; bit--)
        {
            var higher = root + (BigInteger.One << bit);
            root = BigInteger.Pow(higher, degree) <= value ? higher : root;
        }

        return (UInt256)root;
    }
}
