using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Oracles;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.Domain.Pools;

namespace ActorTrade.Domain.Books;

/// <summary>
/// What a book reckons with of a pool, from one view of it: prices, and what an order could sell at its limit. Trades
/// taken from it move it on, so that several can be reckoned one after the other. It only proposes: the pool itself
/// checks every fill against the order's limit again.
/// </summary>
internal sealed class PoolDepth
{
    private readonly TokenId _token0;
    private readonly TokenId _token1;
    private readonly FeeSchedule _fees;
    private readonly CurveTerms? _curve;
    private UInt256 _reserve0;
    private UInt256 _reserve1;

    private PoolDepth(PoolView view)
    {
        _token0 = view.Token0!.Value;
        _token1 = view.Token1!.Value;
        _reserve0 = view.Reserve0;
        _reserve1 = view.Reserve1;
        _curve = view.Curve;
        _fees = new FeeSchedule(new FeePips(view.LiquidityFeePips), new FeePips(view.TreasuryFeePips));
    }

    /// <summary>Null where the pool is not created.</summary>
    public static PoolDepth? Of(PoolView view) => view is { Token0: not null, Token1: not null } ? new(view) : null;

    public bool Trades(TokenId tokenIn, TokenId tokenOut) =>
        (tokenIn == _token0 && tokenOut == _token1) || (tokenIn == _token1 && tokenOut == _token0);

    /// <summary>The price of an infinitely small trade without fee, which triggers are compared with; null while the
    /// pool is empty.</summary>
    public Price? Spot(TokenId tokenIn)
    {
        var (reserveIn, reserveOut) = Reserves(tokenIn);
        if (reserveIn.IsZero || reserveOut.IsZero)
        {
            return null;
        }

        if (_curve is null)
        {
            return TriggerPrices.Bounded(ConstantProduct.SpotPrice(reserveIn, reserveOut));
        }

        var (one, other) = tokenIn == _token0 ? (0, 1) : (1, 0);
        return _curve.TryAt(_reserve0, _reserve1, out var curve)
            && OracleReading.Of(curve.SpotPrice(one, other)) is { } reading
            ? TriggerPrices.Bounded(new Price(reading.Price0X112, OracleReading.One))
            : null;
    }

    /// <summary>
    /// The largest part of an amount of which every unit, fee included, sells at the limit or better; zero where there
    /// is none. So few units may round below the limit: <see cref="IsWithin"/> says.
    /// </summary>
    public UInt256 SellableAt(TokenId tokenIn, Price limit, UInt256 most)
    {
        var (reserveIn, reserveOut) = Reserves(tokenIn);
        var error = _curve is null
            ? ConstantProduct.AmountInToMarginalPrice(reserveIn, reserveOut, limit, _fees.Total, out var amount)
            : SellableOnCurve(tokenIn, limit, out amount);

        // A pool that would take more than it may hold takes any order.
        return error == QuoteError.ReserveOverflow ? most
            : error == QuoteError.None ? UInt256.Min(amount, most)
            : UInt256.Zero;
    }

    /// <summary>Whether all of an amount at once brings at least what the limit asks.</summary>
    public bool IsWithin(TokenId tokenIn, UInt256 amount, Price limit) =>
        !amount.IsZero
        && TriggerPrices.TryLeastOut(amount, limit, out var least)
        && Quote(tokenIn, amount, out var quote)
        && quote.AmountOut >= least;

    /// <summary>Goes on as if the pool had made this trade, which it can.</summary>
    public void Take(TokenId tokenIn, UInt256 amount)
    {
        if (!Quote(tokenIn, amount, out var quote))
        {
            throw new InvalidOperationException($"The pool cannot take {amount} {tokenIn}.");
        }

        var kept = quote.AmountIn - quote.ProtocolFee;
        if (tokenIn == _token0)
        {
            _reserve0 += kept;
            _reserve1 -= quote.AmountOut;
        }
        else
        {
            _reserve1 += kept;
            _reserve0 -= quote.AmountOut;
        }
    }

    // The treasury's fee comes off before the curve, so the curve must sell at so much more, of so much less.
    private QuoteError SellableOnCurve(TokenId tokenIn, Price limit, out UInt256 amount)
    {
        amount = default;
        if (_reserve0.IsZero || _reserve1.IsZero || !_curve!.TryAt(_reserve0, _reserve1, out var curve))
        {
            return QuoteError.NoLiquidity;
        }

        UInt256 kept = (uint)(FeePips.One - _fees.Protocol.Value);
        var target = limit.ToDoubleLossy(0, 0) * FeePips.One / (double)kept;
        var (one, other) = tokenIn == _token0 ? (0, 1) : (1, 0);
        var error = curve.AmountInToMarginalPrice(one, other, target, out var net);
        return error != QuoteError.None ? error
            : UInt256.TryMulDivDown(net, FeePips.One, kept, out amount) ? QuoteError.None
            : QuoteError.ReserveOverflow;
    }

    private bool Quote(TokenId tokenIn, UInt256 amount, out PoolTrade quote)
    {
        var (reserveIn, reserveOut) = Reserves(tokenIn);
        var error = PoolQuotes.ExactIn(
            _curve, _fees, reserveIn, reserveOut, tokenIn == _token0, amount, out quote);
        return error == QuoteError.None;
    }

    private (UInt256 In, UInt256 Out) Reserves(TokenId tokenIn) =>
        tokenIn == _token0 ? (_reserve0, _reserve1) : (_reserve1, _reserve0);
}
