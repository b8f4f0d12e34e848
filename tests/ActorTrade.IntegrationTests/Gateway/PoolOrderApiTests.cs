using System.Globalization;
using System.Net;
using ActorTrade.IntegrationTests.RecordedData;
using ActorTrade.TestServers;

namespace ActorTrade.IntegrationTests.Gateway;

/// <summary>Orders on pools from outside, on a node with a real journal.</summary>
public sealed class PoolOrderApiTests : IAsyncLifetime
{
    private const string Orders = "/api/pools/BTC-USD/orders";
    private readonly TemporaryFolder _folder = new();
    private RunningNode _node = null!;

    public async ValueTask InitializeAsync()
    {
        _node = await RunningNode.StartAsync(_folder.Root);
        await _node.OpenAsync("alice", ("USD", "10000"));
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_order_whose_price_the_pool_pays_is_filled_and_its_money_is_gone_for_what_it_bought()
    {
        var placed = await PlaceAsync(
            """{"account":"alice","tokenIn":"USD","amountIn":"100","limitPrice":"0.000001"}""", "a");
        var filled = await EndOfAsync(placed.String("order"));
        Assert.Equal(("Filled", "100"), (filled.String("state"), filled.String("sold")));
        Assert.Equal("limit", filled.String("type"));
        Assert.Equal(("9900", "0"), await BalanceAsync("USD"));
        Assert.Equal((filled.String("bought"), "0"), await BalanceAsync("BTC"));
    }

    [Fact]
    public async Task An_order_holds_its_money_until_it_is_cancelled_and_a_repeat_hears_how_it_stands()
    {
        const string body = """{"account":"alice","tokenIn":"USD","amountIn":"2500","limitPrice":"0.01"}""";
        var placed = await PlaceAsync(body, "b");
        Assert.Equal("Open", placed.String("state"));
        Assert.Equal(("7500", "2500"), await BalanceAsync("USD"));
        var id = placed.String("order");
        Assert.Equal(id, (await PlaceAsync(body, "b")).String("order"));
        Assert.Equal(("7500", "2500"), await BalanceAsync("USD"));
        var open = (await _node.GetAsync("/api/pool-orders?account=alice&open=true")).Expect(HttpStatusCode.OK).Json;
        Assert.Equal(id, Assert.Single(open.EnumerateArray()).GetProperty("order").GetString());
        var account = (await _node.GetAsync("/api/accounts/alice")).Expect(HttpStatusCode.OK);
        Assert.Equal(1, account.Json.GetProperty("openPoolOrders").GetInt32());
        await _node.PostAsync($"/api/pool-orders/{id}/cancel", """{"why":"enough"}""");
        Assert.Equal("Cancelled", (await EndOfAsync(id)).String("state"));
        Assert.Equal(("10000", "0"), await BalanceAsync("USD"));
        account = (await _node.GetAsync("/api/accounts/alice")).Expect(HttpStatusCode.OK);
        Assert.Equal(0, account.Json.GetProperty("openPoolOrders").GetInt32());
        Assert.Equal("Cancelled", (await PlaceAsync(body, "b")).String("state"));
        var again = await _node.PostAsync($"/api/pool-orders/{id}/cancel", """{"why":"enough"}""");
        Assert.Equal("order-is-final", again.Expect(HttpStatusCode.Conflict).Code);
    }

    [Theory]
    [InlineData("", "Split", false)]
    [InlineData(",\"protection\":\"none\"", "None", false)]
    [InlineData(",\"protection\":\"private\"", "Private", true)]
    [InlineData(",\"timeInForce\":\"Fok\"", "Private", true)]
    public async Task An_order_shows_how_it_is_protected(string more, string protection, bool isPrivate)
    {
        var placed = await PlaceAsync(
            $$"""{"account":"alice","tokenIn":"USD","amountIn":"10","limitPrice":"0.01"{{more}}}""", "p");
        Assert.Equal(protection, placed.String("protection"));
        Assert.Equal(isPrivate, placed.Json.GetProperty("isPrivate").GetBoolean());
    }

    [Fact]
    public async Task An_order_shows_which_price_its_triggers_wait_for()
    {
        var mean = await PlaceAsync(
            """{"account":"alice","tokenIn":"USD","amountIn":"10","stopPrice":"0.000001","triggerWindowSeconds":300}""",
            "m");
        var spot = await PlaceAsync(
            """{"account":"alice","tokenIn":"USD","amountIn":"10","stopPrice":"0.000001"}""", "n");
        Assert.Equal(300, mean.Json.GetProperty("triggerWindowSeconds").GetInt64());
        Assert.False(spot.Json.TryGetProperty("triggerWindowSeconds", out _));

        // The price of the moment is far above the profit; the mean of a pool that is so new is not covered.
        const string profit =
            """ "account":"alice","tokenIn":"USD","amountIn":"10","takeProfitPrice":"0.000001" """;
        var waits = await PlaceAsync("{" + profit + ",\"triggerWindowSeconds\":900}", "o");
        var trades = await PlaceAsync("{" + profit + "}", "q");
        Assert.Equal("Filled", (await EndOfAsync(trades.String("order"))).String("state"));
        var still = await _node.GetAsync($"/api/pool-orders/{waits.String("order")}");
        Assert.Equal(("Open", "0"), (still.String("state"), still.String("sold")));
    }

    [Fact]
    public async Task A_large_order_trades_in_safe_parts_one_after_the_other()
    {
        var pool = (await _node.GetAsync("/api/pools/BTC-USD")).Expect(HttpStatusCode.OK);
        var safe = decimal.Parse(pool.String("safeAmountIn1"), CultureInfo.InvariantCulture);
        var amount = decimal.Round(safe * 1.5m, 2).ToString("0.##", CultureInfo.InvariantCulture);
        await _node.OpenAsync("bob", ("USD", "1000000"));
        var placed = await PlaceAsync(
            $$"""{"account":"bob","tokenIn":"USD","amountIn":"{{amount}}","limitPrice":"0.000001"}""", "s");
        var filled = await EndOfAsync(placed.String("order"));
        Assert.Equal(("Filled", amount), (filled.String("state"), filled.String("sold")));
        var after = (await _node.GetAsync("/api/pools/BTC-USD")).Expect(HttpStatusCode.OK);
        Assert.Equal(pool.Json.GetProperty("swaps").GetInt64() + 2, after.Json.GetProperty("swaps").GetInt64());
    }

    [Fact]
    public async Task What_an_order_has_sold_is_shown_while_it_is_open()
    {
        // The second slice is an hour away.
        var placed = await PlaceAsync(
            """
            {"account":"alice","tokenIn":"USD","amountIn":"100","limitPrice":"0.000001","slices":2,"sliceSeconds":3600}
            """,
            "t");

        // The first slice may trade before the answer is read.
        Assert.Contains(placed.String("sold"), (string[])["0", "50"]);
        Reply? now = null;
        await Eventually.TrueAsync(
            async () =>
            {
                now = await _node.GetAsync($"/api/pool-orders/{placed.String("order")}");
                return now.String("sold") != "0";
            },
            "the first slice");
        Assert.Equal(("Open", "50"), (now!.String("state"), now.String("sold")));
        Assert.NotEqual("0", now.String("bought"));
        await _node.PostAsync($"/api/pool-orders/{placed.String("order")}/cancel", """{"why":"enough"}""");
        var end = await EndOfAsync(placed.String("order"));
        Assert.Equal(("Cancelled", "50", now.String("bought")), (
            end.String("state"), end.String("sold"), end.String("bought")));
    }

    [Fact]
    public async Task An_order_expires_although_no_node_ran_at_its_time()
    {
        var until = DateTimeOffset.UtcNow + TimeSpan.FromSeconds(5);
        var at = until.ToString("O", CultureInfo.InvariantCulture);
        var placed = await PlaceAsync(
            $$"""{"account":"alice","tokenIn":"USD","amountIn":"10","limitPrice":"0.01","expiresAt":"{{at}}"}""", "c");
        await _node.DisposeAsync();
        await Eventually.TrueAsync(() => Task.FromResult(DateTimeOffset.UtcNow > until), "the order's time");
        _node = await RunningNode.StartAsync(_folder.Root);
        Assert.Equal("Expired", (await EndOfAsync(placed.String("order"))).String("state"));
        Assert.Equal(("10000", "0"), await BalanceAsync("USD"));
    }

    [Theory]
    [InlineData("""{"account":"alice","tokenIn":"USD","amountIn":"10"}""", "order-terms-invalid")]
    [InlineData("""{"account":"alice","tokenIn":"EUR","amountIn":"10","limitPrice":"1"}""", "invalid-field")]
    [InlineData("""{"account":"alice","tokenIn":"USD","amountIn":"99999","limitPrice":"0.01"}""", "insufficient-funds")]
    [InlineData(
        """{"account":"alice","tokenIn":"USD","amountIn":"10","limitPrice":"0.01","slices":1}""",
        "order-terms-invalid")]
    [InlineData(
        """{"account":"alice","tokenIn":"USD","amountIn":"10","stopPrice":"1","triggerWindowSeconds":61}""",
        "order-terms-invalid")]
    [InlineData(
        """{"account":"alice","tokenIn":"USD","amountIn":"10","stopPrice":"1","triggerMaxAgeSeconds":3600}""",
        "invalid-field")]
    [InlineData(
        """{"account":"alice","tokenIn":"USD","amountIn":"10","limitPrice":"1","protection":"1"}""",
        "invalid-field")]
    [InlineData(
        """{"account":"alice","tokenIn":"USD","amountIn":"9","trailBps":1,"timeInForce":"Ioc","protection":"Split"}""",
        "order-terms-invalid")]
    public async Task Terms_that_no_order_can_have_are_refused(string body, string code) =>
        Assert.Equal(code, (await _node.PostAsync(Orders, body, code)).Code);

    private async Task<Reply> PlaceAsync(string body, string key) =>
        (await _node.PostAsync(Orders, body, key)).Expect(HttpStatusCode.OK);

    private async Task<Reply> EndOfAsync(string order)
    {
        Reply? reply = null;
        await Eventually.TrueAsync(
            async () =>
            {
                reply = (await _node.GetAsync($"/api/pool-orders/{order}")).Expect(HttpStatusCode.OK);
                return reply.Json.TryGetProperty("endedAt", out _);
            },
            $"the end of {order}");
        return reply!;
    }

    private async Task<(string Available, string Held)> BalanceAsync(string token)
    {
        var account = (await _node.GetAsync("/api/accounts/alice")).Expect(HttpStatusCode.OK).Json;
        var balance = account.GetProperty("balances").EnumerateArray()
            .Single(b => b.GetProperty("token").GetString() == token);
        return (balance.GetProperty("available").GetString()!, balance.GetProperty("held").GetString()!);
    }
}
