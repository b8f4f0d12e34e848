using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;

namespace ActorTrade.Execution.Strategies;

/// <summary>
/// Brings a symbol's position to "long a fixed notional" or "flat" with market orders, one at a time. An attempt that
/// comes to nothing is repeated after a pause, so that a bot without money does not flood its limits.
/// </summary>
/// <remarks>
/// With a trailing distance, what is held is guarded by a trailing stop that the venue's desk works, also while nobody
/// looks. It is cancelled before the position is sold; when it has sold, the aim is flat until the next one.
/// </remarks>
/// <param name="trailBps">0 for no stop.</param>
internal sealed class LongOrFlat(Instrument instrument, decimal notional, TimeSpan retryAfter, int trailBps)
{
    private bool? _wantsLong;
    private string _why = "";
    private DateTimeOffset? _triedAt;
    private DateTimeOffset? _guardTriedAt;
    private bool _isGuarded;

    /// <summary>Changes the aim; nothing is sent before the next tick.</summary>
    public void Aim(bool isLong, string why)
    {
        if (_wantsLong != isLong)
        {
            _triedAt = null;
            _guardTriedAt = null;
        }

        (_wantsLong, _why) = (isLong, why);
    }

    /// <summary>Sends what is missing at the prices of this tick.</summary>
    public void OnTick(Tick tick, StrategyContext context)
    {
        var position = context.PositionOf(instrument.Symbol);
        var isLong = !position.IsNegative && !position.IsZero;
        if (StopOf(context) is { } stop)
        {
            // While it is being withdrawn, what sells is this.
            _isGuarded = _wantsLong != false;
            Withdraw(stop, isLong, context);
            return;
        }

        if (context.OpenCount > 0 || (tick.Ask ?? tick.Last) is not { } ask || (tick.Bid ?? tick.Last) is not { } bid)
        {
            return;
        }

        if (_isGuarded && !isLong)
        {
            // Its stop has sold.
            (_isGuarded, _wantsLong) = (false, _wantsLong is null ? null : false);
        }

        if (isLong && _wantsLong != false)
        {
            Guard(position.Magnitude, bid, context);
        }
        else if (_wantsLong is { } wantsLong && wantsLong != isLong && !(context.Now < _triedAt + retryAfter))
        {
            Trade(wantsLong, position.Magnitude, wantsLong ? ask : bid, context);
        }
    }

    private OpenDeskOrder? StopOf(StrategyContext context) => context.DeskOrders.FirstOrDefault(
        o => o.Symbol == instrument.Symbol && o.Terms.Legs is [{ Trigger: TriggerKind.TrailingStop }]);

    // Its funds are held while it is open.
    private void Withdraw(OpenDeskOrder stop, bool isLong, StrategyContext context)
    {
        if (isLong && _wantsLong == false && !(context.Now < _guardTriedAt + retryAfter))
        {
            _guardTriedAt = context.Now;
            context.Send(new Intent.Cancel(stop.OrderId, _why));
        }
    }

    private void Guard(UInt256 quantity, decimal price, StrategyContext context)
    {
        if (trailBps == 0 || price <= 0 || context.Now < _guardTriedAt + retryAfter)
        {
            return;
        }

        _guardTriedAt = context.Now;
        var terms = new DeskTerms([new VenueLeg(TriggerKind.TrailingStop, null, trailBps, null)], TriggerSource.Bid);
        context.Send(new Intent.DeskOrder(
            instrument.Symbol, Side.Sell, quantity, terms, price, "guards the position"));
    }

    private void Trade(bool isBuy, UInt256 held, decimal price, StrategyContext context)
    {
        if (price <= 0)
        {
            return;
        }

        var quantity = isBuy
            ? instrument.QuantityFromNotional(
                Units.FromDecimal(notional, instrument.QuoteDecimals, Rounding.Down), price)
            : held;
        if (!quantity.IsZero)
        {
            _triedAt = context.Now;
            context.Send(new Intent.Order(
                instrument.Symbol, isBuy ? Side.Buy : Side.Sell, quantity, LimitPrice: null, price, TimeInForce.Ioc,
                _why));
        }
    }
}
