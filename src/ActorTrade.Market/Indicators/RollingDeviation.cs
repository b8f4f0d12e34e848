namespace ActorTrade.Market.Indicators;

/// <summary>Mean and standard deviation of the last n values.</summary>
/// <remarks>
/// Welford's update in its sliding form (mean and sum of squared deviations, never a sum of squares), made anew from
/// the ring each time it wraps: a price of 60,000 with deviations of cents keeps its digits, and errors cannot add up.
/// Constant time in the mean, no allocation.
/// </remarks>
public sealed class RollingDeviation
{
    private readonly double[] _values;
    private int _next;
    private int _count;
    private double _mean;
    private double _squares;

    /// <param name="length">n, at least 2.</param>
    public RollingDeviation(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        _values = new double[length];
    }

    public bool IsReady => _count == _values.Length;

    /// <summary>The mean; null until there are n values.</summary>
    public double? Mean => IsReady ? _mean : null;

    /// <summary>The sample standard deviation (divided by n − 1); null until there are n values.</summary>
    public double? Deviation => IsReady ? Math.Sqrt(Math.Max(_squares, 0) / (_count - 1)) : null;

    /// <summary>
    /// How many deviations the value lies above the mean; null while not ready or where nothing moved.
    /// </summary>
    public double? ZScore(double value) => Deviation is > 0 and var deviation ? (value - _mean) / deviation : null;

    public void Add(double value)
    {
        if (IsReady)
        {
            var oldest = _values[_next];
            var oldMean = _mean;
            _mean += (value - oldest) / _count;
            _squares += (value - oldest) * (value - _mean + oldest - oldMean);
        }
        else
        {
            _count++;
            var delta = value - _mean;
            _mean += delta / _count;
            _squares += delta * (value - _mean);
        }

        _values[_next] = value;
        if (++_next == _values.Length)
        {
            _next = 0;
            Refresh();
        }
    }

    private void Refresh()
    {
        var sum = 0.0;
        foreach (var value in _values)
        {
            sum += value - _mean;
        }

        _mean += sum / _values.Length;
        _squares = 0;
        foreach (var value in _values)
        {
            _squares += (value - _mean) * (value - _mean);
        }
    }
}
