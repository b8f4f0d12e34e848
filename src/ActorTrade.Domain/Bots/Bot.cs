using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Bots;

/// <summary>A strategy that trades with one account's money, within its limits.</summary>
public static class Bot
{
    public const string Category = "bot";

    /// <summary>The longest reason kept; a longer one is cut.</summary>
    public const int ReasonLengthMax = 256;

    /// <summary>The entity of this bot.</summary>
    public static EntityId IdOf(BotId bot) => new(Category, bot.Value);

    public abstract record Command : ICommand
    {
        private Command()
        {
        }

        /// <summary>A part of an order was traded. Deduplicated by order and <paramref name="VenueTradeId"/>.</summary>
        public sealed record RecordFill(
            OrderId OrderId,
            string VenueTradeId,
            Side Side,
            UInt256 Quantity,
            decimal Price,
            UInt256 QuoteAmount,
            UInt256 Fee,
            TokenId FeeToken) : Command, INaturallyIdempotent;

        /// <summary>An order has ended.</summary>
        public sealed record RecordOrderClosed(OrderId OrderId, OrderState State, string? Reason) : Command, INaturallyIdempotent;
    }
}
