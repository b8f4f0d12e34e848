using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Transport;
using ActorTrade.Journal.Sharding;
using ActorTrade.SimulationTests.Ledger;

namespace ActorTrade.SimulationTests.Cluster;

/// <summary>Proof that the simulated cluster can fail: bugs are switched on, one each, and a law breaks.</summary>
public sealed class ClusterPlantedBugTests
{
    private const ulong SeedsMax = 200;
    private const ulong HonestSeeds = 6;

    [Fact]
    public void Appends_that_are_not_checked_against_the_epoch_are_caught()
    {
        // What makes an owner late; among all faults it is too rare to be met by a few seeds.
        var honest = new ClusterSetup { Kinds = FaultKinds.Pauses | FaultKinds.Partitions };
        AssertHolds(honest);
        Assert.Contains("in epoch", FirstBrokenLaw(honest with { ChecksEpochs = false }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_acknowledged_before_the_append_is_caught()
    {
        // Nodes ask again, too, and would make good what the bug loses.
        var honest = new ClusterSetup
        {
            Kinds = FaultKinds.Crashes,
            AsksOnceOutside = true,
            Parts = new NodeParts { Member = AsksOnce },
        };
        AssertHolds(honest);
        var eager = honest with { Parts = new NodeParts { Broker = b => new EagerBroker(b), Member = AsksOnce } };
        Assert.Contains("was lost", FirstBrokenLaw(eager), StringComparison.Ordinal);
    }

    [Fact]
    public void A_shard_that_moves_without_being_drained_is_caught()
    {
        var honest = new ClusterSetup
        {
            Kinds = FaultKinds.Moves,
            AsksOnceOutside = true,
            Parts = new NodeParts { Member = AsksOnce },
        };
        AssertHolds(honest);
        var hasty = honest with
        {
            Parts = new NodeParts { Member = static options => AsksOnce(options) with { DrainsBeforeMoving = false } },
        };

        // Whichever is met first: a caller heard that it failed, or a command vanished.
        Assert.Matches("only moved|was lost", FirstBrokenLaw(hasty));
    }

    private static ClusterMemberOptions AsksOnce(ClusterMemberOptions options) =>
        options with { AsksAgainAfter = TimeSpan.FromHours(1) };

    private static void AssertHolds(ClusterSetup setup)
    {
        for (ulong seed = 1; seed <= HonestSeeds; seed++)
        {
            new ClusterWorld(seed, setup).Run();
        }
    }

    private static string FirstBrokenLaw(ClusterSetup setup)
    {
        for (ulong seed = 1; seed <= SeedsMax; seed++)
        {
            try
            {
                new ClusterWorld(seed, setup).Run();
            }
            catch (BrokenLawException broken)
            {
                return broken.Message;
            }
        }

        return "Every law held: the bug was not caught.";
    }

    /// <summary>Acknowledges every message as soon as it comes.</summary>
    private sealed class EagerBroker(IBroker inner) : IBroker
    {
        public string Node => inner.Node;

        public bool IsConnected => inner.IsConnected;

        public IShardChannel Register(ShardId shard, IShardConsumer consumer)
        {
            var channel = new EagerChannel(consumer);
            channel.Inner = inner.Register(shard, channel);
            return channel;
        }

        public void PublishToShard(ShardId shard, BrokerMessage message, Action<PublishOutcome> published) =>
            inner.PublishToShard(shard, message, published);

        public void PublishToNode(string node, BrokerMessage message, Action<PublishOutcome> published) =>
            inner.PublishToNode(node, message, published);

        public void PublishToTopic(string topic, BrokerMessage message) => inner.PublishToTopic(topic, message);

        public IDisposable Subscribe(string pattern, int queueMax, Action<TopicMessage> received) =>
            inner.Subscribe(pattern, queueMax, received);

        public void OnNodeMessage(Action<BrokerMessage> received) => inner.OnNodeMessage(received);

        public IDisposable OnConnection(Action<bool> changed) => inner.OnConnection(changed);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class EagerChannel(IShardConsumer consumer) : IShardChannel, IShardConsumer
    {
        public IShardChannel Inner { get; set; } = null!;

        public ShardId Shard => Inner.Shard;

        public void Acknowledge(ulong tag)
        {
        }

        public void Close() => Inner.Close();

        public void Delivered(IShardChannel channel, in ShardDelivery delivery)
        {
            channel.Acknowledge(delivery.Tag);
            consumer.Delivered(this, delivery);
        }

        public void Closed(IShardChannel channel, string? why) => consumer.Closed(this, why);
    }
}
