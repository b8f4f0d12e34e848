using ActorTrade.Domain.Books;
using ActorTrade.Domain.Numerics;
using static ActorTrade.Domain.Accounts.Account;

namespace ActorTrade.Domain.Accounts;

/// <summary>An order of the account in a pool's book: its money, and its last fill. Its owner changes it in
/// place.</summary>
/// <remarks>One fill at a time, by its number, so the last is all that a repeat can ask about.</remarks>
public sealed class PlacedOrder
{
    internal PlacedOrder(Event.PoolOrderPlaced placed)
    {
        Placed = placed;
        Left = placed.Order.AmountIn;
    }

    /// <summary>The event that placed it, with all its terms.</summary>
    public Event.PoolOrderPlaced Placed { get; }

    public Guid Id => Placed.OrderId;

    public PoolOrder Terms => Placed.Order;

    public Event.PoolOrderAccepted? Accepted { get; private set; }

    /// <summary>The book has taken it.</summary>
    public bool IsAccepted => Accepted is not null;

    public Event.PoolOrderCancelRequested? CancelRequested { get; private set; }

    /// <summary>Held for it: neither sold nor in the trade of a fill.</summary>
    public UInt256 Left { get; private set; }

    public UInt256 Sold { get; private set; }

    public UInt256 Bought { get; private set; }

    /// <summary>The last fill that the book asked for; 0 for none.</summary>
    public int FillNumber { get; private set; }

    /// <summary>The trade of the last fill; null where it was refused here.</summary>
    public Event.OrderFillStarted? Fill { get; private set; }

    /// <summary>How the last fill ended; null while it is under way.</summary>
    public Event? FillOutcome { get; private set; }

    public bool IsFillUnderWay => FillNumber > 0 && FillOutcome is null;

    /// <summary>Since when its book owes an answer; null where it owes none.</summary>
    internal DateTimeOffset? UnansweredSince => CancelRequested?.At ?? (IsAccepted ? null : Placed.At);

    public static PlacedOrder Restore(CapturedPoolOrder captured)
    {
        ArgumentNullException.ThrowIfNull(captured);
        return new PlacedOrder((Event.PoolOrderPlaced)captured.Placed)
        {
            Accepted = captured.Accepted,
            CancelRequested = captured.CancelRequested,
            Left = captured.Left,
            Sold = captured.Sold,
            Bought = captured.Bought,
            FillNumber = captured.FillNumber,
            Fill = (Event.OrderFillStarted?)captured.Fill,
            FillOutcome = captured.FillOutcome,
        };
    }

    public CapturedPoolOrder Capture() =>
        new(Placed, Accepted, CancelRequested, Left, Sold, Bought, FillNumber, Fill, FillOutcome);

    internal void OnAccepted(Event.PoolOrderAccepted e) => Accepted = e;

    internal void OnCancelRequested(Event.PoolOrderCancelRequested e) => CancelRequested = e;

    internal void OnFillStarted(Event.OrderFillStarted e)
    {
        Left -= e.AmountIn;
        (FillNumber, Fill, FillOutcome) = (e.Number, e, null);
    }

    internal void OnFillRefused(Event.OrderFillRefused e) => (FillNumber, Fill, FillOutcome) = (e.Number, null, e);

    internal void OnFillEnded(Event outcome)
    {
        FillOutcome = outcome;
        if (outcome is Event.TradeSettled settled)
        {
            Sold += settled.AmountIn;
            Bought += settled.AmountOut;
        }
        else
        {
            Left += Fill!.AmountIn;
        }
    }
}

/// <summary>One order of a pool in an account's snapshot.</summary>
/// <remarks>Events that may gain fields stand as cases of <see cref="Event"/>, which have a length.</remarks>
public sealed record CapturedPoolOrder(
    Event Placed,
    Event.PoolOrderAccepted? Accepted,
    Event.PoolOrderCancelRequested? CancelRequested,
    UInt256 Left,
    UInt256 Sold,
    UInt256 Bought,
    int FillNumber,
    Event? Fill,
    Event? FillOutcome);
