using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Execution.Pools;
using ActorTrade.Market.Signals;

namespace ActorTrade.Execution.Strategies;

/// <summary>
/// Trades a house pool against the venue's price when they differ by more than all fees and a threshold. Two legs, not
/// atomic: buy the base token where it is cheap, then sell it where it then brings more.
/// </summary>
/// <remarks>
/// Pools of every curve that have both tokens. Of all of them, in both directions, the trade that gains most is taken,
/// at its best size (<see cref="VenueSizing"/>), at most the notional and what the venue shows at the price. Nothing is
/// sent unless the gain, computed in integers with every rounding against the bot, reaches the threshold. A pool that
/// is bought from must give what the venue pays the input back for; one that the second leg is sold to, what the venue
/// would have paid: a pool that has moved makes the swap fail without loss. Between the legs the venue's price may
/// move: the second leg is sent at once, at whatever price, so that the risk is short.
/// </remarks>
public sealed class PoolArbitrage : IStrategy
{
    private const string Kind = "pool-venue";
    private static readonly TimeSpan SwapLifetime = TimeSpan.FromSeconds(10);

    private readonly Instrument _instrument;
    private readonly UInt256 _notional;
    private readonly VenueSizing _sizing;
    private readonly Bps _slippage;
    private readonly TimeSpan _retryAfter;
    private DateTimeOffset? _triedAt;

    public PoolArbitrage(Instrument instrument, StrategySettings settings)
    {
        ArgumentNullException.ThrowIfNull(instrument);
        ArgumentNullException.ThrowIfNull(settings);
        _instrument = instrument;
        _notional = Units.FromDecimal(settings.Number("notional"), instrument.QuoteDecimals, Rounding.Down);
        _sizing = new VenueSizing(
            instrument, Pips(settings.Number("venue-fee-bps")), Pips(settings.Number("threshold-bps")));
        _slippage = new Bps(settings.Count("slippage-bps"));
        _retryAfter = settings.Duration("retry-after");
    }

    internal static IReadOnlyList<StrategyParameter> Parameters { get; } =
    [
        CommonParameters.Notional("5000"),
        CommonParameters.Threshold with { Max = 5_000 },
        CommonParameters.VenueFee,
        new("slippage-bps", ParameterType.Count, "5", "How much less than expected a pool may give, in basis points.", Max: 1_000),
        CommonParameters.RetryAfter with { Default = "00:00:05" },
    ];

    public void OnTick(Tick tick, StrategyContext context)
    {
        ArgumentNullException.ThrowIfNull(tick);
        ArgumentNullException.ThrowIfNull(context);
        if (tick.Symbol != _instrument.Symbol || tick.Bid is not { } bid || tick.Ask is not { } ask || bid <= 0
            || ask < bid
            || context.OpenCount > 0 || context.Now < _triedAt + _retryAfter)
        {
            return;
        }

        var position = context.PositionOf(_instrument.Symbol);
        if (!position.IsZero && !position.IsNegative)
        {
            Unwind(position.Magnitude, bid, context);
            return;
        }

        if (Best(tick, bid, ask, context) is { } trade)
        {
            Report(trade, context);
            _triedAt = context.Now;
            Send(trade, bid, ask, context);
        }
    }

    public void OnSignal(Signal signal, StrategyContext context)
    {
        // It has no opinion, only prices.
    }

    private VenueTrade? Best(Tick tick, decimal bid, decimal ask, StrategyContext context)
    {
        var quoteMax = _notional;
        if (tick.BidSize is > 0 and { } bidSize)
        {
            quoteMax = UInt256.Min(
                quoteMax, _instrument.QuoteAmount(_instrument.Quantity(bidSize), bid, Rounding.Down));
        }

        var baseMax = _instrument.QuantityFromNotional(_notional, ask);
        if (tick.AskSize is > 0 and { } askSize)
        {
            baseMax = UInt256.Min(baseMax, _instrument.Quantity(askSize));
        }

        VenueTrade? best = null;
        foreach (var pool in context.Pools.OfPair(_instrument.Base, _instrument.Quote))
        {
            best = Better(best, _sizing.BuyFromPool(pool, bid, quoteMax));
            best = Better(best, _sizing.SellToPool(pool, ask, baseMax));
        }

        return best;
    }

    private static VenueTrade? Better(VenueTrade? best, VenueTrade? other) =>
        best is null || other?.Profit > best.Profit ? other ?? best : best;

    private void Send(VenueTrade trade, decimal bid, decimal ask, StrategyContext context)
    {
        if (!trade.IsBoughtFromPool)
        {
            context.Send(new Intent.Order(
                _instrument.Symbol, Side.Buy, trade.AmountIn, LimitPrice: ask, ask, TimeInForce.Ioc,
                "the pool buys dearer than the venue sells"));
            return;
        }

        var least = trade.AmountOut - _slippage.Of(trade.AmountOut, Rounding.Down);
        var even = _sizing.LeastFor(trade.Paid, bid, trade.AmountOut) ?? trade.AmountOut;
        context.Send(new Intent.PoolSwap(
            [new SwapHop(trade.Pool.Pool, _instrument.Quote, _instrument.Base)], trade.AmountIn,
            UInt256.Max(least, even), SwapLifetime, "the pool sells cheaper than the venue buys"));
    }

    // The second leg: all that is held, where it brings most.
    private void Unwind(UInt256 quantity, decimal bid, StrategyContext context)
    {
        var atVenue = _sizing.NetProceeds(quantity, bid);
        var proceeds = atVenue;
        PoolQuote? best = null;
        foreach (var pool in context.Pools.OfPair(_instrument.Base, _instrument.Quote))
        {
            var amountOut = pool.AmountOut(_instrument.Base, _instrument.Quote, quantity);
            (best, proceeds) = amountOut > proceeds ? (pool, amountOut) : (best, proceeds);
        }

        _triedAt = context.Now;
        if (best is null)
        {
            context.Send(new Intent.Order(
                _instrument.Symbol, Side.Sell, quantity, LimitPrice: null, bid, TimeInForce.Ioc, "second leg"));
            return;
        }

        var least = UInt256.Max(atVenue, proceeds - _slippage.Of(proceeds, Rounding.Down));
        context.Send(new Intent.PoolSwap(
            [new SwapHop(best.Pool, _instrument.Base, _instrument.Quote)], quantity, least, SwapLifetime,
            "second leg"));
    }

    private void Report(VenueTrade trade, StrategyContext context)
    {
        var size = Units.ToDoubleLossy(trade.Paid, _instrument.QuoteDecimals);
        var profit = Units.ToDoubleLossy(trade.Profit, _instrument.QuoteDecimals);
        var direction = trade.IsBoughtFromPool ? "pool→venue" : "venue→pool";
        context.Found(new Opportunity(
            Kind, $"{trade.Pool.Pool} {direction}", _instrument.Quote.Value, profit / size * Bps.One, size, profit,
            context.Now));
    }

    private static FeePips Pips(decimal bps) => new((int)decimal.Ceiling(bps * 100));
}
