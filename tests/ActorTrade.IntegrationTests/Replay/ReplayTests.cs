using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorTrade.Configuration;
using ActorTrade.Domain;
using ActorTrade.IntegrationTests.RecordedData;
using ActorTrade.Journal.Verification;
using ActorTrade.Market.Simulation;
using ActorTrade.Node.Configuration;
using ActorTrade.Node.Replay;
using ActorTrade.Venues.Recorded;

namespace ActorTrade.IntegrationTests.Replay;

/// <summary>Whole replays over synthetic data, and over real data where it is there.</summary>
public sealed class ReplayTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2024, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_same_data_gives_the_same_orders_and_states()
    {
        var data = _folder.Write("market.csv", Market(8_000, TimeSpan.FromSeconds(20)));
        var first = ReplayRun.Execute(new ReplayOptions([data]));
        var second = ReplayRun.Execute(new ReplayOptions([data]));
        Assert.Equal(first.OrderListHash, second.OrderListHash);
        Assert.Equal(first.StateHash, second.StateHash);
        Assert.Equal(8_000, first.Ticks);
        Assert.True(first.Orders.Created > 0);
        Assert.True(first.Swaps.Settled > 0);
        AssertSound(first);
    }

    [Fact]
    public void Another_input_gives_other_hashes()
    {
        var interval = TimeSpan.FromSeconds(20);
        var one = ReplayRun.Execute(new ReplayOptions([_folder.Write("1.csv", Market(3_000, interval))]));
        var two = ReplayRun.Execute(new ReplayOptions([_folder.Write("2.csv", Market(3_000, interval, seed: 2))]));
        Assert.NotEqual(one.OrderListHash, two.OrderListHash);
        Assert.NotEqual(one.StateHash, two.StateHash);
    }

    [Fact]
    public void The_seed_matters_where_chance_does_and_nowhere_else()
    {
        var data = _folder.Write("market.csv", Market(4_000, TimeSpan.FromSeconds(20)));
        var faulty = NodeConfiguration.Load(new ConfigurationSources { Settings = ["Venue:FaultPerMille=200"] });
        ReplayReport Run(ulong seed, NodeConfiguration configuration) =>
            ReplayRun.Execute(new ReplayOptions([data]) { Seed = seed, Configuration = configuration });

        var (calm1, calm2) = (Run(1, NodeConfiguration.Default), Run(2, NodeConfiguration.Default));
        Assert.Equal(calm1.OrderListHash, calm2.OrderListHash);
        Assert.Equal(calm1.StateHash, calm2.StateHash);

        var (faulty1, faulty2, again) = (Run(1, faulty), Run(2, faulty), Run(1, faulty));
        Assert.Equal(faulty1.OrderListHash, again.OrderListHash);
        Assert.Equal(faulty1.StateHash, again.StateHash);
        Assert.NotEqual(faulty1.OrderListHash, faulty2.OrderListHash);
        Assert.True(faulty1.Orders.InDoubt > 0);
        AssertSound(faulty1);
        AssertSound(faulty2);
    }

    [Fact]
    public void Ticks_of_one_millisecond_are_replayed_in_the_order_they_came()
    {
        var data = _folder.Write("fast.csv", Market(5_000, TimeSpan.FromMilliseconds(1)));
        var first = ReplayRun.Execute(new ReplayOptions([data]));
        Assert.Equal(first.StateHash, ReplayRun.Execute(new ReplayOptions([data])).StateHash);
        AssertSound(first);
    }

    [Fact]
    public void The_report_has_every_documented_field()
    {
        var data = _folder.Write("market.csv", Market(2_000, TimeSpan.FromSeconds(20)));
        using var json = JsonDocument.Parse(ReplayRun.Execute(new ReplayOptions([data])).ToJson());
        var root = json.RootElement;
        string[] top =
        [
            "version", "seed", "period", "ticks", "elapsedSeconds", "cpuSeconds", "ticksPerSecond", "symbols",
            "badRows", "ignoredFiles", "bots", "total", "orders", "swaps", "signals", "opportunities",
            "arbitrage", "orderListHash", "stateHash", "conservation", "journal", "problems",
        ];
        Assert.Equal(top, root.EnumerateObject().Select(p => p.Name));
        string[] figures =
        [
            "startEquity", "endEquity", "netProfit", "totalReturn", "cagr", "sharpe", "sortino", "calmar",
            "maxDrawdown", "profitFactor", "winRate", "expectancy", "trades", "fees",
        ];
        foreach (var owner in root.GetProperty("bots").EnumerateArray().Append(root.GetProperty("total")))
        {
            Assert.All(figures, figure => Assert.True(owner.TryGetProperty(figure, out _), figure));
        }

        Assert.Equal(64, root.GetProperty("orderListHash").GetString()!.Length);
        Assert.All(
            root.GetProperty("conservation").EnumerateArray(),
            token => Assert.True(token.GetProperty("ok").GetBoolean()));
    }

    [Fact]
    public void Every_fitting_bot_gets_its_capital_and_the_total_is_their_sum()
    {
        var data = _folder.Write("market.csv", Market(2_000, TimeSpan.FromSeconds(20)));
        var report = ReplayRun.Execute(new ReplayOptions([data]));
        Assert.All(
            report.Bots.Where(b => b.Kind != "triangle" && b.Currency == "USD"),
            b => Assert.Equal(100_000m, b.StartEquity));
        string[] kinds = ["arbitrage", "dca", "grid", "mean-reversion", "trend", "triangle"];
        Assert.Equal(kinds, report.Bots.Select(b => b.Kind).Distinct().Order());
        Assert.Equal(5, report.Bots.Count(b => b.Kind == "grid"));
        Assert.Empty(report.Total.Excluded);
        Assert.Equal("USD", report.Total.Currency);
        Assert.Equal(report.Bots.Sum(b => b.Trades), report.Total.Trades);
    }

    [Fact]
    public void A_bad_row_is_reported_with_file_and_line_and_strict_stops_at_it()
    {
        var lines = Market(200, TimeSpan.FromSeconds(20)).Split('\n').ToList();
        lines.Insert(100, "2024-01-05T00:00:00Z,BTC/USD,x,nonsense,1,,");
        var data = _folder.Write("market.csv", string.Join('\n', lines));
        var report = ReplayRun.Execute(new ReplayOptions([data]));
        Assert.Equal(200, report.Ticks);
        Assert.Equal(1, report.BadRows.Count);
        var row = Assert.Single(report.BadRows.Rows);
        Assert.Equal((data, 101), (row.File, row.Line));
        var stopped = Assert.Throws<RecordedDataException>(
            () => ReplayRun.Execute(new ReplayOptions([data]) { Strict = true }));
        Assert.Equal(101, stopped.Row.Line);
    }

    [Fact]
    public void A_kept_journal_is_whole_and_verifies_to_the_same_states()
    {
        var data = _folder.Write("market.csv", Market(3_000, TimeSpan.FromSeconds(20)));
        var directory = Path.Combine(_folder.Root, "journal");
        var report = ReplayRun.Execute(new ReplayOptions([data]) { JournalDirectory = directory });
        var verified = JournalVerifier.Verify(directory, EntityKinds.All, EntityKinds.Catalog());
        Assert.True(verified.IsClean);
        Assert.Equal(report.StateHash, verified.StateHash);
        Assert.Equal(report.Journal.Events, verified.Events);
        Assert.Throws<InvalidOperationException>(
            () => ReplayRun.Execute(new ReplayOptions([data]) { JournalDirectory = directory }));
    }

    [Fact]
    public void A_file_of_trades_alone_trades_too()
    {
        var text = new StringBuilder("timestamp,symbol,venue,last,volume\n");
        for (var i = 0; i < 600; i++)
        {
            var price = 100 + (5 * Math.Sin(i / 20.0));
            text.Append(CultureInfo.InvariantCulture, $"{Start.AddMinutes(i):O},AAA/USD,x,{price:F2},10\n");
        }

        var report = ReplayRun.Execute(new ReplayOptions([_folder.Write("trades.csv", text.ToString())]));
        Assert.True(report.Orders.Filled > 0);
        AssertSound(report);
    }

    [Fact]
    public void A_long_pause_costs_little_and_loses_nothing()
    {
        // Two years between two ticks: every entity is unloaded in between and read back from the journal behind.
        var before = Market(2_000, TimeSpan.FromSeconds(20));
        var after = Market(2_000, TimeSpan.FromSeconds(20), seed: 3, start: Start.AddYears(2), isContinued: true);
        var report = ReplayRun.Execute(new ReplayOptions([_folder.Write("gap.csv", before + after)]));
        Assert.Equal(4_000, report.Ticks);
        AssertSound(report);
    }

    [Fact]
    public void No_data_is_an_error()
    {
        _folder.Write("readme.txt", "nothing");
        Assert.Throws<InvalidOperationException>(() => ReplayRun.Execute(new ReplayOptions([_folder.Root])));
        Assert.Throws<FileNotFoundException>(() => ReplayRun.Execute(new ReplayOptions([_folder.Root + "/none"])));
    }

    [Fact]
    public void Real_data_is_traded_by_every_kind_of_bot_and_repeats()
    {
        var forex = Path.Combine(RealData.Folder("oanda-minute"), "eurusd", "20180404_quote.zip");
        string[] data = [RealData.Folder("coinbase-minute"), forex];
        var first = ReplayRun.Execute(new ReplayOptions(data));
        Assert.All(
            first.Bots.GroupBy(b => b.Kind),
            kind => Assert.True(kind.Sum(b => b.Fills + b.Swaps) > 0, $"No {kind.Key} bot traded."));
        Assert.Equal(6, first.Bots.Select(b => b.Kind).Distinct().Count());
        Assert.True(first.Opportunities.Triangular > 0);
        Assert.Equal(29_672, first.Ticks);
        AssertSound(first);
        var second = ReplayRun.Execute(new ReplayOptions(data));
        Assert.Equal(first.OrderListHash, second.OrderListHash);
        Assert.Equal(first.StateHash, second.StateHash);
    }

    private static void AssertSound(ReplayReport report)
    {
        Assert.Empty(report.Problems);
        Assert.True(report.IsSound);
        Assert.Equal(0, report.Orders.Open);
        Assert.NotEmpty(report.Conservation);
        Assert.All(report.Conservation, token => Assert.True(token.Ok, token.Token));
        Assert.All(report.Conservation, token => Assert.Equal("0", token.InTransit));
    }

    private static string Market(
        int ticks, TimeSpan interval, ulong seed = 1, DateTimeOffset? start = null, bool isContinued = false)
    {
        var text = new StringBuilder(isContinued ? "" : "timestamp,symbol,venue,bid,ask,last,volume\n");
        foreach (var t in new SimulatedMarket(seed, start ?? Start, interval).Ticks().Take(ticks))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{t.At.ToUnixTimeMilliseconds()},{t.Symbol.Base}/{t.Symbol.Quote},{t.Venue},{t.Bid},{t.Ask},");
            text.Append(CultureInfo.InvariantCulture, $"{t.Last},{t.Volume}\n");
        }

        return text.ToString();
    }
}
