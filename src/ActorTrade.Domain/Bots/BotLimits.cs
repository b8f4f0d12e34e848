using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;

namespace ActorTrade.Domain.Bots;

/// <summary>What a bot may do at most; checked before an order leaves, and never
/// changed after the registration.</summary>
/// <param name="OrderNotionalMax"> Whole quote tokens one order or swap may be worth: an order at
/// the dearer of its worst and its reference price, rounded up; a swap with what it pays, or
/// where it sells, with the least it must bring.
/// </param>
/// <param name="PositionMax"> Whole base tokens a symbol's position may reach, long or short, if
/// everything open on that side is filled. A pool swap counts with the least it may give, so a better
/// outcome may pass the limit by the difference.
/// </param>
/// <param name="DailyLossMax">Whole quote tokens that may be lost (realised, after fees) in
/// one UTC day, for each quote token.</param>
/// <param name="OpenOrdersMax">Orders and swaps open at once, 1 to <see cref="OpenOrdersCeiling"/>.</param>
/// <param name="OrdersPerDayMax">Orders and swaps sent in one UTC day, at least 1.</param>
/// <param name="PriceCollar">How far from its reference price an order may trade; below 100 %.</param>
/// <param name="FeeMax">The most a venue may charge, as a part of the quote amount; a buy holds it back.</param>
public sealed record BotLimits(
    decimal OrderNotionalMax,
    decimal PositionMax,
    decimal DailyLossMax,
    int OpenOrdersMax,
    int OrdersPerDayMax,
    Bps PriceCollar,
    Bps FeeMax)
{
    // Far above any market, far below what overflows.
    private const decimal AmountMax = 1_000_000_000_000_000_000m;

    /// <summary>No bot has more open orders and swaps than this.</summary>
    public const int OpenOrdersCeiling = 256;

    /// <summary>Null when the limits are possible, else what is wrong, beginning with the field.</summary>
    public string? Check()
    {
        if ((CheckAmount(OrderNotionalMax, nameof(OrderNotionalMax)) ?? CheckAmount(PositionMax, nameof(PositionMax))
            ?? CheckAmount(DailyLossMax, nameof(DailyLossMax))) is { } error)
        {
            return error;
        }

        if (OpenOrdersMax is < 1 or > OpenOrdersCeiling)
        {
            return $"OpenOrdersMax: must be 1 to {OpenOrdersCeiling}.";
        }

        if (OrdersPerDayMax < 1)
        {
            return "OrdersPerDayMax: must be at least 1.";
        }

        return PriceCollar.Value == Bps.One ? "PriceCollar: must be below 100 %." : null;
    }

    internal RiskLimits ForOrder(Instrument instrument) => new(NotionalMaxOf(instrument), PriceCollar, FeeMax);

    internal UInt256 NotionalMaxOf(Instrument instrument) =>
        Units.FromDecimal(OrderNotionalMax, instrument.QuoteDecimals, Rounding.Down);

    internal UInt256 PositionMaxOf(Instrument instrument) =>
        Units.FromDecimal(PositionMax, instrument.BaseDecimals, Rounding.Down);

    internal UInt256 DailyLossMaxOf(int quoteDecimals) => Units.FromDecimal(DailyLossMax, quoteDecimals, Rounding.Down);

    private static string? CheckAmount(decimal amount, string name) =>
        amount is <= 0 or > AmountMax ? $"{name}: must be above zero and at most {AmountMax}." : null;
}

/// <summary>One named setting of a bot's strategy, as text; the strategy's kind says what it means.</summary>
public sealed record BotParameter(string Name, string Value);

/// <summary>Where a bot is in its life.</summary>
public enum BotState
{
    /// <summary>There is no such bot yet.</summary>
    Unknown = 0,

    /// <summary>Known, never started.</summary>
    Registered = 1,

    /// <summary>May trade.</summary>
    Running = 2,

    /// <summary>Sends nothing new; its open orders work on unless a limit was breached.</summary>
    Paused = 3,

    /// <summary>Sends nothing new; its open orders are being cancelled.</summary>
    Stopped = 4,
}

/// <summary>Which limit of <see cref="BotLimits"/>.</summary>
public enum BotLimit
{
    OrderNotional = 0,
    Position = 1,
    DailyLoss = 2,
    OpenOrders = 3,
    OrdersPerDay = 4,
}

/// <summary>What a bot earned with one quote token.</summary>
/// <param name="Quote">The token in which the results are counted.</param>
/// <param name="Decimals">Of the token.</param>
/// <param name="Realised">Base units, since the registration, after fees.</param>
/// <param name="RealisedToday">Base units, in the UTC day of the bot's last trade.</param>
public sealed record BotResult(TokenId Quote, int Decimals, SignedAmount Realised, SignedAmount RealisedToday);
