using System.Globalization;
using ActorTrade.Market.Candles;
using ActorTrade.Market.Indicators;

namespace ActorTrade.Market.Signals;

/// <summary>Trend: the fast average of the closes crosses the slow one. Up is Buy, down is Sell.</summary>
/// <remarks>
/// Confidence = 0.5 + a quarter of the close's distance from the slow window's mean in its standard deviations, at most
/// 1. Horizon = the slow window. Touching without crossing is no cross.
/// </remarks>
public sealed class AverageCross : ISignalModel
{
    private readonly SignalKind _kind;
    private readonly int _fastLength;
    private readonly int _slowLength;
    private readonly Func<double, double?> _fast;
    private readonly Func<double, double?> _slow;
    private readonly RollingDeviation _deviation;
    private int _side;

    private AverageCross(
        SignalKind kind,
        int fastLength,
        int slowLength,
        Func<double, double?> fast,
        Func<double, double?> slow)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(fastLength, slowLength);
        (_kind, _fastLength, _slowLength, _fast, _slow) = (kind, fastLength, slowLength, fast, slow);
        _deviation = new RollingDeviation(slowLength);
    }

    /// <summary>With simple averages.</summary>
    public static AverageCross OfSimple(int fastLength = 10, int slowLength = 30)
    {
        var fast = new SimpleMovingAverage(fastLength);
        var slow = new SimpleMovingAverage(slowLength);
        return new AverageCross(
            SignalKind.SmaCross,
            fastLength,
            slowLength,
            value =>
            {
                fast.Add(value);
                return fast.Value;
            },
            value =>
            {
                slow.Add(value);
                return slow.Value;
            });
    }

    /// <summary>With exponential averages.</summary>
    public static AverageCross OfExponential(int fastLength = 12, int slowLength = 26)
    {
        var fast = new ExponentialMovingAverage(fastLength);
        var slow = new ExponentialMovingAverage(slowLength);
        return new AverageCross(
            SignalKind.EmaCross,
            fastLength,
            slowLength,
            value =>
            {
                fast.Add(value);
                return fast.Value;
            },
            value =>
            {
                slow.Add(value);
                return slow.Value;
            });
    }

    public Signal? OnCandle(Candle candle)
    {
        ArgumentNullException.ThrowIfNull(candle);
        var close = (double)candle.Close;
        var (fast, slow) = (_fast(close), _slow(close));
        _deviation.Add(close);
        if (fast is not { } f || slow is not { } s || f == s)
        {
            return null;
        }

        var side = f > s ? 1 : -1;
        var crossed = side == -_side;
        _side = side;
        return crossed ? Cross(candle, f, s, close) : null;
    }

    private Signal Cross(Candle candle, double fast, double slow, double close)
    {
        var up = fast > slow;
        var confidence = Math.Min(1, 0.5 + (Math.Abs(_deviation.ZScore(close) ?? 0) / 4));
        var name = _kind == SignalKind.SmaCross ? "SMA" : "EMA";
        var reason = string.Create(
            CultureInfo.InvariantCulture,
            $"{name} {_fastLength} ({fast:G8}) crossed {(up ? "above" : "below")} {name} {_slowLength} ({slow:G8})");
        return new Signal(
            candle.Symbol,
            _kind,
            up ? SignalDirection.Buy : SignalDirection.Sell,
            confidence,
            candle.Interval * _slowLength,
            reason,
            candle.CloseAt);
    }
}
