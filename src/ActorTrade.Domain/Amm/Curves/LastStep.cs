using System.Runtime.CompilerServices;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// The last step of a trade with concentrated liquidity, which ends between two stops because the amount is used up:
/// <see cref="SwapMath"/> for numbers of 128 bits, with one division of 352 bits instead of two or three.
/// </summary>
/// <remarks>
/// L is the liquidity, above zero; P and P' are the prices before and after, below 2^128; a is the input without fee,
/// or the output, so small that P' is before the price of the next stop, also below 2^128. Then L·2^96 ± a·P is above
/// zero and below 2^256, and a·2^96/L is below 2^128. False where another number exceeds 128 bits.
/// <list type="bullet">
/// <item>All of an input is used, but for the rounding of P'. Token 0: with N = L·2^96·P and D = L·2^96 + a·P, P' is
/// (N + e)/D with e below D, so L·2^96·(P - P')/(P·P') is a - e/(P·P'), which rounded up is a where D is at most P·P'.
/// Token 1: P' - P is (a·2^96 - r)/L, so L·(P' - P)/2^96 is a - r/2^96, which rounded up is a - floor(r/2^96).</item>
/// <item>All of an output is given: P' is rounded away from P, so what lies between is no less, and the contract gives
/// no more.</item>
/// </list>
/// </remarks>
internal static class LastStep
{
    /// <summary>An input of token 0: the price falls.</summary>
    public static bool TryInput0(
        UInt128 price, UInt128 liquidity, UInt128 amount, out UInt128 used, out UInt128 amountOut)
    {
        unchecked
        {
            var high = WideDivision.Multiply(amount, price, out var low);
            low += liquidity << 96;
            high += (liquidity >> 32) + (low < liquidity << 96 ? UInt128.One : UInt128.Zero);
            (used, amountOut) = (amount, default);
            if (!TryPrice(price, liquidity, high, low, out var after, out var isExact))
            {
                return false;
            }

            var productHigh = WideDivision.Multiply(price, after, out var productLow);
            var isAll = isExact || high < productHigh || (high == productHigh && low <= productLow);
            return (isAll || SqrtPriceMath.TryAmount0(after, price, liquidity, Rounding.Up, out used))
                && SqrtPriceMath.TryAmount1(after, price, liquidity, Rounding.Down, out amountOut);
        }
    }

    /// <summary>An input of token 1: the price rises.</summary>
    public static bool TryInput1(
        UInt128 price, UInt128 liquidity, UInt128 amount, out UInt128 used, out UInt128 amountOut)
    {
        var difference = DivideBy(liquidity, amount, out var remainder);
        used = amount - (remainder >> 96);
        return SqrtPriceMath.TryAmount0(price, price + difference, liquidity, Rounding.Down, out amountOut);
    }

    /// <summary>An output of token 0: the price rises, and not to the target, or the answer is false.</summary>
    public static bool TryOutput0(
        UInt128 price, UInt128 target, UInt128 liquidity, UInt128 amount, out UInt128 amountIn)
    {
        unchecked
        {
            var high = WideDivision.Multiply(amount, price, out var low);
            high = (liquidity >> 32) - high - (liquidity << 96 < low ? UInt128.One : UInt128.Zero);
            low = (liquidity << 96) - low;
            amountIn = default;
            return TryPrice(price, liquidity, high, low, out var after, out _)
                && after < target
                && SqrtPriceMath.TryAmount1(price, after, liquidity, Rounding.Up, out amountIn);
        }
    }

    /// <summary>An output of token 1: the price falls, and not to the target, or the answer is false.</summary>
    public static bool TryOutput1(
        UInt128 price, UInt128 target, UInt128 liquidity, UInt128 amount, out UInt128 amountIn)
    {
        var difference = DivideBy(liquidity, amount, out var remainder);
        var after = price - difference - (remainder == 0 ? UInt128.Zero : UInt128.One);
        amountIn = default;
        return after > target && SqrtPriceMath.TryAmount0(after, price, liquidity, Rounding.Up, out amountIn);
    }

    // ceil(L·2^96·P / divisor).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryPrice(
        UInt128 price,
        UInt128 liquidity,
        UInt128 divisorHigh,
        UInt128 divisorLow,
        out UInt128 after,
        out bool isExact)
    {
        var fits = WideRatio.TryMulDiv96(liquidity, price, divisorHigh, divisorLow, out after, out isExact);
        after = unchecked(after + (isExact ? UInt128.Zero : UInt128.One));
        return fits && after != 0;
    }

    // floor(a·2^96 / L).
    private static UInt128 DivideBy(UInt128 liquidity, UInt128 amount, out UInt128 remainder) =>
        WideDivision.Divide(amount >> 32, unchecked(amount << 96), liquidity, out remainder);
}
