using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Numerics;
using ActorTrade.Node.Replay;
using ActorTrade.Venues.Recorded;

namespace ActorTrade.UnitTests.Replay;

/// <summary>Fees are 0.3 % in the house pool and 0.05 % in the recorded one, so a gap above 3.5 ‰ gains.</summary>
public sealed class ArbitrageWatchTests
{
    private const string Real = "uniswap-v3:0x1111111111111111111111111111111111111111";

    // A transaction and a concentrated hop, at 25 gwei.
    private static readonly UInt256 GasWei = (UInt256)(ulong)(
        (GasTable.Default.Transaction + GasTable.Default.OfHop("concentrated").Units) * 25_000_000_000);

    [Theory]
    [InlineData(15, Real, "WETH-USDC")]
    [InlineData(-15, "WETH-USDC", Real)]
    public void A_gap_above_fees_and_gas_is_taken_where_it_is_cheap(int perMille, string from, string to)
    {
        using var day = Day(perMille);
        var report = day.Play();
        var entry = Assert.Single(report.Largest);
        Assert.Equal(("taken", from, to), (entry.Outcome, entry.BuysFrom, entry.SellsTo));
        Assert.Equal((1, 1, 1, 0), (report.Found, report.Sized, report.Taken, report.Missed));

        // The house leg is what the pool gave, to the unit.
        var swap = Assert.Single(day.Swaps);
        Assert.Equal(
            from == Real ? (entry.AmountBetween, entry.AmountOut) : (entry.AmountIn, entry.AmountBetween),
            (swap.AmountIn.ToString(), swap.AmountOut.ToString()));
        AssertBooksAgree(report);
    }

    [Fact]
    public void A_gap_below_the_fees_is_none()
    {
        using var day = Day(perMille: 3);
        var report = day.Play();
        Assert.Equal((0, 0), (report.Found, report.Crossings.Sum(c => c.Count)));
        Assert.Empty(day.Swaps);
    }

    [Fact]
    public void What_gains_less_than_its_gas_is_missed_and_counted_once_at_its_best()
    {
        // Twice while it lasts the prices move: 3.6, 4.0 and 3.7 ‰; then it is gone.
        using var day = new ArbitrageDay(
            [[Swap(1, 3), Swap(2, 7), Swap(3, 4), Swap(4, -30)]],
            new ArbitrageOptions { GasPrice = 1_000_000_000_000 });
        day.OpenHouse(perMille: 3.6m, ArbitrageDay.Tick + 3);
        var report = day.Play();
        Assert.Equal((1, 1, 0, 1), (report.Found, report.Sized, report.Taken, report.Missed));
        Assert.Equal(("below-gas", 1), (report.MissedByReason.Single().Key, report.MissedByReason.Single().Value));
        var entry = Assert.Single(report.Largest);
        Assert.Equal((1, 4, 1_002), (entry.At.Second, entry.Until.Second, entry.Block));
        Assert.Equal(report.Sums.Single().MissedGain, Difference(entry.AmountOut, entry.AmountIn));
        Assert.Equal("-", entry.Profit![..1]);
    }

    [Fact]
    public void Every_obstacle_has_its_reason()
    {
        using var refused = Day(perMille: 15);
        refused.Refusal = "below-minimum";
        Assert.Equal(["swap-refused"], refused.Play().MissedByReason.Keys);

        using var nobody = Day(perMille: 15, isEmployed: false);
        Assert.Equal(["no-arbitrageur"], nobody.Play().MissedByReason.Keys);

        using var poor = Day(perMille: 15, capital: 1);
        Assert.Equal(["inventory"], poor.Play().MissedByReason.Keys);
    }

    [Fact]
    public void A_state_that_is_too_old_is_not_traded_with()
    {
        using var day = Day(perMille: 0);
        day.Watch.Observe(ArbitrageDay.TickOf(Swap(1, 0, 1)));
        day.Trade("USDC", Units.FromDecimal(10_000m, 6, Rounding.Down));
        day.Watch.Look(ArbitrageDay.Start.AddSeconds(62));
        var report = day.Watch.Report(ArbitrageDay.Start.AddSeconds(62));
        Assert.Equal(["state-too-old"], report.MissedByReason.Keys);
    }

    [Fact]
    public void On_the_border_of_the_known_ticks_there_is_no_size()
    {
        // The price came down to the tick exactly: what lies above it is not known, and WETH is bought going up.
        var border = Swap(1, 0) with { CurrentTick = ArbitrageDay.Tick - 1 };
        using var day = new ArbitrageDay([[border]]);
        day.OpenHouse(perMille: -15);
        var report = day.Play();
        Assert.Equal((1, 0, 0), (report.Found, report.Sized, report.Taken));
        Assert.Equal(["ticks-unknown"], report.MissedByReason.Keys);
    }

    [Fact]
    public void A_size_ends_where_the_ticks_do()
    {
        // With so little liquidity the range of ten ticks is used up before the gap is closed.
        var thin = Swap(1, 5) with { TotalLiquidity = ArbitrageDay.Liquidity / 1_000 };
        using var day = new ArbitrageDay([[thin]], new ArbitrageOptions { GasPrice = 0 });
        day.OpenHouse(perMille: -8);
        Assert.True(day.Play().Largest[0].EndsAtKnownTicks);
    }

    [Fact]
    public void What_is_held_bounds_the_size()
    {
        using var rich = Day(perMille: 15);
        using var poor = Day(perMille: 15, new ArbitrageOptions { GasPrice = 0 }, capital: 500);
        var (all, part) = (rich.Play(), poor.Play());
        var amountIn = UInt256.Parse(part.Largest.First(l => l.Outcome == "taken").AmountIn);
        Assert.InRange((double)amountIn, 400e6, 500e6);
        Assert.True(UInt256.Parse(all.Largest[0].AmountIn) > 500_000_000u);
        Assert.True(part.Missed > 0 && part.MissedByReason.ContainsKey("inventory"));
    }

    [Fact]
    public void Two_recorded_pools_cross_and_neither_can_be_moved()
    {
        using var day = new ArbitrageDay(
            [[Swap(1, 3), Swap(3, 104), Swap(5, 3)], [Swap(2, 60), Swap(4, 60), Swap(6, 60)]]);
        var report = day.Play();
        Assert.Equal((2, 2L), (report.RecordedPools, report.CrossingsOfRecordedPools));
        Assert.Equal(["recorded-pools-only"], report.MissedByReason.Keys);
        Assert.Equal(0, report.Taken);
    }

    [Fact]
    public void With_one_recorded_pool_the_crossings_are_those_with_the_house()
    {
        using var day = new ArbitrageDay([[Swap(1, 0, 1), Swap(2, -20), Swap(3, 20), Swap(4, 20)]]);
        day.OpenHouse(perMille: 1);
        var report = day.Play();
        Assert.Null(report.CrossingsOfRecordedPools);
        Assert.Equal(new PoolCrossings("WETH-USDC", Real, "WETH/USDC", 2), Assert.Single(report.Crossings));
    }

    private static ArbitrageDay Day(
        int perMille, ArbitrageOptions? options = null, bool isEmployed = true, decimal capital = 100_000m)
    {
        var day = new ArbitrageDay([[Swap(1, 3)]], options, isEmployed, capital);
        day.OpenHouse(perMille, ArbitrageDay.Tick + 3);
        return day;
    }

    private static UniswapV3Event Swap(int second, int tick, uint above = 0) =>
        ArbitrageDay.Swap(second, ArbitrageDay.Tick + tick, above);

    // Both sides together: what was taken came in, gas went out, nothing else moved.
    private static void AssertBooksAgree(ArbitrageReport report)
    {
        var sum = Assert.Single(report.Sums);
        Assert.True(UInt256.Parse(sum.TakenProfit) > UInt256.Zero);
        var usdc = report.Holdings.Single(h => h.Token == "USDC");
        var weth = report.Holdings.Single(h => h.Token == "WETH");
        Assert.Equal(sum.TakenGain, Difference(Total(usdc).End, Total(usdc).Start));
        Assert.Equal((GasWei * (ulong)report.Taken).ToString(), Difference(Total(weth).Start, Total(weth).End));
        Assert.Equal("USDC", report.Marked!.Currency);
        Assert.True(report.Marked.Profit > 0);
    }

    private static (string Start, string End) Total(ArbitrageHolding h) => (
        (UInt256.Parse(h.LedgerStart) + UInt256.Parse(h.ChainStart)).ToString(),
        (UInt256.Parse(h.LedgerEnd) + UInt256.Parse(h.ChainEnd)).ToString());

    private static string Difference(string a, string b) => (UInt256.Parse(a) - UInt256.Parse(b)).ToString();
}
