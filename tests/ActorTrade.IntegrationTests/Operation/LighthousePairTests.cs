using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using ActorTrade.Cluster.Routing;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Configuration;
using ActorTrade.Domain.Accounts;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;
using ActorTrade.Node.Configuration;
using ActorTrade.Node.Hosting;
using ActorTrade.Operator;
using ActorTrade.TestServers;

namespace ActorTrade.IntegrationTests.Operation;

/// <summary>Two Lighthouses as processes of their own, side by side, and what happens when they die.</summary>
public sealed class LighthousePairTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const int Shards = 32;

    private static readonly ShardId[] All = [.. Enumerable.Range(0, Shards).Select(n => new ShardId("trade", n))];

    private readonly string _folder = Directory.CreateTempSubdirectory("actortrade-pair-").FullName;
    private readonly List<Lighthouse> _lighthouses = [];
    private string[] _settings = [];

    public async ValueTask InitializeAsync()
    {
        var postgres = await SharedServers.PostgresAsync();
        var broker = await SharedServers.BrokerAsync();
        _settings =
        [
            "Cluster:Enabled=true", $"Cluster:ShardCount={Shards}",
            $"Postgres:ConnectionString={await postgres.CreateDatabaseAsync()}",
            $"RabbitMq:Uri={await broker.CreateVirtualHostAsync()}",
        ];
    }

    public ValueTask DisposeAsync()
    {
        _lighthouses.ForEach(l => l.Dispose());
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_other_leads_on_and_without_any_the_cluster_trades_on_and_only_moves_wait()
    {
        var leading = await LighthouseAsync("lighthouse-1");
        await leading.LeadsAsync();
        var other = await LighthouseAsync("lighthouse-2");
        await using var first = await NodeAsync("node-1");
        await using var second = await NodeAsync("node-2");
        await UntilAsync(() => Serving(second) >= 4 && Serving(first) + Serving(second) == Shards);
        var wished = All.Where(s => Serves(second, s)).Take(3).ToList();
        foreach (var shard in wished)
        {
            await leading.RunAsync("cluster-sharding", "move", ("shard", shard.ToString()), ("node", "node-1"));
        }

        await UntilAsync(() => wished.TrueForAll(s => Serves(first, s)));
        Assert.Contains("node-1", await other.RunAsync("cluster", "show"), StringComparison.Ordinal);
        Assert.DoesNotContain("led from here", await other.RunAsync("doctor", ""), StringComparison.Ordinal);

        leading.Dispose();
        await other.LeadsAsync();
        other.Dispose();
        Assert.IsType<Answer.Accepted>(await OpenAsync(first, "alone"));
        await using var third = await NodeAsync("node-3");
        Assert.IsType<Answer.Accepted>(await OpenAsync(third, "asked-elsewhere"));
        Assert.Equal((Shards, 0), (Serving(first) + Serving(second), Serving(third)));

        // What was wished under the first leader holds under the third, which moves others.
        await LighthouseAsync("lighthouse-3");
        await UntilAsync(() => Serving(third) >= 3 && Serving(first) + Serving(second) + Serving(third) == Shards);
        Assert.All(wished, s => Assert.True(Serves(first, s)));
    }

    private static Task UntilAsync(Func<bool> condition) =>
        Eventually.HoldsAsync(() => Task.FromResult(condition()), Patience);

    private static bool Serves(NodeHost host, ShardId shard) =>
        host.Cluster!.Board!.PhaseOf(shard) == SeatPhase.Serving;

    private static int Serving(NodeHost host) => All.Count(s => Serves(host, s));

    private static async Task<Answer> OpenAsync(NodeHost host, string account)
    {
        var time = TimeProvider.System;
        var header = new CommandHeader(Guid.NewGuid(), "alice", time.GetUtcNow() + TimeSpan.FromMinutes(1));
        return await host.Cluster!.Entities.AskAsync(
            new EntityId("account", account), new Account.Command.Open("alice"), header, Patience, time);
    }

    private Task<NodeHost> NodeAsync(string name) => ClusterStart.StartAsync(
        NodeConfiguration.Load(new ConfigurationSources { Settings = [$"Node:Name={name}", .. _settings] }),
        new NodeHostOptions { Name = name, DataDirectory = Path.Combine(_folder, name) },
        () => "",
        _ => { },
        CancellationToken.None).WaitAsync(Patience);

    private async Task<Lighthouse> LighthouseAsync(string name)
    {
        var lighthouse = await Lighthouse.StartAsync(
            [$"Lighthouse:Name={name}", $"Lighthouse:AuditFile={Path.Combine(_folder, name)}", .. _settings]);
        _lighthouses.Add(lighthouse);
        return lighthouse;
    }

    /// <summary>The program <c>lighthouse</c>; disposing of it is <c>kill -9</c>.</summary>
    private sealed class Lighthouse : IDisposable
    {
        private readonly Process _process;
        private readonly HttpClient _client;

        private Lighthouse(Process process, string address)
        {
            _process = process;
            _client = new HttpClient { BaseAddress = new Uri(address) };
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Endpoint.Alice);
        }

        public static async Task<Lighthouse> StartAsync(IEnumerable<string> settings)
        {
            var folder = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!;
            var start = new ProcessStartInfo(
                "dotnet",
                [
                    "exec", Path.Combine(folder, "lighthouse.dll"), "run", "--json", "--port", "0",
                    .. settings.SelectMany(s => new[] { "--set", s }),
                ])
            {
                RedirectStandardOutput = true,
            };
            start.Environment["LIGHTHOUSE_TOKENS"] = $"alice act {Endpoint.Alice}";
            var process = Process.Start(start)!;
            var ready = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
            return new Lighthouse(
                process, JsonDocument.Parse(ready!).RootElement.GetProperty("address").GetString()!);
        }

        public Task LeadsAsync() => Eventually.HoldsAsync(
            async () => (await RunAsync("doctor", "")).Contains("led from here", StringComparison.Ordinal), Patience);

        /// <summary>The answer as it came.</summary>
        public async Task<string> RunAsync(
            string palette, string command, params (string Name, string Value)[] values)
        {
            var request = new RunRequest
            {
                Palette = palette,
                Command = command,
                Values = values.ToDictionary(v => v.Name, v => v.Value),
            };
            using var response = await _client.PostAsJsonAsync("/run", request, OperatorProtocol.Json);
            return await response.Content.ReadAsStringAsync();
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
                _process.WaitForExit();
            }

            _client.Dispose();
        }
    }
}
