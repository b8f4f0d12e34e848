using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using ActorTrade.Cluster.Operation;
using ActorTrade.IntegrationTests.Gateway;
using ActorTrade.IntegrationTests.RecordedData;
using ActorTrade.Node.Operation;
using ActorTrade.Operator;
using ActorTrade.TestServers;

namespace ActorTrade.IntegrationTests.Operation;

/// <summary>An operator's <c>trade cancel-all</c> over HTTP, with orders open in books of a real node's
/// pools.</summary>
public sealed class CancelAllTests : IAsyncLifetime
{
    // More than are asked at once.
    private const int Resting = 40;
    private readonly TemporaryFolder _folder = new();
    private RunningNode _node = null!;
    private Endpoint _endpoint = null!;

    public async ValueTask InitializeAsync()
    {
        _node = await RunningNode.StartAsync(_folder.Root);
        _endpoint = await Endpoint.StartAsync(change: s => s with { Entities = _node.Host.Door });
        var tables = new OperatorTables(_node.Host, () => null);
        _endpoint.Cluster.Answer(NodeQuestions.Rows, (_, request) => tables.Read(request));
        await _node.OpenAsync("alice", ("USD", "10000"));
        await _node.OpenAsync("bob", ("USD", "10000"));
    }

    public async ValueTask DisposeAsync()
    {
        await _endpoint.DisposeAsync();
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_open_order_in_the_books_of_pools_ends_and_its_money_is_free()
    {
        for (var i = 0; i < Resting; i++)
        {
            await PlaceAsync("alice", """ "limitPrice":"0.01" """, i);
        }

        await PlaceAsync("bob", """ "stopPrice":"0.000001" """, Resting);
        await PlaceAsync("bob", """ "takeProfitPrice":"0.01","trailBps":9000 """, Resting + 1);
        await PlaceAsync("bob", """ "limitPrice":"0.01","slices":3,"sliceSeconds":60 """, Resting + 2);

        Assert.Contains("43 orders of pools", await CancelAllAsync(Endpoint.Alice), StringComparison.Ordinal);

        await Eventually.TrueAsync(async () => await OpenAsync() == 0, "the end of all orders");
        Assert.Equal(("10000", "0"), await MoneyAsync("alice"));
        Assert.Equal(("10000", "0"), await MoneyAsync("bob"));
        var all = (await _node.GetAsync("/api/pool-orders?limit=100")).Expect(HttpStatusCode.OK).Json;
        Assert.Equal(Resting + 3, all.GetArrayLength());
        Assert.All(all.EnumerateArray(), o => Assert.Equal("Cancelled", o.GetProperty("state").GetString()));

        Assert.Contains("0 orders of pools", await CancelAllAsync(Endpoint.Alice), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_passes_in_an_emergency_and_only_for_who_may_act()
    {
        await PlaceAsync("alice", """ "limitPrice":"0.01" """, 1);
        await RunAsync(Endpoint.Alice, "emergency");

        Assert.Equal("may-only-look", await CancelAllAsync(Endpoint.Eve));
        Assert.Equal(1, await OpenAsync());
        Assert.Contains("1 orders of pools", await CancelAllAsync(Endpoint.Bob), StringComparison.Ordinal);

        await Eventually.TrueAsync(async () => await OpenAsync() == 0, "the end of the order");
        Assert.Equal(("10000", "0"), await MoneyAsync("alice"));
    }

    private async Task PlaceAsync(string account, string terms, int key) => (await _node.PostAsync(
        "/api/pools/BTC-USD/orders",
        $$"""{"account":"{{account}}","tokenIn":"USD","amountIn":"100",{{terms}}}""",
        $"order {key}")).Expect(HttpStatusCode.OK);

    private async Task<int> OpenAsync() => (await _node.GetAsync("/api/pool-orders?open=true&limit=100"))
        .Expect(HttpStatusCode.OK).Json.GetArrayLength();

    private async Task<(string?, string?)> MoneyAsync(string account)
    {
        var details = (await _node.GetAsync($"/api/accounts/{account}")).Expect(HttpStatusCode.OK).Json;
        Assert.Equal(0, details.GetProperty("openPoolOrders").GetInt32());
        var money = details.GetProperty("balances").EnumerateArray()
            .Single(b => b.GetProperty("token").GetString() == "USD");
        return (money.GetProperty("available").GetString(), money.GetProperty("held").GetString());
    }

    private Task<string> CancelAllAsync(string token) => RunAsync(token, "cancel-all");

    // All lines of the answer, or the error's code.
    private async Task<string> RunAsync(string token, string command)
    {
        using var client = new HttpClient { BaseAddress = _endpoint.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var request = new RunRequest
        {
            Palette = "trade",
            Command = command,
            Values = new Dictionary<string, string> { ["reason"] = "the drill" },
        };
        using var response = await client.PostAsJsonAsync("/run", request, OperatorProtocol.Json);
        if (!response.IsSuccessStatusCode)
        {
            return (await response.Content.ReadFromJsonAsync<OperatorError>(OperatorProtocol.Json))!.Code;
        }

        var result = (await response.Content.ReadFromJsonAsync<CommandResult>(OperatorProtocol.Json))!;
        return string.Join('\n', result.Blocks.SelectMany(b => b.Lines));
    }
}
