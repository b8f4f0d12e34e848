using ActorTrade.Cluster.Transport;
using ActorTrade.Cluster.Wire;

namespace ActorTrade.Cluster.Topics;

/// <summary>A numbered message as it came.</summary>
/// <param name="Kind">A receiver that does not know it drops the message.</param>
/// <param name="Order">Next or late; a repeated one is not given.</param>
public readonly record struct TopicDelivery(
    string Topic, string Kind, TopicNumber Number, ReadOnlyMemory<byte> Body, TopicOrder Order);

/// <summary>
/// Hears numbered topics: gives each message once, in the order they come, and counts what is missing. What cannot be
/// read is passed over and counted.
/// </summary>
public sealed class TopicReader : IDisposable
{
    private readonly Action<TopicDelivery> _received;
    private readonly IDisposable _subscription;
    private long _unreadable;

    /// <param name="pattern">As in <see cref="IBroker.Subscribe"/>.</param>
    /// <param name="queueMax">Messages that may wait; beyond it the oldest are dropped, and counted as missing.</param>
    /// <param name="received">Runs on the broker's thread; must only hand on. May throw
    /// <see cref="WireFormatException"/>.</param>
    /// <param name="gap">Hears of gaps, see <see cref="TopicGaps"/>.</param>
    public TopicReader(
        IBroker broker,
        TimeProvider time,
        string pattern,
        int queueMax,
        Action<TopicDelivery> received,
        Action<TopicGap> gap)
    {
        ArgumentNullException.ThrowIfNull(broker);
        ArgumentNullException.ThrowIfNull(received);
        _received = received;
        Gaps = new TopicGaps(time, gap);
        _subscription = broker.Subscribe(pattern, queueMax, Take);
    }

    public TopicGaps Gaps { get; }

    /// <summary>Messages that were of no known form.</summary>
    public long Unreadable => Interlocked.Read(ref _unreadable);

    public void Dispose() => _subscription.Dispose();

    private void Take(TopicMessage message)
    {
        try
        {
            var number = NumberedMessage.Read(message.Message.Body, out var body);
            var order = Gaps.Take(message.Topic, number);
            if (order != TopicOrder.Repeated)
            {
                _received(new TopicDelivery(message.Topic, message.Message.Kind, number, body, order));
            }
        }
        catch (WireFormatException)
        {
            Interlocked.Increment(ref _unreadable);
        }
    }
}
