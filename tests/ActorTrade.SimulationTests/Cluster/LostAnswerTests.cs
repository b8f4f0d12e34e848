using ActorTrade.Cluster.Routing;
using ActorTrade.Cluster.Wire;
using ActorTrade.Domain;
using ActorTrade.EventSourcing;
using ActorTrade.SimulationTests.Servers;

namespace ActorTrade.SimulationTests.Cluster;

/// <summary>An answer can be lost after its message was acknowledged, with the connection of whoever gave it.</summary>
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
}
