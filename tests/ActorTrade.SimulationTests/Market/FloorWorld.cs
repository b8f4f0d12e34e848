using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Cluster.Simulated;
using ActorTrade.Domain;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.System;
using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Projections;
using ActorTrade.Journal.Simulated;
using ActorTrade.Kernel;
using ActorTrade.Node.Hosting;
using ActorTrade.Node.Trading;

namespace ActorTrade.SimulationTests.Market;

/// <summary>Whole nodes with their market and bots on a simulated broker and store.</summary>
internal sealed class FloorWorld
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // Shortly before a full hour, when bots that buy every hour do.
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 8, 59, 0, TimeSpan.Zero);

    // Made once: compiling the records takes longer than many a run.
    private static readonly Func<StoredEvent, ProjectedEvent> Decode = ProjectedEvent.Decoder(EntityKinds.Catalog());

    private readonly SimulatedDispatcher _dispatcher;
    private readonly NodeShards _shards = new(4, EntityKinds.RoleOf);
    private readonly SimulatedStoreJournal _reader;

    public FloorWorld(ulong seed)
    {
        _dispatcher = new SimulatedDispatcher(seed, SimulatedOrder.Random);
        Time = new SimulatedTime(Start);
        Broker = new SimulatedBroker(Time, seed);
        Store = new SimulatedStore(Time, seed, _shards.ShardOf);
        _reader = Store.Connect(new SimulatedProcess("reader", _dispatcher, Time));
    }

    public SimulatedTime Time { get; }

    public SimulatedBroker Broker { get; }

    public SimulatedStore Store { get; }

    public List<Exception> Failures { get; } = [];

    /// <summary>Nodes that run a floor now.</summary>
    public IEnumerable<FloorNode> Floors(params FloorNode[] nodes) =>
        nodes.Where(n => !n.Process.HasCrashed && n.Market.Floor is not null);

    /// <summary>A node that has joined and knows that the system is active.</summary>
    public FloorNode Node(string name, bool feeds = true)
    {
        var process = new SimulatedProcess($"{name}-process", _dispatcher, Time);
        var member = new ClusterMemberOptions
        {
            Name = name,
            Roles = feeds ? [ClusterRoles.Trade, ClusterRoles.Market, ClusterRoles.Gateway] : [ClusterRoles.Gateway],
            Version = "test",
        };
        var host = NodeHost.Open(
            new NodeHostOptions { Name = name, DataDirectory = "none", KeepsTables = false, FirstStart = null },
            new NodeSeams
            {
                Dispatcher = process.Dispatcher,
                Time = process.Time,
                Random = new SeededRandom(name[^1]),
                Cluster = new NodeCluster(Broker.Connect(process), Store.Connect(process), member, _shards),
            });
        host.System.ActorFailed += f => Failures.Add(f.Cause);
        RunUntil(() => host.Cluster!.Members.Self == MemberState.Up);
        Activate(host.Door);
        RunUntil(() => host.Door.Mode == SystemMode.Active);
        var market = ClusterMarket.Start(host, SourceFrom, new FloorOptions
        {
            SignalInterval = TimeSpan.FromSeconds(5),
            BotKinds = ["dca", "arbitrage"],
        });
        return new FloorNode(process, host, market);
    }

    public BotView Bot(FloorNode node, BotId bot)
    {
        Answer? answer = null;
        node.Host.Door.Query(Domain.Bots.Bot.IdOf(bot), new Sink(a => answer = a));
        RunUntil(() => answer is not null);
        return (BotView)((Answer.Viewed)answer!).View;
    }

    public IEnumerable<ProjectedEvent> Events() => _reader.ReadAll(0).Select(stored => Decode(stored));

    public void Run(TimeSpan time) => RunUntil(Time.GetUtcNow() + time, static () => false);

    /// <summary>For what costs much to look at.</summary>
    public void RunSecondsUntil(Func<bool> isDone)
    {
        for (var second = 0; !isDone(); second++)
        {
            Assert.True(second < 300, "Not within five minutes.");
            Run(TimeSpan.FromSeconds(1));
        }
    }

    public void RunUntil(Func<bool> isDone)
    {
        RunUntil(Time.GetUtcNow() + TimeSpan.FromMinutes(5), isDone);
        Assert.True(isDone(), $"Not within five minutes. {string.Join(' ', Failures)}");
    }

    private static TickSource SourceFrom(long position) => TickSource.Simulated(1, Interval, Start, position);

    private void RunUntil(DateTimeOffset until, Func<bool> isDone)
    {
        while (!isDone() && Time.GetUtcNow() < until)
        {
            if (!_dispatcher.RunOne())
            {
                Assert.True(Time.AdvanceToNextTimer(), "Nothing is left that could happen.");
            }
        }
    }

    // Again and again under the same id, since shards may be on their way.
    private void Activate(EntityDoor door)
    {
        Answer? answer = null;
        while (answer is not (Answer.Accepted or Answer.Rejected))
        {
            answer = null;
            var until = Time.GetUtcNow() + TimeSpan.FromSeconds(5);
            var header = new CommandHeader(DeterministicGuid.FromText("activate"), CommandContext.Self, until);
            var command = new TradingSystem.Command.Activate("test");
            door.Send(TradingSystem.Id, command, header, new Sink(a => answer = a));
            RunUntil(until, () => answer is not null);
        }
    }

    private sealed class Sink(Action<Answer> answered) : IAnswerSink
    {
        public void Answered(Answer answer) => answered(answer);
    }
}

/// <summary>A node of a simulated cluster with its market.</summary>
internal sealed record FloorNode(SimulatedProcess Process, NodeHost Host, ClusterMarket Market);
