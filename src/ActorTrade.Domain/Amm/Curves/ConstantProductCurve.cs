using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// A pair of Uniswap V2 or one of its forks: x·y = k, with a fee of numerator/denominator of the input.
/// </summary>
/// <remarks>
/// Source: v2-core 1.0.1 <c>UniswapV2Pair.swap</c>, v2-periphery <c>UniswapV2Library.getAmountOut</c> and
/// <c>getAmountIn</c>, with their 997 and 1000 made general: kept = denominator - numerator.
/// <list type="bullet">
/// <item>exact in: floor(x·kept·R_out / (R_in·denominator + x·kept)); nothing for something reverts there, and is
/// OutputTooSmall here.</item>
/// <item>exact out: floor(R_in·y·denominator / ((R_out - y)·kept)) + 1, the one added even where the division is
/// exact.</item>
/// <item>a balance fits 112 bits, after a trade too: else ReserveOverflow.</item>
/// </list>
/// The house's own pools (<see cref="ConstantProduct"/>) differ in two ways: their exact output asks the least input,
/// one unit less where V2's division is exact, and their reserves reach 2^128.
/// <para>The contract knows no fee as an amount; the fee told is ceil(x·numerator/denominator), and stays in the
/// reserves. What the protocol gets is minted as shares when liquidity moves: <see cref="PairShares"/>.</para>
/// <para>Overflow: amounts and reserves are below 2^112. With a denominator of at most 2^16, as every deployment has,
/// every factor is below 2^128 and every product below 2^256; wider ones take the slower path of
/// <see cref="UInt256"/>, where 112 + 112 + 32 bits fit too.</para>
/// </remarks>
public sealed class ConstantProductCurve : Curve
{
    private const uint NarrowDenominatorMax = 1 << 16;

    private readonly UInt128 _reserve0;
    private readonly UInt128 _reserve1;
    private readonly uint _kept;

    /// <param name="reserve0">Base units, at most <see cref="ReserveMax"/>; zero is an empty pool.</param>
    /// <param name="reserve1">As reserve0.</param>
    /// <param name="feeNumerator">Below the denominator.</param>
    /// <param name="feeDenominator">Above zero; 3/1000 is Uniswap's.</param>
    public ConstantProductCurve(UInt256 reserve0, UInt256 reserve1, uint feeNumerator, uint feeDenominator)
    {
        FeeFraction.Check(feeNumerator, feeDenominator);
        _reserve0 = Checked("reserves[0]", reserve0);
        _reserve1 = Checked("reserves[1]", reserve1);
        FeeNumerator = feeNumerator;
        FeeDenominator = feeDenominator;
        _kept = feeDenominator - feeNumerator;
    }

    private ConstantProductCurve(ConstantProductCurve before, UInt128 reserve0, UInt128 reserve1)
    {
        (FeeNumerator, FeeDenominator, _kept) = (before.FeeNumerator, before.FeeDenominator, before._kept);
        (_reserve0, _reserve1) = (reserve0, reserve1);
    }

    /// <summary>2^112 - 1 base units.</summary>
    public static UInt256 ReserveMax => Max;

    public override string Kind => "constant-product";

    public override string MathVersion => "uniswap-v2-core-1.0.1";

    public override int TokenCount => 2;

    public UInt256 Reserve0 => _reserve0;

    public UInt256 Reserve1 => _reserve1;

    public uint FeeNumerator { get; }

    public uint FeeDenominator { get; }

    private static UInt128 Max => (UInt128.One << 112) - 1;

    public override QuoteError QuoteExactIn(int tokenIn, int tokenOut, UInt256 amountIn, out CurveQuote quote)
    {
        quote = default;
        var error = Check(tokenIn, tokenOut, amountIn);
        if (error != QuoteError.None)
        {
            return error;
        }

        var (reserveIn, reserveOut) = tokenIn == 0 ? (_reserve0, _reserve1) : (_reserve1, _reserve0);
        if (!HasRoom(reserveIn, amountIn))
        {
            return QuoteError.ReserveOverflow;
        }

        UInt128 amountOut;
        if (FeeDenominator <= NarrowDenominatorMax)
        {
            unchecked
            {
                var effective = amountIn.Low128 * _kept;
                var high = WideDivision.Multiply(effective, reserveOut, out var low);
                amountOut = WideDivision.Divide(high, low, (reserveIn * FeeDenominator) + effective, out _);
            }
        }
        else
        {
            var effective = amountIn * _kept;
            amountOut = (effective * reserveOut / (((UInt256)reserveIn * FeeDenominator) + effective)).Low128;
        }

        if (amountOut == 0)
        {
            return QuoteError.OutputTooSmall;
        }

        quote = new CurveQuote(tokenIn, tokenOut, amountIn, amountOut, Fee(amountIn));
        return QuoteError.None;
    }

    public override QuoteError QuoteExactOut(int tokenIn, int tokenOut, UInt256 amountOut, out CurveQuote quote)
    {
        quote = default;
        var error = Check(tokenIn, tokenOut, amountOut);
        if (error != QuoteError.None)
        {
            return error;
        }

        var (reserveIn, reserveOut) = tokenIn == 0 ? (_reserve0, _reserve1) : (_reserve1, _reserve0);
        if (amountOut >= reserveOut)
        {
            return QuoteError.InsufficientLiquidity;
        }

        UInt256 amountIn;
        if (FeeDenominator <= NarrowDenominatorMax)
        {
            unchecked
            {
                var high = WideDivision.Multiply(reserveIn * FeeDenominator, amountOut.Low128, out var low);
                var divisor = (reserveOut - amountOut.Low128) * _kept;
                if (high >= divisor)
                {
                    return QuoteError.ReserveOverflow;
                }

                amountIn = WideDivision.Divide(high, low, divisor, out _);
            }
        }
        else
        {
            amountIn = (UInt256)reserveIn * amountOut * FeeDenominator / ((reserveOut - amountOut) * _kept);
        }

        if (amountIn > Max || !HasRoom(reserveIn, amountIn += UInt256.One))
        {
            return QuoteError.ReserveOverflow;
        }

        quote = new CurveQuote(tokenIn, tokenOut, amountIn, amountOut, Fee(amountIn), IsExactOut: true);
        return QuoteError.None;
    }

    public override Curve Apply(in CurveQuote quote)
    {
        var (amountIn, amountOut) = ((UInt128)quote.AmountIn, (UInt128)quote.AmountOut);
        return quote.TokenIn == 0
            ? new ConstantProductCurve(this, _reserve0 + amountIn, _reserve1 - amountOut)
            : new ConstantProductCurve(this, _reserve0 - amountOut, _reserve1 + amountIn);
    }

    public override double SpotPrice(int tokenIn, int tokenOut) =>
        !IsPair(tokenIn, tokenOut) || _reserve0 == 0 || _reserve1 == 0 ? double.NaN
        : tokenIn == 0 ? (double)_reserve1 / (double)_reserve0
        : (double)_reserve0 / (double)_reserve1;

    public override double MarginalPrice(int tokenIn, int tokenOut) =>
        SpotPrice(tokenIn, tokenOut) * _kept / FeeDenominator;

    /// <remarks>
    /// The fee stays in the reserves, so the price after x is γ·R_in·R_out/((R_in + γx)·(R_in + x)) with γ =
    /// kept/denominator, and x = (√((1-γ)²·R_in² + 4γ²·R_in·R_out/target) - (1+γ)·R_in)/2γ. The rate of the last unit
    /// of the trade itself is γ·R_in·R_out/(R_in + γx)², a little better.
    /// </remarks>
    public override QuoteError AmountInToMarginalPrice(
        int tokenIn, int tokenOut, double target, out UInt256 amountIn)
    {
        amountIn = default;
        var error = Check(tokenIn, tokenOut, UInt256.One);
        if (error != QuoteError.None)
        {
            return error;
        }

        var (reserveIn, reserveOut) = tokenIn == 0 ? (_reserve0, _reserve1) : (_reserve1, _reserve0);
        var (x, y, kept) = ((double)reserveIn, (double)reserveOut, (double)_kept / FeeDenominator);
        var square = ((1 - kept) * x * (1 - kept) * x) + (4 * kept * kept * x * y / target);
        var needed = (Math.Sqrt(square) - ((1 + kept) * x)) / (2 * kept);
        if (!(needed < (double)(Max - reserveIn)))
        {
            return QuoteError.ReserveOverflow;
        }

        amountIn = needed >= 1 ? (UInt256)needed : default;
        return QuoteError.None;
    }

    private static UInt128 Checked(string field, UInt256 reserve) => reserve <= Max
        ? (UInt128)reserve
        : throw new InvalidCurveException(field, $"{reserve} is above 2^112 - 1, the most that a pair can hold.");

    private static bool HasRoom(UInt128 reserve, UInt256 amount) =>
        amount.Fits128 && amount.Low128 <= unchecked(Max - reserve);

    private QuoteError Check(int tokenIn, int tokenOut, UInt256 amount) =>
        !IsPair(tokenIn, tokenOut) ? QuoteError.NoSuchPair
        : amount.IsZero ? QuoteError.ZeroAmount
        : _reserve0 == 0 || _reserve1 == 0 ? QuoteError.NoLiquidity
        : QuoteError.None;

    private UInt256 Fee(UInt256 amountIn)
    {
        if (FeeDenominator > NarrowDenominatorMax)
        {
            return UInt256.MulDivUp(amountIn, FeeNumerator, FeeDenominator);
        }

        unchecked
        {
            var product = amountIn.Low128 * FeeNumerator;
            return WideDivision.DivideByLimb(0, product + (FeeDenominator - 1), FeeDenominator, out _);
        }
    }
}
