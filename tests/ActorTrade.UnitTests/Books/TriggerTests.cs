using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.UnitTests.EntitySupport;

namespace ActorTrade.UnitTests.Books;

/// <summary>The trigger structures against lists that are scanned.</summary>
public sealed class TriggerTests
{
    [Fact]
    public void Trailing_stops_say_what_a_scan_of_all_of_them_says()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            var (stops, naive) = (new TrailingStops(), new List<NaiveStop>());
            var number = 0L;
            var price = 1_000;
            for (var step = 0; step < 120; step++)
            {
                switch (random.Next(8))
                {
                    case 0 or 1 or 2:
                        var bps = 1 + random.Next(random.Next(2) == 0 ? 50 : 5_000);
                        var added = new NaiveStop(Given.Id((int)++number), number, bps);
                        stops.Add(added.Order, number, added.Bps);
                        naive.Add(added);
                        break;
                    case 3 when naive.Count > 0:
                        var gone = naive[random.Next(naive.Count)];
                        naive.Remove(gone);
                        Assert.True(stops.Remove(gone.Order));
                        Assert.False(stops.Remove(gone.Order));
                        break;
                    default:
                        price = Math.Max(1, price + random.Next(-60, 61));
                        See(stops, naive, new Price((uint)price, 7));
                        break;
                }

                AssertSame(stops, naive, new Price((uint)Math.Max(1, price - random.Next(100)), 7), seed);
                if (random.Next(20) == 0)
                {
                    stops = Restored(stops, naive);
                }
            }
        }
    }

    [Fact]
    public void A_trailing_stop_follows_the_highest_price_since_it_came_and_no_other()
    {
        var stops = new TrailingStops();
        stops.Add(Given.Id(1), 1, distanceBps: 1_000);
        stops.See(new Price(200, 1));
        stops.Add(Given.Id(2), 2, distanceBps: 1_000);
        stops.See(new Price(150, 1));
        Assert.Equal(new Price(200, 1), stops.HighOf(Given.Id(1)));
        Assert.Equal(new Price(150, 1), stops.HighOf(Given.Id(2)));
        var reached = Assert.Single(stops.ReachedAt(new Price(180, 1), most: 10));
        Assert.Equal((Given.Id(1), new Price(180, 1)), (reached.Order, reached.Stop));
    }

    [Fact]
    public void The_line_is_by_price_then_by_number()
    {
        var random = new Random(5);
        var line = new PriceTimeIndex(isLowestFirst: true);
        var all = Enumerable.Range(1, 500)
            .Select(i => new InLine(
                new Price((uint)(1 + random.Next(9)), (uint)(1 + random.Next(9))), i, Given.Id(i))).ToList();
        foreach (var one in all.OrderBy(_ => random.Next()))
        {
            Assert.True(line.Add(one));
        }

        var expected = all
            .OrderBy(o => o.Price.ToDoubleLossy(0, 0)).ThenBy(o => o.Number).Select(o => o.Order).ToList();
        Assert.Equal(expected, line.InOrder.Select(o => o.Order));
        var now = new Price(2, 1);
        Assert.Equal(
            all.Count(o => o.Price.ToDoubleLossy(0, 0) <= 2), line.ReachedAt(now).Count());
        Assert.True(line.Remove(all[3]));
        Assert.DoesNotContain(all[3], line.InOrder);
    }

    private static void See(TrailingStops stops, List<NaiveStop> naive, Price price)
    {
        Assert.Equal(naive.Exists(s => s.High < price), stops.IsNewHigh(price));
        stops.See(price);
        foreach (var stop in naive)
        {
            stop.High = stop.High < price ? price : stop.High;
        }
    }

    private static void AssertSame(TrailingStops stops, List<NaiveStop> naive, Price now, int seed)
    {
        var expected = naive
            .Where(s => s.Stop >= now)
            .OrderByDescending(s => s.Stop)
            .ThenBy(s => s.Number)
            .Select(s => new ReachedStop(s.Stop, s.Number, s.Order));
        Assert.True(
            expected.SequenceEqual(stops.ReachedAt(now, int.MaxValue)), $"seed {seed}: others are reached at {now}.");
        Assert.Equal(naive.Count, stops.Count);
        Assert.All(naive, s => Assert.Equal(s.High, stops.HighOf(s.Order)));
    }

    private static TrailingStops Restored(TrailingStops stops, List<NaiveStop> naive)
    {
        var restored = new TrailingStops();
        foreach (var stop in naive.OrderBy(s => s.Number))
        {
            restored.Add(stop.Order, stop.Number, stop.Bps, stops.HighOf(stop.Order)!.Value);
        }

        return restored;
    }

    private sealed class NaiveStop(Guid order, long number, int bps)
    {
        public Guid Order { get; } = order;

        public long Number { get; } = number;

        public int Bps { get; } = bps;

        public Price High { get; set; } = TrailingStops.NoneSeen;

        public Price Stop => new(High.Numerator * (uint)(10_000 - Bps), High.Denominator * 10_000);
    }
}
