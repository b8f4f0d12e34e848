using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.Domain.Pools;

namespace ActorTrade.Domain.Books;

/// <summary>
/// What a book reckons with of a pool, from one view of it: prices, and what an order could sell at its limit. Trades
/// taken from it move it on, so that several can be reckoned one after the other. It only proposes: the pool itself
/// checks every fill against the order's limit again.
/// </summary>
/// <remarks>
/// Exact for the pools' own constant product. Of other curves the price and the size at a limit are doubles, so a size
/// may be a part in 10^12 off; whether it is within the limit is asked of the pool's own integers in either case.
/// </remarks>
internal sealed class PoolDepth
{
    private PoolView _view;

    private PoolDepth(PoolView view) => _view = view;

    private FeePips TotalFee => new(_view.LiquidityFeePips + _view.TreasuryFeePips);

    /// <summary>Null where the pool is not created.</summary>
    public static PoolDepth? Of(PoolView view) => view.Token0 is not null ? new(view) : null;

    public bool Trades(TokenId tokenIn, TokenId tokenOut) => _view.Trades(tokenIn, tokenOut);

    /// <summary>The price of an infinitely small trade without fee, which triggers are compared with; null while the
    /// pool is empty.</summary>
    public Price? Spot(TokenId tokenIn, TokenId tokenOut)
    {
        var (reserveIn, reserveOut) = Reserves(tokenIn, tokenOut);
        if (reserveIn.IsZero || reserveOut.IsZero)
        {
            return null;
        }

        if (_view.Curve is null)
        {
            return TriggerPrices.Bounded(ConstantProduct.SpotPrice(reserveIn, reserveOut));
        }

        var (one, other) = PairOf(tokenIn, tokenOut);
        return _view.TryCurve(out var curve) ? TriggerPrices.FromDouble(curve.SpotPrice(one, other)) : null;
    }

    /// <summary>A price over time in this direction; null where the look has none of that window, or it is too old, and
    /// between other tokens than the first two of the pool.</summary>
    /// <param name="ageSecondsMax">0 for any age.</param>
    public Price? Mean(SeenMean[]? means, BookSide side, int windowSeconds, int ageSecondsMax)
    {
        var seen = Array.Find(means ?? [], m => m.WindowSeconds == windowSeconds);
        var isForward = side.TokenIn == _view.Token0 && side.TokenOut == _view.Token1;
        var isBack = side.TokenIn == _view.Token1 && side.TokenOut == _view.Token0;
        if (seen is null || !(isForward || isBack) || seen.Numerator.IsZero || seen.Denominator.IsZero
            || (ageSecondsMax > 0 && seen.AgeSeconds > ageSecondsMax))
        {
            return null;
        }

        var price = new Price(seen.Numerator, seen.Denominator);
        return TriggerPrices.Bounded(isForward ? price : price.Inverse());
    }

    /// <summary>
    /// The largest part of an amount of which every unit, fee included, sells at the limit or better; zero where there
    /// is none. So few units may round below the limit: <see cref="IsWithin"/> says.
    /// </summary>
    public UInt256 SellableAt(TokenId tokenIn, TokenId tokenOut, Price limit, UInt256 most)
    {
        if (_view.Curve is not null)
        {
            return UInt256.Min(SellableOnCurve(tokenIn, tokenOut, limit), most);
        }

        var (reserveIn, reserveOut) = Reserves(tokenIn, tokenOut);
        var error = ConstantProduct.AmountInToMarginalPrice(reserveIn, reserveOut, limit, TotalFee, out var amount);

        // A pool that would take more than it may hold takes any order.
        return error == QuoteError.ReserveOverflow ? most
            : error == QuoteError.None ? UInt256.Min(amount, most)
            : UInt256.Zero;
    }

    /// <summary>Whether all of an amount at once brings at least what the limit asks.</summary>
    public bool IsWithin(TokenId tokenIn, TokenId tokenOut, UInt256 amount, Price limit) =>
        !amount.IsZero
        && TriggerPrices.TryLeastOut(amount, limit, out var least)
        && _view.QuoteExactIn(tokenIn, tokenOut, amount, out var trade) == QuoteError.None
        && trade.AmountOut >= least;

    /// <summary>What to sell now of an amount that may be sandwiched: all of it where that is safe, else equal safe
    /// parts.</summary>
    /// <param name="of">The whole order: if it needs too many parts, the amount is to be sent privately.</param>
    public (UInt256 Amount, bool IsPrivate) SafePart(TokenId tokenIn, TokenId tokenOut, UInt256 amount, UInt256 of)
    {
        if (_view.IsSafe(tokenIn, tokenOut, amount))
        {
            return (amount, false);
        }

        var safe = _view.SafeAmountIn(tokenIn, tokenOut);
        if (SandwichGuard.ChildrenOf(of, safe, (int)PoolOrder.PartsMax) is null
            || SandwichGuard.ChildrenOf(amount, safe, (int)PoolOrder.PartsMax) is not { } parts)
        {
            return (amount, true);
        }

        return (UInt256.MulDivUp(amount, UInt256.One, (uint)parts), false);
    }

    /// <summary>Goes on as if the pool had made this trade, which it can.</summary>
    public void Take(TokenId tokenIn, TokenId tokenOut, UInt256 amount)
    {
        if (_view.QuoteExactIn(tokenIn, tokenOut, amount, out var trade) != QuoteError.None)
        {
            throw new InvalidOperationException($"The pool cannot take {amount} {tokenIn}.");
        }

        _view = _view.After(tokenIn, tokenOut, trade);
    }

    // The curve sees the input less the treasury's fee, so it must pay that much more for what it sees.
    private UInt256 SellableOnCurve(TokenId tokenIn, TokenId tokenOut, Price limit)
    {
        var (one, other) = PairOf(tokenIn, tokenOut);
        var kept = (uint)(FeePips.One - _view.TreasuryFeePips);
        var target = (double)limit.Numerator / (double)limit.Denominator * FeePips.One / kept;
        return _view.TryCurve(out var curve)
            && curve.AmountInToMarginalPrice(one, other, target, out var seen) == QuoteError.None
            && UInt256.TryMulDivDown(seen, (uint)FeePips.One, kept, out var amount)
                ? amount
                : UInt256.Zero;
    }

    private (int In, int Out) PairOf(TokenId tokenIn, TokenId tokenOut) => _view.PairOf(tokenIn, tokenOut);

    private (UInt256 In, UInt256 Out) Reserves(TokenId tokenIn, TokenId tokenOut)
    {
        var (one, other) = PairOf(tokenIn, tokenOut);
        var reserves = _view.AllReserves();
        return (reserves[one], reserves[other]);
    }
}
