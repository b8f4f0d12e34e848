namespace ActorTrade.Gateway.Trades;

/// <summary>
/// An order at a venue, worked by the symbol's desk. Quantities are decimal strings in whole base tokens, prices quote
/// tokens for one base token. With both a way to gain (limit or take-profit) and a stop or trailing stop it is an OCO;
/// with neither trigger nor limit it trades at the market.
/// </summary>
/// <param name="Side">Buy or Sell.</param>
/// <param name="LimitPrice">The limit; with a take-profit, the limit once that is reached.</param>
/// <param name="TakeProfitPrice">Trades when the price has come to this: up for a sell, down for a buy.</param>
/// <param name="StopPrice">Trades when the price has come to this: down for a sell, up for a buy.</param>
/// <param name="StopLimitPrice">The limit after a stop; at the market without.</param>
/// <param name="TrailBps">A trailing stop: so far from the best price since it came, in 1e-4.</param>
/// <param name="TriggerBy">Last, Bid, Ask or Mid; if left out the bid for a sell and the ask for a buy.</param>
/// <param name="ReferencePrice">What the market is believed to be at; if left out, what this node last heard.</param>
/// <param name="TimeInForce">Gtc, Gtd, Ioc or Fok; Gtc if left out, Gtd with <paramref name="ExpiresAt"/>.</param>
/// <param name="Visible">An iceberg's tip.</param>
/// <param name="Slices">A TWAP's slices, one every <paramref name="SliceSeconds"/>.</param>
/// <param name="Deadline">Until when the desk may take it; 30 s from now if left out.</param>
public sealed record VenueOrderRequest(
    string? Account,
    string? Symbol,
    string? Side,
    string? Quantity,
    string? LimitPrice,
    string? TakeProfitPrice,
    string? StopPrice,
    string? StopLimitPrice,
    int? TrailBps,
    string? TriggerBy,
    string? ReferencePrice,
    string? TimeInForce,
    DateTimeOffset? ExpiresAt,
    bool? PostOnly,
    string? Visible,
    int? Slices,
    int? SliceSeconds,
    DateTimeOffset? Deadline);

/// <summary>An order at a venue as it stands.</summary>
/// <param name="Filled">By its children, those that work still included where one order is asked for.</param>
/// <param name="State">Placed, Waiting, Triggered, Working, Ending; at its end Filled, Cancelled, Expired, Rejected or
/// Denied.</param>
/// <param name="Reason">Why it ends.</param>
/// <param name="Children">The newest first; absent in lists.</param>
public sealed record VenueOrderDetails(
    Guid Order,
    string Account,
    string? Bot,
    string Venue,
    string Symbol,
    string Side,
    string Type,
    string Quantity,
    string Filled,
    string HoldToken,
    string Held,
    string TimeInForce,
    DateTimeOffset? ExpiresAt,
    string State,
    string? Reason,
    DateTimeOffset PlacedAt,
    DateTimeOffset? EndedAt,
    IReadOnlyList<ChildOrderShape>? Children);

/// <summary>A part of an order, as an order at the venue; <c>/api/orders/{id}</c> says more.</summary>
public sealed record ChildOrderShape(
    string Order, string Type, string Quantity, string Filled, string? LimitPrice, string State, DateTimeOffset At);
