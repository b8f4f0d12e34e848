using System.Collections.Immutable;
using System.Numerics;
using ActorTrade.DefiTests.Oracles;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

/// <summary>Random Balancer pools, each as a curve and as its oracle.</summary>
internal static class BalancerCases
{
    private static readonly UInt256 One = 1_000_000_000_000_000_000;

    public static (BalancerWeighted Pool, BalancerOracle Oracle) Weighted(CaseSource source, int version)
    {
        var n = source.Int(0, 3) == 0 ? source.Int(3, 8) : 2;
        var weights = Weights(source, n);
        var (balances, factors, rates) = Tokens(source, n, 1e3);
        var fee = Fee(source);
        var pool = new BalancerWeighted(
            balances, weights, fee, factors, version, version == 3 ? rates : default, One / 4);
        var contractWeights = weights.Select(x => (U256)x).ToArray();
        return (pool, Oracle(
            pool,
            (b, i, j, x) => BalancerOracle.WeightedOut(b, contractWeights, i, j, x, version > 1),
            (b, i, j, x) => BalancerOracle.WeightedIn(b, contractWeights, i, j, x, version > 1)));
    }

    public static (BalancerStable Pool, BalancerOracle Oracle) Stable(CaseSource source, int version)
    {
        var n = source.Int(2, 5);
        var (balances, factors, rates) = Tokens(source, n, source.Int(0, 3) == 0 ? 100 : 1.5);
        var fee = Fee(source);
        UInt256 amplification = (uint)source.Int(1_000, source.Int(0, 1) == 0 ? 200_000 : 5_000_000);
        int? bpt = version == 2 && source.Int(0, 1) == 0 ? source.Int(0, n) : null;
        if (bpt is { } at)
        {
            balances = balances.Insert(at, One * 1_000_000);
            factors = factors.Insert(at, One);
            rates = rates.Insert(at, One);
        }

        var pool = new BalancerStable(
            balances, amplification, fee, factors, bpt, version, version == 3 ? rates : default, One / 2);
        U256[] Traded(U256[] all) => [.. all.Where((_, k) => k != bpt)];
        int Slot(int token) => token > bpt ? token - 1 : token;
        return (pool, Oracle(
            pool,
            (b, i, j, x) => BalancerOracle.StableOut(amplification, Traded(b), Slot(i), Slot(j), x, version),
            (b, i, j, x) => BalancerOracle.StableIn(amplification, Traded(b), Slot(i), Slot(j), x, version)));
    }

    public static ImmutableArray<UInt256> Weights(CaseSource source, int n)
    {
        if (n == 2 && source.Int(0, 1) == 0)
        {
            // The exponents that are multiplied out: 50/50, 80/20, 33/67.
            return source.Int(0, 2) switch
            {
                0 => [One / 2, One / 2],
                1 => [One / 5 * 4, One / 5],
                _ => [One / 3 + UInt256.One, One - (One / 3) - UInt256.One],
            };
        }

        var parts = Enumerable.Range(0, n).Select(_ => source.Int(1, 90 / n)).ToArray();
        var weights = parts.Select(part => One / 100 * (UInt256)(uint)part).ToArray();
        var sum = weights.Aggregate(UInt256.Zero, (a, b) => a + b);
        weights[0] += One - sum;
        return [.. weights];
    }

    private static (ImmutableArray<UInt256> Balances, ImmutableArray<UInt256> Factors, ImmutableArray<UInt256> Rates)
        Tokens(CaseSource source, int n, double spread)
    {
        var balances = new UInt256[n];
        var factors = new UInt256[n];
        var rates = new UInt256[n];
        var size = source.Magnitude(source.Int(0, 9) == 0 ? 0 : 17, 27);
        for (var k = 0; k < n; k++)
        {
            var decimals = source.Int(0, 3) switch { 0 => 6, 1 => 8, _ => 18 };
            var scale = (UInt256)BigInteger.Pow(10, 18 - decimals);
            rates[k] = source.Int(0, 2) == 0 ? (UInt256)((0.8 + source.Unit()) * 1e18) : One;
            factors[k] = scale * rates[k];
            var balance = (double)size * Math.Pow(spread, (2 * source.Unit()) - 1);
            balances[k] = UInt256.Max(UInt256.One, (UInt256)balance / scale);
        }

        return ([.. balances], [.. factors], [.. rates]);
    }

    private static UInt256 Fee(CaseSource source) => source.Int(0, 9) == 0
        ? UInt256.Zero
        : source.Magnitude(12, 17);

    private static BalancerOracle Oracle(
        BalancerCurve pool,
        Func<U256[], int, int, U256, U256> outGivenIn,
        Func<U256[], int, int, U256, U256> inGivenOut) => new()
        {
            IsV3 = pool.IsV3,
            Balances = [.. pool.Balances.Select(x => (U256)x)],
            Factors = [.. pool.ScalingFactorsE18.Select(x => (U256)x)],
            Rates = pool.RatesE18.IsEmpty ? null : [.. pool.RatesE18.Select(x => (U256)x)],
            SwapFee = pool.SwapFeeE18,
            OutGivenIn = outGivenIn,
            InGivenOut = inGivenOut,
        };
}
