using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Cluster.Transport;
using ActorTrade.Cluster.Wire;
using ActorTrade.EventSourcing;

namespace ActorTrade.Cluster.Routing;

/// <summary>Hands the requests of a shard's messages to its entities.</summary>
internal sealed class RequestInbox(ClusterLinks links, LocalShards local, ModeBoard mode, int suspectAfter)
{
    /// <summary>Takes one message of a shard that is served here.</summary>
    public void Take(IShardChannel channel, in ShardDelivery delivery, ShardTenure tenure)
    {
        RequestBatch batch;
        try
        {
            batch = RequestBatch.Read(links.Wire, delivery.Message.Body);
        }
        catch (WireFormatException)
        {
            // Nobody can read it, now or later; whoever sent it hears nothing and asks again.
            channel.Acknowledge(delivery.Tag);
            return;
        }

        if (batch.Requests.Count == 0)
        {
            channel.Acknowledge(delivery.Tag);
            return;
        }

        var isSuspect = delivery.Deliveries >= suspectAfter;
        var inbound = new InboundDelivery(channel, delivery.Tag, batch.Requests.Count);
        foreach (var request in batch.Requests)
        {
            var span = Tracing.Serve(request.Target.Category, request.TraceParent);
            var isRepeat = delivery.Deliveries > 0;
            var call = new InboundCall(inbound, links, batch.ReplyTo, request.Id, MayRefuse, isRepeat, span);
            Give(request, call, isSuspect);
        }

        bool MayRefuse() => tenure.IsServing && !mode.IsCutOff;
    }

    private void Give(in WireRequest request, InboundCall call, bool isSuspect)
    {
        if (request.Problem is { } problem)
        {
            var why = $"The node that serves {request.Target} cannot read it: {problem}";
            call.Answered(new Answer.OutcomeUnknown(why));
            return;
        }

        if (request.Command is null && request.Header.ExpiresAt < links.Time.GetUtcNow())
        {
            // Nobody waits for it any more, and whoever looks at the past in vain keeps others waiting.
            call.Answered(new Answer.Refused(RefusalReason.Expired));
            return;
        }

        var isHere = request.Command is { } command
            ? local.TrySend(request.Target, command, request.Header, call, isSuspect)
            : local.TryQuery(request.Target, call);
        if (!isHere)
        {
            // The shard is being drained at this moment.
            call.Answered(new Answer.Refused(RefusalReason.Unavailable));
        }
    }
}
