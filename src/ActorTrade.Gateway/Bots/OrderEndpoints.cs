using System.Globalization;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace ActorTrade.Gateway.Bots;

/// <summary><c>/api/orders</c>: what became of an order, and the newest ones.</summary>
internal sealed class OrderEndpoints(GatewayServices services, TokenForms forms)
{
    private const int LimitDefault = 50;
    private const int LimitMax = 1_000;

    public async Task GetAsync(HttpContext http)
    {
        var id = RequestReading.Order(http.Segment("id"), "id");
        var (view, sequenceNr) = await services.ViewAsync<OrderView>(Order.IdOf(id));
        if (view.Terms is not { } terms)
        {
            throw ApiProblem.NotFound("order-unknown", $"There is no order '{id}'.");
        }

        await http.WriteAsync(await DetailsAsync(view, terms, sequenceNr), ApiJson.Shapes.OrderDetails);
    }

    public async Task ListAsync(HttpContext http) => await http.WriteAsync(
        Newest(http.Count("limit", LimitDefault, LimitMax)), ApiJson.Shapes.OrderSummaryArray);

    public OrderSummary[] Newest(int limit) =>
    [
        .. services.Tables.Query(
            "select order_id, bot_id, symbol, side, quantity, filled, base_decimals, state, timestamp "
            + "from orders order by ordering desc limit ?1",
            limit).Select(row => new OrderSummary(
                (string)row["order_id"]!,
                row["bot_id"] as string,
                (string)row["symbol"]!,
                (string)row["side"]!,
                Amount(row, "quantity"),
                Amount(row, "filled"),
                (string)row["state"]!,
                DateTimeOffset.Parse((string)row["timestamp"]!, CultureInfo.InvariantCulture))),
    ];

    private static string Amount(IReadOnlyDictionary<string, object?> row, string column) =>
        Units.Format(UInt256.Parse(row[column] as string ?? "0"), (int)(long)row["base_decimals"]!);

    private async Task<OrderDetails> DetailsAsync(OrderView view, Order.Event.OrderCreated terms, long sequenceNr)
    {
        var instrument = terms.Instrument;
        var spentDecimals = await forms.DecimalsOfAsync(terms.HoldToken) ?? 0;
        return new OrderDetails(
            terms.OrderId.Value,
            view.State.ToString(),
            view.Reason,
            terms.Bot?.Value,
            terms.Account.Value,
            terms.Venue,
            instrument.Symbol.ToString(),
            terms.Side.ToString(),
            terms.Type.ToString(),
            Units.Format(terms.Quantity, instrument.BaseDecimals),
            Units.Format(view.Filled, instrument.BaseDecimals),
            terms.LimitPrice,
            terms.ReferencePrice,
            terms.TimeInForce.ToString(),
            terms.HoldToken.Value,
            Units.Format(terms.HoldAmount, spentDecimals),
            Units.Format(view.Spent, spentDecimals),
            view.IsCancelRequested,
            view.NeedsOperator,
            [.. view.Fills.Select(f => new FillShape(
                f.Record.VenueTradeId,
                Units.Format(f.Record.Quantity, instrument.BaseDecimals),
                f.Record.Price,
                f.Record.FeeToken.Value,
                Units.Format(f.Record.Fee, forms.Known(f.Record.FeeToken) ?? 0),
                f.Record.At))],
            terms.At,
            sequenceNr);
    }
}
