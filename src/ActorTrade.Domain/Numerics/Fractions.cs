using System.Globalization;

namespace ActorTrade.Domain.Numerics;

/// <summary>A fraction in basis points, 1e-4: 0 to 10,000 (100 %). default is zero, and valid.</summary>
public readonly record struct Bps : IComparable<Bps>
{
    public const int One = 10_000;

    /// <summary>Throws <see cref="ArgumentOutOfRangeException"/> outside 0 to 10,000.</summary>
    public Bps(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, One);
        Value = value;
    }

    public int Value { get; }

    /// <summary>False outside 0 to 10,000.</summary>
    public static bool TryCreate(long value, out Bps bps)
    {
        var valid = value is >= 0 and <= One;
        bps = valid ? new Bps((int)value) : default;
        return valid;
    }

    /// <summary>This part of an amount, rounded as named.</summary>
    public UInt256 Of(UInt256 amount, Rounding rounding) => UInt256.MulDiv(amount, (uint)Value, One, rounding);

    public int CompareTo(Bps other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture) + " bps";
}

/// <summary>
/// A fee as a fraction of the amount paid in, in pips, 1e-6: 0 to 999,999. default is no fee, and valid.
/// </summary>
/// <remarks>
/// A fee of the whole amount is no fee but a confiscation, and would leave exact-out prices undefined.
/// </remarks>
public readonly record struct FeePips : IComparable<FeePips>
{
    /// <summary>The whole, 10^6 pips.</summary>
    public const int One = 1_000_000;

    /// <summary>Throws <see cref="ArgumentOutOfRangeException"/> outside 0 to 999,999.</summary>
    public FeePips(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, One);
        Value = value;
    }

    public int Value { get; }

    public static FeePips Zero => default;

    /// <summary>False outside 0 to 999,999.</summary>
    public static bool TryCreate(long value, out FeePips fee)
    {
        var valid = value is >= 0 and < One;
        fee = valid ? new FeePips((int)value) : default;
        return valid;
    }

    /// <summary>One basis point is a hundred pips. Throws for 10,000 bps, which is no fee.</summary>
    public static FeePips FromBps(Bps bps) => new(bps.Value * 100);

    /// <summary>Throws <see cref="ArgumentOutOfRangeException"/> when the sum reaches the whole.</summary>
    public static FeePips operator +(FeePips a, FeePips b) => new(a.Value + b.Value);

    /// <summary>This part of an amount, rounded as named.</summary>
    public UInt256 Of(UInt256 amount, Rounding rounding) => UInt256.MulDiv(amount, (uint)Value, One, rounding);

    public int CompareTo(FeePips other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture) + " pips";
}

/// <summary>
/// How many decimals a token has: one token is 10^Value base units. 0 to 36. default is none, and valid.
/// </summary>
public readonly record struct TokenDecimals
{
    public const int Max = 36;

    /// <summary>Throws <see cref="ArgumentOutOfRangeException"/> outside 0 to 36.</summary>
    public TokenDecimals(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Max);
        Value = value;
    }

    public int Value { get; }

    /// <summary>False outside 0 to 36.</summary>
    public static bool TryCreate(long value, out TokenDecimals decimals)
    {
        var valid = value is >= 0 and <= Max;
        decimals = valid ? new TokenDecimals((int)value) : default;
        return valid;
    }

    public static implicit operator int(TokenDecimals decimals) => decimals.Value;

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
