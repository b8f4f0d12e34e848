using ActorTrade.Domain.Markets;

namespace ActorTrade.Market.Candles;

/// <summary>What became of a tick.</summary>
public enum CandleOutcome
{
    /// <summary>It went into the current candle.</summary>
    Counted,

    /// <summary>It belongs to an interval that is already closed; it was dropped and counted.</summary>
    Late,

    /// <summary>It carries no price of the builder's source.</summary>
    NoPrice,
}

/// <summary>
/// Builds the candles of one symbol and interval from ticks. A function of its input: it reads no clock.
/// </summary>
/// <remarks>
/// A candle closes when a tick of a later interval arrives or <see cref="AdvanceTo"/> passes its end; a
/// closed candle never changes. Ticks of the open interval may come in any order: open and close follow time,
/// then sequence, so the candle does not depend on the order of arrival. Ticks for closed intervals are
/// refused and counted in <see cref="LateTicks"/>.
/// </remarks>
public sealed class CandleBuilder
{
    public static readonly TimeSpan IntervalMin = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan IntervalMax = TimeSpan.FromDays(1);

    private readonly PriceSource _source;
    private readonly IntervalBorder _border;

    /// <summary>Intervals up to this one are closed.</summary>
    private long _closedUpTo = long.MinValue;
    private long _interval;
    private int _count;
    private decimal _open;
    private decimal _high;
    private decimal _low;
    private decimal _close;
    private decimal _volume;
    private (long At, long Sequence) _first;
    private (long At, long Sequence) _last;

    /// <exception cref="ArgumentOutOfRangeException">The interval is not whole seconds from 1 s to 1 d.</exception>
    public CandleBuilder(
        Symbol symbol,
        TimeSpan interval,
        PriceSource source = PriceSource.TradeElseMid,
        IntervalBorder border = IntervalBorder.StartIncluded)
    {
        if (interval < IntervalMin || interval > IntervalMax || interval.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(interval), interval, "Expected whole seconds, 1 s to 1 d.");
        }

        (Symbol, Interval, _source, _border) = (symbol, interval, source, border);
    }

    public Symbol Symbol { get; }

    public TimeSpan Interval { get; }

    /// <summary>Ticks refused because their interval was closed.</summary>
    public long LateTicks { get; private set; }

    /// <summary>The candle of the open interval so far, or null.</summary>
    public Candle? Current => _count == 0 ? null : Build();

    /// <summary>Takes a tick; <paramref name="closed"/> is the candle that it closed, or null.</summary>
    /// <exception cref="ArgumentException">The tick is of another symbol.</exception>
    public CandleOutcome Add(Tick tick, out Candle? closed)
    {
        ArgumentNullException.ThrowIfNull(tick);
        closed = null;
        if (tick.Symbol != Symbol)
        {
            throw new ArgumentException($"A tick of {tick.Symbol} cannot go into candles of {Symbol}.", nameof(tick));
        }

        if (tick.Price(_source) is not { } price)
        {
            return CandleOutcome.NoPrice;
        }

        var interval = IntervalOf(tick.At);
        if (interval <= _closedUpTo || (_count > 0 && interval < _interval))
        {
            LateTicks++;
            return CandleOutcome.Late;
        }

        if (_count > 0 && interval > _interval)
        {
            closed = Close();
        }

        _interval = interval;
        Count(tick, price);
        return CandleOutcome.Counted;
    }

    /// <summary>Says that no tick before this instant will come; gives the candle this closes, or null.</summary>
    public Candle? AdvanceTo(DateTimeOffset now)
    {
        // With the end included a tick at exactly the end may still come.
        var open = IntervalOf(now);
        if (open - 1 <= _closedUpTo)
        {
            return null;
        }

        var closed = _count > 0 && _interval < open ? Close() : null;
        _closedUpTo = open - 1;
        return closed;
    }

    private void Count(Tick tick, decimal price)
    {
        var place = (tick.At.UtcTicks, tick.Sequence);
        if (_count == 0)
        {
            (_open, _high, _low, _close, _volume) = (price, price, price, price, 0);
            (_first, _last) = (place, place);
        }

        _count++;
        _high = Math.Max(_high, price);
        _low = Math.Min(_low, price);
        _volume += tick.Volume ?? 0;
        if (place.CompareTo(_first) < 0)
        {
            (_open, _first) = (price, place);
        }

        if (place.CompareTo(_last) >= 0)
        {
            (_close, _last) = (price, place);
        }
    }

    private Candle Close()
    {
        var candle = Build();
        _closedUpTo = _interval;
        _count = 0;
        return candle;
    }

    private Candle Build()
    {
        var openAt = new DateTimeOffset(DateTime.UnixEpoch.Ticks + (_interval * Interval.Ticks), TimeSpan.Zero);
        return new Candle(Symbol, openAt, Interval, _open, _high, _low, _close, _volume, _count);
    }

    private long IntervalOf(DateTimeOffset at)
    {
        var ticks = at.UtcTicks - DateTime.UnixEpoch.Ticks - (_border == IntervalBorder.EndIncluded ? 1 : 0);
        var (quotient, remainder) = Math.DivRem(ticks, Interval.Ticks);
        return remainder < 0 ? quotient - 1 : quotient;
    }
}
