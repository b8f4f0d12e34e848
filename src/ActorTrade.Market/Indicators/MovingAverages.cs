namespace ActorTrade.Market.Indicators;

/// <summary>The mean of the last n values.</summary>
/// <remarks>
/// Constant time and no allocation per value. The running sum is made anew each time the ring wraps, so
/// rounding errors cannot add up over a long run.
/// </remarks>
public sealed class SimpleMovingAverage
{
    private readonly double[] _values;
    private int _next;
    private int _count;
    private double _sum;

    /// <param name="length">Values averaged, at least 1.</param>
    public SimpleMovingAverage(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        _values = new double[length];
    }

    public bool IsReady => _count == _values.Length;

    /// <summary>The mean; null until there are n values.</summary>
    public double? Value => IsReady ? _sum / _count : null;

    public void Add(double value)
    {
        _sum += IsReady ? value - _values[_next] : value;
        _values[_next] = value;
        _count = Math.Min(_count + 1, _values.Length);
        if (++_next == _values.Length)
        {
            _next = 0;
            _sum = 0;
            foreach (var v in _values)
            {
                _sum += v;
            }
        }
    }
}

/// <summary>The exponential moving average with α = 2 / (n + 1), seeded with the mean of the first n values.</summary>
public sealed class ExponentialMovingAverage
{
    private readonly int _length;
    private int _count;
    private double _value;

    /// <param name="length">n, at least 1.</param>
    public ExponentialMovingAverage(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        _length = length;
    }

    public bool IsReady => _count == _length;

    /// <summary>The average; null until there are n values.</summary>
    public double? Value => IsReady ? _value : null;

    public void Add(double value)
    {
        if (IsReady)
        {
            _value += (value - _value) * (2.0 / (_length + 1));
            return;
        }

        _count++;
        _value += (value - _value) / _count;
    }
}
