using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.System;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.Node.Hosting;

/// <summary>
/// Every kind of entity that this program knows. What writes, verifies or exports a journal must use the same list.
/// </summary>
public static class EntityKinds
{
    public static IReadOnlyList<IEntityDefinition> All { get; } =
    [
        Account.Definition,
        Pool.Definition,
        Token.Definition,
        Bot.Definition,
        Order.Definition,
        PaperVenue.Definition,
        TradingSystem.Definition,
    ];

    /// <summary>A new catalogue of all their stored records.</summary>
    public static EventCatalog Catalog() => new(All);
}
