using System.Collections.Immutable;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Benchmarks;

/// <summary>Pools of several tokens: StableSwap, Balancer and tricrypto, from a seed.</summary>
internal static class PooledQuoteCases
{
    private const int TradeCount = 1024;

    private static readonly UInt256 One = 1_000_000_000_000_000_000;

    public static IReadOnlyList<QuoteCase> All() =>
    [
        Case("stableSwapClassicOfTwo", random => Classic(random, 2), question: null),
        Case("stableSwapClassicOfThree", random => Classic(random, 3), question: null),
        Case("stableSwapNgOfTwo", Ng, question: null),
        Case("balancerWeighted", random => Weighted(random, One / 10 * 3), Question("WEIGHTED")),
        Case("balancerWeightedEightyTwenty", random => Weighted(random, One / 5), question: null),
        Case("balancerStableOfTwo", Stable, Question("STABLE")),
        Case("curveTricrypto", Tricrypto, question: null),
    ];

    private static QuoteCase Case(string name, Func<Random, (Curve Curve, UInt256 Unit)> make, object? question)
    {
        // The same pools in every run; what is drawn decides about nothing but the amounts.
        var random = new Random(7);
        var trades = new QuoteTrade[TradeCount];
        for (var i = 0; i < trades.Length; i++)
        {
            var (curve, unit) = make(random);
            trades[i] = new QuoteTrade(curve, 0, 1, unit / (uint)random.Next(20, 10_000));
        }

        return new QuoteCase(name, trades, question);
    }

    private static UInt256 Tokens(Random random, int decimals) =>
        (UInt256)(Math.Pow(10, decimals) * (500_000 + (random.NextDouble() * 1_500_000)));

    private static (Curve Curve, UInt256 Unit) Classic(Random random, int tokens)
    {
        int[] decimals = [18, 6, 6];
        ImmutableArray<UInt256> balances = [.. decimals.Take(tokens).Select(d => Tokens(random, d))];
        ImmutableArray<UInt256> rates = [.. decimals.Take(tokens).Select(d => (UInt256)Math.Pow(10, 36 - d))];
        return (new StableSwapClassic(balances, 500, 1_000_000, rates), balances[0]);
    }

    private static (Curve Curve, UInt256 Unit) Ng(Random random)
    {
        ImmutableArray<UInt256> balances = [Tokens(random, 18), Tokens(random, 18)];
        return (new StableSwapNg(balances, 200, 4_000_000, [One, One], 20_000_000_000, 5_000_000_000), balances[0]);
    }

    private static (Curve Curve, UInt256 Unit) Weighted(Random random, UInt256 first)
    {
        ImmutableArray<UInt256> balances = [Tokens(random, 18), Tokens(random, 18)];
        var curve = new BalancerWeighted(
            balances, [first, One - first], One / 1000 * 3, [One, One], powVersion: 3);
        return (curve, balances[0]);
    }

    private static (Curve Curve, UInt256 Unit) Stable(Random random)
    {
        ImmutableArray<UInt256> balances = [Tokens(random, 18), Tokens(random, 18)];
        var curve = new BalancerStable(balances, 200_000, One / 1000, [One, One], invariantVersion: 3);
        return (curve, balances[0]);
    }

    // About USDC, WBTC, WETH, the balances a little off the price scale.
    private static (Curve Curve, UInt256 Unit) Tricrypto(Random random)
    {
        var value = 3_000_000 + (random.NextDouble() * 3_000_000);
        ImmutableArray<UInt256> balances =
            [(UInt256)(value * 1e6), (UInt256)(value / 60_000 * 1e8), (UInt256)(value / 3_000 * 1e18)];
        var curve = new Tricrypto(
            balances,
            [1_000_000_000_000, 10_000_000_000, 1],
            a: 1_707_629,
            gamma: 11_809_167_828_997,
            d: (UInt256)(value * 3e18),
            [One * 60_000, One * 3_000],
            midFee: 3_000_000,
            outFee: 30_000_000,
            feeGamma: 500_000_000_000_000);
        return (curve, balances[0]);
    }

    private static object Question(string type) => new
    {
        oracle = "balancer-maths",
        op = "quote",
        type,
        balancesLiveScaled18 = new[] { "1000000000000000000000000", "1400000000000000000000000" },
        scalingFactors = new[] { "1", "1" },
        tokenRates = new[] { One.ToString(), One.ToString() },
        swapFee = "3000000000000000",
        weights = new[] { "300000000000000000", "700000000000000000" },
        amp = "200000",
        tokenIn = 0,
        tokenOut = 1,
        amountIn = "3000000000000000000000",
    };
}
