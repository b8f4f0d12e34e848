using System.Collections.Immutable;
using System.Numerics;
using ActorTrade.DefiTests.Oracles;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

/// <summary>
/// Hundreds of swaps against balances of a few units, where every rounding is large. Whoever drained Balancer V2's
/// stable pools in November 2025 did just that. What a pool owns must never fall, but for a bound that does not grow
/// with the number of swaps: Curve's iterations may end beside D, NG's, which divides late, by some units.
/// </summary>
public class DustTests
{
    private const int Steps = 150;

    private static readonly BigInteger Unit = BigInteger.Pow(10, 18);

    private static readonly UInt256 One = 1_000_000_000_000_000_000;

    // A trade misses so many units at most; those of Curve's contracts add up over many trades, those of Balancer's
    // are none. That is why a house pool gives as many units less as keep what it owns.
    [Theory]
    [InlineData("classic", 3)]
    [InlineData("ng", 4)]
    [InlineData("balancer-1", 0)]
    [InlineData("balancer-2", 0)]
    public void What_a_stable_pool_owns_never_falls_but_for_what_its_iteration_misses(string kind, int units)
    {
        var source = new CaseSource(kind.Length + 1000);
        var trades = 0;
        foreach (var run in ProofCases.Numbers(60, share: 1000))
        {
            ImmutableArray<UInt256> balances = [Dust(source), Dust(source), Dust(source)];
            UInt256 a = (uint)source.Int(5, 2_000);
            trades += Trade(source, StablePool(kind, balances, a), Balances, StableOracle(a), units * Unit);
        }

        Assert.True(trades > 1_000, $"only {trades} trades");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_a_weighted_pool_owns_never_falls(int version)
    {
        var source = new CaseSource(1100 + version);
        foreach (var run in ProofCases.Numbers(60, share: 1000))
        {
            var weights = BalancerCases.Weights(source, 2);
            var pool = new BalancerWeighted([Dust(source), Dust(source)], weights, UInt256.Zero, [One, One], version);
            Trade(source, pool, Balances, balances => new BigInteger(1e18
                * Math.Exp(Math.Log((double)balances[0]) * (double)weights[0] / 1e18)
                * Math.Exp(Math.Log((double)balances[1]) * (double)weights[1] / 1e18)), slack: 1_000_000);
        }
    }

    [Fact]
    public void Balancer_v2_loses_by_exact_outputs_of_a_token_with_a_rate_and_v3_refuses_them()
    {
        // An output of 17 units at a rate of 1.058 is 17.99 scaled, and V2 asks to be paid for 17, which of a balance
        // of 18 is far less.
        ImmutableArray<UInt256> factors = [One, One / 1000 * 1058];
        ImmutableArray<UInt256> balances = [100_000, 18];
        var v2 = new BalancerStable(balances, 200_000, UInt256.Zero, factors, null, 2);
        var v3 = new BalancerStable(balances, 200_000, UInt256.Zero, factors, null, 3, factors);
        var oracle = StableOracle(200);

        Assert.Equal(QuoteError.None, v2.QuoteExactOut(0, 1, 17, out var quote));
        var (before, after) = (oracle(Scaled(v2)), oracle(Scaled((BalancerCurve)v2.Apply(quote))));
        Assert.InRange((double)after / (double)before, 0, 0.99);
        Assert.Equal(QuoteError.OutputTooSmall, v3.QuoteExactOut(0, 1, 17, out _));
    }

    private static UInt256 Dust(CaseSource source) => (uint)source.Int(1, 100);

    private static Curve StablePool(string kind, ImmutableArray<UInt256> balances, UInt256 a)
    {
        var rates = StableSwapCases.Rates(18, 18, 18);
        return kind switch
        {
            "classic" => new StableSwapClassic(balances, a, UInt256.Zero, rates),
            "ng" => new StableSwapNg(balances, a, UInt256.Zero, rates, UInt256.Zero),
            "balancer-1" => new BalancerStable(balances, a * 1000, UInt256.Zero, rates, null, 1),
            _ => new BalancerStable(balances, a * 1000, UInt256.Zero, rates, null, 2),
        };
    }

    private static ImmutableArray<UInt256> Balances(Curve curve) => curve switch
    {
        StableSwapCurve pool => pool.Balances,
        BalancerCurve pool => pool.Balances,
        _ => throw new ArgumentOutOfRangeException(nameof(curve)),
    };

    private static ImmutableArray<UInt256> Scaled(BalancerCurve pool) =>
        [.. pool.Balances.Select((x, k) => x * 1_000_000 * pool.ScalingFactorsE18[k] / One)];

    // D with eighteen more digits than the balances have. Without precision of A an iteration that swings between two
    // neighbours ends with one of them.
    private static Func<ImmutableArray<UInt256>, BigInteger> StableOracle(UInt256 a) => balances =>
    {
        var wide = balances.Select(x => (U256)((BigInteger)x * BigInteger.Pow(10, 18))).ToArray();
        return new StableSwapOracle
        {
            IsNg = false,
            Balances = wide,
            Rates = [],
            Amp = a,
            APrecision = 1,
            Fee = 0,
            AdminFee = 0,
        }.GetD(wide).Value;
    };

    private static int Trade(
        CaseSource source,
        Curve pool,
        Func<Curve, ImmutableArray<UInt256>> balancesOf,
        Func<ImmutableArray<UInt256>, BigInteger> oracle,
        BigInteger slack)
    {
        var trades = 0;
        var owned = oracle(balancesOf(pool));
        for (var step = 0; step < Steps; step++)
        {
            var (tokenIn, tokenOut) = StableSwapCases.Pair(source, pool.TokenCount);
            UInt256 amount = (uint)source.Int(1, 100);
            var error = step % 2 == 0
                ? pool.QuoteExactIn(tokenIn, tokenOut, amount, out var quote)
                : pool.QuoteExactOut(tokenIn, tokenOut, amount, out quote);
            if (error != QuoteError.None || balancesOf(pool)[tokenOut] <= quote.AmountOut)
            {
                continue;
            }

            pool = pool.Apply(quote);
            var now = oracle(balancesOf(pool));
            Assert.True(now + slack + 1_000 >= owned, $"{owned} became {now} by {quote}");
            owned = slack > Unit ? now : BigInteger.Max(owned, now);
            trades++;
        }

        return trades;
    }
}
