using System.Net;
using ActorTrade.IntegrationTests.RecordedData;

namespace ActorTrade.IntegrationTests.Gateway;

public sealed class SwapApiTests : IAsyncLifetime
{
    private const string Swap = """{"account":"alice","pool":"BTC-USD","tokenIn":"USD","amountIn":"250.5"}""";
    private readonly TemporaryFolder _folder = new();
    private RunningNode _node = null!;

    public async ValueTask InitializeAsync()
    {
        _node = await RunningNode.StartAsync(_folder.Root);
        await _node.OpenAsync("alice", ("USD", "10000"), ("EUR", "10000"));
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Swap_moves_money_and_gives_a_receipt()
    {
        var receipt = (await _node.PostAsync("/api/swaps", Swap, "one")).Expect(HttpStatusCode.OK);
        Assert.Equal("250.5", receipt.String("amountIn"));
        Assert.Equal("0.7515", receipt.String("fee"));
        Assert.Equal("BTC", receipt.String("tokenOut"));
        var account = (await _node.GetAsync("/api/accounts/alice")).Expect(HttpStatusCode.OK);
        var balances = account.Json.GetProperty("balances").EnumerateArray().ToDictionary(
            b => b.GetProperty("token").GetString()!, b => b.GetProperty("available").GetString()!);
        Assert.Equal("9749.5", balances["USD"]);
        Assert.Equal(receipt.String("amountOut"), balances["BTC"]);
    }

    [Fact]
    public async Task Repeats_get_the_first_receipt_to_the_byte_also_together_and_after_a_restart()
    {
        var first = (await _node.PostAsync("/api/swaps", Swap, "same")).Expect(HttpStatusCode.OK);
        var together = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => _node.PostAsync("/api/swaps", Swap, "same")));
        Assert.All(together, r => Assert.Equal(first.Text, r.Text));
        await _node.PostAsync("/api/swaps", Swap, "another");
        Assert.Equal(first.Text, (await _node.PostAsync("/api/swaps", Swap, "same")).Text);
        await _node.DisposeAsync();
        _node = await RunningNode.StartAsync(_folder.Root);
        Assert.Equal(first.Text, (await _node.PostAsync("/api/swaps", Swap, "same")).Text);
        var account = (await _node.GetAsync("/api/accounts/alice")).Json;
        Assert.Equal("9499", account.GetProperty("balances").EnumerateArray()
            .Single(b => b.GetProperty("token").GetString() == "USD").GetProperty("available").GetString());
    }

    [Fact]
    public async Task A_flash_route_needs_no_money_and_does_not_happen_where_it_would_lose()
    {
        await _node.OpenAsync("poor");
        var body = """
            {"account":"poor","route":["BTC-USD","BTC-USD"],"tokenIn":"USD","amountIn":"1000","flash":true}
            """;
        var lost = await _node.PostAsync("/api/swaps", body, "1");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "below-minimum"), (lost.Status, lost.Code));
        var open = await _node.PostAsync("/api/swaps", Swap.Replace("}", ",\"flash\":true}"), "2");
        Assert.Equal("invalid-route", open.Code);
    }

    [Fact]
    public async Task Twenty_first_sendings_at_once_are_one_trade()
    {
        var together = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => _node.PostAsync("/api/swaps", Swap, "race")));
        Assert.Single(together.Select(r => r.Expect(HttpStatusCode.OK).Text).Distinct());
        var pool = (await _node.GetAsync("/api/pools/BTC-USD")).Json;
        Assert.Equal(1, pool.GetProperty("swaps").GetInt64());
    }

    [Fact]
    public async Task A_repeat_after_the_entities_have_forgotten_is_answered_from_the_tables()
    {
        await _node.DisposeAsync();
        _node = await RunningNode.StartAsync(_folder.Root, rememberFor: TimeSpan.FromMilliseconds(300));
        var deadline = DateTimeOffset.UtcNow.AddSeconds(5);
        var body = $$"""
            {"account":"alice","pool":"BTC-USD","tokenIn":"USD","amountIn":"1","deadline":"{{deadline:O}}"}
            """;
        var first = (await _node.PostAsync("/api/swaps", body, "old")).Expect(HttpStatusCode.OK);
        await Task.Delay(deadline.AddSeconds(2.5) - DateTimeOffset.UtcNow);

        // Another trade makes the account and the pool forget what is past.
        (await _node.PostAsync("/api/swaps", Swap, "new")).Expect(HttpStatusCode.OK);
        Assert.Equal(first.Text, (await _node.PostAsync("/api/swaps", body, "old")).Text);
    }

    [Fact]
    public async Task A_key_used_again_with_other_content_is_refused()
    {
        (await _node.PostAsync("/api/swaps", Swap, "key")).Expect(HttpStatusCode.OK);
        var other = Swap.Replace("250.5", "250.6", StringComparison.Ordinal);
        Assert.Equal(
            "id-reused", (await _node.PostAsync("/api/swaps", other, "key")).Expect(HttpStatusCode.Conflict).Code);
    }

    [Fact]
    public async Task A_route_is_all_or_nothing()
    {
        var route = """
            {"account":"alice","route":["EUR-USD","BTC-USD"],"tokenIn":"EUR","tokenOut":"BTC","amountIn":"100"}
            """;
        var receipt = (await _node.PostAsync("/api/swaps", route, "route")).Expect(HttpStatusCode.OK);
        Assert.Equal(receipt.Text, (await _node.PostAsync("/api/swaps", route, "route")).Text);
        var greedy = """
            {"account":"alice","route":["EUR-USD","BTC-USD"],"tokenIn":"EUR","amountIn":"100","minAmountOut":"1"}
            """;
        var refused = (await _node.PostAsync("/api/swaps", greedy, "greedy")).Expect(
            HttpStatusCode.UnprocessableEntity);
        Assert.Equal("below-minimum", refused.Code);
        Assert.Equal(refused.Text, (await _node.PostAsync("/api/swaps", greedy, "greedy")).Text);
        var account = (await _node.GetAsync("/api/accounts/alice")).Json;
        Assert.All(
            account.GetProperty("balances").EnumerateArray(), b =>
                Assert.Equal("0", b.GetProperty("held").GetString()));
    }

    [Theory]
    [InlineData(
        """{"account":"alice","pool":"BTC-USD","tokenIn":"USD","amountIn":"1.1234567"}""",
        400, "invalid-field", "amountIn")]
    [InlineData(
        """{"account":"alice","pool":"BTC-USD","tokenIn":"USD","amountIn":"-1"}""",
        400, "invalid-field", "amountIn")]
    [InlineData(
        """{"account":"alice","pool":"BTC-USD","tokenIn":"USD","amountIn":1}""",
        400, "invalid-body", "amountIn")]
    [InlineData(
        """{"account":"alice","pool":"BTC-USD","tokenIn":"EUR","amountIn":"1"}""",
        400, "invalid-field", "tokenIn")]
    [InlineData(
        """{"account":"alice","pool":"BTC-USD","tokenIn":"USD","tokenOut":"ETH","amountIn":"1"}""",
        400, "invalid-field", "tokenOut")]
    [InlineData(
        """{"account":"al ice","pool":"BTC-USD","tokenIn":"USD","amountIn":"1"}""",
        400, "invalid-field", "account")]
    [InlineData("""{"account":"alice","tokenIn":"USD","amountIn":"1"}""", 400, "invalid-field", "pool")]
    [InlineData(
        """{"account":"alice","pool":"BTC-USD","tokenIn":"USD","amountIn":"1","amount":"1"}""",
        400, "invalid-body", "amount")]
    [InlineData("""{"account":"alice",""", 400, "invalid-body", null)]
    [InlineData("null", 400, "invalid-body", null)]
    [InlineData(
        """{"account":"alice","pool":"BTC-USD","tokenIn":"USD","amountIn":"1","maxSlippageBps":10001}""",
        400, "invalid-field", "maxSlippageBps")]
    [InlineData(
        """{"account":"alice","pool":"NO-POOL","tokenIn":"USD","amountIn":"1"}""",
        404, "pool-not-created", "pool")]
    [InlineData("""{"account":"nobody","pool":"BTC-USD","tokenIn":"USD","amountIn":"1"}""", 403, "not-permitted", null)]
    [InlineData("""{"account":"house","pool":"BTC-USD","tokenIn":"USD","amountIn":"1"}""", 403, "not-permitted", null)]
    [InlineData("""{"account":"alice","pool":"BTC-USD","tokenIn":"USD","amountIn":"0"}""", 422, "zero-amount", "USD")]
    [InlineData(
        """{"account":"alice","pool":"BTC-USD","tokenIn":"USD","amountIn":"10000.01"}""",
        422, "insufficient-funds", null)]
    [InlineData(
        """{"account":"alice","pool":"BTC-USD","tokenIn":"USD","amountIn":"1","deadline":"2020-01-01T00:00:00Z"}""",
        422, "deadline-passed", null)]
    [InlineData(
        """{"account":"alice","pool":"BTC-USD","tokenIn":"USD","amountIn":"1","minAmountOut":"1"}""",
        422, "below-minimum", null)]
    [InlineData(
        """{"account":"alice","pool":"BTC-USD","tokenIn":"USD","amountIn":"1","nonce":7}""",
        409, "wrong-nonce", null)]
    public async Task Problems_name_code_and_field(string body, int status, string code, string? field)
    {
        var reply = await _node.PostAsync("/api/swaps", body, Guid.NewGuid().ToString());
        Assert.Equal("application/problem+json", reply.ContentType);
        Assert.Equal((status, code), ((int)reply.Status, reply.Code));
        Assert.Equal(field, reply.Field);
    }

    [Fact]
    public async Task Insufficient_funds_says_the_numbers_in_whole_tokens()
    {
        var body = """{"account":"alice","pool":"BTC-USD","tokenIn":"USD","amountIn":"10000.01"}""";
        var reply = await _node.PostAsync("/api/swaps", body, "much");
        Assert.Equal(("10000.01", "10000"), (reply.String("required"), reply.String("available")));
    }

    [Fact]
    public async Task A_swap_without_key_is_refused() => Assert.Equal(
        "idempotency-key-missing", (await _node.PostAsync("/api/swaps", Swap)).Expect(HttpStatusCode.BadRequest).Code);

    [Fact]
    public async Task A_body_that_is_too_long_is_413() => Assert.Equal(
        "body-too-large",
        (await _node.PostAsync("/api/swaps", $$"""{"account":"{{new string('a', 70_000)}}"}""", "long"))
            .Expect(HttpStatusCode.RequestEntityTooLarge).Code);

    [Fact]
    public async Task Nobody_speaks_for_the_cluster_and_pages_of_other_sites_do_not_act()
    {
        Assert.Equal(
            HttpStatusCode.Forbidden, (await _node.PostAsync("/api/swaps", Swap, "x", principal: "system")).Status);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/swaps");
        request.Headers.Add("Origin", "http://elsewhere.example");
        Assert.Equal("foreign-origin", (await Reply.OfAsync(await _node.SendAsync(request))).Code);
        Assert.Equal("not-permitted", (await _node.PostAsync("/api/swaps", Swap, "y", principal: "mallory")).Code);
    }
}
