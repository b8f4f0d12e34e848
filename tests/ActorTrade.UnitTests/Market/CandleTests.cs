using ActorTrade.Domain.Markets;
using ActorTrade.Market.Candles;
using static ActorTrade.UnitTests.Market.MarketTicks;

namespace ActorTrade.UnitTests.Market;

public sealed class CandleTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Candle_closes_when_a_later_interval_begins_and_empty_intervals_have_none()
    {
        var builder = new CandleBuilder(Btc, Minute);

        Assert.All(Closed(builder, Trade(0, 10), Trade(30, 12, 2), Trade(59.999, 9)), Assert.Null);
        Assert.Equal(CandleOutcome.Counted, builder.Add(Trade(200, 11), out var closed));
        Assert.Equal(new Candle(Btc, Start, Minute, 10, 12, 9, 9, Volume: 4, TickCount: 3), closed);
        Assert.Equal(Start.AddMinutes(3), builder.Current!.OpenAt);
        Assert.Equal(CandleOutcome.Late, builder.Add(Trade(100, 11), out _));
        Assert.Equal(1, builder.LateTicks);
    }

    [Fact]
    public void Border_tick_belongs_to_the_side_that_was_asked_for()
    {
        var later = new CandleBuilder(Btc, Minute);
        var earlier = new CandleBuilder(Btc, Minute, border: IntervalBorder.EndIncluded);
        later.Add(Trade(60, 10), out _);
        earlier.Add(Trade(60, 10), out _);

        Assert.Equal(Start.AddMinutes(1), later.Current!.OpenAt);
        Assert.Equal(Start, earlier.Current!.OpenAt);
        Assert.Null(earlier.AdvanceTo(Start.AddSeconds(60)));
        Assert.NotNull(earlier.AdvanceTo(Start.AddSeconds(60.001)));
    }

    [Fact]
    public void Time_closes_a_candle_and_what_comes_after_is_late()
    {
        var builder = new CandleBuilder(Btc, Minute);
        builder.Add(Trade(5, 10), out _);

        Assert.Null(builder.AdvanceTo(Start.AddSeconds(59)));
        Assert.Equal(10, builder.AdvanceTo(Start.AddSeconds(60))!.Close);
        Assert.Null(builder.AdvanceTo(Start.AddSeconds(60)));
        Assert.Equal(CandleOutcome.Late, builder.Add(Trade(59, 10), out _));
        Assert.Equal(CandleOutcome.Counted, builder.Add(Trade(60, 10), out _));
    }

    [Theory]
    [InlineData(PriceSource.TradeElseMid, 10, 3)]
    [InlineData(PriceSource.Trade, 10, 2)]
    [InlineData(PriceSource.Mid, 21, 1)]
    public void Price_source_decides_which_ticks_count(PriceSource source, int open, int ticks)
    {
        var builder = new CandleBuilder(Btc, Minute, source);
        Closed(builder, Trade(0, 10), Quote(1, 20, 22), Trade(2, 11), Quote(3, 1, 1) with { Ask = null });

        Assert.Equal((open, ticks), ((int)builder.Current!.Open, builder.Current.TickCount));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1.5)]
    [InlineData(86_401)]
    public void Interval_outside_whole_seconds_from_a_second_to_a_day_is_refused(double seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CandleBuilder(Btc, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Tick_of_another_symbol_is_a_bug() => Assert.Throws<ArgumentException>(
        () => new CandleBuilder(new Symbol("ETH", "USD"), Minute).Add(Trade(0, 1), out _));

    [Fact]
    public void Candles_equal_grouping_by_interval_in_any_order_within_it()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var interval = TimeSpan.FromSeconds(random.Next(1, 120));
            var border = (IntervalBorder)random.Next(2);
            var ticks = Enumerable.Range(0, 300)
                .Select(i => Trade(random.Next(-900, 900), random.Next(1, 100), random.Next(5), sequence: i)).ToList();
            var groups = ticks.GroupBy(t => IntervalStart(t.At, interval, border)).OrderBy(g => g.Key).ToList();
            var expected = groups.Select(
                g => Oracle(g.Key, interval, [.. g.OrderBy(t => t.At).ThenBy(t => t.Sequence)]));

            var builder = new CandleBuilder(Btc, interval, border: border);
            var arrival = groups.SelectMany(g => g.OrderBy(_ => random.Next())).ToArray();
            var candles = Closed(builder, arrival).Append(builder.Current).OfType<Candle>();

            Assert.Equal(expected, candles);
            Assert.Equal(0, builder.LateTicks);
        }
    }

    [Fact]
    public void Series_keeps_the_newest_and_refuses_to_go_back()
    {
        var series = new CandleSeries(3);
        foreach (var i in new[] { 1, 2, 4, 7, 8 })
        {
            series.Add(MarketTicks.Minute(i, i));
        }

        Assert.Equal([4m, 7m, 8m], Enumerable.Range(0, series.Count).Select(i => series[i].Close));
        Assert.Equal([7m], series.Between(Start.AddMinutes(5), Start.AddMinutes(8)).Select(c => c.Close));
        Assert.Throws<ArgumentException>(() => series.Add(MarketTicks.Minute(8, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => series[3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => series[-1]);
    }

    private static Candle?[] Closed(CandleBuilder builder, params Tick[] ticks) =>
    [
        .. ticks.Select(t =>
        {
            builder.Add(t, out var closed);
            return closed;
        }),
    ];

    private static DateTimeOffset IntervalStart(DateTimeOffset at, TimeSpan interval, IntervalBorder border)
    {
        var start = DateTimeOffset.UnixEpoch;
        var intervals = Math.Floor((at - start) / interval);
        var begin = start + (intervals * interval);
        return begin == at && border == IntervalBorder.EndIncluded ? begin - interval : begin;
    }

    private static Candle Oracle(DateTimeOffset start, TimeSpan interval, List<Tick> ticks) => new(
        Btc,
        start,
        interval,
        ticks[0].Last!.Value,
        ticks.Max(t => t.Last!.Value),
        ticks.Min(t => t.Last!.Value),
        ticks[^1].Last!.Value,
        ticks.Sum(t => t.Volume!.Value),
        ticks.Count);
}
