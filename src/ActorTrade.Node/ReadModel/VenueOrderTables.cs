using System.Numerics;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Numerics;
using ActorTrade.Journal.Projections;
using static ActorTrade.Node.ReadModel.Columns;

namespace ActorTrade.Node.ReadModel;

/// <summary>
/// <c>venue_orders</c>: a row for each order that a desk works at a venue. Amounts in base units of the base token;
/// what is filled is that of the children that have ended. The children are in <c>orders</c>, by their
/// <c>parent_id</c>.
/// </summary>
public sealed class VenueOrderTables : IProjection
{
    private const string Table = "venue_orders";

    public string Name => "venue-orders";

    public int Version => 1;

    public IReadOnlyList<TableDefinition> Tables { get; } =
    [
        new TableDefinition(
            Table,
            [
                Text("order_id"), TextOrNull("account_id"), TextOrNull("bot_id"), TextOrNull("venue"),
                TextOrNull("symbol"), TextOrNull("side"), TextOrNull("type"), TextOrNull("quantity"),
                TextOrNull("filled"), WholeOrNull("base_decimals"), TextOrNull("hold_token"), TextOrNull("held"),
                TextOrNull("time_in_force"), TextOrNull("expires_at"), WholeOrNull("children"), TextOrNull("state"),
                TextOrNull("reason"), TextOrNull("placed_at"), TextOrNull("ended_at"), WholeOrNull("is_open"),
                WholeOrNull("ordering"),
            ],
            ["order_id"]) { Indexes = [["account_id"], ["is_open", "ordering"], ["ordering"]] },
    ];

    public IEnumerable<RowChange> Project(ProjectedEvent projected)
    {
        if (projected.Event is OrderDesk.Event.ChildEnded ended)
        {
            yield return new RowChange.AddToAmount(
                Table, ["order_id".Is(ended.OrderId)], "filled", (BigInteger)ended.Filled);
        }
        else if (ChangeOf(projected) is { } change)
        {
            yield return change;
        }
    }

    /// <summary>What an order is called in lists.</summary>
    internal static string TypeOf(VenueOrder order) => OrderTypes.NameOf(
        [.. order.Legs.Select(l => (l.Trigger, l.LimitPrice is not null))], order.Style, order.PostOnly);

    private static RowChange? ChangeOf(in ProjectedEvent projected) => projected.Event switch
    {
        OrderDesk.Event.OrderReceived e => Received(projected, e),
        OrderDesk.Event.FundsHeld e => Change(e.OrderId, "state".Is("Waiting")),
        OrderDesk.Event.OrderTriggered e => Change(e.OrderId, "state".Is("Triggered")),
        OrderDesk.Event.ChildStarted e => Change(
            e.OrderId, "state".Is("Working"), "children".Is(e.Number)),
        OrderDesk.Event.EndRequested e => Change(e.OrderId, "state".Is("Ending"), "reason".Is(e.Reason)),
        OrderDesk.Event.OrderEnded e => Change(
            e.OrderId, "state".Is(e.State), "reason".Is(e.Reason), "ended_at".Is(e.At), "is_open".Is(0)),
        _ => null,
    };

    private static RowChange.Upsert Received(in ProjectedEvent projected, OrderDesk.Event.OrderReceived e) => new(
        Table,
        "order_id".Is(e.OrderId),
        "account_id".Is(e.Order.Account),
        "bot_id".Is(e.Bot),
        "venue".Is(e.Order.Venue),
        "symbol".Is(e.Order.Instrument.Symbol.ToString()),
        "side".Is(e.Order.Side),
        "type".Is(TypeOf(e.Order)),
        "quantity".Is(e.Order.Quantity),
        "filled".Is("0"),
        "base_decimals".Is(e.Order.Instrument.BaseDecimals),
        "hold_token".Is(e.Order.HoldToken),
        "held".Is(e.Hold),
        "time_in_force".Is(e.Order.TimeInForce),
        "expires_at".Is(e.Order.ExpiresAt),
        "children".Is(0),
        "state".Is("Placed"),
        "placed_at".Is(e.At),
        "is_open".Is(1),
        "ordering".Is(projected.Ordering));

    private static RowChange.Update Change(OrderId order, params Cell[] cells) =>
        new(Table, ["order_id".Is(order)], cells);
}
