using System.Diagnostics;
using ActorTrade.Cluster.RabbitMq;
using ActorTrade.Cluster.Transport;
using ActorTrade.Journal.Sharding;
using ActorTrade.TestServers;

namespace ActorTrade.IntegrationTests.Cluster;

/// <summary>One shard's queue: order, acknowledgement, and who is served when a consumer goes.</summary>
public sealed class ShardQueueTests
{
    private static readonly ShardId Shard = BrokerCluster.Shard;

    [Fact]
    public async Task A_message_arrives_as_it_was_sent_and_is_gone_when_acknowledged()
    {
        await using var cluster = await ClusterAsync();
        var node = await cluster.NodeAsync();
        var ear = new ShardEar();
        var channel = await cluster.RegisterAsync(node, ear, line: 1);
        var outcomes = new Outcomes();
        const string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        node.PublishToShard(
            Shard, new BrokerMessage("requests.v1", new byte[] { 1, 2, 3 }, TimeSpan.FromSeconds(9), trace),
            outcomes.Next());
        await ear.HearsAsync(1);

        var heard = ear.Heard[0];
        Assert.Equal([PublishOutcome.Confirmed], await outcomes.AllAsync());
        Assert.Equal("requests.v1", heard.Message.Kind);
        Assert.Equal([1, 2, 3], heard.Message.Body.ToArray());
        Assert.Equal(TimeSpan.FromSeconds(9), heard.Message.ExpiresAfter);
        Assert.Equal(trace, heard.Message.TraceParent);
        Assert.Equal(0, heard.Deliveries);

        channel.Acknowledge(heard.Tag);
        channel.Acknowledge(heard.Tag);
        channel.Acknowledge(12345);
        await BrokerCluster.PublishAsync(node, 1, 1);
        await ear.HearsAsync(2);
        channel.Acknowledge(ear.Heard[1].Tag);
        channel.Close();
        await ear.IsClosedAsync();
        Assert.Equal([null], ear.ClosedWith);
        await cluster.WaitingAsync(0);
    }

    [Fact]
    public async Task One_sender_s_messages_keep_their_order()
    {
        await using var cluster = await ClusterAsync();
        var (sender, owner) = (await cluster.NodeAsync(), await cluster.NodeAsync());
        var ear = new ShardEar(acknowledge: true);
        await cluster.RegisterAsync(owner, ear, line: 1);
        await BrokerCluster.PublishAsync(sender, 1, 3000);
        await ear.HearsAsync(3000);
        Assert.Equal(BrokerCluster.Numbers(1, 3000), ear.Texts);
        await cluster.WaitingAsync(0);
    }

    [Fact]
    public async Task Acknowledged_out_of_order_only_the_acknowledged_are_gone()
    {
        await using var cluster = await ClusterAsync();
        var node = await cluster.NodeAsync();
        var ear = new ShardEar();
        var channel = await cluster.RegisterAsync(node, ear, line: 1);
        await BrokerCluster.PublishAsync(node, 1, 10);
        await ear.HearsAsync(10);
        foreach (var i in new[] { 9, 1, 0, 4, 7 })
        {
            channel.Acknowledge(ear.Heard[i].Tag);
        }

        channel.Close();
        await ear.IsClosedAsync();
        var next = new ShardEar();
        await cluster.RegisterAsync(node, next, line: 1);
        await next.HearsAsync(5);
        Assert.Equal(["3", "4", "6", "7", "9"], next.Texts);
    }

    [Fact]
    public async Task What_was_acknowledged_just_before_the_closing_is_gone()
    {
        await using var cluster = await ClusterAsync();
        var node = await cluster.NodeAsync();
        var shards = Enumerable.Range(0, 30).Select(i => new ShardId("trade", i)).ToList();
        var ears = shards.Select(_ => new ShardEar()).ToList();
        var channels = shards.Zip(ears, node.Register).ToList();
        foreach (var shard in shards)
        {
            await BrokerCluster.PublishAsync(node, 1, 4, shard);
        }

        await Task.WhenAll(ears.Select(e => e.HearsAsync(4)));
        foreach (var (channel, ear) in channels.Zip(ears))
        {
            channel.Acknowledge(ear.Heard[0].Tag);
            channel.Acknowledge(ear.Heard[2].Tag);
            channel.Close();
        }

        await Task.WhenAll(ears.Select(e => e.IsClosedAsync()));
        var next = shards.Select(_ => new ShardEar()).ToList();
        Assert.Equal(30, shards.Zip(next, node.Register).Count());
        await Task.WhenAll(next.Select(e => e.HearsAsync(2)));
        Assert.All(next, e => Assert.Equal(["2", "4"], e.Texts));
    }

    [Fact]
    public async Task Closing_hands_over_in_order_without_a_gap()
    {
        await using var cluster = await ClusterAsync();
        var (first, second) = (await cluster.NodeAsync(), await cluster.NodeAsync());
        var (from, to) = (new ShardEar(), new ShardEar(acknowledge: true));
        var channel = await cluster.RegisterAsync(first, from, line: 1);
        await cluster.RegisterAsync(second, to, line: 2);
        var publishing = BrokerCluster.PublishAsync(first, 1, 2000);
        await from.HearsAsync(100);
        for (var i = 0; i < 50; i++)
        {
            channel.Acknowledge(from.Heard[i].Tag);
        }

        channel.Close();
        var heard = from.Count;
        await from.IsClosedAsync();
        await publishing;
        await to.HearsAsync(1950);

        Assert.Equal(BrokerCluster.Numbers(51, 2000), to.Texts);
        Assert.Equal(1, to.Heard[0].Deliveries);
        Assert.Equal(0, to.Heard[^1].Deliveries);
        Assert.Equal([null], from.ClosedWith);
        Assert.False(from.HeardAfterClosed);
        Assert.InRange(from.Count, heard, heard + 1);
    }

    [Fact]
    public async Task The_order_of_registration_decides_and_a_standby_hears_nothing()
    {
        await using var cluster = await ClusterAsync();
        var nodes = new[] { await cluster.NodeAsync(), await cluster.NodeAsync(), await cluster.NodeAsync() };
        var ears = new[] { new ShardEar(true), new ShardEar(true), new ShardEar(true) };
        var channels = new IShardChannel[3];
        foreach (var i in new[] { 2, 0, 1 })
        {
            var line = channels.Count(c => c is not null) + 1;
            channels[i] = await cluster.RegisterAsync(nodes[i], ears[i], line);
        }

        await BrokerCluster.PublishAsync(nodes[1], 1, 20);
        await ears[2].HearsAsync(20);
        Assert.Equal([0, 0, 20], ears.Select(e => e.Count));

        channels[2].Close();
        await ears[2].IsClosedAsync();
        await BrokerCluster.PublishAsync(nodes[1], 21, 40);
        await ears[0].HearsAsync(20);
        Assert.Equal([20, 0, 20], ears.Select(e => e.Count));
    }

    [Fact]
    public async Task Closed_before_it_was_open_it_leaves_the_line_to_the_next()
    {
        await using var cluster = await ClusterAsync();
        var node = await cluster.NodeAsync();
        var ear = new ShardEar();
        node.Register(Shard, ear).Close();
        await ear.IsClosedAsync();
        var next = new ShardEar(acknowledge: true);
        await cluster.RegisterAsync(node, next, line: 1);
        await BrokerCluster.PublishAsync(node, 1, 10);
        await next.HearsAsync(10);
        Assert.Equal([null], ear.ClosedWith);
        Assert.Equal(0, ear.Count);
    }

    [Fact]
    public async Task A_consumer_whose_line_is_cut_is_followed_long_before_a_heartbeat_is_missed()
    {
        var server = await SharedServers.BrokerAsync();
        await using var link = new TcpLink(server.Uri);
        await using var cluster = new BrokerCluster(server);
        var standby = await cluster.NodeAsync();
        var owner = await cluster.NodeAsync(change: o => o with
        {
            Uri = link.Uri,
            Heartbeat = TimeSpan.FromSeconds(60),
        });
        var (dying, next) = (new ShardEar(), new ShardEar(acknowledge: true));
        await cluster.RegisterAsync(owner, dying, line: 1);
        await cluster.RegisterAsync(standby, next, line: 2);
        await BrokerCluster.PublishAsync(standby, 1, 100);
        await dying.HearsAsync(100);

        var cut = Stopwatch.GetTimestamp();
        link.CutAll();
        await next.HearsAsync(1);
        var took = Stopwatch.GetElapsedTime(cut);
        await next.HearsAsync(100);
        Assert.True(took < TimeSpan.FromSeconds(10), $"The next in line was served after {took}.");
        Assert.Equal(BrokerCluster.Numbers(1, 100), next.Texts);
        Assert.All(next.Heard, d => Assert.Equal(1, d.Deliveries));
        await dying.IsClosedAsync();
        Assert.NotNull(Assert.Single(dying.ClosedWith));
    }

    [Fact]
    public async Task What_waits_too_long_is_never_delivered()
    {
        await using var cluster = await ClusterAsync();
        var node = await cluster.NodeAsync();
        var outcomes = new Outcomes();
        node.PublishToShard(
            Shard, BrokerCluster.Message("late", TimeSpan.FromMilliseconds(1)), outcomes.Next());
        node.PublishToShard(
            Shard, BrokerCluster.Message("in time", TimeSpan.FromMinutes(1)), outcomes.Next());
        Assert.All(await outcomes.AllAsync(), o => Assert.Equal(PublishOutcome.Confirmed, o));
        await cluster.WaitingAsync(1);
        var ear = new ShardEar(acknowledge: true);
        node.Register(Shard, ear);
        await ear.HearsAsync(1);
        Assert.Equal(["in time"], ear.Texts);
    }

    [Fact]
    public async Task Only_so_many_are_delivered_unacknowledged()
    {
        await using var cluster = await ClusterAsync();
        var node = await cluster.NodeAsync(change: o => o with { Prefetch = 8 });
        var ear = new ShardEar();
        var channel = await cluster.RegisterAsync(node, ear, line: 1);
        await BrokerCluster.PublishAsync(node, 1, 20);
        await ear.HearsAsync(8);
        await cluster.WaitingAsync(12);
        Assert.Equal(8, ear.Count);
        channel.Acknowledge(ear.Heard[0].Tag);
        await ear.HearsAsync(9);
    }

    [Fact]
    public async Task A_queue_of_another_kind_is_said_to_be_one()
    {
        await using var cluster = await ClusterAsync();
        await using (var eye = await cluster.EyeAsync())
        {
            await eye.QueueDeclareAsync(cluster.QueueOf(Shard), durable: true, exclusive: false, autoDelete: true);
        }

        var node = await cluster.NodeAsync();
        var ear = new ShardEar();
        node.Register(Shard, ear);
        await ear.IsClosedAsync();
        Assert.Contains("not as a durable quorum queue", ear.ClosedWith[0], StringComparison.Ordinal);

        var outcomes = new Outcomes();
        node.PublishToShard(Shard, BrokerCluster.Message("lost"), outcomes.Next());
        Assert.Equal([PublishOutcome.Unroutable], await outcomes.AllAsync());
        Assert.Contains(cluster.Faults, f => f is QueueMismatchException);
        Assert.True(node.IsConnected);
        await BrokerCluster.PublishAsync(node, 1, 5, new ShardId("trade", 6));

        await using (var eye = await cluster.EyeAsync())
        {
            await eye.QueueDeleteAsync(cluster.QueueOf(Shard), ifUnused: false, ifEmpty: false);
        }

        await Eventually.TrueAsync(
            async () =>
            {
                node.PublishToShard(Shard, BrokerCluster.Message("kept"), outcomes.Next());
                return (await outcomes.AllAsync())[^1] == PublishOutcome.Confirmed;
            },
            "the right queue in its place");
    }

    [Fact]
    public async Task A_deleted_queue_closes_the_registration_and_no_other()
    {
        await using var cluster = await ClusterAsync();
        var node = await cluster.NodeAsync();
        var (ear, other) = (new ShardEar(), new ShardEar(acknowledge: true));
        await cluster.RegisterAsync(node, ear, line: 1);
        node.Register(new ShardId("trade", 9), other);
        await using (var eye = await cluster.EyeAsync())
        {
            await eye.QueueDeleteAsync(cluster.QueueOf(Shard), ifUnused: false, ifEmpty: false);
        }

        await ear.IsClosedAsync();
        Assert.Contains("cancelled", Assert.Single(ear.ClosedWith), StringComparison.Ordinal);
        await BrokerCluster.PublishAsync(node, 1, 5, new ShardId("trade", 9));
        await other.HearsAsync(5);
        Assert.Empty(other.ClosedWith);
    }

    [Fact]
    public async Task Two_clusters_on_one_server_do_not_meet()
    {
        await using var cluster = await ClusterAsync();
        await using var other = await ClusterAsync();
        var (here, there) = (new ShardEar(true), new ShardEar(true));
        await cluster.RegisterAsync(await cluster.NodeAsync(), here, line: 1);
        using var topics = new TopicEar();
        var stranger = await other.NodeAsync();
        await other.RegisterAsync(stranger, there, line: 1);
        using var subscription = stranger.Subscribe("#", 100, topics.Receive);

        var sender = await cluster.NodeAsync();
        sender.PublishToTopic("tick.here", BrokerCluster.Message("1"));
        var outcomes = new Outcomes();
        sender.PublishToNode(stranger.Node, BrokerCluster.Message("1"), outcomes.Next());
        await BrokerCluster.PublishAsync(sender, 1, 100);
        await here.HearsAsync(100);
        Assert.Equal([PublishOutcome.Unroutable], await outcomes.AllAsync());

        await BrokerCluster.PublishAsync(stranger, 1, 1);
        await there.HearsAsync(1);
        Assert.Equal((100, 1), (here.Count, there.Count));
        Assert.Empty(topics.Heard);
    }

    private static async Task<BrokerCluster> ClusterAsync() => new(await SharedServers.BrokerAsync());
}
