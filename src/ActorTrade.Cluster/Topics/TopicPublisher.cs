using ActorTrade.Cluster.Transport;

namespace ActorTrade.Cluster.Topics;

/// <summary>
/// Publishes to topics and numbers what it publishes, for each topic from 1, for as long as the process lives. A
/// message that is not sent because the broker is away has its number too: whoever listens then sees the gap. Safe for
/// concurrent use.
/// </summary>
public sealed class TopicPublisher(IBroker broker)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);

    /// <summary>Messages given to the broker or lost before it.</summary>
    public long Published
    {
        get
        {
            lock (_gate)
            {
                return _numbers.Values.Sum();
            }
        }
    }

    /// <summary>Tells every subscriber; may be lost, and then is seen to be missing.</summary>
    /// <param name="topic">One of a small, fixed number.</param>
    /// <param name="kind">Name and version of the body's form, such as <c>ticks.v1</c>.</param>
    public void Publish(string topic, string kind, ReadOnlySpan<byte> body)
    {
        lock (_gate)
        {
            broker.PublishToTopic(topic, new BrokerMessage(kind, NumberedMessage.Write(Next(topic), body)));
        }
    }

    /// <summary>As <see cref="Publish(string, string, ReadOnlySpan{byte})"/>, for a body that holds the number
    /// itself.</summary>
    public void Publish(string topic, string kind, Func<TopicNumber, byte[]> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        lock (_gate)
        {
            broker.PublishToTopic(topic, new BrokerMessage(kind, body(Next(topic))));
        }
    }

    private TopicNumber Next(string topic)
    {
        var number = _numbers.GetValueOrDefault(topic) + 1;
        _numbers[topic] = number;
        return new TopicNumber(broker.Node, number);
    }
}
