using System.Collections.Concurrent;
using ActorTrade.Cluster.RabbitMq;
using ActorTrade.Cluster.Transport;
using ActorTrade.TestServers;

namespace ActorTrade.IntegrationTests.Cluster;

/// <summary>Messages to one node, and topics.</summary>
public sealed class NodeAndTopicTests
{
    [Fact]
    public async Task A_node_hears_what_is_sent_to_it_in_order_and_nobody_else_does()
    {
        await using var cluster = await ClusterAsync();
        var (heard, others) = (new ConcurrentQueue<byte>(), new ConcurrentQueue<byte>());
        var node = await cluster.NodeAsync(m => heard.Enqueue(m.Body.Span[0]));
        var sender = await cluster.NodeAsync(m => others.Enqueue(m.Body.Span[0]));
        var outcomes = new Outcomes();
        for (var i = 0; i < 200; i++)
        {
            sender.PublishToNode(node.Node, new BrokerMessage("replies.v1", new[] { (byte)i }), outcomes.Next());
        }

        Assert.All(await outcomes.AllAsync(), o => Assert.Equal(PublishOutcome.Confirmed, o));
        await Eventually.TrueAsync(() => heard.Count >= 200, "200 messages");
        Assert.Equal(Enumerable.Range(0, 200).Select(i => (byte)i), heard);
        Assert.Empty(others);
    }

    [Fact]
    public async Task A_node_that_is_not_there_is_unroutable()
    {
        await using var cluster = await ClusterAsync();
        var sender = await cluster.NodeAsync();
        var gone = await cluster.NodeAsync();
        await gone.DisposeAsync();
        var outcomes = new Outcomes();
        for (var i = 0; i < 50; i++)
        {
            sender.PublishToNode(i % 2 == 0 ? gone.Node : sender.Node, BrokerCluster.Message("x"), outcomes.Next());
        }

        var told = await outcomes.AllAsync();
        Assert.Equal(
            Enumerable.Range(0, 50).Select(i => i % 2 == 0 ? PublishOutcome.Unroutable : PublishOutcome.Confirmed),
            told);
    }

    [Fact]
    public async Task A_node_that_does_not_keep_up_holds_so_many_and_senders_hear_of_the_rest()
    {
        await using var cluster = await ClusterAsync();
        using var listens = new ManualResetEventSlim(false);
        var node = await cluster.NodeAsync(_ => listens.Wait(), o => o with { NodeQueueMax = 20 });
        var sender = await cluster.NodeAsync();
        var outcomes = new Outcomes();
        for (var i = 0; i < 100; i++)
        {
            sender.PublishToNode(node.Node, BrokerCluster.Message("x"), outcomes.Next());
        }

        var told = await outcomes.AllAsync();
        listens.Set();
        Assert.InRange(told.Count(o => o == PublishOutcome.Confirmed), 15, 21);
        Assert.Equal(100, told.Count(o => o is PublishOutcome.Confirmed or PublishOutcome.Unknown));
    }

    [Fact]
    public async Task Subscribers_hear_what_matches_their_pattern()
    {
        await using var cluster = await ClusterAsync();
        var (node, sender) = (await cluster.NodeAsync(), await cluster.NodeAsync());
        using var star = new TopicEar();
        using var hash = new TopicEar();
        using var s1 = node.Subscribe("heartbeat.*", 100, star.Receive);
        using var s2 = node.Subscribe("tick.#", 100, hash.Receive);
        await HearsAsync(sender, "heartbeat.ready", star);
        await HearsAsync(sender, "tick.ready", hash);

        foreach (var topic in (string[])
            ["heartbeat.a", "heartbeat.a.b", "tick", "tick.x.y.z", "signal.x", "heartbeat.end", "tick.end"])
        {
            sender.PublishToTopic(topic, BrokerCluster.Message("m"));
        }

        await star.HearsAsync("heartbeat.end:m");
        await hash.HearsAsync("tick.end:m");
        Assert.Equal(["heartbeat.a:m", "heartbeat.end:m"], star.Heard.Where(NotReady));
        Assert.Equal(["tick:m", "tick.x.y.z:m", "tick.end:m"], hash.Heard.Where(NotReady));
    }

    [Fact]
    public async Task A_slow_subscriber_loses_the_oldest_and_no_other_subscriber_waits_for_it()
    {
        await using var cluster = await ClusterAsync();
        var (node, sender) = (await cluster.NodeAsync(), await cluster.NodeAsync());
        using var slow = new TopicEar();
        using var quick = new TopicEar();
        using var s1 = node.Subscribe("tick.#", 40, slow.Receive);
        using var s2 = node.Subscribe("tick.#", 100_000, quick.Receive);
        await HearsAsync(sender, "tick.ready", slow);
        await HearsAsync(sender, "tick.ready", quick);
        slow.StopListening();
        for (var i = 0; i < 1000; i++)
        {
            sender.PublishToTopic("tick.x", BrokerCluster.Message($"{i}"));
        }

        await quick.HearsAsync("tick.x:999");
        slow.Listen();
        await slow.HearsAsync("tick.x:999");
        Assert.Equal(1000, quick.Heard.Count(NotReady));
        var heard = slow.Heard.Where(NotReady).Select(t => int.Parse(t["tick.x:".Length..])).ToList();
        Assert.InRange(heard.Count, 30, 42);
        Assert.Equal(heard.Order(), heard);
        Assert.Equal(Enumerable.Range(970, 30), heard.TakeLast(30));
    }

    [Fact]
    public async Task An_ended_subscription_hears_nothing_and_its_queue_is_gone()
    {
        var server = await SharedServers.BrokerAsync();
        await using var cluster = new BrokerCluster(server);
        var node = await cluster.NodeAsync();
        using var ended = new TopicEar();
        using var other = new TopicEar();
        var subscription = node.Subscribe("tick.#", 100, ended.Receive);
        using var staying = node.Subscribe("tick.#", 100, other.Receive);
        await HearsAsync(node, "tick.ready", ended);
        await HearsAsync(node, "tick.ready", other);
        subscription.Dispose();
        node.PublishToTopic("tick.x", BrokerCluster.Message("1"));
        await other.HearsAsync("tick.x:1");
        Assert.DoesNotContain("tick.x:1", ended.Heard);
        await Eventually.TrueAsync(
            async () => (await server.ControlAsync("list_queues", "name")).Split('\n')
                .Count(q => q.Contains(cluster.Name + ".subscription", StringComparison.Ordinal)) == 1,
            "one subscription's queue");
        Assert.True(node.IsConnected);
    }

    [Fact]
    public async Task Too_great_a_body_is_refused_in_words()
    {
        await using var cluster = await ClusterAsync();
        var node = await cluster.NodeAsync();
        var message = new BrokerMessage("big.v1", new byte[(16 * 1024 * 1024) + 1]);
        var refusals = new[]
        {
            Assert.Throws<ArgumentException>(() => node.PublishToShard(BrokerCluster.Shard, message, _ => { })),
            Assert.Throws<ArgumentException>(() => node.PublishToNode("n", message, _ => { })),
            Assert.Throws<ArgumentException>(() => node.PublishToTopic("t", message)),
        };
        Assert.All(refusals, r => Assert.Contains("16777217 bytes", r.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Options_outside_their_bounds_are_refused_by_name()
    {
        await using var cluster = await ClusterAsync();
        var refusal = Assert.Throws<ArgumentException>(
            () => cluster.Create(o => o with { Cluster = "two.words" }));
        Assert.Equal(nameof(RabbitMqOptions.Cluster), refusal.ParamName);
    }

    [Fact]
    public void Options_written_to_a_log_show_no_password()
    {
        var options = new RabbitMqOptions
        {
            Uri = new Uri("amqp://user:secret@host:5672"),
            Cluster = "c",
            Node = "n",
        };
        Assert.DoesNotContain("secret", $"{options}", StringComparison.Ordinal);
    }

    private static bool NotReady(string heard) => !heard.Contains("ready", StringComparison.Ordinal);

    // Until the subscription is there, what is published is heard by nobody.
    private static Task HearsAsync(IBroker sender, string topic, TopicEar ear) => Eventually.TrueAsync(
        () =>
        {
            sender.PublishToTopic(topic, BrokerCluster.Message("m"));
            return ear.Heard.Count > 0;
        },
        "the subscription");

    private static async Task<BrokerCluster> ClusterAsync() => new(await SharedServers.BrokerAsync());
}
