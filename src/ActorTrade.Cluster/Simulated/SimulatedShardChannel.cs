using ActorTrade.Cluster.Transport;
using ActorTrade.Journal.Sharding;
using ActorTrade.Kernel;

namespace ActorTrade.Cluster.Simulated;

/// <summary>One registration, as the node sees it.</summary>
internal sealed class SimulatedShardChannel : IShardChannel
{
    private readonly SimulatedBroker _broker;
    private readonly IShardConsumer _consumer;
    private readonly SimulatedLane _callbacks;
    private bool _isClosing;
    private bool _dropsRest;
    private bool _isClosed;

    public SimulatedShardChannel(
        SimulatedBroker broker, SimulatedSession session, ShardId shard, IShardConsumer consumer)
    {
        _broker = broker;
        _consumer = consumer;
        _callbacks = new SimulatedLane(session.Client.Process.Dispatcher);
        Session = session;
        Shard = shard;
    }

    public ShardId Shard { get; }

    public SimulatedSession Session { get; }

    public void Register()
    {
        Session.Channels.Add(this);
        Session.ToBroker(() =>
        {
            Session.Registered.Add(this);
            _broker.Queue(Shard).Register(this);
        });
    }

    public void Acknowledge(ulong tag)
    {
        if (!_isClosing && !_isClosed)
        {
            Session.ToBroker(() => _broker.Queue(Shard).Acknowledge(this, tag));
        }
    }

    public void Close()
    {
        if (_isClosing || _isClosed)
        {
            return;
        }

        _isClosing = true;
        _dropsRest = !_broker.Chance(_broker.Faults.DeliveredAfterClose);
        Session.ToBroker(() =>
        {
            Session.Registered.Remove(this);
            _broker.Queue(Shard).Remove(this);
            Session.ToClient(() => Closed(null));
        });
    }

    /// <summary>A delivery has come over the network.</summary>
    public void Arrived(ShardDelivery delivery) => _callbacks.Post(() =>
    {
        if (!_dropsRest)
        {
            _consumer.Delivered(this, delivery);
        }
    });

    /// <summary>Nothing more will come; the consumer hears so after what has come already.</summary>
    public void Closed(string? why)
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _callbacks.Post(() =>
        {
            _consumer.Closed(this, _isClosing ? null : why);
            Session.Channels.Remove(this);
            Session.Client.TellEnd(Session);
        });
    }
}
