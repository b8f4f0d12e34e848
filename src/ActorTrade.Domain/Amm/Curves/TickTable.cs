using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>An initialised tick: where positions begin or end.</summary>
/// <param name="Gross">The liquidity of all positions with an end here; above zero.</param>
/// <param name="Net">What the liquidity rises by when the price goes up through the tick.</param>
public readonly record struct TickLiquidity(int Index, UInt128 Gross, Int128 Net);

/// <summary>What a step from a tick to the next one takes and gives, without fee.</summary>
/// <param name="SqrtPriceX96">Of the tick where it ends.</param>
/// <param name="Liquidity">Between the two.</param>
internal sealed record TickPassage(UInt128 SqrtPriceX96, UInt128 Liquidity, UInt128 AmountIn, UInt128 AmountOut);

/// <summary>
/// The initialised ticks of a concentrated pool, in order, with their prices. Immutable, so all states of a pool
/// between two changes of its liquidity share one.
/// </summary>
/// <remarks>
/// On chain the ticks are a bitmap of 256 spacings a word, and a step of a trade ends at a word's border even without a
/// tick there; the borders follow from the spacing, so a sorted array answers the same.
/// <para>A step from tick to tick is the same for every trade that passes there, so the table remembers what one found
/// it to take and give. That is seen in nothing but time; two threads may both find it, and one is forgotten.</para>
/// </remarks>
public sealed class TickTable
{
    public const int TickSpacingMax = 32767;

    private const int WordBits = 8;

    private readonly TickLiquidity[] _ticks;

    // Apart, since the search reads nothing else.
    private readonly int[] _indexes;
    private readonly UInt256[] _sqrtPrices;

    // Liquidity between tick i and tick i + 1, as the sum of Net up to and with i.
    private readonly Int128[] _liquidityAbove;

    // By the tick a passage ends at; null until the first.
    private TickPassage?[]? _falling;
    private TickPassage?[]? _rising;

    /// <summary>Throws <see cref="InvalidCurveException"/> naming the tick that cannot be.</summary>
    /// <param name="tickSpacing">1 to <see cref="TickSpacingMax"/>.</param>
    /// <param name="ticks">Rising, multiples of the spacing, within <see cref="TickMath.TickMin"/> and
    /// <see cref="TickMath.TickMax"/>.</param>
    /// <param name="knownFrom">Ticks below are not known: an answer that needs them is
    /// <see cref="QuoteError.TicksUnknown"/>. Null: all are known, and liquidity begins at zero.</param>
    /// <param name="knownTo">As knownFrom, above.</param>
    public TickTable(
        int tickSpacing, IReadOnlyList<TickLiquidity> ticks, int? knownFrom = null, int? knownTo = null)
    {
        ArgumentNullException.ThrowIfNull(ticks);
        if (tickSpacing is < 1 or > TickSpacingMax)
        {
            throw new InvalidCurveException("tickSpacing", $"{tickSpacing} is outside 1 to {TickSpacingMax}.");
        }

        TickSpacing = tickSpacing;
        KnownFrom = knownFrom ?? TickMath.TickMin;
        KnownTo = knownTo ?? TickMath.TickMax;
        IsComplete = knownFrom is null && knownTo is null;
        _ticks = [.. ticks];
        _indexes = [.. _ticks.Select(static t => t.Index)];
        _sqrtPrices = new UInt256[_ticks.Length];
        _liquidityAbove = new Int128[_ticks.Length];
        Int128 sum = 0;
        for (var i = 0; i < _ticks.Length; i++)
        {
            CheckTick(i);
            _sqrtPrices[i] = TickMath.SqrtPriceAt(_ticks[i].Index);
            _liquidityAbove[i] = sum = Sum(i, sum, _ticks[i].Net);
        }

        if (IsComplete && sum != 0)
        {
            throw new InvalidCurveException(
                "ticks", $"liquidityNet sums to {sum}; positions that begin also end, so it must be zero.");
        }
    }

    private TickTable(TickTable before, TickLiquidity[] ticks)
    {
        (TickSpacing, KnownFrom, KnownTo, IsComplete) =
            (before.TickSpacing, before.KnownFrom, before.KnownTo, before.IsComplete);
        _ticks = ticks;
        _indexes = [.. ticks.Select(static t => t.Index)];
        _sqrtPrices = new UInt256[ticks.Length];
        _liquidityAbove = new Int128[ticks.Length];
        Int128 sum = 0;
        for (var i = 0; i < ticks.Length; i++)
        {
            var at = before.IndexAtOrBelow(ticks[i].Index);
            _sqrtPrices[i] = at >= 0 && before._ticks[at].Index == ticks[i].Index
                ? before._sqrtPrices[at]
                : TickMath.SqrtPriceAt(ticks[i].Index);
            _liquidityAbove[i] = sum += ticks[i].Net;
        }
    }

    public int TickSpacing { get; }

    public int KnownFrom { get; }

    public int KnownTo { get; }

    /// <summary>Every initialised tick of the pool is here.</summary>
    public bool IsComplete { get; }

    public int Count => _ticks.Length;

    public TickLiquidity this[int position] => _ticks[position];

    /// <summary>
    /// Liquidity at a price in this tick, above that below the first tick known: the whole of it where the table is
    /// complete.
    /// </summary>
    public Int128 LiquidityAt(int tick) => LiquidityAbove(IndexAtOrBelow(tick));

    /// <summary>
    /// The table after liquidity of a position changed by <paramref name="delta"/>: ticks that nothing ends at any more
    /// are gone.
    /// </summary>
    /// <exception cref="ArgumentException">The ends are no ticks in order, or liquidity would fall below zero or exceed
    /// 128 bits.</exception>
    public TickTable With(int tickLower, int tickUpper, Int128 delta)
    {
        if (tickLower >= tickUpper || !IsUsable(tickLower) || !IsUsable(tickUpper))
        {
            throw new ArgumentException($"Ticks {tickLower} to {tickUpper} are no range of this pool.");
        }

        return new TickTable(this, Changed(Changed(_ticks, tickLower, delta, delta), tickUpper, delta, -delta));
    }

    /// <summary>Position of the last tick at or below; -1 where there is none.</summary>
    internal int IndexAtOrBelow(int tick)
    {
        var indexes = _indexes;
        var (from, to) = (0, indexes.Length);
        while (from < to)
        {
            var middle = (from + to) >> 1;
            if (indexes[middle] <= tick)
            {
                from = middle + 1;
            }
            else
            {
                to = middle;
            }
        }

        return from - 1;
    }

    /// <summary>As <see cref="LiquidityAt"/>, by the position of the last tick at or below; -1 is none.</summary>
    internal Int128 LiquidityAbove(int position) => position >= 0 ? _liquidityAbove[position] : 0;

    internal int IndexOf(int position) => _indexes[position];

    internal Int128 NetOf(int position) => _ticks[position].Net;

    internal UInt256 SqrtPriceOf(int position) => _sqrtPrices[position];

    /// <summary>
    /// Where a step from this tick ends at the latest: at the next initialised tick, which is at the position, or the
    /// border of the bitmap's word: its first tick going down, the last of the next tick's word going up.
    /// </summary>
    /// <param name="next">May be outside the table: then there is no such tick.</param>
    internal int NextStop(int tick, int next, bool zeroForOne, out bool isInitialised)
    {
        var border = Math.Clamp(
            Border(FloorDivide(tick, TickSpacing), zeroForOne) * TickSpacing, TickMath.TickMin, TickMath.TickMax);
        return NextStopBefore(border, next, zeroForOne, out isInitialised);
    }

    /// <summary>As <see cref="NextStop"/>, with another end than the word's border.</summary>
    internal int NextStopBefore(int end, int next, bool zeroForOne, out bool isInitialised)
    {
        var hasNext = next >= 0 && next < _indexes.Length;
        var index = hasNext ? _indexes[next] : 0;
        isInitialised = hasNext && (zeroForOne ? index >= end : index <= end);
        return isInitialised ? index : end;
    }

    /// <summary>Where a step from the tick over ends in the bitmap without any initialised tick; both in
    /// spacings.</summary>
    internal static int Border(int compressed, bool zeroForOne) => zeroForOne
        ? compressed >> WordBits << WordBits
        : ((compressed + 1) >> WordBits << WordBits) + (1 << WordBits) - 1;

    /// <summary>What is remembered of the passage that ends at this tick; null where nothing is.</summary>
    internal TickPassage? PassageTo(int position, bool zeroForOne) => (zeroForOne ? _falling : _rising)?[position];

    internal void Remember(int position, bool zeroForOne, TickPassage passage)
    {
        var passages = zeroForOne ? _falling ??= new TickPassage?[Count] : _rising ??= new TickPassage?[Count];
        passages[position] = passage;
    }

    internal bool IsUsable(int tick) =>
        tick % TickSpacing == 0 && tick >= TickMath.TickMin && tick <= TickMath.TickMax;

    private static int FloorDivide(int a, int b) => (a / b) - (a % b < 0 ? 1 : 0);

    private static TickLiquidity[] Changed(TickLiquidity[] ticks, int index, Int128 gross, Int128 net)
    {
        var at = Array.FindIndex(ticks, t => t.Index >= index);
        at = at < 0 ? ticks.Length : at;
        var isThere = at < ticks.Length && ticks[at].Index == index;
        var before = isThere ? ticks[at] : new TickLiquidity(index, 0, 0);
        var after = (Int128)before.Gross + gross;
        if (after < 0)
        {
            throw new ArgumentException($"Tick {index} has {before.Gross} of liquidity; {-gross} cannot be taken.");
        }

        var changed = new TickLiquidity(index, (UInt128)after, before.Net + net);
        TickLiquidity[] here = after == 0 ? [] : [changed];
        return [.. ticks[..at], .. here, .. ticks[(isThere ? at + 1 : at)..]];
    }

    private void CheckTick(int i)
    {
        var tick = _ticks[i];
        if (!IsUsable(tick.Index))
        {
            throw new InvalidCurveException(
                $"ticks[{i}]",
                $"index {tick.Index} is not a multiple of {TickSpacing} within ±{TickMath.TickMax}.");
        }

        if (i > 0 && tick.Index <= _ticks[i - 1].Index)
        {
            throw new InvalidCurveException(
                $"ticks[{i}]", $"index {tick.Index} does not follow {_ticks[i - 1].Index}; ticks rise.");
        }

        if (tick.Index < KnownFrom || tick.Index > KnownTo)
        {
            throw new InvalidCurveException(
                $"ticks[{i}]", $"index {tick.Index} is outside the ticks said to be known.");
        }

        var size = (UInt128)Int128.Abs(tick.Net);
        if (tick.Gross == 0 || tick.Gross > (UInt128)Int128.MaxValue || size > tick.Gross)
        {
            throw new InvalidCurveException(
                $"ticks[{i}]",
                $"liquidityGross {tick.Gross} must be above zero, below 2^127 and at least ±liquidityNet {tick.Net}.");
        }
    }

    private Int128 Sum(int i, Int128 below, Int128 net)
    {
        // Both are below 2^127 in size, so only their sum can pass.
        var sum = unchecked(below + net);
        var isPast = net > 0 ? sum < below : sum > below && net != 0;
        return isPast || (IsComplete && sum < 0)
            ? throw new InvalidCurveException(
                $"ticks[{i}]", "liquidity would be below zero or beyond 127 bits above it.")
            : sum;
    }
}
