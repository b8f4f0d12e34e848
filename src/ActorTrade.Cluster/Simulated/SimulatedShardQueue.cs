using ActorTrade.Cluster.Transport;

namespace ActorTrade.Cluster.Simulated;

/// <summary>The durable queue of a shard and the line of its consumers, of which the first is active.</summary>
internal sealed class SimulatedShardQueue(SimulatedBroker broker)
{
    private readonly LinkedList<Waiting> _ready = [];
    private readonly List<SimulatedShardChannel> _line = [];

    // Of the active one, in order of delivery.
    private readonly SortedDictionary<ulong, Waiting> _unacknowledged = [];
    private ulong _lastTag;

    public SimulatedShardChannel? Active => _line.FirstOrDefault();

    public (int Ready, int Unacknowledged) Depth => (_ready.Count, _unacknowledged.Count);

    public PublishOutcome Add(BrokerMessage message)
    {
        var expiresAt = broker.Time.GetUtcNow() + message.ExpiresAfter;
        _ready.AddLast(new Waiting(message, expiresAt, Deliveries: 0));
        Deliver();
        return PublishOutcome.Confirmed;
    }

    public void Register(SimulatedShardChannel channel)
    {
        _line.Add(channel);
        Deliver();
    }

    public void Acknowledge(SimulatedShardChannel channel, ulong tag)
    {
        if (channel == Active && _unacknowledged.Remove(tag))
        {
            Deliver();
        }
    }

    public void Remove(SimulatedShardChannel channel)
    {
        var wasActive = channel == Active;
        if (!_line.Remove(channel) || !wasActive)
        {
            return;
        }

        foreach (var returned in _unacknowledged.Values.Reverse())
        {
            _ready.AddFirst(returned with { Deliveries = returned.Deliveries + 1 });
        }

        _unacknowledged.Clear();
        _lastTag = 0;
        Deliver();
    }

    private void Deliver()
    {
        while (Active is { } active && _unacknowledged.Count < broker.Settings.Prefetch && _ready.First is { } first)
        {
            _ready.RemoveFirst();
            if (first.Value.ExpiresAt <= broker.Time.GetUtcNow())
            {
                continue;
            }

            var delivery = new ShardDelivery(++_lastTag, first.Value.Message, first.Value.Deliveries);
            _unacknowledged.Add(delivery.Tag, first.Value);
            active.Session.ToClient(() => active.Arrived(delivery));
        }
    }

    private sealed record Waiting(BrokerMessage Message, DateTimeOffset? ExpiresAt, int Deliveries);
}
