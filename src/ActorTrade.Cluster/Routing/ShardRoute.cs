using ActorTrade.Cluster.Transport;
using ActorTrade.Cluster.Wire;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Cluster.Routing;

/// <summary>The way to one shard's queue, for the calls of this node.</summary>
internal sealed class ShardRoute(ShardId shard, ClusterLinks links) : Gathering<PendingCall>(WaitingMax)
{
    public const string Kind = "requests.v1";

    private const int WaitingMax = 16_384;
    private const int BatchCountMax = 256;
    private const int BatchBytesMax = 256 * 1024;

    protected override Batch NewBatch() => new Requests(new RequestBatchWriter(links.Wire, links.Broker.Node));

    protected override void Publish(Batch batch, Action<PublishOutcome> published)
    {
        var requests = (Requests)batch;
        var left = requests.LastExpiry - links.Time.GetUtcNow();
        var message = new BrokerMessage(
            Kind,
            requests.Writer.ToArray(),
            left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1),
            requests.TraceParent);
        links.Broker.PublishToShard(shard, message, published);
    }

    // Unknown: it may have arrived; who waits hears the answer, or is sent again after a reconnection, or expires.
    protected override void NotConfirmed(Batch batch, PublishOutcome outcome)
    {
        if (outcome == PublishOutcome.Unroutable)
        {
            foreach (var id in ((Requests)batch).Ids)
            {
                links.Pending.Answer(id, new Answer.Refused(RefusalReason.Unavailable));
            }
        }
    }

    private sealed class Requests(RequestBatchWriter writer) : Batch
    {
        public RequestBatchWriter Writer { get; } = writer;

        public List<long> Ids { get; } = [];

        public DateTimeOffset LastExpiry { get; private set; }

        public string? TraceParent { get; private set; }

        public override int Count => Ids.Count;

        public override bool IsFull => Ids.Count >= BatchCountMax || Writer.Length >= BatchBytesMax;

        public override void Add(in PendingCall item)
        {
            Writer.Append(item.Id, item.Target, item.Command, item.Header, item.TraceParent);
            Ids.Add(item.Id);
            TraceParent ??= item.TraceParent;
            LastExpiry = item.Header.ExpiresAt > LastExpiry ? item.Header.ExpiresAt : LastExpiry;
        }
    }
}

/// <summary>The way back to one node, for the answers of this one.</summary>
internal sealed class ReplyRoute(string node, ClusterLinks links) : Gathering<WireReply>(WaitingMax)
{
    public const string Kind = "replies.v1";

    // Their number is bounded by what other nodes may ask at once; past this they are asked again.
    private const int WaitingMax = 262_144;
    private const int BatchCountMax = 512;
    private const int BatchBytesMax = 512 * 1024;
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(30);

    protected override Batch NewBatch() => new Replies(new ReplyBatchWriter(links.Wire));

    protected override void Publish(Batch batch, Action<PublishOutcome> published) => links.Broker.PublishToNode(
        node, new BrokerMessage(Kind, ((Replies)batch).Writer.ToArray(), KeptFor), published);

    // Whoever waits asks again, or its process is gone.
    protected override void NotConfirmed(Batch batch, PublishOutcome outcome)
    {
    }

    private sealed class Replies(ReplyBatchWriter writer) : Batch
    {
        public ReplyBatchWriter Writer { get; } = writer;

        public override int Count => Writer.Count;

        public override bool IsFull => Writer.Count >= BatchCountMax || Writer.Length >= BatchBytesMax;

        public override void Add(in WireReply item) => Writer.Append(item.Id, item.Answer);
    }
}
