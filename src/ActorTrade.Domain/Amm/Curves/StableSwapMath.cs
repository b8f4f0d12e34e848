using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// Curve's StableSwap equation, solved by Newton's method in integers: for its invariant D, and for one balance.
/// <c>A·n^n·S + D = A·n^n·D + D^(n+1) / (n^n·∏x)</c>, S the sum and ∏x the product of the normalized balances x.
/// </summary>
/// <remarks>
/// Sources: curvefi/curve-contract, pool-templates/base/SwapTemplateBase.vy and pools/3pool; curvefi/stableswap-ng,
/// CurveStableSwapNG.vy. Every division is theirs, in their order: the two ways to compute D differ in their last
/// digits, and one digit of D moves an output. <c>amplification</c> is A·n^(n-1) times <c>precision</c>, as contracts
/// store it, and their Ann is that times n.
/// </remarks>
internal static class StableSwapMath
{
    public const int TokenCountMax = 8;

    /// <summary>The contracts' bound of an iteration; 4 or 5 rounds are usual.</summary>
    public const int RoundsMax = 255;

    /// <summary>D as the classic pools compute it: each balance is multiplied by n before it divides.</summary>
    /// <param name="isLenient">The oldest pools return the last round's value where others revert.</param>
    /// <param name="isFirst">The first pools divide by one more, which is never zero.</param>
    public static QuoteError ClassicInvariant(
        ReadOnlySpan<UInt256> normalized,
        UInt256 amplification,
        UInt256 precision,
        bool isLenient,
        bool isFirst,
        out UInt256 invariant)
    {
        var m = default(ContractArithmetic);
        UInt256 n = (uint)normalized.Length;
        var sum = Sum(ref m, normalized);
        var ann = m.Multiply(amplification, n);
        var d = sum;
        for (var round = 0; round < RoundsMax && !m.Reverted; round++)
        {
            var product = d;
            foreach (ref readonly var x in normalized)
            {
                var divisor = m.Multiply(x, n);
                product = m.Divide(m.Multiply(product, d), isFirst ? m.Add(divisor, UInt256.One) : divisor);
            }

            var previous = d;
            d = NextInvariant(ref m, d, product, sum, ann, n, precision);
            if (ContractArithmetic.IsWithinOne(d, previous))
            {
                invariant = d;
                return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
            }
        }

        invariant = d;
        return m.Reverted ? QuoteError.ArithmeticOverflow : isLenient ? QuoteError.None : QuoteError.NotConverged;
    }

    /// <summary>D as the NG pools compute it: divided by the balances alone, and by n^n at the end.</summary>
    public static QuoteError NgInvariant(
        ReadOnlySpan<UInt256> normalized, UInt256 amplification, UInt256 precision, out UInt256 invariant)
    {
        var m = default(ContractArithmetic);
        UInt256 n = (uint)normalized.Length;
        var nPowN = PowerOfItself(normalized.Length);
        var sum = Sum(ref m, normalized);
        var ann = m.Multiply(amplification, n);
        var d = sum;
        for (var round = 0; round < RoundsMax && !m.Reverted; round++)
        {
            var product = d;
            foreach (ref readonly var x in normalized)
            {
                product = m.Divide(m.Multiply(product, d), x);
            }

            product = m.Divide(product, nPowN);
            var previous = d;
            d = NextInvariant(ref m, d, product, sum, ann, n, precision);
            if (ContractArithmetic.IsWithinOne(d, previous))
            {
                invariant = d;
                return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
            }
        }

        invariant = d;
        return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.NotConverged;
    }

    /// <summary>
    /// The balance of <paramref name="token"/> that keeps the invariant, all others given; the same in both families
    /// (get_y, get_y_D).
    /// </summary>
    /// <param name="changed">The token whose balance is <paramref name="changedBalance"/>; -1 for none.</param>
    public static QuoteError Balance(
        ReadOnlySpan<UInt256> normalized,
        int token,
        int changed,
        in UInt256 changedBalance,
        in UInt256 amplification,
        in UInt256 precision,
        in UInt256 invariant,
        bool isLenient,
        out UInt256 balance)
    {
        var m = default(ContractArithmetic);
        UInt256 n = (uint)normalized.Length;
        var ann = m.Multiply(amplification, n);
        var c = invariant;
        UInt256 sum = default;
        for (var k = 0; k < normalized.Length; k++)
        {
            if (k == token)
            {
                continue;
            }

            ref readonly var x = ref k == changed ? ref changedBalance : ref normalized[k];
            sum = m.Add(sum, x);
            c = m.Divide(m.Multiply(c, invariant), m.Multiply(x, n));
        }

        c = m.Divide(m.Multiply(m.Multiply(c, invariant), precision), m.Multiply(ann, n));
        var b = m.Add(sum, m.Divide(m.Multiply(invariant, precision), ann));
        var y = invariant;
        for (var round = 0; round < RoundsMax && !m.Reverted; round++)
        {
            var previous = y;
            y = m.Divide(
                m.Add(m.Multiply(y, y), c),
                m.Subtract(m.Add(m.Add(y, y), b), invariant));
            if (ContractArithmetic.IsWithinOne(y, previous))
            {
                balance = y;
                return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
            }
        }

        balance = y;
        return m.Reverted ? QuoteError.ArithmeticOverflow : isLenient ? QuoteError.None : QuoteError.NotConverged;
    }

    /// <summary>
    /// Units of <paramref name="tokenOut"/> for one of <paramref name="tokenIn"/>, normalized and without fee: the
    /// quotient of the equation's derivatives, <c>(Ann + P/x_in) / (Ann + P/x_out)</c> with
    /// <c>P = D^(n+1)/(n^n·∏x)</c>.
    /// </summary>
    public static double NormalizedPrice(
        ReadOnlySpan<double> normalized, int tokenIn, int tokenOut, double ann, double invariant)
    {
        var product = invariant;
        foreach (var x in normalized)
        {
            product *= invariant / (x * normalized.Length);
        }

        return (ann + (product / normalized[tokenIn])) / (ann + (product / normalized[tokenOut]));
    }

    /// <summary>D in doubles, for prices after a trade.</summary>
    public static double InvariantOf(ReadOnlySpan<double> normalized, double ann)
    {
        var sum = 0.0;
        foreach (var x in normalized)
        {
            sum += x;
        }

        var n = normalized.Length;
        var d = sum;
        for (var round = 0; round < RoundsMax; round++)
        {
            var product = d;
            foreach (var x in normalized)
            {
                product *= d / (x * n);
            }

            var next = ((ann * sum) + (product * n)) * d / (((ann - 1) * d) + ((n + 1) * product));
            if (Math.Abs(next - d) <= d * 1e-15)
            {
                return next;
            }

            d = next;
        }

        return d;
    }

    private static UInt256 NextInvariant(
        ref ContractArithmetic m,
        in UInt256 d,
        in UInt256 product,
        in UInt256 sum,
        in UInt256 ann,
        in UInt256 n,
        in UInt256 precision)
    {
        var numerator = m.Multiply(
            m.Add(m.Divide(m.Multiply(ann, sum), precision), m.Multiply(product, n)), d);
        var denominator = m.Add(
            m.Divide(m.Multiply(m.Subtract(ann, precision), d), precision),
            m.Multiply(m.Add(n, UInt256.One), product));
        return m.Divide(numerator, denominator);
    }

    private static UInt256 Sum(ref ContractArithmetic m, ReadOnlySpan<UInt256> normalized)
    {
        UInt256 sum = default;
        foreach (ref readonly var x in normalized)
        {
            sum = m.Add(sum, x);
        }

        return sum;
    }

    private static ulong PowerOfItself(int n)
    {
        var power = 1UL;
        for (var i = 0; i < n; i++)
        {
            power *= (ulong)n;
        }

        return power;
    }
}
