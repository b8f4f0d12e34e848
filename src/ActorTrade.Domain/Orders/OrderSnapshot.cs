using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Orders;

/// <summary>An order as a snapshot stores it.</summary>
[StoredName("order.snapshot.v1")]
public sealed record OrderSnapshot(
    Order.Event.OrderCreated? Terms,
    OrderState State,
    string? Reason,
    string? VenueOrderId,
    OrderFill[] Fills,
    Guid HoldId,
    DateTimeOffset HoldDeadline,
    bool IsHoldPending,
    bool IsHeld,
    UInt256? Released,
    bool IsSettlementRefused,
    bool IsClosureReported,
    VenueCall Call,
    int CallNumber,
    DateTimeOffset? CallAt,
    int Unreached,
    DateTimeOffset SubmittedAt,
    DateTimeOffset? NotFoundAt,
    string? CancelWhy,
    bool IsExpiryReached,
    Order.Event.ClosurePending? Closure,
    bool IsPostOnly = false,
    OrderParent? Parent = null)
{
    public static object Capture(OrderLife life)
    {
        ArgumentNullException.ThrowIfNull(life);
        return new OrderSnapshot(
            life.Terms, life.State, life.Reason, life.VenueOrderId, [.. life.Fills], life.HoldId, life.HoldDeadline,
            life.IsHoldPending, life.IsHeld, life.Released, life.IsSettlementRefused, life.IsClosureReported, life.Call,
            life.CallNumber, life.CallAt, life.Unreached, life.SubmittedAt, life.NotFoundAt, life.CancelWhy,
            life.IsExpiryReached, life.Closure, life.IsPostOnly, life.Parent);
    }

    public OrderLife Restore()
    {
        var life = new OrderLife();
        foreach (var fill in Fills)
        {
            life.Add(fill);
        }

        life.Terms = Terms;
        life.State = State;
        life.Reason = Reason;
        life.VenueOrderId = VenueOrderId;
        life.HoldId = HoldId;
        life.HoldDeadline = HoldDeadline;
        life.IsHoldPending = IsHoldPending;
        life.IsHeld = IsHeld;
        life.Released = Released;
        life.IsSettlementRefused = IsSettlementRefused;
        life.IsClosureReported = IsClosureReported;
        life.Call = Call;
        life.CallNumber = CallNumber;
        life.CallAt = CallAt;
        life.Unreached = Unreached;
        life.SubmittedAt = SubmittedAt;
        life.NotFoundAt = NotFoundAt;
        life.CancelWhy = CancelWhy;
        life.IsExpiryReached = IsExpiryReached;
        life.Closure = Closure;
        life.IsPostOnly = IsPostOnly;
        life.Parent = Parent;
        return life;
    }
}

/// <summary>What readers see of an order. Amounts are base units.</summary>
/// <param name="Terms">Null where there is no such order.</param>
/// <param name="Released">What the hold gave back; null until then.</param>
/// <param name="NeedsOperator">A fill could not be booked: money and trades disagree.</param>
public sealed record OrderView(
    Order.Event.OrderCreated? Terms,
    OrderState State,
    string? Reason,
    string? VenueOrderId,
    UInt256 Filled,
    UInt256 Spent,
    UInt256? Released,
    bool IsCancelRequested,
    bool NeedsOperator,
    OrderFill[] Fills,
    bool IsPostOnly = false,
    OrderParent? Parent = null)
{
    public static OrderView Of(OrderLife life)
    {
        ArgumentNullException.ThrowIfNull(life);
        return new OrderView(
            life.Terms, life.State, life.Reason, life.VenueOrderId, life.Filled, life.Spent, life.Released,
            life.CancelWhy is not null, life.IsSettlementRefused, [.. life.Fills], life.IsPostOnly, life.Parent);
    }
}
