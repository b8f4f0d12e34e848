using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>A volatile pair of Solidly and its forks: x·y = k, with the fee taken out of the input first.</summary>
/// <remarks>
/// Source: velodrome-finance/contracts <c>Pool.getAmountOut</c> and <c>swap</c>: fee = floor(x·numerator/denominator),
/// out = floor((x - fee)·R_out / (R_in + x - fee)). The fee leaves the pair at once, so the reserves after a trade are
/// R_in + x - fee and R_out - out, and all of it is told as the protocol's: holders of shares claim it elsewhere.
/// <para>The contract has no exact output; here it is the least input that gives at least so much, in closed
/// form.</para>
/// <para>Where a product exceeds 256 bits the contract reverts: ArithmeticOverflow.</para>
/// </remarks>
public sealed class SolidlyVolatileCurve : Curve
{
    /// <param name="feeNumerator">Below the denominator.</param>
    /// <param name="feeDenominator">Above zero; 10000 in every deployment.</param>
    public SolidlyVolatileCurve(UInt256 reserve0, UInt256 reserve1, uint feeNumerator, uint feeDenominator)
    {
        FeeFraction.Check(feeNumerator, feeDenominator);
        (Reserve0, Reserve1) = (reserve0, reserve1);
        (FeeNumerator, FeeDenominator) = (feeNumerator, feeDenominator);
    }

    public override string Kind => "solidly-volatile";

    public override string MathVersion => "velodrome-v2";

    public override int TokenCount => 2;

    public UInt256 Reserve0 { get; }

    public UInt256 Reserve1 { get; }

    public uint FeeNumerator { get; }

    public uint FeeDenominator { get; }

    public override QuoteError QuoteExactIn(int tokenIn, int tokenOut, UInt256 amountIn, out CurveQuote quote)
    {
        quote = default;
        var error = Check(tokenIn, tokenOut, amountIn);
        if (error != QuoteError.None)
        {
            return error;
        }

        var (reserveIn, reserveOut) = tokenIn == 0 ? (Reserve0, Reserve1) : (Reserve1, Reserve0);
        if (!SolidlyFee.TryTake(amountIn, FeeNumerator, FeeDenominator, out var fee)
            || !UInt256.TryMultiply(amountIn - fee, reserveOut, out var product)
            || !UInt256.TryAdd(reserveIn, amountIn, out _))
        {
            return QuoteError.ArithmeticOverflow;
        }

        var amountOut = product / (reserveIn + (amountIn - fee));
        if (amountOut.IsZero)
        {
            return QuoteError.OutputTooSmall;
        }

        // The contract compares k before and after.
        if (!UInt256.TryMultiply(reserveIn + (amountIn - fee), reserveOut - amountOut, out _))
        {
            return QuoteError.ArithmeticOverflow;
        }

        quote = new CurveQuote(tokenIn, tokenOut, amountIn, amountOut, fee, ProtocolFee: fee);
        return QuoteError.None;
    }

    /// <remarks>
    /// The least x without fee is ceil(R_in·y / (R_out - y)), and the least amount of which so much is left after the
    /// fee is floor((x - 1)·denominator/(denominator - numerator)) + 1.
    /// </remarks>
    public override QuoteError QuoteExactOut(int tokenIn, int tokenOut, UInt256 amountOut, out CurveQuote quote)
    {
        quote = default;
        var error = Check(tokenIn, tokenOut, amountOut);
        if (error != QuoteError.None)
        {
            return error;
        }

        var (reserveIn, reserveOut) = tokenIn == 0 ? (Reserve0, Reserve1) : (Reserve1, Reserve0);
        if (amountOut >= reserveOut)
        {
            return QuoteError.InsufficientLiquidity;
        }

        if (!UInt256.TryMulDivUp(reserveIn, amountOut, reserveOut - amountOut, out var least)
            || !SolidlyFee.TryBefore(least, FeeNumerator, FeeDenominator, out var amountIn))
        {
            return QuoteError.ArithmeticOverflow;
        }

        error = QuoteExactIn(tokenIn, tokenOut, amountIn, out quote);
        if (error == QuoteError.None)
        {
            quote = quote with { AmountOut = amountOut, IsExactOut = true };
        }

        return error;
    }

    public override Curve Apply(in CurveQuote quote)
    {
        var kept = quote.AmountIn - quote.Fee;
        return quote.TokenIn == 0
            ? new SolidlyVolatileCurve(Reserve0 + kept, Reserve1 - quote.AmountOut, FeeNumerator, FeeDenominator)
            : new SolidlyVolatileCurve(Reserve0 - quote.AmountOut, Reserve1 + kept, FeeNumerator, FeeDenominator);
    }

    public override double SpotPrice(int tokenIn, int tokenOut) =>
        !IsPair(tokenIn, tokenOut) || Reserve0.IsZero || Reserve1.IsZero ? double.NaN
        : tokenIn == 0 ? (double)Reserve1 / (double)Reserve0
        : (double)Reserve0 / (double)Reserve1;

    public override double MarginalPrice(int tokenIn, int tokenOut) =>
        SpotPrice(tokenIn, tokenOut) * (FeeDenominator - FeeNumerator) / FeeDenominator;

    /// <summary>As of <see cref="ConstantProductCurve"/>: x = (√(γ·R_in·R_out / target) - R_in)/γ.</summary>
    public override QuoteError AmountInToMarginalPrice(
        int tokenIn, int tokenOut, double target, out UInt256 amountIn)
    {
        amountIn = default;
        var error = Check(tokenIn, tokenOut, UInt256.One);
        if (error != QuoteError.None)
        {
            return error;
        }

        var (reserveIn, reserveOut) = tokenIn == 0 ? (Reserve0, Reserve1) : (Reserve1, Reserve0);
        var kept = (double)(FeeDenominator - FeeNumerator) / FeeDenominator;
        var (x, y) = ((double)reserveIn, (double)reserveOut);
        var needed = ((Math.Sqrt(kept * x / target) * Math.Sqrt(y)) - x) / kept;
        if (!(needed < Math.ScaleB(1, 255)))
        {
            return QuoteError.ArithmeticOverflow;
        }

        amountIn = needed >= 1 ? (UInt256)needed : default;
        return QuoteError.None;
    }

    private QuoteError Check(int tokenIn, int tokenOut, UInt256 amount) =>
        !IsPair(tokenIn, tokenOut) ? QuoteError.NoSuchPair
        : amount.IsZero ? QuoteError.ZeroAmount
        : Reserve0.IsZero || Reserve1.IsZero ? QuoteError.NoLiquidity
        : QuoteError.None;
}
