using System.Numerics;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;

namespace ActorTrade.UnitTests.EntitySupport;

/// <summary>
/// As <see cref="PoolWorth"/>, for pools with a curve: the least value of the curve's invariant for one share, over all
/// combinations in which open legs can commit and abort. Invariants are homogeneous of degree one and computed here
/// with 40 digits, apart from how the curves compute them.
/// </summary>
internal static class CurveWorth
{
    private const int LegsMax = 8;
    private static readonly BigInteger Precision = BigInteger.Pow(10, 40);

    /// <summary>Null for an empty pool, one with too many legs, and one whose state is not only balances.</summary>
    /// <param name="scales">Of each token, to 18 digits; one where left out.</param>
    public static BigInteger? Of(PoolState pool, params BigInteger[] scales)
    {
        if (pool.TotalShares.IsZero || pool.Legs.Count > LegsMax || pool.Curve is { HasPath: true })
        {
            return null;
        }

        var legs = pool.Legs.Values.ToList();
        BigInteger? least = null;
        for (var commits = 0; commits < 1 << legs.Count; commits++)
        {
            var x = pool.Reserves.ToArray().Select(r => (BigInteger)r).ToArray();
            foreach (var leg in legs.Where((_, i) => (commits & (1 << i)) != 0))
            {
                x[pool.IndexOf(leg.TokenIn)] += (BigInteger)(leg.AmountIn - leg.ProtocolFee);
                x[pool.IndexOf(leg.TokenOut)] -= (BigInteger)leg.AmountOut;
            }

            Assert.True(x.All(r => r.Sign > 0), "Open legs can empty the pool.");
            var worth = Invariant(
                pool.Curve!, [.. x.Select((r, k) => r * Precision * (scales.Length > 0 ? scales[k] : 1))]);
            least = least is { } known && known < worth ? known : worth;
        }

        return least * Precision / (BigInteger)pool.TotalShares;
    }

    private static BigInteger Invariant(CurveTerms terms, BigInteger[] x) => terms switch
    {
        CurveTerms.SolidlyVolatile => Root(x[0] * x[1]),
        CurveTerms.SolidlyStable => Root(Root(x[0] * x[1] * ((x[0] * x[0]) + (x[1] * x[1])))),
        CurveTerms.Classic c => StableInvariant((BigInteger)c.Amplification, 1, x),
        CurveTerms.NextGeneration c => StableInvariant((BigInteger)c.Amplification, 1, x),
        CurveTerms.Stable c => StableInvariant((BigInteger)c.AmplificationE3, 1_000, x),
        CurveTerms.Weighted c => WeightedInvariant(c.WeightsE18, x),
        _ => throw new InvalidOperationException($"No invariant of {terms.Kind} is known here."),
    };

    // Weights in fortieths, without what they have in common.
    private static BigInteger WeightedInvariant(UInt256[] weights, BigInteger[] x)
    {
        var parts = weights.Select(w => (int)(ulong)(w / 25_000_000_000_000_000u)).ToArray();
        var common = parts.Aggregate(40, (a, b) => (int)BigInteger.GreatestCommonDivisor(a, b));
        var product = BigInteger.One;
        for (var k = 0; k < x.Length; k++)
        {
            product *= BigInteger.Pow(x[k], parts[k] / common);
        }

        return Root(product, 40 / common);
    }

    // A·n·Σx + D = A·n·D + D^(n+1)/(n^n·∏x) with A as the contract tells it: Newton's method, from above.
    private static BigInteger StableInvariant(BigInteger a, BigInteger precision, BigInteger[] x)
    {
        var n = x.Length;
        var sum = x.Aggregate(BigInteger.Zero, (s, v) => s + v);
        var (d, ann) = (sum, a * n);
        for (var round = 0; round < 500; round++)
        {
            var product = d;
            foreach (var balance in x)
            {
                product = product * d / (n * balance);
            }

            var next = ((ann * sum) + (n * product * precision)) * d
                / (((ann - precision) * d) + ((n + 1) * product * precision));
            // A few units of 40 digits more: each division rounds.
            if (BigInteger.Abs(next - d) <= 1_000)
            {
                return next;
            }

            d = next;
        }

        throw new InvalidOperationException("D does not settle.");
    }

    private static BigInteger Root(BigInteger value)
    {
        var root = BigInteger.One << (int)((value.GetBitLength() / 2) + 1);
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

    private static BigInteger Root(BigInteger value, int degree)
    {
        var root = BigInteger.One << (int)((value.GetBitLength() / degree) + 1);
        while (true)
        {
            var next = (((degree - 1) * root) + (value / BigInteger.Pow(root, degree - 1))) / degree;
            if (next >= root)
            {
                return root;
            }

            root = next;
        }
    }
}
