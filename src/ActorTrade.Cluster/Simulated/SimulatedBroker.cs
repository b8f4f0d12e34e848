using ActorTrade.Cluster.Transport;
using ActorTrade.Journal.Sharding;
using ActorTrade.Kernel;

namespace ActorTrade.Cluster.Simulated;

/// <summary>
/// One broker in memory, deterministic from its seed, on simulated time in one thread: what the real one may do to
/// those who use it.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>A shard's queue delivers to the first in line only, up to the prefetch bound. When that one's channel is
/// closed, what it did not acknowledge returns in its old order ahead of the rest, with one delivery more, and the next
/// in line gets it.</item>
/// <item>A node that is cut off or paused stays first in line until the broker misses its heartbeats, and believes to
/// be the owner until it misses the broker's, which is later.</item>
/// <item>A killed process is noticed as soon as the end of its connection arrives; one cut off before, by
/// heartbeats.</item>
/// <item>What is on its way when a connection ends may still arrive, or not.</item>
/// <item>A message counts as published once it is in the queue; whether the publisher hears so is another matter. The
/// broker itself never doubles one.</item>
/// <item>A node's own queue and its subscriptions are gone with its connection. Topics lose messages, and drop the
/// oldest at their bound.</item>
/// <item>A restart keeps the shards' queues and nothing else.</item>
/// </list>
/// </remarks>
public sealed class SimulatedBroker
{
    private readonly SeededRandom _random;
    private readonly Dictionary<ShardId, SimulatedShardQueue> _shards = [];
    private readonly Dictionary<string, SimulatedSession> _nodes = [];
    private readonly List<SimulatedSession> _sessions = [];

    public SimulatedBroker(SimulatedTime time, ulong seed, SimulatedBrokerSettings? settings = null)
    {
        Time = time;
        _random = new SeededRandom(seed);
        Settings = settings ?? new SimulatedBrokerSettings();
    }

    public SimulatedBrokerSettings Settings { get; }

    /// <summary>May change at any time; none at first.</summary>
    public SimulatedBrokerFaults Faults { get; set; } = SimulatedBrokerFaults.None;

    /// <summary>False between <see cref="Stop"/> and <see cref="Start"/>.</summary>
    public bool IsRunning { get; private set; } = true;

    internal SimulatedTime Time { get; }

    /// <summary>The client of one process; it connects soon.</summary>
    public SimulatedBrokerClient Connect(SimulatedProcess process) => new(this, process);

    /// <summary>Ends every connection, and all but the shards' queues with them.</summary>
    public void Stop()
    {
        IsRunning = false;
        foreach (var session in _sessions.ToArray())
        {
            End(session, "the broker stops");
        }
    }

    /// <summary>Takes connections again.</summary>
    public void Start() => IsRunning = true;

    /// <summary>Messages of the shard that wait, and that are delivered and not acknowledged.</summary>
    public (int Ready, int Unacknowledged) Depth(ShardId shard) => Queue(shard).Depth;

    /// <summary>The node first in line for the shard, which is not told; null where nobody is.</summary>
    public string? ActiveNode(ShardId shard) => Queue(shard).Active?.Session.Client.Node;

    internal bool Chance(double share) => share > 0 && _random.NextDouble() < share;

    internal TimeSpan NextLatency() => Settings.Latency + (Settings.Jitter * _random.NextDouble());

    internal TimeSpan NextPatience(double heartbeatsMin, double heartbeatsMax) =>
        Settings.Heartbeat * (heartbeatsMin + ((heartbeatsMax - heartbeatsMin) * _random.NextDouble()));

    /// <summary>False where it is not running.</summary>
    internal bool Begin(SimulatedSession session)
    {
        if (IsRunning)
        {
            _sessions.Add(session);
            _nodes[session.Client.Node] = session;
        }

        return IsRunning;
    }

    internal void End(SimulatedSession session, string why)
    {
        if (!_sessions.Remove(session))
        {
            return;
        }

        if (_nodes.GetValueOrDefault(session.Client.Node) == session)
        {
            _nodes.Remove(session.Client.Node);
        }

        session.EndAtBroker(why, losesInFlight: Chance(Faults.InFlightLost));
        foreach (var channel in session.Registered)
        {
            Queue(channel.Shard).Remove(channel);
        }
    }

    internal SimulatedShardQueue Queue(ShardId shard)
    {
        if (!_shards.TryGetValue(shard, out var queue))
        {
            _shards.Add(shard, queue = new SimulatedShardQueue(this));
        }

        return queue;
    }

    internal PublishOutcome RouteToNode(string node, BrokerMessage message)
    {
        if (!_nodes.TryGetValue(node, out var session))
        {
            return PublishOutcome.Unroutable;
        }

        session.ToClient(() => session.Client.NodeMessageArrived(message));
        return PublishOutcome.Confirmed;
    }

    internal void RouteToTopic(TopicMessage message)
    {
        foreach (var subscription in _sessions.SelectMany(s => s.Subscriptions).ToArray())
        {
            if (!Chance(Faults.TopicMessageLost))
            {
                subscription.Offer(message);
            }
        }
    }
}
