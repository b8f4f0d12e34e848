using System.Globalization;
using ActorTrade.Market.Candles;
using ActorTrade.Market.Indicators;

namespace ActorTrade.Market.Signals;

/// <summary>
/// Mean reversion: the close lies many standard deviations from its rolling mean. Above is Sell, below is Buy.
/// </summary>
/// <remarks>
/// It speaks once an excursion and again only after the z-score came back within <c>rearm</c>. The close is measured
/// against the candles before it:
/// measured against itself it could never exceed (n − 1) / √n. Confidence = |z| / (2 × entry), at most 1. Horizon = n
/// candles.
/// </remarks>
public sealed class ZScoreReversion : ISignalModel
{
    private readonly RollingDeviation _closes;
    private readonly int _length;
    private readonly double _entry;
    private readonly double _rearm;
    private int _spokenSide;

    /// <param name="entry">Standard deviations at which it speaks, above <paramref name="rearm"/>.</param>
    public ZScoreReversion(int length = 30, double entry = 2, double rearm = 0.5)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rearm, 0);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(entry, rearm);
        _closes = new RollingDeviation(length);
        (_length, _entry, _rearm) = (length, entry, rearm);
    }

    public Signal? OnCandle(Candle candle)
    {
        ArgumentNullException.ThrowIfNull(candle);
        var close = (double)candle.Close;
        var score = _closes.ZScore(close);
        var mean = _closes.Mean;
        _closes.Add(close);
        if (score is not { } z)
        {
            return null;
        }

        if (Math.Abs(z) <= _rearm)
        {
            _spokenSide = 0;
        }

        var side = Math.Abs(z) >= _entry ? Math.Sign(z) : 0;
        if (side == 0 || side == _spokenSide)
        {
            return null;
        }

        _spokenSide = side;
        var reason = string.Create(
            CultureInfo.InvariantCulture,
            $"close {close:G8} is {z:F2} deviations from the mean {mean:G8} of {_length} candles");
        return new Signal(
            candle.Symbol,
            SignalKind.ZScore,
            z > 0 ? SignalDirection.Sell : SignalDirection.Buy,
            Math.Min(1, Math.Abs(z) / (2 * _entry)),
            candle.Interval * _length,
            reason,
            candle.CloseAt);
    }
}
