namespace ActorTrade.Market.Candles;

/// <summary>
/// The last closed candles of one symbol and interval, oldest first, up to a limit; the oldest makes room.
/// </summary>
/// <remarks>Sparse: neighbours may lie more than an interval apart. Never read it by position as if it were
/// time.</remarks>
public sealed class CandleSeries
{
    private readonly Candle[] _candles;
    private int _start;

    /// <param name="capacity">Candles kept, at least 1.</param>
    public CandleSeries(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _candles = new Candle[capacity];
    }

    public int Count { get; private set; }

    public int Capacity => _candles.Length;

    /// <summary>The candle at a position, 0 = oldest kept.</summary>
    public Candle this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return _candles[(_start + index) % _candles.Length];
        }
    }

    /// <exception cref="ArgumentException">The candle is of another symbol or interval, or not later than the
    /// last.</exception>
    public void Add(Candle candle)
    {
        ArgumentNullException.ThrowIfNull(candle);
        if (Count > 0)
        {
            var last = this[Count - 1];
            if (candle.Symbol != last.Symbol || candle.Interval != last.Interval || candle.OpenAt <= last.OpenAt)
            {
                throw new ArgumentException($"{candle} cannot follow {last}.", nameof(candle));
            }
        }

        _candles[(_start + Count) % _candles.Length] = candle;
        if (Count < _candles.Length)
        {
            Count++;
        }
        else
        {
            _start = (_start + 1) % _candles.Length;
        }
    }

    /// <summary>The candles that open in [from, until), oldest first.</summary>
    public IEnumerable<Candle> Between(DateTimeOffset from, DateTimeOffset until)
    {
        for (var i = 0; i < Count; i++)
        {
            if (this[i].OpenAt >= from && this[i].OpenAt < until)
            {
                yield return this[i];
            }
        }
    }
}
