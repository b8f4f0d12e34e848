using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;

namespace ActorTrade.Domain.Books;

/// <summary>What is done where an order could be sandwiched: traded before and after at its cost. Stored by
/// number.</summary>
public enum SandwichProtection
{
    /// <summary>Nothing: it trades as much as its price allows.</summary>
    None = 0,

    /// <summary>What trades at once is never more than is safe at the pool's present state; the rest trades at later
    /// prices, at least <see cref="OrderBook.SliceApart"/> apart. Of an order that would need more than
    /// <see cref="PoolOrder.PartsMax"/> parts, what trades is sent privately instead.</summary>
    Split = 1,

    /// <summary>Nobody may see what trades before it has: where it trades on a chain it is sent by a private
    /// relay.</summary>
    Private = 2,
}

/// <summary>One way for an order to trade.</summary>
/// <param name="Trigger">What makes it begin.</param>
/// <param name="TriggerPrice">Of a stop or take-profit, else null.</param>
/// <param name="TrailBps">Of a trailing stop: its distance below the highest price, 1 to 9,999 in 1e-4; else 0.</param>
/// <param name="Limit">The least price; may be null where there is a trigger.</param>
/// <param name="SlippageBps">Without a limit: how far below the trigger's price it may trade, 0 to 9,999.</param>
public sealed record OrderLeg(TriggerKind Trigger, Price? TriggerPrice, int TrailBps, Price? Limit, int SlippageBps)
{
    /// <summary>Trades at a price or better, from the start.</summary>
    public static OrderLeg At(Price limit) => new(TriggerKind.None, null, 0, limit, 0);

    /// <summary>The least price once it has been triggered at a price.</summary>
    public Price LimitFrom(Price triggered) => Limit ?? TriggerPrices.Below(triggered, SlippageBps);
}

/// <summary>
/// An order that sells a token to a pool for another. Prices are base units of the token it buys for one of the token
/// it sells, so a higher price is always the better one: who wants to buy X with Y at a price or lower sells Y at the
/// inverse or higher.
/// </summary>
/// <remarks>
/// Two legs are one order with two ways out (OCO; take-profit and stop together a bracket): both trade what is left of
/// one amount, so together never more than it, and a stop that is triggered ends the other leg.
/// </remarks>
/// <param name="AmountIn">All that may be sold, in base units; held by the account while the order is open.</param>
/// <param name="Legs">One; or two, the second a stop or trailing stop.</param>
/// <param name="ExpiresAt">Only with <see cref="TimeInForce.Gtd"/>.</param>
/// <param name="PostOnly">Ended instead of filled where it would trade at the first look.</param>
/// <param name="Visible">Of an iceberg: its visible part; else zero.</param>
/// <param name="Slices">Of a TWAP: 2 to <see cref="SlicesMax"/>; else 0.</param>
/// <param name="SliceEvery">Of a TWAP: from one slice to the next, at least <see cref="SliceEveryMin"/>.</param>
public sealed record PoolOrder(
    TokenId TokenIn,
    TokenId TokenOut,
    UInt256 AmountIn,
    OrderLeg[] Legs,
    TimeInForce TimeInForce,
    DateTimeOffset? ExpiresAt,
    bool PostOnly,
    ExecutionStyle Style,
    UInt256 Visible,
    int Slices,
    TimeSpan SliceEvery)
{
    public const int SlicesMax = 1_000;

    /// <summary>An order is filled in at most about this many parts: a smaller one is not worth its events.</summary>
    public const uint PartsMax = 1_000;

    public static readonly TimeSpan SliceEveryMin = TimeSpan.FromSeconds(1);

    /// <summary>The longest time a TWAP may take, and a GTD order may last.</summary>
    public static readonly TimeSpan LastsMax = TimeSpan.FromDays(366);

    public static UInt256 AmountMax => UInt128.MaxValue;

    /// <summary>Base units an order must sell and, at its limit, buy at least: below, rounding is most of the
    /// price.</summary>
    public static UInt256 AmountMin => 1_000u;

    /// <summary>Filled at its first look as far as possible, then ended.</summary>
    public bool IsImmediate => TimeInForce is TimeInForce.Ioc or TimeInForce.Fok;

    /// <summary>A fill below this is not begun, unless it is all that is shown.</summary>
    public UInt256 LeastFill => UInt256.Max(AmountIn / PartsMax, UInt256.One);

    /// <summary>An order to sell at a price or better until it is cancelled.</summary>
    public static PoolOrder Limit(TokenId tokenIn, TokenId tokenOut, UInt256 amountIn, Price limit) => new(
        tokenIn, tokenOut, amountIn, [OrderLeg.At(limit)], TimeInForce.Gtc, null, false, ExecutionStyle.Whole,
        UInt256.Zero, 0, TimeSpan.Zero);

    /// <summary>Whether two orders say the same: records compare their arrays by reference.</summary>
    public bool IsSameAs(PoolOrder other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Legs.AsSpan().SequenceEqual(other.Legs) && this with { Legs = other.Legs } == other;
    }

    /// <summary>What is wrong with the terms; null for nothing.</summary>
    public string? Problem(
        DateTimeOffset now,
        SandwichProtection protection = SandwichProtection.None,
        TriggerMean? triggerBy = null) =>
        TokenIn == TokenOut ? "An order needs two different tokens."
        : AmountIn < AmountMin || AmountIn > AmountMax ? "The amount must be from 1000 to 2^128 base units."
        : protection == SandwichProtection.Split && IsImmediate
            ? "What must trade at once cannot be split over later prices."
        : triggerBy is not null && !(triggerBy.IsOffered && Array.Exists(Legs, l => l.Trigger != TriggerKind.None))
            ? "A price over time is for triggers: of 60, 300 or 900 s, and at most 0 (any), 3600 or 86400 s old."
        : LegsProblem() ?? TimeProblem(now) ?? StyleProblem();

    private string? LegsProblem()
    {
        if (Legs.Length is not (1 or 2))
        {
            return "An order has one leg or two.";
        }

        if (Array.Find(Legs, l => LegProblem(l) is not null) is { } wrong)
        {
            return LegProblem(wrong);
        }

        var isPair = Legs.Length == 1
            || (Legs[0].Trigger is TriggerKind.None or TriggerKind.TakeProfit
                && Legs[1].Trigger is TriggerKind.Stop or TriggerKind.TrailingStop);
        return isPair ? null : "Of two legs the first is a limit or take-profit, the second a stop or trailing stop.";
    }

    private string? LegProblem(OrderLeg leg)
    {
        var needsPrice = leg.Trigger is TriggerKind.Stop or TriggerKind.TakeProfit;
        if (needsPrice != leg.TriggerPrice.HasValue)
        {
            return "A stop or take-profit has a trigger price, and nothing else has one.";
        }

        if (leg.Trigger == TriggerKind.TrailingStop ? leg.TrailBps is < 1 or >= Bps.One : leg.TrailBps != 0)
        {
            return "A trailing stop has a distance of 1 to 9999 bps, and nothing else has one.";
        }

        if (leg.Trigger == TriggerKind.None && leg.Limit is null)
        {
            return "Without a trigger there must be a limit price.";
        }

        if (leg.SlippageBps is < 0 or >= Bps.One || (leg.Limit is not null && leg.SlippageBps != 0))
        {
            return "The slippage is 0 to 9999 bps, and is not given with a limit price.";
        }

        Price?[] prices = [leg.TriggerPrice, leg.Limit];
        if (!prices.All(p => p is not { } price || TriggerPrices.IsWithinBounds(price)))
        {
            return "A price must be above zero, and its terms below 2^200.";
        }

        return prices.All(p => p is not { } price || IsEnough(price))
            ? null
            : "At its price the order must buy from 1000 to 2^128 base units.";
    }

    private bool IsEnough(Price price) =>
        TriggerPrices.TryLeastOut(AmountIn, price, out var least) && least >= AmountMin && least <= AmountMax;

    private string? TimeProblem(DateTimeOffset now)
    {
        if (TimeInForce == TimeInForce.Gtd != ExpiresAt.HasValue)
        {
            return "An order that is good till a date has one, and no other has.";
        }

        if (ExpiresAt is { } at && (at <= now || at - now > LastsMax))
        {
            return "The order must expire after now and within 366 days.";
        }

        return PostOnly && (IsImmediate || Legs[0].Trigger != TriggerKind.None || Style == ExecutionStyle.Twap)
            ? "Post-only is for limit orders that rest."
            : null;
    }

    private string? StyleProblem()
    {
        var isTwap = Style == ExecutionStyle.Twap;
        var isIceberg = Style == ExecutionStyle.Iceberg;
        if (isTwap != Slices > 0 || isTwap != SliceEvery > TimeSpan.Zero || isIceberg == Visible.IsZero)
        {
            return "A TWAP has slices and an interval, an iceberg a visible part; no other order has them.";
        }

        if (Style != ExecutionStyle.Whole && (IsImmediate || Legs.Length > 1))
        {
            return "A TWAP or iceberg rests, and has one leg.";
        }

        if (isTwap)
        {
            return Slices is >= 2 and <= SlicesMax && SliceEvery >= SliceEveryMin
                && SliceEvery.Ticks <= LastsMax.Ticks / Slices && Legs[0].Trigger == TriggerKind.None
                    ? null
                    : "A TWAP has 2 to 1000 slices at least a second apart, no trigger, and ends within 366 days.";
        }

        return isIceberg && (Visible > AmountIn || Visible < LeastFill)
            ? "The visible part is at most the amount, and at least a thousandth of it."
            : null;
    }
}
