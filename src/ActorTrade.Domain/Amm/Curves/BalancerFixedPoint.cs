using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// Balancer's 18-digit fixed point, each operation rounded as its name says. A product must fit 256 bits, as on chain.
/// Source: FixedPoint.sol of balancer-v2-monorepo and balancer-v3-monorepo, whose integers are the same.
/// </summary>
internal static class BalancerFixedPoint
{
    public static UInt256 One => 1_000_000_000_000_000_000;

    public static UInt256 MulDown(ref ContractArithmetic m, in UInt256 a, in UInt256 b) =>
        m.Divide(m.Multiply(a, b), One);

    public static UInt256 MulUp(ref ContractArithmetic m, in UInt256 a, in UInt256 b) =>
        m.DivideUp(m.Multiply(a, b), One);

    public static UInt256 DivDown(ref ContractArithmetic m, in UInt256 a, in UInt256 b) =>
        m.Divide(m.Multiply(a, One), b);

    public static UInt256 DivUp(ref ContractArithmetic m, in UInt256 a, in UInt256 b) =>
        m.DivideUp(m.Multiply(a, One), b);

    /// <summary>1 - x, and zero for more than one.</summary>
    public static UInt256 Complement(in UInt256 x) => x < One ? One - x : UInt256.Zero;

    /// <summary>
    /// x^y, never below the true value: <see cref="BalancerPower"/> and its error bound of 1e-14 of the result.
    /// </summary>
    /// <param name="hasShortcuts">Exponents 1, 2 and 4 are multiplied out (since the second weighted pools).</param>
    public static UInt256 PowUp(ref ContractArithmetic m, in UInt256 x, in UInt256 y, bool hasShortcuts)
    {
        if (hasShortcuts && TryShortcut(ref m, x, y, Rounding.Up, out var power))
        {
            return power;
        }

        var raw = Raw(ref m, x, y);
        return m.Add(raw, ErrorOf(ref m, raw));
    }

    /// <summary>x^y, never above the true value.</summary>
    public static UInt256 PowDown(ref ContractArithmetic m, in UInt256 x, in UInt256 y, bool hasShortcuts)
    {
        if (hasShortcuts && TryShortcut(ref m, x, y, Rounding.Down, out var power))
        {
            return power;
        }

        var raw = Raw(ref m, x, y);
        var error = ErrorOf(ref m, raw);
        return raw < error ? UInt256.Zero : m.Subtract(raw, error);
    }

    private static bool TryShortcut(
        ref ContractArithmetic m, in UInt256 x, in UInt256 y, Rounding rounding, out UInt256 power)
    {
        power = x;
        if (y == One)
        {
            return true;
        }

        if (y != 2 * One && y != 4 * One)
        {
            return false;
        }

        power = Square(ref m, x, rounding);
        if (y == 4 * One)
        {
            power = Square(ref m, power, rounding);
        }

        return true;
    }

    private static UInt256 Square(ref ContractArithmetic m, in UInt256 x, Rounding rounding) =>
        rounding == Rounding.Up ? MulUp(ref m, x, x) : MulDown(ref m, x, x);

    private static UInt256 Raw(ref ContractArithmetic m, in UInt256 x, in UInt256 y)
    {
        if (!BalancerPower.TryPow(x, y, out var raw))
        {
            m.Reverted = true;
        }

        return raw;
    }

    private static UInt256 ErrorOf(ref ContractArithmetic m, in UInt256 raw) =>
        m.Add(MulUp(ref m, raw, 10_000), UInt256.One);
}
