using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// The trade of <see cref="ConcentratedWalk"/>, only its amounts, where every number fits 128 bits: that of nearly all
/// pools, several times faster. What does not fit, or would be an error, is left to the other walk.
/// </summary>
/// <remarks>
/// Three things save divisions and change no result: <see cref="LastStep"/>; what a whole step from a tick to the next
/// takes and gives is remembered by <see cref="TickTable"/>; and whether an input suffices for that is asked of both
/// times 10^6, without dividing by it.
/// </remarks>
internal struct ConcentratedNarrowWalk
{
    // Times 10^6, such an amount still fits 128 bits.
    private const int AmountBits = 107;

    private readonly TickTable _ticks;
    private readonly uint _feePips;
    private readonly uint _feeProtocol;
    private readonly bool _zeroForOne;
    private readonly bool _isExactOut;

    private UInt128 _price;
    private UInt128 _liquidity;
    private UInt128 _remaining;
    private int _tick;

    // Position in the table of the next tick this way; whether the price is that of the tick before.
    private int _next;
    private bool _isAtTick;

    public ConcentratedNarrowWalk(
        TickTable ticks, uint feePips, uint feeProtocol, bool zeroForOne, bool isExactOut)
    {
        (_ticks, _feePips, _feeProtocol) = (ticks, feePips, feeProtocol);
        (_zeroForOne, _isExactOut) = (zeroForOne, isExactOut);
    }

    /// <summary>What came together of the token whose amount was not named.</summary>
    public UInt128 Counted { get; private set; }

    public UInt128 Fee { get; private set; }

    public UInt128 ProtocolFee { get; private set; }

    /// <summary>Whether a trade of this size at this price may be walked here.</summary>
    public static bool IsNarrow(in UInt256 sqrtPriceX96, in UInt256 amount) =>
        sqrtPriceX96.Fits128 && amount.Fits128 && amount.Limb1 >> (AmountBits - 64) == 0;

    /// <summary>Trades the whole amount. False where the other walk has to answer.</summary>
    /// <param name="position">In the table: that of the last tick at or below <paramref name="tick"/>.</param>
    public bool TryRun(UInt128 sqrtPriceX96, int tick, UInt128 liquidity, int position, UInt128 amount)
    {
        (_price, _tick, _liquidity, _remaining) = (sqrtPriceX96, tick, liquidity, amount);
        _next = position + (_zeroForOne ? 0 : 1);
        while (_remaining != 0)
        {
            if (!TryStep())
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsNarrow(UInt128 amount) => amount >> AmountBits == 0;

    private bool TryStep()
    {
        if (_liquidity == 0 || _next < 0 || _next >= _ticks.Count)
        {
            return false;
        }

        return _isAtTick && _ticks.PassageTo(_next, _zeroForOne) is { } passage && Suffices(passage)
            ? TryReach(
                passage.SqrtPriceX96, passage.AmountIn, passage.AmountOut, _ticks.IndexOf(_next), isInitialised: true)
            : TryStepToStop();
    }

    private readonly bool Suffices(TickPassage passage) =>
        passage.Liquidity == _liquidity
        && (_isExactOut
            ? _remaining >= passage.AmountOut
            : unchecked(_remaining * (FeePips.One - _feePips) >= passage.AmountIn * FeePips.One));

    // To the next tick or border of a word, or as far as the amount suffices.
    private bool TryStepToStop()
    {
        var stop = _ticks.NextStop(_tick, _next, _zeroForOne, out var isInitialised);
        var price = isInitialised ? _ticks.SqrtPriceOf(_next) : TickMath.SqrtPriceAt(stop);
        if (!price.Fits128 || stop == TickMath.TickMin)
        {
            return false;
        }

        var target = price.Low128;
        var amount = _isExactOut ? _remaining : SwapMath.TakeFee(_remaining, _feePips);
        if (SwapMath.IsFarBeyond(_price, target, _liquidity, amount, token0: _zeroForOne != _isExactOut))
        {
            return TryEnd(amount, target);
        }

        if (!TryAmountsTo(target, out var amountIn, out var amountOut))
        {
            return false;
        }

        if (amount < (_isExactOut ? amountOut : amountIn))
        {
            return TryEnd(amount, target);
        }

        if (_isAtTick && isInitialised && IsNarrow(amountIn))
        {
            _ticks.Remember(_next, _zeroForOne, new TickPassage(target, _liquidity, amountIn, amountOut));
        }

        return TryReach(target, amountIn, amountOut, stop, isInitialised);
    }

    private readonly bool TryAmountsTo(UInt128 target, out UInt128 amountIn, out UInt128 amountOut)
    {
        amountOut = default;
        return _zeroForOne
            ? SqrtPriceMath.TryAmount0(target, _price, _liquidity, Rounding.Up, out amountIn)
                && SqrtPriceMath.TryAmount1(target, _price, _liquidity, Rounding.Down, out amountOut)
            : SqrtPriceMath.TryAmount1(_price, target, _liquidity, Rounding.Up, out amountIn)
                && SqrtPriceMath.TryAmount0(_price, target, _liquidity, Rounding.Down, out amountOut);
    }

    private bool TryReach(UInt128 price, UInt128 amountIn, UInt128 amountOut, int stop, bool isInitialised)
    {
        _price = price;
        _tick = _zeroForOne ? stop - 1 : stop;
        _isAtTick = isInitialised;
        return IsNarrow(amountIn)
            && TryCount(amountIn, SwapMath.FeeOf(amountIn, _feePips), amountOut)
            && (!isInitialised || TryCross());
    }

    // The rest of the amount moves the price, but not to the target.
    private bool TryEnd(UInt128 amount, UInt128 target)
    {
        if (_isExactOut)
        {
            return (_zeroForOne
                ? LastStep.TryOutput1(_price, target, _liquidity, amount, out var amountIn)
                : LastStep.TryOutput0(_price, target, _liquidity, amount, out amountIn))
                && IsNarrow(amountIn)
                && TryCount(amountIn, SwapMath.FeeOf(amountIn, _feePips), amount);
        }

        return (_zeroForOne
            ? LastStep.TryInput0(_price, _liquidity, amount, out var used, out var amountOut)
            : LastStep.TryInput1(_price, _liquidity, amount, out used, out amountOut))
            && TryCount(used, _remaining - used, amountOut);
    }

    private bool TryCount(UInt128 amountIn, UInt128 fee, UInt128 amountOut)
    {
        var paid = amountIn + fee;
        var (named, other) = _isExactOut ? (amountOut, paid) : (paid, amountOut);
        _remaining -= named;
        Counted = unchecked(Counted + other);
        if (Counted < other)
        {
            return false;
        }

        Fee += fee;
        ProtocolFee += _feeProtocol == 0 ? UInt128.Zero : WideDivision.DivideByLimb(0, fee, _feeProtocol, out _);
        return true;
    }

    private bool TryCross()
    {
        var net = _ticks.NetOf(_next);
        var change = _zeroForOne ? -net : net;
        _next += _zeroForOne ? -1 : 1;
        var before = _liquidity;
        _liquidity = unchecked(before + (UInt128)change);
        return change >= 0 ? _liquidity >= before : _liquidity < before;
    }
}
