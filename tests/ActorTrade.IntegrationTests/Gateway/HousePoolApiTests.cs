using System.Net;
using ActorTrade.IntegrationTests.RecordedData;

namespace ActorTrade.IntegrationTests.Gateway;

/// <summary>Pools of more than two tokens, with a path and with ranges, through a node: created, filled, traded, left,
/// and the same after a restart.</summary>
public sealed class HousePoolApiTests : IAsyncLifetime
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
    public async Task A_pool_of_three_tokens()
    {
        await CreateAsync("""
            {"pool":"MIX.3","tokens":["USD","EUR","BTC"],"kind":"balancer-weighted","swapFeeE18":"3000000000000000",
             "weightsE18":["400000000000000000","300000000000000000","300000000000000000"]}
            """);
        await _node.OpenAsync("lp", ("USD", "100000"), ("EUR", "100000"), ("BTC", "3"));
        await AddAsync("MIX.3", "1", """
            {"account":"lp","amounts":[{"token":"USD","amount":"40000"},{"token":"EUR","amount":"30000"},
             {"token":"BTC","amount":"1"}]}
            """);
        var shares = await AddAsync(
            "MIX.3", "2", """{"account":"lp","amounts":[{"token":"EUR","amount":"3000"}],"exact":true}""");
        Assert.Equal("tokenOut", (await SwapAsync("3", """
            {"account":"lp","pool":"MIX.3","tokenIn":"USD","amountIn":"100"}
            """)).Field);
        (await SwapAsync("4", """
            {"account":"lp","pool":"MIX.3","tokenIn":"USD","tokenOut":"BTC","amountIn":"100"}
            """)).Expect(HttpStatusCode.OK);
        (await SwapAsync("5", """
            {"account":"lp","route":["MIX.3","BTC-USD"],"tokenIn":"EUR","tokenOut":"USD","via":["BTC"],"amountIn":"100",
             "minAmountOut":"1"}
            """)).Expect(HttpStatusCode.OK);
        var left = await RemoveAsync(
            "MIX.3", "6", $$"""{"account":"lp","shares":"{{shares}}","onlyToken":"BTC","minAmount":"0.01"}""");
        Assert.Equal("BTC", left.Json.GetProperty("amounts")[0].GetProperty("token").GetString());
        await SameAfterRestartAsync("MIX.3");
    }

    [Fact]
    public async Task A_tricrypto_pool()
    {
        await CreateAsync("""
            {"pool":"TRI","tokens":["USD","BTC","ETH"],"kind":"curve-tricrypto","parameters":{"A":"1707629",
             "gamma":"11809167828997","mid_fee":"3000000","out_fee":"30000000","fee_gamma":"500000000000000",
             "allowedExtraProfit":"2000000000000","adjustmentStep":"490000000000000","maTime":"866",
             "price_scale":"60000000000000000000000,3000000000000000000000"}}
            """);
        await _node.OpenAsync("lp", ("USD", "100000"), ("BTC", "2"), ("ETH", "40"));
        var shares = await AddAsync("TRI", "1", """
            {"account":"lp","amounts":[{"token":"USD","amount":"60000"},{"token":"BTC","amount":"1"},
             {"token":"ETH","amount":"20"}]}
            """);
        (await SwapAsync("2", """
            {"account":"lp","pool":"TRI","tokenIn":"ETH","tokenOut":"BTC","amountIn":"1"}
            """)).Expect(HttpStatusCode.OK);
        await AddAsync("TRI", "3", """{"account":"lp","amounts":[{"token":"USD","amount":"500"}],"exact":true}""");
        var some = shares[..^1];
        await RemoveAsync("TRI", "4", $$"""{"account":"lp","shares":"{{some}}"}""");
        await RemoveAsync("TRI", "5", $$"""{"account":"lp","shares":"{{some}}","onlyToken":"ETH"}""");
        await SameAfterRestartAsync("TRI");
    }

    [Fact]
    public async Task A_concentrated_pool()
    {
        await CreateAsync("""
            {"pool":"EUR-USD.r","token0":"EUR","token1":"USD","kind":"concentrated","parameters":{"feePips":"500",
             "tickSpacing":"10","sqrtPriceX96":"79228162514264337593543950336"}}
            """);
        await _node.OpenAsync("lp", ("USD", "10000"), ("EUR", "10000"));
        await AddAsync("EUR-USD.r", "1", """
            {"account":"lp","tickLower":-100,"tickUpper":100,"amounts":[{"token":"EUR","amount":"1000"},
             {"token":"USD","amount":"1000"}]}
            """);
        var shares = await AddAsync("EUR-USD.r", "2", """
            {"account":"lp","tickLower":10,"tickUpper":200,"amounts":[{"token":"EUR","amount":"1000"}]}
            """);
        var swap = (await SwapAsync("3", """
            {"account":"lp","pool":"EUR-USD.r","tokenIn":"USD","amountIn":"1200","minAmountOut":"1150"}
            """)).Expect(HttpStatusCode.OK);
        Assert.StartsWith("11", swap.String("amountOut"), StringComparison.Ordinal);
        var left = await RemoveAsync(
            "EUR-USD.r", "4", $$"""{"account":"lp","shares":"{{shares}}","tickLower":10,"tickUpper":200}""");
        Assert.Equal("lp:EUR-USD.r:10:200", left.String("shareToken"));
        var pool = (await _node.GetAsync("/api/pools/EUR-USD.r")).Expect(HttpStatusCode.OK);
        var range = Assert.Single(pool.Json.GetProperty("ranges").EnumerateArray());
        Assert.Equal(-100, range.GetProperty("tickLower").GetInt32());
        await SameAfterRestartAsync("EUR-USD.r");
    }

    private async Task CreateAsync(string body)
    {
        (await _node.PostAsync("/api/pools", body)).Expect(HttpStatusCode.OK);
        (await _node.PostAsync("/api/pools", body)).Expect(HttpStatusCode.OK);
    }

    // The shares; a repeat is answered alike, also from the tables.
    private async Task<string> AddAsync(string pool, string key, string body)
    {
        var path = $"/api/pools/{pool}/liquidity/add";
        var added = (await _node.PostAsync(path, body, key)).Expect(HttpStatusCode.OK);
        await _node.Host.Tables!.WaitForAsync(_node.Host.Journal.LastOrdering);
        Assert.Equal(added.Text, (await _node.PostAsync(path, body, key)).Text);
        return added.String("shares");
    }

    private async Task<Reply> RemoveAsync(string pool, string key, string body)
    {
        var path = $"/api/pools/{pool}/liquidity/remove";
        var removed = (await _node.PostAsync(path, body, key)).Expect(HttpStatusCode.OK);
        await _node.Host.Tables!.WaitForAsync(_node.Host.Journal.LastOrdering);
        Assert.Equal(removed.Text, (await _node.PostAsync(path, body, key)).Text);
        return removed;
    }

    private Task<Reply> SwapAsync(string key, string body) => _node.PostAsync("/api/swaps", body, key);

    private async Task SameAfterRestartAsync(string pool)
    {
        var before = await StateOfAsync(pool);
        await _node.DisposeAsync();
        _node = await RunningNode.StartAsync(_folder.Root);
        Assert.Equal(before, await StateOfAsync(pool));
    }

    // All but the number of its last event: acknowledgements may come at any time.
    private async Task<string> StateOfAsync(string pool)
    {
        var reply = (await _node.GetAsync($"/api/pools/{pool}")).Expect(HttpStatusCode.OK);
        return string.Join(
            '\n', reply.Json.EnumerateObject().Where(p => p.Name != "sequenceNr").Select(p => p.ToString()));
    }
}
