using ActorTrade.Market.Indicators;

namespace ActorTrade.UnitTests.Market;

/// <summary>Each indicator against the definition computed from the whole history.</summary>
public sealed class IndicatorTests
{
    [Fact]
    public void Sma_equals_the_mean_of_the_window() => Compare(
        n =>
        {
            var sma = new SimpleMovingAverage(n);
            return v =>
            {
                sma.Add(v);
                return sma.Value;
            };
        },
        (history, n) => history.Count < n ? null : history.TakeLast(n).Average());

    [Fact]
    public void Ema_equals_its_recursion_from_the_first_mean() => Compare(
        n =>
        {
            var ema = new ExponentialMovingAverage(n);
            return v =>
            {
                ema.Add(v);
                return ema.Value;
            };
        },
        (history, n) => history.Count < n
            ? null
            : history.Skip(n).Aggregate(
                history.Take(n).Average(), (e, v) => (v * 2 / (n + 1)) + (e * (n - 1) / (n + 1))));

    [Fact]
    public void Deviation_equals_the_two_pass_formula() => Compare(
        n =>
        {
            var deviation = new RollingDeviation(n + 1);
            return v =>
            {
                deviation.Add(v);
                return deviation.Deviation;
            };
        },
        (history, n) =>
        {
            var window = history.TakeLast(n + 1).ToList();
            var mean = window.Average();
            return window.Count <= n ? null : Math.Sqrt(window.Sum(v => (v - mean) * (v - mean)) / n);
        });

    [Fact]
    public void Rsi_equals_wilders_recursion() => Compare(
        n =>
        {
            var rsi = new RelativeStrengthIndex(n);
            return v =>
            {
                rsi.Add(v);
                return rsi.Value;
            };
        },
        RsiOracle);

    [Fact]
    public void Rsi_of_wilders_rules_by_hand()
    {
        var rsi = new RelativeStrengthIndex(2);
        foreach (var value in new double[] { 10, 12, 11, 14 })
        {
            rsi.Add(value);
        }

        // Gains 2, 0 and losses 0, 1: means 1 and 0.5; then gain 3: (1 + 3) / 2 = 2 and 0.5 / 2 = 0.25; 100 × 2 / 2.25.
        Assert.Equal(88.888888888888889, rsi.Value!.Value, 12);
    }

    [Fact]
    public void Rsi_of_a_flat_market_is_fifty_and_of_a_rising_one_hundred()
    {
        var (flat, rising) = (new RelativeStrengthIndex(3), new RelativeStrengthIndex(3));
        for (var i = 0; i < 10; i++)
        {
            flat.Add(5);
            rising.Add(i);
        }

        Assert.Equal((50, 100), (flat.Value!.Value, rising.Value!.Value));
    }

    [Fact]
    public void Donchian_equals_the_extremes_of_the_window()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var n = random.Next(1, 20);
            var channel = new DonchianChannel(n);
            var history = new List<(double High, double Low)>();
            for (var i = 0; i < 200; i++)
            {
                history.Add((random.Next(20, 40), random.Next(20)));
                channel.Add(history[^1].High, history[^1].Low);
                var ready = history.Count >= n;
                Assert.Equal(ready ? history.TakeLast(n).Max(h => h.High) : null, channel.High);
                Assert.Equal(ready ? history.TakeLast(n).Min(h => h.Low) : null, channel.Low);
            }
        }
    }

    [Fact]
    public void Deviation_keeps_its_digits_at_a_high_price_over_a_million_values()
    {
        var deviation = new RollingDeviation(100);
        for (var i = 0; i < 1_000_000; i++)
        {
            deviation.Add(1e9 + (i % 2 == 0 ? 0.01 : -0.01));
        }

        Assert.Equal(0.01 * Math.Sqrt(100.0 / 99), deviation.Deviation!.Value, 7);
        Assert.Equal(1e9, deviation.Mean!.Value, 6);
    }

    [Fact]
    public void Updates_allocate_nothing()
    {
        var (sma, ema) = (new SimpleMovingAverage(9), new ExponentialMovingAverage(9));
        var rsi = new RelativeStrengthIndex(9);
        var (deviation, channel) = (new RollingDeviation(9), new DonchianChannel(9));
        var sum = Round(0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            sum += Round(i % 17);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(double.IsFinite(sum));

        double Round(double v)
        {
            sma.Add(v);
            ema.Add(v);
            rsi.Add(v);
            deviation.Add(v);
            channel.Add(v, -v);
            var averages = (sma.Value ?? 0) + (ema.Value ?? 0) + (rsi.Value ?? 0);
            return averages + (deviation.ZScore(v) ?? 0) + (channel.High ?? 0);
        }
    }

    private static void Compare(
        Func<int, Func<double, double?>> indicator, Func<IReadOnlyList<double>, int, double?> oracle)
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var n = random.Next(1, 15);
            var add = indicator(n);
            var history = new List<double>();
            for (var i = 0; i < 120; i++)
            {
                history.Add(60_000 + (random.NextDouble() * 100));
                var (expected, actual) = (oracle(history, n), add(history[^1]));
                Assert.Equal(expected is null, actual is null);
                Assert.Equal(expected ?? 0, actual ?? 0, 6);
            }
        }
    }

    private static double? RsiOracle(IReadOnlyList<double> history, int n)
    {
        var changes = history.Zip(history.Skip(1), (a, b) => b - a).ToList();
        if (changes.Count < n)
        {
            return null;
        }

        var gain = changes.Take(n).Where(c => c > 0).Sum() / n;
        var loss = -changes.Take(n).Where(c => c < 0).Sum() / n;
        foreach (var change in changes.Skip(n))
        {
            gain = ((gain * (n - 1)) + Math.Max(change, 0)) / n;
            loss = ((loss * (n - 1)) + Math.Max(-change, 0)) / n;
        }

        return loss == 0 ? (gain == 0 ? 50 : 100) : 100 - (100 / (1 + (gain / loss)));
    }
}
