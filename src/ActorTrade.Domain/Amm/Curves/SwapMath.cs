using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>What a trade does between two prices with one liquidity.</summary>
/// <param name="SqrtPriceX96">The price after it: the target, or less far.</param>
/// <param name="AmountIn">Without the fee.</param>
/// <param name="AmountOut">Never above what was asked for.</param>
/// <param name="Fee">In the input token.</param>
internal readonly record struct SwapStep(UInt256 SqrtPriceX96, UInt256 AmountIn, UInt256 AmountOut, UInt256 Fee);

/// <summary>One step of a trade with concentrated liquidity.</summary>
/// <remarks>
/// Source: v3-core 1.0.1 <c>SwapMath.computeSwapStep</c>. The input rounds up, the output down, the fee up: for the
/// pool. The target's side of the price is the direction: below it token 0 comes in.
/// <para>Whether the target is reached needs the exact amount to the target only where it is near what is there. Far
/// off, a double of that amount, wrong by less than 1e-9 of it and two units of rounding, answers the same for a third
/// of the time; see <see cref="IsBeyond"/>.</para>
/// </remarks>
internal static class SwapMath
{
    private const uint PipsOne = FeePips.One;
    private const double TwoPow64 = 18446744073709551616.0;
    private const double TwoPow96 = 79228162514264337593543950336.0;

    /// <param name="remaining">Of the exact input (fee included), or of the exact output.</param>
    public static SwapStep Step(
        UInt256 current, UInt256 target, UInt128 liquidity, UInt256 remaining, bool isExactOut, uint feePips)
    {
        var zeroForOne = current >= target;
        return isExactOut
            ? ExactOut(current, target, liquidity, remaining, feePips, zeroForOne)
            : ExactIn(current, target, liquidity, remaining, feePips, zeroForOne);
    }

    private static SwapStep ExactIn(
        UInt256 current, UInt256 target, UInt128 liquidity, UInt256 remaining, uint feePips, bool zeroForOne)
    {
        var withoutFee = TakeFee(remaining, feePips);
        if (!IsFarBeyond(current, target, liquidity, withoutFee, token0: zeroForOne))
        {
            var amountIn = In(current, target, liquidity, zeroForOne);
            if (withoutFee >= amountIn)
            {
                var amountOut = Out(current, target, liquidity, zeroForOne);
                return new SwapStep(target, amountIn, amountOut, FeeOf(amountIn, feePips));
            }
        }

        var next = SqrtPriceMath.AfterInput(current, liquidity, withoutFee, zeroForOne);
        var used = In(current, next, liquidity, zeroForOne);
        var output = Out(current, next, liquidity, zeroForOne);

        // Rounding may end on the very target; then the fee is that of a reached one, else all that is left.
        return new SwapStep(next, used, output, next == target ? FeeOf(used, feePips) : remaining - used);
    }

    private static SwapStep ExactOut(
        UInt256 current, UInt256 target, UInt128 liquidity, UInt256 remaining, uint feePips, bool zeroForOne)
    {
        if (!IsFarBeyond(current, target, liquidity, remaining, token0: !zeroForOne))
        {
            var amountOut = Out(current, target, liquidity, zeroForOne);
            if (remaining >= amountOut)
            {
                var amountIn = In(current, target, liquidity, zeroForOne);
                return new SwapStep(target, amountIn, amountOut, FeeOf(amountIn, feePips));
            }
        }

        var next = SqrtPriceMath.AfterOutput(current, liquidity, remaining, zeroForOne);
        var used = In(current, next, liquidity, zeroForOne);
        var output = UInt256.Min(Out(current, next, liquidity, zeroForOne), remaining);
        return new SwapStep(next, used, output, FeeOf(used, feePips));
    }

    /// <summary>True only where the amount of the token between the prices is certainly above the limit.</summary>
    public static bool IsFarBeyond(
        UInt128 current, UInt128 target, UInt128 liquidity, UInt128 limit, bool token0) =>
        IsBeyond(
            Near(current < target ? target - current : current - target) * Near(liquidity),
            Near(limit),
            token0 ? Near(current) * Near(target) : 0,
            token0);

    /// <summary>The input's part that moves the price: floor(amount·(10^6 - fee) / 10^6).</summary>
    /// <param name="amount">Below 2^108.</param>
    public static UInt128 TakeFee(UInt128 amount, uint feePips) =>
        WideDivision.DivideByLimb(0, unchecked(amount * (PipsOne - feePips)), PipsOne, out _);

    /// <summary>The fee of an input without it: ceil(amountIn·fee / (10^6 - fee)).</summary>
    /// <param name="amountIn">Below 2^107.</param>
    public static UInt128 FeeOf(UInt128 amountIn, uint feePips) =>
        WideDivision.DivideByLimb(
            0, unchecked((amountIn * feePips) + (PipsOne - feePips - 1)), PipsOne - feePips, out _);

    private static bool IsFarBeyond(UInt256 current, UInt256 target, UInt128 liquidity, UInt256 limit, bool token0) =>
        IsBeyond(
            Near(current < target ? target - current : current - target) * Near(liquidity),
            Near(limit),
            token0 ? Near(current) * Near(target) : 0,
            token0);

    // Multiplied out: the divisor is 2^96, or P·P'/2^96.
    private static bool IsBeyond(double liquidityByDifference, double limit, double priceByPrice, bool token0) =>
        token0
            ? liquidityByDifference * (1 - 1e-9) * TwoPow96 > (limit + 2) * priceByPrice
            : liquidityByDifference * (1 - 1e-9) > (limit + 2) * TwoPow96;

    private static double Near(UInt256 value) => UInt256Conversions.ToDoubleNear(value);

    private static double Near(UInt128 value) =>
        unchecked(((ulong)(value >> 64) * TwoPow64) + (ulong)value);

    private static UInt256 In(UInt256 current, UInt256 target, UInt128 liquidity, bool zeroForOne) => zeroForOne
        ? SqrtPriceMath.Amount0(target, current, liquidity, Rounding.Up)
        : SqrtPriceMath.Amount1(current, target, liquidity, Rounding.Up);

    private static UInt256 Out(UInt256 current, UInt256 target, UInt128 liquidity, bool zeroForOne) => zeroForOne
        ? SqrtPriceMath.Amount1(target, current, liquidity, Rounding.Down)
        : SqrtPriceMath.Amount0(current, target, liquidity, Rounding.Down);

    private static UInt256 TakeFee(UInt256 amount, uint feePips) =>
        amount.BitLength <= 108
            ? TakeFee(amount.Low128, feePips)
            : UInt256.MulDivDown(amount, PipsOne - feePips, PipsOne);

    private static UInt256 FeeOf(UInt256 amountIn, uint feePips) =>
        amountIn.BitLength <= 107
            ? FeeOf(amountIn.Low128, feePips)
            : UInt256.MulDivUp(amountIn, feePips, PipsOne - feePips);
}
