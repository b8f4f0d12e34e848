using ActorTrade.Cluster.Transport;

namespace ActorTrade.Cluster.Events;

/// <summary>
/// The events of this process: kept in a ring for whoever looks later, told to listeners here and to the cluster. Safe
/// for concurrent use.
/// </summary>
public sealed class EventFeed(IBroker broker, TimeProvider time)
{
    public const string Topic = "cluster.event";

    private const int Kept = 1000;
    private readonly Lock _gate = new();
    private readonly Queue<ClusterEvent> _events = new();
    private long _count;

    /// <summary>Runs with every event of this process. Must only hand on.</summary>
    public event Action<ClusterEvent>? Happened;

    /// <summary>Events since the start.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>The newest, oldest first.</summary>
    public IReadOnlyList<ClusterEvent> Recent
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>Hears what other processes tell the cluster, from now on; a few may be lost.</summary>
    /// <param name="queueMax">Events that may wait; the oldest give way.</param>
    /// <param name="heard">Must only hand on.</param>
    public IDisposable HearOthers(int queueMax, Action<ClusterEvent> heard) => broker.Subscribe(
        Topic,
        queueMax,
        message =>
        {
            // What this process told itself has been heard already.
            if (ClusterEvent.FromJson(message.Message.Body.Span) is { } happened && happened.Node != broker.Node)
            {
                heard(happened);
            }
        });

    /// <summary>Something happened that concerns the whole cluster.</summary>
    public void Tell(string kind, string? shard, string text, TimeSpan? duration = null)
    {
        var happened = Note(kind, broker.Node, shard, text, duration);
        broker.PublishToTopic(Topic, new BrokerMessage("cluster-event.v1", happened.ToJson()));
    }

    /// <summary>Something that this process sees as others see it themselves; not told on.</summary>
    public ClusterEvent Note(string kind, string node, string? shard, string text, TimeSpan? duration = null)
    {
        var happened = new ClusterEvent(time.GetUtcNow(), kind, node, shard, text, duration);
        lock (_gate)
        {
            _events.Enqueue(happened);
            if (_events.Count > Kept)
            {
                _events.Dequeue();
            }
        }

        Interlocked.Increment(ref _count);
        Happened?.Invoke(happened);
        return happened;
    }
}
