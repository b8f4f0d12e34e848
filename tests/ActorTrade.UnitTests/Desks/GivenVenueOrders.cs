using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.UnitTests.Orders;

namespace ActorTrade.UnitTests.Desks;

/// <summary>Orders for a desk that tests begin with: of BTC for USD, by the bid for sells and the ask for
/// buys.</summary>
internal static class GivenVenueOrders
{
    public static VenueOrder OrderOf(Side side, decimal quantity, params VenueLeg[] legs) => new(
        OrderWorld.Owner, "paper", OrderWorld.Instrument, side, OrderWorld.Instrument.Quantity(quantity), legs,
        TimeInForce.Gtc, null, false, ExecutionStyle.Whole, UInt256.Zero, 0, TimeSpan.Zero,
        side == Side.Sell ? TriggerSource.Bid : TriggerSource.Ask, 7_000m, RiskLimits.Default);

    public static VenueOrder Sell(decimal quantity, params VenueLeg[] legs) => OrderOf(Side.Sell, quantity, legs);

    public static VenueOrder Buy(decimal quantity, params VenueLeg[] legs) => OrderOf(Side.Buy, quantity, legs);

    public static VenueLeg Stop(decimal price, decimal? limit = null) => new(TriggerKind.Stop, price, 0, limit);

    public static VenueLeg TakeProfit(decimal price, decimal? limit = null) =>
        new(TriggerKind.TakeProfit, price, 0, limit);

    public static VenueLeg Trailing(int bps) => new(TriggerKind.TrailingStop, null, bps, null);

    public static VenueLeg Limit(decimal price) => VenueLeg.At(price);

    public static VenueLeg AtMarket { get; } = VenueLeg.At(null);

    public static VenueOrder In(this VenueOrder order, TimeInForce timeInForce, DateTimeOffset? until = null) =>
        order with { TimeInForce = timeInForce, ExpiresAt = until };

    public static VenueOrder Iceberg(this VenueOrder order, decimal visible) => order with
    {
        Style = ExecutionStyle.Iceberg,
        Visible = order.Instrument.Quantity(visible),
    };

    public static VenueOrder Twap(this VenueOrder order, int slices, TimeSpan every) =>
        order with { Style = ExecutionStyle.Twap, Slices = slices, SliceEvery = every };

    /// <summary>Any order that is well formed, near a market of 6,900 to 7,100.</summary>
    public static VenueOrder Any(Random random, DateTimeOffset now)
    {
        var side = (Side)random.Next(2);
        var order = OrderOf(side, (1 + random.Next(300)) / 100m, Legs(random, side)) with
        {
            Source = (TriggerSource)random.Next(4),
        };
        var isPlain = order.Legs is [{ Trigger: TriggerKind.None }];
        var isLimit = order.Legs[0].LimitPrice is not null;
        return random.Next(8) switch
        {
            0 when isPlain => order.Twap(2 + random.Next(6), TimeSpan.FromSeconds(1 + random.Next(20))),
            1 or 2 when isLimit && order.Legs.Length == 1 && order.Quantity >= order.Instrument.Quantity(0.25m) =>
                order.Iceberg(0.05m + (random.Next(20) / 100m)),
            3 => order.In(TimeInForce.Gtd, now + TimeSpan.FromSeconds(5 + random.Next(200))),
            4 => order.In(random.Next(2) == 0 ? TimeInForce.Ioc : TimeInForce.Fok),
            5 when isLimit && order.Legs[0].Trigger == TriggerKind.None => order with { PostOnly = true },
            _ => order,
        };
    }

    private static VenueLeg[] Legs(Random random, Side side)
    {
        decimal Near(int from, int to) => 7_000m + ((side == Side.Sell ? 1 : -1) * random.Next(from, to));
        decimal? NearOrNone(int from, int to) => random.Next(2) == 0 ? null : Near(from, to);
        VenueLeg[] stops = [Stop(Near(-60, 0)), Stop(Near(-60, 0), Near(-200, -60)), Trailing(1 + random.Next(80))];
        return random.Next(6) switch
        {
            0 => [Limit(Near(-20, 60))],
            1 => [AtMarket],
            2 => [TakeProfit(Near(0, 60), NearOrNone(-50, 0))],
            3 => [Limit(Near(0, 60)), stops[random.Next(3)]],
            4 => [TakeProfit(Near(0, 60)), stops[random.Next(3)]],
            _ => [stops[random.Next(3)]],
        };
    }
}
