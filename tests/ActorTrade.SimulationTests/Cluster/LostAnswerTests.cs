using ActorTrade.Cluster.Routing;
using ActorTrade.Cluster.Transport;
using ActorTrade.Cluster.Wire;
using ActorTrade.Domain;
using ActorTrade.Domain.Accounts;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;
using ActorTrade.SimulationTests.Servers;

namespace ActorTrade.SimulationTests.Cluster;

/// <summary>Answers that are lost, and answers that must not count.</summary>
public sealed class LostAnswerTests : IAnswerSink
{
    private readonly ServerWorld _world = new();
    private readonly List<Answer> _answers = [];

    void IAnswerSink.Answered(Answer answer) => _answers.Add(answer);

    [Fact]
    public void A_call_without_an_answer_is_sent_again_ever_more_seldom_until_its_deadline()
    {
        var client = _world.Client(_world.Process("a"));
        var owner = new ProbeConsumer(_world, "b", acknowledges: true);
        _world.Client(_world.Process("b")).Register(ServerWorld.Shard, owner);
        var links = new ClusterLinks(
            client, new WireCatalog(EntityKinds.All, EntityKinds.Catalog()), _world.Time, _ => ServerWorld.Shard);
        links.Query(new EntityId("account", "x"), this);
        var sent = new List<int>();
        for (var second = 1; second <= 12; second++)
        {
            _world.Run(TimeSpan.FromSeconds(1));
            links.Sweep(_ => true);
            sent.Add(owner.Heard.Count);
        }

        // After 3 and after 6 more; at 10 it expires.
        Assert.Equal([1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3], sent);
        Assert.IsType<Answer.OutcomeUnknown>(Assert.Single(_answers));
        Assert.Equal(0, links.Waiting);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void A_rejection_is_final_only_while_its_node_serves_the_shard(bool serves, int expected)
    {
        var asking = _world.Client(_world.Process("a"));
        var replies = 0;
        asking.OnNodeMessage(_ => replies++);
        var links = new ClusterLinks(
            _world.Client(_world.Process("b")),
            new WireCatalog(EntityKinds.All, EntityKinds.Catalog()),
            _world.Time,
            _ => ServerWorld.Shard);
        var channel = new CountingChannel();
        var call = new InboundCall(
            new InboundDelivery(channel, 7, requests: 1), links, asking.Node, 1, () => serves, isRepeat: false, null);
        call.Answered(new Answer.Rejected(new Account.Rejection.ZeroAmount("x")));
        _world.Run(TimeSpan.FromSeconds(1));
        Assert.Equal((expected, expected), (replies, channel.Acknowledged));
    }

    private sealed class CountingChannel : IShardChannel
    {
        public int Acknowledged { get; private set; }

        public ShardId Shard => ServerWorld.Shard;

        public void Acknowledge(ulong tag) => Acknowledged++;

        public void Close()
        {
        }
    }
}
