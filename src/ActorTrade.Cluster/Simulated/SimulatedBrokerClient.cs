using ActorTrade.Cluster.Transport;
using ActorTrade.Journal.Sharding;
using ActorTrade.Kernel;

namespace ActorTrade.Cluster.Simulated;

/// <summary>One process's client of the simulated broker. It reconnects by itself.</summary>
public sealed class SimulatedBrokerClient : IBroker
{
    private readonly SimulatedBroker _broker;
    private readonly SimulatedLane _connectionCallbacks;
    private readonly SimulatedLane _nodeCallbacks;
    private readonly SimulatedLane _publishCallbacks;
    private readonly SortedDictionary<long, Publication> _unconfirmed = [];
    private readonly List<SimulatedSubscription> _subscriptions = [];
    private readonly List<Action<bool>> _listeners = [];
    private readonly ITimer _reconnect;
    private SimulatedSession? _session;
    private Action<BrokerMessage>? _nodeMessageReceived;
    private long _publications;
    private bool _wasEstablished;
    private bool _toldConnected;
    private bool _isDisposed;

    internal SimulatedBrokerClient(SimulatedBroker broker, SimulatedProcess process)
    {
        _broker = broker;
        Process = process;
        Link = new SimulatedLink(broker.Time, broker.NextLatency);
        _connectionCallbacks = new SimulatedLane(process.Dispatcher);
        _nodeCallbacks = new SimulatedLane(process.Dispatcher);
        _publishCallbacks = new SimulatedLane(process.Dispatcher);
        _reconnect = process.Time.CreateTimer(
            _ => Connect(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        process.OnCrash(() => _session?.Hangup("the process has ended"));
        Connect();
    }

    public string Node => Process.Name;

    public bool IsConnected => _session is { IsEstablished: true };

    /// <summary>The network between this node and the broker, to be cut and healed.</summary>
    public SimulatedLink Link { get; }

    internal SimulatedProcess Process { get; }

    internal int TopicPrefetch => _broker.Settings.TopicPrefetch;

    public IShardChannel Register(ShardId shard, IShardConsumer consumer)
    {
        var channel = new SimulatedShardChannel(_broker, _session!, shard, consumer);
        if (IsConnected)
        {
            channel.Register();
        }
        else
        {
            channel.Closed("there is no connection");
        }

        return channel;
    }

    public void PublishToShard(ShardId shard, BrokerMessage message, Action<PublishOutcome> published) =>
        Publish(() => _broker.Queue(shard).Add(message), published);

    public void PublishToNode(string node, BrokerMessage message, Action<PublishOutcome> published) =>
        Publish(() => _broker.RouteToNode(node, message), published);

    public void PublishToTopic(string topic, BrokerMessage message)
    {
        if (IsConnected)
        {
            _session!.ToBroker(() => _broker.RouteToTopic(new TopicMessage(topic, message)));
        }
    }

    public IDisposable Subscribe(string pattern, int queueMax, Action<TopicMessage> received)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(queueMax, 1);
        var subscription = new SimulatedSubscription(this, pattern, queueMax, received);
        _subscriptions.Add(subscription);
        if (IsConnected)
        {
            subscription.Bind(_session!);
        }

        return subscription;
    }

    public void OnNodeMessage(Action<BrokerMessage> received)
    {
        if (_nodeMessageReceived is not null)
        {
            throw new InvalidOperationException("The receiver of the node's messages is set once.");
        }

        _nodeMessageReceived = received;
    }

    public IDisposable OnConnection(Action<bool> changed)
    {
        var listener = new Listener(this, changed);
        _connectionCallbacks.Post(() =>
        {
            if (!listener.IsDisposed)
            {
                changed(_toldConnected);
                _listeners.Add(changed);
            }
        });
        return listener;
    }

    public ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _reconnect.Dispose();
            foreach (var channel in _session!.Channels.ToArray())
            {
                channel.Close();
            }

            _session.Hangup("the client has closed it");
            Lost(_session, "this side closed it");
        }

        return ValueTask.CompletedTask;
    }

    internal void Established(SimulatedSession session)
    {
        _wasEstablished = true;
        _reconnect.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _subscriptions.ForEach(s => s.Bind(session));
        Tell(true);
    }

    internal void Lost(SimulatedSession session, string why)
    {
        if (session != _session || !session.IsOpenAtClient)
        {
            return;
        }

        session.EndAtClient();
        foreach (var (_, publication) in _unconfirmed)
        {
            publication.Settle(PublishOutcome.Unknown);
        }

        _unconfirmed.Clear();
        foreach (var channel in session.Channels.ToArray())
        {
            channel.Closed(why);
        }

        TellEnd(session);
    }

    /// <summary>Tells the listeners, after every channel's last call; the next connection only after that.</summary>
    internal void TellEnd(SimulatedSession session)
    {
        if (session.IsOpenAtClient || session.IsEndTold || session.Channels.Count > 0)
        {
            return;
        }

        session.IsEndTold = true;
        if (_wasEstablished)
        {
            _wasEstablished = false;
            Tell(false);
        }

        if (!_isDisposed)
        {
            _reconnect.Change(_broker.Settings.ReconnectAfter, Timeout.InfiniteTimeSpan);
        }
    }

    internal void NodeMessageArrived(BrokerMessage message) =>
        _nodeCallbacks.Post(() => _nodeMessageReceived?.Invoke(message));

    internal void Remove(SimulatedSubscription subscription)
    {
        _subscriptions.Remove(subscription);
        var session = _session!;
        session.ToBroker(() => session.Subscriptions.RemoveAll(q => q.Subscription == subscription));
    }

    // An attempt that hears nothing is given up and followed by another.
    private void Connect()
    {
        if (_session is { IsOpenAtClient: true })
        {
            _session.EndAtClient();
            _session.IsEndTold = true;
            _session.Hangup("the client has given the attempt up");
        }

        _session = new SimulatedSession(_broker, this);
        _session.Connect();
        _reconnect.Change(_broker.Settings.Heartbeat, Timeout.InfiniteTimeSpan);
    }

    private void Tell(bool isConnected) => _connectionCallbacks.Post(() =>
    {
        _toldConnected = isConnected;
        foreach (var listener in _listeners.ToArray())
        {
            listener(isConnected);
        }
    });

    private void Publish(Func<PublishOutcome> route, Action<PublishOutcome> published)
    {
        var publication = new Publication(_publishCallbacks, published);
        if (!IsConnected)
        {
            publication.Settle(PublishOutcome.Unknown);
            return;
        }

        var id = ++_publications;
        _unconfirmed.Add(id, publication);
        publication.Timeout = Process.Time.CreateTimer(
            _ => Settle(id, PublishOutcome.Unknown),
            null,
            _broker.Settings.ConfirmationTimeout,
            System.Threading.Timeout.InfiniteTimeSpan);
        var session = _session!;
        session.ToBroker(() =>
        {
            if (_broker.Chance(_broker.Faults.PublicationLost))
            {
                return;
            }

            var outcome = route();
            if (!_broker.Chance(_broker.Faults.ConfirmationLost))
            {
                session.ToClient(() => Settle(id, outcome));
            }
        });
    }

    private void Settle(long id, PublishOutcome outcome)
    {
        if (_unconfirmed.Remove(id, out var publication))
        {
            publication.Settle(outcome);
        }
    }

    private sealed class Publication(SimulatedLane callbacks, Action<PublishOutcome> published)
    {
        public ITimer? Timeout { get; set; }

        public void Settle(PublishOutcome outcome)
        {
            Timeout?.Dispose();
            callbacks.Post(() => published(outcome));
        }
    }

    private sealed class Listener(SimulatedBrokerClient client, Action<bool> changed) : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose()
        {
            IsDisposed = true;
            client._listeners.Remove(changed);
        }
    }
}
