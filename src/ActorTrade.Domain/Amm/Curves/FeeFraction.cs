namespace ActorTrade.Domain.Amm.Curves;

/// <summary>What a fee of a pool file's numerator and denominator must be.</summary>
internal static class FeeFraction
{
    /// <summary>Throws <see cref="InvalidCurveException"/> unless the fee is below the whole.</summary>
    public static void Check(uint numerator, uint denominator)
    {
        if (denominator == 0)
        {
            throw new InvalidCurveException("fee.denominator", "it is 0; it must be above zero.");
        }

        if (numerator >= denominator)
        {
            throw new InvalidCurveException(
                "fee.numerator", $"{numerator} is not below the denominator {denominator}: nothing would be traded.");
        }
    }
}
