using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Orders;
using ActorTrade.Journal.Projections;
using static ActorTrade.Node.ReadModel.Columns;

namespace ActorTrade.Node.ReadModel;

/// <summary>
/// <c>bots</c> and <c>orders</c>: which there are and where they stand. Amounts in base units of the base token.
/// </summary>
public sealed class BotTables : IProjection
{
    public string Name => "bots";

    public int Version => 2;

    public IReadOnlyList<TableDefinition> Tables { get; } =
    [
        new TableDefinition(
            "bots",
            [
                Text("bot_id"), TextOrNull("owner"), TextOrNull("account_id"), TextOrNull("strategy"), Text("state"),
                TextOrNull("registered_at"),
            ],
            ["bot_id"]),
        new TableDefinition(
            "orders",
            [
                Text("order_id"), TextOrNull("bot_id"), Text("account_id"), Text("venue"), Text("symbol"), Text("side"),
                Text("type"), Text("quantity"), TextOrNull("filled"), Whole("base_decimals"), TextOrNull("limit_price"),
                Text("state"), Text("timestamp"), Whole("ordering"), TextOrNull("parent_id"),
            ],
            ["order_id"]) { Indexes = [["bot_id"], ["ordering"], ["parent_id"]] },
    ];

    public IEnumerable<RowChange> Project(ProjectedEvent projected)
    {
        var change = projected.Event switch
        {
            Bot.Event e => OfBot(projected.Entity.Key, e),
            Order.Event e => OfOrder(projected, e),
            _ => null,
        };
        if (change is not null)
        {
            yield return change;
        }

        if (projected.Event is Order.Event.FillRecorded fill)
        {
            yield return new RowChange.AddToAmount(
                "orders", ["order_id".Is(IdOf(projected))], "filled", (System.Numerics.BigInteger)fill.Quantity);
        }
    }

    private static RowChange? OfBot(string bot, Bot.Event e) => e switch
    {
        Bot.Event.Registered x => new RowChange.Upsert(
            "bots",
            "bot_id".Is(bot),
            "owner".Is(x.Owner),
            "account_id".Is(x.Account),
            "strategy".Is(x.Strategy),
            "state".Is(BotState.Registered),
            "registered_at".Is(x.At)),
        Bot.Event.Started => State(bot, BotState.Running),
        Bot.Event.Paused => State(bot, BotState.Paused),
        Bot.Event.Stopped => State(bot, BotState.Stopped),
        _ => null,
    };

    private static RowChange.Update State(string bot, BotState state) =>
        new("bots", ["bot_id".Is(bot)], "state".Is(state));

    private static RowChange? OfOrder(in ProjectedEvent projected, Order.Event e) => e switch
    {
        Order.Event.OrderCreated x => new RowChange.Upsert(
            "orders",
            "order_id".Is(x.OrderId),
            "bot_id".Is(x.Bot),
            "account_id".Is(x.Account),
            "venue".Is(x.Venue),
            "symbol".Is(x.Instrument.Symbol.ToString()),
            "side".Is(x.Side),
            "type".Is(x.Type),
            "quantity".Is(x.Quantity),
            "filled".Is("0"),
            "base_decimals".Is(x.Instrument.BaseDecimals),
            "limit_price".Is(x.LimitPrice?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            "state".Is(OrderState.Created),
            "timestamp".Is(x.At),
            "ordering".Is(projected.Ordering)),
        Order.Event.TermsAdded { Parent: { } parent } => new RowChange.Update(
            "orders", ["order_id".Is(IdOf(projected))], "parent_id".Is(parent.OrderId)),
        Order.Event.OrderDenied => State(projected, OrderState.Denied),
        Order.Event.OrderSubmitted => State(projected, OrderState.Submitted),
        Order.Event.OrderAccepted => State(projected, OrderState.Working),
        Order.Event.OrderInDoubt => State(projected, OrderState.InDoubt),
        Order.Event.FillRecorded => State(projected, OrderState.PartiallyFilled),
        Order.Event.OrderFilled => State(projected, OrderState.Filled),
        Order.Event.OrderCancelled => State(projected, OrderState.Cancelled),
        Order.Event.OrderExpired => State(projected, OrderState.Expired),
        Order.Event.OrderRejected => State(projected, OrderState.Rejected),
        _ => null,
    };

    private static RowChange.Update State(in ProjectedEvent projected, OrderState state) =>
        new("orders", ["order_id".Is(IdOf(projected))], "state".Is(state));

    // The entity's key is the order's id without hyphens.
    private static Guid IdOf(in ProjectedEvent projected) => Guid.ParseExact(projected.Entity.Key, "N");
}
