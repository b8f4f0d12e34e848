using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// The StableSwap equation as Balancer's StableMath.sol solves it; the precision of the amplification is 1000.
/// </summary>
internal static class BalancerStableMath
{
    private const uint Precision = 1000;

    /// <summary>D of balances above zero.</summary>
    /// <param name="isRoundedUp">The first V2 pools' formula, rounding up; else Curve's, rounding down.</param>
    public static QuoteError Invariant(
        ReadOnlySpan<UInt256> balances, UInt256 amplification, bool isRoundedUp, out UInt256 invariant) =>
        isRoundedUp
            ? InvariantRounded(balances, amplification, isRoundedUp: true, out invariant)
            : StableSwapMath.ClassicInvariant(
                balances, amplification, Precision, isLenient: false, isFirst: false, out invariant);

    /// <summary>The first V2 pools' D, rounded up or down at every step.</summary>
    public static QuoteError InvariantRounded(
        ReadOnlySpan<UInt256> balances, UInt256 amplification, bool isRoundedUp, out UInt256 invariant)
    {
        var m = default(ContractArithmetic);
        UInt256 n = (uint)balances.Length;
        UInt256 sum = default;
        foreach (ref readonly var x in balances)
        {
            sum = m.Add(sum, x);
        }

        var ann = m.Multiply(amplification, n);
        var d = sum;
        for (var round = 0; round < StableSwapMath.RoundsMax && !m.Reverted; round++)
        {
            var product = m.Multiply(balances[0], n);
            for (var k = 1; k < balances.Length; k++)
            {
                product = Divide(ref m, m.Multiply(m.Multiply(product, balances[k]), n), d, isRoundedUp);
            }

            var previous = d;
            var numerator = m.Add(
                m.Multiply(m.Multiply(n, d), d),
                Divide(ref m, m.Multiply(m.Multiply(ann, sum), product), Precision, isRoundedUp));
            var denominator = m.Add(
                m.Multiply(m.Add(n, UInt256.One), d),
                Divide(ref m, m.Multiply(m.Subtract(ann, Precision), product), Precision, !isRoundedUp));
            d = Divide(ref m, numerator, denominator, isRoundedUp);
            if (ContractArithmetic.IsWithinOne(d, previous))
            {
                invariant = d;
                return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
            }
        }

        invariant = d;
        return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.NotConverged;
    }

    /// <summary>The balance of <paramref name="token"/> that keeps the invariant, rounded up.</summary>
    /// <param name="changed">The token whose balance is <paramref name="changedBalance"/>; -1 for none.</param>
    /// <param name="isV3">V3 multiplies by the amplification's precision before it divides, V2 afterwards.</param>
    public static QuoteError Balance(
        ReadOnlySpan<UInt256> balances,
        int changed,
        in UInt256 changedBalance,
        int token,
        in UInt256 amplification,
        in UInt256 invariant,
        bool isV3,
        out UInt256 balance)
    {
        var m = default(ContractArithmetic);
        UInt256 n = (uint)balances.Length;
        var ann = m.Multiply(amplification, n);
        ref readonly var first = ref changed == 0 ? ref changedBalance : ref balances[0];
        var sum = first;
        var product = m.Multiply(first, n);
        for (var k = 1; k < balances.Length; k++)
        {
            ref readonly var x = ref k == changed ? ref changedBalance : ref balances[k];
            product = m.Divide(m.Multiply(m.Multiply(product, x), n), invariant);
            sum = m.Add(sum, x);
        }

        sum = m.Subtract(sum, balances[token]);
        var square = m.Multiply(invariant, invariant);
        var c = isV3
            ? m.DivideUp(m.Multiply(square, Precision), m.Multiply(ann, product))
            : m.Multiply(m.DivideUp(square, m.Multiply(ann, product)), Precision);
        c = m.Multiply(c, balances[token]);
        var b = m.Add(sum, isV3
            ? m.Divide(m.Multiply(invariant, Precision), ann)
            : m.Multiply(m.Divide(invariant, ann), Precision));
        var y = m.DivideUp(m.Add(square, c), m.Add(invariant, b));
        for (var round = 0; round < StableSwapMath.RoundsMax && !m.Reverted; round++)
        {
            var previous = y;
            y = m.DivideUp(m.Add(m.Multiply(y, y), c), m.Subtract(m.Add(m.Add(y, y), b), invariant));
            if (ContractArithmetic.IsWithinOne(y, previous))
            {
                balance = y;
                return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
            }
        }

        balance = y;
        return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.NotConverged;
    }

    private static UInt256 Divide(ref ContractArithmetic m, in UInt256 a, in UInt256 b, bool isRoundedUp) =>
        isRoundedUp ? m.DivideUp(a, b) : m.Divide(a, b);
}
