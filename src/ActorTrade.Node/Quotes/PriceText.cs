using System.Globalization;
using System.Numerics;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Quotes;

/// <summary>Prices in whole tokens as plain decimal strings, without exponent or trailing zeros.</summary>
internal static class PriceText
{
    /// <summary>Significant digits of a price that is known exactly.</summary>
    public const int Digits = 24;

    // A double has at most 15 that are true; a price may start behind many zeros.
    private static readonly string DoubleFormat = "0." + new string('#', 330);

    /// <summary>
    /// Output tokens for one input token, cut after <see cref="Digits"/> significant digits. Amounts are base units and
    /// above zero.
    /// </summary>
    public static string Of(UInt256 amountOut, int decimalsOut, UInt256 amountIn, int decimalsIn)
    {
        var numerator = (BigInteger)amountOut * BigInteger.Pow(10, decimalsIn);
        var denominator = (BigInteger)amountIn * BigInteger.Pow(10, decimalsOut);

        // As many decimals as leave Digits significant ones; a whole part longer than that is kept whole.
        var magnitude = (int)Math.Floor(BigInteger.Log10(numerator) - BigInteger.Log10(denominator));
        var scale = Math.Max(0, Digits - 1 - magnitude);
        var digits = (numerator * BigInteger.Pow(10, scale) / denominator).ToString(CultureInfo.InvariantCulture);
        if (scale == 0)
        {
            return digits;
        }

        digits = digits.PadLeft(scale + 1, '0');
        var fraction = digits[^scale..].TrimEnd('0');
        return fraction.Length == 0 ? digits[..^scale] : $"{digits[..^scale]}.{fraction}";
    }

    /// <summary>A price of base units as one of whole tokens; null where there is none.</summary>
    public static string? Of(double price, int decimalsOut, int decimalsIn)
    {
        var whole = price * Math.Pow(10, decimalsIn - decimalsOut);
        return double.IsFinite(whole) ? whole.ToString(DoubleFormat, CultureInfo.InvariantCulture) : null;
    }
}
