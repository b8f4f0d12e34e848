using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using ActorTrade.Configuration;
using ActorTrade.Domain.Numerics;
using ActorTrade.IntegrationTests.RecordedData;
using ActorTrade.Node.Configuration;
using ActorTrade.Node.Replay;

namespace ActorTrade.IntegrationTests.Replay;

/// <summary>Whole replays with a recorded pool beside the house's: an own small day, and the real one.</summary>
public sealed class ArbitrageReplayTests : IDisposable
{
    private const string FileName = "own-0x88e6a0c2ddd26feeb64f039a2c41296fcb3f5640-2024-01-05.pool.tick.csv";
    private const string Header =
        "block_number,block_timestamp,tx_type,transaction_hash,tx_index,log_index,sender,receipt,amount0,amount1,"
        + "total_liquidity,total_liquidity_delta,sqrtPriceX96,current_tick,tick_lower,tick_upper,liquidity\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void House_legs_are_settled_by_the_ledger()
    {
        var data = _folder.Write(FileName, Day());
        var report = ReplayRun.Execute(new ReplayOptions([data]));
        AssertSound(report);
        var arbitrage = report.Arbitrage!;
        Assert.True(arbitrage.Taken > 0, "Nothing was taken.");
        AssertNothingLost(arbitrage, new ArbitrageOptions());
        Assert.Equal(18, arbitrage.Holdings.Single(h => h.Token == "WETH").Decimals);
        Assert.Equal(["recorded", "house"], arbitrage.Pools.Select(p => p.Kind));
        AssertSame(report, ReplayRun.Execute(new ReplayOptions([data])));
    }

    [Fact]
    public void Dearer_gas_takes_less_and_without_bots_nothing_is_taken()
    {
        var data = _folder.Write(FileName, Day());
        var dear = ReplayRun.Execute(new ReplayOptions([data])
        {
            Arbitrage = new ArbitrageOptions { GasPrice = 100_000_000_000_000 },
        });
        Assert.Equal(0, dear.Arbitrage!.Taken);
        Assert.True(dear.Arbitrage.MissedByReason["below-gas"] > 0);
        var idle = ReplayRun.Execute(new ReplayOptions([data])
        {
            Configuration = NodeConfiguration.Load(
                new ConfigurationSources { Settings = ["Bots:RegisterAtStart=false"] }),
        });
        Assert.True(idle.Arbitrage!.MissedByReason["no-arbitrageur"] > 0);
        Assert.Empty(idle.Arbitrage.Holdings);
        AssertSound(idle);
    }

    [Fact]
    public void Without_a_recorded_pool_there_is_no_arbitrage_to_tell()
    {
        var data = _folder.Write("own.csv", "timestamp,symbol,last\n2024-01-05T00:00:00Z,WETH/USDC,2250\n");
        Assert.Null(ReplayRun.Execute(new ReplayOptions([data])).Arbitrage);
    }

    [Fact]
    public void The_real_day_repeats_and_no_taken_arbitrage_lost_money()
    {
        string[] data = [RealData.Folder("uniswap-v3")];
        var report = ReplayRun.Execute(new ReplayOptions(data));
        AssertSound(report);
        var arbitrage = report.Arbitrage!;
        Assert.Equal((6_234L, 0L), (arbitrage.Pools[0].Events, arbitrage.Pools[0].Unusable));
        Assert.True(arbitrage.Taken > 0, "Nothing was taken.");
        Assert.True(arbitrage.Crossings.Single().Count > 0);
        Assert.Equal((1, null), (arbitrage.RecordedPools, arbitrage.CrossingsOfRecordedPools));
        AssertNothingLost(arbitrage, new ArbitrageOptions());
        AssertSame(report, ReplayRun.Execute(new ReplayOptions(data)));
    }

    private static void AssertSound(ReplayReport report)
    {
        Assert.Empty(report.Problems);
        Assert.True(report.IsSound);
    }

    private static void AssertSame(ReplayReport first, ReplayReport second)
    {
        Assert.Equal(first.OrderListHash, second.OrderListHash);
        Assert.Equal(first.StateHash, second.StateHash);
        Assert.Equal(JsonSerializer.Serialize(first.Arbitrage), JsonSerializer.Serialize(second.Arbitrage));
    }

    // By each entry, and by what the account and the notional side hold in the end.
    private static void AssertNothingLost(ArbitrageReport arbitrage, ArbitrageOptions options)
    {
        Assert.Equal(arbitrage.Found, arbitrage.Taken + arbitrage.Missed);
        Assert.Equal(arbitrage.Missed, arbitrage.MissedByReason.Values.Sum());
        Assert.InRange(arbitrage.Sized, arbitrage.Taken, arbitrage.Found);
        foreach (var taken in arbitrage.Largest.Where(l => l.Outcome == "taken"))
        {
            var profit = Int(taken.AmountOut) - Int(taken.AmountIn) - Int(taken.Gas!);
            Assert.Equal(Int(taken.Profit!), profit);
            Assert.True(profit > 0, $"{taken} lost {-profit}.");
        }

        var sum = arbitrage.Sums.Single();
        Assert.Equal(Int(sum.FoundGain), Int(sum.TakenGain) + Int(sum.MissedGain));
        Assert.Equal(Int(sum.TakenProfit), Int(sum.TakenGain) - Int(sum.TakenGas));
        var gas = (options.Gas.Transaction + options.Gas.OfHop("concentrated").Units) * (BigInteger)options.GasPrice;
        Assert.Equal(Int(sum.TakenGain), ChangeOf(arbitrage, "USDC"));
        Assert.Equal(-gas * arbitrage.Taken, ChangeOf(arbitrage, "WETH"));
    }

    private static BigInteger ChangeOf(ArbitrageReport arbitrage, string token)
    {
        var held = arbitrage.Holdings.Single(h => h.Token == token);
        return Int(held.LedgerEnd) + Int(held.ChainEnd) - Int(held.LedgerStart) - Int(held.ChainStart);
    }

    private static BigInteger Int(string text) => BigInteger.Parse(text, CultureInfo.InvariantCulture);

    // Swaps twelve seconds apart that move the price up and down by two percent.
    private static string Day()
    {
        var text = new StringBuilder(Header);
        for (var i = 0; i < 60; i++)
        {
            var tick = 199135 + (int)(200 * Math.Sin(i / 5.0));
            var root = Domain.Amm.Curves.TickMath.SqrtPriceAt(tick) + UInt256.One;
            var at = new DateTime(2024, 1, 5).AddSeconds(12 * i);
            text.Append(
                CultureInfo.InvariantCulture,
                $"{1000 + i},{at:yyyy-MM-dd HH:mm:ss},SWAP,0x{i:x64},0,1,0x1111111111111111111111111111111111111111,");
            text.Append(
                CultureInfo.InvariantCulture,
                $"0x2222222222222222222222222222222222222222,{2_250_000_000 + i},-1000000000000000000,");
            text.Append(CultureInfo.InvariantCulture, $"12000000000000000000,0,{root},{tick}.0,,,\n");
        }

        return text.ToString();
    }
}
