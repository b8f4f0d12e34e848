using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Venues.Recorded;

namespace ActorTrade.Node.Replay;

/// <summary>
/// A recorded pool of Uniswap V3 as it stood after each of its events: price and active liquidity exactly, of the ticks
/// only that none is crossed before the next multiples of the spacing. What would go further is refused as
/// <see cref="Domain.Amm.QuoteError.TicksUnknown"/>.
/// </summary>
/// <remarks>
/// The liquidity after a mint or burn is counted from the position's ends: where the price stands on the lower one, the
/// decoded files leave that position out. Nothing of later events is used.
/// </remarks>
internal sealed class RecordedPool : IDisposable
{
    private readonly IEnumerator<UniswapV3Event> _events;
    private readonly int _tickSpacing;
    private UniswapV3Event? _next;
    private UInt128 _liquidity;

    /// <param name="events">In the order of the chain.</param>
    /// <exception cref="ArgumentException">The fee is none of Uniswap's four.</exception>
    public RecordedPool(UniswapV3Pool terms, IEnumerable<UniswapV3Event> events)
    {
        Terms = terms;
        _tickSpacing = TickSpacingOf(terms.FeePips)
            ?? throw new ArgumentException($"A fee of {terms.FeePips} pips has no known tick spacing.", nameof(terms));
        _events = events.GetEnumerator();
        _next = _events.MoveNext() ? _events.Current : null;
    }

    public UniswapV3Pool Terms { get; }

    public string Id => Terms.Venue;

    /// <summary>Null before the first event, and where an event contradicts itself.</summary>
    public ConcentratedCurve? Curve { get; private set; }

    /// <summary>When the chain was last so.</summary>
    public DateTimeOffset At { get; private set; }

    public long Block { get; private set; }

    /// <summary>Events taken.</summary>
    public long Events { get; private set; }

    /// <summary>Events whose state contradicts itself.</summary>
    public long Unusable { get; private set; }

    /// <summary>Multiples of which ticks are, by Uniswap's fees of 0.01, 0.05, 0.3 and 1 %; null for another.</summary>
    public static int? TickSpacingOf(int feePips) => feePips switch
    {
        100 => 1,
        500 => 10,
        3_000 => 60,
        10_000 => 200,
        _ => null,
    };

    /// <summary>The pool of event files that follow each other; bad rows are left out.</summary>
    public static RecordedPool Open(UniswapV3Pool terms, IReadOnlyList<string> files) => new(
        terms,
        files.SelectMany(f => UniswapV3EventReader.Read(f)).Where(r => r.Event is not null).Select(r => r.Event!));

    /// <summary>
    /// Takes the events up to the swap that a tick tells, or, for a tick from elsewhere, the mints and burns up to its
    /// instant.
    /// </summary>
    /// <returns>Whether the pool has changed.</returns>
    public bool Advance(Tick tick)
    {
        var before = Events;
        var isOwn = tick.Venue == Terms.Venue;
        var isTold = false;
        while (!isTold && _next is { } next && next.At <= tick.At && (isOwn || next.Type != UniswapV3EventType.Swap))
        {
            Take(next);
            isTold = next.Type == UniswapV3EventType.Swap && next.At == tick.At
                && Terms.Price(next.SqrtPriceX96) == tick.Last
                && Terms.Volume(next.Amount0, next.Amount1) == tick.Volume;
        }

        return Events > before;
    }

    public void Dispose() => _events.Dispose();

    private void Take(UniswapV3Event e)
    {
        _next = _events.MoveNext() ? _events.Current : null;
        Events++;
        if (e.Type == UniswapV3EventType.Collect && Curve is not null)
        {
            return;
        }

        try
        {
            _liquidity = LiquidityAfter(e);
            Curve = CurveOf(e);
            (At, Block) = (e.At, e.BlockNumber);
        }
        catch (Exception x) when (x is InvalidCurveException or OverflowException or ArgumentException)
        {
            Curve = null;
            Unusable++;
        }
    }

    private UInt128 LiquidityAfter(UniswapV3Event e)
    {
        if (e.Type is UniswapV3EventType.Swap or UniswapV3EventType.Collect || Curve is null
            || e is not { TickLower: { } lower, TickUpper: { } upper, Liquidity: { } moved })
        {
            return (UInt128)e.TotalLiquidity;
        }

        var isActive = lower <= Curve.Tick && Curve.Tick < upper;
        return !isActive ? _liquidity
            : e.Type == UniswapV3EventType.Mint ? checked(_liquidity + (UInt128)moved)
            : checked(_liquidity - (UInt128)moved);
    }

    private ConcentratedCurve CurveOf(UniswapV3Event e)
    {
        var from = (int)Math.Floor((double)e.CurrentTick / _tickSpacing) * _tickSpacing;
        var ticks = new TickTable(
            _tickSpacing, [], Math.Max(from, TickMath.TickMin), Math.Min(from + _tickSpacing, TickMath.TickMax));
        return new ConcentratedCurve(Terms.FeePips, (UInt256)e.SqrtPriceX96, e.CurrentTick, _liquidity, ticks);
    }
}
