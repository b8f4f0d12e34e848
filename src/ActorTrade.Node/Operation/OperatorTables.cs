using System.Globalization;
using ActorTrade.Cluster.Operation;
using ActorTrade.Domain.Numerics;
using ActorTrade.Gateway;
using ActorTrade.Node.Hosting;

namespace ActorTrade.Node.Operation;

/// <summary>The lists that operators may ask for: fixed queries, amounts in whole tokens; and the market's
/// quotes.</summary>
/// <param name="market">The market as this node has it; null while it has heard nothing.</param>
internal sealed class OperatorTables(NodeHost host, Func<MarketStatus?> market)
{
    private const string Quotes = "quotes";

    private static readonly string[] QuoteColumns = ["symbol", "venue", "bid", "ask", "last", "at"];

    private const string Orders =
        "select order_id, bot_id, symbol, side, type, quantity, filled, limit_price, state, timestamp, base_decimals "
        + "from orders";

    private const string PoolOrders =
        "select order_id, account_id, pool_id, token_in, token_out, type, protection, amount, sold, bought, state, "
        + "placed_at, i.decimals as amount_decimals, i.decimals as sold_decimals, t.decimals as bought_decimals "
        + "from pool_orders o "
        + "left join tokens i on i.token_id = token_in left join tokens t on t.token_id = token_out ";

    private const string VenueOrders =
        "select order_id, account_id, bot_id, venue, symbol, side, type, quantity, filled, time_in_force, expires_at, "
        + "children, state, reason, placed_at, base_decimals from venue_orders ";

    private static readonly Dictionary<string, string> Queries = new(StringComparer.Ordinal)
    {
        ["accounts"] = "select account_id, owner, opened_at from accounts "
            + "where substr(account_id, 1, length(?2)) = ?2 order by account_id limit ?1",
        ["bots"] = "select bot_id, owner, account_id, strategy, state, registered_at from bots "
            + "where substr(bot_id, 1, length(?2)) = ?2 order by bot_id limit ?1",
        ["pools"] = "select pool_id, token_0, token_1, created_at from pools "
            + "where substr(pool_id, 1, length(?2)) = ?2 order by pool_id limit ?1",
        ["orders"] = Orders + " where substr(order_id, 1, length(?2)) = ?2 order by ordering desc limit ?1",
        ["in-doubt"] = Orders + " where state = 'InDoubt' and substr(order_id, 1, length(?2)) = ?2 "
            + "order by ordering desc limit ?1",
        ["pool-orders"] = PoolOrders
            + "where substr(order_id, 1, length(?2)) = ?2 order by o.ordering desc limit ?1",
        ["open-pool-orders"] = PoolOrders
            + "where is_open = 1 and state <> 'Cancelling' and substr(order_id, 1, length(?2)) = ?2 "
            + "order by o.ordering desc limit ?1",
        ["venue-orders"] = VenueOrders
            + "where substr(order_id, 1, length(?2)) = ?2 order by ordering desc limit ?1",
        ["open-venue-orders"] = VenueOrders
            + "where is_open = 1 and state <> 'Ending' and substr(order_id, 1, length(?2)) = ?2 "
            + "order by ordering desc limit ?1",
        ["children"] = Orders + " where parent_id = ?2 order by ordering desc limit ?1",
        ["poisoned"] = "select timestamp, entity_type || '-' || entity_id as entity, user_identifier as sender, "
            + "new_value as command from audit_log where action = 'poison-command' "
            + "and substr(entity_type || '-' || entity_id, 1, length(?2)) = ?2 order by ordering desc limit ?1",
    };

    /// <exception cref="ArgumentException">There is no such list.</exception>
    /// <exception cref="InvalidOperationException">This node keeps no tables.</exception>
    public RowsAnswer Read(RowsRequest request)
    {
        if (request.Table == Quotes)
        {
            return new RowsAnswer(QuoteColumns, [.. (market()?.Quotes ?? []).Select(RowOf)], Lag: 0);
        }

        if (!Queries.TryGetValue(request.Table, out var sql))
        {
            throw new ArgumentException($"there is no list '{request.Table}'");
        }

        var tables = host.Tables ?? throw new InvalidOperationException("this node keeps no tables");
        var limit = Math.Clamp(request.Limit, 1, NodeQuestions.RowsMax);
        var rows = tables.Query(sql, (long)limit, request.Prefix ?? "");
        if (rows.Count == 0)
        {
            return new RowsAnswer([], [], tables.Lag);
        }

        string[] columns = [.. rows[0].Keys.Where(c => !c.EndsWith("_decimals", StringComparison.Ordinal))];
        return new RowsAnswer(columns, [.. rows.Select(r => columns.Select(c => Text(r, c)).ToArray())], tables.Lag);
    }

    private static string?[] RowOf(QuoteStatus quote) =>
    [
        quote.Symbol, quote.Venue, TextOf(quote.Bid), TextOf(quote.Ask), TextOf(quote.Last),
        quote.At.ToString("O", CultureInfo.InvariantCulture),
    ];

    private static string Amount(IReadOnlyDictionary<string, object?> row, string column, string decimals) =>
        Units.Format(UInt256.Parse(row[column] as string ?? "0"), (int)(row[decimals] as long? ?? 0));

    private static string? TextOf(decimal? price) => price?.ToString(CultureInfo.InvariantCulture);

    private static string? Text(IReadOnlyDictionary<string, object?> row, string column) => column switch
    {
        "quantity" or "filled" => Amount(row, column, "base_decimals"),
        "amount" or "bought" => Amount(row, column, column + "_decimals"),
        _ => Convert.ToString(row[column], CultureInfo.InvariantCulture),
    };
}
