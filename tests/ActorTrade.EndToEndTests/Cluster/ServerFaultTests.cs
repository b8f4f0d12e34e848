using System.Diagnostics;
using ActorTrade.TestServers;

namespace ActorTrade.EndToEndTests.Cluster;

/// <summary>The broker and the database go and come back under load: the cluster goes on by itself.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ServerFaultTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(40);

    private PostgresServer? _postgres;
    private BrokerServer? _broker;
    private ClusterUnderTest? _cluster;

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresServer.StartAsync();
        _broker = await BrokerServer.StartAsync();
        _cluster = await ClusterUnderTest.StartAsync(_postgres.ConnectionString, _broker.Uri);
        await ClusterLoad.PrepareAsync(_cluster.Observer);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in new IAsyncDisposable?[] { _cluster, _broker, _postgres })
        {
            await (owned?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    [Fact]
    public async Task Each_server_is_restarted_and_killed_and_nothing_is_lost()
    {
        var report = new ChaosReport("servers", output);
        await using var load = ClusterLoad.Start(_cluster!.Observer);
        await using var prober = await ShardProber.StartAsync(_cluster.Observer);
        var rounds = Math.Min(ChaosRun.Rounds ?? 1, 5);
        foreach (var (name, server) in new (string, TestServer)[] { ("database", _postgres!), ("broker", _broker!) })
        {
            var stopped = new List<TimeSpan>();
            var killed = new List<TimeSpan>();
            for (var round = 0; round < rounds; round++)
            {
                await load.MoreAsync(50);
                stopped.Add(await AwayAsync(_cluster.Observer, prober, server.StopAsync, server));
                await load.MoreAsync(50);
                killed.Add(await AwayAsync(_cluster.Observer, prober, server.KillAsync, server));
            }

            await load.MoreAsync(50);
            report.Times($"{name} restarted: all shards serve again", stopped, TimeSpan.FromSeconds(5), Bound);
            report.Times($"{name} killed and started: all shards serve again", killed, TimeSpan.FromSeconds(5), Bound);
        }

        await load.StopAsync();
        await JournalComparison.ReportAsync(report, _cluster, load);
    }

    // From the moment the server is ready until the last shard has answered and new mints for some accounts, which
    // are durable then, have been acknowledged.
    private static async Task<TimeSpan> AwayAsync(
        ClusterObserver observer, ShardProber prober, Func<Task> end, TestServer server)
    {
        await end();
        await server.StartAgainAsync();
        var back = Stopwatch.GetTimestamp();
        var durable = Task.WhenAll(Enumerable.Range(0, 24).Select(_ => ClusterLoad.MintAsync(observer)));
        await prober.Fault()([.. observer.Shards], Bound);
        await durable;
        return Stopwatch.GetElapsedTime(back);
    }
}
