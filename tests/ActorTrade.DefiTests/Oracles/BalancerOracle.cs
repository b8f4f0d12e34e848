using System.Numerics;

namespace ActorTrade.DefiTests.Oracles;

/// <summary>Balancer's LogExpMath and FixedPoint, line by line over big integers.</summary>
internal static class BalancerNumbers
{
    public static readonly BigInteger One = BigInteger.Pow(10, 18);
    private static readonly BigInteger One20 = BigInteger.Pow(10, 20);
    private static readonly BigInteger One36 = BigInteger.Pow(10, 36);

    private static readonly BigInteger[] X =
    [
        Big("128000000000000000000"), Big("64000000000000000000"), Big("3200000000000000000000"),
        Big("1600000000000000000000"), Big("800000000000000000000"), Big("400000000000000000000"),
        Big("200000000000000000000"), Big("100000000000000000000"), Big("50000000000000000000"),
        Big("25000000000000000000"), Big("12500000000000000000"), Big("6250000000000000000"),
    ];

    private static readonly BigInteger[] A =
    [
        Big("38877084059945950922200000000000000000000000000000000000"), Big("6235149080811616882910000000"),
        Big("7896296018268069516100000000000000"), Big("888611052050787263676000000"),
        Big("298095798704172827474000"), Big("5459815003314423907810"), Big("738905609893065022723"),
        Big("271828182845904523536"), Big("164872127070012814685"), Big("128402541668774148407"),
        Big("113314845306682631683"), Big("106449445891785942956"),
    ];

    public static U256 MulDown(U256 a, U256 b) => a * b / One;

    public static U256 MulUp(U256 a, U256 b) => DivideUp(a * b, One);

    public static U256 DivDown(U256 a, U256 b) => a * One / b;

    public static U256 DivUp(U256 a, U256 b) => DivideUp(a * One, b);

    public static U256 DivideUp(U256 a, U256 b) =>
        b == 0 ? throw new RevertException("zero division") : a == 0 ? 0 : ((a - 1) / b) + 1;

    public static U256 Complement(U256 x) => x < One ? One - x.Value : 0;

    public static U256 PowUp(U256 x, U256 y, bool hasShortcuts)
    {
        if (hasShortcuts && y == One)
        {
            return x;
        }

        if (hasShortcuts && y == 2 * One)
        {
            return MulUp(x, x);
        }

        if (hasShortcuts && y == 4 * One)
        {
            var square = MulUp(x, x);
            return MulUp(square, square);
        }

        var raw = Pow(x, y);
        return raw + MulUp(raw, 10000) + 1;
    }

    public static U256 PowDown(U256 x, U256 y, bool hasShortcuts)
    {
        if (hasShortcuts && y == One)
        {
            return x;
        }

        if (hasShortcuts && y == 2 * One)
        {
            return MulDown(x, x);
        }

        if (hasShortcuts && y == 4 * One)
        {
            var square = MulDown(x, x);
            return MulDown(square, square);
        }

        var raw = Pow(x, y);
        var error = MulUp(raw, 10000) + 1;
        return raw < error ? 0 : raw - error;
    }

    public static U256 Pow(U256 base18, U256 exponent18)
    {
        var (x, y) = (base18.Value, exponent18.Value);
        if (y.IsZero)
        {
            return One;
        }

        if (x.IsZero)
        {
            return 0;
        }

        if (x >= BigInteger.One << 255 || y >= (BigInteger.One << 254) / One20)
        {
            throw new RevertException("out of bounds");
        }

        BigInteger product;
        if (One - BigInteger.Pow(10, 17) < x && x < One + BigInteger.Pow(10, 17))
        {
            var ln36 = Ln36(x);
            product = (ln36 / One * y) + (ln36 % One * y / One);
        }
        else
        {
            product = Ln(x) * y;
        }

        product /= One;
        return product < -41 * One || product > 130 * One ? throw new RevertException("product") : Exp(product);
    }

    private static BigInteger Exp(BigInteger x)
    {
        if (x < 0)
        {
            return One * One / Exp(-x);
        }

        BigInteger first = 1;
        if (x >= X[0])
        {
            x -= X[0];
            first = A[0];
        }
        else if (x >= X[1])
        {
            x -= X[1];
            first = A[1];
        }

        x *= 100;
        var product = One20;
        for (var k = 2; k <= 9; k++)
        {
            if (x >= X[k])
            {
                x -= X[k];
                product = product * A[k] / One20;
            }
        }

        var sum = One20 + x;
        var term = x;
        for (var k = 2; k <= 12; k++)
        {
            term = term * x / One20 / k;
            sum += term;
        }

        return product * sum / One20 * first / 100;
    }

    private static BigInteger Ln(BigInteger a)
    {
        if (a < One)
        {
            return -Ln(One * One / a);
        }

        BigInteger sum = 0;
        for (var k = 0; k < 2; k++)
        {
            if (a >= A[k] * One)
            {
                a /= A[k];
                sum += X[k];
            }
        }

        sum *= 100;
        a *= 100;
        for (var k = 2; k < 12; k++)
        {
            if (a >= A[k])
            {
                a = a * One20 / A[k];
                sum += X[k];
            }
        }

        var z = (a - One20) * One20 / (a + One20);
        return (sum + (2 * Series(z, One20, 11))) / 100;
    }

    private static BigInteger Ln36(BigInteger x)
    {
        x *= One;
        var z = (x - One36) * One36 / (x + One36);
        return 2 * Series(z, One36, 15);
    }

    private static BigInteger Series(BigInteger z, BigInteger one, int last)
    {
        var square = z * z / one;
        var term = z;
        var sum = term;
        for (var k = 3; k <= last; k += 2)
        {
            term = term * square / one;
            sum += term / k;
        }

        return sum;
    }

    private static BigInteger Big(string text) =>
        BigInteger.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A swap with Balancer's vaults, line by line: fees, scaling, and a pool's mathematics.</summary>
internal sealed class BalancerOracle
{
    public required bool IsV3 { get; init; }

    public required U256[] Balances { get; init; }

    public required U256[] Factors { get; init; }

    public U256[]? Rates { get; init; }

    public required U256 SwapFee { get; init; }

    /// <summary>(balances, index in, index out, amount in) to amount out, all scaled.</summary>
    public required Func<U256[], int, int, U256, U256> OutGivenIn { get; init; }

    public required Func<U256[], int, int, U256, U256> InGivenOut { get; init; }

    public U256 ExactIn(int i, int j, U256 amount)
    {
        U256 scaled;
        if (IsV3)
        {
            scaled = BalancerNumbers.MulDown(amount, Factors[i]);
            scaled -= BalancerNumbers.MulUp(scaled, SwapFee);
            RequireTradable(scaled);
        }
        else
        {
            scaled = BalancerNumbers.MulDown(amount - BalancerNumbers.MulUp(amount, SwapFee), Factors[i]);
        }

        var output = OutGivenIn(Scaled(), i, j, scaled);
        RequireTradable(output);
        return BalancerNumbers.DivDown(output, IsV3 ? RatedUp(j) : Factors[j]);
    }

    public U256 ExactOut(int i, int j, U256 amount)
    {
        var scaled = IsV3
            ? BalancerNumbers.MulUp(amount, RatedUp(j))
            : BalancerNumbers.MulDown(amount, Factors[j]);
        RequireTradable(scaled);
        var input = InGivenOut(Scaled(), i, j, scaled);
        RequireTradable(input);
        if (!IsV3)
        {
            return BalancerNumbers.DivUp(
                BalancerNumbers.DivUp(input, Factors[i]), BalancerNumbers.One - SwapFee.Value);
        }

        var fee = BalancerNumbers.DivideUp(input * SwapFee, BalancerNumbers.One - SwapFee.Value);
        return BalancerNumbers.DivUp(input + fee, Factors[i]);
    }

    public static U256 WeightedOut(U256[] balances, U256[] weights, int i, int j, U256 amount, bool hasShortcuts)
    {
        if (amount > BalancerNumbers.MulDown(balances[i], BalancerNumbers.One * 3 / 10))
        {
            throw new RevertException("max in ratio");
        }

        var power = BalancerNumbers.PowUp(
            BalancerNumbers.DivUp(balances[i], balances[i] + amount),
            BalancerNumbers.DivDown(weights[i], weights[j]),
            hasShortcuts);
        return BalancerNumbers.MulDown(balances[j], BalancerNumbers.Complement(power));
    }

    public static U256 WeightedIn(U256[] balances, U256[] weights, int i, int j, U256 amount, bool hasShortcuts)
    {
        if (amount > BalancerNumbers.MulDown(balances[j], BalancerNumbers.One * 3 / 10))
        {
            throw new RevertException("max out ratio");
        }

        var power = BalancerNumbers.PowUp(
            BalancerNumbers.DivUp(balances[j], balances[j] - amount),
            BalancerNumbers.DivUp(weights[j], weights[i]),
            hasShortcuts);
        return BalancerNumbers.MulUp(balances[i], power - BalancerNumbers.One);
    }

    /// <summary>_calculateInvariant of V2's first pools, rounding up.</summary>
    public static U256 StableInvariantUp(U256 amp, U256[] balances)
    {
        U256 sum = 0;
        foreach (var balance in balances)
        {
            sum += balance;
        }

        var n = balances.Length;
        var d = sum;
        var ann = amp * n;
        for (var round = 0; round < 255; round++)
        {
            var pd = balances[0] * n;
            for (var k = 1; k < n; k++)
            {
                pd = BalancerNumbers.DivideUp(pd * balances[k] * n, d);
            }

            var previous = d;
            d = BalancerNumbers.DivideUp(
                ((U256)n * d * d) + BalancerNumbers.DivideUp(ann * sum * pd, 1000),
                ((U256)(n + 1) * d) + ((ann - 1000) * pd / 1000));
            if (BigInteger.Abs(d.Value - previous.Value) <= 1)
            {
                return d;
            }
        }

        throw new RevertException("no convergence");
    }

    /// <summary>_calculateInvariant of the composable pools and V3, rounding down.</summary>
    public static U256 StableInvariantDown(U256 amp, U256[] balances)
    {
        U256 sum = 0;
        foreach (var balance in balances)
        {
            sum += balance;
        }

        var n = balances.Length;
        var d = sum;
        var ann = amp * n;
        for (var round = 0; round < 255; round++)
        {
            var dp = d;
            foreach (var balance in balances)
            {
                dp = dp * d / (balance * n);
            }

            var previous = d;
            d = ((ann * sum / 1000) + (dp * n)) * d / (((ann - 1000) * d / 1000) + ((U256)(n + 1) * dp));
            if (BigInteger.Abs(d.Value - previous.Value) <= 1)
            {
                return d;
            }
        }

        throw new RevertException("no convergence");
    }

    public static U256 StableBalance(U256 amp, U256[] balances, U256 d, int token, bool isV3)
    {
        var n = balances.Length;
        var ann = amp * n;
        var sum = balances[0];
        var pd = balances[0] * n;
        for (var k = 1; k < n; k++)
        {
            pd = pd * balances[k] * n / d;
            sum += balances[k];
        }

        sum -= balances[token];
        var square = d * d;
        var c = isV3
            ? BalancerNumbers.DivideUp(square * 1000, ann * pd) * balances[token]
            : BalancerNumbers.DivideUp(square, ann * pd) * 1000 * balances[token];
        var b = sum + (isV3 ? d * 1000 / ann : d / ann * 1000);
        var y = BalancerNumbers.DivideUp(square + c, d + b);
        for (var round = 0; round < 255; round++)
        {
            var previous = y;
            y = BalancerNumbers.DivideUp((y * y) + c, (y * 2) + b - d);
            if (BigInteger.Abs(y.Value - previous.Value) <= 1)
            {
                return y;
            }
        }

        throw new RevertException("no convergence");
    }

    public static U256 StableOut(U256 amp, U256[] balances, int i, int j, U256 amount, int version)
    {
        var d = version == 1 ? StableInvariantUp(amp, balances) : StableInvariantDown(amp, balances);
        var changed = (U256[])balances.Clone();
        changed[i] += amount;
        return balances[j] - StableBalance(amp, changed, d, j, version == 3) - 1;
    }

    public static U256 StableIn(U256 amp, U256[] balances, int i, int j, U256 amount, int version)
    {
        var d = version == 1 ? StableInvariantUp(amp, balances) : StableInvariantDown(amp, balances);
        var changed = (U256[])balances.Clone();
        changed[j] -= amount;
        return StableBalance(amp, changed, d, i, version == 3) - balances[i] + 1;
    }

    private U256[] Scaled() => [.. Balances.Select((x, k) => BalancerNumbers.MulDown(x, Factors[k]))];

    private U256 RatedUp(int k) =>
        Rates is null || (Rates[k].Value % BalancerNumbers.One).IsZero
            ? Factors[k]
            : Factors[k] / Rates[k] * (Rates[k] + 1);

    private void RequireTradable(U256 scaled)
    {
        if (IsV3 && scaled < 1_000_000)
        {
            throw new RevertException("TradeAmountTooSmall");
        }
    }
}
