namespace ActorTrade.Domain.Numerics;

/// <summary>
/// A price as an exact ratio: quote base units paid for one base unit of the base token. Comparison is exact, by cross
/// multiplication over 512 bits, so 1/2 equals 2/4. Zero is a price; default is not (its denominator is zero).
/// </summary>
public readonly record struct Price : IComparable<Price>
{
    /// <summary>Throws <see cref="ArgumentException"/> when the denominator is zero.</summary>
    /// <param name="numerator">Base units of the quote token.</param>
    /// <param name="denominator">Base units of the base token.</param>
    public Price(UInt256 numerator, UInt256 denominator)
    {
        if (denominator.IsZero)
        {
            throw new ArgumentException("A price needs a denominator above zero.", nameof(denominator));
        }

        Numerator = numerator;
        Denominator = denominator;
    }

    /// <summary>Base units of the quote token.</summary>
    public UInt256 Numerator { get; }

    /// <summary>Base units of the base token.</summary>
    public UInt256 Denominator { get; }

    /// <summary>
    /// The exact price of a decimal quotation: quote tokens for one base token. Throws when negative.
    /// </summary>
    public static Price FromDecimal(decimal price, int baseDecimals, int quoteDecimals)
    {
        if (price < 0)
        {
            throw new OverflowException("A price is not negative.");
        }

        // Numerator below 2^96·10^36 < 2^216; denominator at most 10^(28+36) < 2^213.
        return new Price(
            UInt256Conversions.Mantissa(price) * Units.PowerOfTen(new TokenDecimals(quoteDecimals)),
            Units.PowerOfTen(price.Scale) * Units.PowerOfTen(new TokenDecimals(baseDecimals)));
    }

    /// <summary>
    /// Quote tokens for one base token, cut (rounded down) to as many of 28 decimals as fit. Throws
    /// <see cref="OverflowException"/> when the whole part exceeds a decimal.
    /// </summary>
    public decimal ToDecimalLossy(int baseDecimals, int quoteDecimals)
    {
        var shift = (int)new TokenDecimals(baseDecimals) - new TokenDecimals(quoteDecimals);
        for (var scale = 28; scale >= 0; scale--)
        {
            if (TryScale(shift + scale, out var mantissa) && mantissa.BitLength <= 96)
            {
                return UInt256Conversions.WithScale(mantissa, scale);
            }
        }

        throw new OverflowException("The price exceeds a decimal.");
    }

    /// <summary>
    /// Quote tokens for one base token, as a double: for statistics, signals and charts, never for money.
    /// </summary>
    public double ToDoubleLossy(int baseDecimals, int quoteDecimals)
    {
        var ratio = (double)Numerator / (double)Denominator;
        var scale = (double)Units.PowerOfTen(Math.Abs(baseDecimals - quoteDecimals));
        return baseDecimals >= quoteDecimals ? ratio * scale : ratio / scale;
    }

    /// <summary>What an amount of the base token is worth in the quote token (base units), rounded as named.</summary>
    public UInt256 ToQuote(UInt256 baseAmount, Rounding rounding) =>
        UInt256.MulDiv(baseAmount, Numerator, Denominator, rounding);

    /// <summary>What an amount of the quote token is worth in the base token; throws when the price is zero.</summary>
    public UInt256 ToBase(UInt256 quoteAmount, Rounding rounding) =>
        UInt256.MulDiv(quoteAmount, Denominator, Numerator, rounding);

    /// <summary>The price the other way round; throws <see cref="ArgumentException"/> when this one is zero.</summary>
    public Price Inverse() => new(Denominator, Numerator);

    public static bool operator <(Price a, Price b) => a.CompareTo(b) < 0;

    public static bool operator >(Price a, Price b) => a.CompareTo(b) > 0;

    public static bool operator <=(Price a, Price b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Price a, Price b) => a.CompareTo(b) >= 0;

    public int CompareTo(Price other)
    {
        // default is no price; it only sorts, before all others.
        if (Denominator.IsZero || other.Denominator.IsZero)
        {
            return other.Denominator.IsZero.CompareTo(Denominator.IsZero);
        }

        return UInt256.CompareProducts(Numerator, other.Denominator, other.Numerator, Denominator);
    }

    public bool Equals(Price other) => CompareTo(other) == 0;

    /// <summary>Of the lowest terms, so that equal prices agree; costs a greatest common divisor.</summary>
    public override int GetHashCode()
    {
        if (Denominator.IsZero)
        {
            return 0;
        }

        var divisor = UInt256.GreatestCommonDivisor(Numerator, Denominator);
        return unchecked(((Numerator / divisor).GetHashCode() * 397) ^ (Denominator / divisor).GetHashCode());
    }

    public override string ToString() => $"{Numerator}/{Denominator}";

    // floor(Numerator·10^power / Denominator); false when beyond 256 bits.
    private bool TryScale(int power, out UInt256 scaled)
    {
        if (power >= 0)
        {
            return UInt256.TryMulDivDown(Numerator, Units.PowerOfTen(power), Denominator, out scaled);
        }

        // floor(floor(n / d) / p) = floor(n / (d·p)): no product that could overflow.
        scaled = Numerator / Denominator / Units.PowerOfTen(-power);
        return true;
    }
}
