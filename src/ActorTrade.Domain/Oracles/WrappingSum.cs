using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Oracles;

/// <summary>Sums modulo 2^256, of which only differences are taken. Money never wraps.</summary>
internal static class WrappingSum
{
    /// <summary>sum + price × seconds, modulo 2^256.</summary>
    public static UInt256 Add(UInt256 sum, UInt256 price, ulong seconds)
    {
        Span<ulong> limbs = stackalloc ulong[UInt256.LimbCountMax];
        ulong carry = 0;
        for (var i = 0; i < limbs.Length; i++)
        {
            // At most (2^64-1)² + 2·(2^64-1) = 2^128 - 1.
            var total = ((UInt128)price.GetLimb(i) * seconds) + sum.GetLimb(i) + carry;
            limbs[i] = unchecked((ulong)total);
            carry = (ulong)(total >> 64);
        }

        return UInt256.FromLimbs(limbs);
    }

    /// <summary>later - earlier, modulo 2^256.</summary>
    public static UInt256 Subtract(UInt256 later, UInt256 earlier) => later >= earlier
        ? later - earlier
        : UInt256.MaxValue - (earlier - later) + UInt256.One;
}
