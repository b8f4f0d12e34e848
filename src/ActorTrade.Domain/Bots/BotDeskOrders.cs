using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;
using Answer = ActorTrade.EventSourcing.Decision<
    ActorTrade.Domain.Bots.Bot.Event, ActorTrade.Domain.Bots.Bot.Rejection>;

namespace ActorTrade.Domain.Bots;

/// <summary>
/// The part of <see cref="Bot"/> that sends orders which a desk works: stops, take-profits, trailing stops, pairs of
/// them, slices and tips. The limits see one as if all of it were to trade at its dearest price from the start.
/// </summary>
/// <remarks>
/// Its quantity counts against the position until it has ended, whether or not its trigger was reached; it is one open
/// order, since it has one child at a time; and on the day it is sent it counts as all the orders that the venue is to
/// see of it, so that slices are no way around that limit.
/// </remarks>
internal static class BotDeskOrders
{
    public static Answer Place(Bot.State state, Bot.Command.PlaceDeskOrder c, CommandContext context)
    {
        if (BotOrders.Halted(state, context) is { } halted)
        {
            return halted;
        }

        if (state.InstrumentOf(c.Symbol) is not { } instrument)
        {
            return new Bot.Rejection.UnknownSymbol(c.Symbol);
        }

        var order = OrderOf(
            state.Terms!, instrument, c.Venue, c.Side, c.Quantity, c.ReferencePrice, c.Terms);
        if (order.Problem(context.Now) is { } wrong)
        {
            return new Bot.Rejection.InvalidDeskOrder(wrong.Field, wrong.Why);
        }

        return (Denied(order, context.Now, out var hold)
            ?? BotOrders.Position(state, instrument, c.Side, c.Quantity)
            ?? BotOrders.Counts(state, context, order.ChildrenExpected)
            ?? BotOrders.DailyLoss(state, instrument.Quote, instrument.QuoteDecimals, default, context.Now))
            is { } exceeded
            ? exceeded
            : Intended(state, c, order, hold, context.Now);
    }

    /// <summary>The order that the desk is asked for.</summary>
    public static VenueOrder OrderOf(Bot.Event.Registered terms, Bot.OpenOrder order)
    {
        var intended = order.Terms;
        var instrument = Array.Find(terms.Instruments, i => i.Symbol == intended.Symbol)!;
        return OrderOf(
            terms, instrument, intended.Venue, intended.Side, intended.Quantity, intended.ReferencePrice,
            order.Desk!.Terms);
    }

    /// <summary>How many orders an order counts as on the day it is sent.</summary>
    public static int CountOf(Bot.State state, Bot.OpenOrder order) =>
        order.Desk is null ? 1 : OrderOf(state.Terms!, order).ChildrenExpected;

    private static VenueOrder OrderOf(
        Bot.Event.Registered terms, Instrument instrument, string venue, Side side, UInt256 quantity, decimal reference,
        DeskTerms desk) => new(
            terms.Account, venue, instrument, side, quantity, desk.Legs, desk.TimeInForce, desk.ExpiresAt,
            desk.PostOnly, desk.Style, desk.Visible, desk.Slices, desk.SliceEvery, desk.Source, reference,
            terms.Limits.ForOrder(instrument));

    private static Bot.Rejection? Denied(VenueOrder order, DateTimeOffset now, out UInt256 hold)
    {
        var denial = DeskRisk.Check(order, now, out hold) switch
        {
            OrderDesk.Rejection.LegDenied leg => leg.Denial,
            _ => NotionalDenied(order),
        };
        return denial switch
        {
            null => null,
            Denial.NotionalMaxExceeded notional => new Bot.Rejection.LimitExceeded(
                BotLimit.OrderNotional, notional.Notional, notional.NotionalMax),
            _ => new Bot.Rejection.OrderDenied(denial),
        };
    }

    // The desk judges each leg at its trigger; a trailing stop has none, and a buy by it is dearer than the reference.
    private static Denial? NotionalDenied(VenueOrder order) =>
        order.Instrument.TryQuoteAmount(Side.Buy, order.Quantity, order.WorstPrice, out var notional)
        && notional <= order.Limits.NotionalMax
            ? null
            : new Denial.NotionalMaxExceeded(notional, order.Limits.NotionalMax);

    private static Bot.Event[] Intended(
        Bot.State state, Bot.Command.PlaceDeskOrder c, VenueOrder order, UInt256 hold, DateTimeOffset now)
    {
        var number = state.LastNumber + 1;
        var id = new OrderId(BotOrders.IdOf(state, number));
        var limit = c.Terms.Legs[0].LimitPrice;
        return
        [
            new Bot.Event.DeskTermsIntended(id, c.Terms, now + Bot.DeskTakesWithin),
            new Bot.Event.OrderIntended(
                number, id, c.Symbol, c.Venue, c.Side, limit is null ? OrderType.Market : OrderType.Limit, c.Quantity,
                limit, c.ReferencePrice, c.Terms.TimeInForce, c.Terms.ExpiresAt, order.HoldToken, hold, now),
        ];
    }
}
