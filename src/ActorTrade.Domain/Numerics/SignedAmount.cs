namespace ActorTrade.Domain.Numerics;

/// <summary>
/// An exact integer of base units with a sign: what a posting adds to a bucket, a bot's gain or loss, a position that
/// may be short. Balances are never negative and stay <see cref="UInt256"/>.
/// </summary>
/// <remarks>Zero has one form (not negative). Sums beyond 256 bits throw <see cref="OverflowException"/>.</remarks>
public readonly record struct SignedAmount : IComparable<SignedAmount>
{
    public SignedAmount(bool isNegative, UInt256 magnitude)
    {
        IsNegative = isNegative && !magnitude.IsZero;
        Magnitude = magnitude;
    }

    public bool IsNegative { get; }

    public UInt256 Magnitude { get; }

    public bool IsZero => Magnitude.IsZero;

    public static SignedAmount Zero => default;

    public static SignedAmount Plus(UInt256 amount) => new(isNegative: false, amount);

    public static SignedAmount Minus(UInt256 amount) => new(isNegative: true, amount);

    public static implicit operator SignedAmount(UInt256 amount) => new(false, amount);

    public static SignedAmount operator -(SignedAmount a) => new(!a.IsNegative, a.Magnitude);

    public static SignedAmount operator +(SignedAmount a, SignedAmount b)
    {
        if (a.IsNegative == b.IsNegative)
        {
            return new SignedAmount(a.IsNegative, a.Magnitude + b.Magnitude);
        }

        return a.Magnitude >= b.Magnitude
            ? new SignedAmount(a.IsNegative, a.Magnitude - b.Magnitude)
            : new SignedAmount(b.IsNegative, b.Magnitude - a.Magnitude);
    }

    public static SignedAmount operator -(SignedAmount a, SignedAmount b) => a + -b;

    public static bool operator <(SignedAmount a, SignedAmount b) => a.CompareTo(b) < 0;

    public static bool operator >(SignedAmount a, SignedAmount b) => a.CompareTo(b) > 0;

    public static bool operator <=(SignedAmount a, SignedAmount b) => a.CompareTo(b) <= 0;

    public static bool operator >=(SignedAmount a, SignedAmount b) => a.CompareTo(b) >= 0;

    public int CompareTo(SignedAmount other)
    {
        if (IsNegative != other.IsNegative)
        {
            return IsNegative ? -1 : 1;
        }

        var order = Magnitude.CompareTo(other.Magnitude);
        return IsNegative ? -order : order;
    }

    /// <summary>In tokens, as a double: for statistics and strategies, never for money.</summary>
    public double ToDoubleLossy(int decimals)
    {
        var magnitude = Units.ToDoubleLossy(Magnitude, decimals);
        return IsNegative ? -magnitude : magnitude;
    }

    /// <summary>The exact decimal string in tokens: "-12.5".</summary>
    public string Format(int decimals) => (IsNegative ? "-" : "") + Units.Format(Magnitude, decimals);

    public override string ToString() => (IsNegative ? "-" : "") + Magnitude;
}
