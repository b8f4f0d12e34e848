using System.Globalization;
using System.Text;
using ActorTrade.Domain.Markets;
using ActorTrade.Venues.Recorded;

namespace ActorTrade.IntegrationTests.RecordedData;

/// <summary>The readers on files made for one question each.</summary>
public sealed class RecordedReaderTests : IDisposable
{
    private const string Events = "ethereum-0x88e6a0c2ddd26feeb64f039a2c41296fcb3f5640-2024-01-05.pool.tick.csv";

    private const string EventHeader = "block_number,block_timestamp,tx_type,transaction_hash,tx_index,"
        + "log_index,sender,receipt,amount0,amount1,total_liquidity,total_liquidity_delta,sqrtPriceX96,current_tick,"
        + "tick_lower,tick_upper,liquidity\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Trade_bar_becomes_a_tick_of_its_close_at_its_end()
    {
        var file = _folder.Zip("coinbase-minute/btcusd/20180404_trade.zip", "60000,10,12,9,11,7.5");
        var tick = Assert.Single(Good(file));

        Assert.Equal(
            TickOf("BTC/USD", "coinbase", At("2018-04-04T00:02:00Z"), last: 11, volume: 7.5m),
            tick);
    }

    [Fact]
    public void Quote_bar_without_sizes_has_no_sizes_and_float_noise_is_kept()
    {
        var ticks = Good(_folder.Zip(
            "crypto/coinbase/minute/btceur/20180404_quote.zip",
            "0,10,12,9,11,0,11,13,10,12,0\r",
            "60000,10,12,9,11,0.0060656600000000005,11,13,10,12,1E-08\r"));

        Assert.Equal((11m, 12m, null, null), (ticks[0].Bid, ticks[0].Ask, ticks[0].BidSize, ticks[0].AskSize));
        Assert.Equal((0.0060656600000000005m, 0.00000001m), (ticks[1].BidSize, ticks[1].AskSize));
        Assert.Null(ticks[0].Last);
    }

    [Theory]
    [InlineData("60000,10,12,9,11", "volume")]
    [InlineData("60000,10,12,9,11,1,1", "6 fields")]
    [InlineData("60000,10,12,9,11,-1", "volume")]
    [InlineData("60000,10,12,9,x,1", "close")]
    [InlineData("60000,10,12,9,,1", "close")]
    [InlineData("60000,10,12,9,0,1", "close")]
    [InlineData("60000,10,10.5,9,11,1", "enclose")]
    [InlineData("60000,10,12,10.5,11,1", "enclose")]
    [InlineData("86400000,10,12,9,11,1", "midnight")]
    [InlineData("-1,10,12,9,11,1", "midnight")]
    [InlineData("1.5,10,12,9,11,1", "midnight")]
    [InlineData("0,10,12,9,11,1", "second row")]
    public void Bad_bar_is_reported_with_file_line_and_reason_and_the_rest_is_read(string row, string reason)
    {
        var file = _folder.Zip(
            "coinbase-minute/btcusd/20180404_trade.zip", "0,10,12,9,11,1", row, "120000,10,12,9,11,1");
        var sources = RecordedCatalogue.Scan([file]).Sources;
        var rows = RecordedStream.Read(sources).ToList();

        Assert.Equal(3, rows.Count);
        Assert.Equal((file, 2), (rows[1].Bad!.File, rows[1].Bad!.Line));
        Assert.Contains(reason, rows[1].Bad!.Reason, StringComparison.Ordinal);
        Assert.Equal([0, 1], rows.Where(r => r.Tick is not null).Select(r => r.Tick!.Sequence));
        var thrown = Assert.Throws<RecordedDataException>(
            () => RecordedStream.Read(sources, new RecordedOptions(Strict: true)).Count());
        Assert.Equal(rows[1].Bad, thrown.Row);
    }

    [Fact]
    public void Row_out_of_order_is_bad_and_its_time_counts_for_nothing()
    {
        var file = _folder.Zip(
            "coinbase-minute/btcusd/20180404_trade.zip", "60000,1,1,1,1,1", "0,1,1,1,1,1", "120000,1,1,1,1,1");
        var rows = RecordedStream.Read(RecordedCatalogue.Scan([file]).Sources).ToList();

        Assert.Equal([true, false, true], rows.Select(r => r.Tick is not null));
        Assert.Contains("out of order", rows[1].Bad!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_archive_is_one_bad_row_or_an_error_never_silence()
    {
        var file = _folder.Zip(
            "coinbase-minute/btcusd/20180404_trade.zip",
            [.. Enumerable.Range(0, 1440).Select(i => $"{i * 60000},1,1.{i * 7919 % 9973},1,1,{i * 104729 % 99991}")]);
        var bytes = File.ReadAllBytes(file);
        for (var i = bytes.Length / 2; i < (bytes.Length / 2) + 8; i++)
        {
            bytes[i] ^= 0xFF;
        }

        File.WriteAllBytes(file, bytes);
        var rows = RecordedStream.Read(RecordedCatalogue.Scan([file]).Sources).ToList();
        File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);

        Assert.Contains(rows, r => r.Bad is not null);
        Assert.Throws<RecordedDataException>(() => Good(file));
    }

    [Fact]
    public void Equity_days_end_at_new_york_midnight_and_prices_are_scaled()
    {
        var ticks = Good(_folder.Zip(
            "equity-daily/aapl.zip",
            "20200306 00:00,100000,120000,90000,110000,5",
            "20200309 00:00,100000,120000,90000,110001,5",
            "20201030 00:00,100000,120000,90000,110000,5",
            "20201101 00:00,100000,120000,90000,110000,5"));

        Assert.Equal(
            ["2020-03-07T05:00", "2020-03-10T04:00", "2020-10-31T04:00", "2020-11-02T05:00"],
            ticks.Select(t => t.At.ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture)));
        Assert.Equal([11m, 11.0001m, 11m, 11m], ticks.Select(t => t.Last!.Value));
        Assert.Equal(new Symbol("AAPL", "USD"), ticks[0].Symbol);
    }

    [Fact]
    public void Equity_time_that_daylight_saving_leaves_out_is_bad()
    {
        var file = _folder.Zip("equity/usa/hour/spy.zip", "20200308 02:00,1,1,1,1,1", "20200308 03:00,1,1,1,1,1");
        var rows = RecordedStream.Read(RecordedCatalogue.Scan([file]).Sources).ToList();

        Assert.Contains("does not exist", rows[0].Bad!.Reason, StringComparison.Ordinal);
        Assert.Equal(At("2020-03-08T08:00:00Z"), rows[1].Tick!.At);
    }

    [Fact]
    public void Adjusting_uses_the_first_factor_row_on_or_after_the_day_and_fails_without_a_file()
    {
        var file = _folder.Zip(
            "equity-daily/xyz.zip",
            "20200102 00:00,100000,100000,100000,100000,5",
            "20200103 00:00,50000,50000,50000,50000,10");
        var options = new RecordedOptions(Strict: true, AdjustEquities: true);

        Assert.Throws<RecordedDataException>(() => Good(file, options));
        _folder.Write("equity-daily/factor_files/xyz.csv", "20200102,0.9,0.5,10\n20501231,1,1,0\n");
        Assert.Equal([4.5m, 5m], Good(file, options).Select(t => t.Last!.Value));
    }

    [Fact]
    public void Fxcm_and_oanda_of_the_same_instant_meet()
    {
        var fxcm = Good(_folder.Zip("forex/fxcm/minute/eurusd/20180404_quote.zip", "0,1,1,1,1,0,2,2,2,2,0"));
        var oanda = Good(_folder.Zip("forex/oanda/minute/eurusd/20180404_quote.zip", "18000000,1,1,1,1,0,2,2,2,2,0"));

        Assert.Equal(oanda[0].At, fxcm[0].At);
    }

    [Fact]
    public void Plain_csv_reads_columns_in_any_order_and_empty_fields()
    {
        var file = _folder.Write(
            "own.csv",
            "\uFEFFsymbol,last,timestamp,ask,bid,venue,volume\r\n"
            + "BTC/USD,10.5,2024-01-05T00:00:00Z,,,kraken,0.25\r\n"
            + "ethusdt,,1704412800000,11,10,,\r\n\r\n"
            + "BTC-EUR,,2024-01-05 01:00:00.1234567+01:00,11,,x,");
        var midnight = At("2024-01-05T00:00:00Z");
        var ticks = Good(file);

        Assert.Equal(
            [
                TickOf("BTC/USD", "kraken", midnight, last: 10.5m, volume: 0.25m),
                TickOf("ETH/USDT", "recorded", midnight, bid: 10, ask: 11) with { Sequence = 1 },
                TickOf("BTC/EUR", "x", midnight.AddTicks(1234567), ask: 11) with { Sequence = 2 },
            ],
            ticks);
    }

    [Theory]
    [InlineData("timestamp,symbol,bid,price", "unknown column 'price'")]
    [InlineData("timestamp,symbol,bid,bid", "stands twice")]
    [InlineData("timestamp,symbol,volume", "at least one of")]
    [InlineData("symbol,bid", "needs timestamp")]
    [InlineData("", "unknown column ''")]
    public void Plain_csv_with_a_wrong_header_is_refused_by_name_before_anything_is_read(string header, string reason)
    {
        var file = _folder.Write("own.csv", header + "\n");
        var endless = _folder.Write("endless.csv", new string('a', 100_000));

        Assert.Throws<RecordedDataException>(() => RecordedCatalogue.Scan([endless]));
        var thrown = Assert.Throws<RecordedDataException>(() => RecordedCatalogue.Scan([file]));
        Assert.Equal((file, 1), (thrown.Row.File, thrown.Row.Line));
        Assert.Contains(reason, thrown.Row.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2024-01-05T00:00:00Z,BTC/USD,abc,", "bid 'abc'")]
    [InlineData("2024-01-05T00:00:00Z,BTC/USD,0,", "bid '0'")]
    [InlineData("2024-01-05T00:00:00Z,BTC/USD,,", "no bid, ask or last")]
    [InlineData("2024-01-05T00:00:00Z,BTC/USD,1", "4 fields")]
    [InlineData("2024-01-05T00:00:00Z,BTC/USD,1,1,1", "4 fields")]
    [InlineData("2024-01-05T00:00:00Z,BTCXXX,1,", "symbol 'BTCXXX'")]
    [InlineData("2024-01-05T00:00:00Z,,1,", "symbol ''")]
    [InlineData("2024-02-30T00:00:00Z,BTC/USD,1,", "timestamp")]
    [InlineData("2024-01-05T24:00:00Z,BTC/USD,1,", "timestamp")]
    [InlineData("1704412800,BTC/USD,1,", "timestamp")]
    [InlineData("1704412800000000,BTC/USD,1,", "timestamp")]
    [InlineData(",BTC/USD,1,", "timestamp")]
    [InlineData("2024-01-04T23:59:59Z,BTC/USD,1,", "out of order")]
    public void Plain_csv_bad_row_names_its_column(string row, string reason)
    {
        var file = _folder.Write("own.csv", $"timestamp,symbol,bid,ask\n2024-01-05T00:00:00Z,BTC/USD,1,2\n{row}\n");
        var rows = RecordedStream.Read(RecordedCatalogue.Scan([file]).Sources).ToList();

        Assert.Equal(3, rows[1].Bad!.Line);
        Assert.Contains(reason, rows[1].Bad!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Line_without_end_does_not_fill_the_memory()
    {
        var file = _folder.Write("own.csv", "timestamp,symbol,bid\n" + new string('1', 100_000));
        var row = Assert.Single(RecordedStream.Read(RecordedCatalogue.Scan([file]).Sources));

        Assert.Contains("longer than", row.Bad!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Decimal_and_instant_parsing_agree_with_the_framework()
    {
        var random = new Random(4711);
        for (var i = 0; i < 2000; i++)
        {
            var length = random.Next(1, 27);
            var digits = new string([.. Enumerable.Range(0, length).Select(_ => (char)('0' + random.Next(10)))]);
            var text = random.Next(3) == 0 ? digits : digits.Insert(random.Next(digits.Length), ".");
            var at = At("2001-01-01T00:00:00Z").AddTicks(random.NextInt64(60_000_000_000_000_000));
            var expected = decimal.Parse(text, CultureInfo.InvariantCulture);
            var file = _folder.Write($"{i}.csv", $"timestamp,symbol,last,volume\n{at:O},BTC/USD,1,{text}\n");

            var tick = Assert.Single(Good(file));
            Assert.Equal((at, expected), (tick.At, tick.Volume!.Value));
        }
    }

    [Fact]
    public void Swap_becomes_a_tick_with_the_price_of_the_pool_and_other_events_none()
    {
        var hash = "0x" + new string('a', 64);
        const string Place = "1662995104975155420368771254341874,199045.0";
        var swap = $"1,2024-01-05 00:00:23,SWAP,{hash},33.0,169,0x1,0x2,"
            + $"-22686110,10000000000000000,1245,0,{Place},,,\n";
        var mint = $"1,2024-01-05 00:00:23,MINT,{hash},33,170,0x1,,1,1,2,1,{Place},10.0,20.0,1\n";
        var doubled = mint.Replace("MINT", "BURN", StringComparison.Ordinal);
        var file = _folder.Write(Events, EventHeader + swap + mint + doubled);

        var rows = RecordedStream.Read(RecordedCatalogue.Scan([file]).Sources).ToList();
        var events = UniswapV3EventReader.Read(file).ToList();

        // 1e12 / (1662995104975155420368771254341874 / 2^96)^2, computed independently to 50 digits.
        Assert.Equal(2269.745823998450m, Math.Round(rows[0].Tick!.Last!.Value, 12));
        Assert.Equal(0.01m, rows[0].Tick!.Volume);
        Assert.Equal(4, rows[1].Bad!.Line);
        Assert.Equal([true, true, false], events.Select(e => e.Event is not null));
        Assert.Equal((10, 20), (events[1].Event!.TickLower!.Value, events[1].Event!.TickUpper!.Value));
        Assert.Throws<RecordedDataException>(() => UniswapV3EventReader.Read(file, strict: true).Count());
    }

    [Fact]
    public void Merge_equals_sorting_by_time_then_path_then_line()
    {
        var random = new Random(42);
        for (var file = 0; file < 12; file++)
        {
            var at = At("2024-01-05T00:00:00Z");
            var text = new StringBuilder("timestamp,symbol,last,volume\n");
            for (var line = 0; line < 200; line++)
            {
                at = at.AddSeconds(random.Next(3));
                text.Append(CultureInfo.InvariantCulture, $"{at:O},BTC/USD,{file + 1},{line}\n");
            }

            _folder.Write($"{(char)('m' - file)}/own.csv", text.ToString());
        }

        var sources = RecordedCatalogue.Scan([_folder.Root]).Sources;
        var merged = RecordedStream.Read(sources.Reverse().ToList()).Select(r => r.Tick!).ToList();
        var oracle = sources
            .SelectMany((s, path) => RecordedStream.Read([s]).Select((r, line) => (Row: r.Tick!, path, line)))
            .OrderBy(r => r.Row.At).ThenBy(r => r.path).ThenBy(r => r.line);

        Assert.Equal(2400, merged.Count);
        Assert.Equal(
            oracle.Select(o => (o.Row.At, o.Row.Last, o.Row.Volume)), merged.Select(t => (t.At, t.Last, t.Volume)));
    }

    [Fact]
    public void Order_does_not_depend_on_where_the_data_lies()
    {
        foreach (var place in new[] { "a/deep/place", "z" })
        {
            _folder.Zip($"{place}/set/coinbase-minute/btcusd/20180404_quote.zip", "0,1,1,1,1,0,2,2,2,2,0");
            _folder.Write($"{place}/own/x.csv", "timestamp,symbol,last\n2018-04-04T00:01:00Z,BTC/USD,1\n");
        }

        var first = Keys("a/deep/place/set", "a/deep/place/own");
        Assert.Equal(first, Keys("z/own", "z/set"));
        Assert.Equal(["own/x.csv", "set/coinbase-minute/btcusd/20180404_quote.zip"], first);

        List<string> Keys(params string[] names) =>
        [
            .. RecordedCatalogue.Scan(names.Select(n => Path.Combine(_folder.Root, n))).Sources.Select(s => s.SortKey),
        ];
    }

    [Fact]
    public void Day_files_open_only_when_their_day_is_reached()
    {
        _folder.Zip("coinbase-minute/btcusd/20180404_trade.zip", "0,1,1,1,1,1");
        var later = _folder.Zip("coinbase-minute/btcusd/20180405_trade.zip", "0,1,1,1,1,1");
        using var rows = RecordedStream.Read(RecordedCatalogue.Scan([_folder.Root]).Sources).GetEnumerator();
        Assert.True(rows.MoveNext());
        File.WriteAllText(later, "not an archive");

        Assert.Throws<RecordedDataException>(() => rows.MoveNext());
    }

    [Fact]
    public void Named_file_must_be_usable_and_a_missing_path_is_an_error()
    {
        var text = _folder.Write("notes.txt", "x");
        var unknownMarket = _folder.Zip("minute/btcusd/20180404_trade.zip", "0,1,1,1,1,1");
        var unknownPool = _folder.Write("0x0000000000000000000000000000000000000001.pool.tick.csv", EventHeader);

        Assert.Throws<RecordedDataException>(() => RecordedCatalogue.Scan([text]));
        Assert.Throws<RecordedDataException>(() => RecordedCatalogue.Scan([unknownMarket]));
        Assert.Throws<RecordedDataException>(() => RecordedCatalogue.Scan([unknownPool]));
        Assert.Throws<FileNotFoundException>(() => RecordedCatalogue.Scan([Path.Combine(_folder.Root, "absent")]));
        Assert.Equal(3, RecordedCatalogue.Scan([_folder.Root]).Ignored.Count);
    }

    [Fact]
    public void File_reached_twice_is_read_once()
    {
        var file = _folder.Zip("coinbase-minute/btcusd/20180404_trade.zip", "0,1,1,1,1,1");

        Assert.Single(RecordedCatalogue.Scan([file, _folder.Root]).Sources);
    }

    [Fact]
    public void Samples_of_the_documentation_are_clean()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "docs", "data-formats.md")))
        {
            folder = folder.Parent;
        }

        var ticks = Good(Path.Combine(folder!.FullName, "docs", "samples"));
        Assert.Equal(7, ticks.Count);
        var swaps = ticks.Where(t => t.Symbol.Base == "WETH");
        Assert.Equal([2250m, 2251m], swaps.Select(t => Math.Round(t.Last!.Value, 9)));
    }

    private static Tick TickOf(
        string symbol,
        string venue,
        DateTimeOffset at,
        decimal? bid = null,
        decimal? ask = null,
        decimal? last = null,
        decimal? volume = null) => new(Symbol.Parse(symbol), venue, at, bid, ask, null, null, last, volume, 0);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static List<Tick> Good(string path, RecordedOptions? options = null) =>
    [
        .. RecordedStream.Read(RecordedCatalogue.Scan([path]).Sources, options ?? new RecordedOptions(Strict: true))
            .Select(r => r.Tick!),
    ];
}
