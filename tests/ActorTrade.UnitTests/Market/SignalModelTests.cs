using ActorTrade.Market.Signals;
using static ActorTrade.UnitTests.Market.MarketTicks;

namespace ActorTrade.UnitTests.Market;

public sealed class SignalModelTests
{
    [Fact]
    public void Average_cross_speaks_once_a_cross_in_its_direction()
    {
        var signals = Run(AverageCross.OfSimple(2, 4), 10, 9, 8, 7, 6, 8, 10, 12, 12, 9, 6, 3);

        Assert.Equal([(6, SignalDirection.Buy), (9, SignalDirection.Sell)], signals.Select(Place));
        Assert.Equal("SMA 2 (9) crossed above SMA 4 (7.75)", signals[0].Signal.Reason);
        Assert.Equal(TimeSpan.FromMinutes(4), signals[0].Signal.Horizon);
        Assert.Equal(Start.AddMinutes(7), signals[0].Signal.At);
    }

    [Fact]
    public void Flat_market_gives_no_signal()
    {
        foreach (var model in Models())
        {
            Assert.Empty(Run(model, [.. Enumerable.Repeat(10m, 200)]));
        }
    }

    [Fact]
    public void Exponential_cross_names_itself() =>
        Assert.Equal(SignalKind.EmaCross, Run(AverageCross.OfExponential(2, 3), 5, 4, 3, 2, 9)[0].Signal.Kind);

    [Fact]
    public void Rsi_speaks_when_the_excursion_ends_and_is_surer_the_deeper_it_was()
    {
        var signals = Run(new RsiReversal(2, 30, 70), 10, 9, 8, 8.1m, 9, 10, 11, 10);

        // RSI: 0 at the third candle, above 30 at the fifth (Buy), 100-wards, back below 70 at the last (Sell).
        Assert.Equal([SignalDirection.Buy, SignalDirection.Sell], signals.Select(s => s.Signal.Direction));
        Assert.Equal(1, signals[0].Signal.Confidence);
        Assert.InRange(signals[1].Signal.Confidence, 0.5, 1);
    }

    [Fact]
    public void Z_score_bets_against_the_excursion_once_until_it_came_back()
    {
        decimal[] quiet = [10, 11, 10, 11, 10, 11, 10, 11, 10, 11];
        var signals = Run(new ZScoreReversion(10, 2, 0.5), [.. quiet, 13, 13.5m, 10.8m, .. quiet, .. quiet, 7]);

        Assert.Equal([(10, SignalDirection.Sell), (33, SignalDirection.Buy)], signals.Select(Place));
        Assert.All(signals, s => Assert.InRange(s.Signal.Confidence, 0.5, 1));
    }

    [Fact]
    public void Z_score_that_only_half_came_back_does_not_speak_again()
    {
        decimal[] quiet = [10, 11, 10, 11, 10, 11, 10, 11, 10, 11];

        // 11.9 lies about 1.2 deviations above the mean of its window and 14 about 3: no new excursion.
        Assert.Single(Run(new ZScoreReversion(10, 2, 0.5), [.. quiet, 13, 11.9m, 14]));
    }

    [Fact]
    public void Breakout_speaks_on_the_tick_and_again_only_after_a_price_inside()
    {
        var model = new Breakout(3);
        Assert.Null(model.OnTick(Trade(0, 100)));
        foreach (var i in Enumerable.Range(0, 3))
        {
            Assert.Null(model.OnCandle(Minute(i, 10, high: 12, low: 8)));
        }

        Assert.Null(model.OnTick(Trade(200, 12)));
        var broke = model.OnTick(Trade(201, 13));
        Assert.Equal(
            (SignalDirection.Buy, 0.625, Start.AddSeconds(201)), (broke!.Direction, broke.Confidence, broke.At));
        Assert.Null(model.OnTick(Trade(202, 14)));
        Assert.Null(model.OnTick(Trade(203, 11)));
        Assert.NotNull(model.OnTick(Trade(204, 13)));
        Assert.Equal(SignalDirection.Sell, model.OnTick(Trade(205, 1))!.Direction);
    }

    [Fact]
    public void Any_market_gives_confidence_from_0_to_1_and_the_same_signals_twice()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var price = 100.0;
            decimal[] closes = [.. Enumerable.Range(0, 500).Select(_ => (decimal)(price *= Step()))];
            foreach (var (model, twin) in Models().Zip(Models()))
            {
                var signals = Run(model, closes);
                Assert.NotEmpty(signals);
                Assert.All(signals, s => Assert.InRange(s.Signal.Confidence, 0, 1));
                Assert.Equal(signals, Run(twin, closes));
            }

            double Step() => 0.97 + (random.NextDouble() * 0.06);
        }
    }

    private static List<ISignalModel> Models() =>
    [
        AverageCross.OfSimple(), AverageCross.OfExponential(), new RsiReversal(), new ZScoreReversion(), new Breakout(),
    ];

    private static (int, SignalDirection) Place((int Index, Signal Signal) s) => (s.Index, s.Signal.Direction);

    private static List<(int Index, Signal Signal)> Run(ISignalModel model, params decimal[] closes)
    {
        var signals = new List<(int, Signal)>();
        for (var i = 0; i < closes.Length; i++)
        {
            var onTick = model.OnTick(Trade(i * 60, closes[i]));
            foreach (var signal in new[] { onTick, model.OnCandle(Minute(i, closes[i])) })
            {
                if (signal is not null)
                {
                    signals.Add((i, signal));
                }
            }
        }

        return signals;
    }
}
