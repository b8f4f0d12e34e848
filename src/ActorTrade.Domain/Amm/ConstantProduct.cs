using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm;

/// <summary>
/// The swap mathematics of a constant product pool, k = x·y, with the fee taken from the input. Amounts are integers in
/// base units; every rounding is in the pool's favour, so k never falls, whatever the sizes.
/// </summary>
/// <remarks>
/// Source: Uniswap V2 (whitepaper section 3.2.1, UniswapV2Library.getAmountOut and getAmountIn) with its fee of 3/1000
/// made general: with F = 10^6 and f the fee in pips, V2's 997 and 1000 are F-f and F. A fee of 3000 pips gives the
/// same integers as V2, since both sides of its fraction are multiplied by the same 1000.
///
/// After a swap the pool holds reserveIn + amountIn - protocolFee and reserveOut - amountOut. k does not fall if
/// protocolFee is at most amountIn·f/F, which <see cref="FeeSchedule.Split"/> ensures: with e = amountIn·(F-f),
/// (reserveIn + amountIn - protocolFee)·F >= reserveIn·F + e, and (reserveOut - amountOut)·(reserveIn·F + e) >=
/// reserveOut·reserveIn·F by the rounding of amountOut.
///
/// Limit: a reserve is at most 2^128 - 1. Then e and reserve·F are below 2^148, and the one larger product is taken
/// over 512 bits by MulDiv, so nothing here can overflow but what is reported as
/// <see cref="QuoteError.ReserveOverflow"/>.
/// </remarks>
public static class ConstantProduct
{
    private static readonly UInt256 One = FeePips.One;

    /// <summary>
    /// The largest reserve, 2^128 - 1 base units, and the largest number of shares. (Uniswap V2 stops at 2^112 - 1.)
    /// </summary>
    public static UInt256 ReserveMax => UInt128.MaxValue;

    /// <summary>
    /// What the pool gives for an exact input: floor(e·reserveOut / (reserveIn·F + e)), e = amountIn·(F-f).
    /// </summary>
    /// <remarks>
    /// Rounded down, in the pool's favour. The whole of amountIn counts against <see cref="ReserveMax"/>, though a
    /// protocol fee would not stay. An input that buys less than one base unit is
    /// <see cref="QuoteError.OutputTooSmall"/>.
    /// </remarks>
    public static QuoteError QuoteExactIn(
        UInt256 reserveIn,
        UInt256 reserveOut,
        UInt256 amountIn,
        FeePips totalFee,
        out SwapQuote quote)
    {
        quote = default;
        var error = Check(reserveIn, reserveOut, amountIn);
        if (error != QuoteError.None)
        {
            return error;
        }

        if (!HasRoom(reserveIn, amountIn))
        {
            return QuoteError.ReserveOverflow;
        }

        var effective = amountIn * Kept(totalFee);
        var amountOut = UInt256.MulDivDown(reserveOut, effective, (reserveIn * One) + effective);
        if (amountOut.IsZero)
        {
            return QuoteError.OutputTooSmall;
        }

        quote = new SwapQuote(amountIn, amountOut, totalFee.Of(amountIn, Rounding.Up));
        return QuoteError.None;
    }

    /// <summary>
    /// The least input for which <see cref="QuoteExactIn"/> gives at least <paramref name="amountOut"/>:
    /// ceil(reserveIn·amountOut·F / ((reserveOut - amountOut)·(F-f))).
    /// </summary>
    /// <remarks>
    /// Rounded up, in the pool's favour. V2's getAmountIn adds one even when the division is exact; there it asks one
    /// base unit more than this, elsewhere the same. The quote's AmountOut is what was asked for; when the least input
    /// would buy more, the pool keeps the difference.
    /// </remarks>
    public static QuoteError QuoteExactOut(
        UInt256 reserveIn,
        UInt256 reserveOut,
        UInt256 amountOut,
        FeePips totalFee,
        out SwapQuote quote)
    {
        quote = default;
        var error = Check(reserveIn, reserveOut, amountOut);
        if (error != QuoteError.None)
        {
            return error;
        }

        if (amountOut >= reserveOut)
        {
            return QuoteError.InsufficientLiquidity;
        }

        // Only this quotient can pass 256 bits (nearly all of a large reserve, a high fee): beyond any reserve.
        var divisor = (reserveOut - amountOut) * Kept(totalFee);
        if (!UInt256.TryMulDivUp(reserveIn * One, amountOut, divisor, out var amountIn) ||
            !HasRoom(reserveIn, amountIn))
        {
            return QuoteError.ReserveOverflow;
        }

        quote = new SwapQuote(amountIn, amountOut, totalFee.Of(amountIn, Rounding.Up));
        return QuoteError.None;
    }

    /// <summary>
    /// The price of an infinitely small swap without fee: base units of the quote token for one of the base token.
    /// </summary>
    public static Price SpotPrice(UInt256 reserveBase, UInt256 reserveQuote) => new(reserveQuote, reserveBase);

    /// <summary>
    /// How much worse than the spot price before the swap the execution price is, fee and rounding included:
    /// 1 - (amountOut/amountIn)/(reserveOut/reserveIn), an exact fraction. The quote is one of these reserves.
    /// </summary>
    /// <remarks>Both products are below 2^256 as amounts and reserves are at most <see cref="ReserveMax"/>.</remarks>
    public static PriceImpact Impact(UInt256 reserveIn, UInt256 reserveOut, SwapQuote quote)
    {
        var atSpot = quote.AmountIn * reserveOut;
        return new PriceImpact(atSpot - (quote.AmountOut * reserveIn), atSpot);
    }

    /// <summary>
    /// The part of the impact that comes from the depth of the pool alone: e / (reserveIn·F + e) with e =
    /// amountIn·(F-f). It and the fee make up <see cref="Impact"/>: 1 - impact = (1 - fee)·(1 - depth impact), but for
    /// rounding.
    /// </summary>
    public static PriceImpact DepthImpact(UInt256 reserveIn, UInt256 amountIn, FeePips totalFee)
    {
        var effective = amountIn * Kept(totalFee);
        return new PriceImpact(effective, (reserveIn * One) + effective);
    }

    /// <summary>
    /// The input after which the next base unit would trade at <paramref name="target"/>, fee included: what an
    /// arbitrageur sends to a pool when the token is worth the target elsewhere. Without a fee this is where the spot
    /// price is the target.
    /// </summary>
    /// <remarks>
    /// The marginal price after x is γ·k/(reserveIn + γx)^2 with γ = (F-f)/F, so x = (√(k·γ/target) - reserveIn)/γ.
    /// Each step rounds down: the marginal price after the swap is never beyond (below) the target, and x is
    /// less than 1/γ + 1 base units short of the exact root. Zero, without error, when the pool is there already.
    /// The terms of the target must be below 2^236 (else <see cref="OverflowException"/>); a price made of two reserves
    /// or by <see cref="Price.FromDecimal"/> is.
    /// </remarks>
    /// <param name="target">Output base units for one input base unit.</param>
    public static QuoteError AmountInToMarginalPrice(
        UInt256 reserveIn,
        UInt256 reserveOut,
        Price target,
        FeePips totalFee,
        out UInt256 amountIn)
    {
        amountIn = default;
        var error = Check(reserveIn, reserveOut, UInt256.One);
        if (error != QuoteError.None)
        {
            return error;
        }

        var kept = Kept(totalFee);
        if (target.Numerator.IsZero)
        {
            return QuoteError.ReserveOverflow;
        }

        var (multiplier, divisor) = (target.Denominator * kept, target.Numerator * One);
        if (!UInt256.TryMulDivDown(reserveIn * reserveOut, multiplier, divisor, out var square))
        {
            return QuoteError.ReserveOverflow;
        }

        var root = UInt256.Sqrt(square);
        if (root <= reserveIn)
        {
            return QuoteError.None;
        }

        var needed = UInt256.MulDivDown(root - reserveIn, One, kept);
        if (!HasRoom(reserveIn, needed))
        {
            return QuoteError.ReserveOverflow;
        }

        amountIn = needed;
        return QuoteError.None;
    }

    internal static bool HasRoom(UInt256 reserve, UInt256 amount) =>
        UInt256.TryAdd(reserve, amount, out var sum) && sum <= ReserveMax;

    // F - f: the part of the input, in 10^-6, that trades.
    private static UInt256 Kept(FeePips fee) => (uint)(FeePips.One - fee.Value);

    private static QuoteError Check(UInt256 reserveIn, UInt256 reserveOut, UInt256 amount)
    {
        if (amount.IsZero)
        {
            return QuoteError.ZeroAmount;
        }

        if (reserveIn.IsZero || reserveOut.IsZero)
        {
            return QuoteError.NoLiquidity;
        }

        return reserveIn > ReserveMax || reserveOut > ReserveMax ? QuoteError.ReserveOverflow : QuoteError.None;
    }
}
