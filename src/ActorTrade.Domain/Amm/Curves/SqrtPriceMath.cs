using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// The amounts between two prices at one liquidity, and the price after an amount: the arithmetic of Uniswap V3, each
/// rounding as the contract's.
/// </summary>
/// <remarks>
/// Source: v3-core 1.0.1 <c>SqrtPriceMath</c>. With P the square root of the price in Q64.96 and L the liquidity,
/// amount0 = L·2^96·(Pb - Pa)/(Pb·Pa), amount1 = L·(Pb - Pa)/2^96. Prices are below 2^160 and liquidity is below 2^128,
/// so L·2^96 is below 2^224, and every result is below 2^256.
/// </remarks>
internal static class SqrtPriceMath
{
    /// <summary>Token 0 between two prices, in any order: both divisions up, or both down.</summary>
    public static UInt256 Amount0(UInt256 a, UInt256 b, UInt128 liquidity, Rounding rounding)
    {
        var (lower, upper) = a < b ? (a, b) : (b, a);
        if (upper.Fits128 && TryAmount0(lower.Low128, upper.Low128, liquidity, rounding, out var amount))
        {
            return amount;
        }

        var scaled = ScaleBy96(liquidity);
        if (rounding == Rounding.Down)
        {
            return UInt256.MulDivDown(scaled, upper - lower, upper) / lower;
        }

        var (quotient, remainder) = UInt256.DivRem(UInt256.MulDivUp(scaled, upper - lower, upper), lower);
        return remainder.IsZero ? quotient : quotient + UInt256.One;
    }

    /// <summary>As <see cref="Amount0"/>; false where the amount exceeds 128 bits.</summary>
    public static bool TryAmount0(
        UInt128 lower, UInt128 upper, UInt128 liquidity, Rounding rounding, out UInt128 amount)
    {
        // Rounding twice one way is rounding the quotient by both at once.
        var high = WideDivision.Multiply(upper, lower, out var low);
        if (!WideRatio.TryMulDiv96(liquidity, upper - lower, high, low, out amount, out var isExact))
        {
            return false;
        }

        var isUp = rounding == Rounding.Up && !isExact;
        amount = unchecked(amount + (isUp ? UInt128.One : UInt128.Zero));
        return !isUp || amount != 0;
    }

    /// <summary>As <see cref="Amount1"/>; false where the amount exceeds 128 bits.</summary>
    public static bool TryAmount1(
        UInt128 lower, UInt128 upper, UInt128 liquidity, Rounding rounding, out UInt128 amount)
    {
        unchecked
        {
            var high = WideDivision.Multiply(upper - lower, liquidity, out var low);
            var isUp = rounding == Rounding.Up && low << 32 != 0;
            amount = ((high << 32) | (low >> 96)) + (isUp ? UInt128.One : UInt128.Zero);
            return high >> 96 == 0 && (!isUp || amount != 0);
        }
    }

    /// <summary>Token 1 between two prices, in any order.</summary>
    public static UInt256 Amount1(UInt256 a, UInt256 b, UInt128 liquidity, Rounding rounding)
    {
        var difference = a < b ? b - a : a - b;

        // 128 bits by 160 bits, as low·2^0 + top·2^128, divided by 2^96.
        var high = WideDivision.Multiply(difference.Low128, liquidity, out var low);
        var top = (UInt128)difference.GetLimb(2);
        unchecked
        {
            var upperHigh = WideDivision.Multiply(top, liquidity, out var upperLow);
            var middle = high + upperLow;
            upperHigh += middle < upperLow ? UInt128.One : UInt128.Zero;

            // (upperHigh·2^256 + middle·2^128 + low) >> 96; upperHigh is below 2^32.
            var (l0, m0, m1) = ((ulong)(low >> 96), (ulong)middle, (ulong)(middle >> 64));
            var l2 = (m1 >> 32) | ((ulong)upperHigh << 32);
            var result = new UInt256(l0 | (m0 << 32), (m0 >> 32) | (m1 << 32), l2, 0);
            var isExact = (low << 32) == 0;
            return rounding == Rounding.Down || isExact ? result : result + UInt256.One;
        }
    }

    /// <summary>The price after an input, before which it is <paramref name="price"/>; liquidity is not zero.</summary>
    public static UInt256 AfterInput(UInt256 price, UInt128 liquidity, UInt256 amountIn, bool zeroForOne) =>
        zeroForOne ? AfterAmount0In(price, liquidity, amountIn) : price + Quotient96(amountIn, liquidity, out _);

    /// <summary>
    /// The price after an output that the liquidity to some price on this side can give; liquidity is not zero.
    /// </summary>
    public static UInt256 AfterOutput(UInt256 price, UInt128 liquidity, UInt256 amountOut, bool zeroForOne)
    {
        if (zeroForOne)
        {
            var quotient = Quotient96(amountOut, liquidity, out var isExact);
            return price - (isExact ? quotient : quotient + UInt256.One);
        }

        var scaled = ScaleBy96(liquidity);
        return ScaledQuotientUp(liquidity, price, scaled - (amountOut * price));
    }

    /// <summary>liquidity·2^96.</summary>
    public static UInt256 ScaleBy96(UInt128 liquidity)
    {
        unchecked
        {
            var (low, high) = ((ulong)liquidity, (ulong)(liquidity >> 64));
            return new UInt256(0, low << 32, (low >> 32) | (high << 32), high >> 32);
        }
    }

    // ceil(L·2^96·P / (L·2^96 + amount·P)); where the product or sum exceeds 256 bits the contract divides by
    // floor(L·2^96 / P) + amount instead, with other roundings.
    private static UInt256 AfterAmount0In(UInt256 price, UInt128 liquidity, UInt256 amount)
    {
        if (amount.IsZero)
        {
            return price;
        }

        var scaled = ScaleBy96(liquidity);
        if (TryMultiply(amount, price, out var product)
            && UInt256.TryAdd(scaled, product, out var denominator))
        {
            return ScaledQuotientUp(liquidity, price, denominator);
        }

        var (quotient, remainder) = UInt256.DivRem(scaled, (scaled / price) + amount);
        return remainder.IsZero ? quotient : quotient + UInt256.One;
    }

    // ceil(L·2^96·P / denominator).
    private static UInt256 ScaledQuotientUp(UInt128 liquidity, UInt256 price, UInt256 denominator) =>
        price.Fits128
            && WideRatio.TryMulDiv96(
                liquidity, price.Low128, denominator.High128, denominator.Low128, out var quotient, out var isExact)
            ? isExact ? quotient : (UInt256)quotient + UInt256.One
            : UInt256.MulDivUp(ScaleBy96(liquidity), price, denominator);

    private static bool TryMultiply(UInt256 a, UInt256 b, out UInt256 product)
    {
        if (!a.Fits128 || !b.Fits128)
        {
            return UInt256.TryMultiply(a, b, out product);
        }

        var high = WideDivision.Multiply(a.Low128, b.Low128, out var low);
        product = Join(high, low);
        return true;
    }

    private static UInt256 Join(UInt128 high, UInt128 low) =>
        unchecked(new UInt256((ulong)low, (ulong)(low >> 64), (ulong)high, (ulong)(high >> 64)));

    // floor(amount·2^96 / liquidity).
    private static UInt256 Quotient96(UInt256 amount, UInt128 liquidity, out bool isExact)
    {
        if (amount.Fits128 && amount.Low128 >> 32 < liquidity)
        {
            var low = unchecked(amount.Low128 << 96);
            var short128 = WideDivision.Divide(amount.Low128 >> 32, low, liquidity, out var rest);
            isExact = rest == 0;
            return short128;
        }

        UInt256.TryMulDivRem(amount, new UInt256(0, 1UL << 32, 0, 0), liquidity, out var quotient, out var remainder);
        isExact = remainder.IsZero;
        return quotient;
    }
}
