using System.Collections.Concurrent;
using ActorTrade.Cluster.Transport;
using ActorTrade.Cluster.Wire;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Cluster.Routing;

/// <summary>
/// What a process needs to reach entities that other nodes serve: the routes to the shards' queues, the calls whose
/// answers are out, and the ways back to other nodes. A Lighthouse has only this.
/// </summary>
public sealed class ClusterLinks
{
    private const int PendingMax = 262_144;
    private static readonly TimeSpan QueryPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ShardId, ShardRoute> _routes = new();
    private readonly ConcurrentDictionary<string, ReplyRoute> _replies = new(StringComparer.Ordinal);
    private readonly Func<EntityId, ShardId> _shardOf;

    public ClusterLinks(IBroker broker, WireCatalog wire, TimeProvider time, Func<EntityId, ShardId> shardOf)
        : this(broker, wire, time, shardOf, PendingCalls.AsksAgainAfterDefault)
    {
    }

    internal ClusterLinks(
        IBroker broker,
        WireCatalog wire,
        TimeProvider time,
        Func<EntityId, ShardId> shardOf,
        TimeSpan asksAgainAfter)
    {
        ArgumentNullException.ThrowIfNull(broker);
        Broker = broker;
        Wire = wire;
        Time = time;
        Pending = new PendingCalls(PendingMax, asksAgainAfter);
        _shardOf = shardOf;
    }

    public IBroker Broker { get; }

    /// <summary>Calls whose answers are out.</summary>
    public int Waiting => Pending.Count;

    /// <summary>Whether the broker has all answers of this node to others.</summary>
    internal bool HasReplied => _replies.Values.All(r => r.IsQuiet);

    internal WireCatalog Wire { get; }

    internal TimeProvider Time { get; }

    internal PendingCalls Pending { get; }

    /// <summary>Sends a command to the node that serves its target, whichever that is.</summary>
    /// <param name="target">Whom.</param>
    /// <param name="command">Null for a query.</param>
    /// <param name="header">Its deadline is also the answer's.</param>
    /// <param name="answerTo">Hears one answer; null where nobody waits.</param>
    internal void Call(EntityId target, ICommand? command, CommandHeader header, IAnswerSink? answerTo)
    {
        if (!Broker.IsConnected)
        {
            answerTo?.Answered(new Answer.Refused(RefusalReason.Unavailable));
            return;
        }

        var shard = _shardOf(target);
        if (answerTo is null)
        {
            RouteTo(shard).TryAdd(new PendingCall(0, shard, target, command, header, null, Tracing.Current()));
            return;
        }

        var call = Pending.Add(shard, target, command, header, answerTo, Tracing.Current(), Time.GetUtcNow());
        if (call is null)
        {
            answerTo.Answered(new Answer.Refused(RefusalReason.MailboxFull));
        }
        else if (!RouteTo(shard).TryAdd(call))
        {
            Pending.Answer(call.Id, new Answer.Refused(RefusalReason.MailboxFull));
        }
    }

    internal void Query(EntityId target, IAnswerSink answerTo) => Call(
        target,
        command: null,
        new CommandHeader(Guid.Empty, CommandContext.Self, Time.GetUtcNow() + QueryPatience),
        answerTo);

    /// <summary>Sends an answer back.</summary>
    internal void Reply(string node, in WireReply reply) =>
        _replies.GetOrAdd(node, static (n, links) => new ReplyRoute(n, links), this).TryAdd(reply);

    /// <summary>Takes answers in.</summary>
    internal void TakeReplies(ReadOnlyMemory<byte> body)
    {
        foreach (var reply in ReplyBatch.Read(Wire, body).Replies)
        {
            Pending.Answer(reply.Id, reply.Problem is { } problem ? new Answer.OutcomeUnknown(problem) : reply.Answer);
        }
    }

    /// <summary>
    /// After a reconnection: every call whose answer is out is sent once more, under its old command id, for the
    /// message or the answer may have been lost.
    /// </summary>
    internal void SendAgain() => SendAgain(Pending.Snapshot());

    /// <summary>
    /// Ends calls whose deadline has passed, sends again what has been without an answer for long (the one who carried
    /// it out may have lost its connection with the answer in it), and forgets ways back to nodes that are gone.
    /// </summary>
    internal void Sweep(Func<string, bool> isKnownNode)
    {
        var now = Time.GetUtcNow();
        Pending.Expire(now, Grace);
        if (Broker.IsConnected)
        {
            SendAgain(Pending.Overdue(now));
        }

        foreach (var (node, route) in _replies)
        {
            if (route.Waiting == 0 && !isKnownNode(node))
            {
                _replies.TryRemove(node, out _);
            }
        }
    }

    private void SendAgain(IReadOnlyList<PendingCall> calls)
    {
        foreach (var call in calls)
        {
            call.IsRepeated = true;
            RouteTo(call.Shard).TryAdd(call);
        }
    }

    private ShardRoute RouteTo(ShardId shard) =>
        _routes.GetOrAdd(shard, static (s, links) => new ShardRoute(s, links), this);
}
