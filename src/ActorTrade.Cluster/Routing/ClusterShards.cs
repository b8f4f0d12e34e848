using ActorTrade.Cluster.Sharding;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Cluster.Routing;

/// <summary>
/// The way to every entity of the cluster from one node: directly where this node serves it, else through its shard's
/// queue. A call that meets a shard while it moves is sent on under its command id, and whoever waits does not notice.
/// </summary>
public sealed class ClusterShards : IEntities
{
    private readonly ClusterLinks _links;
    private readonly SeatBoard _board;
    private readonly Func<EntityId, ShardId> _shardOf;

    internal ClusterShards(
        ClusterLinks links, SeatBoard board, Func<EntityId, ShardId> shardOf, Func<ClusterShards, LocalShards> local)
    {
        _links = links;
        _board = board;
        _shardOf = shardOf;
        Local = local(this);
    }

    /// <summary>The entities that this node serves.</summary>
    public LocalShards Local { get; }

    public void Send(EntityId target, ICommand command, CommandHeader header, IAnswerSink? answerTo)
    {
        var sink = answerTo is null ? null : new LocalCall(this, target, command, header, answerTo);
        if (!IsHere(target) || !Local.TrySend(target, command, header, sink))
        {
            _links.Call(target, command, header, answerTo);
        }
    }

    public void Query(EntityId target, IAnswerSink answerTo)
    {
        if (!IsHere(target) || !Local.TryQuery(target, new LocalCall(this, target, null, default, answerTo)))
        {
            _links.Query(target, answerTo);
        }
    }

    // Venues outside the journal belong to the node itself.
    private bool IsHere(EntityId target) =>
        _board.PhaseOf(_shardOf(target)) == SeatPhase.Serving || Local.IsOutside(target.Category);

    /// <summary>A call to an entity of this node; goes out to its new owner if the shard has moved meanwhile.</summary>
    private sealed class LocalCall(
        ClusterShards shards, EntityId target, ICommand? command, CommandHeader header, IAnswerSink answerTo)
        : IAnswerSink
    {
        public void Answered(Answer answer)
        {
            if (answer is not (Answer.OutcomeUnknown or Answer.Refused { Reason: RefusalReason.Unavailable })
                || shards.IsHere(target)
                || !shards._links.Broker.IsConnected)
            {
                answerTo.Answered(answer);
            }
            else if (command is null)
            {
                shards._links.Query(target, answerTo);
            }
            else
            {
                shards._links.Call(
                    target, command, header, answer is Answer.OutcomeUnknown ? new Second(answerTo) : answerTo);
            }
        }
    }

    /// <summary>Hears the answer to a second sending.</summary>
    private sealed class Second(IAnswerSink answerTo) : IAnswerSink
    {
        public void Answered(Answer answer) => answerTo.Answered(Repeats.Honest(answer));
    }
}
