using System.Numerics;
using static ActorTrade.DefiTests.Oracles.BalancerNumbers;

namespace ActorTrade.DefiTests.Oracles;

/// <summary>Joins and exits of Balancer V2's pools, line by line, in scaled amounts.</summary>
internal static class BalancerSharesOracle
{
    private static readonly U256 Whole = BalancerNumbers.One;

    public static U256 WeightedOutForTokens(U256[] b, U256[] w, U256[] amounts, U256 supply, U256 fee, bool shortcuts)
    {
        U256 mean = 0;
        var ratios = new U256[b.Length];
        for (var i = 0; i < b.Length; i++)
        {
            ratios[i] = DivDown(b[i] + amounts[i], b[i]);
            mean += MulDown(ratios[i], w[i]);
        }

        var invariantRatio = Whole;
        for (var i = 0; i < b.Length; i++)
        {
            var withoutFee = amounts[i];
            if (ratios[i] > mean)
            {
                var nonTaxable = MulDown(b[i], mean - Whole);
                var taxable = amounts[i] - nonTaxable;
                withoutFee = nonTaxable + (taxable - MulUp(taxable, fee));
            }

            invariantRatio = MulDown(invariantRatio, PowDown(DivDown(b[i] + withoutFee, b[i]), w[i], shortcuts));
        }

        return invariantRatio > Whole ? MulDown(supply, invariantRatio - Whole) : 0;
    }

    public static U256 WeightedInForShares(U256 b, U256 w, U256 shares, U256 supply, U256 fee, bool shortcuts)
    {
        var ratio = DivUp(supply + shares, supply);
        Require(ratio <= Whole * 3);
        var withoutFee = MulUp(b, PowUp(ratio, DivUp(Whole, w), shortcuts) - Whole);
        var taxable = MulUp(withoutFee, Complement(w));
        return withoutFee - taxable + DivUp(taxable, Complement(fee));
    }

    public static U256 WeightedOutForShares(U256 b, U256 w, U256 shares, U256 supply, U256 fee, bool shortcuts)
    {
        var ratio = DivUp(supply - shares, supply);
        Require(ratio >= Whole * 7 / 10);
        var withoutFee = MulDown(b, Complement(PowUp(ratio, DivDown(Whole, w), shortcuts)));
        var taxable = MulUp(withoutFee, Complement(w));

        // The pools without shortcuts are those of the first generation.
        return withoutFee - taxable + (shortcuts ? MulUp(taxable, Complement(fee)) : MulDown(taxable, Complement(fee)));
    }

    public static U256 StableOutForTokens(U256 amp, U256[] b, U256[] amounts, U256 supply, U256 fee, int version)
    {
        var sum = Sum(b);
        U256 mean = 0;
        var ratios = new U256[b.Length];
        for (var i = 0; i < b.Length; i++)
        {
            ratios[i] = DivDown(b[i] + amounts[i], b[i]);
            mean += MulDown(ratios[i], DivDown(b[i], sum));
        }

        var updated = new U256[b.Length];
        for (var i = 0; i < b.Length; i++)
        {
            var withoutFee = amounts[i];
            if (ratios[i] > mean)
            {
                var nonTaxable = MulDown(b[i], mean - Whole);
                withoutFee = nonTaxable + MulDown(amounts[i] - nonTaxable, Whole - fee);
            }

            updated[i] = b[i] + withoutFee;
        }

        var after = version == 1
            ? StableInvariantDownV1(amp, updated)
            : BalancerOracle.StableInvariantDown(amp, updated);
        var ratio = DivDown(after, Before(amp, b, version));
        return ratio > Whole ? MulDown(supply, ratio - Whole) : 0;
    }

    public static U256 StableInForShares(U256 amp, U256[] b, int i, U256 shares, U256 supply, U256 fee, int version)
    {
        var invariant = MulUp(DivUp(supply + shares, supply), Before(amp, b, version));
        var withoutFee = BalancerOracle.StableBalance(amp, b, invariant, i, isV3: false) - b[i];
        var taxable = MulUp(withoutFee, Complement(DivDown(b[i], Sum(b))));
        return withoutFee - taxable + DivUp(taxable, Whole - fee);
    }

    public static U256 StableOutForShares(U256 amp, U256[] b, int i, U256 shares, U256 supply, U256 fee, int version)
    {
        var invariant = MulUp(DivUp(supply - shares, supply), Before(amp, b, version));
        var withoutFee = b[i] - BalancerOracle.StableBalance(amp, b, invariant, i, isV3: false);
        var taxable = MulUp(withoutFee, Complement(DivDown(b[i], Sum(b))));
        return withoutFee - taxable + MulDown(taxable, Whole - fee);
    }

    private static U256 Before(U256 amp, U256[] b, int version) => version == 1
        ? BalancerOracle.StableInvariantUp(amp, b)
        : BalancerOracle.StableInvariantDown(amp, b);

    // _calculateInvariant of V2's first pools, rounding down.
    private static U256 StableInvariantDownV1(U256 amp, U256[] b)
    {
        var n = b.Length;
        var sum = Sum(b);
        var d = sum;
        var ann = amp * n;
        for (var round = 0; round < 255; round++)
        {
            var pd = b[0] * n;
            for (var k = 1; k < n; k++)
            {
                pd = pd * b[k] * n / d;
            }

            var previous = d;
            d = (((U256)n * d * d) + (ann * sum * pd / 1000))
                / (((U256)(n + 1) * d) + DivideUp((ann - 1000) * pd, 1000));
            if (BigInteger.Abs(d.Value - previous.Value) <= 1)
            {
                return d;
            }
        }

        throw new RevertException("no convergence");
    }

    private static U256 Sum(U256[] values) => values.Aggregate((U256)0, (a, b) => a + b);

    private static void Require(bool condition)
    {
        if (!condition)
        {
            throw new RevertException("invariant ratio");
        }
    }
}
