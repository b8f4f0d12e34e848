using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Orders;

/// <summary>
/// What a paper venue tells its orders: each trade and each end, one after the other, each until the order has
/// answered. While the connection is down it tells nothing; the restored connection brings all that waited.
/// </summary>
internal static class PaperEffects
{
    private const uint TellSalts = 0x5000_0000;
    private const uint TellTwiceSalts = 0x6000_0000;

    public static IReadOnlyList<Effect> React(PaperBook book, Venue.Event e) => e switch
    {
        Venue.Event.Traded x => TellIfNext(book, x.OrderId, NumberOf(book.Find(x.OrderId)!, x.Trade.VenueTradeId)),
        Venue.Event.OrderClosed x => TellIfNext(book, x.OrderId, book.Find(x.OrderId)!.ToTell),
        Venue.Event.OrderTold x when book.Find(x.OrderId) is { } order => Tell(book, order),
        Venue.Event.ConnectionRestored => Outstanding(book),
        _ => [],
    };

    public static IReadOnlyList<Effect> Outstanding(PaperBook book) =>
        [.. book.Untold.SelectMany(o => Tell(book, o))];

    private static int NumberOf(PaperOrder order, string tradeId)
    {
        var index = order.Trades.Count - 1;
        while (order.Trades[index].Trade.VenueTradeId != tradeId)
        {
            index--;
        }

        return index + 1;
    }

    private static IReadOnlyList<Effect> TellIfNext(PaperBook book, OrderId id, int number) =>
        book.Find(id) is { } order && order.Told + 1 == number ? Tell(book, order) : [];

    private static IReadOnlyList<Effect> Tell(PaperBook book, PaperOrder order)
    {
        if (!book.IsConnected || order.Told == order.ToTell)
        {
            return [];
        }

        var id = order.Terms.OrderId;
        var count = order.Told + 1;
        if (count > order.Trades.Count)
        {
            var closure = new Order.Command.RecordClosure(order.State, order.Filled, order.Reason ?? "");
            return [Push(id, closure, TellSalts, count)];
        }

        var told = order.Trades[count - 1];
        var (trade, isTwice) = (told.Trade, told.IsToldTwice);
        var command = new Order.Command.RecordFill(
            trade.VenueTradeId, trade.Quantity, trade.Price, trade.QuoteAmount, trade.FeeToken, trade.Fee, trade.At);
        var once = Push(id, command, TellSalts, count);
        return isTwice ? [once, Push(id, command, TellTwiceSalts, count)] : [once];
    }

    private static Effect Push(OrderId id, Order.Command command, uint salts, int count) => new(
        Order.IdOf(id),
        command,
        DeterministicGuid.Derive(id.Value, salts + (uint)count),
        answer => new PaperVenue.Command.RecordTold(
            id, count, answer is Answer.Rejected rejected ? rejected.Rejection.Code : null));
}
