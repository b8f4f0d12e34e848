using System.Collections.Immutable;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>Whose liquidity, and where.</summary>
public readonly record struct PositionKey(string Owner, int TickLower, int TickUpper);

/// <summary>One position.</summary>
/// <param name="FeeGrowthInside0X128">When fees were last counted; only differences mean anything.</param>
/// <param name="Owed0">Fees counted and not collected, in base units; amounts taken out by burning too.</param>
public sealed record ConcentratedPosition(
    UInt128 Liquidity, UInt256 FeeGrowthInside0X128, UInt256 FeeGrowthInside1X128, UInt256 Owed0, UInt256 Owed1);

/// <summary>
/// A concentrated pool with its providers: who owns which liquidity, what each is owed of the fees, and what the
/// protocol is. Immutable.
/// </summary>
/// <remarks>
/// Source: v3-core 1.0.1 <c>Tick.update</c>, <c>Tick.cross</c>, <c>Tick.getFeeGrowthInside</c>,
/// <c>Position.update</c>. Each tick keeps the growth of fees on its other side, turned over when it is crossed; the
/// growth inside a range is the whole less what is below and above it. All of it is modulo 2^256. A position's part is
/// floor(growth·liquidity/2^128), so what is left of rounding stays in the pool.
/// </remarks>
public sealed class ConcentratedPositions
{
    private static readonly UInt256 Q128 = new(0, 0, 1, 0);

    private readonly ImmutableDictionary<int, (UInt256 Growth0, UInt256 Growth1)> _outside;
    private readonly ImmutableDictionary<PositionKey, ConcentratedPosition> _positions;

    /// <summary>A pool without liquidity, at its first price.</summary>
    public ConcentratedPositions(ConcentratedCurve empty)
    {
        ArgumentNullException.ThrowIfNull(empty);
        if (empty.Ticks.Count != 0 || empty.Liquidity != 0)
        {
            throw new ArgumentException("Whose the liquidity is would not be known.", nameof(empty));
        }

        Curve = empty;
        _outside = ImmutableDictionary<int, (UInt256, UInt256)>.Empty;
        _positions = ImmutableDictionary<PositionKey, ConcentratedPosition>.Empty;
    }

    private ConcentratedPositions(
        ConcentratedPositions before,
        ConcentratedCurve curve,
        ImmutableDictionary<int, (UInt256, UInt256)> outside,
        ImmutableDictionary<PositionKey, ConcentratedPosition> positions)
    {
        (Curve, _outside, _positions) = (curve, outside, positions);
        (Growth0X128, Growth1X128) = (before.Growth0X128, before.Growth1X128);
        (ProtocolOwed0, ProtocolOwed1) = (before.ProtocolOwed0, before.ProtocolOwed1);
    }

    public ConcentratedCurve Curve { get; }

    /// <summary>Fees in token 0 for one unit of liquidity since the beginning, Q128, modulo 2^256.</summary>
    public UInt256 Growth0X128 { get; private init; }

    public UInt256 Growth1X128 { get; private init; }

    /// <summary>Base units of token 0.</summary>
    public UInt256 ProtocolOwed0 { get; private init; }

    public UInt256 ProtocolOwed1 { get; private init; }

    public ConcentratedPosition? Find(PositionKey key) => _positions.GetValueOrDefault(key);

    /// <summary>As <see cref="ConcentratedCurve.Swap"/>; where it fails, the state is this one.</summary>
    public QuoteError Swap(
        bool zeroForOne,
        UInt256 amount,
        bool isExactOut,
        UInt256? sqrtPriceLimitX96,
        out ConcentratedSwap swap,
        out ConcentratedPositions after)
    {
        var crossed = new List<CrossedTick>();
        after = this;
        var error = Curve.SwapThrough(zeroForOne, amount, isExactOut, sqrtPriceLimitX96, crossed, out swap);
        if (error != QuoteError.None)
        {
            return error;
        }

        var outside = _outside.ToBuilder();
        foreach (var (tick, growth) in crossed)
        {
            var (growth0, growth1) = zeroForOne
                ? (WrappingArithmetic.Add(Growth0X128, growth), Growth1X128)
                : (Growth0X128, WrappingArithmetic.Add(Growth1X128, growth));
            var before = outside[tick];
            outside[tick] = (
                WrappingArithmetic.Subtract(growth0, before.Growth0),
                WrappingArithmetic.Subtract(growth1, before.Growth1));
        }

        var (zero, grown, paid) = (UInt256.Zero, swap.FeeGrowthX128, swap.ProtocolFee);
        after = new ConcentratedPositions(this, Curve.After(swap), outside.ToImmutable(), _positions)
        {
            Growth0X128 = WrappingArithmetic.Add(Growth0X128, zeroForOne ? grown : zero),
            Growth1X128 = WrappingArithmetic.Add(Growth1X128, zeroForOne ? zero : grown),
            ProtocolOwed0 = ProtocolOwed0 + (zeroForOne ? paid : zero),
            ProtocolOwed1 = ProtocolOwed1 + (zeroForOne ? zero : paid),
        };
        return QuoteError.None;
    }

    /// <summary>
    /// Adds liquidity (delta above zero), removes it, or with zero only counts the fees. What a removal gives is owed
    /// to the position, as on chain, until it is collected.
    /// </summary>
    /// <param name="amount0">What adding takes of token 0, or removing gives.</param>
    /// <exception cref="ArgumentException">No such position, less liquidity than is removed, or ticks that are no
    /// range.</exception>
    public ConcentratedPositions WithLiquidity(
        PositionKey key, Int128 delta, out UInt256 amount0, out UInt256 amount1)
    {
        var before = Find(key);
        var liquidity = (Int128)(before?.Liquidity ?? 0) + delta;
        if (liquidity < 0 || (delta == 0 && liquidity == 0))
        {
            throw new ArgumentException($"{key} has {before?.Liquidity ?? 0} of liquidity.", nameof(delta));
        }

        var rounding = delta > 0 ? Rounding.Up : Rounding.Down;
        (amount0, amount1) = Curve.AmountsOf(key.TickLower, key.TickUpper, (UInt128)Int128.Abs(delta), rounding);
        var curve = delta == 0 ? Curve : Curve.WithLiquidity(key.TickLower, key.TickUpper, delta);
        var opened = Opened(Opened(_outside, key.TickLower), key.TickUpper);
        var (inside0, inside1) = Inside(opened, key);
        var position = Counted(before, inside0, inside1, delta < 0 ? (amount0, amount1) : default);
        var outside = Closed(Closed(opened, curve, key.TickLower), curve, key.TickUpper);
        return new ConcentratedPositions(
            this, curve, outside, _positions.SetItem(key, position with { Liquidity = (UInt128)liquidity }));
    }

    /// <summary>Pays out all that was counted; a position without liquidity is then forgotten.</summary>
    public ConcentratedPositions Collect(PositionKey key, out UInt256 amount0, out UInt256 amount1)
    {
        var position = Find(key) ?? throw new ArgumentException($"There is no {key}.", nameof(key));
        (amount0, amount1) = (position.Owed0, position.Owed1);
        var emptied = position with { Owed0 = UInt256.Zero, Owed1 = UInt256.Zero };
        return new ConcentratedPositions(
            this,
            Curve,
            _outside,
            position.Liquidity == 0 ? _positions.Remove(key) : _positions.SetItem(key, emptied));
    }

    private static ConcentratedPosition Counted(
        ConcentratedPosition? before, UInt256 inside0, UInt256 inside1, (UInt256 Amount0, UInt256 Amount1) taken)
    {
        if (before is null)
        {
            return new ConcentratedPosition(0, inside0, inside1, UInt256.Zero, UInt256.Zero);
        }

        var grown0 = WrappingArithmetic.Subtract(inside0, before.FeeGrowthInside0X128);
        var grown1 = WrappingArithmetic.Subtract(inside1, before.FeeGrowthInside1X128);
        return new ConcentratedPosition(
            before.Liquidity,
            inside0,
            inside1,
            before.Owed0 + UInt256.MulDivDown(grown0, before.Liquidity, Q128) + taken.Amount0,
            before.Owed1 + UInt256.MulDivDown(grown1, before.Liquidity, Q128) + taken.Amount1);
    }

    // A new tick at or below the price begins with all growth so far outside it, below.
    private ImmutableDictionary<int, (UInt256, UInt256)> Opened(
        ImmutableDictionary<int, (UInt256, UInt256)> outside, int tick) =>
        outside.ContainsKey(tick) ? outside
        : outside.SetItem(tick, tick <= Curve.Tick ? (Growth0X128, Growth1X128) : default);

    private static ImmutableDictionary<int, (UInt256, UInt256)> Closed(
        ImmutableDictionary<int, (UInt256, UInt256)> outside, ConcentratedCurve curve, int tick)
    {
        var at = curve.Ticks.IndexAtOrBelow(tick);
        return at >= 0 && curve.Ticks.IndexOf(at) == tick ? outside : outside.Remove(tick);
    }

    private (UInt256 Inside0, UInt256 Inside1) Inside(
        ImmutableDictionary<int, (UInt256 Growth0, UInt256 Growth1)> outside, PositionKey key)
    {
        var (lower, upper) = (outside[key.TickLower], outside[key.TickUpper]);
        return (
            Inside(Growth0X128, lower.Growth0, upper.Growth0, key),
            Inside(Growth1X128, lower.Growth1, upper.Growth1, key));
    }

    private UInt256 Inside(UInt256 whole, UInt256 lower, UInt256 upper, PositionKey key)
    {
        var below = Curve.Tick >= key.TickLower ? lower : WrappingArithmetic.Subtract(whole, lower);
        var above = Curve.Tick < key.TickUpper ? upper : WrappingArithmetic.Subtract(whole, upper);
        return WrappingArithmetic.Subtract(WrappingArithmetic.Subtract(whole, below), above);
    }
}
