using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Ledger;

/// <summary>An amount with a direction, in base units, exact: what a posting adds to a bucket. default is
/// zero.</summary>
/// <remarks>Magnitudes are below 2^256; a sum beyond that throws <see cref="OverflowException"/>. There is one
/// zero.</remarks>
public readonly record struct SignedAmount
{
    private SignedAmount(UInt256 magnitude, bool isNegative)
    {
        Magnitude = magnitude;
        IsNegative = isNegative && !magnitude.IsZero;
    }

    public static SignedAmount Zero => default;

    public UInt256 Magnitude { get; }

    /// <summary>Below zero; never of zero.</summary>
    public bool IsNegative { get; }

    public bool IsZero => Magnitude.IsZero;

    public static SignedAmount Plus(UInt256 amount) => new(amount, isNegative: false);

    public static SignedAmount Minus(UInt256 amount) => new(amount, isNegative: true);

    public static SignedAmount operator -(SignedAmount value) => new(value.Magnitude, !value.IsNegative);

    public static SignedAmount operator +(SignedAmount a, SignedAmount b)
    {
        if (a.IsNegative == b.IsNegative)
        {
            return new SignedAmount(a.Magnitude + b.Magnitude, a.IsNegative);
        }

        return a.Magnitude >= b.Magnitude
            ? new SignedAmount(a.Magnitude - b.Magnitude, a.IsNegative)
            : new SignedAmount(b.Magnitude - a.Magnitude, b.IsNegative);
    }

    public override string ToString() => IsNegative ? "-" + Magnitude : Magnitude.ToString();
}
