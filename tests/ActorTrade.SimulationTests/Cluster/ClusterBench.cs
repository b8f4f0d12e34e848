using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Routing;
using ActorTrade.Cluster.Simulated;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;
using ActorTrade.Journal.Simulated;
using ActorTrade.Kernel;
using ActorTrade.SimulationTests.Entities;

namespace ActorTrade.SimulationTests.Cluster;

/// <summary>A small cluster without faults of its own, with a Lighthouse that leads, for one behaviour at a
/// time.</summary>
internal sealed class ClusterBench
{
    private readonly SimulatedDispatcher _dispatcher = new(seed: 3, SimulatedOrder.Random);
    private readonly ClusterPlace _place;
    private readonly ITimer _lead;
    private int _processes;
    private int _ids;

    public ClusterBench(int shardCount = 8)
    {
        var map = new ShardMap(shardCount);
        Shards = [.. Enumerable.Range(0, shardCount).Select(n => new ShardId(ClusterRoles.Trade, n))];
        ShardOf = entity => Shards[map.ShardOf(entity)];
        Broker = new SimulatedBroker(Time, seed: 3);
        Store = new SimulatedStore(Time, seed: 3, ShardOf);
        _place = new ClusterPlace(_dispatcher, Time, Broker, Store, ShardOf, Shards, Failures);
        Lighthouse = NewNode("lighthouse", ClusterWorld.Version, serves: false);
        _lead = Time.CreateTimer(
            _ => Lighthouse.Run(() => Placement.Lead(Lighthouse)),
            null,
            TimeSpan.FromSeconds(1),
            TimeSpan.FromSeconds(1));
    }

    public SimulatedTime Time { get; } = new();

    public SimulatedBroker Broker { get; }

    public SimulatedStore Store { get; }

    public PlacementStore Placement { get; } = new();

    public IReadOnlyList<ShardId> Shards { get; }

    public Func<EntityId, ShardId> ShardOf { get; }

    public ClusterNode Lighthouse { get; }

    public List<ClusterNode> Nodes { get; } = [];

    public List<Exception> Failures { get; } = [];

    public List<Caller> Heard { get; } = [];

    /// <summary>Names of the nodes whose member fails whenever it says what it is.</summary>
    public HashSet<string> FailingMembers { get; } = [];

    public ClusterNode Start(string name, NodeVersion version)
    {
        var node = NewNode(name, version, serves: true);
        Nodes.Add(node);
        return node;
    }

    /// <summary>One that is up and serves no shard.</summary>
    public ClusterNode StartGateway(string name) => NewNode(
        name, ClusterWorld.Version, serves: false, o => o with { Roles = [ClusterRoles.Gateway] });

    /// <summary>Takes nothing new, leaves in order when its callers have heard, and ends; then there is
    /// another.</summary>
    public void Replace(ClusterNode node, NodeVersion version)
    {
        Nodes.Remove(node);
        RunUntil(() => node.Door.Waiting == 0);
        node.Run(node.Cluster.Leave);
        RunUntil(() => node.Cluster.HasLeft.IsCompleted);
        node.Exit();
        Start(node.Name, version);
        RunUntil(IsSettled);
    }

    public Caller Send(ClusterNode from, EntityId target, ICommand command)
    {
        var caller = new Caller(Time, Heard);
        var header = new CommandHeader(
            new Guid(++_ids, 9, 9, new byte[8]), "tester", Time.GetUtcNow() + TimeSpan.FromMinutes(1));
        from.Send(target, command, header, caller);
        return caller;
    }

    /// <summary>Each shard is served by the node that the placement wants, and by no other.</summary>
    public bool IsSettled() => Placement.Stored.Nodes.Count == Nodes.Count && Shards.All(shard =>
        Nodes.Where(n => n.Cluster.Board!.PhaseOf(shard) == SeatPhase.Serving).ToList() is [var only]
            && only.Name == Placement.Stored.RankOf(shard)[0]);

    public ClusterNode OwnerOf(EntityId entity) =>
        Nodes.Single(n => n.Cluster.Board!.PhaseOf(ShardOf(entity)) == SeatPhase.Serving);

    public void Run(TimeSpan time)
    {
        var until = Time.GetUtcNow() + time;
        RunUntil(() => Time.GetUtcNow() >= until);
    }

    public void RunUntil(Func<bool> isDone)
    {
        var until = Time.GetUtcNow() + TimeSpan.FromMinutes(3);
        _dispatcher.RunUntilIdle();
        while (!isDone())
        {
            Assert.True(Time.GetUtcNow() < until, "Not within three minutes.");
            Time.AdvanceToNextTimer();
            _dispatcher.RunUntilIdle();
        }
    }

    private ClusterNode NewNode(
        string name,
        NodeVersion version,
        bool serves,
        Func<ClusterMemberOptions, ClusterMemberOptions>? member = null)
    {
        var parts = new NodeParts { Member = options => Failing(member?.Invoke(options) ?? options) };
        return new ClusterNode(_place, name, $"{name}-{++_processes}", (ulong)_processes, version, parts, serves);
    }

    private ClusterMemberOptions Failing(ClusterMemberOptions options) => options with
    {
        Address = () => FailingMembers.Contains(options.Name)
            ? throw new InvalidOperationException("The member fails.")
            : "",
    };
}
