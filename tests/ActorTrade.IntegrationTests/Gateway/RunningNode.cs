using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ActorTrade.Execution.Strategies;
using ActorTrade.Gateway;
using ActorTrade.Node.Hosting;

namespace ActorTrade.IntegrationTests.Gateway;

/// <summary>A whole node on a free loopback port with a real journal, and a client for it.</summary>
internal sealed class RunningNode : IAsyncDisposable
{
    private readonly GatewayServer _gateway;
    private readonly HttpClient _client;

    private RunningNode(NodeHost host, GatewayServer gateway)
    {
        Host = host;
        _gateway = gateway;
        _client = new HttpClient { BaseAddress = gateway.Address };
    }

    public NodeHost Host { get; }

    public static async Task<RunningNode> StartAsync(
        string directory, TimeSpan? rememberFor = null, bool hasOperatorEndpoint = false)
    {
        var host = await NodeHost.StartAsync(new NodeHostOptions { DataDirectory = directory });
        var gateway = await GatewayServer.StartAsync(
            new GatewayServices
            {
                Entities = host.Door,
                Tables = new NodeTables(host),
                Time = host.System.Time,
                Status = () => host.Status(market: null),
                StrategyProblem = static (strategy, instruments, parameters) =>
                    StrategyCatalog.TryCreate(strategy, instruments, parameters, out _, out var error) ? null : error,
                RememberFor = rememberFor ?? TimeSpan.FromMinutes(15),
                HasOperatorEndpoint = hasOperatorEndpoint,
            },
            new GatewayOptions { Port = 0 });
        return new RunningNode(host, gateway);
    }

    public async Task<Reply> GetAsync(string path) => await Reply.OfAsync(await _client.GetAsync(path));

    public async Task<Reply> PostAsync(string path, string body, string? key = null, string? principal = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new StringContent(body, Encoding.UTF8);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        if (principal is not null)
        {
            request.Headers.Add("X-Principal", principal);
        }

        return await Reply.OfAsync(await _client.SendAsync(request));
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _client.SendAsync(request);

    /// <summary>An open account with so much money.</summary>
    public async Task OpenAsync(string account, params (string Token, string Amount)[] money)
    {
        (await PostAsync("/api/accounts", $$"""{"account":"{{account}}"}""")).Expect(HttpStatusCode.OK);
        foreach (var (token, amount) in money)
        {
            (await PostAsync(
                $"/api/accounts/{account}/deposits",
                $$"""{"token":"{{token}}","amount":"{{amount}}"}""",
                key: $"open {account} {token}")).Expect(HttpStatusCode.OK);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _gateway.StopAsync(TimeSpan.FromSeconds(2));
        await _gateway.DisposeAsync();
        await Host.DisposeAsync();
    }
}

/// <summary>What came back, with its exact text.</summary>
internal sealed record Reply(HttpStatusCode Status, string Text, HttpResponseHeaders Headers, string? ContentType)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string? Code => Json.TryGetProperty("code", out var code) ? code.GetString() : null;

    public string? Field => Json.TryGetProperty("field", out var name) ? name.GetString() : null;

    public static async Task<Reply> OfAsync(HttpResponseMessage response)
    {
        using (response)
        {
            return new Reply(
                response.StatusCode,
                await response.Content.ReadAsStringAsync(),
                response.Headers,
                response.Content.Headers.ContentType?.MediaType);
        }
    }

    public Reply Expect(HttpStatusCode status)
    {
        Assert.True(Status == status, $"Expected {status}, got {Status}: {Text}");
        return this;
    }

    public string String(string name) => Json.GetProperty(name).GetString()!;
}
