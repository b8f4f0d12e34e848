using System.Numerics;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// Ticks and square roots of prices of Uniswap V3: tick t is the price 1.0001^t of token 0 in token 1 (base units), as
/// √1.0001^t in Q64.96, rounded up.
/// </summary>
/// <remarks>
/// Source: v3-core 1.0.1 <c>TickMath</c>. The price of a tick is its product of 128-bit constants, to the bit. The tick
/// of a price is by definition the greatest one whose price is not above it; the contract finds it by a binary
/// logarithm in integers, here a logarithm in double is the guess, and the definition decides.
/// </remarks>
public static class TickMath
{
    public const int TickMin = -887272;

    public const int TickMax = 887272;

    private const int FactorCount = 20;
    private const int LowBits = 8;

    // round(2^128 / √1.0001^(2^i)), for each bit i of a tick.
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

    // The products of the factors of the low bits, in the contract's order, so that a tick needs only the high ones.
    private static readonly UInt128[] LowProducts = MakeLowProducts();

    private static readonly double LogOfRoot = Math.Log(1.0001) / 2;

    /// <summary>The price of <see cref="TickMin"/>, the least a pool can have.</summary>
    public static UInt256 SqrtPriceMin => 4295128739u;

    /// <summary>The price of <see cref="TickMax"/>: a pool's is below it.</summary>
    public static UInt256 SqrtPriceMax { get; } = UInt256.Parse("1461446703485210103287273052203988822378723970342");

    /// <summary>√1.0001^tick in Q64.96. Throws outside <see cref="TickMin"/> to <see cref="TickMax"/>.</summary>
    public static UInt256 SqrtPriceAt(int tick)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tick, TickMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tick, TickMax);
        if (tick == 0)
        {
            return new UInt256(0, 1UL << 32, 0, 0);
        }

        // A product of zero stands for one, which 128 bits do not hold.
        var bits = tick < 0 ? -tick : tick;
        var ratio = LowProducts[bits & ((1 << LowBits) - 1)];
        for (var i = LowBits; i < FactorCount; i++)
        {
            if ((bits >> i & 1) != 0)
            {
                ratio = ratio == 0 ? Factors[i] : WideDivision.Multiply(ratio, Factors[i], out _);
            }
        }

        return tick < 0 ? new UInt256(UpBy32(ratio, out var carry), carry, 0, 0) : Reciprocal(ratio);
    }

    /// <summary>The greatest tick whose price is at most this one.</summary>
    /// <param name="sqrtPriceX96">From <see cref="SqrtPriceMin"/> to below <see cref="SqrtPriceMax"/>, else it
    /// throws.</param>
    public static int TickAt(UInt256 sqrtPriceX96)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sqrtPriceX96, SqrtPriceMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sqrtPriceX96, SqrtPriceMax);

        // The guess errs by less than 1e-9 ticks: it can be one off, and only next to the price of a tick.
        var tick = (int)Math.Floor(Math.Log(Math.ScaleB((double)sqrtPriceX96, -96)) / LogOfRoot);
        tick = Math.Clamp(tick, TickMin, TickMax - 1);
        while (sqrtPriceX96 < SqrtPriceAt(tick))
        {
            tick--;
        }

        while (sqrtPriceX96 >= SqrtPriceAt(tick + 1))
        {
            tick++;
        }

        return tick;
    }

    private static UInt128[] MakeLowProducts()
    {
        var products = new UInt128[1 << LowBits];
        for (var i = 1; i < products.Length; i++)
        {
            var top = 31 - BitOperations.LeadingZeroCount((uint)i);
            var rest = products[i & ~(1 << top)];
            products[i] = rest == 0 ? Factors[top] : WideDivision.Multiply(rest, Factors[top], out _);
        }

        return products;
    }

    // ceil(ratio / 2^32), the upper limb apart.
    private static ulong UpBy32(UInt128 ratio, out ulong upper)
    {
        unchecked
        {
            var rounded = (ratio >> 32) + ((uint)ratio == 0 ? UInt128.Zero : UInt128.One);
            upper = (ulong)(rounded >> 64);
            return (ulong)rounded;
        }
    }

    // ceil(floor((2^256 - 1) / ratio) / 2^32).
    private static UInt256 Reciprocal(UInt128 ratio)
    {
        var upper = WideDivision.Divide(0, UInt128.MaxValue, ratio, out var rest);
        var lower = WideDivision.Divide(rest, UInt128.MaxValue, ratio, out _);
        unchecked
        {
            var (l0, l1, l2, l3) = ((ulong)lower, (ulong)(lower >> 64), (ulong)upper, (ulong)(upper >> 64));
            var shifted = new UInt256(
                (l0 >> 32) | (l1 << 32), (l1 >> 32) | (l2 << 32), (l2 >> 32) | (l3 << 32), l3 >> 32);
            return (uint)l0 == 0 ? shifted : shifted + UInt256.One;
        }
    }
}
