using System.Net;
using System.Net.Sockets;
using ActorTrade.Configuration;
using ActorTrade.Node.Configuration;
using ActorTrade.Node.Hosting;
using ActorTrade.TestServers;

namespace ActorTrade.IntegrationTests.Servers;

/// <summary>A node of a cluster that does not become ready.</summary>
public sealed class ClusterStartTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actortrade-start-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_start_in_vain_leaves_nothing_open()
    {
        var database = await (await SharedServers.PostgresAsync()).CreateDatabaseAsync();
        using var taken = new Socket(SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var configuration = NodeConfiguration.Load(new ConfigurationSources
        {
            Settings =
            [
                "Node:Name=node-1", "Cluster:Enabled=true", "Cluster:ShardCount=8",
                $"Postgres:ConnectionString={database}",

                // Nobody listens there, and nobody else can.
                $"RabbitMq:Uri=amqp://guest:guest@127.0.0.1:{((IPEndPoint)taken.LocalEndPoint!).Port}/",
            ],
        });
        var options = new NodeHostOptions { DataDirectory = _folder, ReadyWithin = TimeSpan.FromSeconds(1) };
        await Assert.ThrowsAsync<TimeoutException>(
            () => ClusterStart.StartAsync(configuration, options, () => "", _ => { }, CancellationToken.None));
        Assert.NotEmpty(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories));
        Assert.DoesNotContain(OpenFiles(), file => file.StartsWith(_folder, StringComparison.Ordinal));
    }

    // One that is closed meanwhile has no target.
    private static IEnumerable<string> OpenFiles() => Directory.EnumerateFileSystemEntries("/proc/self/fd")
        .Select(fd => new FileInfo(fd).LinkTarget)
        .OfType<string>();
}
