using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Oracles;

/// <summary>
/// Prices as whole ticks: tick t stands for 1.0001^t, as in Uniswap V3, so sums of ticks are sums of logarithms.
/// </summary>
/// <remarks>
/// Source: v3-core TickMath.getSqrtRatioAtTick (its constants are the powers 1.0001^(-2^i / 2) in Q128) and the meaning
/// of getTickAtSqrtRatio: the greatest tick whose square root price is not above the price's. Integers only, so that
/// every node folds the same history from the same events.
/// </remarks>
public static class OracleTicks
{
    /// <summary>Ticks go from minus this to this; prices beyond (2^±128) count as the last tick.</summary>
    public const int Max = 887_272;

    private static readonly UInt256 Q96 = UInt256.One << 96;
    private static readonly UInt256 Q192 = UInt256.One << 192;

    private static readonly UInt128[] Factors =
    [
        new(0xfffcb933bd6fad37, 0xaa2d162d1a594001), new(0xfff97272373d4132, 0x59a46990580e213a),
        new(0xfff2e50f5f656932, 0xef12357cf3c7fdcc), new(0xffe5caca7e10e4e6, 0x1c3624eaa0941cd0),
        new(0xffcb9843d60f6159, 0xc9db58835c926644), new(0xff973b41fa98c081, 0x472e6896dfb254c0),
        new(0xff2ea16466c96a38, 0x43ec78b326b52861), new(0xfe5dee046a99a2a8, 0x11c461f1969c3053),
        new(0xfcbe86c7900a88ae, 0xdcffc83b479aa3a4), new(0xf987a7253ac41317, 0x6f2b074cf7815e54),
        new(0xf3392b0822b70005, 0x940c7a398e4b70f3), new(0xe7159475a2c29b74, 0x43b29c7fa6e889d9),
        new(0xd097f3bdfd2022b8, 0x845ad8f792aa5825), new(0xa9f746462d870fdf, 0x8a65dc1f90e061e5),
        new(0x70d869a156d2a1b8, 0x90bb3df62baf32f7), new(0x31be135f97d08fd9, 0x81231505542fcfa6),
        new(0x09aa508b5b7a84e1, 0xc677de54f3e99bc9), new(0x005d6af8dedb8119, 0x6699c329225ee604),
        new(0x00002216e584f5fa, 0x1ea926041bedfe98), new(0x00000000048a1703, 0x91f7dc42444e8fa2),
    ];

    /// <summary>√(1.0001^tick) · 2^96, rounded up, for -<see cref="Max"/> to <see cref="Max"/>.</summary>
    public static UInt256 SqrtPriceX96(int tick)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Abs(tick), Max);
        var steps = (uint)Math.Abs(tick);
        var ratio = UInt256.One << 128;
        for (var bit = 0; bit < Factors.Length; bit++)
        {
            if ((steps & (1u << bit)) != 0)
            {
                ratio = (ratio * Factors[bit]) >> 128;
            }
        }

        ratio = tick > 0 ? UInt256.MaxValue / ratio : ratio;
        var price = ratio >> 32;
        return (price << 32) == ratio ? price : price + UInt256.One;
    }

    /// <summary>
    /// The greatest tick not above numerator / denominator. Both are above zero and at most 2^128; a price beyond the
    /// ticks is the last one.
    /// </summary>
    public static int Of(UInt256 numerator, UInt256 denominator)
    {
        if (!UInt256.TryMulDivDown(numerator, Q192, denominator, out var square))
        {
            return Max;
        }

        var root = UInt256.Sqrt(square);
        var (low, high) = (-Max, Max);
        while (low < high)
        {
            var middle = low + ((high - low + 1) / 2);
            (low, high) = SqrtPriceX96(middle) <= root ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    /// <summary>1.0001^tick to about 2^-63 of itself (2^-32 at the lowest tick), as an exact fraction.</summary>
    public static Price PriceAt(int tick)
    {
        // Taken at the tick whose root is above 2^96, so that the square keeps its digits.
        var root = SqrtPriceX96(Math.Abs(tick));
        var price = new Price(UInt256.MulDivDown(root, root, Q96), Q96);
        return tick < 0 ? price.Inverse() : price;
    }
}
