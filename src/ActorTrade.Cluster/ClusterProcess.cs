using ActorTrade.Cluster.Events;
using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Operation;
using ActorTrade.Cluster.Routing;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Cluster.Topics;
using ActorTrade.Cluster.Transport;
using ActorTrade.Cluster.Wire;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;
using ActorTrade.Kernel;

namespace ActorTrade.Cluster;

/// <summary>The members as one process sees them at a moment.</summary>
public sealed record ClusterSnapshot(IReadOnlyList<Member> Members, MemberState Self)
{
    public static ClusterSnapshot Empty { get; } = new([], MemberState.Joining);
}

/// <summary>What a process brings into the cluster.</summary>
public sealed record ClusterParts
{
    public required ActorSystem System { get; init; }

    public required IBroker Broker { get; init; }

    public required WireCatalog Wire { get; init; }

    public required Func<EntityId, ShardId> ShardOf { get; init; }

    public required ModeBoard Mode { get; init; }
}

/// <summary>
/// One process in the cluster: a node that serves shards, or one that only asks (a Lighthouse). Everything runs on the
/// given actor system's clock and dispatcher.
/// </summary>
public sealed class ClusterProcess
{
    private readonly ClusterCore _core;
    private readonly ActorRef<ClusterMember.Message> _member;

    private ClusterProcess(ClusterMemberOptions options, ClusterCore core)
    {
        _core = core;
        _member = core.System.Spawn(
            () => new ClusterMember(options, core), "cluster-member", new SpawnOptions { Capacity = 65_536 });
    }

    /// <summary>
    /// For the actor system of a process in a cluster: its journal may be away for a while. Until it is back entities
    /// try again, and not too seldom.
    /// </summary>
    public static SupervisorStrategy GuardianStrategy { get; } = new()
    {
        MaxRestarts = 1000,
        Backoff = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1)),
    };

    /// <summary>The way to every entity.</summary>
    public IEntities Entities => _core.Entities;

    /// <summary>What this process serves; null where it serves nothing.</summary>
    public LocalShards? Local => _core.Shards?.Local;

    /// <summary>The phases of its shards; null where it serves nothing.</summary>
    public SeatBoard? Board => _core.Board;

    public EventFeed Events => _core.Events;

    public NodeCalls Calls => _core.Calls;

    /// <summary>Numbered topics, and what is missing of those that this process hears.</summary>
    public ClusterTopics Topics => _core.Topics;

    /// <summary>Who is in the cluster.</summary>
    public ClusterSnapshot Members => _core.Snapshot;

    /// <summary>Calls to other nodes whose answers are out.</summary>
    public int CallsWaiting => _core.Links.Waiting;

    /// <summary>Completes when this process has handed everything over, was asked to leave and may end.</summary>
    public Task HasLeft => _core.Left.Task;

    /// <summary>A process that only asks.</summary>
    public static ClusterProcess Asking(ClusterMemberOptions options, ClusterParts parts) =>
        new(options, new ClusterCore(parts, options));

    /// <summary>A process that serves the shards of its roles.</summary>
    /// <param name="options">Who it is.</param>
    /// <param name="parts">What it is made of.</param>
    /// <param name="fences">The journal's fences.</param>
    /// <param name="shards">The shards of its roles.</param>
    /// <param name="local">Makes the entities of this process, given the way to all.</param>
    public static ClusterProcess Serving(
        ClusterMemberOptions options,
        ClusterParts parts,
        IShardFences fences,
        IEnumerable<ShardId> shards,
        Func<IEntities, LocalShards> local)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(fences);
        var core = new ClusterCore(parts, options);
        core.Serve(options, fences, shards, local);
        return new ClusterProcess(options, core);
    }

    /// <summary>Tells whoever is first in the shard's line that it is: nobody knows before a message comes, and a shard
    /// without entities gets none. Does no harm where it is served.</summary>
    public void Ring(ShardId shard) => ShardRing.At(_core.Broker, shard);

    /// <summary>Hands every shard over and leaves; see <see cref="HasLeft"/>.</summary>
    public void Leave() => _member.TellReserved(new ClusterMember.Message.Leave());
}

/// <summary>What the parts of a process in the cluster share.</summary>
internal sealed class ClusterCore
{
    private readonly ClusterParts _parts;
    private volatile ClusterSnapshot _snapshot = ClusterSnapshot.Empty;
    private IDisposable? _fenced;

    public ClusterCore(ClusterParts parts, ClusterMemberOptions options)
    {
        ArgumentNullException.ThrowIfNull(parts);
        _parts = parts;
        Links = new ClusterLinks(
            parts.Broker, parts.Wire, parts.System.Time, parts.ShardOf, options.AsksAgainAfter);
        Events = new EventFeed(parts.Broker, parts.System.Time);
        Topics = new ClusterTopics(parts.Broker, parts.System.Time, Events);
        Calls = new NodeCalls(parts.Broker, parts.System.Time, parts.System.Dispatcher);
        StartedAt = parts.System.Time.GetUtcNow();
        Lease = new HeartbeatLease(parts.System.Time);
        parts.Mode.Changed += OnModeChanged;
        // Here and not in the member, which may fail and start anew: the receiver is set once.
        parts.Broker.OnNodeMessage(m => Take(m));
    }

    public ActorSystem System => _parts.System;

    public TimeProvider Time => _parts.System.Time;

    public IBroker Broker => _parts.Broker;

    public ModeBoard Mode => _parts.Mode;

    public ClusterLinks Links { get; }

    public EventFeed Events { get; }

    public NodeCalls Calls { get; }

    public ClusterTopics Topics { get; }

    public ClusterShards? Shards { get; private set; }

    public SeatBoard? Board { get; private set; }

    public IReadOnlyDictionary<ShardId, ActorRef<ShardSeat.Message>>? Seats { get; private set; }

    public IEntities Entities => Shards is { } shards ? shards : new AskedEntities(Links);

    public ClusterSnapshot Snapshot => _snapshot;

    public TaskCompletionSource Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DateTimeOffset StartedAt { get; }

    /// <summary>Goes on where it was when the member is started anew: its numbers, or nobody would hear it, and the
    /// silence, or one that fails again and again would serve for ever.</summary>
    public HeartbeatLease Lease { get; }

    /// <summary>Never taken back: also a member that is started anew goes on leaving.</summary>
    public bool IsLeaving { get; set; }

    public int Loaded() => Shards?.Local.Loaded ?? 0;

    public void HasLeft()
    {
        _fenced?.Dispose();
        Left.TrySetResult();
    }

    public void Serve(
        ClusterMemberOptions options,
        IShardFences fences,
        IEnumerable<ShardId> shards,
        Func<IEntities, LocalShards> local)
    {
        var board = Board = new SeatBoard(shards);
        Shards = new ClusterShards(Links, board, _parts.ShardOf, s => local(s));
        var services = new SeatServices(
            Links,
            Shards.Local,
            fences,
            board,
            new RequestInbox(Links, Shards.Local, Mode, options.SuspectAfter),
            options.DrainMax,
            options.DrainsBeforeMoving,
            (kind, shard, text, duration) => Events.Tell(kind, shard.ToString(), text, duration));
        var seats = board.Shards.ToDictionary(
            shard => shard,
            shard => System.Spawn(
                () => new ShardSeat(shard, services),
                $"shard-{shard.Role}-{shard.Number}",
                new SpawnOptions { Capacity = 65_536 }));
        Seats = seats;
        _fenced = fences.OnFenced(shard => seats[shard].TellReserved(new ShardSeat.Message.Drop(
            ComesBack: true, ClusterEventKind.ShardFenced, "An append found that another node has taken it over.")));
    }

    public void Publish(MemberDirectory directory, MemberState self) =>
        _snapshot = new ClusterSnapshot([.. directory.Members], self);

    public void Report(string kind, string text) => Events.Tell(kind, shard: null, text);

    public void Notice(string kind, string node, string text) => Events.Note(kind, node, shard: null, text);

    private void Take(in BrokerMessage message)
    {
        if (message.Kind == ReplyRoute.Kind)
        {
            Links.TakeReplies(message.Body);
        }
        else
        {
            Calls.Take(message);
        }
    }

    private void OnModeChanged(SystemMode mode, long version, bool isFirstHand)
    {
        if (isFirstHand)
        {
            Topics.Publish(
                ClusterMember.ModeTopic,
                "mode.v1",
                number => new ModeNotice(mode, version, number.From, number.Number).ToJson());
        }

        Events.Note(ClusterEventKind.ModeChanged, Broker.Node, null, $"{mode} (version {version})");
    }

    /// <summary>The entities as a process sees them that serves none.</summary>
    private sealed class AskedEntities(ClusterLinks links) : IEntities
    {
        public void Send(EntityId target, ICommand command, CommandHeader header, IAnswerSink? answerTo) =>
            links.Call(target, command, header, answerTo);

        public void Query(EntityId target, IAnswerSink answerTo) => links.Query(target, answerTo);
    }
}
