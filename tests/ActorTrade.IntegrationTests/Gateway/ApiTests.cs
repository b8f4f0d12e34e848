using System.Net;
using System.Text.Json;
using ActorTrade.IntegrationTests.RecordedData;
using ActorTrade.Node.Hosting;

namespace ActorTrade.IntegrationTests.Gateway;

/// <summary>Every other address of the API, once in health and once in trouble.</summary>
public sealed class ApiTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private RunningNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await RunningNode.StartAsync(_folder.Root);

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_first_start_sets_up_a_living_node_and_a_second_changes_nothing()
    {
        var health = (await _node.GetAsync("/api/health")).Expect(HttpStatusCode.OK);
        Assert.Equal(("ok", "Active"), (health.String("status"), health.String("mode")));
        Assert.Equal(5, (await _node.GetAsync("/api/pools")).Json.GetArrayLength());
        var tokens = (await _node.GetAsync("/api/tokens")).Text;
        var house = (await _node.GetAsync("/api/accounts/house")).Json.GetProperty("balances").GetRawText();
        await _node.DisposeAsync();
        _node = await RunningNode.StartAsync(_folder.Root);
        Assert.Equal(tokens, (await _node.GetAsync("/api/tokens")).Text);
        Assert.Equal(house, (await _node.GetAsync("/api/accounts/house")).Json.GetProperty("balances").GetRawText());
    }

    [Fact]
    public async Task Money_comes_in_moves_on_and_leaves_with_receipts_that_repeat()
    {
        await _node.OpenAsync("a", ("USD", "100"));
        await _node.OpenAsync("b");
        foreach (var (path, body, key) in new[]
        {
            ("/api/accounts/a/deposits", """{"token":"BTC","amount":"1.5"}""", "1"),
            ("/api/accounts/a/transfers", """{"to":"b","token":"BTC","amount":"0.5"}""", "1"),
            ("/api/accounts/a/withdrawals", """{"token":"USD","amount":"40"}""", "1"),
        })
        {
            var first = (await _node.PostAsync(path, body, key)).Expect(HttpStatusCode.OK);
            Assert.Equal(first.Text, (await _node.PostAsync(path, body, key)).Text);
        }

        Assert.Equal(new[] { "BTC 1", "USD 60" }, await BalancesAsync("a"));
        Assert.Equal(new[] { "BTC 0.5" }, await BalancesAsync("b"));
        await _node.Host.Tables!.WaitForAsync(_node.Host.Journal.LastOrdering);
        var rows = (await _node.GetAsync("/api/transactions?account=a&limit=10")).Json.EnumerateArray().ToList();
        Assert.Equal(4, rows.Count);
        Assert.All(rows, r => Assert.Equal("confirmed", r.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task A_deposit_for_nobody_is_taken_back()
    {
        var reply = await _node.PostAsync("/api/accounts/nobody/deposits", """{"token":"USD","amount":"1"}""", "1");
        Assert.Equal("account-not-open", reply.Expect(HttpStatusCode.NotFound).Code);
        Assert.Equal(HttpStatusCode.NotFound, (await _node.GetAsync("/api/accounts/nobody")).Status);
        Assert.Equal(
            "token-not-registered",
            (await _node.PostAsync("/api/accounts/house/deposits", """{"token":"XYZ","amount":"1"}""", "2")).Code);
    }

    [Fact]
    public async Task Liquidity_goes_in_and_comes_back_for_its_shares()
    {
        await _node.OpenAsync("lp", ("USD", "60000"), ("BTC", "1"));
        var body = """{"account":"lp","maxAmount0":"1","maxAmount1":"60000"}""";
        var added = (await _node.PostAsync("/api/pools/BTC-USD/liquidity/add", body, "1")).Expect(HttpStatusCode.OK);
        Assert.Equal(added.Text, (await _node.PostAsync("/api/pools/BTC-USD/liquidity/add", body, "1")).Text);
        var back = $$"""{"account":"lp","shares":"{{added.String("shares")}}"}""";
        var removed = (await _node.PostAsync("/api/pools/BTC-USD/liquidity/remove", back, "2")).Expect(
            HttpStatusCode.OK);
        Assert.StartsWith("0.99999", removed.String("amount0"), StringComparison.Ordinal);
        await _node.Host.Tables!.WaitForAsync(_node.Host.Journal.LastOrdering);
        Assert.Equal(removed.Text, (await _node.PostAsync("/api/pools/BTC-USD/liquidity/remove", back, "2")).Text);
    }

    [Fact]
    public async Task A_pool_of_any_kind_is_created_filled_and_traded()
    {
        const string Stable = """
            {"pool":"EUR-USD.stable","token0":"EUR","token1":"USD","kind":"stableswap-ng","amplification":"200",
             "feeE10":"4000000","offpegFeeMultiplierE10":"20000000000"}
            """;
        var pool = (await _node.PostAsync("/api/pools", Stable)).Expect(HttpStatusCode.OK);
        Assert.Equal("stableswap-ng", pool.String("kind"));
        Assert.Equal(400, pool.Json.GetProperty("liquidityFeePips").GetInt32());
        (await _node.PostAsync("/api/pools", Stable)).Expect(HttpStatusCode.OK);
        foreach (var (body, code) in new[]
        {
            (Stable.Replace("\"200\"", "\"300\""), "pool-already-created"),
            (Stable.Replace("USD.stable", "USD.2").Replace("\"200\"", "\"0\""), "invalid-curve"),
            (Stable.Replace("USD.stable", "USD.2").Replace("stableswap-ng", "curvy"), "invalid-field"),
            (Stable.Replace("USD.stable", "USD.2").Replace("stableswap-ng", "solidly-stable"), "invalid-field"),
        })
        {
            Assert.Equal(code, (await _node.PostAsync("/api/pools", body)).Code);
        }

        await _node.OpenAsync("lp", ("EUR", "1010"), ("USD", "1000"));
        const string Add = """{"account":"lp","maxAmount0":"1000","maxAmount1":"1000"}""";
        (await _node.PostAsync("/api/pools/EUR-USD.stable/liquidity/add", Add, "1")).Expect(HttpStatusCode.OK);
        const string Swap = """{"account":"lp","pool":"EUR-USD.stable","tokenIn":"EUR","amountIn":"10"}""";
        var receipt = (await _node.PostAsync("/api/swaps", Swap, "2")).Expect(HttpStatusCode.OK);
        Assert.StartsWith("9.99", receipt.String("amountOut"), StringComparison.Ordinal);
        await _node.DisposeAsync();
        _node = await RunningNode.StartAsync(_folder.Root);
        var after = (await _node.GetAsync("/api/pools/EUR-USD.stable")).Expect(HttpStatusCode.OK);
        Assert.Equal("1010", after.String("reserve0"));
    }

    [Fact]
    public async Task A_mean_price_is_refused_with_the_reason_until_its_window_is_covered()
    {
        var refused = await _node.GetAsync("/api/pools/BTC-USD/twap?window=60000");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "window-not-covered"), (refused.Status, refused.Code));
        Assert.Equal(60_000, refused.Json.GetProperty("windowSeconds").GetInt64());
        Assert.Equal("invalid-field", (await _node.GetAsync("/api/pools/BTC-USD/twap?mean=mode")).Code);
        Assert.Equal("pool-not-created", (await _node.GetAsync("/api/pools/NO-SUCH/twap")).Code);
        var median = await _node.GetAsync("/api/prices/BTC/USD?window=60000&quorum=60");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "no-quorum"), (median.Status, median.Code));
        Assert.Contains("pool:BTC-USD (window-not-covered)", median.String("dropped"), StringComparison.Ordinal);
        var pool = (await _node.GetAsync("/api/pools/BTC-USD")).Expect(HttpStatusCode.OK);
        Assert.NotEqual("0", pool.String("safeAmountIn0"));
        var shares = (await _node.GetAsync("/api/tokens")).Json.EnumerateArray()
            .Single(t => t.GetProperty("token").GetString() == "lp:BTC-USD");
        Assert.Equal(pool.String("shares"), shares.GetProperty("supply").GetString());
    }

    [Fact]
    public async Task A_bot_is_registered_started_paused_and_stopped_by_its_owner_alone()
    {
        await _node.OpenAsync("fund", ("USD", "1000"));
        var body = """
            {"bot":"trend-1","account":"fund","strategy":"trend","parameters":{"notional":"10"},"symbols":["BTCUSD"],
             "limits":{"orderNotionalMax":"1000","positionMax":"1","dailyLossMax":"100"}}
            """;
        var bot = (await _node.PostAsync("/api/bots", body)).Expect(HttpStatusCode.OK);
        Assert.Equal("Registered", bot.String("state"));
        Assert.Equal("Running", (await _node.PostAsync("/api/bots/trend-1/start", "{}")).String("state"));
        Assert.Equal(
            "bot-not-permitted", (
                await _node.PostAsync("/api/bots/trend-1/stop", """{"why":"x"}""", principal: "mallory")).Code);
        Assert.Equal(
            "Paused", (await _node.PostAsync("/api/bots/trend-1/pause", """{"why":"look"}""")).String("state"));
        Assert.Equal(
            "why", (await _node.PostAsync("/api/bots/trend-1/stop", "{}")).Expect(HttpStatusCode.BadRequest).Field);
        Assert.Equal(
            "Stopped", (await _node.PostAsync("/api/bots/trend-1/stop", """{"why":"done"}""")).String("state"));
        await _node.Host.Tables!.WaitForAsync(_node.Host.Journal.LastOrdering);
        Assert.Equal(1, (await _node.GetAsync("/api/bots")).Json.GetArrayLength());
        Assert.Equal("bot-unknown", (await _node.GetAsync("/api/bots/none")).Expect(HttpStatusCode.NotFound).Code);
    }

    [Fact]
    public async Task A_bot_needs_a_known_strategy_and_an_account_of_its_owner()
    {
        await _node.PostAsync("/api/accounts", """{"account":"fund"}""");
        static string Body(string strategy) => $$$"""
            {"bot":"b","account":"fund","strategy":"{{{strategy}}}","symbols":["BTCUSD"],
             "limits":{"orderNotionalMax":"1000","positionMax":"1","dailyLossMax":"100"}}
            """;
        var unknown = (await _node.PostAsync("/api/bots", Body("moon"))).Expect(HttpStatusCode.BadRequest);
        Assert.Equal("strategy", unknown.Field);
        var stranger = await _node.PostAsync("/api/bots", Body("trend"), principal: "mallory");
        Assert.Equal("not-permitted", stranger.Expect(HttpStatusCode.Forbidden).Code);
        (await _node.PostAsync("/api/bots", Body("trend"))).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_audit_says_where_a_request_came_from()
    {
        await _node.PostAsync("/api/accounts", """{"account":"fund"}""");
        await _node.Host.Tables!.WaitForAsync(_node.Host.Journal.LastOrdering);
        var tables = new NodeTables(_node.Host);
        var row = Assert.Single(tables.Query(
            "select ip_address, user_agent from audit_log where action = 'open-account' and entity_id = ?1", "fund"));
        Assert.Equal("127.0.0.1", row["ip_address"]);
        Assert.Null(row["user_agent"]);
        var own = tables.Query("select ip_address from audit_log where action = 'register-token'");
        Assert.All(own, r => Assert.Null(r["ip_address"]));
    }

    [Fact]
    public async Task An_unknown_order_or_address_or_method_is_a_problem()
    {
        Assert.Equal(
            "order-unknown", (await _node.GetAsync($"/api/orders/{Guid.NewGuid()}")).Expect(
                HttpStatusCode.NotFound).Code);
        Assert.Equal(400, (int)(await _node.GetAsync("/api/orders/7")).Status);
        Assert.Equal("no-such-resource", (await _node.GetAsync("/api/none")).Expect(HttpStatusCode.NotFound).Code);
        Assert.Equal("method-not-allowed", (await _node.PostAsync("/api/health", "{}")).Code);
        Assert.Equal(0, (await _node.GetAsync("/api/orders")).Json.GetArrayLength());
        Assert.Equal("limit", (await _node.GetAsync("/api/transactions?limit=0")).Field);
    }

    [Fact]
    public async Task A_pause_is_in_force_when_it_is_acknowledged()
    {
        await _node.OpenAsync("p", ("USD", "1000"));
        var swap = """{"account":"p","pool":"BTC-USD","tokenIn":"USD","amountIn":"1"}""";
        for (var round = 0; round < 10; round++)
        {
            await ChangeAsync("Pause", "Paused");
            Assert.Equal(
                "trading-halted", (await _node.PostAsync("/api/swaps", swap, $"no {round}")).Expect(
                    HttpStatusCode.Conflict).Code);
            await ChangeAsync("Activate", "Active");
            (await _node.PostAsync("/api/swaps", swap, $"yes {round}")).Expect(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task An_emergency_takes_two_operators_to_end_and_outlives_a_restart()
    {
        await ChangeAsync("DeclareEmergency", "Emergency");
        await _node.DisposeAsync();
        _node = await RunningNode.StartAsync(_folder.Root);
        Assert.Equal("Emergency", (await _node.GetAsync("/api/health")).String("mode"));
        Assert.Equal("trading-halted", (await _node.PostAsync("/api/accounts", """{"account":"late"}""")).Code);
        await ChangeAsync("ProposeRecovery", "Emergency", "ann");
        var alone = await _node.PostAsync(
            "/api/system", """{"action":"ConfirmRecovery","why":"ok"}""", principal: "ann");
        Assert.Equal("system-recovery-needs-second-operator", alone.Expect(HttpStatusCode.Conflict).Code);
        await ChangeAsync("ConfirmRecovery", "Maintenance", "bob");
        await ChangeAsync("Activate", "Active");
        var system = (await _node.GetAsync("/api/system")).Json;
        Assert.Equal("bob", system.GetProperty("history")[1].GetProperty("who").GetString());
        Assert.Equal("action", (await _node.PostAsync("/api/system", """{"why":"x"}""")).Field);
    }

    [Fact]
    public async Task Where_operators_have_tokens_only_what_stops_is_taken_here()
    {
        await _node.DisposeAsync();
        _node = await RunningNode.StartAsync(_folder.Root, hasOperatorEndpoint: true);
        await ChangeAsync("Pause", "Paused");
        await RefusedAsync("Activate", "resume");
        await RefusedAsync("EnterMaintenance", "maintenance");
        Assert.Equal("Paused", (await _node.GetAsync("/api/system")).String("mode"));
        await ChangeAsync("DeclareEmergency", "Emergency");
        await RefusedAsync("ProposeRecovery", "recover");
        await RefusedAsync("ConfirmRecovery", "recover");
        var system = (await _node.GetAsync("/api/system")).Json;
        Assert.Equal("Emergency", system.GetProperty("mode").GetString());
        Assert.False(system.TryGetProperty("proposal", out _));
        await ChangeAsync("DeclareEmergency", "Emergency");

        async Task RefusedAsync(string action, string word)
        {
            var refused = (await _node.PostAsync(
                "/api/system", $$"""{"action":"{{action}}","why":"ok"}""", principal: "ann"))
                .Expect(HttpStatusCode.Forbidden);
            Assert.Equal("operators-only", refused.Code);
            Assert.Contains(
                $"pbm trade {word} ", refused.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_page_and_its_numbers_are_served()
    {
        var page = await _node.GetAsync("/");
        Assert.Equal("text/html", page.ContentType);
        var status = (await _node.GetAsync("/api/status")).Expect(HttpStatusCode.OK).Json;
        Assert.Equal(JsonValueKind.Object, status.GetProperty("node").ValueKind);
        Assert.Equal(5, status.GetProperty("pools").GetArrayLength());
    }

    private async Task ChangeAsync(string action, string expected, string? principal = null) => Assert.Equal(
        expected,
        (
            await _node.PostAsync(
                "/api/system", $$"""{"action":"{{action}}","why":"test"}""", principal: principal)).String("mode"));

    private async Task<string[]> BalancesAsync(string account) =>
    [
        .. (await _node.GetAsync($"/api/accounts/{account}")).Json.GetProperty("balances").EnumerateArray()
            .Select(b => $"{b.GetProperty("token").GetString()} {b.GetProperty("available").GetString()}").Order(
                StringComparer.Ordinal),
    ];
}
