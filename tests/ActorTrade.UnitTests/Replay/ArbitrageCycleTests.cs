using System.Collections.Immutable;
using ActorTrade.Arbitrage.Markets;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Node.Replay;

namespace ActorTrade.UnitTests.Replay;

/// <summary>Cycles of three pools: a recorded one and two house pools with curves, and house pools alone.</summary>
public sealed class ArbitrageCycleTests
{
    private const string Real = "uniswap-v3:0x1111111111111111111111111111111111111111";

    [Theory]
    [InlineData(20, new[] { "house", "house", "recorded" }, new[] { "stable", "tokens" })]
    [InlineData(-20, new[] { "recorded", "house", "house" }, new[] { "tokens", "stable" })]
    public void Legs_in_house_pools_are_one_route_beside_the_recorded_leg(int perMille, string[] kinds, string[] route)
    {
        using var day = new ArbitrageDay([[ArbitrageDay.Swap(1, ArbitrageDay.Tick + 5)]]);
        OpenCurves(day, perMille);
        var report = day.Play();
        var taken = Assert.Single(report.Largest, l => l.Outcome == "taken");
        Assert.Equal(kinds, taken.Hops.Select(h => h.Kind));
        var (legs, isFlash) = Assert.Single(day.Routes);
        Assert.False(isFlash);
        Assert.Equal(route, legs.Select(l => l.Pool.Value));

        // Both sides together have just what it gained.
        Assert.True(UInt256.Parse(taken.Profit!) > UInt256.Zero);
        var usdc = report.Holdings.Single(h => h.Token == "USDC");
        Assert.Equal(
            (UInt256.Parse(taken.AmountOut) - UInt256.Parse(taken.AmountIn)).ToString(),
            (UInt256.Parse(usdc.LedgerEnd) + UInt256.Parse(usdc.ChainEnd) - UInt256.Parse(usdc.LedgerStart)
                - UInt256.Parse(usdc.ChainStart)).ToString());
        Assert.Equal(["USDC", "WETH"], report.Holdings.Select(h => h.Token));
    }

    [Fact]
    public void What_needs_a_pool_that_another_has_used_is_missed_as_overlapping()
    {
        // Back by the recorded pool gains more than by the house's, whose fee is six times as high.
        using var day = new ArbitrageDay(
            [[ArbitrageDay.Swap(1, ArbitrageDay.Tick + 5)]], new ArbitrageOptions { GasPrice = 0 });
        day.OpenHouse(perMille: 0, ArbitrageDay.Tick + 5);
        OpenCurves(day, perMille: 20);
        var report = day.Play();
        Assert.Equal("taken", report.Largest[0].Outcome);
        Assert.Equal(["stable", "tokens", Real], report.Largest[0].Hops.Select(h => h.Pool));
        var behind = Assert.Single(report.Largest, l => l.Outcome == "overlap");
        Assert.Equal(["stable", "tokens", "WETH-USDC"], behind.Hops.Select(h => h.Pool));
        Assert.Equal(1, report.MissedByReason["overlap"]);
        Assert.Equal(report.Found, report.Taken + report.Missed);
        Assert.Equal(report.Sums.Single().MissedGain, behind.Profit);
    }

    [Fact]
    public void House_legs_with_a_recorded_one_between_are_not_together()
    {
        using var recorded = ArbitrageDay.Recorded(ArbitrageDay.Swap(1, ArbitrageDay.Tick));
        ArbitrageRoute RouteOf(params string[] real) => new(
            Ring(), [new(0, 0, 1), new(1, 0, 1), new(2, 0, 1), new(3, 0, 1)],
            id => real.Contains(id) ? recorded : null);
        Assert.False(RouteOf("0", "2").IsHouseTogether);
        Assert.False(RouteOf("1").IsHouseTogether);
        Assert.True(RouteOf("0").IsHouseTogether);
        Assert.True(RouteOf("0", "3").IsHouseTogether);
        Assert.True(RouteOf().IsHouseOnly && RouteOf().IsHouseTogether);
        Assert.False(RouteOf("0", "1", "2", "3").IsHouseTogether);
    }

    private static PoolMarket Ring()
    {
        ListedToken[] tokens = [.. "ABCD".Select(c => new ListedToken(0, $"{c}", $"{c}", new TokenDecimals(6)))];
        return new PoolMarket(Enumerable.Range(0, 4).Select(i => new ListedPool(
            $"{i}", 0, ImmutableArray.Create(tokens[i], tokens[(i + 1) % 4]),
            new ConstantProductCurve(1_000_000u, 1_000_000u, 3_000, FeePips.One))));
    }

    // The recorded price is about 2,250; here WETH is so many thousandths cheaper.
    private static void OpenCurves(ArbitrageDay day, int perMille)
    {
        var price = 2_249m * (1 - (perMille / 1_000m));
        day.OpenCurve(
            PoolId.Parse("stable"), [("USDC", 6), ("DAI", 18)],
            new CurveTerms.NextGeneration(4_000u, 1_000_000u, 20_000_000_000ul, [6, 18]), new FeePips(100),
            [Whole(5_000_000, 6), Whole(5_000_000, 18)]);
        day.OpenCurve(
            PoolId.Parse("tokens"), [("DAI", 18), ("WETH", 18), ("WBTC", 8)],
            new CurveTerms.Weighted(
                [Whole(0.4m, 18), Whole(0.4m, 18), Whole(0.2m, 18)], Whole(0.0001m, 18), [18, 18, 8]),
            new FeePips(100), [Whole(400_000, 18), Whole(400_000 / price, 18), Whole(4.5m, 8)]);
    }

    private static UInt256 Whole(decimal amount, int decimals) => Units.FromDecimal(amount, decimals, Rounding.Down);
}
