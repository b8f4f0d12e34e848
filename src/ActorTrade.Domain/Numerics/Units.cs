using System.Diagnostics.CodeAnalysis;

namespace ActorTrade.Domain.Numerics;

/// <summary>
/// Between base units (integers, what money is kept in) and tokens (decimals, what people and venues write): one token
/// is 10^decimals base units. Each conversion is exact or names its rounding. Decimals are 0 to
/// <see cref="TokenDecimals.Max"/>; others throw <see cref="ArgumentOutOfRangeException"/>.
/// </summary>
public static class Units
{
    private const int DecimalScaleMax = 28;

    /// <summary>10^exponent for 0 to 72: both sides of a price with 36 decimals each.</summary>
    public static UInt256 PowerOfTen(int exponent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(exponent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(exponent, 2 * TokenDecimals.Max);
        return Powers[exponent];
    }

    /// <summary>
    /// Base units of a decimal number of tokens, rounded as named when it has more decimals than the token. Throws
    /// <see cref="OverflowException"/> when negative. Cannot exceed 256 bits: 2^96·10^36 is below 2^216.
    /// </summary>
    public static UInt256 FromDecimal(decimal value, int decimals, Rounding rounding)
    {
        if (value < 0)
        {
            throw new OverflowException("An amount is not negative.");
        }

        return UInt256.MulDiv(
            UInt256Conversions.Mantissa(value),
            UnitsPerToken(decimals),
            PowerOfTen(value.Scale),
            rounding);
    }

    /// <summary>
    /// Tokens as a decimal, exact; throws <see cref="OverflowException"/> when a decimal cannot hold it.
    /// </summary>
    public static decimal ToDecimal(UInt256 amount, int decimals) => TryToDecimal(amount, decimals, out var value)
        ? value
        : throw new OverflowException("A decimal (96 bits, 28 decimals) cannot hold the amount exactly.");

    /// <summary>As <see cref="ToDecimal"/>; false when a decimal cannot hold the amount exactly.</summary>
    public static bool TryToDecimal(UInt256 amount, int decimals, out decimal value)
    {
        CheckDecimals(decimals);
        var scale = decimals;
        while (scale > 0 && (scale > DecimalScaleMax || amount.BitLength > 96))
        {
            var (quotient, remainder) = UInt256.DivRem(amount, 10);
            if (!remainder.IsZero)
            {
                break;
            }

            amount = quotient;
            scale--;
        }

        var fits = amount.BitLength <= 96 && scale <= DecimalScaleMax;
        value = fits ? UInt256Conversions.WithScale(amount, scale) : 0;
        return fits;
    }

    /// <summary>Tokens as a double: for statistics, signals and charts, never for money.</summary>
    public static double ToDoubleLossy(UInt256 amount, int decimals) =>
        (double)amount / (double)UnitsPerToken(decimals);

    /// <summary>
    /// The exact decimal string in tokens, without trailing zeros or separators: "18.18", "0.5", "0".
    /// </summary>
    public static string Format(UInt256 amount, int decimals)
    {
        var (whole, fraction) = UInt256.DivRem(amount, UnitsPerToken(decimals));
        return fraction.IsZero
            ? whole.ToString()
            : $"{whole}.{fraction.ToString().PadLeft(decimals, '0').TrimEnd('0')}";
    }

    /// <summary>
    /// Reads digits with at most one point between digits ("12", "0.5"); no sign, exponent, separator or space. Exact:
    /// more decimals than the token has are an error, even zeros, never rounded.
    /// </summary>
    public static bool TryParse(string? text, int decimals, out UInt256 amount, [NotNullWhen(false)] out string? error)
    {
        CheckDecimals(decimals);
        amount = default;
        error = Shape(text, decimals);
        if (error is not null)
        {
            return false;
        }

        var point = text!.IndexOf('.', StringComparison.Ordinal);
        var digits = point < 0 ? text : text.Remove(point, 1);
        var missing = decimals - (point < 0 ? 0 : text.Length - point - 1);
        if (!UInt256.TryParse(digits, out var mantissa) ||
            !UInt256.TryMultiply(mantissa, PowerOfTen(missing), out amount))
        {
            error = "The amount exceeds 256 bits.";
            return false;
        }

        return true;
    }

    private static readonly UInt256[] Powers = AllPowers();

    private static UInt256 UnitsPerToken(int decimals)
    {
        CheckDecimals(decimals);
        return Powers[decimals];
    }

    private static void CheckDecimals(int decimals)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(decimals);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(decimals, TokenDecimals.Max);
    }

    private static string? Shape(string? text, int decimals)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "The amount is empty.";
        }

        var point = -1;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '.' && point < 0)
            {
                point = i;
            }
            else if (!char.IsAsciiDigit(text[i]))
            {
                return $"Character {i + 1} of the amount is not a digit or the one decimal point.";
            }
        }

        if (point == 0 || point == text.Length - 1)
        {
            return "The amount needs a digit on both sides of the decimal point.";
        }

        var given = point < 0 ? 0 : text.Length - point - 1;
        return given > decimals ? $"The amount has {given} decimals; the token has {decimals}." : null;
    }

    private static UInt256[] AllPowers()
    {
        var powers = new UInt256[(2 * TokenDecimals.Max) + 1];
        powers[0] = UInt256.One;
        for (var i = 1; i < powers.Length; i++)
        {
            powers[i] = powers[i - 1] * 10;
        }

        return powers;
    }
}
