using ActorTrade.Domain.Markets;
using ActorTrade.Venues.Recorded;

namespace ActorTrade.IntegrationTests.RecordedData;

/// <summary>The readers against the facts that the description of the real data states.</summary>
public sealed class RealDataTests
{
    private static readonly DateTimeOffset April4 = new(2018, 4, 4, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("btcusd", "trade", 1007, 1440, 1440)]
    [InlineData("btcusd", "quote", 1437, 1436, null)]
    [InlineData("btceur", "trade", 949, 1395, 1319)]
    [InlineData("btceur", "quote", 1438, 1436, 1439)]
    [InlineData("ethusd", "trade", 1009, 1440, null)]
    [InlineData("ethusd", "quote", 1438, 1438, null)]
    [InlineData("ltcusd", "trade", 1008, 1439, 1440)]
    [InlineData("ltcusd", "quote", 1438, 1439, 1439)]
    public void Coinbase_minutes_have_the_stated_rows(string ticker, string type, int? day4, int? day5, int? day6)
    {
        var folder = Path.Combine(RealData.Folder("coinbase-minute"), ticker);
        int?[] expected = [day4, day5, day6];
        for (var i = 0; i < expected.Length; i++)
        {
            var file = Path.Combine(folder, $"2018040{4 + i}_{type}.zip");
            Assert.Equal(expected[i] is not null, File.Exists(file));
            if (expected[i] is { } rows)
            {
                Assert.Equal(rows, Good(file).Count);
            }
        }
    }

    [Fact]
    public void Coinbase_folder_merges_in_time_order_with_consecutive_sequence()
    {
        var ticks = Good(RealData.Folder("coinbase-minute"));

        Assert.Equal(28_264, ticks.Count);
        Assert.Equal(Enumerable.Range(0, ticks.Count).Select(i => (long)i), ticks.Select(t => t.Sequence));
        Assert.Equal(ticks.OrderBy(t => t.At).Select(t => t.Sequence), ticks.Select(t => t.Sequence));
        Assert.Equal(April4.AddMinutes(1), ticks[0].At);
        Assert.Equal(
            [new Symbol("BTC", "EUR"), new Symbol("BTC", "USD"), new Symbol("ETH", "USD"), new Symbol("LTC", "USD")],
            ticks.Select(t => t.Symbol).Distinct().OrderBy(s => s.ToString(), StringComparer.Ordinal));
    }

    [Fact]
    public void Triangle_of_btcusd_btceur_eurusd_gains_in_the_stated_minutes()
    {
        var coinbase = RealData.Folder("coinbase-minute");
        var oanda = RealData.Folder("oanda-minute");
        var btcUsd = Quotes(Path.Combine(coinbase, "btcusd", "20180404_quote.zip"));
        var btcEur = Quotes(Path.Combine(coinbase, "btceur", "20180404_quote.zip"));
        var eurUsd = Quotes(Path.Combine(oanda, "eurusd", "20180404_quote.zip"));
        var common = btcUsd.Keys.Where(at => btcEur.ContainsKey(at) && eurUsd.ContainsKey(at)).ToList();
        var forward = common.Select(at => (btcEur[at].Bid * eurUsd[at].Bid / btcUsd[at].Ask) - 1).ToList();
        var backward = common.Select(at => (btcUsd[at].Bid / eurUsd[at].Ask / btcEur[at].Ask) - 1).ToList();

        Assert.Equal(1405, common.Count);
        Assert.Equal([1284, 801, 58, 7], CountsAbove(forward));
        Assert.Equal([96, 6, 0, 0], CountsAbove(backward));
    }

    [Fact]
    public void Oanda_sets_have_the_stated_rows_and_hours()
    {
        var minutes = Good(RealData.Folder("oanda-minute"));
        var byDay = minutes.GroupBy(t => t.At.AddMinutes(-1).UtcDateTime.Date)
            .ToDictionary(g => g.Key, g => g.ToList());
        var hours = Good(RealData.Folder("oanda-hour"));

        Assert.Equal(15, byDay.Count);
        Assert.DoesNotContain(byDay.Keys, d => d.DayOfWeek == DayOfWeek.Saturday);
        Assert.Equal([157, 169], Rows(DayOfWeek.Sunday));
        Assert.Equal([1222, 1246], Rows(DayOfWeek.Friday));
        Assert.All(
            byDay.Where(d => d.Key.DayOfWeek is not (DayOfWeek.Sunday or DayOfWeek.Friday)),
            d => Assert.InRange(d.Value.Count, 1350, 1419));
        Assert.All(minutes, t => Assert.Null(t.BidSize));
        Assert.Equal(74_439, hours.Count);
        Assert.Equal(new DateTimeOffset(2007, 1, 1, 22, 0, 0, TimeSpan.Zero), hours[0].At);
        Assert.Equal(new DateTimeOffset(2018, 12, 31, 22, 0, 0, TimeSpan.Zero), hours[^1].At);

        int[] Rows(DayOfWeek day) => [.. byDay.Where(d => d.Key.DayOfWeek == day).Select(d => d.Value.Count).Order()];
    }

    [Theory]
    [InlineData("eurusd")]
    [InlineData("gbpusd")]
    [InlineData("eurgbp")]
    [InlineData("nzdusd")]
    public void Forex_days_have_the_stated_rows(string ticker)
    {
        var days = Good(Path.Combine(RealData.Folder("forex-daily"), ticker + ".zip"));

        Assert.Equal(3738, days.Count);
        Assert.Equal(620, days.Count(t => t.At.AddDays(-1).DayOfWeek == DayOfWeek.Sunday));
        Assert.DoesNotContain(days, t => t.At.AddDays(-1).DayOfWeek == DayOfWeek.Saturday);
    }

    [Theory]
    [InlineData("aapl", 0.00892857)]
    [InlineData("bac", 0.5)]
    [InlineData("ibm", 0.5)]
    [InlineData("spy", 1)]
    public void Equity_days_have_the_stated_rows_in_new_york_time(string ticker, double splitFactorAtStart)
    {
        var folder = RealData.Folder("equity-daily");
        var days = Good(Path.Combine(folder, ticker + ".zip"));
        var firstFactors = File.ReadLines(Path.Combine(folder, "factor_files", ticker + ".csv")).First().Split(',');
        var factors = FactorFile.Load(Path.Combine(folder, "factor_files", ticker + ".csv"));
        var priceFactor = decimal.Parse(firstFactors[1], System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal(5849, days.Count);
        Assert.Equal(new DateTimeOffset(1998, 1, 3, 5, 0, 0, TimeSpan.Zero), days[0].At);
        Assert.Equal(new DateTimeOffset(2021, 4, 1, 4, 0, 0, TimeSpan.Zero), days[^1].At);
        Assert.Equal((decimal)splitFactorAtStart * priceFactor, factors.FactorOn(new DateTime(1998, 1, 2)));
        Assert.Equal(1, factors.FactorOn(new DateTime(2045, 1, 1)));
    }

    [Fact]
    public void Apple_splits_vanish_in_adjusted_prices()
    {
        var file = Path.Combine(RealData.Folder("equity-daily"), "aapl.zip");
        var raw = Good(file).ToDictionary(NewYorkDay, t => t.Last!.Value);
        var adjusted = Good(file, new RecordedOptions(AdjustEquities: true))
            .ToDictionary(NewYorkDay, t => t.Last!.Value);

        Assert.Equal(499.23m, raw[new DateOnly(2020, 8, 28)]);
        Assert.Equal(129.04m, raw[new DateOnly(2020, 8, 31)]);
        Assert.Equal(645.57m, raw[new DateOnly(2014, 6, 6)]);
        Assert.Equal(93.70m, raw[new DateOnly(2014, 6, 9)]);
        var split = adjusted[new DateOnly(2020, 8, 31)] / adjusted[new DateOnly(2020, 8, 28)];
        Assert.InRange(split, 129.04m / 499.23m * 3.9999m, 129.04m / 499.23m * 4.0001m);
        Assert.InRange(adjusted[new DateOnly(2014, 6, 9)] / adjusted[new DateOnly(2014, 6, 6)], 1.0m, 1.03m);
        Assert.Equal(122.15m, adjusted[new DateOnly(2021, 3, 31)]);
    }

    [Fact]
    public void Uniswap_events_have_the_stated_counts_and_prices()
    {
        var file = Directory.GetFiles(RealData.Folder("uniswap-v3"), "*.pool.tick.csv").Single();
        var rows = UniswapV3EventReader.Read(file, strict: true).Select(r => r.Event!).ToList();
        var ticks = Good(file);

        Assert.Equal(6234, rows.Count);
        Assert.Equal(
            [6046, 54, 69, 65],
            Enum.GetValues<UniswapV3EventType>().Select(type => rows.Count(r => r.Type == type)));
        Assert.Equal((18937382, 18944480), (rows[0].BlockNumber, rows[^1].BlockNumber));
        Assert.All(rows, r => Assert.Equal(r.Type == UniswapV3EventType.Swap, r.TickLower is null));
        Assert.Equal(6046, ticks.Count);
        Assert.Equal(2195.09m, Math.Round(ticks.Min(t => t.Last!.Value), 2));
        Assert.Equal(2285.50m, Math.Round(ticks.Max(t => t.Last!.Value), 2));
        Assert.Equal(new DateTimeOffset(2024, 1, 5, 0, 0, 23, TimeSpan.Zero), ticks[0].At);
        Assert.Equal(0.01m, ticks[0].Volume);
        Assert.Equal(new Symbol("WETH", "USDC"), ticks[0].Symbol);
    }

    [Fact]
    public void Folder_with_other_files_names_what_it_ignores()
    {
        var catalogue = RecordedCatalogue.Scan([RealData.Folder("uniswap-v3"), RealData.Folder("equity-daily")]);

        Assert.Equal(5, catalogue.Sources.Count);
        Assert.Equal(
            ["FORMAT.md", "LICENSE", "aapl.csv", "bac.csv", "ibm.csv", "spy.csv"],
            catalogue.Ignored.Select(i => Path.GetFileName(i.Path))
                .Where(n => !n.StartsWith("ethereum", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));
        Assert.Equal(3, catalogue.Ignored.Count(i => i.Path.Contains("ethereum", StringComparison.Ordinal)));
    }

    private static List<Tick> Good(string path, RecordedOptions? options = null) =>
    [
        .. RecordedStream
            .Read(RecordedCatalogue.Scan([path], options).Sources, (options ?? new()) with { Strict = true })
            .Select(r => r.Tick!),
    ];

    private static Dictionary<DateTimeOffset, (decimal Bid, decimal Ask)> Quotes(string path) =>
        Good(path).ToDictionary(t => t.At, t => (t.Bid!.Value, t.Ask!.Value));

    private static int[] CountsAbove(List<decimal> gains) =>
        [.. new[] { 0m, 10m, 25m, 30m }.Select(bpsPerLeg => gains.Count(g => g > 2 * bpsPerLeg / 10_000m))];

    private static DateOnly NewYorkDay(Tick tick) => DateOnly.FromDateTime(TimeZoneInfo
        .ConvertTime(tick.At, TimeZoneInfo.FindSystemTimeZoneById("America/New_York")).AddDays(-1).DateTime);
}
