using ActorTrade.Kernel;

namespace ActorTrade.Cluster.Simulated;

/// <summary>
/// One connection of a node to the broker, seen from both ends, which may differ over whether it still stands. Either
/// end gives it up when it has heard no heartbeat of the other for too long.
/// </summary>
internal sealed class SimulatedSession
{
    private readonly SimulatedBroker _broker;
    private readonly SimulatedPipe _toBroker;
    private readonly SimulatedPipe _toClient;
    private readonly SimulatedLane _socket;
    private readonly TimeSpan _patienceOfBroker;
    private readonly TimeSpan _patienceOfClient;
    private ITimer? _heartbeatOfBroker;
    private ITimer? _heartbeatOfClient;
    private DateTimeOffset _heardByBroker;
    private long _heardByClient;
    private bool _losesInFlight;

    public SimulatedSession(SimulatedBroker broker, SimulatedBrokerClient client)
    {
        _broker = broker;
        Client = client;
        _toBroker = client.Link.OpenToServer();
        _toClient = client.Link.OpenFromServer();
        _socket = new SimulatedLane(client.Process.Dispatcher);
        _patienceOfBroker = broker.NextPatience(2.0, 2.9);
        _patienceOfClient = broker.NextPatience(3.0, 3.6);
    }

    public SimulatedBrokerClient Client { get; }

    /// <summary>The broker takes and sends over it.</summary>
    public bool IsOpenAtBroker { get; private set; }

    /// <summary>The client has not given it up; it may not stand yet.</summary>
    public bool IsOpenAtClient { get; private set; } = true;

    /// <summary>The client may use it.</summary>
    public bool IsEstablished { get; private set; }

    /// <summary>True once the client's channels and listeners have heard of the end.</summary>
    public bool IsEndTold { get; set; }

    /// <summary>Channels whose consumer has not heard the last call.</summary>
    public List<SimulatedShardChannel> Channels { get; } = [];

    /// <summary>Channels in line at the broker.</summary>
    public List<SimulatedShardChannel> Registered { get; } = [];

    /// <summary>The broker's queues of the client's subscriptions.</summary>
    public List<SimulatedTopicQueue> Subscriptions { get; } = [];

    /// <summary>Asks the broker for the connection.</summary>
    public void Connect() => _toBroker.Send(() =>
    {
        if (!IsOpenAtClient)
        {
            return;
        }

        if (!_broker.Begin(this))
        {
            TellEnd("the broker refuses connections");
            return;
        }

        IsOpenAtBroker = true;
        _heardByBroker = _broker.Time.GetUtcNow();
        var period = _broker.Settings.Heartbeat / 2;
        _heartbeatOfBroker = _broker.Time.CreateTimer(_ => BeatAtBroker(), null, period, period);
        ToClient(Established);
    });

    /// <summary>Runs at the broker, if the connection stands there when it arrives.</summary>
    public void ToBroker(Action action)
    {
        if (IsOpenAtClient)
        {
            _toBroker.Send(() =>
            {
                if (IsOpenAtBroker)
                {
                    action();
                }
            });
        }
    }

    /// <summary>Runs at the client, if the connection stands there when it arrives.</summary>
    public void ToClient(Action action) => _toClient.Send(() => _socket.Post(() =>
    {
        if (IsOpenAtClient && !_losesInFlight)
        {
            action();
        }
    }));

    /// <summary>The process's operating system closes its end, behind what was sent.</summary>
    public void Hangup(string why) => _toBroker.Send(() => _broker.End(this, why));

    public void EndAtBroker(string why, bool losesInFlight)
    {
        IsOpenAtBroker = false;
        Subscriptions.Clear();
        _heartbeatOfBroker?.Dispose();
        _losesInFlight = losesInFlight;
        TellEnd(why);
    }

    public void EndAtClient()
    {
        IsOpenAtClient = false;
        IsEstablished = false;
        _heartbeatOfClient?.Dispose();
    }

    private void TellEnd(string why) => _toClient.Send(() => _socket.Post(() => Client.Lost(this, why)));

    private void Established()
    {
        IsEstablished = true;
        var time = Client.Process.Time;
        _heardByClient = time.GetTimestamp();
        var period = _broker.Settings.Heartbeat / 2;
        _heartbeatOfClient = time.CreateTimer(_ => BeatAtClient(), null, period, period);
        Client.Established(this);
    }

    private void BeatAtBroker()
    {
        if (_broker.Time.GetUtcNow() - _heardByBroker > _patienceOfBroker)
        {
            _broker.End(this, "the broker missed heartbeats");
        }
        else
        {
            ToClient(() => _heardByClient = Client.Process.Time.GetTimestamp());
        }
    }

    private void BeatAtClient()
    {
        if (Client.Process.Time.GetElapsedTime(_heardByClient) > _patienceOfClient)
        {
            Client.Lost(this, "the client missed heartbeats");
            Hangup("the client missed heartbeats");
        }
        else
        {
            ToBroker(() => _heardByBroker = _broker.Time.GetUtcNow());
        }
    }
}
