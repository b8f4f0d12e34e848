namespace ActorTrade.Gateway.Bots;

/// <summary>Makes a bot that trades with an account's money. The principal of the request owns it.</summary>
/// <param name="Strategy">The name of the strategy's kind.</param>
/// <param name="Parameters">The strategy's settings, as text.</param>
/// <param name="Symbols">The pairs it may trade, such as BTCUSD.</param>
public sealed record RegisterBotRequest(
    string? Bot,
    string? Account,
    string? Strategy,
    IReadOnlyDictionary<string, string>? Parameters,
    string[]? Symbols,
    BotLimitsShape? Limits);

/// <summary>What the bot may do at most; what is left out has the value named here.</summary>
/// <param name="OrderNotionalMax">Whole quote tokens an order may be worth, a decimal string.</param>
/// <param name="PositionMax">Whole base tokens a position may reach, a decimal string.</param>
/// <param name="DailyLossMax">Whole quote tokens that may be lost in a UTC day, a decimal string.</param>
/// <param name="OpenOrdersMax">1 to 256; 16 if left out.</param>
/// <param name="OrdersPerDayMax">At least 1; 1,000 if left out.</param>
/// <param name="PriceCollarBps">How far from its reference price an order may trade; 100 if left out.</param>
/// <param name="FeeMaxBps">The most a venue may charge; 50 if left out.</param>
public sealed record BotLimitsShape(
    string? OrderNotionalMax,
    string? PositionMax,
    string? DailyLossMax,
    int? OpenOrdersMax,
    int? OrdersPerDayMax,
    int? PriceCollarBps,
    int? FeeMaxBps);

/// <summary>Why something is done; journaled with who did it.</summary>
public sealed record WhyRequest(string? Why);

/// <param name="Quantity">Whole base tokens, with a minus where it is short.</param>
/// <param name="Cost">Whole quote tokens that the open quantity cost.</param>
/// <param name="Realised">Whole quote tokens.</param>
/// <param name="Unrealised">At the market's mid price, a rounded number for display; absent without a quote.</param>
public sealed record BotPositionShape(
    string Symbol, string Quantity, string Cost, string Realised, decimal? Unrealised, string Fees);

public sealed record BotResultShape(string Token, string Realised, string RealisedToday);

public sealed record BotDetails(
    string Bot,
    string State,
    string Owner,
    string Account,
    string Strategy,
    IReadOnlyDictionary<string, string> Parameters,
    IReadOnlyList<string> Symbols,
    int SentToday,
    IReadOnlyList<BotPositionShape> Positions,
    IReadOnlyList<BotResultShape> Results,
    IReadOnlyList<Guid> OpenOrders,
    int OpenSwaps,
    long SequenceNr);

public sealed record FillShape(
    string VenueTradeId, string Quantity, decimal Price, string FeeToken, string Fee, DateTimeOffset At);

/// <summary>An order, in whole tokens.</summary>
/// <param name="NeedsOperator">A fill could not be booked: money and trades disagree.</param>
public sealed record OrderDetails(
    Guid Order,
    string State,
    string? Reason,
    string? Bot,
    string Account,
    string Venue,
    string Symbol,
    string Side,
    string Type,
    string Quantity,
    string Filled,
    decimal? LimitPrice,
    decimal ReferencePrice,
    string TimeInForce,
    string HoldToken,
    string Held,
    string Spent,
    bool IsCancelRequested,
    bool NeedsOperator,
    IReadOnlyList<FillShape> Fills,
    DateTimeOffset At,
    long SequenceNr);

/// <summary>An order in a list.</summary>
public sealed record OrderSummary(
    string Order,
    string? Bot,
    string Symbol,
    string Side,
    string Quantity,
    string Filled,
    string State,
    DateTimeOffset At);
