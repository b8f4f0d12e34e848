namespace ActorTrade.Market.Indicators;

/// <summary>
/// The relative strength index of J. Welles Wilder (New Concepts in Technical Trading Systems, 1978).
/// </summary>
/// <remarks>
/// RSI = 100 × G / (G + L), where G and L are the mean gain and loss of the first n changes and from then on smoothed
/// as (previous × (n − 1) + present) / n. Without any gain or loss it is 50: neither side is stronger.
/// </remarks>
public sealed class RelativeStrengthIndex
{
    private readonly int _length;
    private int _changes;
    private double _gain;
    private double _loss;
    private double _previous = double.NaN;

    /// <param name="length">n, at least 1; Wilder used 14.</param>
    public RelativeStrengthIndex(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        _length = length;
    }

    public bool IsReady => _changes == _length;

    /// <summary>0 to 100; null until there are n + 1 values.</summary>
    public double? Value => !IsReady ? null : _gain + _loss == 0 ? 50 : 100 * _gain / (_gain + _loss);

    public void Add(double value)
    {
        var change = value - _previous;
        _previous = value;
        if (double.IsNaN(change))
        {
            return;
        }

        if (_changes < _length)
        {
            _changes++;
            _gain += (Math.Max(change, 0) - _gain) / _changes;
            _loss += (Math.Max(-change, 0) - _loss) / _changes;
            return;
        }

        _gain = ((_gain * (_length - 1)) + Math.Max(change, 0)) / _length;
        _loss = ((_loss * (_length - 1)) + Math.Max(-change, 0)) / _length;
    }
}
