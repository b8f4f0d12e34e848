using System.Globalization;
using ActorTrade.Market.Candles;
using ActorTrade.Market.Indicators;

namespace ActorTrade.Market.Signals;

/// <summary>Reversal: the relative strength index comes back from oversold (Buy) or overbought (Sell).</summary>
/// <remarks>
/// It speaks when the index leaves the zone, so that it does not buy into a fall that goes on. Confidence = 0.5 + half
/// of how deep the excursion went into its zone, 0 at the threshold, 1 at RSI 0 or 100. Horizon = n candles.
/// </remarks>
public sealed class RsiReversal : ISignalModel
{
    private readonly RelativeStrengthIndex _index;
    private readonly int _length;
    private readonly double _oversold;
    private readonly double _overbought;

    /// <summary>The deepest index of the present excursion; null outside both zones.</summary>
    private double? _extreme;

    /// <param name="oversold">0 to 100, below <paramref name="overbought"/>.</param>
    public RsiReversal(int length = 14, double oversold = 30, double overbought = 70)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(oversold, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(oversold, overbought);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(overbought, 100);
        _index = new RelativeStrengthIndex(length);
        (_length, _oversold, _overbought) = (length, oversold, overbought);
    }

    public Signal? OnCandle(Candle candle)
    {
        ArgumentNullException.ThrowIfNull(candle);
        _index.Add((double)candle.Close);
        if (_index.Value is not { } index)
        {
            return null;
        }

        var left = _extreme;
        _extreme = index < _oversold ? Math.Min(index, _extreme ?? index)
            : index > _overbought ? Math.Max(index, _extreme ?? index)
            : null;

        // A jump from one zone straight into the other ends the first excursion too.
        if (left < _oversold && index >= _oversold)
        {
            _extreme = index > _overbought ? index : null;
            return Reversal(candle, SignalDirection.Buy, left.Value, index, (_oversold - left.Value) / _oversold);
        }

        if (left > _overbought && index <= _overbought)
        {
            _extreme = index < _oversold ? index : null;
            var depth = (left.Value - _overbought) / (100 - _overbought);
            return Reversal(candle, SignalDirection.Sell, left.Value, index, depth);
        }

        return null;
    }

    private Signal Reversal(Candle candle, SignalDirection direction, double extreme, double index, double depth)
    {
        var reason = string.Create(
            CultureInfo.InvariantCulture, $"RSI {_length} came back to {index:F1} after an extreme of {extreme:F1}");
        return new Signal(
            candle.Symbol,
            SignalKind.Rsi,
            direction,
            0.5 + (depth / 2),
            candle.Interval * _length,
            reason,
            candle.CloseAt);
    }
}
