using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Books;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.Domain.Pools;
using ActorTrade.EventSourcing;
using ActorTrade.Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace ActorTrade.Gateway.Trades;

/// <summary><c>/api/pools/{id}/orders</c> and <c>/api/pool-orders</c>: orders in the books of pools.</summary>
internal sealed class PoolOrderEndpoints(GatewayServices services, TokenForms forms)
{
    private const int SlippageBpsDefault = 100;
    private const int LimitDefault = 50;
    private const int LimitMax = 1_000;

    private const string Columns =
        "order_id, account_id, pool_id, token_in, token_out, amount, sold, bought, type, time_in_force, state, reason, "
        + "trigger_window, protection, is_private, placed_at, ended_at";

    /// <summary>Answered when the book has the order or refuses it; a repeat is answered with how it stands.</summary>
    public async Task PlaceAsync(HttpContext http)
    {
        var request = await http.BodyAsync(ApiJson.Shapes.PoolOrderRequest);
        var account = RequestReading.Account(request.Account, "account");
        var id = http.IdOf("pool-order", Account.IdOf(account));
        if (await FindAsync(id) is null)
        {
            var pool = RequestReading.Pool(http.Segment("id"), "id");
            var triggerBy = TriggerOf(request);
            var (order, protection) = await OrderOfAsync(request, pool, triggerBy);
            var deadline = request.Deadline ?? services.Time.GetUtcNow() + SwapEndpoints.DeadlineDefault;
            var place = new Account.Command.PlacePoolOrder(id, pool, order, deadline, protection, triggerBy);
            var accepted = await services.AskAsync(Account.IdOf(account), place, id, http.Principal(), forms);
            if (accepted.Events is [.., Account.Event.PoolOrderRefused refused])
            {
                throw Rejections.Released(id, refused.Reason, refused.At);
            }
        }

        await WriteAsync(http, id);
    }

    public async Task GetAsync(HttpContext http) =>
        await WriteAsync(http, RequestReading.Order(http.Segment("id"), "id").Value);

    /// <summary>The newest; of one account or one pool where the query says so, and only open ones.</summary>
    public async Task ListAsync(HttpContext http)
    {
        var limit = http.Count("limit", LimitDefault, LimitMax);
        var account = http.Request.Query["account"].ToString();
        var pool = http.Request.Query["pool"].ToString();
        var isOpen = http.Request.Query["open"].ToString() == "true" ? 1L : 0L;
        var rows = services.Tables.Query(
            $"select {Columns} from pool_orders where (?1 = '' or account_id = ?1) and (?2 = '' or pool_id = ?2) "
            + "and is_open >= ?3 order by ordering desc limit ?4",
            account,
            pool,
            isOpen,
            (long)limit);
        var orders = new List<PoolOrderDetails>(rows.Count);
        foreach (var row in rows)
        {
            orders.Add(await DetailsAsync(row));
        }

        await http.WriteAsync([.. orders], ApiJson.Shapes.PoolOrderDetailsArray);
    }

    /// <summary>Asks for the end; the order may have a fill under way, which is let end first.</summary>
    public async Task CancelAsync(HttpContext http)
    {
        var request = await http.BodyAsync(ApiJson.Shapes.WhyRequest);
        var id = RequestReading.Order(http.Segment("id"), "id").Value;
        var row = await FindAsync(id) ?? throw Unknown(id);
        var account = Account.IdOf(AccountId.Parse((string)row["account_id"]!));
        var cancel = new Account.Command.CancelPoolOrder(id, request.Why ?? "cancelled by its owner");
        await services.AskAsync(account, cancel, DeterministicGuid.Derive(id, 1), http.Principal(), forms);
        await WriteAsync(http, id);
    }

    private static ApiProblem Unknown(Guid id) =>
        ApiProblem.NotFound("order-unknown", $"There is no order '{id}' of a pool.");

    private async Task WriteAsync(HttpContext http, Guid id) => await http.WriteAsync(
        await DetailsAsync(await FindAsync(id) ?? throw Unknown(id)), ApiJson.Shapes.PoolOrderDetails);

    private async Task<IReadOnlyDictionary<string, object?>?> FindAsync(Guid id)
    {
        await services.Tables.CaughtUpAsync();
        var rows = services.Tables.Query($"select {Columns} from pool_orders where order_id = ?1", id);
        return rows.Count == 0 ? null : rows[0];
    }

    private async Task<PoolOrderDetails> DetailsAsync(IReadOnlyDictionary<string, object?> row)
    {
        var decimalsIn = await forms.DecimalsOfAsync(TokenId.Parse(row.Text("token_in"))) ?? 0;
        var decimalsOut = await forms.DecimalsOfAsync(TokenId.Parse(row.Text("token_out"))) ?? 0;
        return new PoolOrderDetails(
            Guid.Parse(row.Text("order_id")),
            row.Text("account_id"),
            row.Text("pool_id"),
            row.Text("token_in"),
            row.Text("token_out"),
            Amount("amount", decimalsIn)!,
            Amount("sold", decimalsIn)!,
            Amount("bought", decimalsOut)!,
            row.Text("type"),
            row.Text("time_in_force"),
            row.Text("state"),
            row["reason"] as string,
            row["trigger_window"] as long?,
            row.Text("protection"),
            row["is_private"] is 1L,
            row.Instant("placed_at")!.Value,
            row.Instant("ended_at"));

        string? Amount(string column, int decimals) =>
            row[column] is string text ? Units.Format(UInt256.Parse(text), decimals) : null;
    }

    private async Task<(PoolOrder Order, SandwichProtection Protection)> OrderOfAsync(
        PoolOrderRequest request, PoolId pool, TriggerMean? triggerBy)
    {
        var tokenIn = RequestReading.Token(request.TokenIn, "tokenIn");
        var (view, _) = await services.ViewAsync<PoolView>(Pool.IdOf(pool));
        if (view.AllTokens() is not { Length: > 0 } tokens)
        {
            throw new ApiProblem(404, "pool-not-created", $"There is no pool '{pool}'.") { Field = "id" };
        }

        var tokenOut = TokenOutOf(request, pool, tokens, tokenIn);
        if (triggerBy is not null && tokens.Take(2).Count(t => t == tokenIn || t == tokenOut) < 2)
        {
            throw ApiProblem.Invalid(
                "triggerWindowSeconds", $"The pool '{pool}' has a price over time of its first two tokens only.");
        }

        var decimalsIn = await forms.RequireAsync(tokenIn, "tokenIn");
        var decimalsOut = await forms.RequireAsync(tokenOut, "tokenIn");
        var order = new PoolOrder(
            tokenIn,
            tokenOut,
            RequestReading.Amount(request.AmountIn, decimalsIn, "amountIn"),
            LegsOf(request, PriceOf),
            RequestReading.TimeInForceOf(request.TimeInForce, request.ExpiresAt),
            request.ExpiresAt,
            request.PostOnly ?? false,
            OrderRequests.StyleOf(request.Slices, request.Visible),
            request.Visible is { } visible ? RequestReading.Amount(visible, decimalsIn, "visible") : UInt256.Zero,
            request.Slices ?? 0,
            TimeSpan.FromSeconds(request.SliceSeconds ?? 0));
        var protection = ProtectionOf(request, order);
        return order.Problem(services.Time.GetUtcNow(), protection, triggerBy) is { } why
            ? throw new ApiProblem(422, "order-terms-invalid", why)
            : (order, protection);

        Price? PriceOf(string? text, string field) => text is null
            ? null
            : Price.FromDecimal(RequestReading.Number(text, field), decimalsIn, decimalsOut);
    }

    // Of two tokens the other one; of more the request says it.
    private static TokenId TokenOutOf(PoolOrderRequest request, PoolId pool, TokenId[] tokens, TokenId tokenIn)
    {
        if (Array.IndexOf(tokens, tokenIn) < 0)
        {
            throw ApiProblem.Invalid(
                "tokenIn", $"The pool '{pool}' trades {string.Join(" and ", tokens)}, not {tokenIn}.");
        }

        var others = Array.FindAll(tokens, t => t != tokenIn);
        TokenId? named = request.TokenOut is { } text ? RequestReading.Token(text, "tokenOut") : null;
        return named is { } wanted && Array.IndexOf(others, wanted) >= 0 ? wanted
            : named is null && others is [var only] ? only
            : throw ApiProblem.Invalid(
                "tokenOut", $"The pool '{pool}' gives {string.Join(" or ", others)}; say which.");
    }

    private static OrderLeg[] LegsOf(PoolOrderRequest request, Func<string?, string, Price?> priceOf)
    {
        var limit = priceOf(request.LimitPrice, "limitPrice");
        var profit = priceOf(request.TakeProfitPrice, "takeProfitPrice");
        var stop = priceOf(request.StopPrice, "stopPrice");
        var stopLimit = priceOf(request.StopLimitPrice, "stopLimitPrice");
        OrderRequests.RequireOneStop(stop is not null, request.TrailBps is not null, stopLimit is not null);
        var legs = new List<OrderLeg>();
        if (profit is not null)
        {
            legs.Add(new OrderLeg(TriggerKind.TakeProfit, profit, 0, limit, SlippageOf(request, limit)));
        }
        else if (limit is { } price)
        {
            legs.Add(OrderLeg.At(price));
        }

        if (stop is not null || request.TrailBps is not null)
        {
            legs.Add(new OrderLeg(
                stop is null ? TriggerKind.TrailingStop : TriggerKind.Stop,
                stop,
                request.TrailBps ?? 0,
                stopLimit,
                SlippageOf(request, stopLimit)));
        }

        return [.. legs];
    }

    private static TriggerMean? TriggerOf(PoolOrderRequest request) => request.TriggerWindowSeconds is { } window
        ? new TriggerMean(window, request.TriggerMaxAgeSeconds ?? 0)
        : request.TriggerMaxAgeSeconds is null ? null
        : throw ApiProblem.Invalid("triggerMaxAgeSeconds", "There is no window that it could be the age of.");

    // What must trade at once has no later prices to be split over.
    private SandwichProtection ProtectionOf(PoolOrderRequest request, PoolOrder order) => request.Protection is { } text
        ? RequestReading.EnumOf<SandwichProtection>(text, "protection", "None, Split or Private is expected.")
        : services.PoolOrderProtection == SandwichProtection.Split && order.IsImmediate
            ? SandwichProtection.Private
            : services.PoolOrderProtection;

    private static int SlippageOf(PoolOrderRequest request, Price? limit) =>
        limit is null ? request.SlippageBps ?? SlippageBpsDefault : 0;
}
