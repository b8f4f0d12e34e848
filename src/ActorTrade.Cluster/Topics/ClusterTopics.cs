using System.Collections.Immutable;
using ActorTrade.Cluster.Events;
using ActorTrade.Cluster.Transport;

namespace ActorTrade.Cluster.Topics;

/// <summary>
/// The numbered topics as one process of the cluster uses them: what it publishes and what it hears. A gap is counted,
/// and becomes an event of the cluster once a burst. Safe for concurrent use.
/// </summary>
public sealed class ClusterTopics
{
    private readonly IBroker _broker;
    private readonly TimeProvider _time;
    private readonly EventFeed _events;
    private readonly TopicPublisher _publisher;
    private ImmutableArray<TopicReader> _readers = [];

    public ClusterTopics(IBroker broker, TimeProvider time, EventFeed events)
    {
        ArgumentNullException.ThrowIfNull(broker);
        (_broker, _time, _events) = (broker, time, events);
        _publisher = new TopicPublisher(broker);
        Modes = new TopicGaps(time, Tell);
    }

    /// <summary>What is heard and missing, by topic and publisher.</summary>
    public IReadOnlyList<TopicCount> Counts =>
        [.. Modes.Counts, .. _readers.SelectMany(r => r.Gaps.Counts)];

    /// <summary>Messages that are missing, of all topics.</summary>
    public long Missed => Modes.Missed + _readers.Sum(r => r.Gaps.Missed);

    /// <summary>Messages of topics that were of no known form.</summary>
    public long Unreadable => _readers.Sum(r => r.Unreadable);

    /// <summary>The numbers on topic <c>mode</c>, whose messages hold them inside.</summary>
    internal TopicGaps Modes { get; }

    /// <summary>As <see cref="TopicPublisher.Publish(string, string, ReadOnlySpan{byte})"/>.</summary>
    public void Publish(string topic, string kind, ReadOnlySpan<byte> body) => _publisher.Publish(topic, kind, body);

    /// <summary>Hears matching topics until the process ends.</summary>
    /// <param name="pattern">As in <see cref="IBroker.Subscribe"/>.</param>
    /// <param name="queueMax">Messages that may wait; beyond it the oldest are dropped, and counted as missing.</param>
    /// <param name="received">Runs on the broker's thread; must only hand on.</param>
    public TopicReader Read(string pattern, int queueMax, Action<TopicDelivery> received)
    {
        var reader = new TopicReader(_broker, _time, pattern, queueMax, received, Tell);
        ImmutableInterlocked.Update(ref _readers, static (all, added) => all.Add(added), reader);
        return reader;
    }

    internal void Publish(string topic, string kind, Func<TopicNumber, byte[]> body) =>
        _publisher.Publish(topic, kind, body);

    private void Tell(TopicGap gap) => _events.Tell(
        ClusterEventKind.TopicGap,
        shard: null,
        $"{gap.Missed} messages of {gap.From} on topic {gap.Topic} did not come; {gap.MissedInAll} in all.");
}
