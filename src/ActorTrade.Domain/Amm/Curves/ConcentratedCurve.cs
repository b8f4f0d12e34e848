using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>A pool of Uniswap V3, or of V4 without hooks: liquidity in ranges of ticks, fee in pips of the
/// input.</summary>
/// <remarks>
/// Source: v3-core 1.0.1 <c>UniswapV3Pool</c>, with <see cref="TickMath"/>, <see cref="SqrtPriceMath"/>,
/// <see cref="SwapMath"/> and <see cref="ConcentratedWalk"/> for its libraries and loop.
/// <list type="bullet">
/// <item>A quote goes to the last price there is (one unit inside <see cref="TickMath.SqrtPriceMin"/> and
/// <see cref="TickMath.SqrtPriceMax"/>), as routers do; what cannot be traded by then is left over. So is what an exact
/// output cannot give: the contract too gives a part, and only its routers refuse that.</item>
/// <item>A trade may give nothing for a small input; the contract allows that, so it is a quote of zero.</item>
/// <item>Where nothing could be traded at all, the quote is NoLiquidity.</item>
/// </list>
/// </remarks>
public sealed class ConcentratedCurve : Curve
{
    /// <summary>The whole range of a V3 amount: 2^255 - 1.</summary>
    private static readonly UInt256 AmountMax = UInt256.MaxValue >> 1;

    // Of the last tick at or below the price's, in the table.
    private readonly int _position;

    /// <summary>Throws <see cref="InvalidCurveException"/> where the state contradicts itself.</summary>
    /// <param name="feePips">0 to 999,999 millionths of the input.</param>
    /// <param name="tick">Of the price; one less than that where the price stands on a tick crossed downwards.</param>
    /// <param name="liquidity">Active at the price: what the ticks at or below it sum to.</param>
    /// <param name="ticks">Its spacing is the pool's.</param>
    /// <param name="feeProtocol0">The protocol gets one part in this many of fees in token 0; 0 is none, else 4 to
    /// 10.</param>
    /// <param name="feeProtocol1">As feeProtocol0, of token 1.</param>
    public ConcentratedCurve(
        int feePips,
        UInt256 sqrtPriceX96,
        int tick,
        UInt128 liquidity,
        TickTable ticks,
        int feeProtocol0 = 0,
        int feeProtocol1 = 0)
    {
        ArgumentNullException.ThrowIfNull(ticks);
        if (!FeePips.TryCreate(feePips, out var fee))
        {
            throw new InvalidCurveException("feePips", $"{feePips} is outside 0 to 999999.");
        }

        FeeProtocol0 = CheckedFeeProtocol("feeProtocol0", feeProtocol0);
        FeeProtocol1 = CheckedFeeProtocol("feeProtocol1", feeProtocol1);
        (Fee, SqrtPriceX96, Tick, Liquidity, Ticks) = (fee, sqrtPriceX96, tick, liquidity, ticks);
        _position = ticks.IndexAtOrBelow(tick);
        CheckState();
    }

    private ConcentratedCurve(
        ConcentratedCurve before, UInt256 sqrtPriceX96, int tick, UInt128 liquidity, TickTable ticks)
    {
        (Fee, FeeProtocol0, FeeProtocol1) = (before.Fee, before.FeeProtocol0, before.FeeProtocol1);
        (SqrtPriceX96, Tick, Liquidity, Ticks) = (sqrtPriceX96, tick, liquidity, ticks);
        _position = ticks.IndexAtOrBelow(tick);
    }

    public override string Kind => "concentrated";

    public override string MathVersion => "uniswap-v3-core-1.0.1";

    public override int TokenCount => 2;

    /// <summary>Millionths of the input.</summary>
    public FeePips Fee { get; }

    public int FeeProtocol0 { get; }

    public int FeeProtocol1 { get; }

    public UInt256 SqrtPriceX96 { get; }

    public int Tick { get; }

    public UInt128 Liquidity { get; }

    public TickTable Ticks { get; }

    /// <summary>
    /// A trade as the contract makes it, to a price limit. InvariantBroken where the limit is not ahead of the price,
    /// or outside the prices there are: the contract reverts.
    /// </summary>
    /// <param name="zeroForOne">Token 0 comes in, and the price falls.</param>
    /// <param name="amount">Of the input, fee included, or of the output; below 2^255.</param>
    /// <param name="sqrtPriceLimitX96">The trade ends at this price; null goes as far as there are prices.</param>
    public QuoteError Swap(
        bool zeroForOne,
        UInt256 amount,
        bool isExactOut,
        UInt256? sqrtPriceLimitX96,
        out ConcentratedSwap result) =>
        SwapThrough(zeroForOne, amount, isExactOut, sqrtPriceLimitX96, crossed: null, out result);

    /// <summary>As <see cref="Swap"/>, with the ticks passed.</summary>
    internal QuoteError SwapThrough(
        bool zeroForOne,
        UInt256 amount,
        bool isExactOut,
        UInt256? sqrtPriceLimitX96,
        List<CrossedTick>? crossed,
        out ConcentratedSwap result)
    {
        result = default;
        var limit = sqrtPriceLimitX96 ?? LastPrice(zeroForOne);
        var error = Walk(zeroForOne, amount, isExactOut, limit, out var walk, growsFees: true, crossed);
        if (error != QuoteError.None)
        {
            return error;
        }

        var traded = amount - walk.Remaining;
        result = new ConcentratedSwap(
            zeroForOne,
            AmountIn: isExactOut ? walk.Counted : traded,
            AmountOut: isExactOut ? traded : walk.Counted,
            Leftover: walk.Remaining,
            walk.Fee,
            walk.ProtocolFee,
            walk.FeeGrowthX128,
            walk.SqrtPriceX96,
            walk.IsTickStale ? TickMath.TickAt(walk.SqrtPriceX96) : walk.Tick,
            walk.Liquidity,
            walk.Crossings);
        return QuoteError.None;
    }

    /// <summary>The state after a trade that this very state answered.</summary>
    public ConcentratedCurve After(in ConcentratedSwap swap) =>
        new(this, swap.SqrtPriceX96, swap.Tick, swap.Liquidity, Ticks);

    public override QuoteError QuoteExactIn(int tokenIn, int tokenOut, UInt256 amountIn, out CurveQuote quote) =>
        Quote(tokenIn, tokenOut, amountIn, isExactOut: false, out quote);

    public override QuoteError QuoteExactOut(int tokenIn, int tokenOut, UInt256 amountOut, out CurveQuote quote) =>
        Quote(tokenIn, tokenOut, amountOut, isExactOut: true, out quote);

    public override Curve Apply(in CurveQuote quote)
    {
        var amount = (quote.IsExactOut ? quote.AmountOut : quote.AmountIn) + quote.Leftover;
        var error = Swap(quote.TokenIn == 0, amount, quote.IsExactOut, null, out var swap);
        return error == QuoteError.None && swap.AmountIn == quote.AmountIn && swap.AmountOut == quote.AmountOut
            ? After(swap)
            : throw new ArgumentException("This state did not give that quote.", nameof(quote));
    }

    public override double SpotPrice(int tokenIn, int tokenOut)
    {
        if (!IsPair(tokenIn, tokenOut) || Liquidity == 0)
        {
            return double.NaN;
        }

        var root = Math.ScaleB((double)SqrtPriceX96, -96);
        return tokenIn == 0 ? root * root : 1 / (root * root);
    }

    public override double MarginalPrice(int tokenIn, int tokenOut) =>
        SpotPrice(tokenIn, tokenOut) * (FeePips.One - Fee.Value) / FeePips.One;

    /// <remarks>
    /// A trade to the price at which the fee leaves the target, through all ticks between. Its input is rounded up;
    /// where that unit goes past the target, as it can with little liquidity, it is left out.
    /// </remarks>
    public override QuoteError AmountInToMarginalPrice(
        int tokenIn, int tokenOut, double target, out UInt256 amountIn)
    {
        amountIn = default;
        if (!IsPair(tokenIn, tokenOut))
        {
            return QuoteError.NoSuchPair;
        }

        var zeroForOne = tokenIn == 0;
        var limit = LimitAt(target, zeroForOne);
        if (zeroForOne ? limit >= SqrtPriceX96 : limit <= SqrtPriceX96)
        {
            return QuoteError.None;
        }

        var error = Walk(zeroForOne, AmountMax, isExactOut: false, limit, out var walk);
        if (error != QuoteError.None || walk.Remaining == AmountMax)
        {
            return error;
        }

        amountIn = AmountMax - walk.Remaining;
        error = Walk(zeroForOne, amountIn, isExactOut: false, LastPrice(zeroForOne), out walk);
        if (error == QuoteError.None && (zeroForOne ? walk.SqrtPriceX96 < limit : walk.SqrtPriceX96 > limit))
        {
            // At least one unit without its fee less.
            var unit = (UInt256)(uint)((FeePips.One / (FeePips.One - Fee.Value)) + 1);
            amountIn = UInt256.TrySubtract(amountIn, unit, out var less) ? less : default;
        }

        return error;
    }

    /// <summary>
    /// What the amounts of a position are at this price: what adding it takes (rounded up), or removing it gives
    /// (down).
    /// </summary>
    /// <remarks>Source: <c>UniswapV3Pool._modifyPosition</c>.</remarks>
    public (UInt256 Amount0, UInt256 Amount1) AmountsOf(
        int tickLower, int tickUpper, UInt128 liquidity, Rounding rounding)
    {
        var (lower, upper) = (TickMath.SqrtPriceAt(tickLower), TickMath.SqrtPriceAt(tickUpper));
        return Tick < tickLower ? (SqrtPriceMath.Amount0(lower, upper, liquidity, rounding), UInt256.Zero)
            : Tick >= tickUpper ? (UInt256.Zero, SqrtPriceMath.Amount1(lower, upper, liquidity, rounding))
            : (SqrtPriceMath.Amount0(SqrtPriceX96, upper, liquidity, rounding),
               SqrtPriceMath.Amount1(lower, SqrtPriceX96, liquidity, rounding));
    }

    /// <summary>The state after a position between two ticks got more, or less, liquidity.</summary>
    /// <exception cref="ArgumentException">As <see cref="TickTable.With"/>.</exception>
    public ConcentratedCurve WithLiquidity(int tickLower, int tickUpper, Int128 delta)
    {
        var ticks = Ticks.With(tickLower, tickUpper, delta);
        var isActive = Tick >= tickLower && Tick < tickUpper;
        return new ConcentratedCurve(
            this, SqrtPriceX96, Tick, isActive ? (UInt128)((Int128)Liquidity + delta) : Liquidity, ticks);
    }

    /// <summary>The same pool at another price of the same ticks, checked as a new state is.</summary>
    public ConcentratedCurve At(UInt256 sqrtPriceX96, int tick, UInt128 liquidity)
    {
        var moved = new ConcentratedCurve(this, sqrtPriceX96, tick, liquidity, Ticks);
        moved.CheckState();
        return moved;
    }

    private static UInt256 LastPrice(bool zeroForOne) =>
        zeroForOne ? TickMath.SqrtPriceMin + UInt256.One : TickMath.SqrtPriceMax - UInt256.One;

    private static int CheckedFeeProtocol(string field, int value) => value is 0 or (>= 4 and <= 10)
        ? value
        : throw new InvalidCurveException(field, $"{value} is neither 0 nor within 4 to 10.");

    private QuoteError Quote(int tokenIn, int tokenOut, UInt256 amount, bool isExactOut, out CurveQuote quote)
    {
        quote = default;
        if (!IsPair(tokenIn, tokenOut))
        {
            return QuoteError.NoSuchPair;
        }

        var zeroForOne = tokenIn == 0;
        var limit = LastPrice(zeroForOne);
        if (!amount.IsZero && (zeroForOne ? SqrtPriceX96 <= limit : SqrtPriceX96 >= limit))
        {
            return QuoteError.NoLiquidity;
        }

        if (TryNarrow(zeroForOne, amount, isExactOut, out quote))
        {
            return QuoteError.None;
        }

        var error = Walk(zeroForOne, amount, isExactOut, limit, out var walk);
        if (error != QuoteError.None)
        {
            return error;
        }

        var traded = amount - walk.Remaining;
        if (traded.IsZero && walk.Counted.IsZero)
        {
            return QuoteError.NoLiquidity;
        }

        quote = new CurveQuote(
            tokenIn,
            tokenOut,
            AmountIn: isExactOut ? walk.Counted : traded,
            AmountOut: isExactOut ? traded : walk.Counted,
            walk.Fee,
            walk.ProtocolFee,
            IsFeeOnOutput: false,
            Leftover: walk.Remaining,
            isExactOut);
        return QuoteError.None;
    }

    private bool TryNarrow(bool zeroForOne, in UInt256 amount, bool isExactOut, out CurveQuote quote)
    {
        var feeProtocol = (uint)(zeroForOne ? FeeProtocol0 : FeeProtocol1);
        var walk = new ConcentratedNarrowWalk(Ticks, (uint)Fee.Value, feeProtocol, zeroForOne, isExactOut);
        if (amount.IsZero
            || !ConcentratedNarrowWalk.IsNarrow(SqrtPriceX96, amount)
            || !walk.TryRun(SqrtPriceX96.Low128, Tick, Liquidity, _position, amount.Low128))
        {
            quote = default;
            return false;
        }

        quote = new CurveQuote(
            TokenIn: zeroForOne ? 0 : 1,
            TokenOut: zeroForOne ? 1 : 0,
            AmountIn: isExactOut ? walk.Counted : amount,
            AmountOut: isExactOut ? amount : walk.Counted,
            walk.Fee,
            walk.ProtocolFee,
            IsExactOut: isExactOut);
        return true;
    }

    private QuoteError Walk(
        bool zeroForOne,
        UInt256 amount,
        bool isExactOut,
        UInt256 limit,
        out ConcentratedWalk walk,
        bool growsFees = false,
        List<CrossedTick>? crossed = null)
    {
        var feeProtocol = (uint)(zeroForOne ? FeeProtocol0 : FeeProtocol1);
        walk = new ConcentratedWalk(
            Ticks, (uint)Fee.Value, feeProtocol, zeroForOne, isExactOut, amount, growsFees, crossed);
        if (amount.IsZero)
        {
            return QuoteError.ZeroAmount;
        }

        if (amount > AmountMax)
        {
            return QuoteError.ArithmeticOverflow;
        }

        var isAhead = zeroForOne
            ? limit < SqrtPriceX96 && limit > TickMath.SqrtPriceMin
            : limit > SqrtPriceX96 && limit < TickMath.SqrtPriceMax;
        return isAhead ? walk.Run(SqrtPriceX96, Tick, Liquidity, limit) : QuoteError.InvariantBroken;
    }

    // The price at which the marginal one, fee included, is the target; within the prices there are.
    private UInt256 LimitAt(double target, bool zeroForOne)
    {
        var kept = (double)(FeePips.One - Fee.Value) / FeePips.One;
        var root = Math.ScaleB(Math.Sqrt(zeroForOne ? target / kept : kept / target), 96);
        var last = LastPrice(zeroForOne);
        if (zeroForOne)
        {
            return root < Math.ScaleB(1, 160) ? UInt256.Max(last, (UInt256)Math.Ceiling(root)) : SqrtPriceX96;
        }

        return root < (double)last ? (UInt256)root : last;
    }

    private void CheckState()
    {
        if (SqrtPriceX96 < TickMath.SqrtPriceMin || SqrtPriceX96 >= TickMath.SqrtPriceMax)
        {
            throw new InvalidCurveException(
                "sqrtPriceX96", $"{SqrtPriceX96} is outside {TickMath.SqrtPriceMin} to below {TickMath.SqrtPriceMax}.");
        }

        if (Tick is < TickMath.TickMin - 1 or >= TickMath.TickMax || !IsTickOfPrice())
        {
            throw new InvalidCurveException(
                "tick", $"{Tick} is not the tick of sqrtPriceX96, which is {TickMath.TickAt(SqrtPriceX96)}.");
        }

        var sum = Ticks.LiquidityAbove(_position);
        if (Ticks.IsComplete && sum >= 0 && (UInt128)sum != Liquidity)
        {
            throw new InvalidCurveException(
                "liquidity", $"{Liquidity} is not what liquidityNet of the ticks up to {Tick} sums to, {sum}.");
        }
    }

    private bool IsTickOfPrice()
    {
        var below = Tick < TickMath.TickMin ? UInt256.Zero : TickMath.SqrtPriceAt(Tick);
        return below <= SqrtPriceX96 && SqrtPriceX96 <= TickMath.SqrtPriceAt(Tick + 1)
            && (SqrtPriceX96 != TickMath.SqrtPriceAt(Tick + 1) || (Tick + 1) % Ticks.TickSpacing == 0);
    }
}
