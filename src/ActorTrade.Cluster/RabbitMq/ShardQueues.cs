using System.Collections.Concurrent;
using ActorTrade.Journal.Sharding;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ActorTrade.Cluster.RabbitMq;

/// <summary>Declares each shard's queue once a session, by whoever needs it first.</summary>
/// <remarks>
/// Each declaration has a channel of its own, since a refused one closes its channel; several run at once, since
/// creating a quorum queue writes to the server's disk.
/// </remarks>
internal sealed class ShardQueues(
    IConnection connection, QueueNames names, TimeProvider time, CancellationToken ended)
{
    private const int AtOnceMax = 8;
    private const ushort PreconditionFailed = 406;
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);

    private static readonly Dictionary<string, object?> Arguments = new()
    {
        ["x-queue-type"] = "quorum",
        ["x-single-active-consumer"] = true,
    };

    private readonly ConcurrentDictionary<ShardId, Lazy<Task>> _declarations = new();
    private readonly SemaphoreSlim _places = new(AtOnceMax);

    /// <summary>Completes when the queue is there; at once where it is known to be.</summary>
    /// <exception cref="QueueMismatchException">Another kind of queue has the name; the server is asked again after
    /// a second, so that a stream of messages to it does not hold up the others.</exception>
    public Task DeclareAsync(ShardId shard)
    {
        var declaration = _declarations.GetOrAdd(shard, s => new Lazy<Task>(() => DeclareOnceAsync(s)));
        var task = declaration.Value;
        if (task.IsCanceled || (task.IsFaulted && task.Exception.InnerException is not QueueMismatchException))
        {
            _declarations.TryRemove(new KeyValuePair<ShardId, Lazy<Task>>(shard, declaration));
        }

        return task;
    }

    private async Task DeclareOnceAsync(ShardId shard)
    {
        await _places.WaitAsync(ended);
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: ended);
            var queue = names.Shard(shard);
            try
            {
                await channel.QueueDeclareAsync(
                    queue, durable: true, exclusive: false, autoDelete: false, Arguments, cancellationToken: ended);
            }
            catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == PreconditionFailed)
            {
                _ = ForgetAsync(shard);
                throw new QueueMismatchException(queue, e);
            }

            await channel.CloseAsync(ended);
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task ForgetAsync(ShardId shard)
    {
        try
        {
            await Task.Delay(AskAgainAfter, time, ended);
            _declarations.TryRemove(shard, out _);
        }
        catch (OperationCanceledException)
        {
            // The session ended, and what it knew with it.
        }
    }
}
