using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.EventSourcing;
using ActorTrade.Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace ActorTrade.Gateway.Trades;

/// <summary><c>/api/venues/{id}/orders</c> and <c>/api/venue-orders</c>: orders that desks work at venues.</summary>
internal sealed class VenueOrderEndpoints(GatewayServices services, TokenForms forms)
{
    private const int LimitDefault = 50;
    private const int LimitMax = 1_000;
    private const int ChildrenMax = 100;

    private const string Columns =
        "order_id, account_id, bot_id, venue, symbol, side, type, quantity, filled, base_decimals, hold_token, held, "
        + "time_in_force, expires_at, state, reason, placed_at, ended_at";

    /// <summary>Answered when the desk has the order or refuses it; a repeat is answered with how it stands.</summary>
    public async Task PlaceAsync(HttpContext http)
    {
        var request = await http.BodyAsync(ApiJson.Shapes.VenueOrderRequest);
        var account = RequestReading.Account(request.Account, "account");
        var id = http.IdOf("venue-order", Account.IdOf(account));
        if (await FindAsync(id) is null)
        {
            await RequireOwnerAsync(account, http.Principal());
            var order = await OrderOfAsync(request, account, http.Segment("id"));
            var deadline = request.Deadline ?? services.Time.GetUtcNow() + SwapEndpoints.DeadlineDefault;
            var place = new OrderDesk.Command.Place(new OrderId(id), Bot: null, order, deadline);
            var desk = OrderDesk.IdOf(order.Venue, order.Instrument.Symbol);
            var accepted = await services.AskAsync(desk, place, id, http.Principal(), forms);
            if (accepted.Events is [.., OrderDesk.Event.OrderRefused refused])
            {
                throw Rejections.Released(id, refused.Reason, refused.At);
            }
        }

        await WriteAsync(http, id);
    }

    public async Task GetAsync(HttpContext http) =>
        await WriteAsync(http, RequestReading.Order(http.Segment("id"), "id").Value);

    /// <summary>The newest; of one account or symbol where the query says so, and only open ones.</summary>
    public async Task ListAsync(HttpContext http)
    {
        var limit = http.Count("limit", LimitDefault, LimitMax);
        var account = http.Request.Query["account"].ToString();
        var symbol = http.Request.Query["symbol"].ToString();
        var isOpen = http.Request.Query["open"].ToString() == "true" ? 1L : 0L;
        var rows = services.Tables.Query(
            $"select {Columns} from venue_orders where (?1 = '' or account_id = ?1) and (?2 = '' or symbol = ?2) "
            + "and is_open >= ?3 order by ordering desc limit ?4",
            account,
            symbol,
            isOpen,
            (long)limit);
        await http.WriteAsync(await DetailsAsync(rows), ApiJson.Shapes.VenueOrderDetailsArray);
    }

    /// <summary>The open ones first, of each the newest first, without their children.</summary>
    public async Task<VenueOrderDetails[]> OpenFirstAsync(int limit) => await DetailsAsync(services.Tables.Query(
        $"select {Columns} from venue_orders order by is_open desc, ordering desc limit ?1", (long)limit));

    /// <summary>Asks for the end; a child under way is cancelled first.</summary>
    public async Task CancelAsync(HttpContext http)
    {
        var request = await http.BodyAsync(ApiJson.Shapes.WhyRequest);
        var id = RequestReading.Order(http.Segment("id"), "id");
        var row = await FindAsync(id.Value) ?? throw Unknown(id.Value);
        var desk = OrderDesk.IdOf((string)row["venue"]!, Symbol.Parse((string)row["symbol"]!));
        var cancel = new OrderDesk.Command.Cancel(id, request.Why ?? "cancelled by its owner");
        await services.AskAsync(desk, cancel, DeterministicGuid.Derive(id.Value, 1), http.Principal(), forms);
        await WriteAsync(http, id.Value);
    }

    private static ApiProblem Unknown(Guid id) =>
        ApiProblem.NotFound("order-unknown", $"There is no order '{id}' that a desk works.");

    // The desk asks the account in the cluster's name, so whose money it is must be asked here.
    private async Task RequireOwnerAsync(AccountId account, string principal)
    {
        var (view, _) = await services.ViewAsync<AccountView>(Account.IdOf(account));
        if (view.Owner is not { } owner)
        {
            throw ApiProblem.NotFound("account-not-open", $"There is no account '{account}'.");
        }

        if (owner != principal)
        {
            throw new ApiProblem(403, "not-permitted", $"The account '{account}' belongs to somebody else.");
        }
    }

    private async Task WriteAsync(HttpContext http, Guid id)
    {
        var row = await FindAsync(id) ?? throw Unknown(id);
        var children = services.Tables.Query(
            "select order_id, type, quantity, filled, base_decimals, limit_price, state, timestamp from orders "
            + "where parent_id = ?1 order by ordering desc limit ?2",
            id,
            (long)ChildrenMax);
        await http.WriteAsync(await DetailsAsync(row, children), ApiJson.Shapes.VenueOrderDetails);
    }

    private async Task<IReadOnlyDictionary<string, object?>?> FindAsync(Guid id)
    {
        await services.Tables.CaughtUpAsync();
        var rows = services.Tables.Query($"select {Columns} from venue_orders where order_id = ?1", id);
        return rows.Count == 0 ? null : rows[0];
    }

    private async Task<VenueOrderDetails[]> DetailsAsync(IReadOnlyList<IReadOnlyDictionary<string, object?>> rows)
    {
        var orders = new List<VenueOrderDetails>(rows.Count);
        foreach (var row in rows)
        {
            orders.Add(await DetailsAsync(row, children: null));
        }

        return [.. orders];
    }

    private async Task<VenueOrderDetails> DetailsAsync(
        IReadOnlyDictionary<string, object?> row, IReadOnlyList<IReadOnlyDictionary<string, object?>>? children)
    {
        var holdToken = TokenId.Parse(row.Text("hold_token"));
        var filled = UInt256.Parse(row.Text("filled"));
        foreach (var child in children ?? [])
        {
            filled += IsFinal(child) ? UInt256.Zero : UInt256.Parse(child.Text("filled"));
        }

        return new VenueOrderDetails(
            Guid.Parse(row.Text("order_id")),
            row.Text("account_id"),
            row["bot_id"] as string,
            row.Text("venue"),
            row.Text("symbol"),
            row.Text("side"),
            row.Text("type"),
            Amount(row, "quantity"),
            Units.Format(filled, Decimals(row)),
            holdToken.Value,
            Units.Format(UInt256.Parse(row.Text("held")), await forms.DecimalsOfAsync(holdToken) ?? 0),
            row.Text("time_in_force"),
            row.Instant("expires_at"),
            row.Text("state"),
            row["reason"] as string,
            row.Instant("placed_at")!.Value,
            row.Instant("ended_at"),
            children is null ? null : [.. children.Select(ShapeOf)]);
    }

    // What an ended child filled is in its parent's row already, or is about to be.
    private static bool IsFinal(IReadOnlyDictionary<string, object?> child) =>
        Enum.Parse<OrderState>(child.Text("state")).IsFinal();

    private static ChildOrderShape ShapeOf(IReadOnlyDictionary<string, object?> row) => new(
        row.Text("order_id"),
        row.Text("type"),
        Amount(row, "quantity"),
        Amount(row, "filled"),
        row["limit_price"] as string,
        row.Text("state"),
        row.Instant("timestamp")!.Value);

    private static int Decimals(IReadOnlyDictionary<string, object?> row) => (int)(long)row["base_decimals"]!;

    private static string Amount(IReadOnlyDictionary<string, object?> row, string column) =>
        Units.Format(UInt256.Parse(row.Text(column)), Decimals(row));

    private async Task<VenueOrder> OrderOfAsync(VenueOrderRequest request, AccountId account, string venue)
    {
        if (!Symbol.TryParse(request.Symbol, out var symbol))
        {
            throw ApiProblem.Invalid("symbol", "BASE/QUOTE or six characters like BTCUSD are expected.");
        }

        var (baseToken, quoteToken) = (TokenId.Parse(symbol.Base), TokenId.Parse(symbol.Quote));
        var instrument = new Instrument(
            symbol,
            baseToken,
            quoteToken,
            await forms.RequireAsync(baseToken, "symbol"),
            await forms.RequireAsync(quoteToken, "symbol"));
        var side = RequestReading.EnumOf<Side>(request.Side ?? "", "side", "Buy or Sell is expected.");
        var order = new VenueOrder(
            account,
            venue,
            instrument,
            side,
            RequestReading.Amount(request.Quantity, instrument.BaseDecimals, "quantity"),
            LegsOf(request),
            RequestReading.TimeInForceOf(request.TimeInForce, request.ExpiresAt),
            request.ExpiresAt,
            request.PostOnly ?? false,
            OrderRequests.StyleOf(request.Slices, request.Visible),
            request.Visible is { } visible
                ? RequestReading.Amount(visible, instrument.BaseDecimals, "visible")
                : UInt256.Zero,
            request.Slices ?? 0,
            TimeSpan.FromSeconds(request.SliceSeconds ?? 0),
            request.TriggerBy is { } source
                ? RequestReading.EnumOf<TriggerSource>(source, "triggerBy", "Last, Bid, Ask or Mid is expected.")
                : side == Side.Sell ? TriggerSource.Bid : TriggerSource.Ask,
            ReferenceOf(request, symbol),
            RiskLimits.Default);
        return order.Problem(services.Time.GetUtcNow()) is { } wrong
            ? throw new ApiProblem(422, "order-terms-invalid", wrong.Why) { Field = FieldOf(wrong.Field, request) }
            : order;
    }

    // The field of the request that a field of the terms came from.
    private static string FieldOf(string field, VenueOrderRequest request) => field switch
    {
        nameof(VenueLeg.TriggerPrice) => request.TakeProfitPrice is null ? "stopPrice" : "takeProfitPrice",
        nameof(VenueOrder.Legs) => "limitPrice",
        nameof(VenueOrder.Instrument) => "symbol",
        nameof(VenueOrder.Style) => request.Slices is null ? "visible" : "slices",
        _ => char.ToLowerInvariant(field[0]) + field[1..],
    };

    private decimal ReferenceOf(VenueOrderRequest request, Symbol symbol)
    {
        if (PriceOf(request.ReferencePrice, "referencePrice") is { } given)
        {
            return given;
        }

        var quote = services.Status().Market?.Quotes.FirstOrDefault(q => q.Symbol == symbol.ToString());
        var known = quote switch
        {
            { Bid: { } bid, Ask: { } ask } => bid + ((ask - bid) / 2),
            _ => quote?.Last ?? quote?.Bid ?? quote?.Ask,
        };
        return known ?? PriceOf(request.LimitPrice ?? request.StopPrice ?? request.TakeProfitPrice, "limitPrice")
            ?? throw ApiProblem.Invalid(
                "referencePrice", $"This node has heard no price of {symbol}: give what the market is at.");
    }

    private static decimal? PriceOf(string? text, string field) =>
        text is null ? null : RequestReading.Number(text, field);

    private static VenueLeg[] LegsOf(VenueOrderRequest request)
    {
        var limit = PriceOf(request.LimitPrice, "limitPrice");
        var profit = PriceOf(request.TakeProfitPrice, "takeProfitPrice");
        var stop = PriceOf(request.StopPrice, "stopPrice");
        var stopLimit = PriceOf(request.StopLimitPrice, "stopLimitPrice");
        OrderRequests.RequireOneStop(stop is not null, request.TrailBps is not null, stopLimit is not null);
        var hasStop = stop is not null || request.TrailBps is not null;
        var legs = new List<VenueLeg>();
        if (profit is not null)
        {
            legs.Add(new VenueLeg(TriggerKind.TakeProfit, profit, 0, limit));
        }
        else if (limit is not null || !hasStop)
        {
            legs.Add(VenueLeg.At(limit));
        }

        if (hasStop)
        {
            var kind = stop is null ? TriggerKind.TrailingStop : TriggerKind.Stop;
            legs.Add(new VenueLeg(kind, stop, request.TrailBps ?? 0, stopLimit));
        }

        return [.. legs];
    }
}
