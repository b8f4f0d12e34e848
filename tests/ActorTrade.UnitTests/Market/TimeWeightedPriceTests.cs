using ActorTrade.Market.Candles;
using static ActorTrade.UnitTests.Market.MarketTicks;

namespace ActorTrade.UnitTests.Market;

public sealed class TimeWeightedPriceTests
{
    [Fact]
    public void Price_holds_until_the_next_one()
    {
        var twap = new TimeWeightedPrice(TimeSpan.FromSeconds(60), staleAfter: TimeSpan.FromSeconds(60));
        twap.Add(Start, 100);
        twap.Add(Start.AddSeconds(45), 200);

        Assert.Equal(new Twap(125, 1), twap.At(Start.AddSeconds(60)));
        Assert.Equal(new Twap(175, 1), twap.At(Start.AddSeconds(90)));
    }

    [Fact]
    public void Stale_price_does_not_count_and_coverage_says_so()
    {
        var twap = new TimeWeightedPrice(TimeSpan.FromSeconds(60), staleAfter: TimeSpan.FromSeconds(10));
        twap.Add(Start, 100);
        twap.Add(Start.AddSeconds(40), 400);

        Assert.Equal(new Twap(250, 20m / 60), twap.At(Start.AddSeconds(60)));
        Assert.Equal(new Twap(400, 5m / 60), twap.At(Start.AddSeconds(105)));
        Assert.Null(twap.At(Start.AddSeconds(110)));
        Assert.Null(new TimeWeightedPrice(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)).At(Start));
    }

    [Fact]
    public void Older_price_is_refused_and_the_last_of_one_instant_counts()
    {
        var twap = new TimeWeightedPrice(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));
        Assert.True(twap.Add(Start.AddSeconds(1), 5));
        Assert.False(twap.Add(Start, 9));
        Assert.True(twap.Add(Start.AddSeconds(1), 7));

        Assert.Equal(7, twap.At(Start.AddSeconds(2))!.Value.Value);
        Assert.Equal(1, twap.LatePrices);
        Assert.Throws<ArgumentOutOfRangeException>(() => twap.At(Start));
    }

    [Fact]
    public void Full_history_drops_the_oldest_and_counts_it()
    {
        var twap = new TimeWeightedPrice(TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(100), capacity: 2);
        twap.Add(Start, 1);
        twap.Add(Start.AddSeconds(10), 2);
        twap.Add(Start.AddSeconds(20), 4);

        Assert.Equal(1, twap.DroppedPrices);
        Assert.Equal(new Twap(3, 0.2m), twap.At(Start.AddSeconds(30)));
    }

    [Fact]
    public void Sliding_sums_equal_the_average_second_by_second()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var (window, stale) = (random.Next(1, 60), random.Next(1, 60));
            var twap = new TimeWeightedPrice(TimeSpan.FromSeconds(window), TimeSpan.FromSeconds(stale));
            var points = new List<(int At, decimal Price)>();
            for (var second = 0; second < 300; second++)
            {
                if (random.Next(4) == 0)
                {
                    points.Add((second, random.Next(1, 1000)));
                    twap.Add(Start.AddSeconds(second), points[^1].Price);
                }

                Assert.Equal(Oracle(points, second, window, stale), twap.At(Start.AddSeconds(second)));
            }
        }
    }

    private static Twap? Oracle(List<(int At, decimal Price)> points, int now, int window, int stale)
    {
        var known = new List<decimal>();
        for (var second = now - window; second < now; second++)
        {
            var held = points.LastOrDefault(p => p.At <= second, (int.MinValue / 2, 0));
            if (second < held.Item1 + stale)
            {
                known.Add(held.Item2);
            }
        }

        return known.Count == 0 ? null : new Twap(known.Sum() / known.Count, (decimal)known.Count / window);
    }
}
