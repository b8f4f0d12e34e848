using System.Globalization;
using System.Text;
using ActorTrade.Cluster.RabbitMq;
using ActorTrade.Cluster.Transport;
using ActorTrade.Journal.Sharding;
using ActorTrade.Kernel;
using ActorTrade.TestServers;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ActorTrade.IntegrationTests.Cluster;

/// <summary>The nodes of one test on one server, under a cluster's name of its own.</summary>
internal sealed class BrokerCluster(BrokerServer server) : IAsyncDisposable
{
    public static readonly ShardId Shard = new("trade", 5);

    private readonly List<RabbitMqBroker> _nodes = [];
    private IConnection? _eye;
    private int _named;

    public string Name { get; init; } = "test-" + Guid.NewGuid().ToString("N");

    public List<Exception> Faults { get; } = [];

    /// <summary>A connected node.</summary>
    public async Task<RabbitMqBroker> NodeAsync(
        Action<BrokerMessage>? received = null, Func<RabbitMqOptions, RabbitMqOptions>? change = null)
    {
        var node = Create(change);
        node.OnNodeMessage(received ?? (_ => { }));
        node.Start();
        await Eventually.TrueAsync(() => node.IsConnected, "a connection");
        return node;
    }

    /// <summary>A node that does not connect before it is started.</summary>
    public RabbitMqBroker Create(Func<RabbitMqOptions, RabbitMqOptions>? change = null)
    {
        var options = new RabbitMqOptions
        {
            Uri = server.Uri,
            Cluster = Name,
            Node = string.Create(CultureInfo.InvariantCulture, $"node-{++_named}-{Guid.NewGuid():N}"),
        };
        var node = new RabbitMqBroker(
            change?.Invoke(options) ?? options, TimeProvider.System, SynchronizedRandom.FromEntropy(), fault =>
            {
                lock (Faults)
                {
                    Faults.Add(fault);
                }
            });
        _nodes.Add(node);
        return node;
    }

    /// <summary>Registers, and waits until the server counts so many in the line.</summary>
    public async Task<IShardChannel> RegisterAsync(IBroker node, IShardConsumer consumer, int line)
    {
        var channel = node.Register(Shard, consumer);
        await LineIsAsync(line);
        return channel;
    }

    /// <summary>The queue itself tells of the active consumer only; asking the server for the others takes it half a
    /// second.</summary>
    public async Task LineIsAsync(int line)
    {
        await Eventually.TrueAsync(
            async () => await InspectAsync() is { } queue && queue.ConsumerCount == Math.Min(line, 1), "a consumer");
        if (line > 1)
        {
            await Eventually.TrueAsync(
                async () => (await server.ControlAsync("list_consumers", "queue_name")).Split('\n')
                    .Count(q => q.Trim() == QueueOf(Shard)) == line,
                $"{line} consumers");
        }
    }

    public Task WaitingAsync(uint messages) => Eventually.TrueAsync(
        async () => await InspectAsync() is { } q && q.MessageCount == messages, $"{messages} messages waiting");

    /// <summary>A connection beside the nodes', to look at the server and to do what no node does.</summary>
    public async Task<IChannel> EyeAsync()
    {
        _eye ??= await new ConnectionFactory { Uri = server.Uri }.CreateConnectionAsync();
        return await _eye.CreateChannelAsync();
    }

    public string QueueOf(ShardId shard) =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}.shard.{shard.Role}.{shard.Number}");

    public static BrokerMessage Message(string text, TimeSpan? expiresAfter = null) =>
        new("test.v1", Encoding.UTF8.GetBytes(text), expiresAfter);

    /// <summary>Publishes the numbers from one to the other, to the shard; waits until each is confirmed.</summary>
    public static async Task PublishAsync(IBroker node, int first, int last, ShardId? shard = null)
    {
        var outcomes = new Outcomes();
        for (var i = first; i <= last; i++)
        {
            node.PublishToShard(shard ?? Shard, Message(i.ToString(CultureInfo.InvariantCulture)), outcomes.Next());
        }

        Assert.All(await outcomes.AllAsync(), o => Assert.Equal(PublishOutcome.Confirmed, o));
    }

    public static string[] Numbers(int first, int last) =>
        [.. Enumerable.Range(first, last - first + 1).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        if (_eye is not null)
        {
            await _eye.CloseAsync();
            await _eye.DisposeAsync();
        }
    }

    private async Task<QueueDeclareOk?> InspectAsync()
    {
        try
        {
            await using var channel = await EyeAsync();
            return await channel.QueueDeclarePassiveAsync(QueueOf(Shard));
        }
        catch (OperationInterruptedException)
        {
            // There is no such queue yet.
            return null;
        }
    }
}
