using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>The fee of a Solidly pair, which it takes out of an input before it trades the rest.</summary>
internal static class SolidlyFee
{
    /// <summary>floor(amountIn·numerator/denominator); false where the contract's product exceeds 256 bits.</summary>
    public static bool TryTake(UInt256 amountIn, uint numerator, uint denominator, out UInt256 fee)
    {
        var fits = UInt256.TryMultiply(amountIn, numerator, out var product);
        fee = product / denominator;
        return fits;
    }

    /// <summary>The least amount of which at least <paramref name="kept"/> is left; false beyond 256 bits.</summary>
    public static bool TryBefore(UInt256 kept, uint numerator, uint denominator, out UInt256 amountIn)
    {
        // amount - floor(amount·n/d) = ceil(amount·(d-n)/d) >= kept.
        amountIn = default;
        return kept.IsZero
            || (UInt256.TryMulDivDown(kept - UInt256.One, denominator, denominator - numerator, out var below)
                && UInt256.TryAdd(below, UInt256.One, out amountIn));
    }
}
