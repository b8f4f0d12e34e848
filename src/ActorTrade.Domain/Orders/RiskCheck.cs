using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Orders;

/// <summary>Why the risk check lets an order not leave the system. Codes are CATEGORY_CONDITION and stable.</summary>
public abstract record Denial(string Code)
{
    /// <summary>The system takes no new orders.</summary>
    public sealed record SystemNotActive(SystemMode Mode) : Denial("SYSTEM_NOT_ACTIVE");

    /// <summary>Zero, or more than 2^128 base units.</summary>
    public sealed record QuantityOutOfRange(UInt256 Quantity) : Denial("QUANTITY_OUT_OF_RANGE");

    /// <summary>A limit order without a limit, or a market order with one.</summary>
    public sealed record PriceDoesNotFitType(OrderType Type) : Denial("PRICE_DOES_NOT_FIT_TYPE");

    /// <summary>A price that is not above zero, or above <see cref="RiskCheck.PriceMax"/>.</summary>
    public sealed record PriceOutOfRange(decimal Price) : Denial("PRICE_OUT_OF_RANGE");

    /// <summary>The limit lies further beyond the reference than the collar allows.</summary>
    public sealed record PriceCollarExceeded(decimal Price, decimal WorstPrice) : Denial("PRICE_COLLAR_EXCEEDED");

    /// <summary>At its worst price the order is worth more than allowed.</summary>
    public sealed record NotionalMaxExceeded(UInt256 Notional, UInt256 NotionalMax) : Denial("NOTIONAL_MAX_EXCEEDED");

    /// <summary>Good-till-date without a date, or a date without good-till-date.</summary>
    public sealed record ExpiryDoesNotFit(TimeInForce TimeInForce) : Denial("EXPIRY_DOES_NOT_FIT");

    /// <summary>The date has passed.</summary>
    public sealed record ExpiryPassed(DateTimeOffset ExpiresAt, DateTimeOffset Now) : Denial("EXPIRY_PASSED");

    /// <summary>Post-only on a market order, or on one that must trade at once.</summary>
    public sealed record PostOnlyDoesNotFit(OrderType Type, TimeInForce TimeInForce)
        : Denial("POST_ONLY_DOES_NOT_FIT");

    /// <summary>The hold is in a token that the order does not pay with.</summary>
    public sealed record HoldTokenMismatch(TokenId Token, TokenId Expected) : Denial("HOLD_TOKEN_MISMATCH");

    /// <summary>The hold does not cover the order's notional.</summary>
    public sealed record HoldInsufficient(UInt256 Amount, UInt256 Required) : Denial("HOLD_INSUFFICIENT");
}

/// <summary>The rules an order must meet before anything leaves the system; a function of its arguments.</summary>
public static class RiskCheck
{
    /// <summary>No price above this is believed, in quote tokens for one base token.</summary>
    public const decimal PriceMax = 1_000_000_000_000_000_000m;

    /// <summary>
    /// Base units of the quote token that a buy holds beyond notional and fee: each fill rounds its amount and its fee
    /// up, so this covers 64 fills. An order cut short by more is ended by the venue, which never spends beyond the
    /// hold.
    /// </summary>
    public const uint RoundingReserve = 128;

    /// <summary>The most base units an order may have: 2^128.</summary>
    public static UInt256 QuantityMax { get; } = new(0, 0, 1, 0);

    /// <summary>
    /// Null where the order may leave. Rules are checked in the order of the cases of <see cref="Denial"/>.
    /// </summary>
    public static Denial? Check(Order.Command.Place order, SystemMode mode, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(order);
        return mode != SystemMode.Active
            ? new Denial.SystemNotActive(mode)
            : CheckShape(order) ?? CheckPrice(order) ?? CheckExpiry(order, now) ?? CheckFunds(order);
    }

    /// <summary>
    /// The worst price the order may trade at: its limit, or for a market order the edge of the collar.
    /// </summary>
    public static decimal WorstPrice(
        Side side, OrderType type, decimal? limitPrice, decimal referencePrice, RiskLimits limits) =>
        type == OrderType.Limit && limitPrice is { } limit ? limit : CollarEdge(side, referencePrice, limits);

    /// <summary>
    /// The least an order must hold, in base units of the token it pays with: a sell its quantity (fees leave what it
    /// receives), a buy its notional at the limit, or at the reference price for a market order, rounded up. Fees and
    /// movement beyond are the placer's choice: a venue ends an order that has spent its hold. False where that exceeds
    /// 256 bits.
    /// </summary>
    public static bool TryLeastHold(
        Instrument instrument, Side side, UInt256 quantity, decimal price, out UInt256 required)
    {
        ArgumentNullException.ThrowIfNull(instrument);
        required = quantity;
        return side == Side.Sell || instrument.TryQuoteAmount(side, quantity, price, out required);
    }

    /// <summary>
    /// What surely suffices: for a buy quantity × worst price, the highest fee on it, both rounded up, and
    /// <see cref="RoundingReserve"/>. False where that exceeds 256 bits.
    /// </summary>
    public static bool TryFullHold(
        Instrument instrument, Side side, UInt256 quantity, decimal worstPrice, RiskLimits limits, out UInt256 required)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return TryLeastHold(instrument, side, quantity, worstPrice, out required)
            && (side == Side.Sell
                || (UInt256.TryAdd(required, limits.FeeMax.Of(required, Rounding.Up), out required)
                    && UInt256.TryAdd(required, RoundingReserve, out required)));
    }

    private static Denial? CheckShape(Order.Command.Place order)
    {
        if (order.Quantity.IsZero || order.Quantity > QuantityMax)
        {
            return new Denial.QuantityOutOfRange(order.Quantity);
        }

        return order.Type == OrderType.Limit != order.LimitPrice.HasValue
            ? new Denial.PriceDoesNotFitType(order.Type)
            : null;
    }

    private static Denial? CheckPrice(Order.Command.Place order)
    {
        if (order.ReferencePrice is <= 0 or > PriceMax)
        {
            return new Denial.PriceOutOfRange(order.ReferencePrice);
        }

        if (order.LimitPrice is not { } limit)
        {
            return null;
        }

        if (limit is <= 0 or > PriceMax)
        {
            return new Denial.PriceOutOfRange(limit);
        }

        var edge = CollarEdge(order.Side, order.ReferencePrice, order.Limits);
        var isBeyond = order.Side == Side.Buy ? limit > edge : limit < edge;
        return isBeyond ? new Denial.PriceCollarExceeded(limit, edge) : null;
    }

    private static Denial? CheckExpiry(Order.Command.Place order, DateTimeOffset now)
    {
        if (order.TimeInForce == TimeInForce.Gtd != order.ExpiresAt.HasValue)
        {
            return new Denial.ExpiryDoesNotFit(order.TimeInForce);
        }

        if (order.ExpiresAt <= now)
        {
            return new Denial.ExpiryPassed(order.ExpiresAt.Value, now);
        }

        return order.PostOnly
            && (order.Type == OrderType.Market || order.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok)
                ? new Denial.PostOnlyDoesNotFit(order.Type, order.TimeInForce)
                : null;
    }

    private static Denial? CheckFunds(Order.Command.Place order)
    {
        // The notional is judged at the dearer of worst and reference price, so that a low sell limit does not hide it.
        var worst = WorstPrice(order.Side, order.Type, order.LimitPrice, order.ReferencePrice, order.Limits);
        var price = order.LimitPrice ?? order.ReferencePrice;
        var dearest = Math.Max(worst, order.ReferencePrice);
        if (!order.Instrument.TryQuoteAmount(Side.Buy, order.Quantity, dearest, out var notional)
            || notional > order.Limits.NotionalMax
            || !TryLeastHold(order.Instrument, order.Side, order.Quantity, price, out var least))
        {
            return new Denial.NotionalMaxExceeded(notional, order.Limits.NotionalMax);
        }

        if (order.HoldToken != order.Instrument.Spent(order.Side))
        {
            return new Denial.HoldTokenMismatch(order.HoldToken, order.Instrument.Spent(order.Side));
        }

        return order.HoldAmount < least ? new Denial.HoldInsufficient(order.HoldAmount, least) : null;
    }

    private static decimal CollarEdge(Side side, decimal reference, RiskLimits limits)
    {
        var width = reference * limits.PriceCollar.Value / Bps.One;
        return side == Side.Buy ? reference + width : reference - width;
    }
}
