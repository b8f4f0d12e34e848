using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.Orders.Triggers;

namespace ActorTrade.Domain.Desks;

/// <summary>Which price of the market a trigger is compared with. Stored by number.</summary>
public enum TriggerSource
{
    /// <summary>The last trade.</summary>
    Last = 0,

    Bid = 1,

    Ask = 2,

    /// <summary>Halfway between bid and ask.</summary>
    Mid = 3,
}

/// <summary>One way for an order to trade at a venue. Prices are quote tokens for one base token.</summary>
/// <param name="Trigger">What makes it begin. A stop waits for the price to go against the order's position: down for a
/// sell, up for a buy; a take-profit for the other way.</param>
/// <param name="TriggerPrice">Of a stop or take-profit, else null.</param>
/// <param name="TrailBps">Of a trailing stop: its distance from the best price since the order came, 1 to 9,999 in
/// 1e-4; else 0.</param>
/// <param name="LimitPrice">Null: at the market, within the price collar.</param>
public sealed record VenueLeg(TriggerKind Trigger, decimal? TriggerPrice, int TrailBps, decimal? LimitPrice)
{
    /// <summary>Trades from the start, at a limit or, with null, at the market.</summary>
    public static VenueLeg At(decimal? limit) => new(TriggerKind.None, null, 0, limit);
}

/// <summary>What is wrong with the terms of an order.</summary>
/// <param name="Field">The field of <see cref="VenueOrder"/> or <see cref="VenueLeg"/>, such as "Quantity".</param>
/// <param name="Why">What it must be.</param>
public sealed record TermsProblem(string Field, string Why);

/// <summary>
/// An order that a desk works at a venue by child orders: any mix of trigger, limit, time in force and style. Two legs
/// are one order with two ways out (OCO; with two triggers a bracket): both trade what is left of one quantity.
/// </summary>
/// <param name="Quantity">Base units of the base token.</param>
/// <param name="Legs">One; or two, the second a stop or trailing stop.</param>
/// <param name="ExpiresAt">Only with <see cref="TimeInForce.Gtd"/>.</param>
/// <param name="PostOnly">Ended instead of trading at once.</param>
/// <param name="Style">How much of it the venue sees.</param>
/// <param name="Visible">Of an iceberg: its tip; else zero.</param>
/// <param name="Slices">Of a TWAP: 2 to <see cref="SlicesMax"/>; else 0.</param>
/// <param name="SliceEvery">Of a TWAP: from one slice to the next, at least <see cref="SliceEveryMin"/>.</param>
/// <param name="Source">Which price triggers are compared with.</param>
/// <param name="ReferencePrice">What the market is believed to be at: the price collar's middle where nothing else is.
/// </param>
/// <param name="Limits">Of the whole order; its children only keep the collar and the fee.</param>
public sealed record VenueOrder(
    AccountId Account,
    string Venue,
    Instrument Instrument,
    Side Side,
    UInt256 Quantity,
    VenueLeg[] Legs,
    TimeInForce TimeInForce,
    DateTimeOffset? ExpiresAt,
    bool PostOnly,
    ExecutionStyle Style,
    UInt256 Visible,
    int Slices,
    TimeSpan SliceEvery,
    TriggerSource Source,
    decimal ReferencePrice,
    RiskLimits Limits)
{
    public const int SlicesMax = 1_000;

    /// <summary>An iceberg has at most this many tips.</summary>
    public const uint TipsMax = 1_000;

    public static readonly TimeSpan SliceEveryMin = TimeSpan.FromSeconds(1);

    /// <summary>The longest time a TWAP may take, and a GTD order may last.</summary>
    public static readonly TimeSpan LastsMax = TimeSpan.FromDays(366);

    /// <summary>Ended where it does not trade at once.</summary>
    public bool IsImmediate => TimeInForce is TimeInForce.Ioc or TimeInForce.Fok;

    /// <summary>What the order pays with.</summary>
    public TokenId HoldToken => Instrument.Spent(Side);

    /// <summary>The dearest price that a leg may trade at, as far as the terms say: a buy's hold is for it.</summary>
    public decimal WorstPrice => Legs.Max(WorstOf);

    /// <summary>Orders that the venue sees of it if each fills: slices, tips, or one for each leg.</summary>
    public int ChildrenExpected => Style switch
    {
        ExecutionStyle.Twap => Slices,
        ExecutionStyle.Iceberg => (int)(ulong)UInt256.MulDivUp(Quantity, UInt256.One, Visible),
        _ => Legs.Length,
    };

    /// <summary>Whether two orders say the same: records compare their arrays by reference.</summary>
    public bool IsSameAs(VenueOrder other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Legs.AsSpan().SequenceEqual(other.Legs) && this with { Legs = other.Legs } == other;
    }

    /// <summary>What the account is to hold: a sell its quantity; a buy what <see cref="RiskCheck.TryFullHold"/> says
    /// at the dearest price, and the rounding of every child, since each rounds its fills up on its own. False beyond
    /// 256 bits.</summary>
    public bool TryHold(out UInt256 hold)
    {
        var isPossible = RiskCheck.TryFullHold(Instrument, Side, Quantity, WorstPrice, Limits, out hold);
        return isPossible && (Side == Side.Sell
            || UInt256.TryAdd(hold, (UInt256)(RiskCheck.RoundingReserve * (uint)(ChildrenExpected - 1)), out hold));
    }

    /// <summary>A price as the triggers see it: higher is better for the order. False where it is out of bounds.
    /// </summary>
    public bool TryTriggerPrice(decimal price, out Price seen)
    {
        var isPrice = price is > 0 and <= RiskCheck.PriceMax;
        seen = isPrice ? SeenBy(Side, Instrument, price) : default;
        return isPrice && TriggerPrices.IsWithinBounds(seen);
    }

    /// <summary>A price above zero as triggers of a side see it, of a buy its inverse.</summary>
    public static Price SeenBy(Side side, Instrument instrument, decimal price)
    {
        ArgumentNullException.ThrowIfNull(instrument);
        var exact = Price.FromDecimal(price, instrument.BaseDecimals, instrument.QuoteDecimals);
        return TriggerPrices.Bounded(side == Side.Buy ? exact.Inverse() : exact);
    }

    /// <summary>What is wrong with the terms; null for nothing. The risk check of each leg is
    /// <see cref="DeskRisk"/>'s.</summary>
    public TermsProblem? Problem(DateTimeOffset now) =>
        PartiesProblem() ?? LegsProblem() ?? TimeProblem(now) ?? StyleProblem();

    private decimal WorstOf(VenueLeg leg)
    {
        var from = leg.TriggerPrice
            ?? (leg.Trigger == TriggerKind.TrailingStop
                ? ReferencePrice * (Bps.One + leg.TrailBps) / Bps.One
                : ReferencePrice);
        return leg.LimitPrice ?? RiskCheck.WorstPrice(Side, OrderType.Market, null, from, Limits);
    }

    private TermsProblem? PartiesProblem()
    {
        if (string.IsNullOrEmpty(Venue) || Venue.Length > Orders.Venue.NameLengthMax)
        {
            return new(nameof(Venue), $"The venue's name has 1 to {Orders.Venue.NameLengthMax} characters.");
        }

        if (Instrument.Base == Instrument.Quote
            || !TokenDecimals.TryCreate(Instrument.BaseDecimals, out _)
            || !TokenDecimals.TryCreate(Instrument.QuoteDecimals, out _))
        {
            return new(nameof(Instrument), $"It needs two tokens with 0 to {TokenDecimals.Max} decimals.");
        }

        if (Quantity.IsZero || Quantity > RiskCheck.QuantityMax)
        {
            return new(nameof(Quantity), "It must be above zero and at most 2^128 base units.");
        }

        if (Limits.PriceCollar.Value == Bps.One)
        {
            return new(nameof(Limits), "The price collar must be below 100 %.");
        }

        return TryTriggerPrice(ReferencePrice, out _)
            ? null
            : new(nameof(ReferencePrice), "It must be above zero and at most 10^18.");
    }

    private TermsProblem? LegsProblem()
    {
        if (Legs.Length is not (1 or 2))
        {
            return new(nameof(Legs), "An order has one leg or two.");
        }

        foreach (var leg in Legs)
        {
            if (LegProblem(leg) is { } wrong)
            {
                return wrong;
            }
        }

        var isPair = Legs.Length == 1
            || (Legs[0] is { Trigger: TriggerKind.TakeProfit } or { Trigger: TriggerKind.None, LimitPrice: not null }
                && Legs[1].Trigger is TriggerKind.Stop or TriggerKind.TrailingStop);
        return isPair
            ? null
            : new(nameof(Legs), "Of two legs the first is a limit or take-profit, the second a stop or trailing stop.");
    }

    private TermsProblem? LegProblem(VenueLeg leg)
    {
        var needsPrice = leg.Trigger is TriggerKind.Stop or TriggerKind.TakeProfit;
        if (needsPrice != leg.TriggerPrice.HasValue)
        {
            return new(
                nameof(VenueLeg.TriggerPrice), "A stop or take-profit has a trigger price, and nothing else has one.");
        }

        if (leg.Trigger == TriggerKind.TrailingStop ? leg.TrailBps is < 1 or >= Bps.One : leg.TrailBps != 0)
        {
            return new(
                nameof(VenueLeg.TrailBps),
                "A trailing stop has a distance of 1 to 9999 bps, and nothing else has one.");
        }

        if (leg.TriggerPrice is { } trigger && !TryTriggerPrice(trigger, out _))
        {
            return new(nameof(VenueLeg.TriggerPrice), "It must be above zero and at most 10^18.");
        }

        return leg.LimitPrice is not { } limit || TryTriggerPrice(limit, out _)
            ? null
            : new(nameof(VenueLeg.LimitPrice), "It must be above zero and at most 10^18.");
    }

    private TermsProblem? TimeProblem(DateTimeOffset now)
    {
        if (TimeInForce == TimeInForce.Gtd != ExpiresAt.HasValue)
        {
            return new(nameof(ExpiresAt), "An order that is good till a date has one, and no other has.");
        }

        if (ExpiresAt is { } at && (at <= now || at - now > LastsMax))
        {
            return new(nameof(ExpiresAt), "The order must expire after now and within 366 days.");
        }

        var isPlainLimit = Legs is [{ Trigger: TriggerKind.None, LimitPrice: not null }, ..];
        return PostOnly && (IsImmediate || !isPlainLimit || Style == ExecutionStyle.Twap)
            ? new(nameof(PostOnly), "Post-only is for limit orders that rest.")
            : null;
    }

    private TermsProblem? StyleProblem()
    {
        var isTwap = Style == ExecutionStyle.Twap;
        var isIceberg = Style == ExecutionStyle.Iceberg;
        if (isTwap != Slices > 0 || isTwap != SliceEvery > TimeSpan.Zero)
        {
            return new(nameof(Slices), "A TWAP has slices and an interval; no other order has them.");
        }

        if (isIceberg == Visible.IsZero)
        {
            return new(nameof(Visible), "An iceberg has a visible part; no other order has one.");
        }

        if (Style != ExecutionStyle.Whole && (IsImmediate || Legs.Length > 1))
        {
            return new(nameof(Style), "A TWAP or iceberg rests, and has one leg.");
        }

        if (isTwap)
        {
            return Slices is >= 2 and <= SlicesMax && SliceEvery >= SliceEveryMin
                && SliceEvery.Ticks <= LastsMax.Ticks / Slices && Legs[0].Trigger == TriggerKind.None
                    ? null
                    : new(
                        nameof(Slices),
                        "A TWAP has 2 to 1000 slices at least a second apart, no trigger, and ends within 366 days.");
        }

        if (isIceberg && Legs[0].LimitPrice is null)
        {
            return new(nameof(VenueLeg.LimitPrice), "An iceberg has a limit price.");
        }

        return isIceberg && (Visible > Quantity || Visible < Quantity / TipsMax)
            ? new(nameof(Visible), "It is at most the quantity, and at least a thousandth of it.")
            : null;
    }
}
