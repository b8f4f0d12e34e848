using ActorTrade.Market.Views;
using static ActorTrade.UnitTests.Market.MarketTicks;

namespace ActorTrade.UnitTests.Market;

public sealed class ViewTests
{
    [Fact]
    public void Conflation_keeps_the_newest_values_adds_volume_and_counts()
    {
        var conflator = new TickConflator();
        conflator.Offer(Trade(0, 10, 2));
        conflator.Offer(Quote(1, 9, 11));
        conflator.Offer(Trade(2, 12, 3, sequence: 7));

        Assert.Equal(2, conflator.Conflated);
        Assert.True(conflator.TryTake(out var tick));
        Assert.Equal(Quote(2, 9, 11) with { Last = 12, Volume = 5, Sequence = 7 }, tick);
        Assert.False(conflator.TryTake(out _));
    }

    [Fact]
    public void Quiet_symbol_is_not_starved_and_the_limit_refuses_loudly()
    {
        var conflator = new TickConflator(keysMax: 2);
        var quiet = Trade(0, 5) with { Venue = "quiet" };
        conflator.Offer(Trade(0, 1));
        conflator.Offer(quiet);
        conflator.Offer(Trade(1, 2));

        Assert.False(conflator.Offer(Trade(0, 1) with { Venue = "third" }));
        Assert.Equal(1, conflator.Refused);
        conflator.TryTake(out var first);
        conflator.Offer(Trade(2, 3));
        conflator.TryTake(out var second);
        Assert.Equal((2m, quiet), (first!.Last!.Value, second));
    }

    [Fact]
    public void Conflation_loses_no_volume_and_no_last_value_whatever_the_reader_does()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var conflator = new TickConflator();
            var (volumeIn, volumeOut, taken) = (0m, 0m, 0);
            var latest = new Dictionary<string, decimal>();
            var seen = new Dictionary<string, decimal>();
            for (var i = 0; i < 300; i++)
            {
                var tick = Trade(i, i + 1, random.Next(5)) with { Venue = $"v{random.Next(4)}" };
                conflator.Offer(tick);
                (latest[tick.Venue], volumeIn) = (tick.Last!.Value, volumeIn + tick.Volume!.Value);
                Drain(random.Next(2));
            }

            Drain(10);
            Assert.Equal(latest.OrderBy(e => e.Key), seen.OrderBy(e => e.Key));
            Assert.Equal((volumeIn, 300), (volumeOut, taken + conflator.Conflated));

            void Drain(int count)
            {
                while (count-- > 0 && conflator.TryTake(out var tick))
                {
                    seen[tick.Venue] = tick.Last!.Value;
                    volumeOut += tick.Volume!.Value;
                    taken++;
                }
            }
        }
    }

    [Fact]
    public void View_keeps_each_side_with_its_own_age()
    {
        var view = new MarketView();
        view.Apply(Quote(0, 9, 11));
        view.Apply(Trade(5, 10));

        Assert.True(view.TryGet(Btc, "test", out var quote));
        Assert.Equal((9m, 11m, 10m, 10m), (quote.Bid, quote.Ask, quote.Mid, quote.Last));
        Assert.Equal(TimeSpan.FromSeconds(8), quote.QuoteAge(Start.AddSeconds(8)));
        Assert.Equal(TimeSpan.FromSeconds(3), quote.Age(Start.AddSeconds(8)));
    }

    [Fact]
    public void View_refuses_late_empty_and_surplus_ticks()
    {
        var view = new MarketView(quotesMax: 1);

        Assert.Equal(MarketViewOutcome.Applied, view.Apply(Trade(5, 10)));
        Assert.Equal(MarketViewOutcome.Late, view.Apply(Trade(4, 11)));
        Assert.Equal(MarketViewOutcome.Empty, view.Apply(Trade(6, 1) with { Last = null }));
        Assert.Equal(MarketViewOutcome.Full, view.Apply(Trade(6, 1) with { Venue = "other" }));
        Assert.Equal((1, 1L, 1L), (view.Count, view.LateTicks, view.RefusedTicks));
        Assert.Equal(10, Assert.Single(view.Of(Btc)).Last);
    }
}
