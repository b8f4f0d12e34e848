using System.Diagnostics.CodeAnalysis;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Pools;

/// <summary>
/// A house pool as whoever trades with it sees it: its curve with the treasury's fee taken off an input first, and
/// outputs shortened where the contract's rounding would lower the invariant. Quotes are what the pool's entity does,
/// to the unit, as long as no leg of a route is open. What a concentrated pool cannot take whole it refuses.
/// </summary>
public sealed class HousePoolCurve : Curve
{
    private readonly CurveTerms _terms;
    private readonly FeeSchedule _fees;
    private readonly UInt256[] _balances;
    private readonly Curve _curve;
    private readonly ConcentratedState? _ranges;

    private HousePoolCurve(
        CurveTerms terms, FeeSchedule fees, UInt256[] balances, Curve curve, ConcentratedState? ranges) =>
        (_terms, _fees, _balances, _curve, _ranges) = (terms, fees, balances, curve, ranges);

    public override string Kind => _curve.Kind;

    public override string MathVersion => _curve.MathVersion;

    public override int TokenCount => _curve.TokenCount;

    private double Kept => (double)(FeePips.One - _fees.Protocol.Value) / FeePips.One;

    /// <summary>The pool as it is, legs left out; the house's own constant product as that of a pair with both fees as
    /// one. False while it is empty, or beyond what its curve can have.</summary>
    public static bool TryOf(PoolView view, [NotNullWhen(true)] out Curve? curve)
    {
        ArgumentNullException.ThrowIfNull(view);
        curve = null;
        if (IsEmpty(view))
        {
            return false;
        }

        if (view.Curve is { } terms)
        {
            var fees = new FeeSchedule(new FeePips(view.LiquidityFeePips), new FeePips(view.TreasuryFeePips));
            curve = view.TryCurve(out var inner)
                ? new HousePoolCurve(terms, fees, view.AllReserves(), inner, view.Concentrated)
                : null;
        }
        else if (view.Reserve0 <= ConstantProductCurve.ReserveMax && view.Reserve1 <= ConstantProductCurve.ReserveMax)
        {
            curve = new ConstantProductCurve(
                view.Reserve0, view.Reserve1, (uint)(view.LiquidityFeePips + view.TreasuryFeePips), FeePips.One);
        }

        return curve is not null;
    }

    public override QuoteError QuoteExactIn(int tokenIn, int tokenOut, UInt256 amountIn, out CurveQuote quote)
    {
        quote = default;
        if (!IsPair(tokenIn, tokenOut))
        {
            return QuoteError.NoSuchPair;
        }

        var error = Swap(tokenIn, tokenOut, amountIn, out var trade, out _);
        if (error == QuoteError.None)
        {
            quote = new CurveQuote(
                tokenIn, tokenOut, trade.AmountIn, trade.AmountOut, trade.LpFee + trade.ProtocolFee,
                trade.ProtocolFee);
        }

        return error;
    }

    /// <summary>Searched for over <see cref="QuoteExactIn"/>, from what the curve alone would ask.</summary>
    public override QuoteError QuoteExactOut(int tokenIn, int tokenOut, UInt256 amountOut, out CurveQuote quote)
    {
        quote = default;
        var error = _curve.QuoteExactOut(tokenIn, tokenOut, amountOut, out var bare);
        if (error != QuoteError.None || !bare.Leftover.IsZero)
        {
            return error == QuoteError.None ? QuoteError.InsufficientLiquidity : error;
        }

        return TryGross(bare.AmountIn, out var guess)
            ? CurveSearch.LeastInput(this, tokenIn, tokenOut, amountOut, guess, out quote)
            : QuoteError.ArithmeticOverflow;
    }

    /// <inheritdoc/>
    /// <remarks>Of a tricrypto pool at the time of its last change, as if no second had passed.</remarks>
    public override Curve Apply(in CurveQuote quote)
    {
        UInt256[] after = [.. _balances];
        after[quote.TokenIn] += quote.AmountIn - quote.ProtocolFee;
        after[quote.TokenOut] -= quote.AmountOut;
        var error = Swap(quote.TokenIn, quote.TokenOut, quote.AmountIn, out _, out var path);
        if (error != QuoteError.None)
        {
            throw new ArgumentException($"This state does not quote it: {error}.", nameof(quote));
        }

        if (path?.Moved is { } moved)
        {
            var ranges = _ranges!.After(moved);
            return new HousePoolCurve(
                _terms, _fees, after, ranges.ToCurve((CurveTerms.Concentrated)_terms), ranges);
        }

        return new HousePoolCurve(
            _terms, _fees, after, _curve is Tricrypto tricrypto ? AfterOf(tricrypto, quote) : _terms.At(after), null);
    }

    public override double SpotPrice(int tokenIn, int tokenOut) => _curve.SpotPrice(tokenIn, tokenOut);

    public override double MarginalPrice(int tokenIn, int tokenOut) =>
        _curve.MarginalPrice(tokenIn, tokenOut) * Kept;

    public override QuoteError AmountInToMarginalPrice(
        int tokenIn, int tokenOut, double target, out UInt256 amountIn)
    {
        var error = _curve.AmountInToMarginalPrice(tokenIn, tokenOut, target / Kept, out var bare);
        amountIn = default;
        return error != QuoteError.None ? error
            : TryGross(bare, out amountIn) ? QuoteError.None
            : QuoteError.ArithmeticOverflow;
    }

    private static bool IsEmpty(PoolView view) => view.Concentrated is { } ranges
        ? ranges.Ranges.Length == 0
        : view.AllTokens().Length == 0 || view.TotalShares.IsZero || view.AllReserves().Contains(UInt256.Zero);

    private static Curve AfterOf(Tricrypto curve, in CurveQuote quote)
    {
        curve.QuoteExactIn(quote.TokenIn, quote.TokenOut, quote.AmountIn - quote.ProtocolFee, out var bare);
        return curve.Apply(bare);
    }

    private QuoteError Swap(int tokenIn, int tokenOut, UInt256 amountIn, out PoolTrade trade, out PoolPath? path)
    {
        path = null;
        return _terms.HasPath
            ? PoolPath.Swap(
                _curve, _ranges, _fees.Protocol, _balances, tokenIn, tokenOut, amountIn, out trade, out path)
            : PoolQuotes.ExactIn(_terms, _fees, _balances, tokenIn, tokenOut, amountIn, out trade);
    }

    // The input of which the treasury leaves so much, to a unit.
    private bool TryGross(UInt256 kept, out UInt256 amountIn) => UInt256.TryMulDivDown(
        kept, FeePips.One, (uint)(FeePips.One - _fees.Protocol.Value), out amountIn);
}
