using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Desks;

/// <summary>The risk check of an order that a desk works, and its children as orders.</summary>
internal static class DeskRisk
{
    private const uint HoldSalt = 1;
    private const uint ChildSalts = 0x1000_0000;

    public static Guid HoldIdOf(OrderId order) => DeterministicGuid.Derive(order.Value, HoldSalt);

    public static OrderId ChildIdOf(OrderId order, int number) =>
        new(DeterministicGuid.Derive(order.Value, ChildSalts + (uint)number));

    /// <summary>What the risk check has against the whole quantity by one of its legs; null for nothing. The limit of a
    /// leg with a trigger is held against its trigger's price.</summary>
    /// <param name="hold">What the account is to hold.</param>
    public static OrderDesk.Rejection? Check(VenueOrder terms, DateTimeOffset now, out UInt256 hold)
    {
        if (!terms.TryHold(out hold))
        {
            return new OrderDesk.Rejection.LegDenied(
                0, new Denial.NotionalMaxExceeded(UInt256.MaxValue, terms.Limits.NotionalMax));
        }

        for (var i = 0; i < terms.Legs.Length; i++)
        {
            var leg = terms.Legs[i];
            var reference = leg.TriggerPrice ?? terms.ReferencePrice;
            var place = new Order.Command.Place(
                default, null, terms.Account, terms.Venue, terms.Instrument, terms.Side,
                leg.LimitPrice is null ? OrderType.Market : OrderType.Limit, terms.Quantity, leg.LimitPrice, reference,
                terms.TimeInForce, terms.ExpiresAt, terms.HoldToken, hold, terms.Limits);
            if (RiskCheck.Check(place, SystemMode.Active, now) is { } denial)
            {
                return new OrderDesk.Rejection.LegDenied(i, denial);
            }
        }

        return null;
    }

    /// <summary>The child as an order. What it is worth was judged with its parent, so only collar and fee bound it.
    /// </summary>
    public static Order.Command.Place ChildOf(OrderDesk.Event.OrderReceived parent, OrderDesk.Event.ChildStarted child)
    {
        var terms = parent.Order;
        return new Order.Command.Place(
            child.ChildId, parent.Bot, terms.Account, terms.Venue, terms.Instrument, terms.Side,
            child.LimitPrice is null ? OrderType.Market : OrderType.Limit, child.Quantity, child.LimitPrice,
            child.ReferencePrice, child.TimeInForce, child.ExpiresAt, terms.HoldToken, child.SpendMax,
            terms.Limits with { NotionalMax = UInt256.MaxValue }, child.PostOnly,
            new OrderParent(parent.OrderId, child.Number, HoldIdOf(parent.OrderId)));
    }
}
