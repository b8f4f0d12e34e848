using System.Runtime.Versioning;
using System.Text;
using ActorTrade.TestServers;
using RabbitMQ.Client;

namespace ActorTrade.IntegrationTests.Servers;

/// <summary>The broker that other tests rely on, and <c>eng/rabbitmq.sh</c> below it.</summary>
public sealed class BrokerServerTests
{
    private static readonly Dictionary<string, object?> Quorum = new() { ["x-queue-type"] = "quorum" };

    [Fact]
    public async Task Messages_survive_a_stop_and_a_kill_and_nothing_is_left_at_the_end()
    {
        var server = await BrokerServer.StartAsync();
        var pids = new List<int> { server.Pid, server.PortMapperPid };
        await using (server)
        {
            await PublishAsync(server.Uri, "orders", "first");
            await server.StopAsync();
            Assert.DoesNotContain(pids, PostgresServerTests.Lives);

            await server.StartAgainAsync();
            pids.AddRange([server.Pid, server.PortMapperPid]);
            await PublishAsync(server.Uri, "orders", "second");
            await server.KillAsync();
            Assert.DoesNotContain(pids, PostgresServerTests.Lives);

            await server.StartAgainAsync();
            pids.AddRange([server.Pid, server.PortMapperPid]);
            Assert.Equal(["first", "second"], await TakeAllAsync(server.Uri, "orders"));
        }

        Assert.DoesNotContain(pids, PostgresServerTests.Lives);
        Assert.False(Directory.Exists(server.Folder));
    }

    [Fact]
    public async Task Virtual_hosts_of_two_tests_do_not_meet()
    {
        var server = await SharedServers.BrokerAsync();
        var first = await server.CreateVirtualHostAsync();
        var second = await server.CreateVirtualHostAsync();

        await PublishAsync(first, "orders", "mine");

        Assert.Empty(await TakeAllAsync(second, "orders"));
        Assert.Equal(["mine"], await TakeAllAsync(first, "orders"));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task It_shares_nothing_with_a_broker_of_the_system()
    {
        var server = await SharedServers.BrokerAsync();

        var listeners = await server.ControlAsync("eval", "rabbit_networking:active_listeners().");
        var cookie = Path.Combine(server.Folder, "home", ".erlang.cookie");

        Assert.Contains("{127,0,0,1}", listeners, StringComparison.Ordinal);
        Assert.DoesNotContain(",4369,", listeners, StringComparison.Ordinal); // the system's port mapper
        Assert.DoesNotContain(",25672,", listeners, StringComparison.Ordinal); // the distribution port by default
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(cookie));
    }

    private static async Task PublishAsync(Uri broker, string queue, string text)
    {
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true, null));
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Quorum);
        await channel.BasicPublishAsync(
            "", queue, mandatory: true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes(text));
    }

    private static async Task<List<string>> TakeAllAsync(Uri broker, string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Quorum);
        var texts = new List<string>();
        while (await channel.BasicGetAsync(queue, autoAck: true) is { } message)
        {
            texts.Add(Encoding.UTF8.GetString(message.Body.Span));
        }

        return texts;
    }
}
