using System.Numerics;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Books;
using ActorTrade.Journal.Projections;
using static ActorTrade.Node.ReadModel.Columns;

namespace ActorTrade.Node.ReadModel;

/// <summary>
/// <c>pool_orders</c>: a row for each order in the book of a pool, by the account that placed it; what it has sold
/// and bought so far by the book, and at its end by the account. Amounts in base units.
/// </summary>
public sealed class PoolOrderTables : IProjection
{
    private const string Table = "pool_orders";

    public string Name => "pool-orders";

    public int Version => 4;

    public IReadOnlyList<TableDefinition> Tables { get; } =
    [
        new TableDefinition(
            Table,
            [
                Text("order_id"), TextOrNull("account_id"), TextOrNull("pool_id"), TextOrNull("token_in"),
                TextOrNull("token_out"), TextOrNull("amount"), TextOrNull("sold"), TextOrNull("bought"),
                TextOrNull("type"), TextOrNull("time_in_force"), TextOrNull("state"), TextOrNull("reason"),
                WholeOrNull("trigger_window"), TextOrNull("protection"), WholeOrNull("is_private"),
                TextOrNull("placed_at"), TextOrNull("ended_at"), WholeOrNull("is_open"), WholeOrNull("ordering"),
            ],
            ["order_id"]) { Indexes = [["account_id"], ["is_open", "ordering"], ["ordering"]] },
    ];

    public IEnumerable<RowChange> Project(ProjectedEvent projected)
    {
        if (projected.Event is OrderBook.Event.FillSettled fill)
        {
            Cell[] order = ["order_id".Is(fill.OrderId)];
            yield return new RowChange.AddToAmount(Table, order, "sold", (BigInteger)fill.AmountIn);
            yield return new RowChange.AddToAmount(Table, order, "bought", (BigInteger)fill.AmountOut);
        }
        else if (ChangeOf(projected) is { } change)
        {
            yield return change;
        }
    }

    internal static string TypeOf(PoolOrder order) => OrderTypes.NameOf(
        [.. order.Legs.Select(l => (l.Trigger, l.Limit is not null))], order.Style, order.PostOnly);

    private static RowChange? ChangeOf(in ProjectedEvent projected) => projected.Event switch
    {
        Account.Event.PoolOrderPlaced e => Placed(projected, e),
        Account.Event.PoolOrderAccepted e => State(e.OrderId, "Open"),
        Account.Event.PoolOrderCancelRequested e => State(e.OrderId, "Cancelling"),
        Account.Event.PoolOrderRefused e => new RowChange.Update(
            Table,
            ["order_id".Is(e.OrderId)],
            "state".Is("Refused"),
            "reason".Is(e.Reason),
            "sold".Is("0"),
            "ended_at".Is(e.At),
            "is_open".Is(0)),
        Account.Event.PoolOrderClosed e => new RowChange.Update(
            Table,
            ["order_id".Is(e.OrderId)],
            "state".Is(e.End),
            "reason".Is(e.Reason),
            "sold".Is(e.Sold),
            "ended_at".Is(e.At),
            "is_open".Is(0)),
        OrderBook.Event.FillStarted { IsPrivate: true } e => new RowChange.Update(
            Table, ["order_id".Is(e.OrderId)], "is_private".Is(1)),
        _ => null,
    };

    private static RowChange.Upsert Placed(in ProjectedEvent projected, Account.Event.PoolOrderPlaced e) => new(
        Table,
        "order_id".Is(e.OrderId),
        "account_id".Is(projected.Entity.Key),
        "pool_id".Is(e.Pool),
        "token_in".Is(e.Order.TokenIn),
        "token_out".Is(e.Order.TokenOut),
        "amount".Is(e.Order.AmountIn),
        "sold".Is("0"),
        "bought".Is("0"),
        "type".Is(TypeOf(e.Order)),
        "time_in_force".Is(e.Order.TimeInForce),
        "state".Is("Placed"),
        "trigger_window".Is(e.TriggerBy?.WindowSeconds),
        "protection".Is(e.Protection),
        "is_private".Is(e.Protection == SandwichProtection.Private ? 1 : 0),
        "placed_at".Is(e.At),
        "is_open".Is(1),
        "ordering".Is(projected.Ordering));

    private static RowChange.Update State(Guid order, string state) =>
        new(Table, ["order_id".Is(order)], "state".Is(state));
}
