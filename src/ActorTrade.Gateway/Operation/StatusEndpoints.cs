using ActorTrade.EventSourcing;
using ActorTrade.Gateway.Bots;
using ActorTrade.Gateway.Http;
using ActorTrade.Gateway.Pools;
using ActorTrade.Gateway.Trades;
using Microsoft.AspNetCore.Http;

namespace ActorTrade.Gateway.Operation;

/// <summary>For monitors: 200 while the node can do its work, 503 where it cannot.</summary>
/// <param name="Status">ok, or failing with <paramref name="Reason"/>.</param>
/// <param name="Lag">Durable events that are not in the tables yet.</param>
/// <param name="UptimeSeconds">Since the node was ready.</param>
public sealed record Health(
    string Status,
    string? Reason,
    SystemMode Mode,
    string Journal,
    long Events,
    long Lag,
    string Version,
    long UptimeSeconds);

/// <summary>All that the page shows, in one answer.</summary>
/// <param name="Orders">What venues see, the newest first.</param>
/// <param name="VenueOrders">What desks work, the open ones first.</param>
public sealed record PageStatus(
    NodeStatus Node,
    IReadOnlyList<PoolDetails> Pools,
    IReadOnlyList<BotDetails> Bots,
    IReadOnlyList<OrderSummary> Orders,
    IReadOnlyList<TransactionView> Transactions,
    IReadOnlyList<VenueOrderDetails> VenueOrders);

/// <summary><c>/api/health</c>, <c>/api/status</c> and the page itself.</summary>
internal sealed class StatusEndpoints(
    GatewayServices services,
    PoolEndpoints pools,
    BotEndpoints bots,
    OrderEndpoints orders,
    VenueOrderEndpoints venueOrders,
    TransactionEndpoints transactions)
{
    private const int RowsShown = 15;

    public async Task HealthAsync(HttpContext http)
    {
        var node = services.Status();
        var reason = node.JournalFailure ?? node.TablesFailure;
        http.Response.StatusCode = reason is null ? 200 : 503;
        await http.WriteAsync(
            new Health(
                reason is null ? "ok" : "failing",
                reason,
                node.Mode,
                node.JournalFailure is not null ? "failed" : node.Journal.HasRoom ? "ok" : "full",
                node.Journal.Events,
                node.Lag,
                node.Version,
                (long)node.Uptime.TotalSeconds),
            ApiJson.Shapes.Health);
    }

    public async Task StatusAsync(HttpContext http) => await http.WriteAsync(
        new PageStatus(
            services.Status(),
            await pools.AllAsync(),
            await bots.AllAsync(),
            orders.Newest(RowsShown),
            await transactions.NewestAsync(account: null, RowsShown),
            await venueOrders.OpenFirstAsync(RowsShown)),
        ApiJson.Shapes.PageStatus);

    public static async Task PageAsync(HttpContext http)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
            + "connect-src 'self'; img-src data:";
        await http.Response.WriteAsync(StatusPage.Html, http.RequestAborted);
    }
}
