using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Orders;

/// <summary>
/// One order, from the wish to trade to the last unit settled. It checks the risk, has its funds held by the account,
/// writes down that it will submit, submits, and then knows at any time, also after a crash, what it still waits for:
/// the venue, the account or its bot. A submission whose outcome nobody knows is asked about until it is known, and
/// never sent again.
/// </summary>
/// <remarks>
/// Invariants (OrderPropertyTests): filled is never above the quantity; what fills spend is never above what was held;
/// a final state is reached once and nothing is filled after it; a venue's trade id counts once; at most one call to
/// the venue is open; what the events asked for and nobody answered is exactly what the state says is outstanding.
/// <para>A cancel, an expiry or a venue's own closing is final only when the venue said how much it filled and all of
/// that has been recorded here. The funds are released when the order is final and every fill is settled; the bot hears
/// the end last.</para>
/// <para>Decisions are in <see cref="OrderDecisions"/>, the state and its evolution in <see cref="OrderLife"/>, what
/// committed events ask of others in <see cref="OrderEffects"/>.</para>
/// </remarks>
public static class Order
{
    public const string Category = "order";

    /// <summary>Fills one order may have; a further one is rejected and stays with the venue for an operator.</summary>
    public const int FillsMax = 10_000;

    /// <summary>Why an order is cancelled in an emergency: its parent then sends no other.</summary>
    public const string EmergencyReason = "emergency";

    /// <summary>The longest stored reason, in characters; longer ones are cut.</summary>
    public const int ReasonLengthMax = 200;

    /// <summary>
    /// The account must hold the funds within this time of the order's creation, or the order is denied.
    /// </summary>
    public static readonly TimeSpan HoldWithin = TimeSpan.FromMinutes(1);

    /// <summary>An in-doubt order is asked about this long after its submission timed out.</summary>
    public static readonly TimeSpan AskAfter = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Two "unknown" of the venue this far apart mean that a submission never arrived: longer than any message is under
    /// way.
    /// </summary>
    public static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A call to a venue that could not be reached is made again after this; each time twice as long.
    /// </summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>What is still not answered this long after the last news is looked at again.</summary>
    public static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(32);

    public static readonly EntityDefinition<OrderLife, Command, Event, Rejection> Definition = new()
    {
        Category = Category,
        Create = static _ => new OrderLife(),
        Decide = OrderDecisions.Decide,
        Evolve = static (state, e) => state.Evolve(e),
        React = OrderEffects.React,
        Outstanding = OrderEffects.Outstanding,
        WakeAt = static state => state.WakeAt,
        OnWake = static (_, _) => new Command.Wake(),
        ViewType = typeof(OrderView),
        View = static state => OrderView.Of(state),
        SnapshotType = typeof(OrderSnapshot),
        Capture = OrderSnapshot.Capture,
        Restore = static snapshot => ((OrderSnapshot)snapshot).Restore(),
    };

    /// <summary>The entity of this order.</summary>
    public static EntityId IdOf(OrderId order) => new(Category, order.Value.ToString("N"));

    public abstract record Command : ICommand
    {
        private Command()
        {
        }

        /// <summary>Check the order, hold its funds, and submit it to its venue.</summary>
        /// <param name="Bot">Who is told of fills and of the end; null for nobody.</param>
        /// <param name="Quantity">Base units of the base token.</param>
        /// <param name="LimitPrice">Quote tokens for one base token; only for <see cref="OrderType.Limit"/>.</param>
        /// <param name="ReferencePrice">What the market is believed to be at; the price collar's middle.</param>
        /// <param name="ExpiresAt">Only for <see cref="TimeInForce.Gtd"/>.</param>
        /// <param name="HoldToken">What the order pays with: <see cref="Instrument.Spent"/>.</param>
        /// <param name="HoldAmount">
        /// The most the order may spend, fees included: at least <see cref="RiskCheck.TryLeastHold"/>; what
        /// <see cref="RiskCheck.TryFullHold"/> says covers every way it may go. Of a child: of the parent's hold.
        /// </param>
        /// <param name="PostOnly">The venue ends it instead of trading with the first quote it meets.</param>
        /// <param name="Parent">The order that this one is a part of; null for one of its own.</param>
        public sealed record Place(
            OrderId OrderId,
            BotId? Bot,
            AccountId Account,
            string Venue,
            Instrument Instrument,
            Side Side,
            OrderType Type,
            UInt256 Quantity,
            decimal? LimitPrice,
            decimal ReferencePrice,
            TimeInForce TimeInForce,
            DateTimeOffset? ExpiresAt,
            TokenId HoldToken,
            UInt256 HoldAmount,
            RiskLimits Limits,
            bool PostOnly = false,
            OrderParent? Parent = null) : Command, INaturallyIdempotent;

        /// <summary>End the order; passes in every mode. Final only when the venue confirms.</summary>
        public sealed record Cancel(string Why) : Command, INaturallyIdempotent;

        // What the venue tells, unasked. Only the cluster sends these and all that follow.

        /// <summary>A trade; a repeat of its id is recognised.</summary>
        /// <param name="QuoteAmount">Base units of the quote token that change hands, before the fee.</param>
        /// <param name="FeeToken">The instrument's base or quote token.</param>
        public sealed record RecordFill(
            string VenueTradeId,
            UInt256 Quantity,
            decimal Price,
            UInt256 QuoteAmount,
            TokenId FeeToken,
            UInt256 Fee,
            DateTimeOffset At) : Command, INaturallyIdempotent;

        /// <summary>The venue ended the order after so much filled in all.</summary>
        public sealed record RecordClosure(OrderState State, UInt256 Filled, string Reason)
            : Command, INaturallyIdempotent;

        // What the answers to the order's own effects say. A call number that is not the open call's has been
        // overtaken.

        public sealed record RecordFundsHeld : Command, INaturallyIdempotent;

        public sealed record RecordHoldRefused(string Code) : Command, INaturallyIdempotent;

        public sealed record RecordSubmitAccepted(int Call, string VenueOrderId) : Command, INaturallyIdempotent;

        public sealed record RecordSubmitRejected(int Call, string Reason) : Command, INaturallyIdempotent;

        public sealed record RecordSubmitDenied(int Call, string Code) : Command, INaturallyIdempotent;

        public sealed record RecordSubmitTimedOut(int Call) : Command, INaturallyIdempotent;

        public sealed record RecordStatus(int Call, Venue.Event.OrderStatus Status) : Command, INaturallyIdempotent;

        public sealed record RecordCancelAccepted(int Call, OrderState State, UInt256 Filled)
            : Command, INaturallyIdempotent;

        public sealed record RecordCancelRefused(int Call, string Reason) : Command, INaturallyIdempotent;

        public sealed record RecordVenueUnreachable(int Call) : Command, INaturallyIdempotent;

        public sealed record RecordSettlement(int Fill) : Command, INaturallyIdempotent;

        public sealed record RecordSettlementRefused(int Fill, string Code) : Command, INaturallyIdempotent;

        public sealed record RecordFillReported(int Fill) : Command, INaturallyIdempotent;

        public sealed record RecordHoldReleased(UInt256 Amount) : Command, INaturallyIdempotent;

        public sealed record RecordClosureReported : Command, INaturallyIdempotent;

        /// <summary>Do what is due by now: a call to the venue, the expiry.</summary>
        public sealed record Wake : Command, INaturallyIdempotent;
    }

    // Stored for ever: add cases, and fields with defaults at the end; never rename or change one.
    public abstract record Event : IEvent
    {
        private Event()
        {
        }

        [StoredName("order.created.v1")]
        public sealed record OrderCreated(
            OrderId OrderId,
            BotId? Bot,
            AccountId Account,
            string Venue,
            Instrument Instrument,
            Side Side,
            OrderType Type,
            UInt256 Quantity,
            decimal? LimitPrice,
            decimal ReferencePrice,
            TimeInForce TimeInForce,
            DateTimeOffset? ExpiresAt,
            TokenId HoldToken,
            UInt256 HoldAmount,
            RiskLimits Limits,
            DateTimeOffset At) : Event;

        /// <summary>What else was asked for when the order was created.</summary>
        [StoredName("order.terms-added.v1")]
        public sealed record TermsAdded(bool PostOnly, OrderParent? Parent) : Event;

        /// <summary>Nothing left the system. The code is one of <see cref="Denial"/> or the account's.</summary>
        [StoredName("order.denied.v1")]
        public sealed record OrderDenied(string Code, string Detail) : Event;

        /// <summary>The risk check passed; the account is to hold the order's funds.</summary>
        [StoredName("order.funds-requested.v1")]
        public sealed record FundsRequested(Guid HoldId, DateTimeOffset Deadline) : Event;

        [StoredName("order.funds-held.v1")]
        public sealed record FundsHeld : Event;

        /// <summary>The order will be submitted, by the call of this number: written before the call.</summary>
        [StoredName("order.submitted.v1")]
        public sealed record OrderSubmitted(int Call, DateTimeOffset At) : Event;

        [StoredName("order.accepted.v1")]
        public sealed record OrderAccepted(string VenueOrderId) : Event;

        [StoredName("order.in-doubt.v1")]
        public sealed record OrderInDoubt(DateTimeOffset AskAt) : Event;

        /// <summary>The venue does not know the order; it is asked again before that is believed.</summary>
        [StoredName("order.not-found.v1")]
        public sealed record OrderNotFound(DateTimeOffset At, DateTimeOffset AskAt) : Event;

        /// <summary>A cancel or a question to the venue will be sent: written before the call.</summary>
        [StoredName("order.venue-called.v1")]
        public sealed record VenueCalled(VenueCall Kind, int Call) : Event;

        /// <summary>The open call could not be made; it will be made again.</summary>
        [StoredName("order.venue-unreachable.v1")]
        public sealed record VenueUnreachable(DateTimeOffset RetryAt) : Event;

        /// <summary>The venue answered a question and the order works as known.</summary>
        [StoredName("order.status-confirmed.v1")]
        public sealed record StatusConfirmed : Event;

        [StoredName("order.cancel-requested.v1")]
        public sealed record CancelRequested(string By, string Why) : Event;

        [StoredName("order.expiry-reached.v1")]
        public sealed record ExpiryReached : Event;

        /// <summary>The venue did not cancel; it is asked what became of the order.</summary>
        [StoredName("order.cancel-refused.v1")]
        public sealed record CancelRefused(string Reason, DateTimeOffset AskAt) : Event;

        /// <summary>A trade of this order. Spent leaves the hold, Received is net of a fee taken from it.</summary>
        /// <param name="Number">1, 2, 3 … within the order.</param>
        [StoredName("order.fill-recorded.v1")]
        public sealed record FillRecorded(
            int Number,
            string VenueTradeId,
            UInt256 Quantity,
            decimal Price,
            UInt256 QuoteAmount,
            TokenId FeeToken,
            UInt256 Fee,
            UInt256 Spent,
            UInt256 Received,
            DateTimeOffset At) : Event;

        [StoredName("order.fill-settled.v1")]
        public sealed record FillSettled(int Number) : Event;

        /// <summary>
        /// The account refused a settlement. The hold stays, since money and trades disagree: an operator must look.
        /// </summary>
        [StoredName("order.settlement-refused.v1")]
        public sealed record SettlementRefused(int Number, string Code) : Event;

        [StoredName("order.fill-reported.v1")]
        public sealed record FillReported(int Number) : Event;

        /// <summary>The venue ended the order, but trades of it are still on their way here.</summary>
        [StoredName("order.closure-pending.v1")]
        public sealed record ClosurePending(OrderState State, UInt256 Filled, string Reason, DateTimeOffset AskAt)
            : Event;

        [StoredName("order.filled.v1")]
        public sealed record OrderFilled : Event;

        [StoredName("order.cancelled.v1")]
        public sealed record OrderCancelled(string Reason) : Event;

        [StoredName("order.expired.v1")]
        public sealed record OrderExpired(string Reason) : Event;

        [StoredName("order.rejected.v1")]
        public sealed record OrderRejected(string Reason) : Event;

        [StoredName("order.hold-released.v1")]
        public sealed record HoldReleased(UInt256 Amount) : Event;

        [StoredName("order.closure-reported.v1")]
        public sealed record ClosureReported : Event;
    }

    public abstract record Rejection(string Code) : IRejection
    {
        public sealed record NotPermitted(string Principal) : Rejection("not-permitted");

        public sealed record UnknownOrder() : Rejection("order-unknown");

        /// <summary>The order exists with other terms.</summary>
        public sealed record IdReused(OrderId OrderId) : Rejection("order-id-reused");

        public sealed record InvalidTerms(string Why) : Rejection("order-terms-invalid");

        public sealed record OrderIsFinal(OrderState State) : Rejection("order-is-final");

        /// <summary>A fill or closure of an order that was never submitted.</summary>
        public sealed record NotSubmitted(OrderState State) : Rejection("order-not-submitted");

        public sealed record TradeIdReused(string VenueTradeId) : Rejection("order-trade-id-reused");

        public sealed record InvalidFill(string Why) : Rejection("order-fill-invalid");

        public sealed record Overfilled(UInt256 Filled, UInt256 Quantity) : Rejection("order-overfilled");

        public sealed record HoldExceeded(UInt256 Spent, UInt256 Held) : Rejection("order-hold-exceeded");

        public sealed record TooManyFills(int Max) : Rejection("order-too-many-fills");
    }
}

/// <summary>
/// The order of a desk that an order is a part of. A child spends from its parent's hold and gives none of it back,
/// tells its fills to the bot under the parent's id, and its end to the desk.
/// </summary>
/// <param name="Number">1, 2, 3 … within the parent.</param>
/// <param name="HoldId">The parent's hold at the account.</param>
public sealed record OrderParent(OrderId OrderId, int Number, Guid HoldId);

/// <summary>The one call to its venue that an order may have open. Stored by number.</summary>
public enum VenueCall
{
    None = 0,
    Submit = 1,
    Query = 2,
    Cancel = 3,
}
