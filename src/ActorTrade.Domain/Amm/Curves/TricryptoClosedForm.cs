using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// get_y of tricrypto-ng 2.0.0: the balance that keeps D, as the root of a cubic equation in K0. The coefficients are
/// scaled down together, by powers of ten chosen from their size, so that the discriminant fits 256 bits; where it has
/// no square root, Newton's iteration answers.
/// </summary>
internal static class TricryptoClosedForm
{
    private static readonly Int256 One = 1_000_000_000_000_000_000;

    // d0 above the first number: the coefficients are divided by the second.
    private static readonly (Int256 Above, Int256 Divider)[] Dividers =
    [
        (PowerOfTen(48), PowerOfTen(30)),
        (PowerOfTen(44), PowerOfTen(26)),
        (PowerOfTen(40), PowerOfTen(22)),
        (PowerOfTen(36), PowerOfTen(18)),
        (PowerOfTen(32), PowerOfTen(14)),
        (PowerOfTen(28), PowerOfTen(10)),
        (PowerOfTen(24), PowerOfTen(6)),
        (PowerOfTen(20), PowerOfTen(2)),
    ];

    private static readonly Int256 A = Int256.WrappingDivide(PowerOfTen(36), 27);
    private static readonly Int256 Ninth = Int256.WrappingDivide(PowerOfTen(36), 9);

    /// <param name="k0">The equation's root, a start for the next D; zero where Newton answered.</param>
    public static QuoteError Balance(
        in UInt256 ann,
        in UInt256 gamma,
        ReadOnlySpan<UInt256> x,
        in UInt256 invariant,
        int token,
        out UInt256 balance,
        out UInt256 k0)
    {
        balance = default;
        k0 = default;
        if (invariant < TricryptoMath.InvariantMin || invariant > TricryptoMath.InvariantMax
            || !TricryptoMath.AreSafe(x, token, invariant))
        {
            return QuoteError.InvariantBroken;
        }

        var reverted = false;
        var d = Int256.FromBits(invariant);
        var xj = Int256.Convert(x[token == 0 ? 1 : 0], ref reverted);
        var xk = Int256.Convert(x[token == 2 ? 1 : 2], ref reverted);
        var (a, b, c, e) = Coefficients(Int256.FromBits(ann), Int256.FromBits(gamma), xj, xk, d, ref reverted);
        Reduce(ref a, ref b, ref c, ref e, ref reverted);

        var threeAc = Int256.Multiply(Int256.WrappingMultiply(3, a), c, ref reverted);
        var delta0 = Int256.Subtract(Int256.WrappingDivide(threeAc, b), b, ref reverted);
        var delta1 = Delta1(a, b, e, threeAc, ref reverted);
        var discriminant = Int256.Add(
            Int256.Multiply(delta1, delta1, ref reverted),
            Int256.Multiply(
                Int256.WrappingDivide(
                    Int256.Multiply(4, Int256.Multiply(delta0, delta0, ref reverted), ref reverted), b),
                delta0,
                ref reverted),
            ref reverted);
        if (reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        if (discriminant <= Int256.Zero)
        {
            return TricryptoMath.NewtonY(ann, gamma, x, invariant, token, out balance);
        }

        var rootK0 = RootK0(b, delta0, delta1, UInt256.Sqrt(discriminant.Bits), ref reverted);
        var scale = Int256.WrappingDivide(Int256.Multiply(d, d, ref reverted), 27);
        scale = Int256.WrappingDivide(
            Int256.Multiply(Int256.WrappingDivide(scale, xk), d, ref reverted), xj);
        var root = Int256.WrappingDivide(Int256.Multiply(scale, rootK0, ref reverted), a);
        balance = root.ToUnsigned(ref reverted);
        k0 = Int256.WrappingDivide(Int256.Multiply(One, rootK0, ref reverted), a).ToUnsigned(ref reverted);
        var m = default(ContractArithmetic);
        var fraction = m.MultiplyDivide(balance, TricryptoMath.One, invariant);
        return reverted || m.Reverted ? QuoteError.ArithmeticOverflow
            : TricryptoMath.IsSafe(fraction, TricryptoMath.LenientFractionMin)
                ? QuoteError.None
                : QuoteError.InvariantBroken;
    }

    private static (Int256 A, Int256 B, Int256 C, Int256 D) Coefficients(
        in Int256 ann, in Int256 gamma, in Int256 xj, in Int256 xk, in Int256 d, ref bool reverted)
    {
        var gamma2 = Int256.WrappingMultiply(gamma, gamma);
        var perJ = Int256.WrappingDivide(Int256.WrappingMultiply(d, d), xj);
        var product = Int256.Multiply(Int256.WrappingMultiply(perJ, gamma2), ann, ref reverted);
        product = Int256.WrappingDivide(Int256.WrappingDivide(product, 729), 10_000);
        var b = Int256.Subtract(
            Int256.WrappingAdd(
                Ninth, Int256.WrappingDivide(Int256.WrappingMultiply(2_000_000_000_000_000_000, gamma), 27)),
            Int256.WrappingDivide(product, xk),
            ref reverted);

        var excess = Int256.WrappingSubtract(Int256.WrappingAdd(xj, xk), d);
        var term = Int256.WrappingDivide(Int256.Multiply(gamma2, excess, ref reverted), d);
        term = Int256.WrappingDivide(Int256.WrappingDivide(Int256.WrappingMultiply(term, ann), 27), 10_000);
        var fourMore = Int256.WrappingAdd(gamma, 4_000_000_000_000_000_000);
        var c = Int256.Add(
            Int256.WrappingAdd(Ninth, Int256.WrappingDivide(Int256.WrappingMultiply(gamma, fourMore), 27)),
            term,
            ref reverted);

        var oneMore = Int256.WrappingAdd(One, gamma);
        return (A, b, c, Int256.WrappingDivide(Int256.Multiply(oneMore, oneMore, ref reverted), 27));
    }

    private static void Reduce(ref Int256 a, ref Int256 b, ref Int256 c, ref Int256 d, ref bool reverted)
    {
        var size = Int256.Divide(Int256.Multiply(Int256.WrappingMultiply(3, a), c, ref reverted), b, ref reverted);
        size = Int256.Abs(Int256.Subtract(size, b, ref reverted), ref reverted);
        Int256 divider = 1;
        foreach (ref readonly var step in Dividers.AsSpan())
        {
            if (size > step.Above)
            {
                divider = step.Divider;
                break;
            }
        }

        if (Int256.Abs(a, ref reverted) > Int256.Abs(b, ref reverted))
        {
            var more = Int256.Abs(Int256.WrappingDivide(a, b), ref reverted);
            a = Int256.WrappingDivide(Int256.WrappingMultiply(a, more), divider);
            b = Int256.WrappingDivide(Int256.Multiply(b, more, ref reverted), divider);
            c = Int256.WrappingDivide(Int256.Multiply(c, more, ref reverted), divider);
            d = Int256.WrappingDivide(Int256.Multiply(d, more, ref reverted), divider);
        }
        else
        {
            var less = Int256.Abs(Int256.WrappingDivide(b, a), ref reverted);
            a = Int256.WrappingDivide(Int256.Divide(a, less, ref reverted), divider);
            b = Int256.WrappingDivide(Int256.WrappingDivide(b, less), divider);
            c = Int256.WrappingDivide(Int256.WrappingDivide(c, less), divider);
            d = Int256.WrappingDivide(Int256.WrappingDivide(d, less), divider);
        }
    }

    private static Int256 Delta1(in Int256 a, in Int256 b, in Int256 d, in Int256 threeAc, ref bool reverted)
    {
        var square = Int256.Multiply(27, Int256.Multiply(a, a, ref reverted), ref reverted);
        var last = Int256.WrappingDivide(
            Int256.Multiply(Int256.WrappingDivide(square, b), d, ref reverted), b);
        return Int256.Subtract(
            Int256.Subtract(
                Int256.WrappingDivide(Int256.Multiply(3, threeAc, ref reverted), b),
                Int256.WrappingMultiply(2, b),
                ref reverted),
            last,
            ref reverted);
    }

    private static Int256 RootK0(
        in Int256 b, in Int256 delta0, in Int256 delta1, in UInt256 squareRoot, ref bool reverted)
    {
        var root = Int256.Convert(squareRoot, ref reverted);
        var cubeRootOfB = SignedCubeRoot(b, b.IsNegative, ref reverted);
        var half = delta1 > Int256.Zero
            ? Int256.Add(delta1, root, ref reverted)
            : Int256.Subtract(delta1, root, ref reverted);
        var second = Int256.Convert(
            TricryptoMath.CubeRoot(ContractArithmetic.WrappingDivide(half.Magnitude, 2)), ref reverted);
        if (delta1 <= Int256.Zero)
        {
            second = Int256.WrappingSubtract(Int256.Zero, second);
        }

        var c1 = Int256.WrappingDivide(Int256.Multiply(cubeRootOfB, cubeRootOfB, ref reverted), One);
        c1 = Int256.WrappingDivide(Int256.Multiply(c1, second, ref reverted), One);
        var quotient = Int256.Divide(Int256.Multiply(b, delta0, ref reverted), c1, ref reverted);
        return Int256.WrappingDivide(
            Int256.Subtract(Int256.Add(b, quotient, ref reverted), c1, ref reverted), 3);
    }

    private static Int256 SignedCubeRoot(in Int256 value, bool isNegative, ref bool reverted)
    {
        var root = Int256.Convert(TricryptoMath.CubeRoot(value.Magnitude), ref reverted);
        return isNegative ? Int256.WrappingSubtract(Int256.Zero, root) : root;
    }

    private static Int256 PowerOfTen(int exponent)
    {
        Int256 power = 1;
        for (var i = 0; i < exponent; i++)
        {
            power = Int256.WrappingMultiply(power, 10);
        }

        return power;
    }
}
