namespace ActorTrade.Domain.Numerics;

/// <summary>
/// A signed 256-bit integer as contracts have it: two's complement, division towards zero. Checked operations, in
/// <see cref="ContractArithmetic"/> manner, remember a revert; the wrapping ones are the EVM's own.
/// </summary>
/// <remarks>-2^255 to 2^255 - 1. default is zero. The oracle in tests is System.Numerics.BigInteger.</remarks>
internal readonly struct Int256 : IEquatable<Int256>
{
    private readonly UInt256 _bits;

    private Int256(in UInt256 bits) => _bits = bits;

    public static Int256 Zero => default;

    public bool IsNegative => _bits.Limb3 >> 63 != 0;

    public bool IsZero => _bits.IsZero;

    /// <summary>The two's complement as an unsigned number.</summary>
    public UInt256 Bits => _bits;

    /// <summary>The value without its sign; 2^255 for the least value.</summary>
    public UInt256 Magnitude => IsNegative ? ContractArithmetic.WrappingSubtract(UInt256.Zero, _bits) : _bits;

    public static implicit operator Int256(long value)
    {
        unchecked
        {
            var sign = (ulong)(value >> 63);
            return new Int256(new UInt256((ulong)value, sign, sign, sign));
        }
    }

    /// <summary>The bits taken as two's complement.</summary>
    public static Int256 FromBits(in UInt256 bits) => new(bits);

    /// <summary>A contract's conversion of an unsigned number, which reverts from 2^255 on.</summary>
    public static Int256 Convert(in UInt256 value, ref bool reverted)
    {
        reverted |= value.Limb3 >> 63 != 0;
        return new Int256(value);
    }

    /// <summary>A contract's conversion to an unsigned number, which reverts below zero.</summary>
    public UInt256 ToUnsigned(ref bool reverted)
    {
        reverted |= IsNegative;
        return _bits;
    }

    public static Int256 WrappingAdd(in Int256 a, in Int256 b) =>
        new(ContractArithmetic.WrappingAdd(a._bits, b._bits));

    public static Int256 WrappingSubtract(in Int256 a, in Int256 b) =>
        new(ContractArithmetic.WrappingSubtract(a._bits, b._bits));

    public static Int256 WrappingMultiply(in Int256 a, in Int256 b) =>
        new(ContractArithmetic.WrappingMultiply(a._bits, b._bits));

    /// <summary>a / b towards zero; zero where b is zero, and the least value by -1 is itself.</summary>
    public static Int256 WrappingDivide(in Int256 a, in Int256 b) =>
        Signed(ContractArithmetic.WrappingDivide(a.Magnitude, b.Magnitude), a.IsNegative != b.IsNegative);

    public static Int256 Add(in Int256 a, in Int256 b, ref bool reverted)
    {
        var sum = WrappingAdd(a, b);
        reverted |= a.IsNegative == b.IsNegative && sum.IsNegative != a.IsNegative;
        return sum;
    }

    public static Int256 Subtract(in Int256 a, in Int256 b, ref bool reverted)
    {
        var difference = WrappingSubtract(a, b);
        reverted |= a.IsNegative != b.IsNegative && difference.IsNegative != a.IsNegative;
        return difference;
    }

    public static Int256 Multiply(in Int256 a, in Int256 b, ref bool reverted)
    {
        var arithmetic = default(ContractArithmetic);
        var magnitude = arithmetic.Multiply(a.Magnitude, b.Magnitude);
        var product = Signed(magnitude, a.IsNegative != b.IsNegative);
        reverted |= arithmetic.Reverted || (!magnitude.IsZero && product.IsNegative != (a.IsNegative != b.IsNegative));
        return product;
    }

    public static Int256 Divide(in Int256 a, in Int256 b, ref bool reverted)
    {
        var quotient = WrappingDivide(a, b);
        reverted |= b.IsZero || (a.IsNegative && b.IsNegative && quotient.IsNegative);
        return quotient;
    }

    /// <summary>|a|, which does not exist for the least value.</summary>
    public static Int256 Abs(in Int256 a, ref bool reverted)
    {
        var magnitude = new Int256(a.Magnitude);
        reverted |= magnitude.IsNegative;
        return magnitude;
    }

    /// <summary>floor(a / 2^bits), as the EVM's arithmetic shift.</summary>
    public static Int256 ShiftRight(in Int256 a, int bits)
    {
        if (!a.IsNegative)
        {
            return new Int256(a._bits >> bits);
        }

        var inverted = ContractArithmetic.WrappingSubtract(UInt256.MaxValue, a._bits);
        return new Int256(ContractArithmetic.WrappingSubtract(UInt256.MaxValue, inverted >> bits));
    }

    public static bool operator ==(Int256 a, Int256 b) => a.Equals(b);

    public static bool operator !=(Int256 a, Int256 b) => !a.Equals(b);

    public static bool operator >(Int256 a, Int256 b) => Compare(a, b) > 0;

    public static bool operator <(Int256 a, Int256 b) => Compare(a, b) < 0;

    public static bool operator >=(Int256 a, Int256 b) => Compare(a, b) >= 0;

    public static bool operator <=(Int256 a, Int256 b) => Compare(a, b) <= 0;

    public bool Equals(Int256 other) => _bits.Equals(other._bits);

    public override bool Equals(object? obj) => obj is Int256 other && Equals(other);

    public override int GetHashCode() => _bits.GetHashCode();

    public override string ToString() => (IsNegative ? "-" : string.Empty) + Magnitude;

    private static int Compare(in Int256 a, in Int256 b) =>
        a.IsNegative != b.IsNegative ? (a.IsNegative ? -1 : 1) : a._bits.CompareTo(b._bits);

    private static Int256 Signed(in UInt256 magnitude, bool isNegative) =>
        new(isNegative ? ContractArithmetic.WrappingSubtract(UInt256.Zero, magnitude) : magnitude);
}
