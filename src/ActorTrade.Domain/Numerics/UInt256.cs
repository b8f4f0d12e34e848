using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.Domain.Numerics;

/// <summary>
/// An unsigned 256-bit integer: the amount of a token in base units, as in the ledger and on an EVM chain. Unlike EVM
/// arithmetic nothing wraps around: each operation is exact, or rounds the way its name says, or throws
/// <see cref="OverflowException"/> or <see cref="DivideByZeroException"/>.
/// </summary>
/// <remarks>
/// Four little-endian 64-bit limbs. No operation allocates, except text and <see cref="BigInteger"/>. One- and
/// two-limb values take short paths. The oracle in tests is <see cref="BigInteger"/>. default is zero, and valid.
/// The hash code is the same in every process, so that no order derived from it differs between two runs.
/// </remarks>
public readonly struct UInt256 : IEquatable<UInt256>, IComparable<UInt256>, IComparable, ISpanFormattable,
    ISpanParsable<UInt256>, IRecordField<UInt256>
{
    /// <summary>The number of 64-bit limbs a value can have.</summary>
    public const int LimbCountMax = 4;

    private readonly ulong _l0;
    private readonly ulong _l1;
    private readonly ulong _l2;
    private readonly ulong _l3;

    /// <summary>limb0 + limb1·2^64 + limb2·2^128 + limb3·2^192.</summary>
    public UInt256(ulong limb0, ulong limb1, ulong limb2, ulong limb3)
    {
        _l0 = limb0;
        _l1 = limb1;
        _l2 = limb2;
        _l3 = limb3;
    }

    public static UInt256 Zero => default;

    public static UInt256 One => new(1, 0, 0, 0);

    /// <summary>2^256 - 1.</summary>
    public static UInt256 MaxValue => new(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);

    public bool IsZero => (_l0 | _l1 | _l2 | _l3) == 0;

    /// <summary>Bits without leading zeros: 0 for zero, 256 for <see cref="MaxValue"/>.</summary>
    public int BitLength => LimbCount switch
    {
        0 => 0,
        var used => (used * 64) - BitOperations.LeadingZeroCount(GetLimb(used - 1)),
    };

    /// <summary>Limbs without leading zeros, 0 to 4: what a codec needs to write.</summary>
    public int LimbCount => _l3 != 0 ? 4 : _l2 != 0 ? 3 : _l1 != 0 ? 2 : _l0 != 0 ? 1 : 0;

    internal ulong Limb0 => _l0;

    internal ulong Limb1 => _l1;

    internal ulong Limb2 => _l2;

    internal ulong Limb3 => _l3;

    private bool Fits64 => (_l1 | _l2 | _l3) == 0;

    internal bool Fits128 => (_l2 | _l3) == 0;

    /// <summary>The value modulo 2^128.</summary>
    internal UInt128 Low128 => new(_l1, _l0);

    /// <summary>floor(value / 2^128).</summary>
    internal UInt128 High128 => new(_l3, _l2);

    /// <summary>The limb of weight 2^(64·index), 0 to 3.</summary>
    public ulong GetLimb(int index) => index switch
    {
        0 => _l0,
        1 => _l1,
        2 => _l2,
        3 => _l3,
        _ => throw new ArgumentOutOfRangeException(nameof(index), index, "A UInt256 has limbs 0 to 3."),
    };

    /// <summary>The value of little-endian limbs, at most four; missing ones are zero.</summary>
    public static UInt256 FromLimbs(ReadOnlySpan<ulong> limbs)
    {
        if (limbs.Length > LimbCountMax)
        {
            throw new ArgumentException($"{limbs.Length} limbs; a UInt256 has at most {LimbCountMax}.", nameof(limbs));
        }

        return new UInt256(
            limbs.Length > 0 ? limbs[0] : 0,
            limbs.Length > 1 ? limbs[1] : 0,
            limbs.Length > 2 ? limbs[2] : 0,
            limbs.Length > 3 ? limbs[3] : 0);
    }

    /// <summary>
    /// Writes the <see cref="LimbCount"/> used limbs, 8 bytes each, and returns how many bytes that was (0 to 32).
    /// </summary>
    public int WriteLittleEndian(Span<byte> destination)
    {
        var used = LimbCount;
        for (var i = 0; i < used; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination[(i * 8)..], GetLimb(i));
        }

        return used * 8;
    }

    /// <summary>Reads what <see cref="WriteLittleEndian"/> wrote: 0, 8, 16, 24 or 32 bytes.</summary>
    public static UInt256 ReadLittleEndian(ReadOnlySpan<byte> source)
    {
        if (source.Length > LimbCountMax * 8 || source.Length % 8 != 0)
        {
            throw new ArgumentException($"{source.Length} bytes; expected 0, 8, 16, 24 or 32.", nameof(source));
        }

        Span<ulong> limbs = stackalloc ulong[LimbCountMax];
        for (var i = 0; i * 8 < source.Length; i++)
        {
            limbs[i] = BinaryPrimitives.ReadUInt64LittleEndian(source[(i * 8)..]);
        }

        return FromLimbs(limbs);
    }

    /// <summary>Stored as one byte, the number of used limbs, and these, little-endian.</summary>
    public static void Write(RecordWriter writer, UInt256 value)
    {
        var used = value.LimbCount;
        writer.WriteByte((byte)used);
        for (var i = 0; i < used; i++)
        {
            writer.WriteFixedUInt64(value.GetLimb(i));
        }
    }

    public static UInt256 Read(RecordReader reader)
    {
        var used = reader.ReadByte();
        if (used > LimbCountMax)
        {
            throw new RecordDamagedException($"An amount has {used} limbs.");
        }

        Span<ulong> limbs = stackalloc ulong[LimbCountMax];
        for (var i = 0; i < used; i++)
        {
            limbs[i] = reader.ReadFixedUInt64();
        }

        return FromLimbs(limbs[..used]);
    }

    public static UInt256 Min(UInt256 a, UInt256 b) => a < b ? a : b;

    public static UInt256 Max(UInt256 a, UInt256 b) => a < b ? b : a;

    /// <summary>False, and zero, when a + b exceeds <see cref="MaxValue"/>.</summary>
    public static bool TryAdd(UInt256 a, UInt256 b, out UInt256 sum)
    {
        var carry = 0UL;
        var l0 = WideArithmetic.AddLimb(a._l0, b._l0, ref carry);
        var l1 = WideArithmetic.AddLimb(a._l1, b._l1, ref carry);
        var l2 = WideArithmetic.AddLimb(a._l2, b._l2, ref carry);
        var l3 = WideArithmetic.AddLimb(a._l3, b._l3, ref carry);
        sum = carry == 0 ? new UInt256(l0, l1, l2, l3) : default;
        return carry == 0;
    }

    /// <summary>False, and zero, when b exceeds a.</summary>
    public static bool TrySubtract(UInt256 a, UInt256 b, out UInt256 difference)
    {
        var borrow = 0UL;
        var l0 = WideArithmetic.SubtractLimb(a._l0, b._l0, ref borrow);
        var l1 = WideArithmetic.SubtractLimb(a._l1, b._l1, ref borrow);
        var l2 = WideArithmetic.SubtractLimb(a._l2, b._l2, ref borrow);
        var l3 = WideArithmetic.SubtractLimb(a._l3, b._l3, ref borrow);
        difference = borrow == 0 ? new UInt256(l0, l1, l2, l3) : default;
        return borrow == 0;
    }

    /// <summary>False, and zero, when a·b exceeds <see cref="MaxValue"/>.</summary>
    public static bool TryMultiply(UInt256 a, UInt256 b, out UInt256 product)
    {
        if (a.Fits64 && b.Fits64)
        {
            var high = Math.BigMul(a._l0, b._l0, out var low);
            product = new UInt256(low, high, 0, 0);
            return true;
        }

        Span<ulong> limbs = stackalloc ulong[8];
        WideProduct(a, b, limbs);
        var fits = (limbs[4] | limbs[5] | limbs[6] | limbs[7]) == 0;
        product = fits ? FromLimbs(limbs[..4]) : default;
        return fits;
    }

    /// <summary>floor(a / b) and a mod b; throws <see cref="DivideByZeroException"/>.</summary>
    public static (UInt256 Quotient, UInt256 Remainder) DivRem(UInt256 a, UInt256 b)
    {
        if (b.IsZero)
        {
            throw new DivideByZeroException();
        }

        if (a.Fits64 && b.Fits64)
        {
            var (quotient, remainder) = Math.DivRem(a._l0, b._l0);
            return (quotient, remainder);
        }

        if (a < b)
        {
            return (default, a);
        }

        Span<ulong> dividend = stackalloc ulong[5];
        Span<ulong> result = stackalloc ulong[4];
        a.CopyLimbs(dividend);
        Divide(dividend[..(a.LimbCount + 1)], b, result);
        return (FromLimbs(result), FromLimbs(dividend[..4]));
    }

    /// <summary>
    /// floor(a·b / c) over an exact 512-bit product; throws when c is zero or the result exceeds 256 bits.
    /// </summary>
    public static UInt256 MulDivDown(UInt256 a, UInt256 b, UInt256 c) =>
        TryMulDivDown(a, b, c, out var result) ? result : throw ResultOverflow();

    /// <summary>
    /// ceil(a·b / c) over an exact 512-bit product; throws when c is zero or the result exceeds 256 bits.
    /// </summary>
    public static UInt256 MulDivUp(UInt256 a, UInt256 b, UInt256 c) =>
        TryMulDivUp(a, b, c, out var result) ? result : throw ResultOverflow();

    /// <summary>a·b / c rounded as named; see <see cref="MulDivDown"/>.</summary>
    public static UInt256 MulDiv(UInt256 a, UInt256 b, UInt256 c, Rounding rounding) =>
        rounding == Rounding.Up ? MulDivUp(a, b, c) : MulDivDown(a, b, c);

    /// <summary>
    /// As <see cref="MulDivDown"/>, but false, and zero, when the result exceeds 256 bits. A zero c throws.
    /// </summary>
    public static bool TryMulDivDown(UInt256 a, UInt256 b, UInt256 c, out UInt256 result) =>
        TryMulDivRem(a, b, c, out result, out _);

    /// <summary>
    /// As <see cref="MulDivUp"/>, but false, and zero, when the result exceeds 256 bits. A zero c throws.
    /// </summary>
    public static bool TryMulDivUp(UInt256 a, UInt256 b, UInt256 c, out UInt256 result) =>
        TryMulDivRem(a, b, c, out result, out var remainder) && (remainder.IsZero || TryAdd(result, One, out result));

    /// <summary>
    /// floor(a·b / c) and a·b mod c. False, both zero, when the quotient exceeds 256 bits; throws when c is zero.
    /// </summary>
    public static bool TryMulDivRem(UInt256 a, UInt256 b, UInt256 c, out UInt256 quotient, out UInt256 remainder)
    {
        if (c.IsZero)
        {
            throw new DivideByZeroException();
        }

        if (a.Fits64 && b.Fits64 && c.Fits64)
        {
            var high = Math.BigMul(a._l0, b._l0, out var low);
            if (high < c._l0)
            {
                (quotient, remainder) = WideArithmetic.Divide128By64(high, low, c._l0);
                return true;
            }
        }

        Span<ulong> product = stackalloc ulong[9];
        Span<ulong> result = stackalloc ulong[8];
        WideProduct(a, b, product);
        Divide(product[..(a.LimbCount + b.LimbCount + 1)], c, result);
        var fits = (result[4] | result[5] | result[6] | result[7]) == 0;
        quotient = fits ? FromLimbs(result[..4]) : default;
        remainder = fits ? FromLimbs(product[..4]) : default;
        return fits;
    }

    /// <summary>
    /// The order of the exact products a·b and c·d, which may need 512 bits: negative, zero or positive.
    /// </summary>
    public static int CompareProducts(UInt256 a, UInt256 b, UInt256 c, UInt256 d)
    {
        Span<ulong> left = stackalloc ulong[8];
        Span<ulong> right = stackalloc ulong[8];
        WideProduct(a, b, left);
        WideProduct(c, d, right);
        for (var i = 7; i >= 0; i--)
        {
            if (left[i] != right[i])
            {
                return left[i] < right[i] ? -1 : 1;
            }
        }

        return 0;
    }

    /// <summary>floor(√value), exact. At most 2^128 - 1.</summary>
    /// <remarks>
    /// Newton's iteration from above: it falls until floor(√value) and then stops falling. The start is the double
    /// square root raised by 2^-50 of itself: conversion and root each err by at most 2^-53, so it is never below the
    /// root. The double only saves iterations (three instead of about ten); the result does not depend on it.
    /// </remarks>
    public static UInt256 Sqrt(UInt256 value)
    {
        if (value.IsZero)
        {
            return default;
        }

        const double raise = 1 + (1.0 / (1L << 50));
        var root = (UInt256)(Math.Sqrt((double)value) * raise) + One;
        while (true)
        {
            var next = (root + (value / root)) >> 1;
            if (next >= root)
            {
                return root;
            }

            root = next;
        }
    }

    /// <summary>The greatest number that divides both; the other one when one is zero.</summary>
    public static UInt256 GreatestCommonDivisor(UInt256 a, UInt256 b)
    {
        while (!b.IsZero)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }

    public static UInt256 operator +(UInt256 a, UInt256 b) => TryAdd(a, b, out var sum) ? sum : throw ResultOverflow();

    /// <summary>a - b; throws <see cref="OverflowException"/> when b exceeds a.</summary>
    public static UInt256 operator -(UInt256 a, UInt256 b) =>
        TrySubtract(a, b, out var difference)
            ? difference
            : throw new OverflowException("The difference is below zero.");

    public static UInt256 operator *(UInt256 a, UInt256 b) =>
        TryMultiply(a, b, out var product) ? product : throw ResultOverflow();

    /// <summary>floor(a / b).</summary>
    public static UInt256 operator /(UInt256 a, UInt256 b) => DivRem(a, b).Quotient;

    public static UInt256 operator %(UInt256 a, UInt256 b) => DivRem(a, b).Remainder;

    public static UInt256 operator &(UInt256 a, UInt256 b) =>
        new(a._l0 & b._l0, a._l1 & b._l1, a._l2 & b._l2, a._l3 & b._l3);

    public static UInt256 operator |(UInt256 a, UInt256 b) =>
        new(a._l0 | b._l0, a._l1 | b._l1, a._l2 | b._l2, a._l3 | b._l3);

    public static UInt256 operator ^(UInt256 a, UInt256 b) =>
        new(a._l0 ^ b._l0, a._l1 ^ b._l1, a._l2 ^ b._l2, a._l3 ^ b._l3);

    /// <summary>value·2^shift, exact: throws <see cref="OverflowException"/> when a set bit would be lost.</summary>
    public static UInt256 operator <<(UInt256 value, int shift)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(shift);
        if (value.IsZero)
        {
            return value;
        }

        if (shift > 256 - value.BitLength)
        {
            throw ResultOverflow();
        }

        var (limbs, bits) = Math.DivRem(shift, 64);
        Span<ulong> result = stackalloc ulong[LimbCountMax];
        for (var i = LimbCountMax - 1; i >= limbs; i--)
        {
            result[i] = value.GetLimb(i - limbs) << bits;
            if (bits != 0 && i > limbs)
            {
                result[i] |= value.GetLimb(i - limbs - 1) >> (64 - bits);
            }
        }

        return FromLimbs(result);
    }

    /// <summary>floor(value / 2^shift); zero for a shift of 256 or more.</summary>
    public static UInt256 operator >>(UInt256 value, int shift)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(shift);
        var (limbs, bits) = Math.DivRem(shift, 64);
        Span<ulong> result = stackalloc ulong[LimbCountMax];
        for (var i = 0; i + limbs < LimbCountMax; i++)
        {
            result[i] = value.GetLimb(i + limbs) >> bits;
            if (bits != 0 && i + limbs + 1 < LimbCountMax)
            {
                result[i] |= value.GetLimb(i + limbs + 1) << (64 - bits);
            }
        }

        return FromLimbs(result);
    }

    public static bool operator ==(UInt256 a, UInt256 b) => a.Equals(b);

    public static bool operator !=(UInt256 a, UInt256 b) => !a.Equals(b);

    public static bool operator <(UInt256 a, UInt256 b) => a.CompareTo(b) < 0;

    public static bool operator >(UInt256 a, UInt256 b) => a.CompareTo(b) > 0;

    public static bool operator <=(UInt256 a, UInt256 b) => a.CompareTo(b) <= 0;

    public static bool operator >=(UInt256 a, UInt256 b) => a.CompareTo(b) >= 0;

    public static implicit operator UInt256(uint value) => new(value, 0, 0, 0);

    public static implicit operator UInt256(ulong value) => new(value, 0, 0, 0);

    public static implicit operator UInt256(UInt128 value) => new(unchecked((ulong)value), (ulong)(value >> 64), 0, 0);

    /// <summary>Throws <see cref="OverflowException"/> when negative.</summary>
    public static explicit operator UInt256(int value) => checked((ulong)value);

    /// <summary>Throws <see cref="OverflowException"/> when negative.</summary>
    public static explicit operator UInt256(long value) => checked((ulong)value);

    /// <summary>Throws <see cref="OverflowException"/> when negative or above <see cref="MaxValue"/>.</summary>
    public static explicit operator UInt256(BigInteger value) => UInt256Conversions.FromBigInteger(value);

    /// <summary>Exact: throws <see cref="OverflowException"/> when negative or not a whole number.</summary>
    public static explicit operator UInt256(decimal value) => UInt256Conversions.FromDecimal(value);

    /// <summary>
    /// Cuts the fraction; throws <see cref="OverflowException"/> for NaN, negative values and 2^256 and above.
    /// </summary>
    public static explicit operator UInt256(double value) => UInt256Conversions.FromDouble(value);

    /// <summary>Throws <see cref="OverflowException"/> when the value does not fit.</summary>
    public static explicit operator ulong(UInt256 value) => value.Fits64 ? value._l0 : throw ResultOverflow();

    /// <summary>Throws <see cref="OverflowException"/> when the value does not fit.</summary>
    public static explicit operator UInt128(UInt256 value) =>
        value.Fits128 ? new UInt128(value._l1, value._l0) : throw ResultOverflow();

    public static explicit operator BigInteger(UInt256 value) => UInt256Conversions.ToBigInteger(value);

    /// <summary>
    /// Exact: throws <see cref="OverflowException"/> above <see cref="decimal.MaxValue"/> (2^96 - 1).
    /// </summary>
    public static explicit operator decimal(UInt256 value) => UInt256Conversions.ToDecimal(value);

    /// <summary>Lossy: the nearest double (53 bits). For statistics and hints, never for money.</summary>
    public static explicit operator double(UInt256 value) => UInt256Conversions.ToDouble(value);

    public bool Equals(UInt256 other) =>
        ((_l0 ^ other._l0) | (_l1 ^ other._l1) | (_l2 ^ other._l2) | (_l3 ^ other._l3)) == 0;

    public override bool Equals(object? obj) => obj is UInt256 other && Equals(other);

    public override int GetHashCode()
    {
        unchecked
        {
            const ulong prime = 0x9E3779B97F4A7C15;
            var hash = (((((_l3 * prime) ^ _l2) * prime) ^ _l1) * prime) ^ _l0;
            hash *= prime;
            return (int)(hash >> 32);
        }
    }

    public int CompareTo(UInt256 other)
    {
        if (_l3 != other._l3)
        {
            return _l3 < other._l3 ? -1 : 1;
        }

        if (_l2 != other._l2)
        {
            return _l2 < other._l2 ? -1 : 1;
        }

        return _l1 != other._l1 ? _l1 < other._l1 ? -1 : 1 : _l0.CompareTo(other._l0);
    }

    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        UInt256 other => CompareTo(other),
        _ => throw new ArgumentException("Only a UInt256 compares with a UInt256.", nameof(obj)),
    };

    /// <summary>The decimal digits, without separators.</summary>
    public override string ToString() => ToString(null, CultureInfo.InvariantCulture);

    /// <summary>
    /// Format "D" or none: decimal digits; "x" or "X": 0x and hexadecimal digits without leading zeros.
    /// </summary>
    public string ToString(string? format, IFormatProvider? formatProvider = null)
    {
        Span<char> buffer = stackalloc char[UInt256Text.LengthMax];
        return TryFormat(buffer, out var written, format, formatProvider)
            ? new string(buffer[..written])
            : throw new InvalidOperationException("The buffer holds every UInt256.");
    }

    public bool TryFormat(
        Span<char> destination,
        out int charsWritten,
        ReadOnlySpan<char> format = default,
        IFormatProvider? provider = null) =>
        UInt256Text.TryFormat(this, destination, out charsWritten, format);

    /// <summary>
    /// Reads decimal digits, or 0x and hexadecimal digits; nothing else (no sign, space, separator or exponent).
    /// Throws <see cref="FormatException"/> or, above <see cref="MaxValue"/>, <see cref="OverflowException"/>.
    /// </summary>
    public static UInt256 Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        UInt256Text.Read(s, out var value) switch
        {
            UInt256Text.Outcome.Ok => value,
            UInt256Text.Outcome.TooLarge => throw new OverflowException("The number exceeds 256 bits."),
            _ => throw new FormatException("Expected decimal digits, or 0x and hexadecimal digits."),
        };

    public static UInt256 Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    public static bool TryParse(ReadOnlySpan<char> s, out UInt256 result) => TryParse(s, null, out result);

    public static bool TryParse(string? s, out UInt256 result) => TryParse(s.AsSpan(), null, out result);

    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out UInt256 result) =>
        UInt256Text.Read(s, out result) == UInt256Text.Outcome.Ok;

    public static bool TryParse(string? s, IFormatProvider? provider, out UInt256 result) =>
        TryParse(s.AsSpan(), provider, out result);

    internal void CopyLimbs(Span<ulong> destination)
    {
        destination[0] = _l0;
        destination[1] = _l1;
        destination[2] = _l2;
        destination[3] = _l3;
    }

    // Writes a·b to the low limbs of `product`, zero before, of at least a.LimbCount + b.LimbCount limbs.
    private static void WideProduct(UInt256 a, UInt256 b, Span<ulong> product)
    {
        Span<ulong> left = stackalloc ulong[LimbCountMax];
        Span<ulong> right = stackalloc ulong[LimbCountMax];
        a.CopyLimbs(left);
        b.CopyLimbs(right);
        WideArithmetic.Multiply(left[..a.LimbCount], right[..b.LimbCount], product);
    }

    // `dividend` has a spare zero limb on top, and holds the remainder afterwards.
    private static void Divide(Span<ulong> dividend, UInt256 divisor, Span<ulong> quotient)
    {
        if (dividend.Length <= divisor.LimbCount)
        {
            return;
        }

        Span<ulong> limbs = stackalloc ulong[LimbCountMax];
        divisor.CopyLimbs(limbs);
        WideArithmetic.DivideInPlace(dividend, limbs[..divisor.LimbCount], quotient);
    }

    private static OverflowException ResultOverflow() => new("The result exceeds the range of the type.");
}
