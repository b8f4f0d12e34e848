using ActorTrade.Journal.Sharding;

namespace ActorTrade.Cluster.Transport;

/// <summary>
/// One process's connection to the message broker: shard queues with one active consumer at a time, messages to a
/// single node, and topics. It reconnects by itself.
/// </summary>
/// <remarks>
/// What it does not promise, and whoever uses it must bear: messages may be lost and doubled, two consumers of a shard
/// may both believe to be the active one, and a consumer is never told that it became active but by its first delivery.
/// Calls may come from any thread and do not wait. Callbacks run on the broker's threads, those of one shard channel
/// one after the other, and must only hand on.
/// </remarks>
public interface IBroker : IAsyncDisposable
{
    /// <summary>The name under which other nodes reach this process. Unlike any earlier process's.</summary>
    string Node { get; }

    bool IsConnected { get; }

    /// <summary>
    /// Joins the end of the line of consumers of the shard's queue, on a channel of its own. While there is no
    /// connection the channel is closed at once.
    /// </summary>
    IShardChannel Register(ShardId shard, IShardConsumer consumer);

    /// <summary>Puts a message into the shard's durable queue.</summary>
    /// <param name="published">Hears once what became of it.</param>
    void PublishToShard(ShardId shard, BrokerMessage message, Action<PublishOutcome> published);

    /// <summary>Sends to one node's own queue, which is gone with its process.</summary>
    void PublishToNode(string node, BrokerMessage message, Action<PublishOutcome> published);

    /// <summary>Tells every subscriber; may be lost.</summary>
    /// <param name="topic">Dotted lower-case words, such as <c>heartbeat.node-1</c>.</param>
    void PublishToTopic(string topic, BrokerMessage message);

    /// <summary>Hears what is published to matching topics from now on, also after a reconnection. The oldest are
    /// dropped where the consumer is slower than its bound.</summary>
    /// <param name="pattern">A topic, in which <c>*</c> stands for one word and <c>#</c> for any number.</param>
    /// <param name="queueMax">Messages that may wait.</param>
    IDisposable Subscribe(string pattern, int queueMax, Action<TopicMessage> received);

    /// <summary>Messages to <see cref="Node"/>; set once, before anyone sends.</summary>
    /// <exception cref="InvalidOperationException">It is set already.</exception>
    void OnNodeMessage(Action<BrokerMessage> received);

    /// <summary>Runs with true after each connection, with false when one is lost (every shard channel has been closed
    /// by then). A subscriber hears the present state first.</summary>
    IDisposable OnConnection(Action<bool> changed);
}

/// <summary>What travels.</summary>
/// <param name="Kind">What the body is, such as <c>requests.v1</c>; a receiver that does not know it drops it.</param>
/// <param name="Body">Never changed after it was handed over.</param>
/// <param name="ExpiresAfter">The broker drops it when it has waited this long; null for never.</param>
/// <param name="TraceParent">W3C trace context of the first thing inside, as a header; null for none.</param>
public readonly record struct BrokerMessage(
    string Kind, ReadOnlyMemory<byte> Body, TimeSpan? ExpiresAfter = null, string? TraceParent = null);

/// <summary>A message of a topic.</summary>
public readonly record struct TopicMessage(string Topic, BrokerMessage Message);

/// <summary>A message from a shard's queue.</summary>
/// <param name="Tag">Names it on its channel.</param>
/// <param name="Deliveries">How often it was delivered before, to anyone; 0 for the first time.</param>
public readonly record struct ShardDelivery(ulong Tag, BrokerMessage Message, int Deliveries);

/// <summary>One registration on a shard's queue.</summary>
public interface IShardChannel
{
    ShardId Shard { get; }

    /// <summary>Takes a delivered message off the queue for good. Ignored once the channel is closed.</summary>
    void Acknowledge(ulong tag);

    /// <summary>
    /// Ends the registration. What was delivered and not acknowledged goes back to the queue in its old order, for the
    /// next in line; nothing more is delivered here. <see cref="IShardConsumer.Closed"/> follows once.
    /// </summary>
    void Close();
}

/// <summary>Hears one registration.</summary>
public interface IShardConsumer
{
    void Delivered(IShardChannel channel, in ShardDelivery delivery);

    /// <summary>The last call: closed by this side, by the broker, or with the connection.</summary>
    /// <param name="why">Null where this side closed it.</param>
    void Closed(IShardChannel channel, string? why);
}

/// <summary>What became of a publication.</summary>
public enum PublishOutcome
{
    /// <summary>The broker has it.</summary>
    Confirmed = 0,

    /// <summary>There is no such queue; nobody has it.</summary>
    Unroutable = 1,

    /// <summary>No confirmation came: it may or may not arrive.</summary>
    Unknown = 2,
}
