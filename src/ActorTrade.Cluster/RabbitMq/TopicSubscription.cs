using ActorTrade.Cluster.Transport;

namespace ActorTrade.Cluster.RabbitMq;

/// <summary>A subscription for as long as the process wants it; each session gives it a queue.</summary>
internal sealed class TopicSubscription(
    int number, string pattern, int queueMax, Action<TopicMessage> received, Action<TopicSubscription> remove)
    : IDisposable
{
    private volatile bool _ended;

    public int Number { get; } = number;

    public string Pattern { get; } = pattern;

    public int QueueMax { get; } = queueMax;

    public bool Ended => _ended;

    public void Receive(string topic, BrokerMessage message)
    {
        if (!_ended)
        {
            received(new TopicMessage(topic, message));
        }
    }

    public void Dispose()
    {
        _ended = true;
        remove(this);
    }
}
