using ActorTrade.Domain.Accounts;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Books.OrderBook;

namespace ActorTrade.Domain.Books;

/// <summary>What a book asks of accounts: to swap a part of an order's money, and to know that an order has
/// ended.</summary>
/// <remarks>The account answers a fill when its swap has ended, the same for every repeat; so a fill is known to have
/// happened or not, however often the question is asked.</remarks>
internal static class BookEffects
{
    private const uint FillSalt = 0x4000_0000;
    private const uint EndSalt = 800;
    private static readonly Effect[] None = [];

    /// <summary>The swap that is a fill of an order: also its trade's id at the pool.</summary>
    public static Guid TradeOf(Guid orderId, int number) => DeterministicGuid.Derive(orderId, FillSalt + (uint)number);

    public static IReadOnlyList<Effect> React(BookState state, Event e) => e switch
    {
        Event.FillStarted fill => [Fill(state, state.Orders[fill.OrderId], fill)],
        Event.OrderEnded ended => [End(state.Orders[ended.OrderId], ended)],
        _ => None,
    };

    public static IReadOnlyList<Effect> Outstanding(BookState state) =>
    [
        .. state.Untold.Select(o => o.Fill is { } fill ? Fill(state, o, fill) : End(o, o.Ended!)),
    ];

    private static Effect Fill(BookState state, BookOrder order, Event.FillStarted fill)
    {
        var (orderId, number) = (order.Id, fill.Number);
        return new Effect(
            Account.IdOf(order.Received.Account),
            new Account.Command.FillPoolOrder(
                orderId, number, state.Pool, fill.AmountIn, fill.MinAmountOut, fill.Deadline, fill.IsPrivate),
            TradeOf(orderId, number),
            answer => answer switch
            {
                Answer.Accepted { Events: [.., Account.Event.TradeSettled e] } =>
                    new Command.RecordFill(orderId, number, e.AmountOut),
                Answer.Accepted { Events: [.., Account.Event.TradeReleased e] } =>
                    new Command.RecordFillRefused(orderId, number, e.Reason),
                Answer.Accepted { Events: [.., Account.Event.OrderFillRefused e] } =>
                    new Command.RecordFillRefused(orderId, number, e.Reason),
                Answer.Rejected { Rejection: Account.Rejection.UnknownOrder } =>
                    new Command.RecordFillRefused(orderId, number, BookDecisions.OrderUnknown),
                _ => null,
            });
    }

    private static Effect End(BookOrder order, Event.OrderEnded ended)
    {
        var orderId = order.Id;
        return new Effect(
            Account.IdOf(order.Received.Account),
            new Account.Command.ClosePoolOrder(orderId, ended.End, ended.Reason),
            DeterministicGuid.Derive(orderId, EndSalt),
            answer => answer is Answer.Accepted ? new Command.RecordEndKnown(orderId) : null);
    }
}
