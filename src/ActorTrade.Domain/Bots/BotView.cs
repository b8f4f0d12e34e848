using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Bots;

/// <summary>What readers see of a bot. Amounts in base units; orders and swaps by number.</summary>
/// <param name="DeskOrders">Those of the open orders that desks work; null from a node that knows no such.</param>
public sealed record BotView(
    string Key,
    string? Owner,
    AccountId? Account,
    string? Strategy,
    BotParameter[] Parameters,
    Instrument[] Instruments,
    BotLimits? Limits,
    BotState State,
    long LastNumber,
    int SentToday,
    BotPosition[] Positions,
    BotResult[] Results,
    BotOrderView[] OpenOrders,
    BotSwapView[] OpenSwaps,
    BotDeskOrderView[]? DeskOrders = null)
{
    /// <summary>The position of a symbol; flat where the bot never traded it.</summary>
    public BotPosition PositionOf(Symbol symbol) =>
        Array.Find(Positions, p => p.Symbol == symbol) ?? BotPosition.Flat(symbol);

    internal static BotView Of(Bot.State state) => new(
        state.Key,
        state.Terms?.Owner,
        state.Terms?.Account,
        state.Terms?.Strategy,
        [.. state.Terms?.Parameters ?? []],
        [.. state.Terms?.Instruments ?? []],
        state.Terms?.Limits,
        state.Life,
        state.LastNumber,
        state.SentToday,
        [.. state.Positions.Values],
        [.. state.Results.Values],
        [.. state.Orders.Values.OrderBy(o => o.Terms.Number).Select(o => new BotOrderView(
            o.Terms.OrderId, o.Terms.Symbol, o.Terms.Side, o.Terms.Type, o.Terms.Quantity, o.Filled, o.Terms.LimitPrice,
            o.Terms.At))],
        [.. state.Swaps.Values.OrderBy(s => s.Terms.Number).Select(s => new BotSwapView(
            s.Terms.TradeId, s.TokenIn, s.Terms.AmountIn, s.TokenOut, s.Terms.MinAmountOut, s.Terms.Deadline))],
        [.. state.Orders.Values.Where(o => o.Desk is not null).OrderBy(o => o.Terms.Number).Select(o =>
            new BotDeskOrderView(o.Terms.OrderId, o.Desk!.Terms))]);
}

/// <summary>An open order of a bot.</summary>
public sealed record BotOrderView(
    OrderId OrderId,
    Symbol Symbol,
    Side Side,
    OrderType Type,
    UInt256 Quantity,
    UInt256 Filled,
    decimal? LimitPrice,
    DateTimeOffset At);

/// <summary>How a desk works an open order of a bot.</summary>
public sealed record BotDeskOrderView(OrderId OrderId, DeskTerms Terms);

/// <summary>An open pool swap of a bot.</summary>
public sealed record BotSwapView(
    Guid TradeId, TokenId TokenIn, UInt256 AmountIn, TokenId TokenOut, UInt256 MinAmountOut, DateTimeOffset Deadline);
