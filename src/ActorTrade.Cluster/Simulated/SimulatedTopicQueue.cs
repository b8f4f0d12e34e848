using ActorTrade.Cluster.Transport;
using ActorTrade.Kernel;

namespace ActorTrade.Cluster.Simulated;

/// <summary>A wish of a client to hear a topic, which outlives its connections.</summary>
internal sealed class SimulatedSubscription(
    SimulatedBrokerClient client, string pattern, int queueMax, Action<TopicMessage> received) : IDisposable
{
    private readonly SimulatedLane _callbacks = new(client.Process.Dispatcher);
    private bool _isDisposed;

    public void Bind(SimulatedSession session) => session.ToBroker(() => session.Subscriptions.Add(
        new SimulatedTopicQueue(session, this, pattern, queueMax, client.TopicPrefetch)));

    public void Arrived(TopicMessage message, Action handled) => _callbacks.Post(() =>
    {
        if (!_isDisposed)
        {
            received(message);
        }

        handled();
    });

    public void Dispose()
    {
        _isDisposed = true;
        client.Remove(this);
    }
}

/// <summary>The broker's queue of one subscription: bounded, and at its bound the oldest goes.</summary>
internal sealed class SimulatedTopicQueue(
    SimulatedSession session, SimulatedSubscription subscription, string pattern, int queueMax, int prefetch)
{
    private readonly Queue<TopicMessage> _waiting = new();
    private readonly string[] _words = pattern.Split('.');
    private int _onTheWay;

    public SimulatedSubscription Subscription { get; } = subscription;

    public void Offer(TopicMessage message)
    {
        if (!Matches(_words, message.Topic.Split('.')))
        {
            return;
        }

        _waiting.Enqueue(message);
        Deliver();
        while (_waiting.Count > queueMax)
        {
            _waiting.Dequeue();
        }
    }

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> topic)
    {
        if (pattern.IsEmpty)
        {
            return topic.IsEmpty;
        }

        if (pattern[0] == "#")
        {
            return Matches(pattern[1..], topic) || (!topic.IsEmpty && Matches(pattern, topic[1..]));
        }

        return !topic.IsEmpty
            && (pattern[0] == "*" || pattern[0] == topic[0])
            && Matches(pattern[1..], topic[1..]);
    }

    private void Deliver()
    {
        while (_onTheWay < prefetch && _waiting.TryDequeue(out var message))
        {
            _onTheWay++;
            session.ToClient(() => Subscription.Arrived(message, () => session.ToBroker(Handled)));
        }
    }

    private void Handled()
    {
        _onTheWay--;
        Deliver();
    }
}
