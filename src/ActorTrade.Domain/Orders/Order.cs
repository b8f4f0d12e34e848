using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Orders;

public static class Order
{
    public const string Category = "order";

    /// <summary>The entity of this order.</summary>
    public static EntityId Id(OrderId order) => new(Category, order.Value.ToString("N"));

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
        /// <param name="HoldAmount">At least what <see cref="RiskCheck.TryRequiredHold"/> says.</param>
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
            RiskLimits Limits) : Command, INaturallyIdempotent;

        /// <summary>End the order; passes in every mode. Final only when the venue confirms.</summary>
        /// <param name="Why">At most <see cref="ReasonLengthMax"/> characters.</param>
        public sealed record Cancel(string Why) : Command, INaturallyIdempotent;
    }

    /// <summary>The longest stored reason, in characters; longer ones are cut.</summary>
    public const int ReasonLengthMax = 200;
}
