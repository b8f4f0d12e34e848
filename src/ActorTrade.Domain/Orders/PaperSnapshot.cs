using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Orders;

/// <summary>A paper venue as a snapshot stores it.</summary>
[StoredName("venue.snapshot.v1")]
public sealed record PaperSnapshot(
    PaperTerms Terms,
    bool IsConnected,
    long OrdersReceived,
    long SubmissionsSeen,
    long TradesMade,
    long Refusals,
    DateTimeOffset ForgottenUntil,
    DateTimeOffset TouchedAt,
    int[] Faults,
    CapturedTotal[] Totals,
    CapturedPaperOrder[] Orders,
    CapturedDropped[] Dropped,
    OrderId[] Ended,
    OrderId[]? PostOnly = null)
{
    public static object Capture(PaperBook book)
    {
        ArgumentNullException.ThrowIfNull(book);
        return book.Capture();
    }

    public PaperBook Restore() => PaperBook.Restore(this);
}

public sealed record CapturedTotal(TokenId Token, UInt256 Paid, UInt256 Received);

public sealed record CapturedDropped(OrderId OrderId, DateTimeOffset SubmittedAt, string? RejectedFor);

public sealed record CapturedPaperOrder(
    Venue.Event.OrderReceived Terms,
    OrderState State,
    string? Reason,
    PaperTrade[] Trades,
    bool IsResting,
    bool IsAnswerLost,
    int Told);

/// <summary>What readers see of a paper venue.</summary>
/// <param name="Open">The open orders in the order they came.</param>
/// <param name="Untold">Trades and ends that orders have not heard of yet.</param>
/// <param name="Refusals">Trades and ends that orders refused to record; each needs an operator.</param>
/// <param name="Totals">What clients paid and received in all, by token: must agree with the accounts' side.</param>
public sealed record PaperVenueView(
    PaperTerms Terms,
    bool IsConnected,
    long OrdersReceived,
    long Trades,
    OrderId[] Open,
    long Untold,
    long Refusals,
    CapturedTotal[] Totals)
{
    public static PaperVenueView Of(PaperBook book)
    {
        ArgumentNullException.ThrowIfNull(book);
        return new PaperVenueView(
            book.Terms, book.IsConnected, book.OrdersReceived, book.TradesMade,
            [.. book.Orders.Where(o => o.IsOpen).OrderBy(o => o.Terms.Number).Select(o => o.Terms.OrderId)],
            book.Untold.Sum(o => (long)o.ToTell - o.Told), book.Refusals,
            [.. book.Totals.Select(t => new CapturedTotal(t.Key, t.Value.Paid, t.Value.Received))]);
    }
}
