using System.Diagnostics;
using ActorTrade.Cluster.Transport;
using ActorTrade.Cluster.Wire;
using ActorTrade.EventSourcing;

namespace ActorTrade.Cluster.Routing;

/// <summary>
/// One message of a shard's queue while it is worked on: acknowledged when every request in it has its final answer,
/// and that is after the journal's commit. What is not final stays unacknowledged, for the next owner of the shard.
/// </summary>
internal sealed class InboundDelivery(IShardChannel channel, ulong tag, int requests)
{
    private int _left = requests;

    public void Settle()
    {
        if (Interlocked.Decrement(ref _left) == 0)
        {
            channel.Acknowledge(tag);
        }
    }
}

/// <summary>One request of such a message; hears the entity's answer and sends it back.</summary>
/// <param name="mayRefuse">False where the node does not serve the shard any more.</param>
/// <param name="isRepeat">The message was delivered before: an earlier owner may have carried it out.</param>
internal sealed class InboundCall(
    InboundDelivery delivery, ClusterLinks links, string replyTo, long id, Func<bool> mayRefuse, bool isRepeat,
    Activity? span)
    : IAnswerSink
{
    public void Answered(Answer answer)
    {
        span?.Dispose();

        // The entity is moving, or has been fenced: whoever owns the shard next gets the message again, and knows by
        // its command id what has happened already. What left no trace is not final then, whatever was said of it:
        // the next owner decides anew, and a node that has paused itself must not speak for the cluster.
        if (!mayRefuse() && answer is not (Answer.Accepted or Answer.Viewed))
        {
            return;
        }

        if (id != 0)
        {
            links.Reply(replyTo, new WireReply(id, isRepeat ? Repeats.Honest(answer) : answer, null));
        }

        delivery.Settle();
    }
}

/// <summary>What an answer to a second sending is worth.</summary>
internal static class Repeats
{
    /// <summary>
    /// A refusal says that this sending was not carried out. Where the same command was sent before, that one may have
    /// been: then nobody knows.
    /// </summary>
    public static Answer Honest(Answer answer) => answer is Answer.Refused refused
        ? new Answer.OutcomeUnknown($"Sent twice; the second time it was refused ({refused.Reason}).")
        : answer;
}

/// <summary>One node's time as the owner of a shard, as everybody who works under it sees it.</summary>
internal sealed class ShardTenure
{
    private volatile bool _isOver;

    public bool IsServing => !_isOver;

    public void End() => _isOver = true;
}
