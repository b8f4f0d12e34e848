using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Oracles;

/// <summary>The price of a pair at one moment, in the forms an oracle adds up.</summary>
/// <param name="Price0X112">Base units of token 1 for one of token 0, times 2^112, rounded down.</param>
/// <param name="Price1X112">Base units of token 0 for one of token 1, times 2^112, rounded down. Kept beside the other
/// because the mean of reciprocals is not the reciprocal of the mean.</param>
/// <param name="Tick">The greatest tick not above the price of token 0 in token 1.</param>
public readonly record struct OracleReading(UInt256 Price0X112, UInt256 Price1X112, int Tick)
{
    /// <summary>Prices carry this many binary places.</summary>
    public const int Places = 112;

    /// <summary>2^112.</summary>
    public static UInt256 One => UInt256.One << Places;

    /// <summary>The reading of a price that a curve computed in doubles; null where it is not within
    /// 2^±127.</summary>
    public static OracleReading? Of(double price)
    {
        if (!double.IsFinite(price) || price <= 0 || Math.Abs(Math.ILogB(price)) > 127)
        {
            return null;
        }

        // Exact: its 53 digits as a whole number, over a power of two.
        var shift = Math.Max(0, 53 - Math.ILogB(price));
        return Of((UInt256)Math.ScaleB(price, shift), UInt256.One << shift);
    }

    /// <summary>
    /// The reading of a price numerator / denominator (token 1 for one token 0, in base units); null where a term is
    /// zero. Terms up to 2^128, as reserves are, give prices below 2^240.
    /// </summary>
    public static OracleReading? Of(UInt256 numerator, UInt256 denominator)
    {
        if (numerator.IsZero || denominator.IsZero)
        {
            return null;
        }

        return new OracleReading(
            UInt256.MulDivDown(numerator, One, denominator),
            UInt256.MulDivDown(denominator, One, numerator),
            OracleTicks.Of(numerator, denominator));
    }
}
