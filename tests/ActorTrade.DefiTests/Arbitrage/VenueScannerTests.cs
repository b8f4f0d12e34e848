using ActorTrade.Arbitrage.Venues;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Arbitrage;

public sealed class VenueScannerTests
{
    private static readonly DateTimeOffset Now = new(2018, 4, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Pair_cheaper_at_one_venue_is_bought_there_and_sold_at_the_other()
    {
        var board = Board(
            Quote("north", "ETHUSD", 3_000, 3_001, bidSize: 4, askSize: 5, age: 1),
            Quote("south", "ETHUSD", 3_030, 3_031, bidSize: 2, askSize: 5, age: 3));

        var loop = Assert.Single(new VenueScanner(board, new VenueScanOptions
        {
            StartCurrencies = ["USD"],
            FeeOfVenue = new Dictionary<string, Bps> { ["south"] = new(10) },
        }).Scan(Now));

        Assert.Equal("USD", loop.Currency);
        Assert.Equal(
            [("north", LegSide.Buy, 3_001m), ("south", LegSide.Sell, 3_030m)],
            loop.Legs.Select(l => (l.Venue, l.Side, l.Price)));
        Assert.Equal((3_030m / 3_001m * 0.999m) - 1, loop.Gain, 12);
        Assert.Equal(2 * 3_001m, loop.AmountMax!.Value, 9);
        Assert.Equal(loop.AmountMax * loop.Gain, loop.GainAtMax);
        Assert.Equal(TimeSpan.FromSeconds(3), loop.AgeMax);
        Assert.Equal(TimeSpan.FromSeconds(2), loop.AgeSpread);
        Assert.False(loop.IsWithinVenue);
    }

    [Fact]
    public void Triangle_is_found_once_in_the_direction_that_gains()
    {
        var board = Board(
            Quote("v", "BTCUSD", 7_000, 7_001), Quote("v", "BTCEUR", 5_800, 5_801),
            Quote("w", "EURUSD", 1.23m, 1.2301m));

        var loop = Assert.Single(new VenueScanner(board, new VenueScanOptions { StartCurrencies = ["BTC"] }).Scan(Now));

        Assert.Equal(
            [("BTCEUR", LegSide.Sell), ("EURUSD", LegSide.Sell), ("BTCUSD", LegSide.Buy)],
            loop.Legs.Select(l => (l.Symbol.ToString(), l.Side)));
        Assert.Equal((5_800m * 1.23m / 7_001m) - 1, loop.Gain, 12);
        Assert.Null(loop.AmountMax);
        Assert.Empty(new VenueScanner(board, new VenueScanOptions { LegsMax = 2 }).Scan(Now));
    }

    [Fact]
    public void Fees_of_the_legs_end_a_gain()
    {
        var board = Board(
            Quote("v", "BTCUSD", 7_000, 7_000), Quote("v", "BTCEUR", 5_800, 5_800), Quote("v", "EURUSD", 1.23m, 1.23m));
        var gain = (5_800m * 1.23m / 7_000m) - 1;

        int Found(int feeBps) =>
            new VenueScanner(board, new VenueScanOptions { FeeOtherwise = new Bps(feeBps) }).Scan(Now).Length;

        Assert.InRange(gain, 0.0190m, 0.0192m);
        Assert.Equal(1, Found(63));
        Assert.Equal(0, Found(64));
        Assert.Empty(new VenueScanner(board, new VenueScanOptions
        {
            FeeOfPair = new Dictionary<(string, Symbol), Bps> { [("v", Symbol.Parse("EURUSD"))] = new(192) },
        }).Scan(Now));
        Assert.Empty(new VenueScanner(board, new VenueScanOptions { GainMin = gain }).Scan(Now));
    }

    [Fact]
    public void Old_quotes_are_not_traded_on_and_newer_ones_stay()
    {
        var board = Board(Quote("a", "SPYUSD", 400, 401, age: 9), Quote("b", "SPYUSD", 410, 411, age: 1));
        var options = new VenueScanOptions { AgeMax = TimeSpan.FromSeconds(8) };

        Assert.Empty(new VenueScanner(board, options).Scan(Now));
        Assert.True(board.Take(Quote("a", "SPYUSD", 400, 401, age: 8)));
        Assert.Single(new VenueScanner(board, options).Scan(Now));
        Assert.False(board.Take(Quote("a", "SPYUSD", 1, 2, age: 20)));
        Assert.Equal(400, board.Quotes.Single(q => q.Venue == "a").Bid);
    }

    [Fact]
    public void Loops_are_those_of_trying_every_sequence_of_legs()
    {
        string[] codes = ["AAA", "BBB", "CCC", "DDD"];
        var found = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var quotes = new List<VenueQuote>();
            for (var i = 0; i < 8; i++)
            {
                var (a, b) = (random.Next(4), random.Next(4));
                var mid = 1 + ((decimal)random.NextDouble() * 0.05m);
                if (a != b)
                {
                    quotes.Add(Quote($"v{random.Next(3)}", codes[a] + codes[b], mid * 0.999m, mid * 1.001m));
                }
            }

            var board = Board([.. quotes]);
            var loops = new VenueScanner(board, new VenueScanOptions { FeeOtherwise = new Bps(3) }).Scan(Now);

            var legs = board.Quotes.SelectMany(q => new (string From, string To, decimal Rate, VenueQuote Quote)[]
            {
                (q.Symbol.Base, q.Symbol.Quote, q.Bid * 0.9997m, q),
                (q.Symbol.Quote, q.Symbol.Base, 0.9997m / q.Ask, q),
            }).ToList();
            var two = from x in legs
                      from y in legs
                      where x.To == y.From && y.To == x.From && x.Quote != y.Quote
                      where x.Rate * y.Rate > 1 && string.CompareOrdinal(x.From, y.From) < 0
                      select x.Rate * y.Rate;
            var three = from x in legs
                        from y in legs
                        from z in legs
                        where x.To == y.From && y.To == z.From && z.To == x.From && y.To != x.From
                        where x.Rate * y.Rate * z.Rate > 1
                        where string.CompareOrdinal(x.From, y.From) < 0 && string.CompareOrdinal(x.From, z.From) < 0
                        select x.Rate * y.Rate * z.Rate;
            var expected = two.Concat(three).OrderDescending().Select(r => Math.Round(r - 1, 12)).ToList();
            Assert.Equal(expected, loops.Select(l => Math.Round(l.Gain, 12)));
            found += expected.Count;
        }

        Assert.True(found > 100, $"{found} loops.");
    }

    private static QuoteBoard Board(params VenueQuote[] quotes)
    {
        var board = new QuoteBoard();
        foreach (var quote in quotes)
        {
            board.Take(quote);
        }

        return board;
    }

    private static VenueQuote Quote(
        string venue, string symbol, decimal bid, decimal ask, decimal? bidSize = null, decimal? askSize = null,
        int age = 0) =>
        new(venue, Symbol.Parse(symbol), Now.AddSeconds(-age), bid, ask, bidSize, askSize);
}
