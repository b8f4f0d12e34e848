using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// Curve's equation for three volatile tokens, in the integers of tricrypto-ng's CurveCryptoMathOptimized3.vy, version
/// 2.0.0. With S the sum and K0 = 27·∏x/D³:
/// <c>K·(S/D - 1) + K0 - 1 = 0</c>, <c>K = A·27·K0·γ²/(γ + 1 - K0)²</c>.
/// </summary>
/// <remarks>
/// Balances x are scaled to 18 digits and by the price scale. ANN is A·27·10000; gamma has 18 digits. Operations the
/// contract leaves unchecked wrap here too. Where the contract asserts, the answer is InvariantBroken.
/// </remarks>
internal static class TricryptoMath
{
    private const int RoundsMax = 255;

    public static readonly UInt256 One = 1_000_000_000_000_000_000;

    private static readonly UInt256 One36 = One * One;
    private static readonly UInt256 One14 = 100_000_000_000_000;
    private static readonly UInt256 FractionMin = 10_000_000_000_000_000;
    private static readonly UInt256 FractionMax = One * 100;

    // 2^256 / 10^36: from here on, and from 10^18 times that, a number has digits enough for its cube root.
    private static readonly UInt256 CubeRootLarge = UInt256.Parse("115792089237316195423570985008687907853269");

    // e^-x rounds to zero from here on.
    private static readonly UInt256 ExpPowerMax = UInt256.Parse("42139678854452767551");
    private static readonly UInt256 ExpScale = UInt256.Parse("3822833074963236453042738258902158003155416615667");
    private static readonly Int256 Two96 = Int256.FromBits(UInt256.One << 96);
    private static readonly Int256 Ln2 = Signed("54916777467707473351141471128");

    private static readonly Int256[] ExpNumerator =
    [
        Signed("1346386616545796478920950773328"), Signed("57155421227552351082224309758442"),
        Signed("-94201549194550492254356042504812"), Signed("28719021644029726153956944680412240"),
        Signed("4385272521454847904659076985693276"),
    ];

    private static readonly Int256[] ExpDenominator =
    [
        Signed("-2855989394907223263936484059900"), Signed("50020603652535783019961831881945"),
        Signed("-533845033583426703283633433725380"), Signed("3604857256930695427073651918091429"),
        Signed("-14423608567350463180887372962807573"), Signed("26449188498355588339934803723976023"),
    ];

    public static UInt256 AMin => 2_700;

    public static UInt256 AMax => 270_000_000;

    public static UInt256 GammaMin => 10_000_000_000;

    public static UInt256 GammaMax => 50_000_000_000_000_000;

    public static UInt256 InvariantMin => 100_000_000_000_000_000;

    public static UInt256 InvariantMax => One * 1_000_000_000_000_000;

    /// <summary>Whether the other two balances are between 1 % of D and 100 D, as get_y asserts.</summary>
    public static bool AreSafe(ReadOnlySpan<UInt256> x, int token, in UInt256 invariant)
    {
        var m = default(ContractArithmetic);
        for (var k = 0; k < 3; k++)
        {
            if (k != token && !IsSafe(m.MultiplyDivide(x[k], One, invariant), FractionMin))
            {
                return false;
            }
        }

        return !m.Reverted;
    }

    /// <summary>Newton's iteration for one balance, which the closed form falls back to.</summary>
    public static QuoteError NewtonY(
        in UInt256 ann, in UInt256 gamma, ReadOnlySpan<UInt256> x, in UInt256 d, int token, out UInt256 balance)
    {
        balance = default;
        var m = default(ContractArithmetic);
        Span<UInt256> others = stackalloc UInt256[2];
        (others[0], others[1]) = (x[token == 0 ? 1 : 0], x[token == 2 ? 1 : 2]);
        if (others[0] < others[1])
        {
            (others[0], others[1]) = (others[1], others[0]);
        }

        var limit = UInt256.Max(UInt256.Max(m.Divide(others[0], One14), m.Divide(d, One14)), 100);
        var y = m.Divide(d, 3);
        y = m.MultiplyDivide(y, d, m.Multiply(others[1], 3));
        y = m.MultiplyDivide(y, d, m.Multiply(others[0], 3));
        var sum = m.Add(others[0], others[1]);
        var k0Others = m.Divide(m.Multiply(m.Multiply(One, others[0]), 3), d);
        k0Others = m.Divide(m.Multiply(m.Multiply(k0Others, others[1]), 3), d);
        for (var round = 0; round < RoundsMax && !m.Reverted; round++)
        {
            var previous = y;
            if (!NextY(ref m, ann, gamma, d, k0Others, sum, ref y))
            {
                continue;
            }

            var difference = y > previous ? y - previous : previous - y;
            if (difference < UInt256.Max(limit, m.Divide(y, One14)))
            {
                var isSafe = IsSafe(m.MultiplyDivide(y, One, d), FractionMin);
                balance = y;
                return m.Reverted ? QuoteError.ArithmeticOverflow
                    : isSafe ? QuoteError.None : QuoteError.InvariantBroken;
            }
        }

        return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.NotConverged;
    }

    /// <summary>Newton's iteration for D.</summary>
    /// <param name="k0">What the last <see cref="TricryptoClosedForm"/> gave beside its balance, for a near start; zero
    /// for none.</param>
    public static QuoteError NewtonD(
        in UInt256 ann, in UInt256 gamma, ReadOnlySpan<UInt256> unsorted, in UInt256 k0, out UInt256 invariant)
    {
        invariant = default;
        Span<UInt256> x = [unsorted[0], unsorted[1], unsorted[2]];
        SortDown(x);
        var m = default(ContractArithmetic);
        if (x[0] >= UInt256.MaxValue / One * 27 || x[0].IsZero)
        {
            return QuoteError.InvariantBroken;
        }

        var sum = ContractArithmetic.WrappingAdd(ContractArithmetic.WrappingAdd(x[0], x[1]), x[2]);
        var d = StartOfD(ref m, x, sum, k0);
        for (var round = 0; round < RoundsMax && !m.Reverted; round++)
        {
            var previous = d;
            d = NextD(ref m, ann, gamma, x, sum, d);
            var difference = d > previous ? d - previous : previous - d;
            if (ContractArithmetic.WrappingMultiply(difference, One14) < UInt256.Max(FractionMin, d))
            {
                invariant = d;
                return m.Reverted ? QuoteError.ArithmeticOverflow : CheckFractions(x, d);
            }
        }

        return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.NotConverged;
    }

    /// <summary>³√x on 18 digits: seven rounds of Newton from a start within a third of a bit.</summary>
    public static UInt256 CubeRoot(in UInt256 x)
    {
        var isHuge = x >= CubeRootLarge * One;
        var isLarge = x >= CubeRootLarge;
        var scaled = isHuge ? x
            : ContractArithmetic.WrappingMultiply(x, isLarge ? One : One36);
        var log2 = Math.Max(scaled.BitLength - 1, 0);
        var (third, remainder) = Math.DivRem(log2, 3);
        var root = UInt256.One << third;
        root = remainder switch
        {
            0 => root,
            1 => root * 1260 / 1000,
            _ => root * 1_587_600 / 1_000_000,
        };
        for (var round = 0; round < 7; round++)
        {
            root = ContractArithmetic.WrappingDivide(
                ContractArithmetic.WrappingAdd(
                    ContractArithmetic.WrappingMultiply(2, root),
                    ContractArithmetic.WrappingDivide(scaled, ContractArithmetic.WrappingMultiply(root, root))),
                3);
        }

        return isHuge ? ContractArithmetic.WrappingMultiply(root, 1_000_000_000_000)
            : isLarge ? ContractArithmetic.WrappingMultiply(root, 1_000_000) : root;
    }

    /// <summary>The geometric mean of three numbers with 18 digits.</summary>
    public static UInt256 GeometricMean(ref ContractArithmetic m, ReadOnlySpan<UInt256> x)
    {
        var product = m.Divide(m.Multiply(m.Divide(m.Multiply(x[0], x[1]), One), x[2]), One);
        return product.IsZero ? product : CubeRoot(product);
    }

    /// <summary>The swap fee, in 1e-10: mid_fee where the balances are equal, out_fee far from that.</summary>
    public static UInt256 FeeE10(
        ref ContractArithmetic m,
        ReadOnlySpan<UInt256> x,
        in UInt256 midFee,
        in UInt256 outFee,
        in UInt256 feeGamma)
    {
        var sum = m.Add(m.Add(x[0], x[1]), x[2]);
        var k = m.Divide(m.Multiply(One * 3, x[0]), sum);
        k = m.Divide(m.Multiply(m.Multiply(k, 3), x[1]), sum);
        k = m.Divide(m.Multiply(m.Multiply(k, 3), x[2]), sum);
        if (!feeGamma.IsZero)
        {
            k = m.Divide(m.Multiply(feeGamma, One), m.Subtract(m.Add(feeGamma, One), k));
        }

        return m.Divide(m.Add(m.Multiply(midFee, k), m.Multiply(outFee, m.Subtract(One, k))), One);
    }

    /// <summary>get_p: marginal prices of tokens 1 and 2 in token 0, both scaled; with 18 digits.</summary>
    /// <remarks>D must be from <see cref="InvariantMin"/> to <see cref="InvariantMax"/>.</remarks>
    public static TricryptoPrices MarginalPrices(
        ref ContractArithmetic m, in UInt256 ann, in UInt256 gamma, ReadOnlySpan<UInt256> x, in UInt256 d)
    {
        var k0 = m.Divide(m.Multiply(m.Multiply(x[0], 27), x[1]), d);
        k0 = m.Divide(m.Multiply(m.Divide(m.Multiply(k0, x[2]), d), One36), d);
        var square = Mul(k0, k0);
        var whole = ContractArithmetic.WrappingAdd(gamma, One);
        var twice = m.Multiply(m.Multiply(k0, 2), k0);
        var linear = m.Multiply(
            Div(square, One36), ContractArithmetic.WrappingAdd(Mul(gamma, 2), One * 3));
        var gk0 = m.Subtract(
            m.Add(m.Divide(m.Multiply(m.Divide(twice, One36), k0), One36), Mul(whole, whole)), Div(linear, One));
        var nnag2 = Div(Mul(ann, Mul(gamma, gamma)), 10_000);
        var denominator = SlopeOf(ref m, gk0, nnag2, x[0], d, k0);
        return new TricryptoPrices(
            PriceOf(ref m, x[0], x[1], SlopeOf(ref m, gk0, nnag2, x[1], d, k0), denominator),
            PriceOf(ref m, x[0], x[2], SlopeOf(ref m, gk0, nnag2, x[2], d, k0), denominator));
    }

    /// <summary>wad_exp of a number not above zero, e^-x: 18 digits in and out, zero from x = 42.14 on.</summary>
    public static UInt256 ExpOfMinus(in UInt256 x)
    {
        if (x >= ExpPowerMax)
        {
            return UInt256.Zero;
        }

        // A rational approximation on (-½ ln 2, ½ ln 2), in units of 2^-96, and a power of two.
        var value = Int256.WrappingMultiply(
            Int256.WrappingSubtract(Int256.Zero, Int256.FromBits(x)), Int256.FromBits(UInt256.One << 78));
        value = Int256.WrappingDivide(value, 3_814_697_265_625);
        var k = Int256.WrappingDivide(Int256.WrappingMultiply(value, Two96), Ln2);
        k = Int256.ShiftRight(Int256.WrappingAdd(k, Int256.FromBits(UInt256.One << 95)), 96);
        value = Int256.WrappingSubtract(value, Int256.WrappingMultiply(k, Ln2));

        var y = Step(Int256.WrappingAdd(value, ExpNumerator[0]), value, ExpNumerator[1]);
        var p = Int256.WrappingAdd(Int256.WrappingAdd(y, value), ExpNumerator[2]);
        p = Step(p, y, ExpNumerator[3]);
        p = Int256.WrappingAdd(
            Int256.WrappingMultiply(p, value), Int256.WrappingMultiply(ExpNumerator[4], Two96));
        var q = Int256.WrappingAdd(value, ExpDenominator[0]);
        for (var i = 1; i < ExpDenominator.Length; i++)
        {
            q = Step(q, value, ExpDenominator[i]);
        }

        var twos = k.IsNegative ? -(int)(ulong)k.Magnitude : (int)(ulong)k.Magnitude;
        return Mul(Int256.WrappingDivide(p, q).Bits, ExpScale) >> (195 - twos);
    }

    /// <summary>Between 1 % (or a unit less, where the contract is lenient) and 100.</summary>
    public static bool IsSafe(in UInt256 fraction, in UInt256 min) => fraction >= min && fraction <= FractionMax;

    public static UInt256 LenientFractionMin => FractionMin - UInt256.One;

    private static UInt256 SlopeOf(
        ref ContractArithmetic m, in UInt256 gk0, in UInt256 nnag2, in UInt256 x, in UInt256 d, in UInt256 k0) =>
        m.Add(gk0, m.Divide(m.Multiply(m.Divide(m.Multiply(nnag2, x), d), k0), One36));

    private static UInt256 PriceOf(
        ref ContractArithmetic m, in UInt256 x0, in UInt256 x, in UInt256 slope, in UInt256 denominator) =>
        Div(m.Multiply(m.Divide(m.Multiply(x0, slope), x), One), denominator);

    // (a·b >> 96) + c
    private static Int256 Step(in Int256 a, in Int256 b, in Int256 c) =>
        Int256.WrappingAdd(Int256.ShiftRight(Int256.WrappingMultiply(a, b), 96), c);

    private static Int256 Signed(string digits)
    {
        var magnitude = Int256.FromBits(UInt256.Parse(digits.TrimStart('-')));
        return digits[0] == '-' ? Int256.WrappingSubtract(Int256.Zero, magnitude) : magnitude;
    }

    // False where the round only halves y and measures nothing.
    private static bool NextY(
        ref ContractArithmetic m,
        in UInt256 ann,
        in UInt256 gamma,
        in UInt256 d,
        in UInt256 k0Others,
        in UInt256 sumOthers,
        ref UInt256 y)
    {
        var previous = y;
        var k0 = m.Divide(m.Multiply(m.Multiply(k0Others, y), 3), d);
        var sum = m.Add(sumOthers, y);
        var g1k0 = Distance(ref m, gamma, k0);
        var mul1 = m.Divide(m.Multiply(One, d), gamma);
        mul1 = m.Divide(m.Multiply(mul1, g1k0), gamma);
        mul1 = m.Divide(m.Multiply(m.Multiply(mul1, g1k0), 10_000), ann);
        var mul2 = m.Add(One, m.Divide(m.Multiply(One * 2, k0), g1k0));
        var slope = m.Add(m.Add(m.Multiply(One, y), m.Multiply(sum, mul2)), mul1);
        var slopeOfD = m.Multiply(d, mul2);
        if (slope < slopeOfD)
        {
            y = m.Divide(previous, 2);
            return false;
        }

        slope = m.Subtract(slope, slopeOfD);
        var derivative = m.Divide(slope, y);
        var minus = m.Divide(mul1, derivative);
        var plus = m.Add(
            m.Divide(m.Add(slope, m.Multiply(One, d)), derivative), m.Divide(m.Multiply(minus, One), k0));
        minus = m.Add(minus, m.Divide(m.Multiply(One, sum), derivative));
        y = plus < minus ? m.Divide(previous, 2) : m.Subtract(plus, minus);
        return true;
    }

    private static UInt256 Distance(ref ContractArithmetic m, in UInt256 gamma, in UInt256 k0)
    {
        var whole = m.Add(gamma, One);
        return whole > k0
            ? m.Add(m.Subtract(whole, k0), UInt256.One)
            : m.Add(m.Subtract(k0, whole), UInt256.One);
    }

    private static UInt256 StartOfD(
        ref ContractArithmetic m, ReadOnlySpan<UInt256> x, in UInt256 sum, in UInt256 k0)
    {
        if (k0.IsZero)
        {
            return ContractArithmetic.WrappingMultiply(3, GeometricMean(ref m, x));
        }

        var (scale, back) = sum > One36 ? (One36, One14 / 100)
            : sum > One * 1_000_000 ? (One * 1_000_000, (UInt256)1_000_000)
            : (One, UInt256.One);
        var product = m.Multiply(ContractArithmetic.WrappingDivide(m.Multiply(x[0], x[1]), scale), x[2]);
        return CubeRoot(m.Multiply(m.Multiply(ContractArithmetic.WrappingDivide(product, k0), 27), back));
    }

    private static UInt256 NextD(
        ref ContractArithmetic m,
        in UInt256 ann,
        in UInt256 gamma,
        ReadOnlySpan<UInt256> x,
        in UInt256 sum,
        in UInt256 d)
    {
        var k0 = Mul(Mul(One, x[0]), 3);
        k0 = Mul(Mul(Div(k0, d), x[1]), 3);
        k0 = Mul(Mul(Div(k0, d), x[2]), 3);
        k0 = Div(k0, d);
        var whole = ContractArithmetic.WrappingAdd(gamma, One);
        var g1k0 = ContractArithmetic.WrappingAdd(
            whole > k0
                ? ContractArithmetic.WrappingSubtract(whole, k0)
                : ContractArithmetic.WrappingSubtract(k0, whole),
            UInt256.One);
        var mul1 = Div(Mul(Div(Mul(One, d), gamma), g1k0), gamma);
        mul1 = Div(Mul(Mul(mul1, g1k0), 10_000), ann);
        var mul2 = Div(Mul(One * 6, k0), g1k0);
        var slope = ContractArithmetic.WrappingSubtract(
            ContractArithmetic.WrappingAdd(
                ContractArithmetic.WrappingAdd(sum, Div(Mul(sum, mul2), One)), Div(Mul(mul1, 3), k0)),
            Div(Mul(mul2, d), One));
        var plus = Div(m.Multiply(d, ContractArithmetic.WrappingAdd(slope, sum)), slope);
        var minus = Div(m.Multiply(d, d), slope);
        var step = Div(m.Multiply(d, Div(mul1, slope)), One);
        minus = One > k0
            ? m.Add(minus, Div(Mul(step, ContractArithmetic.WrappingSubtract(One, k0)), k0))
            : m.Subtract(minus, Div(Mul(step, ContractArithmetic.WrappingSubtract(k0, One)), k0));
        return plus > minus
            ? ContractArithmetic.WrappingSubtract(plus, minus)
            : Div(ContractArithmetic.WrappingSubtract(minus, plus), 2);
    }

    private static QuoteError CheckFractions(ReadOnlySpan<UInt256> x, in UInt256 d)
    {
        foreach (ref readonly var balance in x)
        {
            if (!IsSafe(Div(Mul(balance, One), d), LenientFractionMin))
            {
                return QuoteError.InvariantBroken;
            }
        }

        return QuoteError.None;
    }

    private static void SortDown(Span<UInt256> x)
    {
        if (x[0] < x[1])
        {
            (x[0], x[1]) = (x[1], x[0]);
        }

        if (x[0] < x[2])
        {
            (x[0], x[2]) = (x[2], x[0]);
        }

        if (x[1] < x[2])
        {
            (x[1], x[2]) = (x[2], x[1]);
        }
    }

    private static UInt256 Mul(in UInt256 a, in UInt256 b) => ContractArithmetic.WrappingMultiply(a, b);

    private static UInt256 Div(in UInt256 a, in UInt256 b) => ContractArithmetic.WrappingDivide(a, b);
}
