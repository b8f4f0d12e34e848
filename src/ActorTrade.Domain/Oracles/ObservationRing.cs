using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Oracles;

/// <summary>
/// What had added up at one second: the sums of price × seconds, from which any mean between two observations follows.
/// </summary>
/// <param name="AtSeconds">Unix time.</param>
/// <param name="Tick">What the last step added for each second, after truncation.</param>
/// <param name="TickCumulative">Σ tick × seconds; fits for 300,000 years.</param>
/// <param name="Cumulative0">Σ price of token 0 × seconds, in 2^-112, modulo 2^256.</param>
/// <param name="Cumulative1">The same for token 1.</param>
public readonly record struct PriceObservation(
    long AtSeconds, int Tick, long TickCumulative, UInt256 Cumulative0, UInt256 Cumulative1);

/// <summary>
/// The price history of a pair as a bounded ring of observations, at most one a second. A price holds from the event
/// that made it until the next, so interpolation between two observations is exact.
/// </summary>
/// <remarks>
/// Source: Uniswap V2 (price0CumulativeLast, added to before reserves change) and V3 (Oracle.sol: tickCumulative, a
/// ring with linear interpolation). The arithmetic sums wrap at 2^256; a difference is right as long as less than 2^256
/// lies between. Prices are below 2^240, so it is up to <see cref="AnyPriceSeconds"/>; and up to
/// <see cref="WindowMax"/> where no price was above 2^224, which the other direction's sum tells
/// (<see cref="IsCountable"/>). Several changes within one second count
/// by what the price was before the first and after the last of them, so a price that is moved and moved back within a
/// second leaves no trace. Not safe for concurrent use.
/// </remarks>
public sealed class ObservationRing
{
    /// <summary>The longest window, in seconds: 30 days. How much of it is covered depends on how often the price
    /// changes.</summary>
    public const long WindowMax = 30 * 86_400;

    /// <summary>So many seconds may be added up whatever the price: 2^16 - 1.</summary>
    public const long AnyPriceSeconds = 65_535;

    private readonly PriceObservation[] _ring;
    private readonly int _tickMoveMax;
    private int _start;

    /// <param name="limit">Observations kept, at least 2; beyond it the oldest goes.</param>
    /// <param name="tickMoveMax">By how many ticks one step of the geometric sum may differ from the step before it: a
    /// price that leaps counts only so far at first. Zero: not limited.</param>
    public ObservationRing(int limit, int tickMoveMax = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(tickMoveMax);
        _ring = new PriceObservation[limit];
        _tickMoveMax = tickMoveMax;
    }

    public int Count { get; private set; }

    public int Limit => _ring.Length;

    /// <summary>By age, 0 is the oldest.</summary>
    public PriceObservation this[int index] => index >= 0 && index < Count
        ? _ring[(_start + index) % _ring.Length]
        : throw new ArgumentOutOfRangeException(nameof(index));

    public PriceObservation Oldest => this[0];

    public PriceObservation Newest => this[Count - 1];

    /// <summary>Whether a change at this second needs an observation: the first change of a second does.</summary>
    public bool IsDue(long atSeconds) => Count > 0 && atSeconds > Newest.AtSeconds;

    /// <summary>Begins the history, with the first price there is.</summary>
    public void Begin(long atSeconds, in OracleReading first) =>
        Add(new PriceObservation(atSeconds, first.Tick, 0, UInt256.Zero, UInt256.Zero));

    /// <summary>Adds what held since the newest observation. Call before the price changes, where
    /// <see cref="IsDue"/>.</summary>
    /// <param name="held">The price until now.</param>
    public void Record(long atSeconds, in OracleReading held) => Add(Extend(Newest, atSeconds, held));

    /// <summary>Takes over observations, oldest first.</summary>
    public void Restore(ReadOnlySpan<PriceObservation> observations)
    {
        foreach (var observation in observations)
        {
            Add(observation);
        }
    }

    public PriceObservation[] Capture()
    {
        var all = new PriceObservation[Count];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = this[i];
        }

        return all;
    }

    /// <summary>The sums at a second not before the oldest observation.</summary>
    /// <param name="now">The price since the newest observation.</param>
    public PriceObservation At(long atSeconds, in OracleReading now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(atSeconds, Oldest.AtSeconds);
        if (atSeconds >= Newest.AtSeconds)
        {
            return atSeconds == Newest.AtSeconds ? Newest : Extend(Newest, atSeconds, now);
        }

        var index = LastAtOrBefore(atSeconds);
        var (before, after) = (this[index], this[index + 1]);
        var (part, whole) = ((ulong)(atSeconds - before.AtSeconds), (ulong)(after.AtSeconds - before.AtSeconds));
        return new PriceObservation(
            atSeconds,
            after.Tick,
            before.TickCumulative + ((after.TickCumulative - before.TickCumulative) / (long)whole * (long)part),
            Interpolate(before.Cumulative0, after.Cumulative0, part, whole),
            Interpolate(before.Cumulative1, after.Cumulative1, part, whole));
    }

    /// <summary>
    /// Whether the arithmetic sums say what was added from one second to another, both not before the oldest
    /// observation: false where so long a time had a price so absurd (above 2^112 base units for one) that they may
    /// have gone round. Looks at each observation between.
    /// </summary>
    /// <param name="now">The price since the newest observation.</param>
    public bool IsCountable(long fromSeconds, long untilSeconds, in OracleReading now)
    {
        var isShort = untilSeconds - fromSeconds <= AnyPriceSeconds;
        for (var i = LastAtOrBefore(fromSeconds); i + 1 < Count && this[i].AtSeconds < untilSeconds; i++)
        {
            var (step, next) = (this[i], this[i + 1]);
            var isAbsurd = step.Cumulative1 == next.Cumulative1;
            if (isAbsurd && !(isShort && next.AtSeconds - step.AtSeconds <= AnyPriceSeconds))
            {
                return false;
            }
        }

        var isQuiet = untilSeconds > Newest.AtSeconds
            && !(isShort && untilSeconds - Newest.AtSeconds <= AnyPriceSeconds);
        return !(isQuiet && now.Price1X112.IsZero);
    }

    /// <summary>Observations after a second: changes of price the window has seen.</summary>
    public int CountAfter(long atSeconds) =>
        Count == 0 || atSeconds < Oldest.AtSeconds ? Count : Count - 1 - LastAtOrBefore(atSeconds);

    private int LastAtOrBefore(long atSeconds)
    {
        var (low, high) = (0, Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = this[middle].AtSeconds <= atSeconds ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private PriceObservation Extend(in PriceObservation last, long atSeconds, in OracleReading held)
    {
        var seconds = checked((ulong)(atSeconds - last.AtSeconds));
        var tick = _tickMoveMax == 0
            ? held.Tick
            : Math.Clamp(held.Tick, last.Tick - _tickMoveMax, last.Tick + _tickMoveMax);
        return new PriceObservation(
            atSeconds,
            tick,
            last.TickCumulative + (tick * (long)seconds),
            WrappingSum.Add(last.Cumulative0, held.Price0X112, seconds),
            WrappingSum.Add(last.Cumulative1, held.Price1X112, seconds));
    }

    // One price held all the time between, so the division leaves nothing over.
    private static UInt256 Interpolate(UInt256 before, UInt256 after, ulong part, ulong whole) =>
        WrappingSum.Add(before, WrappingSum.Subtract(after, before) / whole, part);

    private void Add(in PriceObservation observation)
    {
        if (Count == _ring.Length)
        {
            _ring[_start] = observation;
            _start = (_start + 1) % _ring.Length;
        }
        else
        {
            _ring[(_start + Count) % _ring.Length] = observation;
            Count++;
        }
    }
}
