using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// x^y = exp(y·ln x) on 18-digit fixed point, in the integers of Balancer's LogExpMath.sol: logarithm and exponential
/// by a decomposition into constants with 20 digits and a Taylor series, and for x between 0.9 and 1.1 a logarithm with
/// 36 digits. The relative error is below 1e-14.
/// </summary>
/// <remarks>
/// The contract computes with signed numbers and divides towards zero, so a negative logarithm is the negated
/// logarithm: here signs are kept beside magnitudes, all unsigned. A series stops at a term of zero, as every later
/// term would be. Products by 10^20 and 10^36 are divided by their odd part after a shift.
/// </remarks>
internal static class BalancerPower
{
    private const ulong FiveTo20 = 95_367_431_640_625;

    private static readonly UInt256 One18 = 1_000_000_000_000_000_000;
    private static readonly UInt256 One20 = (UInt256)100_000_000_000_000_000_000m;
    private static readonly UInt256 One36 = One18 * One18;
    private static readonly UInt256 ExponentLimit = (UInt256.One << 254) / One20;
    private static readonly UInt256 NaturalExponentMax = 130 * One18;
    private static readonly UInt256 NaturalExponentMaxBelowZero = 41 * One18;
    private static readonly UInt256 Lower36 = One18 / 10 * 9;
    private static readonly UInt256 Upper36 = One18 / 10 * 11;

    // e^128 and e^64 as whole numbers.
    private static readonly UInt256 E128 =
        UInt256.Parse("38877084059945950922200000000000000000000000000000000000");

    private static readonly UInt256 E64 = UInt256.Parse("6235149080811616882910000000");

    // x and e^x with 20 digits, for x = 2^5 down to 2^-4. The exponential uses the first eight.
    private static readonly (UInt256 X, UInt256 Exp)[] Powers =
    [
        (UInt256.Parse("3200000000000000000000"), UInt256.Parse("7896296018268069516100000000000000")),
        (UInt256.Parse("1600000000000000000000"), UInt256.Parse("888611052050787263676000000")),
        (UInt256.Parse("800000000000000000000"), UInt256.Parse("298095798704172827474000")),
        (UInt256.Parse("400000000000000000000"), UInt256.Parse("5459815003314423907810")),
        (UInt256.Parse("200000000000000000000"), UInt256.Parse("738905609893065022723")),
        (UInt256.Parse("100000000000000000000"), UInt256.Parse("271828182845904523536")),
        (UInt256.Parse("50000000000000000000"), UInt256.Parse("164872127070012814685")),
        (UInt256.Parse("25000000000000000000"), UInt256.Parse("128402541668774148407")),
        (UInt256.Parse("12500000000000000000"), UInt256.Parse("113314845306682631683")),
        (UInt256.Parse("6250000000000000000"), UInt256.Parse("106449445891785942956")),
    ];

    private const int ExponentialPowerCount = 8;

    /// <summary>False where the contract reverts: x from 2^255 on, or y·ln x outside -41 to 130.</summary>
    public static bool TryPow(in UInt256 x, in UInt256 y, out UInt256 power)
    {
        power = default;
        if (y.IsZero)
        {
            power = One18;
            return true;
        }

        if (x.IsZero)
        {
            return true;
        }

        if (x.BitLength > 255 || y >= ExponentLimit)
        {
            return false;
        }

        var m = default(ContractArithmetic);
        UInt256 product;
        bool isNegative;
        if (Lower36 < x && x < Upper36)
        {
            var ln36 = Ln36(ref m, x, out isNegative);
            var whole = m.Divide(ln36, One18);
            var rest = m.Subtract(ln36, m.Multiply(whole, One18));
            product = m.Add(m.Multiply(whole, y), m.Divide(m.Multiply(rest, y), One18));
        }
        else
        {
            product = m.Multiply(Ln(ref m, x, out isNegative), y);
        }

        var exponent = m.Divide(product, One18);
        if (exponent > (isNegative ? NaturalExponentMaxBelowZero : NaturalExponentMax))
        {
            return false;
        }

        power = Exp(ref m, exponent);
        if (isNegative && !exponent.IsZero)
        {
            power = m.Divide(One36, power);
        }

        return !m.Reverted;
    }

    // The magnitude of ln(a) with 18 digits.
    private static UInt256 Ln(ref ContractArithmetic m, UInt256 a, out bool isNegative)
    {
        isNegative = a < One18;
        if (isNegative)
        {
            a = m.Divide(One36, a);
        }

        UInt256 sum = default;
        if (a >= E128 * One18)
        {
            a = m.Divide(a, E128);
            sum = 128 * One18;
        }

        if (a >= E64 * One18)
        {
            a = m.Divide(a, E64);
            sum += 64 * One18;
        }

        sum *= 100;
        a = m.Multiply(a, 100);
        foreach (ref readonly var step in Powers.AsSpan())
        {
            if (a >= step.Exp)
            {
                a = m.Divide(m.Multiply(a, One20), step.Exp);
                sum = m.Add(sum, step.X);
            }
        }

        // ln a = 2·(z + z³/3 + z⁵/5 + …), z = (a - 1)/(a + 1), for what is left: 1 to 1.065.
        var z = m.Divide(m.Multiply(m.Subtract(a, One20), One20), m.Add(a, One20));
        var square = DivideBy20(m.Multiply(z, z));
        var term = z;
        var series = term;
        for (uint divisor = 3; divisor <= 11 && !term.IsZero; divisor += 2)
        {
            term = DivideBy20(m.Multiply(term, square));
            series = m.Add(series, m.Divide(term, divisor));
        }

        return m.Divide(m.Add(sum, m.Multiply(series, 2)), 100);
    }

    // The magnitude of ln(x) with 36 digits, x near one.
    private static UInt256 Ln36(ref ContractArithmetic m, in UInt256 x, out bool isNegative)
    {
        isNegative = x < One18;
        var distance = isNegative ? One18 - x : x - One18;
        var z = m.Divide(m.Multiply(m.Multiply(distance, One18), One36), m.Add(m.Multiply(x, One18), One36));
        var square = m.Divide(m.Multiply(z, z), One36);
        var term = z;
        var series = term;
        for (uint divisor = 3; divisor <= 15 && !term.IsZero; divisor += 2)
        {
            term = m.Divide(m.Multiply(term, square), One36);
            series = m.Add(series, m.Divide(term, divisor));
        }

        return m.Add(series, series);
    }

    // e^x, 18 digits, x at most 130.
    private static UInt256 Exp(ref ContractArithmetic m, UInt256 x)
    {
        UInt256 first = 1;
        if (x >= 128 * One18)
        {
            x -= 128 * One18;
            first = E128;
        }
        else if (x >= 64 * One18)
        {
            x -= 64 * One18;
            first = E64;
        }

        x = m.Multiply(x, 100);
        var product = One20;
        foreach (ref readonly var step in Powers.AsSpan(0, ExponentialPowerCount))
        {
            if (x >= step.X)
            {
                x = m.Subtract(x, step.X);
                product = DivideBy20(m.Multiply(product, step.Exp));
            }
        }

        var series = m.Add(One20, Taylor(ref m, x));
        var result = DivideBy20(m.Multiply(product, series));
        return m.Divide(first == UInt256.One ? result : m.Multiply(result, first), 100);
    }

    // x + x²/2! + … + x¹²/12!, each term from the one before. x is below 0.25, so that all but the first two products
    // fit 128 bits: below 2^62 · 2^65.
    private static UInt256 Taylor(ref ContractArithmetic m, in UInt256 x)
    {
        var term = (UInt128)m.Divide(DivideBy20(m.Multiply(x, x)), 2);
        var argument = (UInt128)x;
        var series = argument + term;
        for (uint divisor = 3; divisor <= 12 && term != 0; divisor++)
        {
            var product = (term * argument) >> 20;
            term = WideArithmetic.Divide128By64(
                (ulong)(product >> 64), (ulong)(product & ulong.MaxValue), FiveTo20 * divisor).Quotient;
            series += term;
        }

        return series;
    }

    private static UInt256 DivideBy20(in UInt256 value)
    {
        const int shift = 20;
        unchecked
        {
            var shifted = new UInt256(
                (value.Limb0 >> shift) | (value.Limb1 << (64 - shift)),
                (value.Limb1 >> shift) | (value.Limb2 << (64 - shift)),
                (value.Limb2 >> shift) | (value.Limb3 << (64 - shift)),
                value.Limb3 >> shift);
            return default(ContractArithmetic).Divide(shifted, FiveTo20);
        }
    }
}
