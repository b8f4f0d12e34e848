using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Execution.Strategies;

/// <summary>
/// Brings a symbol's position to "long a fixed notional" or "flat" with market orders, one at a time. An attempt that
/// comes to nothing is repeated after a pause, so that a bot without money does not flood its limits.
/// </summary>
internal sealed class LongOrFlat(Instrument instrument, decimal notional, TimeSpan retryAfter)
{
    private bool? _wantsLong;
    private string _why = "";
    private DateTimeOffset? _triedAt;

    /// <summary>Changes the aim; nothing is sent before the next tick.</summary>
    public void Aim(bool isLong, string why)
    {
        if (_wantsLong != isLong)
        {
            _triedAt = null;
        }

        (_wantsLong, _why) = (isLong, why);
    }

    /// <summary>Sends what is missing at the prices of this tick.</summary>
    public void OnTick(Tick tick, StrategyContext context)
    {
        if (_wantsLong is not { } wantsLong || context.OpenCount > 0 || context.Now < _triedAt + retryAfter)
        {
            return;
        }

        var position = context.PositionOf(instrument.Symbol);
        var isLong = !position.IsNegative && !position.IsZero;
        if (isLong == wantsLong || (tick.Ask ?? tick.Last) is not { } ask || (tick.Bid ?? tick.Last) is not { } bid)
        {
            return;
        }

        var price = wantsLong ? ask : bid;
        if (price <= 0)
        {
            return;
        }

        var quantity = wantsLong
            ? instrument.QuantityFromNotional(
                Units.FromDecimal(notional, instrument.QuoteDecimals, Rounding.Down), price)
            : position.Magnitude;
        if (!quantity.IsZero)
        {
            _triedAt = context.Now;
            context.Send(new Intent.Order(
                instrument.Symbol, wantsLong ? Side.Buy : Side.Sell, quantity, LimitPrice: null, price, TimeInForce.Ioc,
                _why));
        }
    }
}
