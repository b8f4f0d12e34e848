using System.Numerics;

namespace ActorTrade.DefiTests.Oracles;

/// <summary>
/// tricrypto-ng 2.0.0, line by line over big integers. Unchecked operations are taken as exact and must fit the type,
/// which holds for the states the contract accepts.
/// </summary>
internal sealed class TricryptoOracle
{
    private static readonly BigInteger E18 = BigInteger.Pow(10, 18);
    private static readonly BigInteger E36 = BigInteger.Pow(10, 36);
    private static readonly BigInteger Limit = BigInteger.One << 255;

    public required BigInteger[] Balances { get; init; }

    public required BigInteger[] Precisions { get; init; }

    public required BigInteger[] PriceScale { get; init; }

    public required BigInteger A { get; init; }

    public required BigInteger Gamma { get; init; }

    public required BigInteger D { get; init; }

    public required BigInteger MidFee { get; init; }

    public required BigInteger OutFee { get; init; }

    public required BigInteger FeeGamma { get; init; }

    /// <summary>exchange(): what the trader gets, and the D afterwards if the price scale stays.</summary>
    public (BigInteger Dy, BigInteger D) Exchange(int i, int j, BigInteger dx)
    {
        var xp = (BigInteger[])Balances.Clone();
        xp[i] += dx;
        for (var k = 0; k < 3; k++)
        {
            xp[k] = Scaled(xp[k], k);
        }

        var (y, k0) = GetY(xp, j);
        var dy = U(xp[j] - y);
        xp[j] -= dy;
        dy = U(dy - 1);
        if (j > 0)
        {
            dy = dy * E18 / PriceScale[j - 1];
        }

        dy /= Precisions[j];
        dy -= Fee(xp) * dy / BigInteger.Pow(10, 10);
        xp[j] = Scaled(U(Balances[j] - dy), j);
        return (dy, NewtonD(xp, k0));
    }

    public BigInteger Scaled(BigInteger balance, int k) =>
        k == 0 ? U(balance * Precisions[0]) : U(balance * PriceScale[k - 1] * Precisions[k]) / E18;

    public BigInteger NewtonD(BigInteger[] unsorted, BigInteger k0Previous)
    {
        var x = unsorted.OrderByDescending(value => value).ToArray();
        if (x[0].IsZero)
        {
            throw new RevertException("empty pool");
        }

        var s = x[0] + x[1] + x[2];
        BigInteger d;
        if (k0Previous.IsZero)
        {
            d = 3 * GeometricMean(x);
        }
        else
        {
            var (scale, back) = s > E36 ? (E36, BigInteger.Pow(10, 12))
                : s > BigInteger.Pow(10, 24) ? (BigInteger.Pow(10, 24), BigInteger.Pow(10, 6)) : (E18, 1);
            d = Cbrt(U(x[0] * x[1] / scale * x[2] / k0Previous * 27 * back));
        }

        for (var round = 0; round < 255; round++)
        {
            var previous = d;
            var k0 = E18 * x[0] * 3 / d * x[1] * 3 / d * x[2] * 3 / d;
            var g1k0 = BigInteger.Abs(Gamma + E18 - k0) + 1;
            var mul1 = E18 * d / Gamma * g1k0 / Gamma * g1k0 * 10000 / A;
            var mul2 = 6 * E18 * k0 / g1k0;
            var slope = U(s + (s * mul2 / E18) + (mul1 * 3 / k0) - (mul2 * d / E18));
            var plus = U(d * (slope + s)) / slope;
            var minus = U(d * d) / slope;
            minus = E18 > k0
                ? minus + (d * (mul1 / slope) / E18 * (E18 - k0) / k0)
                : U(minus - (d * (mul1 / slope) / E18 * (k0 - E18) / k0));
            d = plus > minus ? plus - minus : (minus - plus) / 2;
            if (BigInteger.Abs(d - previous) * BigInteger.Pow(10, 14) < BigInteger.Max(BigInteger.Pow(10, 16), d))
            {
                foreach (var value in x)
                {
                    Require(value * E18 / d, BigInteger.Pow(10, 16) - 1);
                }

                return d;
            }
        }

        throw new RevertException("did not converge");
    }

    public (BigInteger Y, BigInteger K0) GetY(BigInteger[] x, int i)
    {
        if (D < BigInteger.Pow(10, 17) || D > BigInteger.Pow(10, 33))
        {
            throw new RevertException("unsafe D");
        }

        for (var k = 0; k < 3; k++)
        {
            if (k != i)
            {
                Require(x[k] * E18 / D, BigInteger.Pow(10, 16));
            }
        }

        var xj = x[i == 0 ? 1 : 0];
        var xk = x[i == 2 ? 1 : 2];
        var gamma2 = Gamma * Gamma;
        var a = E36 / 27;
        var b = (E36 / 9) + (2 * E18 * Gamma / 27) - (S(D * D / xj * gamma2 * A) / 729 / 10000 / xk);
        var c = (E36 / 9) + (Gamma * (Gamma + (4 * E18)) / 27)
            + (S(gamma2 * (xj + xk - D)) / D * A / 27 / 10000);
        var d = (E18 + Gamma) * (E18 + Gamma) / 27;
        var d0 = BigInteger.Abs(Div(S(3 * a * c), b) - b);
        BigInteger divider = 1;
        (int Above, int Power)[] steps =
            [(48, 30), (44, 26), (40, 22), (36, 18), (32, 14), (28, 10), (24, 6), (20, 2)];
        foreach (var (above, power) in steps)
        {
            if (d0 > BigInteger.Pow(10, above))
            {
                divider = BigInteger.Pow(10, power);
                break;
            }
        }

        if (a > BigInteger.Abs(b))
        {
            var more = BigInteger.Abs(a / b);
            (a, b, c, d) = (a * more / divider, S(b * more) / divider, S(c * more) / divider, S(d * more) / divider);
        }
        else
        {
            var less = BigInteger.Abs(b / a);
            (a, b, c, d) = (a / less / divider, b / less / divider, c / less / divider, d / less / divider);
        }

        // An unchecked division by zero gives zero.
        BigInteger Loose(BigInteger p, BigInteger q) => q.IsZero ? 0 : p / q;
        var threeAc = S(3 * a * c);
        var delta0 = S(Loose(threeAc, b) - b);
        var delta1 = S(Loose(S(3 * threeAc), b) - (2 * b) - Loose(S(Loose(S(27 * a * a), b) * d), b));
        var argument = S(S(delta1 * delta1) + S(Loose(S(4 * delta0 * delta0), b) * delta0));
        if (argument.Sign <= 0)
        {
            return (NewtonY(x, i), 0);
        }

        var root = Isqrt(argument);
        var bCbrt = b.Sign >= 0 ? Cbrt(b) : -Cbrt(-b);
        var second = delta1 > 0 ? Cbrt((delta1 + root) / 2) : -Cbrt(-(delta1 - root) / 2);
        var c1 = S(S(bCbrt * bCbrt) / E18 * second) / E18;
        var rootK0 = (b + Div(S(b * delta0), c1) - c1) / 3;
        var y = Loose(S(S(S(D * D) / 27 / xk * D) / xj * rootK0), a);
        var k0 = Loose(S(E18 * rootK0), a);
        U(y);
        U(k0);
        Require(U(y * E18) / D, BigInteger.Pow(10, 16) - 1);
        return (y, k0);
    }

    public BigInteger NewtonY(BigInteger[] x, int i)
    {
        var others = x.Where((_, k) => k != i).OrderByDescending(value => value).ToArray();
        var limit = BigInteger.Max(
            BigInteger.Max(others[0] / BigInteger.Pow(10, 14), D / BigInteger.Pow(10, 14)), 100);
        var y = D / 3;
        y = y * D / (others[1] * 3);
        y = y * D / (others[0] * 3);
        var sumOthers = others[0] + others[1];
        var k0Others = E18 * others[0] * 3 / D;
        k0Others = k0Others * others[1] * 3 / D;
        for (var round = 0; round < 255; round++)
        {
            var previous = y;
            var k0 = k0Others * y * 3 / D;
            var s = sumOthers + y;
            var g1k0 = BigInteger.Abs(Gamma + E18 - k0) + 1;
            var mul1 = E18 * D / Gamma * g1k0 / Gamma * g1k0 * 10000 / A;
            var mul2 = E18 + (2 * E18 * k0 / g1k0);
            var slope = U((E18 * y) + (s * mul2) + mul1);
            var slopeOfD = U(D * mul2);
            if (slope < slopeOfD)
            {
                y = previous / 2;
                continue;
            }

            slope -= slopeOfD;
            var derivative = Div(slope, y);
            var minus = Div(mul1, derivative);
            var plus = ((slope + (E18 * D)) / derivative) + Div(minus * E18, k0);
            minus += E18 * s / derivative;
            y = plus < minus ? previous / 2 : plus - minus;
            if (BigInteger.Abs(y - previous) < BigInteger.Max(limit, y / BigInteger.Pow(10, 14)))
            {
                Require(y * E18 / D, BigInteger.Pow(10, 16));
                return y;
            }
        }

        throw new RevertException("did not converge");
    }

    public BigInteger Fee(BigInteger[] xp)
    {
        var s = xp[0] + xp[1] + xp[2];
        var k = E18 * 3 * xp[0] / s;
        k = k * 3 * xp[1] / s;
        k = k * 3 * xp[2] / s;
        if (FeeGamma > 0)
        {
            k = FeeGamma * E18 / (FeeGamma + E18 - k);
        }

        return ((MidFee * k) + (OutFee * (E18 - k))) / E18;
    }

    public static BigInteger GeometricMean(BigInteger[] x)
    {
        var product = U(U(x[0] * x[1]) / E18 * x[2]) / E18;
        return product.IsZero ? 0 : Cbrt(product);
    }

    public static BigInteger Cbrt(BigInteger x)
    {
        var large = BigInteger.Parse("115792089237316195423570985008687907853269");
        var scaled = x >= large * E18 ? x : x >= large ? x * E18 : x * E36;
        var log2 = scaled.IsZero ? 0 : (int)scaled.GetBitLength() - 1;
        var a = (BigInteger.One << (log2 / 3)) * BigInteger.Pow(1260, log2 % 3) / BigInteger.Pow(1000, log2 % 3);
        for (var round = 0; round < 7; round++)
        {
            a = ((2 * a) + (a.IsZero ? 0 : scaled / (a * a))) / 3;
        }

        return x >= large * E18 ? a * BigInteger.Pow(10, 12) : x >= large ? a * BigInteger.Pow(10, 6) : a;
    }

    public static BigInteger Isqrt(BigInteger value)
    {
        var root = BigInteger.One << (((int)value.GetBitLength() / 2) + 1);
        while (true)
        {
            var next = (root + (value / root)) >> 1;
            if (next >= root)
            {
                return root;
            }

            root = next;
        }
    }

    private static void Require(BigInteger fraction, BigInteger min)
    {
        if (fraction < min || fraction > BigInteger.Pow(10, 20))
        {
            throw new RevertException("unsafe value");
        }
    }

    private static BigInteger Div(BigInteger a, BigInteger b) =>
        b.IsZero ? throw new RevertException("division by zero") : a / b;

    private static BigInteger U(BigInteger value) => new U256(value).Value;

    private static BigInteger S(BigInteger value) =>
        value >= -Limit && value < Limit ? value : throw new RevertException("outside int256");
}
