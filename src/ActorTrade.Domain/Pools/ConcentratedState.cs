using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Pools;

/// <summary>Fees in both tokens for one unit of liquidity that grew on the far side of a tick, Q128, modulo
/// 2^256.</summary>
public readonly record struct TickGrowth(int Tick, UInt256 Outside0X128, UInt256 Outside1X128);

/// <summary>One range of a pool: all of its shares are one position, and a share is a unit of its liquidity and the
/// same part of its fees.</summary>
/// <param name="Liquidity">Also its shares; above zero.</param>
/// <param name="Inside0X128">The growth of fees in token 0 within the range up to which they are counted; only
/// differences mean anything.</param>
/// <param name="Fees0">Counted and not taken out, in base units.</param>
public readonly record struct RangePosition(
    TickRange Range,
    UInt256 Liquidity,
    UInt256 Inside0X128,
    UInt256 Inside1X128,
    UInt256 Fees0,
    UInt256 Fees1);

/// <summary>
/// The path of a concentrated house pool: its price, and its ranges with their fees. Immutable; changed by the pool's
/// events, which carry what was decided.
/// </summary>
/// <remarks>
/// Stored for ever, within snapshots: its fields are fixed.
/// <para>The table of ticks follows from the ranges. It is made when it is first asked for, handed on from state to
/// state while only the price moves, and changed at two ticks where a range does; so a swap makes none
/// (ConcentratedPoolTests). That is seen in nothing but time, and no part of what is stored or compared.</para>
/// </remarks>
/// <param name="Growth0X128">Of fees in token 0 for one unit of liquidity since the beginning, Q128, modulo
/// 2^256.</param>
/// <param name="Outside">Of each tick where a range ends, rising.</param>
/// <param name="Ranges">With liquidity, rising.</param>
public sealed record ConcentratedState(
    UInt256 SqrtPriceX96,
    int Tick,
    UInt256 Growth0X128,
    UInt256 Growth1X128,
    TickGrowth[] Outside,
    RangePosition[] Ranges)
{
    private static readonly UInt256 Q128 = new(0, 0, 1, 0);

    // At the spacing it was asked for; null until then. Two threads may both make it, and one is forgotten.
    private TickTable? _ticks;

    /// <summary>A pool without liquidity, at its first price.</summary>
    public static ConcentratedState At(UInt256 sqrtPriceX96) =>
        new(sqrtPriceX96, TickMath.TickAt(sqrtPriceX96), UInt256.Zero, UInt256.Zero, [], []);

    /// <summary>All liquidity, of all ranges.</summary>
    public UInt256 LiquiditySum => Ranges.Aggregate(UInt256.Zero, (sum, r) => sum + r.Liquidity);

    /// <summary>Null where the range has no liquidity.</summary>
    public RangePosition? Find(TickRange range)
    {
        var at = Array.FindIndex(Ranges, r => r.Range == range);
        return at < 0 ? null : Ranges[at];
    }

    /// <summary>The range with its fees counted up to now; without liquidity where it has none.</summary>
    public RangePosition Counted(TickRange range)
    {
        var (inside0, inside1) = Inside(range);
        if (Find(range) is not { } position)
        {
            return new RangePosition(range, UInt256.Zero, inside0, inside1, UInt256.Zero, UInt256.Zero);
        }

        var grown0 = WrappingArithmetic.Subtract(inside0, position.Inside0X128);
        var grown1 = WrappingArithmetic.Subtract(inside1, position.Inside1X128);
        return position with
        {
            Inside0X128 = inside0,
            Inside1X128 = inside1,
            Fees0 = position.Fees0 + UInt256.MulDivDown(grown0, position.Liquidity, Q128),
            Fees1 = position.Fees1 + UInt256.MulDivDown(grown1, position.Liquidity, Q128),
        };
    }

    /// <summary>The curve of this state; the terms' fee and spacing.</summary>
    public ConcentratedCurve ToCurve(CurveTerms.Concentrated terms)
    {
        var ticks = _ticks is { } known && known.TickSpacing == terms.TickSpacing
            ? known
            : _ticks = TicksOf(Ranges, terms.TickSpacing);
        return new ConcentratedCurve(
            terms.SwapFee.Value, SqrtPriceX96, Tick, (UInt128)ticks.LiquidityAt(Tick), ticks);
    }

    /// <summary>After a swap.</summary>
    public ConcentratedState After(Pool.Event.PriceMoved moved)
    {
        var outside = moved.Crossed.Length == 0 ? Outside : [.. Outside];
        foreach (var crossed in moved.Crossed)
        {
            outside[IndexOf(crossed.Tick)] = crossed;
        }

        return this with
        {
            SqrtPriceX96 = moved.SqrtPriceX96,
            Tick = moved.Tick,
            Growth0X128 = moved.Growth0X128,
            Growth1X128 = moved.Growth1X128,
            Outside = outside,
        };
    }

    /// <summary>After liquidity came into a range or left it. A tick at or below the price begins with all growth so
    /// far outside it, below; one where no range ends any more is forgotten.</summary>
    public ConcentratedState After(Pool.Event.RangeChanged changed)
    {
        var position = changed.Position;
        RangePosition[] ranges =
        [
            .. Ranges.Where(r => r.Range != position.Range)
                .Concat(position.Liquidity.IsZero ? [] : [position])
                .OrderBy(r => r.Range.Lower).ThenBy(r => r.Range.Upper),
        ];
        var ends = new SortedSet<int>(ranges.SelectMany(r => new[] { r.Range.Lower, r.Range.Upper }));
        return this with
        {
            Ranges = ranges,
            Outside = [.. ends.Select(GrowthAt)],
            _ticks = _ticks?.With(position.Range.Lower, position.Range.Upper, Added(position)),
        };
    }

    /// <summary>Of a tick where a range ends; of any other, what it would begin with.</summary>
    internal TickGrowth GrowthAt(int tick) =>
        IndexOf(tick) is >= 0 and var at ? Outside[at]
        : tick <= Tick ? new TickGrowth(tick, Growth0X128, Growth1X128)
        : new TickGrowth(tick, UInt256.Zero, UInt256.Zero);

    /// <summary>By what is stored, not by what it is kept in.</summary>
    public bool Equals(ConcentratedState? other) =>
        other is not null
            && (SqrtPriceX96, Tick, Growth0X128, Growth1X128)
                == (other.SqrtPriceX96, other.Tick, other.Growth0X128, other.Growth1X128)
            && Outside.AsSpan().SequenceEqual(other.Outside)
            && Ranges.AsSpan().SequenceEqual(other.Ranges);

    public override int GetHashCode() => HashCode.Combine(SqrtPriceX96, Tick, Growth0X128, Growth1X128);

    /// <summary>The ticks where ranges end.</summary>
    internal static TickTable TicksOf(RangePosition[] ranges, int tickSpacing)
    {
        var ticks = new SortedDictionary<int, (UInt128 Gross, Int128 Net)>();
        foreach (var range in ranges)
        {
            var liquidity = (UInt128)range.Liquidity;
            Add(range.Range.Lower, liquidity, (Int128)liquidity);
            Add(range.Range.Upper, liquidity, -(Int128)liquidity);
        }

        return new TickTable(
            tickSpacing, [.. ticks.Select(t => new TickLiquidity(t.Key, t.Value.Gross, t.Value.Net))]);

        void Add(int tick, UInt128 gross, Int128 net)
        {
            var before = ticks.GetValueOrDefault(tick);
            ticks[tick] = (before.Gross + gross, before.Net + net);
        }
    }

    // By how much the liquidity of its range is above what it is now.
    private Int128 Added(in RangePosition position) =>
        (Int128)(UInt128)position.Liquidity - (Int128)(UInt128)(Find(position.Range)?.Liquidity ?? UInt256.Zero);

    // Of a tick where a range ends, in Outside; else below zero.
    private int IndexOf(int tick)
    {
        var (from, to) = (0, Outside.Length - 1);
        while (from <= to)
        {
            var middle = (from + to) >> 1;
            if (Outside[middle].Tick == tick)
            {
                return middle;
            }

            (from, to) = Outside[middle].Tick < tick ? (middle + 1, to) : (from, middle - 1);
        }

        return -1;
    }

    private (UInt256 Inside0, UInt256 Inside1) Inside(TickRange range)
    {
        var (lower, upper) = (GrowthAt(range.Lower), GrowthAt(range.Upper));
        return (
            Inside(Growth0X128, lower.Outside0X128, upper.Outside0X128, range),
            Inside(Growth1X128, lower.Outside1X128, upper.Outside1X128, range));
    }

    private UInt256 Inside(UInt256 whole, UInt256 lower, UInt256 upper, TickRange range)
    {
        var below = Tick >= range.Lower ? lower : WrappingArithmetic.Subtract(whole, lower);
        var above = Tick < range.Upper ? upper : WrappingArithmetic.Subtract(whole, upper);
        return WrappingArithmetic.Subtract(WrappingArithmetic.Subtract(whole, below), above);
    }
}
