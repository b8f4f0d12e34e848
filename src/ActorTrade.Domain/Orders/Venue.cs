using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Orders;

/// <summary>
/// How an order speaks with a market outside the ledger: a venue looks like an entity of category "venue" whose key is
/// its name. A connector of a real venue answers in these words; the paper venue is a whole one, and stores them.
/// </summary>
/// <remarks>
/// <para>An order id is the client order id. A venue that has seen it gives a repeated <see cref="Command.Submit"/> its
/// first answer. A connector that was started after <see cref="Command.Submit.SubmittedAt"/> cannot know whether it has
/// sent the order before it stopped: it must not send, but answer <see cref="Event.SubmitTimedOut"/>, so that the order
/// is asked about.</para>
/// <para>A time-out of a submission is an answer, <see cref="Event.SubmitTimedOut"/>, since only the order may decide
/// what follows. Fills and closures come as commands to the order, each repeated until answered.</para>
/// </remarks>
public static class Venue
{
    public const string Category = "venue";

    /// <summary>The longest name of a venue, in characters.</summary>
    public const int NameLengthMax = 32;

    /// <summary>The longest id a venue may give an order or a trade, in characters.</summary>
    public const int VenueIdLengthMax = 64;

    /// <summary>Why a venue ends a post-only order that would have traded at once.</summary>
    public const string PostOnlyWouldTrade = "post-only-would-trade";

    /// <summary>Where the venue of this name is reached.</summary>
    public static EntityId IdOf(string name) => new(Category, name);

    public abstract record Command : ICommand
    {
        private protected Command()
        {
        }

        /// <summary>Take an order.</summary>
        /// <param name="LimitPrice">The limit, and for a market order its protection: it does not trade beyond.</param>
        /// <param name="SpendMax">What the order may spend in all, fees included, of the token it pays with.</param>
        /// <param name="SubmittedAt">When the intention was journaled.</param>
        /// <param name="PostOnly">
        /// Ended as <see cref="PostOnlyWouldTrade"/> instead of trading with the first quote it meets.
        /// </param>
        public sealed record Submit(
            OrderId OrderId,
            Instrument Instrument,
            Side Side,
            OrderType Type,
            UInt256 Quantity,
            decimal LimitPrice,
            TimeInForce TimeInForce,
            DateTimeOffset? ExpiresAt,
            UInt256 SpendMax,
            DateTimeOffset SubmittedAt,
            bool PostOnly = false) : Command, INaturallyIdempotent;

        /// <summary>End an order. Accepted also where it has ended: the answer says with how much filled.</summary>
        public sealed record Cancel(OrderId OrderId) : Command, INaturallyIdempotent;

        /// <summary>Say what is known of an order.</summary>
        public sealed record Query(OrderId OrderId) : Command, INaturallyIdempotent;
    }

    /// <summary>One trade of an order, as the venue tells it.</summary>
    /// <param name="VenueTradeId">Unique within the venue.</param>
    /// <param name="Quantity">Base units of the base token.</param>
    /// <param name="Price">Quote tokens for one base token.</param>
    /// <param name="QuoteAmount">Base units of the quote token that change hands, before the fee.</param>
    /// <param name="FeeToken">The instrument's base or quote token.</param>
    public sealed record Trade(
        string VenueTradeId,
        UInt256 Quantity,
        decimal Price,
        UInt256 QuoteAmount,
        TokenId FeeToken,
        UInt256 Fee,
        DateTimeOffset At);

    // Stored by the paper venue for ever: add cases, never rename or change one.
    public abstract record Event : IEvent
    {
        private Event()
        {
        }

        [StoredName("venue.submit-accepted.v1")]
        public sealed record SubmitAccepted(OrderId OrderId, string VenueOrderId) : Event;

        [StoredName("venue.submit-rejected.v1")]
        public sealed record SubmitRejected(OrderId OrderId, string Reason) : Event;

        /// <summary>Nobody knows whether the venue has the order.</summary>
        [StoredName("venue.submit-timed-out.v1")]
        public sealed record SubmitTimedOut(OrderId OrderId) : Event;

        /// <summary>The order has ended at the venue.</summary>
        /// <param name="State">A final state.</param>
        /// <param name="Filled">Base units filled in all; fills that make it up may still be on their way.</param>
        [StoredName("venue.cancel-accepted.v1")]
        public sealed record CancelAccepted(OrderId OrderId, OrderState State, UInt256 Filled) : Event;

        /// <summary>The venue does not know the order, or does not cancel it.</summary>
        [StoredName("venue.cancel-rejected.v1")]
        public sealed record CancelRejected(OrderId OrderId, string Reason) : Event;

        /// <summary>What the venue knows of an order; an answer, never stored.</summary>
        /// <param name="IsKnown">False: the venue has never seen it; the other fields then say nothing.</param>
        [StoredName("venue.order-status.v1")]
        public sealed record OrderStatus(
            OrderId OrderId,
            bool IsKnown,
            string? VenueOrderId,
            OrderState State,
            UInt256 Filled,
            Trade[] Trades,
            string? Reason) : Event;

        // The facts of a venue that the cluster itself keeps: the paper venue.

        [StoredName("venue.configured.v1")]
        public sealed record Configured(PaperTerms Terms) : Event;

        /// <summary>
        /// The order has reached the venue; it trades with quotes of <paramref name="EffectiveAt"/> and after.
        /// </summary>
        [StoredName("venue.order-received.v1")]
        public sealed record OrderReceived(
            OrderId OrderId,
            long Number,
            Instrument Instrument,
            Side Side,
            OrderType Type,
            UInt256 Quantity,
            decimal LimitPrice,
            TimeInForce TimeInForce,
            DateTimeOffset? ExpiresAt,
            UInt256 SpendMax,
            DateTimeOffset SubmittedAt,
            DateTimeOffset EffectiveAt) : Event;

        /// <summary>The order that was received is ended instead of trading with the first quote it meets.</summary>
        [StoredName("venue.order-is-post-only.v1")]
        public sealed record OrderIsPostOnly(OrderId OrderId) : Event;

        /// <summary>A submission that the venue did not take: lost under way, or rejected.</summary>
        [StoredName("venue.submission-dropped.v1")]
        public sealed record SubmissionDropped(OrderId OrderId, DateTimeOffset SubmittedAt) : Event;

        /// <summary>
        /// A limit order met a quote it could not trade with; from now on it trades at its own price.
        /// </summary>
        [StoredName("venue.order-rested.v1")]
        public sealed record OrderRested(OrderId OrderId) : Event;

        /// <param name="IsToldTwice">A fault: the order hears of it twice.</param>
        [StoredName("venue.traded.v1")]
        public sealed record Traded(OrderId OrderId, Trade Trade, bool IsToldTwice) : Event;

        /// <summary>The venue ended an order that is not wholly filled.</summary>
        [StoredName("venue.order-closed.v1")]
        public sealed record OrderClosed(OrderId OrderId, OrderState State, string Reason) : Event;

        /// <summary>
        /// The order has heard so many of its trades and its end; with a code where it refused the last.
        /// </summary>
        [StoredName("venue.order-told.v1")]
        public sealed record OrderTold(OrderId OrderId, int Count, string? RefusalCode) : Event;

        [StoredName("venue.fault-set.v1")]
        public sealed record FaultSet(PaperFault Fault, int Count) : Event;

        [StoredName("venue.fault-spent.v1")]
        public sealed record FaultSpent(PaperFault Fault) : Event;

        [StoredName("venue.connection-dropped.v1")]
        public sealed record ConnectionDropped : Event;

        [StoredName("venue.connection-restored.v1")]
        public sealed record ConnectionRestored : Event;
    }

    public abstract record Rejection(string Code) : IRejection
    {
        /// <summary>The venue cannot be reached now, and this call did nothing: call again.</summary>
        public sealed record Unreachable() : Rejection("venue-unreachable");

        /// <summary>The execution's gate did not let a submission out.</summary>
        /// <param name="DenialCode">A code of <see cref="Denial"/>.</param>
        public sealed record Denied(string DenialCode) : Rejection("order-denied");

        public sealed record InvalidTerms(string Why) : Rejection("venue-terms-invalid");

        /// <summary>The call comes from someone who is not the cluster itself.</summary>
        public sealed record NotPermitted(string Principal) : Rejection("not-permitted");
    }
}

/// <summary>
/// What a venue does with an order by itself, as its connector declares. Every venue takes market and limit orders that
/// are good until cancelled; what it lacks beyond, a desk makes up for or refuses.
/// </summary>
[Flags]
public enum VenueCapabilities
{
    None = 0,

    /// <summary>Ends an order itself at the date it is good till; a desk's timer does it otherwise.</summary>
    Gtd = 1,

    /// <summary>Ends what does not trade at once.</summary>
    Ioc = 2,

    /// <summary>Trades all at once or nothing.</summary>
    Fok = 4,

    /// <summary>Ends an order that would trade at once.</summary>
    PostOnly = 8,
}
