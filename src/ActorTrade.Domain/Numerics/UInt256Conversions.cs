using System.Numerics;

namespace ActorTrade.Domain.Numerics;

/// <summary>The conversions behind the cast operators of <see cref="UInt256"/>; each is documented there.</summary>
internal static class UInt256Conversions
{
    private const double TwoPow64 = 18446744073709551616.0;

    public static UInt256 FromBigInteger(BigInteger value)
    {
        if (value.Sign < 0 || value.GetByteCount(isUnsigned: true) > 32)
        {
            throw new OverflowException("The integer is outside 0 to 2^256 - 1.");
        }

        Span<byte> bytes = stackalloc byte[32];
        value.TryWriteBytes(bytes, out _, isUnsigned: true);
        return UInt256.ReadLittleEndian(bytes);
    }

    public static BigInteger ToBigInteger(UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[32];
        var length = value.WriteLittleEndian(bytes);
        return new BigInteger(bytes[..length], isUnsigned: true);
    }

    public static UInt256 FromDecimal(decimal value)
    {
        if (value < 0 || decimal.Truncate(value) != value)
        {
            throw new OverflowException("The decimal is negative or not a whole number.");
        }

        return Mantissa(decimal.Truncate(value));
    }

    /// <summary>The 96-bit integer of a decimal: the value without its scale and sign.</summary>
    public static UInt256 Mantissa(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        unchecked
        {
            return new UInt256((uint)parts[0] | ((ulong)(uint)parts[1] << 32), (uint)parts[2], 0, 0);
        }
    }

    public static decimal ToDecimal(UInt256 value) => WithScale(value, 0);

    /// <summary>value / 10^scale, exact; throws above 96 bits. The scale is 0 to 28.</summary>
    public static decimal WithScale(UInt256 value, int scale)
    {
        if (value.BitLength > 96)
        {
            throw new OverflowException("The integer exceeds the 96 bits of a decimal.");
        }

        unchecked
        {
            var low = value.GetLimb(0);
            return new decimal(
                lo: (int)(uint)low,
                mid: (int)(uint)(low >> 32),
                hi: (int)(uint)value.GetLimb(1),
                isNegative: false,
                scale: (byte)scale);
        }
    }

    public static UInt256 FromDouble(double value)
    {
        // -0.5 would cut to zero, but a negative amount is a bug of the caller. The negated test also catches NaN.
        if (!(value >= 0 && value < Math.ScaleB(1, 256)))
        {
            throw new OverflowException("The double is not a number in 0 to 2^256 - 1.");
        }

        if (value < TwoPow64)
        {
            return (ulong)value;
        }

        var exponent = Math.ILogB(value) - 52;
        return (UInt256)(ulong)Math.ScaleB(value, -exponent) << exponent;
    }

    /// <summary>As <see cref="ToDouble"/>, a few times faster, and wrong by at most 2^-50 of the value.</summary>
    public static double ToDoubleNear(UInt256 value) =>
        (((((value.GetLimb(3) * TwoPow64) + value.GetLimb(2)) * TwoPow64) + value.GetLimb(1)) * TwoPow64)
        + value.GetLimb(0);

    // The top 64 bits, the lowest of them made sticky by whatever lies below, so that the one rounding is the right
    // one.
    public static double ToDouble(UInt256 value)
    {
        var shift = value.BitLength - 64;
        if (shift <= 0)
        {
            return value.GetLimb(0);
        }

        var top = value >> shift;
        var sticky = (top << shift) == value ? 0UL : 1UL;
        return Math.ScaleB((double)((ulong)top | sticky), shift);
    }
}
