using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;

namespace ActorTrade.Domain.Books;

/// <summary>One direction of a book: who trades at a limit, and who waits for a trigger. Changed only by the book's
/// state.</summary>
internal sealed class BookSide(TokenId tokenIn, TokenId tokenOut)
{
    public TokenId TokenIn { get; } = tokenIn;

    public TokenId TokenOut { get; } = tokenOut;

    /// <summary>Orders that trade at their limit: the lowest asks the least of the pool, and is the first.</summary>
    public PriceTimeIndex Resting { get; } = new(isLowestFirst: true);

    /// <summary>Of these, the ones that end where they do not trade at once, by number.</summary>
    public SortedSet<(long Number, Guid Order)> Immediate { get; } = [];

    /// <summary>Post-only orders that no look has come to, by number.</summary>
    public SortedSet<(long Number, Guid Order)> AwaitLook { get; } = [];

    /// <summary>Orders that wait for a price of the moment.</summary>
    public TriggerLines Triggers { get; } = new();

    /// <summary>Orders that wait for a price over time, by its window and the age they accept.</summary>
    public SortedDictionary<(int WindowSeconds, int AgeSecondsMax), TriggerLines> ByMean { get; } = [];

    public int Waiting => Triggers.Count + ByMean.Values.Sum(l => l.Count);

    public bool IsEmpty => Resting.Count == 0 && Waiting == 0 && AwaitLook.Count == 0;

    /// <summary>An order that waits for its legs' triggers.</summary>
    /// <param name="high">Of a trailing stop, as a snapshot has it; null for one that is new.</param>
    public void AddTriggers(BookOrder order, Price? high)
    {
        foreach (var leg in order.Terms.Legs)
        {
            LinesOf(order.TriggerBy).Add(order.Id, order.Number, leg.Trigger, leg.TriggerPrice, leg.TrailBps, high);
        }
    }

    public void RemoveTriggers(BookOrder order)
    {
        foreach (var leg in order.Terms.Legs)
        {
            LinesOf(order.TriggerBy).Remove(order.Id, order.Number, leg.Trigger, leg.TriggerPrice);
        }
    }

    /// <summary>Those who wait for this price; null for that of the moment.</summary>
    public TriggerLines LinesOf(TriggerMean? by)
    {
        if (by is null)
        {
            return Triggers;
        }

        if (!ByMean.TryGetValue((by.WindowSeconds, by.AgeSecondsMax), out var lines))
        {
            ByMean.Add((by.WindowSeconds, by.AgeSecondsMax), lines = new TriggerLines());
        }

        return lines;
    }

    /// <summary>Stands it in line where it trades at a limit.</summary>
    public void PutInLine(BookOrder order)
    {
        if (order.AwaitsLook && !order.IsOver)
        {
            AwaitLook.Add((order.Number, order.Id));
        }

        if (order.Resting is not { } resting)
        {
            return;
        }

        Resting.Add(resting);
        if (order.Terms.IsImmediate)
        {
            Immediate.Add((order.Number, order.Id));
        }
    }

    /// <summary>Call before anything of the order changes.</summary>
    public void TakeOutOfLine(BookOrder order)
    {
        AwaitLook.Remove((order.Number, order.Id));
        if (order.Resting is { } resting)
        {
            Resting.Remove(resting);
            Immediate.Remove((order.Number, order.Id));
        }
    }

    public BookSideView ToView() => new(TokenIn, TokenOut, Resting.Count, Waiting, Resting.First?.Price);
}
