namespace ActorTrade.Gateway.Trades;

/// <summary>
/// An order that sells a token to a pool. Amounts are decimal strings in whole tokens, prices tokens bought for one
/// token sold. With both a way up (limit or take-profit) and a way down (stop or trailing stop) it is an OCO.
/// </summary>
/// <param name="LimitPrice">The least price; with a take-profit, the least price once that is reached.</param>
/// <param name="TakeProfitPrice">Trades when the price has risen to this.</param>
/// <param name="StopPrice">Trades when the price has fallen to this.</param>
/// <param name="StopLimitPrice">The least price after a stop; else <paramref name="SlippageBps"/> below it.</param>
/// <param name="TrailBps">A trailing stop: so far below the highest price since it was placed, in 1e-4.</param>
/// <param name="SlippageBps">How far below its trigger's price it may trade where no limit is given; 100 if left
/// out.</param>
/// <param name="TimeInForce">Gtc, Gtd, Ioc or Fok; Gtc if left out, Gtd with <paramref name="ExpiresAt"/>.</param>
/// <param name="Visible">An iceberg's visible part.</param>
/// <param name="Slices">A TWAP's slices, one every <paramref name="SliceSeconds"/>.</param>
/// <param name="TriggerWindowSeconds">Triggers are compared with the pool's mean price of so long: 60, 300 or 900; with
/// the price of the moment if left out.</param>
/// <param name="TriggerMaxAgeSeconds">That mean's age at most: 3600 or 86400; any if left out.</param>
/// <param name="Protection">None, Split or Private; as the node is set if left out, and Private instead of Split for
/// Ioc and Fok.</param>
/// <param name="Deadline">Until when the book may take it; 30 s from now if left out.</param>
/// <param name="TokenOut">What it buys; needed where the pool has more than two tokens.</param>
public sealed record PoolOrderRequest(
    string? Account,
    string? TokenIn,
    string? AmountIn,
    string? LimitPrice,
    string? TakeProfitPrice,
    string? StopPrice,
    string? StopLimitPrice,
    int? TrailBps,
    int? SlippageBps,
    string? TimeInForce,
    DateTimeOffset? ExpiresAt,
    bool? PostOnly,
    string? Visible,
    int? Slices,
    int? SliceSeconds,
    int? TriggerWindowSeconds,
    int? TriggerMaxAgeSeconds,
    string? Protection,
    DateTimeOffset? Deadline,
    string? TokenOut = null);

/// <summary>An order of a pool as it stands.</summary>
/// <param name="Sold">So far.</param>
/// <param name="State">Placed, Open, Cancelling; at its end Filled, Cancelled, Expired, Ended or Refused.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="TriggerWindowSeconds">Of the mean price that its triggers are compared with; null for the price of the
/// moment.</param>
/// <param name="Protection">None, Split or Private: what is done where it could be sandwiched.</param>
/// <param name="IsPrivate">It, or a part of it, is kept from sight until it has traded.</param>
public sealed record PoolOrderDetails(
    Guid Order,
    string Account,
    string Pool,
    string TokenIn,
    string TokenOut,
    string AmountIn,
    string Sold,
    string Bought,
    string Type,
    string TimeInForce,
    string State,
    string? Reason,
    long? TriggerWindowSeconds,
    string Protection,
    bool IsPrivate,
    DateTimeOffset PlacedAt,
    DateTimeOffset? EndedAt);
