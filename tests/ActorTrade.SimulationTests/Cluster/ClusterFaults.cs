using ActorTrade.Cluster.Simulated;
using ActorTrade.Journal.Simulated;
using ActorTrade.Kernel;
using ActorTrade.SimulationTests.Ledger;

namespace ActorTrade.SimulationTests.Cluster;

/// <summary>What may go wrong in a run.</summary>
[Flags]
internal enum FaultKinds
{
    None = 0,

    /// <summary>Messages lost, doubled, late.</summary>
    Messages = 1,
    Crashes = 2,
    Pauses = 4,
    Partitions = 8,
    Servers = 16,
    Clocks = 32,

    /// <summary>Leaving and wishes: what operators do with care.</summary>
    Moves = 64,
    Leaders = 128,

    /// <summary>A node is taken out at once.</summary>
    Downs = 256,
    All = 511,
}

/// <summary>Draws what happens to a cluster, and makes it good again.</summary>
internal sealed class ClusterFaults
{
    private readonly ClusterWorld _world;
    private readonly SeededRandom _random;
    private readonly Action[] _kinds;
    private readonly FaultKinds _allowed;
    private readonly int _pace;
    private readonly double _lost;
    private ITimer? _next;
    private bool _isHealthy = true;
    private double _commitFaults;

    public ClusterFaults(ClusterWorld world, SeededRandom random, FaultKinds kinds)
    {
        _world = world;
        _random = random;
        _allowed = kinds;
        _pace = 500 << random.NextInt(4);
        _lost = Has(FaultKinds.Messages) ? random.NextInt(3) * 0.02 : 0;
        (FaultKinds Kind, Action Happen)[] all =
        [
            (FaultKinds.Crashes, Crash),
            (FaultKinds.Crashes, Crash),
            (FaultKinds.Pauses, Pause),
            (FaultKinds.Partitions, CutBroker),
            (FaultKinds.Partitions, CutStore),
            (FaultKinds.Servers, RestartBroker),
            (FaultKinds.Servers, RestartStore),
            (FaultKinds.Clocks, Skew),
            (FaultKinds.Moves, Leave),
            (FaultKinds.Moves, Wish),
            (FaultKinds.Moves, Wish),
            (FaultKinds.Downs, Down),
            (FaultKinds.Moves | FaultKinds.Partitions, StartTwin),
            (FaultKinds.Leaders, ChangeLeaders),
        ];

        // Each run knows only some of them, so that few of a kind meet often enough.
        _kinds = [.. all.Where(k => (k.Kind & kinds) == k.Kind && random.NextInt(3) > 0).Select(k => k.Happen)];
    }

    /// <summary>Between entities.</summary>
    public NetworkFaults Network { get; private set; } = NetworkFaults.None;

    public bool Loses() => !_isHealthy && _random.NextDouble() < _lost;

    public void Begin()
    {
        _isHealthy = false;
        if (Has(FaultKinds.Messages))
        {
            Network = new NetworkFaults(
                _random.NextInt(3) * 0.01, _random.NextInt(3) * 0.04, _random.NextInt(3) * 0.04);
            _world.Broker.Faults = new SimulatedBrokerFaults(
                PublicationLost: _random.NextInt(3) * 0.005,
                ConfirmationLost: _random.NextInt(3) * 0.005,
                TopicMessageLost: _random.NextInt(3) * 0.03,
                InFlightLost: _random.NextInt(3) * 0.4,
                DeliveredAfterClose: _random.NextInt(3) * 0.5);
        }

        if (Has(FaultKinds.Servers))
        {
            _commitFaults = _random.NextInt(3) * 0.01;
            _world.Store.Faults = _ => !_isHealthy && _random.NextDouble() < _commitFaults
                ? (CommitFault)(1 + _random.NextInt(3))
                : CommitFault.None;
            _world.Store.LosesSnapshot = () => !_isHealthy && _random.NextInt(5) == 0;
        }

        Later();
    }

    /// <summary>Everything is well again, and each name has one process.</summary>
    public void End()
    {
        _isHealthy = true;
        _next?.Dispose();
        Network = NetworkFaults.None;
        _world.Broker.Faults = SimulatedBrokerFaults.None;
        StartBroker();
        _world.Store.Start();
        _world.Leaders = 1;
        foreach (var node in _world.Nodes.ToList())
        {
            Mend(node);
        }

        foreach (var twin in _world.Nodes.GroupBy(n => n.Name).SelectMany(g => g.Skip(1)).ToList())
        {
            _world.Kill(twin);
        }

        foreach (var name in _world.Names.Where(name => _world.Nodes.TrueForAll(n => n.Name != name)))
        {
            _world.Start(name);
        }
    }

    /// <summary>A process may end, and is started again after a while.</summary>
    public void HasLeft(ClusterNode node)
    {
        _world.Exit(node);
        StartLater(node.Name, Seconds(4));
    }

    private static void Mend(ClusterNode node)
    {
        node.Client.Link.Heal();
        node.Journal!.Link.Heal();
        node.Process.ClockSkew = TimeSpan.Zero;
        if (node.Process.IsPaused)
        {
            node.Resume();
        }
    }

    private bool Has(FaultKinds kind) => (_allowed & kind) == kind;

    private void Later()
    {
        if (_kinds.Length > 0)
        {
            _next = _world.After(TimeSpan.FromMilliseconds(_pace / 2 + _random.NextInt(_pace)), () =>
            {
                _kinds[_random.NextInt(_kinds.Length)]();
                Later();
            });
        }
    }

    private TimeSpan Seconds(int atMost) => TimeSpan.FromMilliseconds(100 + _random.NextInt(atMost * 1000));

    private ClusterNode? Any() => _world.Nodes.Count == 0 ? null : _world.Nodes[_random.NextInt(_world.Nodes.Count)];

    private void Crash()
    {
        if (Any() is { } node)
        {
            _world.Kill(node);
            StartLater(node.Name, Seconds(8));
        }
    }

    private void StartLater(string name, TimeSpan wait) => _world.After(wait, () =>
    {
        if (_world.Nodes.TrueForAll(n => n.Name != name))
        {
            _world.Start(name);
        }
    });

    private void Pause()
    {
        if (Any() is { Process.IsPaused: false } node)
        {
            node.Process.Pause();
            _world.After(Seconds(14), () =>
            {
                if (node.Process.IsPaused)
                {
                    node.Resume();
                }
            });
        }
    }

    private void CutBroker()
    {
        if (Any() is { } node)
        {
            CutFromBroker(node);
        }
    }

    private void CutFromBroker(ClusterNode node)
    {
        Cut(node.Client.Link);
        _world.After(Seconds(12), () =>
        {
            node.CutOffSince = null;
            node.Client.Link.Heal();
        });
    }

    private void CutStore()
    {
        if (Any() is { } node)
        {
            Cut(node.Journal!.Link);
            _world.After(Seconds(8), node.Journal.Link.Heal);
        }
    }

    private void Cut(SimulatedLink link)
    {
        var which = _random.NextInt(4);
        link.Cut(toServer: which != 0, fromServer: which != 1);
    }

    private void RestartBroker()
    {
        _world.Broker.Stop();
        _world.After(Seconds(4), StartBroker);
    }

    // However short it runs, a heartbeat may come back.
    private void StartBroker()
    {
        _world.Nodes.ForEach(n => n.CutOffSince = null);
        _world.Broker.Start();
    }

    private void RestartStore()
    {
        _world.Store.Stop();
        _world.After(Seconds(4), _world.Store.Start);
    }

    private void Skew()
    {
        if (Any() is { } node)
        {
            node.Process.ClockSkew = TimeSpan.FromMilliseconds(_random.NextInt(4000) - 2000);
        }
    }

    private void Leave()
    {
        if (Any() is not { } node)
        {
            return;
        }

        if (_random.NextInt(2) == 0)
        {
            node.Run(node.Cluster.Leave);
        }
        else
        {
            _world.Placement.Leave(node.Node);
        }
    }

    private void Wish() => _world.Placement.Wish(
        _world.Shards[_random.NextInt(_world.Shards.Count)].ToString(),
        _world.Names[_random.NextInt(_world.Names.Count)]);

    private void Down()
    {
        if (_random.NextInt(3) == 0 && Any() is { } node)
        {
            _world.Placement.Down(node.Node);
        }
    }

    // Somebody starts a node again that is only cut off: two processes of one name for a while.
    private void StartTwin()
    {
        if (Any() is { } node && _world.Nodes.Count(n => n.Name == node.Name) == 1)
        {
            CutFromBroker(node);
            var twin = _world.Start(node.Name);
            _world.After(Seconds(20), () =>
            {
                var ends = _random.NextInt(2) == 0 ? node : twin;
                if (_world.Nodes.Contains(node) && _world.Nodes.Contains(twin))
                {
                    _world.Kill(ends);
                }
            });
        }
    }

    private void ChangeLeaders() => _world.Leaders = _random.NextInt(3);
}
