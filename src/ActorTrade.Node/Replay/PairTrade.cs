using ActorTrade.Arbitrage.Markets;
using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Replay;

/// <summary>Through one pool of a pair and back through another, in integers.</summary>
/// <param name="AmountIn">Given to the first pool.</param>
/// <param name="Between">What the first pool gives.</param>
/// <param name="Sold">Of this, what the second pool takes; all but where too little is held.</param>
/// <param name="AmountOut">What the second pool gives, in the token of AmountIn.</param>
internal readonly record struct PairTrade(UInt256 AmountIn, UInt256 Between, UInt256 Sold, UInt256 AmountOut)
{
    // Inputs of 1, 2, 4 and so on: beyond these no pool's reserves go.
    private const int ProbesMax = 112;

    public SignedAmount Gain => (SignedAmount)AmountOut - AmountIn;

    /// <summary>The trade at an input; false where a pool refuses or takes only a part.</summary>
    public static bool TryAt(
        PoolMarket market, CycleHop buy, CycleHop sell, UInt256 amountIn, UInt256 soldMax, out PairTrade trade) =>
        Run(market, buy, sell, amountIn, soldMax, out trade) == QuoteError.None;

    /// <summary>The trade at an input, or at the largest below it that what is held allows.</summary>
    /// <param name="inMax">Held of the token that is given first.</param>
    /// <param name="soldMax">Held of the token that is given second.</param>
    public static bool TryWithin(
        PoolMarket market,
        CycleHop buy,
        CycleHop sell,
        UInt256 wanted,
        UInt256 inMax,
        UInt256 soldMax,
        out PairTrade trade)
    {
        trade = default;
        var amountIn = UInt256.Min(wanted, inMax);
        if (amountIn.IsZero || soldMax.IsZero)
        {
            return false;
        }

        var pool = market.PoolAt(buy.Pool);
        if (pool.QuoteExactOut(buy.TokenIn, buy.TokenOut, soldMax, out var quote, out var needed) == QuoteError.None
            && quote.Leftover.IsZero)
        {
            amountIn = UInt256.Min(amountIn, needed);
        }

        return TryAt(market, buy, sell, amountIn, soldMax, out trade);
    }

    /// <summary>Whether no size gains because the ticks that are known end before one would.</summary>
    public static bool EndsAtKnownTicks(PoolMarket market, CycleHop buy, CycleHop sell)
    {
        var amountIn = UInt256.One;
        for (var i = 0; i < ProbesMax; i++, amountIn <<= 1)
        {
            var error = Run(market, buy, sell, amountIn, UInt256.MaxValue, out var trade);
            if (error == QuoteError.TicksUnknown)
            {
                return true;
            }

            if (error == QuoteError.None && trade.Gain > SignedAmount.Zero)
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Whether a size a ten-thousandth larger would leave the ticks that are known.</summary>
    public bool StopsAtKnownTicks(PoolMarket market, CycleHop buy, CycleHop sell)
    {
        var more = AmountIn + (AmountIn / (UInt256)10_000u) + UInt256.One;
        return Run(market, buy, sell, more, UInt256.MaxValue, out _) == QuoteError.TicksUnknown;
    }

    private static QuoteError Run(
        PoolMarket market, CycleHop buy, CycleHop sell, UInt256 amountIn, UInt256 soldMax, out PairTrade trade)
    {
        trade = default;
        var error = market.PoolAt(buy.Pool).QuoteExactIn(
            buy.TokenIn, buy.TokenOut, amountIn, out var first, out var between);
        if (error != QuoteError.None || !first.Leftover.IsZero)
        {
            return error == QuoteError.None ? QuoteError.InsufficientLiquidity : error;
        }

        var sold = UInt256.Min(between, soldMax);
        error = market.PoolAt(sell.Pool).QuoteExactIn(
            sell.TokenIn, sell.TokenOut, sold, out var second, out var amountOut);
        if (error != QuoteError.None || !second.Leftover.IsZero)
        {
            return error == QuoteError.None ? QuoteError.InsufficientLiquidity : error;
        }

        trade = new PairTrade(amountIn, between, sold, amountOut);
        return QuoteError.None;
    }
}
