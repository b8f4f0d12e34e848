using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>A tick passed, and the growth of the input token's fee in the trade up to then.</summary>
internal readonly record struct CrossedTick(int Index, UInt256 FeeGrowthX128);

/// <summary>A trade with concentrated liquidity under way: the loop of Uniswap V3's swap.</summary>
/// <remarks>
/// Source: v3-core 1.0.1 <c>UniswapV3Pool.swap</c>. A step goes to the next initialised tick, but at most to the border
/// of the bitmap's word, 256 spacings: with liquidity, each step rounds, so leaving out a border would show. Without
/// liquidity no step moves an amount, and the empty words are passed in one.
/// </remarks>
internal struct ConcentratedWalk
{
    private readonly TickTable _ticks;
    private readonly uint _feePips;
    private readonly uint _feeProtocol;
    private readonly bool _isExactOut;
    private readonly bool _zeroForOne;
    private readonly bool _growsFees;
    private readonly List<CrossedTick>? _crossed;

    // Position in the table of the next tick this way.
    private int _next;

    /// <param name="growsFees">Whether <see cref="FeeGrowthX128"/> is wanted: a division a step.</param>
    /// <param name="crossed">Gets each tick passed, where it is not null.</param>
    public ConcentratedWalk(
        TickTable ticks,
        uint feePips,
        uint feeProtocol,
        bool zeroForOne,
        bool isExactOut,
        UInt256 specified,
        bool growsFees,
        List<CrossedTick>? crossed)
    {
        (_growsFees, _crossed) = (growsFees, crossed);
        (_ticks, _feePips, _feeProtocol) = (ticks, feePips, feeProtocol);
        (_zeroForOne, _isExactOut, Remaining) = (zeroForOne, isExactOut, specified);
    }

    /// <summary>What is left of the amount that was named.</summary>
    public UInt256 Remaining { get; private set; }

    /// <summary>What came together of the other token.</summary>
    public UInt256 Counted { get; private set; }

    public UInt256 Fee { get; private set; }

    public UInt256 ProtocolFee { get; private set; }

    public UInt256 FeeGrowthX128 { get; private set; }

    public UInt256 SqrtPriceX96 { get; private set; }

    /// <summary>The tick where the last step ended at one; else see <see cref="IsTickStale"/>.</summary>
    public int Tick { get; private set; }

    /// <summary>The price moved away from where <see cref="Tick"/> was right.</summary>
    public bool IsTickStale { get; private set; }

    public UInt128 Liquidity { get; private set; }

    public int Crossings { get; private set; }

    /// <summary>Goes until the amount is used up or the price is the limit, which is ahead of it.</summary>
    public QuoteError Run(UInt256 sqrtPriceX96, int tick, UInt128 liquidity, UInt256 limit)
    {
        (SqrtPriceX96, Tick, Liquidity) = (sqrtPriceX96, tick, liquidity);
        _next = _ticks.IndexAtOrBelow(tick) + (_zeroForOne ? 0 : 1);
        while (!Remaining.IsZero && SqrtPriceX96 != limit)
        {
            var tickNext = NextTick(out var isInitialised);
            var priceNext = isInitialised ? _ticks.SqrtPriceOf(_next) : TickMath.SqrtPriceAt(tickNext);
            var target = (_zeroForOne ? priceNext < limit : priceNext > limit) ? limit : priceNext;
            var error = Step(target);
            if (error != QuoteError.None)
            {
                return error;
            }

            if (SqrtPriceX96 == priceNext)
            {
                Tick = _zeroForOne ? tickNext - 1 : tickNext;
                IsTickStale = false;
                if (isInitialised && !TryCross())
                {
                    return QuoteError.InvariantBroken;
                }
            }
            else if (Liquidity == 0 && _zeroForOne)
            {
                LandOnBorder();
            }

            if (!_ticks.IsComplete && IsBeyondKnown())
            {
                return QuoteError.TicksUnknown;
            }
        }

        return QuoteError.None;
    }

    private QuoteError Step(UInt256 target)
    {
        var before = SqrtPriceX96;
        if (Liquidity == 0)
        {
            SqrtPriceX96 = target;
            IsTickStale |= target != before;
            return QuoteError.None;
        }

        var step = SwapMath.Step(before, target, Liquidity, Remaining, _isExactOut, _feePips);
        SqrtPriceX96 = step.SqrtPriceX96;
        IsTickStale |= SqrtPriceX96 != before;
        var paid = step.AmountIn + step.Fee;
        if (_isExactOut)
        {
            Remaining -= step.AmountOut;
            Counted += paid;
        }
        else
        {
            Remaining -= paid;
            Counted += step.AmountOut;
        }

        Fee += step.Fee;
        var forProviders = step.Fee;
        if (_feeProtocol > 0)
        {
            var protocol = step.Fee / _feeProtocol;
            ProtocolFee += protocol;
            forProviders -= protocol;
        }

        if (_growsFees)
        {
            GrowFees(forProviders);
        }

        return QuoteError.None;
    }

    // A limit on the very border of a word that was passed over: the contract's step ended there, and so below it.
    private void LandOnBorder()
    {
        var tick = TickMath.TickAt(SqrtPriceX96);
        var compressed = tick / _ticks.TickSpacing;
        if (compressed * _ticks.TickSpacing == tick && TickTable.Border(compressed, _zeroForOne) == compressed
            && TickMath.SqrtPriceAt(tick) == SqrtPriceX96)
        {
            (Tick, IsTickStale) = (tick - 1, false);
        }
    }

    private void GrowFees(UInt256 forProviders)
    {
        // fee·2^128/L: the fee is far below 2^128 where this is hot.
        var growth = forProviders.Fits128 && forProviders.Low128 < Liquidity
            ? WideDivision.Divide(forProviders.Low128, 0, Liquidity, out _)
            : UInt256.MulDivDown(forProviders, new UInt256(0, 0, 1, 0), Liquidity);
        FeeGrowthX128 = WrappingArithmetic.Add(FeeGrowthX128, growth);
    }

    // Without liquidity only a tick or the end of all prices stops.
    private readonly int NextTick(out bool isInitialised) => Liquidity == 0
        ? _ticks.NextStopBefore(
            _zeroForOne ? TickMath.TickMin : TickMath.TickMax, _next, _zeroForOne, out isInitialised)
        : _ticks.NextStop(Tick, _next, _zeroForOne, out isInitialised);

    private bool TryCross()
    {
        var net = _ticks.NetOf(_next);
        var change = _zeroForOne ? -net : net;
        _crossed?.Add(new CrossedTick(_ticks.IndexOf(_next), FeeGrowthX128));
        _next += _zeroForOne ? -1 : 1;
        Crossings++;
        var size = (UInt128)Int128.Abs(change);
        var isEnough = change >= 0 ? size <= UInt128.MaxValue - Liquidity : size <= Liquidity;
        if (isEnough)
        {
            Liquidity = change >= 0 ? Liquidity + size : Liquidity - size;
        }

        return isEnough;
    }

    private readonly bool IsBeyondKnown() => _zeroForOne
        ? SqrtPriceX96 < TickMath.SqrtPriceAt(_ticks.KnownFrom)
        : SqrtPriceX96 > TickMath.SqrtPriceAt(_ticks.KnownTo);
}
