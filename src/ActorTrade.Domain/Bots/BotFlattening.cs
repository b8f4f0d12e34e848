using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;
using Answer = ActorTrade.EventSourcing.Decision<
    ActorTrade.Domain.Bots.Bot.Event, ActorTrade.Domain.Bots.Bot.Rejection>;

namespace ActorTrade.Domain.Bots;

/// <summary>The part of <see cref="Bot"/> that closes what a bot at rest still holds.</summary>
/// <remarks>
/// Invariant (BotFlatteningTests): closing orders never open or turn a position, whatever fills meanwhile: what is open
/// on the closing side counts as filled, so a repeat asks for nothing twice. A fee in the base token is beyond that.
/// <para>The limits on loss, position and number do not hold a closing order back. That on a single order's worth does:
/// what is worth more is closed by several orders.</para>
/// </remarks>
internal static class BotFlattening
{
    /// <summary>Closing orders of one command; what they leave is for the next.</summary>
    private const int OrdersMax = 16;

    public static Answer Close(Bot.State state, Bot.Command.ClosePosition c, CommandContext context)
    {
        if (context.Mode != SystemMode.Active)
        {
            return new Bot.Rejection.TradingHalted(context.Mode);
        }

        if (state.Life == BotState.Running)
        {
            return new Bot.Rejection.StillRunning();
        }

        if (state.InstrumentOf(c.Symbol) is not { } instrument)
        {
            return new Bot.Rejection.UnknownSymbol(c.Symbol);
        }

        if (c.ReferencePrice is <= 0 or > RiskCheck.PriceMax)
        {
            return new Bot.Rejection.OrderDenied(new Denial.PriceOutOfRange(c.ReferencePrice));
        }

        var side = state.PositionOf(c.Symbol).Quantity.IsNegative ? Side.Buy : Side.Sell;
        var left = LeftToClose(state, instrument, side);
        return left.IsZero ? Answer.Nothing : Intend(state, c, instrument, side, left, context);
    }

    private static UInt256 LeftToClose(Bot.State state, Instrument instrument, Side side)
    {
        var left = state.PositionOf(instrument.Symbol).Quantity.Magnitude;
        foreach (var order in state.Orders.Values.Where(
            o => o.Terms.Symbol == instrument.Symbol && o.Terms.Side == side))
        {
            left = Less(left, order.Remaining);
        }

        foreach (var swap in state.Swaps.Values.Where(s => s.Terms.Symbol == instrument.Symbol))
        {
            // What a purchase gives is known only at its end, which is near.
            var isSale = swap.TokenIn == instrument.Base;
            left = isSale == (side == Side.Sell) ? Less(left, isSale ? swap.Terms.AmountIn : left) : left;
        }

        return left;
    }

    private static UInt256 Less(UInt256 from, UInt256 part) => part >= from ? default : from - part;

    private static Answer Intend(
        Bot.State state, Bot.Command.ClosePosition c, Instrument instrument, Side side, UInt256 left,
        CommandContext context)
    {
        var room = Math.Min(OrdersMax, BotLimits.OpenOrdersCeiling - state.OpenCount);
        if (room <= 0)
        {
            return new Bot.Rejection.LimitExceeded(
                BotLimit.OpenOrders, (UInt256)(state.OpenCount + 1), (UInt256)BotLimits.OpenOrdersCeiling);
        }

        var most = LargestOrder(state.Terms!.Limits, instrument, side, c.ReferencePrice);
        var intended = new List<Bot.Event>();
        while (!left.IsZero && intended.Count < room)
        {
            var quantity = most.IsZero ? left : UInt256.Min(left, most);
            var order = new Bot.Command.PlaceOrder(
                c.Symbol, c.Venue, side, OrderType.Market, quantity, LimitPrice: null, c.ReferencePrice,
                TimeInForce.Ioc, ExpiresAt: null);
            var next = BotOrders.Intend(state, order, instrument, state.LastNumber + intended.Count + 1, context.Now);
            if (BotOrders.Denied(state, next, context) is { } denied)
            {
                return denied;
            }

            intended.Add(next);
            left -= quantity;
        }

        return intended.ToArray();
    }

    // The most base units whose worth, at the dearest price and rounded up, is within the limit on one order.
    private static UInt256 LargestOrder(BotLimits limits, Instrument instrument, Side side, decimal reference)
    {
        var worst = RiskCheck.WorstPrice(side, OrderType.Market, null, reference, limits.ForOrder(instrument));
        var price = Price.FromDecimal(
            Math.Max(worst, reference), instrument.BaseDecimals, instrument.QuoteDecimals);
        var isWithin256 = UInt256.TryMulDivDown(
            limits.NotionalMaxOf(instrument), price.Denominator, price.Numerator, out var most);
        return isWithin256 ? UInt256.Min(most, RiskCheck.QuantityMax) : RiskCheck.QuantityMax;
    }
}
