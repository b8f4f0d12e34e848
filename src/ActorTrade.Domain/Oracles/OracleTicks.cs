using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Oracles;

/// <summary>
/// Prices as whole ticks: tick t stands for 1.0001^t, as in Uniswap V3 (<see cref="TickMath"/>), so sums of ticks are
/// sums of logarithms. Integers only, so that every node folds the same history from the same events.
/// </summary>
public static class OracleTicks
{
    private static readonly UInt256 Q96 = UInt256.One << 96;
    private static readonly UInt256 Q192 = UInt256.One << 192;

    /// <summary>
    /// The greatest tick not above numerator / denominator. Both are above zero and at most 2^128; a price beyond the
    /// ticks (2^±128) counts as the last one.
    /// </summary>
    public static int Of(UInt256 numerator, UInt256 denominator)
    {
        if (!UInt256.TryMulDivDown(numerator, Q192, denominator, out var square))
        {
            return TickMath.TickMax - 1;
        }

        var root = UInt256.Sqrt(square);
        return root < TickMath.SqrtPriceMin ? TickMath.TickMin
            : root >= TickMath.SqrtPriceMax ? TickMath.TickMax - 1
            : TickMath.TickAt(root);
    }

    /// <summary>1.0001^tick to about 2^-63 of itself, as an exact fraction.</summary>
    public static Price PriceAt(int tick)
    {
        // Taken at the tick whose root is above 2^96, so that the square keeps its digits.
        var root = TickMath.SqrtPriceAt(Math.Abs(tick));
        var price = new Price(UInt256.MulDivDown(root, root, Q96), Q96);
        return tick < 0 ? price.Inverse() : price;
    }
}
