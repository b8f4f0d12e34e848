using System.Text;
using ActorTrade.Journal.Sharding;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ActorTrade.Cluster.RabbitMq;

/// <summary>What operators ask the message broker; over a connection of its own, which changes nothing.</summary>
public static class BrokerInspection
{
    /// <summary>The server's version and the state of the shards' queues.</summary>
    /// <exception cref="BrokerUnreachableException">It is not reached, or does not let this process in.</exception>
    public static async Task<BrokerStatus> ReadAsync(
        RabbitMqOptions options,
        IEnumerable<ShardId> shards,
        TimeProvider time,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(shards);
        var names = new QueueNames(options.Cluster);
        await using var connection = await BrokerConnections.Factory(options, time)
            .CreateConnectionAsync(cancellation).ConfigureAwait(false);
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellation).ConfigureAwait(false);
        var queues = new List<QueueStatus>();
        foreach (var shard in shards)
        {
            try
            {
                var found = await channel.QueueDeclarePassiveAsync(names.Shard(shard), cancellation)
                    .ConfigureAwait(false);
                queues.Add(new QueueStatus(shard, found.MessageCount, found.ConsumerCount));
            }
            catch (OperationInterruptedException)
            {
                // There is no such queue, and the server has closed the channel over the question.
                queues.Add(new QueueStatus(shard, 0, 0));
                await channel.DisposeAsync().ConfigureAwait(false);
                channel = await connection.CreateChannelAsync(cancellationToken: cancellation).ConfigureAwait(false);
            }
        }

        await channel.DisposeAsync().ConfigureAwait(false);
        return new BrokerStatus(Property(connection, "product"), Property(connection, "version"), queues);
    }

    private static string Property(IConnection connection, string name) =>
        connection.ServerProperties?.TryGetValue(name, out var value) == true && value is byte[] text
            ? Encoding.UTF8.GetString(text)
            : "unknown";
}

/// <summary>The broker as found.</summary>
public sealed record BrokerStatus(string Product, string Version, IReadOnlyList<QueueStatus> Queues);

/// <summary>One shard's queue.</summary>
/// <param name="Waiting">Messages that no consumer has been given yet.</param>
/// <param name="Consumers">Nodes in its line.</param>
public sealed record QueueStatus(ShardId Shard, uint Waiting, uint Consumers);
