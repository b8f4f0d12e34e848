using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Books;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.System;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.Domain;

/// <summary>
/// Every kind of entity that this program knows. What writes, verifies or exports a journal must use the same list.
/// </summary>
public static class EntityKinds
{
    /// <summary>Nodes with this role serve accounts, pools, their books, tokens, bots, orders, their desks, venues and
    /// the trading system.</summary>
    public const string TradeRole = "trade";

    public static IReadOnlyList<IEntityDefinition> All { get; } =
    [
        Account.Definition,
        Pool.Definition,
        OrderBook.Definition,
        Token.Definition,
        Bot.Definition,
        Order.Definition,
        PaperVenue.Definition,
        OrderDesk.Definition,
        TradingSystem.Definition,
    ];

    /// <summary>The role whose nodes serve entities of a kind. All known kinds trade so far.</summary>
    public static string RoleOf(string category) => TradeRole;

    /// <summary>A new catalogue of all their stored records.</summary>
    public static EventCatalog Catalog() => new(All);
}
