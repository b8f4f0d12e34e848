namespace ActorTrade.Market.Candles;

/// <summary>A time-weighted average price and how much of its window had a price.</summary>
/// <param name="Value">Quote tokens per base token.</param>
/// <param name="Coverage">Part of the window with a known price, above 0, at most 1.</param>
public readonly record struct Twap(decimal Value, decimal Coverage);

/// <summary>The time-weighted average price (TWAP) of one symbol over a sliding window.</summary>
/// <remarks>
/// A price holds from its instant until the next one, but no longer than the stale-after time: what nobody has seen is
/// not averaged in. TWAP(now) = Σ price × time held within (now − window, now] / Σ time held. Sums of decimal × 100 ns,
/// exact to 28 digits. The window's prices are kept, at most <c>capacity</c>; beyond it the oldest price is dropped
/// early and counted, and coverage shows it.
/// </remarks>
public sealed class TimeWeightedPrice
{
    private readonly long _window;
    private readonly long _staleAfter;
    private readonly (long At, decimal Price)[] _points;
    private int _start;
    private int _count;

    /// <summary>
    /// Σ price × time and Σ time over all kept points but the newest, each held until the next point.
    /// </summary>
    private decimal _weighted;
    private long _held;

    /// <param name="window">More than zero.</param>
    /// <param name="staleAfter">How long a price holds without a new one; more than zero.</param>
    /// <param name="capacity">Prices kept, at least 2.</param>
    public TimeWeightedPrice(TimeSpan window, TimeSpan staleAfter, int capacity = 4096)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(window, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(staleAfter, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 2);
        (_window, _staleAfter) = (window.Ticks, staleAfter.Ticks);
        _points = new (long, decimal)[capacity];
    }

    /// <summary>Prices older than the newest one, which were refused.</summary>
    public long LatePrices { get; private set; }

    /// <summary>Prices dropped within the window because of the capacity.</summary>
    public long DroppedPrices { get; private set; }

    /// <summary>
    /// Takes a price; of several of one instant the last counts. False if it is older than the newest.
    /// </summary>
    public bool Add(DateTimeOffset at, decimal price)
    {
        var ticks = at.UtcTicks;
        if (_count > 0 && ticks < Point(_count - 1).At)
        {
            LatePrices++;
            return false;
        }

        if (_count > 0 && ticks == Point(_count - 1).At)
        {
            Point(_count - 1).Price = price;
            return true;
        }

        DropBefore(ticks - _window);
        if (_count == _points.Length)
        {
            DroppedPrices++;
            DropOldest();
        }

        if (_count > 0)
        {
            var (lastAt, lastPrice) = Point(_count - 1);
            var held = Math.Min(ticks - lastAt, _staleAfter);
            _held += held;
            _weighted += lastPrice * held;
        }

        _count++;
        Point(_count - 1) = (ticks, price);
        return true;
    }

    /// <summary>
    /// The average over the window that ends at <paramref name="now"/>, or null where no price was known in it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Now is before the newest price.</exception>
    public Twap? At(DateTimeOffset now)
    {
        var until = now.UtcTicks;
        if (_count == 0)
        {
            return null;
        }

        var newest = Point(_count - 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(until, newest.At, nameof(now));
        var from = until - _window;
        DropBefore(from);
        var (held, weighted) = (_held, _weighted);
        var tail = Overlap(newest.At, newest.At + _staleAfter, from, until);
        held += tail;
        weighted += newest.Price * tail;
        if (_count > 1)
        {
            // Only the oldest price can reach over the start of the window.
            var (at, price) = Point(0);
            var end = at + HeldByOldest();
            var outside = HeldByOldest() - Overlap(at, end, from, until);
            held -= outside;
            weighted -= price * outside;
        }

        return held > 0 ? new Twap(weighted / held, (decimal)held / _window) : null;
    }

    private static long Overlap(long start, long end, long from, long until) =>
        Math.Max(0, Math.Min(end, until) - Math.Max(start, from));

    private ref (long At, decimal Price) Point(int index) => ref _points[(_start + index) % _points.Length];

    private long HeldByOldest() => Math.Min(Point(1).At - Point(0).At, _staleAfter);

    /// <summary>Drops what no later window can reach: points whose successor is not after the given instant.</summary>
    private void DropBefore(long from)
    {
        while (_count > 1 && Point(1).At <= from)
        {
            DropOldest();
        }
    }

    private void DropOldest()
    {
        var held = HeldByOldest();
        _held -= held;
        _weighted -= Point(0).Price * held;
        _start = (_start + 1) % _points.Length;
        _count--;
    }
}
