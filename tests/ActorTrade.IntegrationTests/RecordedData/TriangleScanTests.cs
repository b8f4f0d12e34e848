using ActorTrade.Arbitrage.Venues;
using ActorTrade.Domain.Markets;
using ActorTrade.Venues.Recorded;

namespace ActorTrade.IntegrationTests.RecordedData;

/// <summary>The scanner of quotes against what the description of the real data states.</summary>
public sealed class TriangleScanTests
{
    [Fact]
    public void Scanner_finds_the_triangle_of_btcusd_btceur_eurusd_in_the_stated_minutes()
    {
        var coinbase = RealData.Folder("coinbase-minute");
        var oanda = RealData.Folder("oanda-minute");
        var minutes = new[]
        {
            Path.Combine(coinbase, "btcusd", "20180404_quote.zip"),
            Path.Combine(coinbase, "btceur", "20180404_quote.zip"),
            Path.Combine(oanda, "eurusd", "20180404_quote.zip"),
        }
            .SelectMany(file => RecordedStream.Read(RecordedCatalogue.Scan([file]).Sources))
            .Select(row => row.Tick!)
            .GroupBy(tick => tick.At)
            .Where(minute => minute.Count() == 3)
            .ToList();

        Assert.Equal(1_405, minutes.Count);
        Assert.Equal([1284, 801, 58, 7], Counts(minutes, "BTC/EUR"));
        Assert.Equal([96, 6, 0, 0], Counts(minutes, "BTC/USD"));
    }

    // In how many minutes the triangle that first sells BTC for the pair's other currency gains more than 0, 10, 25 and
    // 30 basis points for each of its two legs in crypto.
    private static List<int> Counts(List<IGrouping<DateTimeOffset, Tick>> minutes, string firstSold)
    {
        var counts = new int[4];
        foreach (var minute in minutes)
        {
            var board = new QuoteBoard();
            Assert.All(minute, tick => Assert.True(board.Take(tick)));
            var options = new VenueScanOptions { StartCurrencies = ["BTC"], AgeMax = TimeSpan.Zero };
            var gain = new VenueScanner(board, options).Scan(minute.Key)
                .Where(l => l.Legs.Length == 3 && l.Legs[0].Symbol == Symbol.Parse(firstSold))
                .Select(l => l.Gain).SingleOrDefault();
            decimal[] bounds = [0, 0.0020m, 0.0050m, 0.0060m];
            for (var i = 0; i < bounds.Length; i++)
            {
                counts[i] += gain > bounds[i] ? 1 : 0;
            }
        }

        return [.. counts];
    }
}
