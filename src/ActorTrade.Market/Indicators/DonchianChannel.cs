namespace ActorTrade.Market.Indicators;

/// <summary>The highest high and the lowest low of the last n candles (Richard Donchian's channel).</summary>
/// <remarks>Two monotonic queues in rings of fixed size: constant time in the mean, no allocation per value.</remarks>
public sealed class DonchianChannel
{
    private readonly int _length;
    private readonly Extreme _highs;
    private readonly Extreme _lows;
    private long _index;

    /// <param name="length">n, at least 1.</param>
    public DonchianChannel(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        _length = length;
        _highs = new Extreme(length);
        _lows = new Extreme(length);
    }

    public bool IsReady => _index >= _length;

    /// <summary>The highest high; null until there are n candles.</summary>
    public double? High => IsReady ? _highs.Front : null;

    /// <summary>The lowest low; null until there are n candles.</summary>
    public double? Low => IsReady ? -_lows.Front : null;

    public void Add(double high, double low)
    {
        _highs.Add(_index, high);
        _lows.Add(_index, -low);
        _index++;
    }

    /// <summary>The maximum of a sliding window: candidates in falling order, each newer than the one before.</summary>
    private sealed class Extreme(int length)
    {
        private readonly (long Index, double Value)[] _candidates = new (long, double)[length];
        private int _start;
        private int _count;

        public double Front => _candidates[_start].Value;

        public void Add(long index, double value)
        {
            if (_count > 0 && _candidates[_start].Index <= index - length)
            {
                _start = (_start + 1) % length;
                _count--;
            }

            while (_count > 0 && _candidates[(_start + _count - 1) % length].Value <= value)
            {
                _count--;
            }

            _candidates[(_start + _count) % length] = (index, value);
            _count++;
        }
    }
}
