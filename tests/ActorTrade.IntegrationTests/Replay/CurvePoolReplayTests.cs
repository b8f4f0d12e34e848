using System.Text.Json;
using ActorTrade.Configuration;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.IntegrationTests.RecordedData;
using ActorTrade.Node.Configuration;
using ActorTrade.Node.Replay;

namespace ActorTrade.IntegrationTests.Replay;

/// <summary>
/// The sample day with a StableSwap pool of USDC and DAI and a weighted pool of DAI, WETH and WBTC, in which WETH is
/// 1.5 % too cheap: USDC, DAI, WETH and back gains, through the house's WETH pool by more than its fee, through the
/// recorded one by less than its gas.
/// </summary>
public sealed class CurvePoolReplayTests : IDisposable
{
    private static readonly FeePips Treasury = new(100);
    private static readonly TokenId Dai = TokenId.Parse("DAI");
    private static readonly TokenId Usdc = TokenId.Parse("USDC");
    private static readonly TokenId Weth = TokenId.Parse("WETH");

    private static readonly ReplayPool Stable = new(
        PoolId.Parse("stable"),
        [(Usdc, new TokenDecimals(6)), (Dai, new TokenDecimals(18))],
        new CurveTerms.NextGeneration(4_000u, 1_000_000u, 20_000_000_000ul, [6, 18]),
        Treasury,
        [Whole(5_000_000, 6), Whole(5_000_000, 18)]);

    private static readonly ReplayPool Weighted = new(
        PoolId.Parse("weighted"),
        [(Dai, new TokenDecimals(18)), (Weth, new TokenDecimals(18)), (TokenId.Parse("WBTC"), new TokenDecimals(8))],
        new CurveTerms.Weighted([Whole(0.4m, 18), Whole(0.4m, 18), Whole(0.2m, 18)], Whole(0.0001m, 18), [18, 18, 8]),
        Treasury,
        [Whole(40_000, 18), Whole(18.0485m, 18), Whole(0.45m, 8)]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_cycle_of_three_house_pools_is_taken_whole_and_at_its_best_size()
    {
        var report = Run();
        var arbitrage = report.Arbitrage!;
        var taken = Assert.Single(arbitrage.Largest, l => l.Outcome == "taken");
        Assert.Equal(["stable", "weighted", "WETH-USDC"], taken.Hops.Select(h => h.Pool));
        Assert.Equal(["USDC", "DAI", "WETH"], taken.Hops.Select(h => h.TokenIn));
        Assert.All(taken.Hops, h => Assert.Equal("house", h.Kind));
        Assert.Equal(("USDC", "0", 0L), (taken.Token, taken.Gas, taken.Block));

        // As large as trying every size says, and each leg as the pools' mathematics do it.
        var best = BruteForce(report.Symbols.Single(s => s.Symbol == "WETH/USDC").FirstPrice!.Value);
        var gain = UInt256.Parse(taken.AmountOut) - UInt256.Parse(taken.AmountIn);
        Assert.True(gain + UInt256.One >= best, $"It gained {gain}; {best} was there.");
        Assert.True(gain <= best + UInt256.One, $"It gained {gain}; there was no more than {best}.");

        // What it gained is on the ledger, and nothing else has changed there.
        var usdc = arbitrage.Holdings.Single(h => h.Token == "USDC");
        Assert.Equal(gain, UInt256.Parse(usdc.LedgerEnd) - UInt256.Parse(usdc.LedgerStart));
        Assert.Equal(usdc.ChainStart, usdc.ChainEnd);
        var sum = arbitrage.Sums.Single();
        Assert.Equal((gain.ToString(), "0", gain.ToString()), (sum.TakenGain, sum.TakenGas, sum.TakenProfit));
        Assert.Equal(Units.ToDecimal(gain, 6), arbitrage.Marked!.Profit);
        Assert.Empty(arbitrage.Marked.Excluded);
    }

    [Fact]
    public void The_same_gain_by_the_recorded_pool_is_missed_for_its_gas()
    {
        var arbitrage = Run().Arbitrage!;
        var missed = arbitrage.Largest.First(l => l.Hops.Count == 3 && l.Hops.Any(h => h.Kind == "recorded"));
        Assert.Equal("below-gas", missed.Outcome);
        Assert.Equal(["house", "house", "recorded"], missed.Hops.Select(h => h.Kind));
        Assert.True(UInt256.Parse(missed.AmountOut) > UInt256.Parse(missed.AmountIn));
        Assert.Equal("-", missed.Profit![..1]);
        Assert.True(arbitrage.MissedByReason["below-gas"] > 0);
        Assert.Equal(arbitrage.Found, arbitrage.Taken + arbitrage.Missed);
        Assert.Equal(arbitrage.Missed, arbitrage.MissedByReason.Values.Sum());
        Assert.Equal((1, null), (arbitrage.RecordedPools, arbitrage.CrossingsOfRecordedPools));
    }

    [Fact]
    public void The_report_names_every_pool_and_repeats()
    {
        var (first, second) = (Run(), Run());
        Assert.Equal(
            ["concentrated", "constant-product", "stableswap-ng", "balancer-weighted"],
            first.Arbitrage!.Pools.Select(p => p.Curve));
        Assert.Equal("DAI/WETH/WBTC", first.Arbitrage.Pools[^1].Symbol);
        Assert.Equal(first.StateHash, second.StateHash);
        Assert.Equal(JsonSerializer.Serialize(first.Arbitrage), JsonSerializer.Serialize(second.Arbitrage));
    }

    [Fact]
    public void Without_an_arbitrageur_it_is_missed_for_want_of_one()
    {
        var arbitrage = Run("Bots:RegisterAtStart=false").Arbitrage!;
        Assert.Equal(0, arbitrage.Taken);
        Assert.Contains(arbitrage.Largest, l => l.Outcome == "no-arbitrageur" && l.Hops.All(h => h.Kind == "house"));
    }

    private static UInt256 Whole(decimal amount, int decimals) => Units.FromDecimal(amount, decimals, Rounding.Down);

    private ReplayReport Run(params string[] settings)
    {
        var data = _folder.Write(
            "sample-0x88e6a0c2ddd26feeb64f039a2c41296fcb3f5640-2024-01-05.pool.tick.csv",
            File.ReadAllText(Path.Combine(Repository(), "docs", "samples",
                "example-0x88e6a0c2ddd26feeb64f039a2c41296fcb3f5640-2024-01-05.pool.tick.csv")));
        var report = ReplayRun.Execute(new ReplayOptions([data])
        {
            BotKinds = [],
            HousePools = [Stable, Weighted],
            Configuration = NodeConfiguration.Load(new ConfigurationSources { Settings = [.. settings] }),
        });
        Assert.Empty(report.Problems);
        Assert.True(report.IsSound);
        Assert.Contains(report.Conservation, c => c.Token == "WBTC");
        Assert.All(report.Conservation, c => Assert.True(c.Ok && c.InTransit == "0", c.Token));
        return report;
    }

    // Every size to a millionth of a dollar around the best of coarser steps.
    private static UInt256 BruteForce(decimal price)
    {
        var stable = Stable.Curve!.At([.. Stable.Deposit]);
        var weighted = Weighted.Curve!.At([.. Weighted.Deposit]);
        var usdc = Whole(1_000_000, 6);
        var weth = new Instrument(new Symbol("WETH", "USDC"), Weth, Usdc, 18, 6).QuantityFromNotional(usdc, price);
        SignedAmount GainOf(UInt256 amountIn)
        {
            Assert.Equal(QuoteError.None, stable.QuoteExactIn(0, 1, Kept(amountIn), out var dai));
            Assert.Equal(QuoteError.None, weighted.QuoteExactIn(0, 1, Kept(dai.AmountOut), out var ether));
            Assert.Equal(QuoteError.None, ConstantProduct.QuoteExactIn(
                weth, usdc, ether.AmountOut, FeeSchedule.Standard.Total, out var back));
            return (SignedAmount)back.AmountOut - amountIn;
        }

        var middle = Whole(1_000, 6);
        foreach (var step in new[] { 1_000_000u, 10_000u, 100u, 1u })
        {
            var from = middle > step * 999u ? middle - (step * 999u) : UInt256.One;
            middle = Enumerable.Range(0, 2_000).Select(i => from + ((UInt256)step * (uint)i)).MaxBy(GainOf);
        }

        return GainOf(middle).Magnitude;
    }

    private static UInt256 Kept(UInt256 amount) => amount - Treasury.Of(amount, Rounding.Down);

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "ActorTrade.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
