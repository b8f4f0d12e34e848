using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using static ActorTrade.Domain.Orders.Order;

namespace ActorTrade.Domain.Orders;

/// <summary>How far the money of one fill has come. Stored by number.</summary>
public enum FillStage
{
    /// <summary>The account is to book it.</summary>
    Settling = 0,

    /// <summary>Booked, or refused; the bot is to hear of it.</summary>
    Reporting = 1,

    /// <summary>Nothing is left to do.</summary>
    Done = 2,
}

/// <summary>The state of an order, folded from its events. Changed in place by <see cref="Evolve"/> only.</summary>
public sealed class OrderLife
{
    private readonly List<OrderFill> _fills = [];
    private readonly Dictionary<string, int> _fillByTradeId = new(StringComparer.Ordinal);

    /// <summary>The terms; null before there is an order.</summary>
    public Event.OrderCreated? Terms { get; internal set; }

    public bool IsPostOnly { get; internal set; }

    /// <summary>Null where it is an order of its own.</summary>
    public OrderParent? Parent { get; internal set; }

    public OrderState State { get; internal set; }

    /// <summary>Why it ended, and for a denial its code.</summary>
    public string? Reason { get; internal set; }

    public string? VenueOrderId { get; internal set; }

    /// <summary>Base units of the base token.</summary>
    public UInt256 Filled { get; internal set; }

    /// <summary>Base units of the token the order pays with, fees included.</summary>
    public UInt256 Spent { get; internal set; }

    public IReadOnlyList<OrderFill> Fills => _fills;

    public Guid HoldId { get; internal set; }

    public DateTimeOffset HoldDeadline { get; internal set; }

    public bool IsHoldPending { get; internal set; }

    public bool IsHeld { get; internal set; }

    /// <summary>What came back; null until the hold is released.</summary>
    public UInt256? Released { get; internal set; }

    public bool IsSettlementRefused { get; internal set; }

    public bool IsClosureReported { get; internal set; }

    /// <summary>The open call to the venue: under way, or to be made at <see cref="CallAt"/>.</summary>
    public VenueCall Call { get; internal set; }

    /// <summary>The number of the open call, or of the last one.</summary>
    public int CallNumber { get; internal set; }

    /// <summary>When the open call is to be made; null while it is under way.</summary>
    public DateTimeOffset? CallAt { get; internal set; }

    /// <summary>How often in a row the venue could not be reached.</summary>
    public int Unreached { get; internal set; }

    public DateTimeOffset SubmittedAt { get; internal set; }

    /// <summary>
    /// When the venue first said it does not know the order, and has not been heard to know it since.
    /// </summary>
    public DateTimeOffset? NotFoundAt { get; internal set; }

    public string? CancelWhy { get; internal set; }

    public bool IsExpiryReached { get; internal set; }

    /// <summary>The venue ended the order; fills up to the total are awaited.</summary>
    public Event.ClosurePending? Closure { get; internal set; }

    public bool IsFinal => State.IsFinal();

    /// <summary>The venue has said that it has the order.</summary>
    public bool IsAtVenue => State is OrderState.Working or OrderState.PartiallyFilled;

    public bool MustEnd => CancelWhy is not null || IsExpiryReached;

    /// <summary>Every fill is booked.</summary>
    public bool IsSettled => !IsSettlementRefused && _fills.TrueForAll(f => f.Stage != FillStage.Settling);

    /// <summary>Nothing is missing but that the bot, or of a child the desk, knows of the end.</summary>
    public bool IsAllDone =>
        IsFinal
        && (!IsHeld || Released is not null || IsSettlementRefused)
        && _fills.TrueForAll(f => f.Stage == FillStage.Done);

    public bool AwaitsRelease => IsFinal && IsHeld && Released is null && IsSettled;

    public bool AwaitsClosureReport =>
        (Terms?.Bot is not null || Parent is not null) && !IsClosureReported && IsAllDone;

    /// <summary>Something is asked of another and not answered.</summary>
    public bool IsWaiting =>
        IsHoldPending
        || (Call != VenueCall.None && CallAt is null)
        || AwaitsRelease
        || AwaitsClosureReport
        || _fills.Exists(f => f.Stage != FillStage.Done);

    /// <summary>
    /// The first of: a call that is due, the expiry, and, while something is waited for, a look whether it must be
    /// asked again, which is also what wakes an order that nobody talks to after a restart.
    /// </summary>
    public DateTimeOffset? WakeAt
    {
        get
        {
            if (Terms is null)
            {
                return null;
            }

            var wakeAt = IsWaiting ? TouchedAt + LookAgainAfter : (DateTimeOffset?)null;
            wakeAt = Earlier(wakeAt, IsFinal || IsExpiryReached ? null : Terms.ExpiresAt);
            return Earlier(wakeAt, Call == VenueCall.None ? null : CallAt);
        }
    }

    private DateTimeOffset TouchedAt =>
        _fills.Count > 0 ? _fills[^1].Record.At : SubmittedAt > Terms!.At ? SubmittedAt : Terms.At;

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b ?? a : a;

    public OrderFill? FillOf(string venueTradeId) =>
        _fillByTradeId.TryGetValue(venueTradeId, out var index) ? _fills[index] : null;

    public OrderLife Evolve(Event e)
    {
        switch (e)
        {
            case Event.OrderCreated x:
                Terms = x;
                State = OrderState.Created;
                break;
            case Event.TermsAdded x:
                (IsPostOnly, Parent) = (x.PostOnly, x.Parent);
                HoldId = x.Parent?.HoldId ?? HoldId;
                break;
            case Event.FundsRequested x:
                (HoldId, HoldDeadline, IsHoldPending) = (x.HoldId, x.Deadline, true);
                break;
            case Event.FundsHeld:
                (IsHeld, IsHoldPending) = (true, false);
                break;
            case Event.FillRecorded x:
                Add(new OrderFill(x, FillStage.Settling));
                break;
            case Event.FillSettled x:
                Advance(x.Number, Terms!.Bot is null ? FillStage.Done : FillStage.Reporting);
                break;
            case Event.SettlementRefused x:
                IsSettlementRefused = true;
                Advance(x.Number, Terms!.Bot is null ? FillStage.Done : FillStage.Reporting);
                break;
            case Event.FillReported x:
                Advance(x.Number, FillStage.Done);
                break;
            case Event.HoldReleased x:
                Released = x.Amount;
                break;
            case Event.ClosureReported:
                IsClosureReported = true;
                break;
            case Event.CancelRequested x:
                CancelWhy = x.Why;
                break;
            case Event.ExpiryReached:
                IsExpiryReached = true;
                break;
            default:
                EvolveVenue(e);
                break;
        }

        return this;
    }

    internal void Add(OrderFill fill)
    {
        _fillByTradeId.Add(fill.Record.VenueTradeId, _fills.Count);
        _fills.Add(fill);
        Filled += fill.Record.Quantity;
        Spent += fill.Record.Spent;
        State = OrderState.PartiallyFilled;
        NotFoundAt = null;
    }

    private void EvolveVenue(Event e)
    {
        switch (e)
        {
            case Event.OrderSubmitted x:
                State = OrderState.Submitted;
                SubmittedAt = x.At;
                Open(VenueCall.Submit, x.Call, at: null);
                break;
            case Event.VenueCalled x:
                Open(x.Kind, x.Call, at: null);
                break;
            case Event.OrderAccepted x:
                VenueOrderId = x.VenueOrderId;
                State = Filled.IsZero ? OrderState.Working : OrderState.PartiallyFilled;
                Answered();
                break;
            case Event.OrderInDoubt x:
                // A fill that came first has shown that the venue has it; the question then only fetches its id.
                State = Filled.IsZero ? OrderState.InDoubt : OrderState.PartiallyFilled;
                Open(VenueCall.Query, CallNumber, x.AskAt);
                break;
            case Event.OrderNotFound x:
                NotFoundAt = x.At;
                Open(VenueCall.Query, CallNumber, x.AskAt);
                break;
            case Event.VenueUnreachable x:
                CallAt = x.RetryAt;
                Unreached++;
                break;
            case Event.StatusConfirmed:
                Answered();
                break;
            case Event.CancelRefused x:
                Open(VenueCall.Query, CallNumber, x.AskAt);
                break;
            case Event.ClosurePending x:
                Closure = x;
                Open(VenueCall.Query, CallNumber, x.AskAt);
                break;
            case Event.OrderDenied x:
                End(OrderState.Denied, x.Code);
                break;
            case Event.OrderFilled:
                End(OrderState.Filled, reason: null);
                break;
            case Event.OrderCancelled x:
                End(OrderState.Cancelled, x.Reason);
                break;
            case Event.OrderExpired x:
                End(OrderState.Expired, x.Reason);
                break;
            case Event.OrderRejected x:
                End(OrderState.Rejected, x.Reason);
                break;
            default:
                throw new InvalidOperationException($"{e.GetType().Name} is no event of an order.");
        }
    }

    private void Open(VenueCall kind, int number, DateTimeOffset? at)
    {
        (Call, CallNumber, CallAt) = (kind, number, at);
        Unreached = 0;
    }

    private void Answered()
    {
        (Call, CallAt, Unreached, NotFoundAt) = (VenueCall.None, null, 0, null);
    }

    private void End(OrderState state, string? reason)
    {
        (State, Reason, Closure, IsHoldPending) = (state, reason, null, false);
        Answered();
    }

    private void Advance(int number, FillStage stage) => _fills[number - 1] = _fills[number - 1] with { Stage = stage };
}

/// <summary>A fill and how far its money has come.</summary>
public sealed record OrderFill(Event.FillRecorded Record, FillStage Stage);
