using System.Numerics;
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

    /// <summary>Null for an empty pool or one with too many legs.</summary>
    public static BigInteger? Of(PoolState pool, BigInteger scale0, BigInteger scale1)
    {
        if (pool.TotalShares.IsZero || pool.Legs.Count > LegsMax)
        {
            return null;
        }

        var legs = pool.Legs.Values.ToList();
        BigInteger? least = null;
        for (var commits = 0; commits < 1 << legs.Count; commits++)
        {
            var (reserve0, reserve1) = ((BigInteger)pool.Reserve0, (BigInteger)pool.Reserve1);
            foreach (var leg in legs.Where((_, i) => (commits & (1 << i)) != 0))
            {
                var paid = (BigInteger)(leg.AmountIn - leg.ProtocolFee);
                reserve0 += pool.IsToken0(leg.TokenIn) ? paid : -(BigInteger)leg.AmountOut;
                reserve1 += pool.IsToken0(leg.TokenIn) ? -(BigInteger)leg.AmountOut : paid;
            }

            Assert.True(reserve0.Sign > 0 && reserve1.Sign > 0, "Open legs can empty the pool.");
            var worth = Invariant(pool.Curve!, reserve0 * scale0 * Precision, reserve1 * scale1 * Precision);
            least = least is { } known && known < worth ? known : worth;
        }

        return least * Precision / (BigInteger)pool.TotalShares;
    }

    private static BigInteger Invariant(CurveTerms terms, BigInteger x, BigInteger y) => terms switch
    {
        CurveTerms.SolidlyVolatile => Root(x * y),
        CurveTerms.SolidlyStable => Root(Root(x * y * ((x * x) + (y * y)))),
        CurveTerms.Classic c => StableInvariant((BigInteger)c.Amplification, 1, x, y),
        CurveTerms.NextGeneration c => StableInvariant((BigInteger)c.Amplification, 1, x, y),
        CurveTerms.Stable c => StableInvariant((BigInteger)c.AmplificationE3, 1_000, x, y),

        // Weights of one half, or four fifths and one fifth.
        CurveTerms.Weighted { WeightsE18: [var first, var second] } => first == second
            ? Root(x * y)
            : FifthRoot(x * x * x * x * y),
        _ => throw new InvalidOperationException($"No invariant of {terms.Kind} is known here."),
    };

    // A·n·Σx + D = A·n·D + D³/(4xy) with n = 2 and A as the contract tells it: Newton's method, from above.
    private static BigInteger StableInvariant(BigInteger a, BigInteger precision, BigInteger x, BigInteger y)
    {
        var (sum, d) = (x + y, x + y);
        for (var round = 0; round < 300; round++)
        {
            var product = d * d * d / (4 * x * y);
            var ann = a * 2;
            var next = ((ann * sum) + (2 * product * precision)) * d
                / (((ann - precision) * d) + (3 * product * precision));
            if (BigInteger.Abs(next - d) <= 1)
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

    private static BigInteger FifthRoot(BigInteger value)
    {
        var root = BigInteger.One << (int)((value.GetBitLength() / 5) + 1);
        while (true)
        {
            var next = ((4 * root) + (value / (root * root * root * root))) / 5;
            if (next >= root)
            {
                return root;
            }

            root = next;
        }
    }
}
