using System.Globalization;
using ActorTrade.Domain.Markets;
using ActorTrade.Market.Candles;
using ActorTrade.Market.Indicators;

namespace ActorTrade.Market.Signals;

/// <summary>Breakout: a tick leaves the channel of the last n closed candles. Above is Buy, below is Sell.</summary>
/// <remarks>
/// It speaks at once, on the tick, and again in the same direction only after a price inside the channel. Confidence =
/// 0.5 + half of the distance beyond the channel as a part of its width, at most 1. Horizon = n candles.
/// </remarks>
public sealed class Breakout : ISignalModel
{
    private readonly DonchianChannel _channel;
    private readonly int _length;
    private readonly PriceSource _source;
    private TimeSpan _interval;
    private int _side;

    public Breakout(int length = 20, PriceSource source = PriceSource.TradeElseMid)
    {
        _channel = new DonchianChannel(length);
        (_length, _source) = (length, source);
    }

    public Signal? OnCandle(Candle candle)
    {
        ArgumentNullException.ThrowIfNull(candle);
        _channel.Add((double)candle.High, (double)candle.Low);
        _interval = candle.Interval;
        return null;
    }

    public Signal? OnTick(Tick tick)
    {
        ArgumentNullException.ThrowIfNull(tick);
        if (_channel.High is not { } high || _channel.Low is not { } low || tick.Price(_source) is not { } price)
        {
            return null;
        }

        var value = (double)price;
        var side = value > high ? 1 : value < low ? -1 : 0;
        var broke = side != 0 && side != _side;
        _side = side;
        if (!broke)
        {
            return null;
        }

        var beyond = side > 0 ? value - high : low - value;
        var confidence = high > low ? Math.Min(1, 0.5 + (beyond / (high - low) / 2)) : 1;
        var reason = string.Create(
            CultureInfo.InvariantCulture, $"{value:G8} left the channel {low:G8} to {high:G8} of {_length} candles");
        return new Signal(
            tick.Symbol,
            SignalKind.Breakout,
            side > 0 ? SignalDirection.Buy : SignalDirection.Sell,
            confidence,
            _interval * _length,
            reason,
            tick.At);
    }
}
