using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>A stable pair of Solidly and its forks: x³y + y³x = k on amounts of 18 decimals.</summary>
/// <remarks>
/// Source: <see cref="SolidlyStableMath"/> for the curve; <c>Pool.getAmountOut</c> and <c>swap</c> for the rest. The
/// fee floor(x·numerator/denominator) is taken first and leaves the pair, as of <see cref="SolidlyVolatileCurve"/>;
/// then out = R_out - y(R_in + x), each converted to 18 decimals and back rounding down. A trade after which k is lower
/// reverts: InvariantBroken, which the quote of the oldest version can run into.
/// <para>The contract has no exact output; here it is the least input found by search for which the exact input gives
/// at least so much and the next smaller one does not. Rounding makes the output of neighbouring inputs waver by a few
/// units, so a still smaller input that happens to reach it cannot be excluded.</para>
/// </remarks>
public sealed class SolidlyStableCurve : Curve
{
    private readonly SolidlyStableMath _math;
    private readonly int _decimals0;
    private readonly int _decimals1;

    /// <param name="reserve0">Base units.</param>
    /// <param name="decimals0">Of token 0, 0 to 36.</param>
    /// <param name="feeNumerator">Below the denominator.</param>
    public SolidlyStableCurve(
        UInt256 reserve0,
        UInt256 reserve1,
        int decimals0,
        int decimals1,
        uint feeNumerator,
        uint feeDenominator,
        SolidlyVersion version = SolidlyVersion.VelodromeV2)
    {
        FeeFraction.Check(feeNumerator, feeDenominator);
        _math = new SolidlyStableMath(version, Unit(0, decimals0), Unit(1, decimals1));
        (Reserve0, Reserve1, _decimals0, _decimals1) = (reserve0, reserve1, decimals0, decimals1);
        (FeeNumerator, FeeDenominator, Version) = (feeNumerator, feeDenominator, version);
    }

    public override string Kind => "solidly-stable";

    public override string MathVersion => Version switch
    {
        SolidlyVersion.VelodromeV2 => "velodrome-v2",
        SolidlyVersion.Aerodrome => "aerodrome",
        SolidlyVersion.Solidly => "solidly",
        _ => throw new InvalidOperationException($"There is no version {Version}."),
    };

    public override int TokenCount => 2;

    public UInt256 Reserve0 { get; }

    public UInt256 Reserve1 { get; }

    public uint FeeNumerator { get; }

    public uint FeeDenominator { get; }

    public SolidlyVersion Version { get; }

    public override QuoteError QuoteExactIn(int tokenIn, int tokenOut, UInt256 amountIn, out CurveQuote quote)
    {
        quote = default;
        var error = Check(tokenIn, tokenOut, amountIn);
        if (error != QuoteError.None)
        {
            return error;
        }

        if (!SolidlyFee.TryTake(amountIn, FeeNumerator, FeeDenominator, out var fee)
            || !_math.TryK(Reserve0, Reserve1, out var k))
        {
            return QuoteError.ArithmeticOverflow;
        }

        error = AmountOut(tokenIn, tokenOut, amountIn - fee, k, out var amountOut);
        if (error != QuoteError.None)
        {
            return error;
        }

        quote = new CurveQuote(tokenIn, tokenOut, amountIn, amountOut, fee, ProtocolFee: fee);
        return Keeps(k, quote);
    }

    public override QuoteError QuoteExactOut(int tokenIn, int tokenOut, UInt256 amountOut, out CurveQuote quote)
    {
        quote = default;
        var error = Check(tokenIn, tokenOut, amountOut);
        if (error != QuoteError.None)
        {
            return error;
        }

        if (amountOut >= (tokenOut == 0 ? Reserve0 : Reserve1))
        {
            return QuoteError.InsufficientLiquidity;
        }

        error = InputFor(tokenIn, tokenOut, amountOut, out var amountIn);
        if (error == QuoteError.None)
        {
            error = QuoteExactIn(tokenIn, tokenOut, amountIn, out quote);
        }

        quote = error == QuoteError.None ? quote with { AmountOut = amountOut, IsExactOut = true } : default;
        return error;
    }

    public override Curve Apply(in CurveQuote quote)
    {
        var (reserve0, reserve1) = After(quote);
        return new SolidlyStableCurve(
            reserve0, reserve1, _decimals0, _decimals1, FeeNumerator, FeeDenominator, Version);
    }

    /// <remarks>-dy/dx = (3x²y + y³)/(x³ + 3xy²) on amounts of 18 decimals.</remarks>
    public override double SpotPrice(int tokenIn, int tokenOut) =>
        !IsPair(tokenIn, tokenOut) || Reserve0.IsZero || Reserve1.IsZero
            ? double.NaN
            : SpotPriceAt(tokenIn, UInt256.Zero, UInt256.Zero);

    public override double MarginalPrice(int tokenIn, int tokenOut) =>
        SpotPrice(tokenIn, tokenOut) * (FeeDenominator - FeeNumerator) / FeeDenominator;

    /// <summary>Bisection over exact quotes, on the price after each.</summary>
    public override QuoteError AmountInToMarginalPrice(
        int tokenIn, int tokenOut, double target, out UInt256 amountIn)
    {
        amountIn = default;
        var error = Check(tokenIn, tokenOut, UInt256.One);
        if (error != QuoteError.None)
        {
            return error;
        }

        if (!(MarginalPrice(tokenIn, tokenOut) > target))
        {
            return QuoteError.None;
        }

        // A pair of much more of one token than of the other is not beyond 2^40 times its reserves at any price above
        // the least target met here.
        var (from, to) = (UInt256.Zero, UInt256.One);
        while (IsAtLeast(tokenIn, tokenOut, to, target))
        {
            from = to;
            if (!UInt256.TryAdd(to, to, out to))
            {
                return QuoteError.ArithmeticOverflow;
            }
        }

        while (to - from > UInt256.One)
        {
            var middle = from + ((to - from) >> 1);
            if (IsAtLeast(tokenIn, tokenOut, middle, target))
            {
                from = middle;
            }
            else
            {
                to = middle;
            }
        }

        amountIn = from;
        return QuoteError.None;
    }

    private static UInt256 Unit(int token, int decimals)
    {
        if (decimals is < 0 or > 36)
        {
            throw new InvalidCurveException($"tokens[{token}].decimals", $"{decimals} is outside 0 to 36.");
        }

        UInt256 unit = UInt256.One;
        for (var i = 0; i < decimals; i++)
        {
            unit *= 10u;
        }

        return unit;
    }

    private QuoteError Check(int tokenIn, int tokenOut, UInt256 amount) =>
        !IsPair(tokenIn, tokenOut) ? QuoteError.NoSuchPair
        : amount.IsZero ? QuoteError.ZeroAmount
        : Reserve0.IsZero || Reserve1.IsZero ? QuoteError.NoLiquidity
        : QuoteError.None;

    // Of an input without its fee.
    private QuoteError AmountOut(int tokenIn, int tokenOut, UInt256 amountIn, UInt256 k, out UInt256 amountOut)
    {
        amountOut = default;
        var (reserveIn, reserveOut) = tokenIn == 0 ? (Reserve0, Reserve1) : (Reserve1, Reserve0);
        if (!_math.TryNormalise(reserveIn, tokenIn, out var x) || !_math.TryNormalise(amountIn, tokenIn, out var added)
            || !_math.TryNormalise(reserveOut, tokenOut, out var start) || !UInt256.TryAdd(x, added, out x))
        {
            return QuoteError.ArithmeticOverflow;
        }

        var y = start;
        var error = _math.FindY(x, k, ref y);
        if (error != QuoteError.None)
        {
            return error;
        }

        if (!UInt256.TrySubtract(start, y, out var given) || !_math.TryDenormalise(given, tokenOut, out amountOut))
        {
            return QuoteError.ArithmeticOverflow;
        }

        return amountOut.IsZero ? QuoteError.OutputTooSmall
            : amountOut >= reserveOut ? QuoteError.InsufficientLiquidity
            : QuoteError.None;
    }

    private QuoteError Keeps(UInt256 k, in CurveQuote quote)
    {
        if (!UInt256.TryAdd(quote.TokenIn == 0 ? Reserve0 : Reserve1, quote.AmountIn, out _))
        {
            return QuoteError.ArithmeticOverflow;
        }

        var (reserve0, reserve1) = After(quote);
        return !_math.TryK(reserve0, reserve1, out var after) ? QuoteError.ArithmeticOverflow
            : after < k ? QuoteError.InvariantBroken
            : QuoteError.None;
    }

    private (UInt256 Reserve0, UInt256 Reserve1) After(in CurveQuote quote)
    {
        var kept = quote.AmountIn - quote.Fee;
        return quote.TokenIn == 0
            ? (Reserve0 + kept, Reserve1 - quote.AmountOut)
            : (Reserve0 - quote.AmountOut, Reserve1 + kept);
    }

    private double SpotPriceAt(int tokenIn, UInt256 added, UInt256 taken)
    {
        var (reserveIn, reserveOut) = tokenIn == 0 ? (Reserve0, Reserve1) : (Reserve1, Reserve0);
        var (decimalsIn, decimalsOut) = tokenIn == 0 ? (_decimals0, _decimals1) : (_decimals1, _decimals0);
        var (unitIn, unitOut) = (Math.Pow(10, decimalsIn), Math.Pow(10, decimalsOut));
        var (x, y) = ((double)(reserveIn + added) / unitIn, (double)(reserveOut - taken) / unitOut);

        // Of the ratio alone: the formula is homogeneous.
        var r = y / x;
        return r * (3 + (r * r)) / (1 + (3 * r * r)) * unitOut / unitIn;
    }

    // A quote that gives nothing moved nothing worth telling; one that cannot be made is beyond every target.
    private bool IsAtLeast(int tokenIn, int tokenOut, UInt256 amountIn, double target)
    {
        var error = QuoteExactIn(tokenIn, tokenOut, amountIn, out var quote);
        if (error is not (QuoteError.None or QuoteError.OutputTooSmall or QuoteError.InvariantBroken))
        {
            return false;
        }

        var kept = (double)(FeeDenominator - FeeNumerator) / FeeDenominator;
        return SpotPriceAt(tokenIn, quote.AmountIn - quote.Fee, quote.AmountOut) * kept >= target;
    }

    // Doubling to a bracket, then bisection. An error of the exact input counts as not enough only where less was
    // asked for than makes an output; any other ends the search.
    private QuoteError InputFor(int tokenIn, int tokenOut, UInt256 amountOut, out UInt256 amountIn)
    {
        amountIn = default;
        var (from, to) = (UInt256.Zero, UInt256.One);
        while (true)
        {
            var error = Reaches(tokenIn, tokenOut, to, amountOut, out var isEnough);
            if (error != QuoteError.None)
            {
                return error;
            }

            if (isEnough)
            {
                break;
            }

            from = to;
            if (!UInt256.TryAdd(to, to, out to))
            {
                return QuoteError.ArithmeticOverflow;
            }
        }

        while (to - from > UInt256.One)
        {
            var middle = from + ((to - from) >> 1);
            var error = Reaches(tokenIn, tokenOut, middle, amountOut, out var isEnough);
            if (error != QuoteError.None)
            {
                return error;
            }

            (from, to) = isEnough ? (from, middle) : (middle, to);
        }

        amountIn = to;
        return QuoteError.None;
    }

    private QuoteError Reaches(int tokenIn, int tokenOut, UInt256 amountIn, UInt256 amountOut, out bool isEnough)
    {
        var error = QuoteExactIn(tokenIn, tokenOut, amountIn, out var quote);
        isEnough = error == QuoteError.None && quote.AmountOut >= amountOut;
        return error is QuoteError.OutputTooSmall or QuoteError.InvariantBroken ? QuoteError.None : error;
    }
}
