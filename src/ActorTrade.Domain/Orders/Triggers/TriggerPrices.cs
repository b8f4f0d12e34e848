using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Orders.Triggers;

/// <summary>Prices that follow from others, exactly. A price of an order has terms below 2^200, so nothing
/// overflows.</summary>
public static class TriggerPrices
{
    /// <summary>The most bits a term of a price of an order, or of a market that moves one, may have.</summary>
    public const int BitsMax = 200;

    /// <summary>A price less a share of it, an exact fraction.</summary>
    public static Price Below(Price price, int bps) => bps == 0
        ? price
        : new Price(price.Numerator * (uint)(Bps.One - bps), price.Denominator * (uint)Bps.One);

    /// <summary>Of a price that is the inverse of one: the inverse of that one and a share more, exactly.</summary>
    public static Price InverseAbove(Price inverse, int bps) =>
        new(inverse.Numerator * (uint)Bps.One, inverse.Denominator * (uint)(Bps.One + bps));

    /// <summary>Whether a price may be one of an order: above zero, both terms within <see cref="BitsMax"/>.</summary>
    public static bool IsWithinBounds(Price price) =>
        !price.Numerator.IsZero && !price.Denominator.IsZero
            && price.Numerator.BitLength <= BitsMax && price.Denominator.BitLength <= BitsMax;

    /// <summary>The price with terms within <see cref="BitsMax"/>: as it is where they are, else with low bits cut
    /// from both.</summary>
    public static Price Bounded(Price price)
    {
        var bits = Math.Max(price.Numerator.BitLength, price.Denominator.BitLength);
        return bits <= BitsMax
            ? price
            : new Price(
                price.Numerator >> (bits - BitsMax),
                UInt256.Max(price.Denominator >> (bits - BitsMax), UInt256.One));
    }

    /// <summary>The price that a double is, to 53 bits; null where it is none: zero, infinite, not a number, or beyond
    /// 2^±90.</summary>
    public static Price? FromDouble(double price)
    {
        const double one = 1L << 62;
        var bound = Math.ScaleB(1, 90);
        if (!(price >= 1 / bound && price <= bound))
        {
            return null;
        }

        // Of the larger term all 53 bits are kept, and the other is a power of two.
        return price >= 1
            ? new Price((UInt256)(price * one), (UInt256)one)
            : new Price((UInt256)one, (UInt256)(one / price));
    }

    /// <summary>What an amount brings at least at a price, rounded up; false beyond 256 bits.</summary>
    public static bool TryLeastOut(UInt256 amountIn, Price limit, out UInt256 least) =>
        UInt256.TryMulDivUp(amountIn, limit.Numerator, limit.Denominator, out least);
}
