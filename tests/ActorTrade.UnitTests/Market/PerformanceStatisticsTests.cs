using ActorTrade.Market.Statistics;
using static ActorTrade.UnitTests.Market.MarketTicks;

namespace ActorTrade.UnitTests.Market;

public sealed class PerformanceStatisticsTests
{
    [Fact]
    public void Known_answers_of_four_minutes()
    {
        // Returns +10 %, −10 %, +20 %, 0 %; mean 0.05; sample variance (0.05² + 0.15² + 0.15² + 0.05²) / 3 = 0.05 / 3.
        var statistics = PerformanceStatistics.Of(
            Curve((0, 100), (1, 110), (2, 99), (3, 118.8m), (4, 118.8m)),
            [Trade(30, fees: 1), Trade(-10, fees: 0.5m), Trade(0, fees: 0), Trade(-5, fees: 0.5m)],
            feesOfOpenPositions: 0.25m);
        var annual = Math.Sqrt(365.25 * 24 * 60);

        Assert.Equal((100m, 118.8m, 18.8m, 0.188m), (
            statistics.StartEquity, statistics.EndEquity, statistics.NetProfit, statistics.TotalReturn!.Value));
        Assert.Equal(0.1m, statistics.MaxDrawdown);
        Assert.Equal(0.05 / Math.Sqrt(0.05 / 3) * annual, statistics.Sharpe!.Value, 6);
        Assert.Equal(0.05 / Math.Sqrt(0.01 / 4) * annual, statistics.Sortino!.Value, 6);
        Assert.Equal((2m, 0.25m, 3.75m), (
            statistics.ProfitFactor!.Value, statistics.WinRate!.Value, statistics.Expectancy!.Value));
        Assert.Equal((4, 2.25m), (statistics.Trades, statistics.Fees));
        Assert.Null(statistics.Cagr);
    }

    [Fact]
    public void Known_answers_of_two_years()
    {
        var start = Start.AddDays(730.5);
        var statistics = PerformanceStatistics.Of(
            [new(Start, 100), new(Start.AddDays(100), 160), new(Start.AddDays(200), 120), new(start, 144)], []);

        Assert.Equal(0.2, statistics.Cagr!.Value, 12);
        Assert.Equal(0.25m, statistics.MaxDrawdown);
        Assert.Equal(0.8, statistics.Calmar!.Value, 12);

        // 731 daily returns (the last of half a day), three of them not zero: 0.6, −0.25, 0.2.
        Assert.Equal(0.55 / 731 / Math.Sqrt(0.0625 / 731) * Math.Sqrt(731 / 2.0), statistics.Sortino!.Value, 10);
        Assert.Null(statistics.ProfitFactor);
        Assert.Null(statistics.WinRate);
        Assert.Null(statistics.Expectancy);
    }

    [Fact]
    public void Without_variance_time_or_trades_figures_are_null_not_infinite()
    {
        var flat = PerformanceStatistics.Of(Curve((0, 100), (10, 100)), []);
        var single = PerformanceStatistics.Of(Curve((0, 100)), [Trade(5, 0)]);
        var steady = PerformanceStatistics.Of(Curve([.. Enumerable.Range(0, 9).Select(i => (i, 1m + 0m))]), []);

        Assert.Equal((null, null, null, 0m), (flat.Sharpe, flat.Sortino, flat.Calmar, flat.MaxDrawdown));
        Assert.Equal(0, flat.Cagr);
        Assert.Equal((null, null, null), (single.Cagr, single.Sharpe, single.ProfitFactor));
        Assert.Null(steady.Sharpe);
    }

    [Fact]
    public void Equal_returns_have_no_sharpe_although_they_round_differently()
    {
        var equity = 100m;
        var curve = Enumerable.Range(0, 60).Select(i => (i, equity *= 1.01m)).ToArray();

        Assert.Null(PerformanceStatistics.Of(Curve(curve), []).Sharpe);
    }

    [Fact]
    public void Ruin_and_debt_are_defined()
    {
        var ruined = PerformanceStatistics.Of(Curve((0, 100), (1, 0), (2, 0)), []);
        var indebted = PerformanceStatistics.Of(Curve((0, 100), (1, -50), (2, -20)), []);

        Assert.Equal((-1d, 1m, -1m), (ruined.Cagr!.Value, ruined.MaxDrawdown, ruined.TotalReturn!.Value));
        Assert.Null(ruined.Sharpe);
        Assert.Equal((1.5m, null), (indebted.MaxDrawdown, indebted.Sortino));
        Assert.Null(PerformanceStatistics.Of(Curve((0, 0), (1, 10)), []).TotalReturn);
    }

    [Fact]
    public void Curve_must_exist_and_go_forward()
    {
        Assert.Throws<ArgumentException>(() => PerformanceStatistics.Of([], []));
        Assert.Throws<ArgumentException>(() => PerformanceStatistics.Of(Curve((1, 1), (0, 1)), []));
    }

    [Fact]
    public void Sum_of_curves_is_worth_what_each_is_worth_at_every_instant()
    {
        var sum = PerformanceStatistics.Sum([Curve((0, 100), (2, 110), (5, 90)), Curve((1, 50), (2, 60), (7, 70))]);

        Assert.Equal(Curve((0, 150), (1, 150), (2, 170), (5, 150), (7, 160)), sum);
    }

    private static ClosedTrade Trade(decimal profit, decimal fees) => new(Start, profit, fees);

    private static EquityPoint[] Curve(params (int Minute, decimal Equity)[] points) =>
        [.. points.Select(p => new EquityPoint(Start.AddMinutes(p.Minute), p.Equity))];
}
