using ActorTrade.Arbitrage.Sizing;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Execution.Pools;

/// <summary>One trade with a pool and its opposite at a venue, in integers, every rounding against the
/// trader.</summary>
/// <param name="Pool">One that has both tokens of the pair.</param>
/// <param name="IsBoughtFromPool">The base token is bought from the pool and sold at the venue; else the other way
/// round.</param>
/// <param name="AmountIn">What the pool takes: of the quote token where it is bought from, else of the base
/// token.</param>
/// <param name="AmountOut">What the pool gives for it.</param>
/// <param name="Paid">Base units of the quote token, venue's fee included.</param>
/// <param name="Proceeds">Base units of the quote token, venue's fee taken off.</param>
public sealed record VenueTrade(
    PoolQuote Pool, bool IsBoughtFromPool, UInt256 AmountIn, UInt256 AmountOut, UInt256 Paid, UInt256 Proceeds)
{
    /// <summary>Only of a trade that gains.</summary>
    public UInt256 Profit => Proceeds - Paid;
}

/// <summary>
/// Sizes a trade between a pool of any curve and a venue that buys or sells any amount at one price.
/// </summary>
/// <remarks>
/// A pool gives less and less for more, so the gain has one top: about where the pool's marginal price, fee included,
/// is the venue's, fee included. The curve names that input (<see cref="Curve.AmountInToMarginalPrice"/>), which is off
/// by what the fee that stays in the pool moves; around it <see cref="ExactSizing"/> takes the best in integers. What a
/// size gains for one unit is at most what the first unit does, so most pools are left out by their marginal price
/// alone.
/// </remarks>
/// <param name="instrument">The pair; the pools have both of its tokens.</param>
/// <param name="venueFee">Of what is paid or received there.</param>
/// <param name="threshold">What gains less than this part of what is paid is not told.</param>
public sealed class VenueSizing(Instrument instrument, FeePips venueFee, FeePips threshold)
{
    /// <summary>The best purchase from a pool to sell at a price; null where none gains enough.</summary>
    /// <param name="bid">Where the venue buys the base token, before its fee.</param>
    /// <param name="amountInMax">Base units of the quote token.</param>
    public VenueTrade? BuyFromPool(PoolQuote pool, decimal bid, UInt256 amountInMax)
    {
        ArgumentNullException.ThrowIfNull(pool);
        var (quote, token) = (pool.Tokens.IndexOf(instrument.Quote), pool.Tokens.IndexOf(instrument.Base));

        // Base units received for one quote unit must be worth at least that unit at bid × (1 − fee).
        var net = bid * (FeePips.One - venueFee.Value) / FeePips.One;
        return Best(pool, (quote, token), 1 / InUnits(net), amountInMax, (amountIn, amountOut) =>
            new VenueTrade(pool, true, amountIn, amountOut, amountIn, NetProceeds(amountOut, bid)));
    }

    /// <summary>The best sale into a pool of what can be bought at a price; null where none gains enough.</summary>
    /// <param name="ask">Where the venue sells the base token, before its fee.</param>
    /// <param name="amountInMax">Base units of the base token.</param>
    public VenueTrade? SellToPool(PoolQuote pool, decimal ask, UInt256 amountInMax)
    {
        ArgumentNullException.ThrowIfNull(pool);
        var (quote, token) = (pool.Tokens.IndexOf(instrument.Quote), pool.Tokens.IndexOf(instrument.Base));
        var gross = ask * (FeePips.One + venueFee.Value) / FeePips.One;
        return Best(pool, (token, quote), InUnits(gross), amountInMax, (amountIn, amountOut) =>
            new VenueTrade(pool, false, amountIn, amountOut, Cost(amountIn, ask), amountOut));
    }

    /// <summary>What the venue pays for a quantity, rounded down, its fee taken off.</summary>
    public UInt256 NetProceeds(UInt256 quantity, decimal bid)
    {
        var gross = instrument.QuoteAmount(quantity, bid, Rounding.Down);
        return gross - venueFee.Of(gross, Rounding.Up);
    }

    /// <summary>The least quantity for which the venue pays an amount; null where more than
    /// <paramref name="quantityMax"/> is needed.</summary>
    public UInt256? LeastFor(UInt256 proceeds, decimal bid, UInt256 quantityMax)
    {
        if (NetProceeds(quantityMax, bid) < proceeds)
        {
            return null;
        }

        var (low, high) = (UInt256.Zero, quantityMax);
        while (low < high)
        {
            var middle = low + ((high - low) >> 1);
            (low, high) = NetProceeds(middle, bid) >= proceeds ? (low, middle) : (middle + UInt256.One, high);
        }

        return low;
    }

    private UInt256 Cost(UInt256 quantity, decimal ask)
    {
        var paid = instrument.QuoteAmount(quantity, ask, Rounding.Up);
        return paid + venueFee.Of(paid, Rounding.Up);
    }

    // Quote units for one base unit; a double, for search.
    private double InUnits(decimal price)
    {
        var exact = Price.FromDecimal(price, instrument.BaseDecimals, instrument.QuoteDecimals);
        return (double)exact.Numerator / (double)exact.Denominator;
    }

    private VenueTrade? Best(
        PoolQuote pool,
        (int In, int Out) pair,
        double target,
        UInt256 amountInMax,
        Func<UInt256, UInt256, VenueTrade> tradeOf)
    {
        var least = target * (1 + ((double)threshold.Value / FeePips.One));
        if (pool.Curve is not { } curve || amountInMax.IsZero || !(curve.MarginalPrice(pair.In, pair.Out) > least))
        {
            return null;
        }

        var error = curve.AmountInToMarginalPrice(pair.In, pair.Out, target, out var wanted);
        var size = error == QuoteError.None ? UInt256.Min(wanted, amountInMax) : amountInMax;
        var best = new ExactSizing(amountInMax, TryAt, LeastFor).Maximise((double)size, isExactSize: false);
        var trade = best.IsPossible ? tradeOf(best.Input, best.Output) : null;
        return trade is not null && trade.Proceeds > trade.Paid
            && trade.Profit >= threshold.Of(trade.Paid, Rounding.Up)
                ? trade
                : null;

        SizedTrial TryAt(UInt256 amountIn)
        {
            if (curve.QuoteExactIn(pair.In, pair.Out, amountIn, out var quote) != QuoteError.None
                || !quote.Leftover.IsZero)
            {
                return default;
            }

            var trial = tradeOf(amountIn, quote.AmountOut);
            return new SizedTrial(true, amountIn, quote.AmountOut, (SignedAmount)trial.Proceeds - trial.Paid);
        }

        UInt256? LeastFor(SizedTrial trial) =>
            curve.QuoteExactOut(pair.In, pair.Out, trial.Output, out var quote) == QuoteError.None
            && quote.Leftover.IsZero
                ? quote.AmountIn
                : null;
    }
}
