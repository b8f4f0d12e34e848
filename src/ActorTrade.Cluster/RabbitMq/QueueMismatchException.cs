namespace ActorTrade.Cluster.RabbitMq;

/// <summary>
/// The server has a queue of this name that is not a shard's queue: not durable, not a quorum queue, or without a
/// single active consumer. Somebody must look at it and delete it; nothing is sent to it or taken from it.
/// </summary>
public sealed class QueueMismatchException(string queue, Exception inner)
    : Exception(
        $"The queue {queue} exists, but not as a durable quorum queue with a single active consumer: {inner.Message}",
        inner)
{
    public string Queue { get; } = queue;
}
