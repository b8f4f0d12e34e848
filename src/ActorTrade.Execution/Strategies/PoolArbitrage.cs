using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Amm;
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
/// Size: the pool is traded until its marginal price, fee included, is the venue's price, fee included
/// (<see cref="ConstantProduct.AmountInToMarginalPrice"/>), at most the notional and what the venue shows at the price.
/// Nothing is sent unless the gain, computed in integers with every rounding against the bot, reaches the threshold.
/// Between the legs the price may move: the second leg is sent at once, at whatever price, so that the risk is short.
/// </remarks>
public sealed class PoolArbitrage : IStrategy
{
    private const string Kind = "pool-venue";
    private static readonly TimeSpan SwapLifetime = TimeSpan.FromSeconds(10);

    private readonly Instrument _instrument;
    private readonly UInt256 _notional;
    private readonly FeePips _venueFee;
    private readonly FeePips _threshold;
    private readonly Bps _slippage;
    private readonly TimeSpan _retryAfter;
    private DateTimeOffset? _triedAt;

    public PoolArbitrage(Instrument instrument, StrategySettings settings)
    {
        ArgumentNullException.ThrowIfNull(instrument);
        ArgumentNullException.ThrowIfNull(settings);
        _instrument = instrument;
        _notional = Units.FromDecimal(settings.Number("notional"), instrument.QuoteDecimals, Rounding.Down);
        _venueFee = Pips(settings.Number("venue-fee-bps"));
        _threshold = Pips(settings.Number("threshold-bps"));
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

        foreach (var pool in context.Pools.OfPair(_instrument.Base, _instrument.Quote))
        {
            if (TryBuyFromPool(pool, tick, bid, context) || TryBuyFromVenue(pool, tick, ask, context))
            {
                return;
            }
        }
    }

    public void OnSignal(Signal signal, StrategyContext context)
    {
        // It has no opinion, only prices.
    }

    /// <summary>The quote amount that is best paid into a pool to sell the base token at a
    /// price elsewhere; zero if none.</summary>
    /// <param name="bid">Where the base token can be sold, before the fee.</param>
    public static UInt256 BestQuoteIn(PoolQuote pool, Instrument instrument, decimal bid, FeePips venueFee)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(instrument);

        // Base units received for one quote unit must be worth at least that unit at bid × (1 − fee).
        var net = bid * (FeePips.One - venueFee.Value) / FeePips.One;
        var worth = Price.FromDecimal(net, instrument.BaseDecimals, instrument.QuoteDecimals).Inverse();
        return SizeTo(pool, instrument.Quote, worth);
    }

    /// <summary>The base amount that is best sold into a pool when it can be bought at a
    /// price elsewhere; zero if none.</summary>
    public static UInt256 BestBaseIn(PoolQuote pool, Instrument instrument, decimal ask, FeePips venueFee)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(instrument);
        var gross = ask * (FeePips.One + venueFee.Value) / FeePips.One;
        return SizeTo(
            pool, instrument.Base, Price.FromDecimal(gross, instrument.BaseDecimals, instrument.QuoteDecimals));
    }

    private static UInt256 SizeTo(PoolQuote pool, TokenId tokenIn, Price target) =>
        ConstantProduct.AmountInToMarginalPrice(
            pool.ReserveOf(tokenIn), pool.ReserveOf(pool.Other(tokenIn)), target, pool.Fee,
            out var amountIn) == QuoteError.None
            ? amountIn
            : default;

    private bool TryBuyFromPool(PoolQuote pool, Tick tick, decimal bid, StrategyContext context)
    {
        var amountIn = UInt256.Min(BestQuoteIn(pool, _instrument, bid, _venueFee), _notional);
        if (tick.BidSize is > 0 and { } size)
        {
            amountIn = UInt256.Min(amountIn, _instrument.QuoteAmount(_instrument.Quantity(size), bid, Rounding.Down));
        }

        var bought = amountIn.IsZero ? default : pool.AmountOut(_instrument.Quote, amountIn);
        var proceeds = NetProceeds(bought, bid);
        if (!Gains(amountIn, proceeds))
        {
            return false;
        }

        Report(pool, "pool→venue", amountIn, proceeds, context);
        _triedAt = context.Now;
        var least = bought - _slippage.Of(bought, Rounding.Down);
        context.Send(new Intent.PoolSwap(
            [new SwapHop(pool.Pool, _instrument.Quote, _instrument.Base)], amountIn, least, SwapLifetime,
            "the pool sells cheaper than the venue buys"));
        return true;
    }

    private bool TryBuyFromVenue(PoolQuote pool, Tick tick, decimal ask, StrategyContext context)
    {
        var quantity = UInt256.Min(
            BestBaseIn(pool, _instrument, ask, _venueFee), _instrument.QuantityFromNotional(_notional, ask));
        if (tick.AskSize is > 0 and { } size)
        {
            quantity = UInt256.Min(quantity, _instrument.Quantity(size));
        }

        if (quantity.IsZero)
        {
            return false;
        }

        var paid = _instrument.QuoteAmount(quantity, ask, Rounding.Up);
        paid += _venueFee.Of(paid, Rounding.Up);
        var proceeds = pool.AmountOut(_instrument.Base, quantity);
        if (!Gains(paid, proceeds))
        {
            return false;
        }

        Report(pool, "venue→pool", paid, proceeds, context);
        _triedAt = context.Now;
        context.Send(new Intent.Order(
            _instrument.Symbol, Side.Buy, quantity, LimitPrice: ask, ask, TimeInForce.Ioc,
            "the pool buys dearer than the venue sells"));
        return true;
    }

    // The second leg: all that is held, where it brings most.
    private void Unwind(UInt256 quantity, decimal bid, StrategyContext context)
    {
        var proceeds = NetProceeds(quantity, bid);
        PoolQuote? best = null;
        foreach (var pool in context.Pools.OfPair(_instrument.Base, _instrument.Quote))
        {
            var amountOut = pool.AmountOut(_instrument.Base, quantity);
            (best, proceeds) = amountOut > proceeds ? (pool, amountOut) : (best, proceeds);
        }

        _triedAt = context.Now;
        if (best is null)
        {
            context.Send(new Intent.Order(
                _instrument.Symbol, Side.Sell, quantity, LimitPrice: null, bid, TimeInForce.Ioc, "second leg"));
            return;
        }

        var least = proceeds - _slippage.Of(proceeds, Rounding.Down);
        context.Send(new Intent.PoolSwap(
            [new SwapHop(best.Pool, _instrument.Base, _instrument.Quote)], quantity, least, SwapLifetime,
            "second leg"));
    }

    private UInt256 NetProceeds(UInt256 quantity, decimal bid)
    {
        var gross = _instrument.QuoteAmount(quantity, bid, Rounding.Down);
        return gross - _venueFee.Of(gross, Rounding.Up);
    }

    private bool Gains(UInt256 paid, UInt256 proceeds) =>
        !paid.IsZero && proceeds > paid && proceeds - paid >= _threshold.Of(paid, Rounding.Up);

    private void Report(PoolQuote pool, string direction, UInt256 paid, UInt256 proceeds, StrategyContext context)
    {
        var size = Units.ToDoubleLossy(paid, _instrument.QuoteDecimals);
        var profit = Units.ToDoubleLossy(proceeds - paid, _instrument.QuoteDecimals);
        context.Found(new Opportunity(
            Kind, $"{pool.Pool} {direction}", _instrument.Quote.Value, profit / size * Bps.One, size, profit,
            context.Now));
    }

    private static FeePips Pips(decimal bps) => new((int)decimal.Ceiling(bps * 100));
}
