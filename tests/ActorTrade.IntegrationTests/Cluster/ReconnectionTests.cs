using System.Collections.Concurrent;
using System.Diagnostics;
using ActorTrade.Cluster.Transport;
using ActorTrade.TestServers;

namespace ActorTrade.IntegrationTests.Cluster;

/// <summary>What happens when the server, or the line to it, goes and comes back.</summary>
public sealed class ReconnectionTests
{
    [Fact]
    public async Task After_a_restart_of_the_server_everything_is_there_again()
    {
        await using var server = await BrokerServer.StartAsync();
        await using var cluster = new BrokerCluster(server);
        var received = new ConcurrentQueue<string>();
        var node = await cluster.NodeAsync(m => received.Enqueue(m.Kind));
        var states = new ConcurrentQueue<bool>();
        using var listening = node.OnConnection(states.Enqueue);
        using var topics = new TopicEar();
        using var subscription = node.Subscribe("tick.#", 100, topics.Receive);
        var before = new ShardEar();
        var channel = await cluster.RegisterAsync(node, before, line: 1);
        await BrokerCluster.PublishAsync(node, 1, 20);
        await before.HearsAsync(20);
        channel.Acknowledge(before.Heard[0].Tag);
        await BrokerCluster.PublishAsync(node, 21, 21);

        await server.StopAsync();
        await Eventually.TrueAsync(() => states.SequenceEqual([true, false]), "the news of the loss");
        Assert.NotNull(Assert.Single(before.ClosedWith));
        var refused = new ShardEar();
        node.Register(BrokerCluster.Shard, refused);
        await refused.IsClosedAsync();
        var outcomes = new Outcomes();
        node.PublishToShard(BrokerCluster.Shard, BrokerCluster.Message("x"), outcomes.Next());
        node.PublishToNode(node.Node, BrokerCluster.Message("x"), outcomes.Next());
        Assert.All(await outcomes.AllAsync(), o => Assert.Equal(PublishOutcome.Unknown, o));

        await server.StartAgainAsync();
        await Eventually.TrueAsync(() => states.SequenceEqual([true, false, true]), "the new connection");
        var after = new ShardEar(acknowledge: true);
        node.Register(BrokerCluster.Shard, after);
        await after.HearsAsync(20);
        Assert.Equal(BrokerCluster.Numbers(2, 21), after.Texts);
        node.PublishToNode(node.Node, BrokerCluster.Message("x"), outcomes.Next());
        node.PublishToTopic("tick.x", BrokerCluster.Message("1"));
        await topics.HearsAsync("tick.x:1");
        Assert.Equal(PublishOutcome.Confirmed, (await outcomes.AllAsync())[^1]);
        await Eventually.TrueAsync(() => received.SequenceEqual(["test.v1"]), "the node's message");
        Assert.Single(before.ClosedWith);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Where_one_connection_is_cut_both_are_given_up_and_made_anew(int line)
    {
        var server = await SharedServers.BrokerAsync();
        await using var link = new TcpLink(server.Uri);
        await using var cluster = new BrokerCluster(server);
        var node = await cluster.NodeAsync(change: o => o with { Uri = link.Uri });
        var ear = new ShardEar();
        await cluster.RegisterAsync(node, ear, line: 1);
        var states = new ConcurrentQueue<bool>();
        using var listening = node.OnConnection(connected => states.Enqueue(
            connected || ear.ClosedWith.Count == 1));
        link.Cut(line);
        await ear.IsClosedAsync();
        await Eventually.TrueAsync(() => states.Count == 3, "a new connection");
        Assert.Equal(4, link.Opened);
        Assert.Equal([true, true, true], states);

        var next = new ShardEar(acknowledge: true);
        await cluster.RegisterAsync(node, next, line: 1);
        await BrokerCluster.PublishAsync(node, 1, 5);
        await next.HearsAsync(5);
    }

    [Fact]
    public async Task Publications_without_an_answer_are_unknown_each_once()
    {
        var server = await SharedServers.BrokerAsync();
        await using var link = new TcpLink(server.Uri);
        await using var cluster = new BrokerCluster(server);
        var node = await cluster.NodeAsync(change: o => o with { Uri = link.Uri });
        await BrokerCluster.PublishAsync(node, 1, 10);
        link.HoldUp();
        var outcomes = new Outcomes();
        for (var i = 0; i < 500; i++)
        {
            node.PublishToShard(BrokerCluster.Shard, BrokerCluster.Message("x"), outcomes.Next());
            node.PublishToNode(node.Node, BrokerCluster.Message("x"), outcomes.Next());
        }

        Assert.Equal(0, outcomes.Told);
        link.CutAll();
        Assert.All(await outcomes.AllAsync(), o => Assert.Equal(PublishOutcome.Unknown, o));
        link.Flow();
        await Eventually.TrueAsync(() => node.IsConnected && link.Opened == 4, "a new connection");
        await BrokerCluster.PublishAsync(node, 1, 10);
        Assert.Equal(1000, outcomes.Told);
        await outcomes.AllAsync();
    }

    [Fact]
    public async Task A_confirmation_that_comes_too_late_changes_nothing()
    {
        var server = await SharedServers.BrokerAsync();
        await using var link = new TcpLink(server.Uri);
        await using var cluster = new BrokerCluster(server);
        var node = await cluster.NodeAsync(change: o => o with
        {
            Uri = link.Uri,
            ConfirmTimeout = TimeSpan.FromMilliseconds(300),
            Heartbeat = TimeSpan.FromSeconds(30),
        });
        await BrokerCluster.PublishAsync(node, 1, 10);
        link.HoldUp();
        var outcomes = new Outcomes();
        for (var i = 0; i < 100; i++)
        {
            node.PublishToShard(BrokerCluster.Shard, BrokerCluster.Message("late"), outcomes.Next());
        }

        Assert.All(await outcomes.AllAsync(), o => Assert.Equal(PublishOutcome.Unknown, o));
        link.Flow();
        await cluster.WaitingAsync(110);
        await BrokerCluster.PublishAsync(node, 1, 100);
        Assert.All(await outcomes.AllAsync(), o => Assert.Equal(PublishOutcome.Unknown, o));
    }

    [Fact]
    public async Task Beyond_the_bound_the_outcome_is_unknown_at_once()
    {
        var server = await SharedServers.BrokerAsync();
        await using var link = new TcpLink(server.Uri);
        await using var cluster = new BrokerCluster(server);
        var node = await cluster.NodeAsync(change: o => o with { Uri = link.Uri, OutstandingMax = 50 });
        await BrokerCluster.PublishAsync(node, 1, 10);
        link.HoldUp();
        var outcomes = new Outcomes();
        for (var i = 0; i < 80; i++)
        {
            node.PublishToShard(BrokerCluster.Shard, BrokerCluster.Message("x"), outcomes.Next());
        }

        await Eventually.TrueAsync(() => outcomes.Told == 30, "30 refusals");
        link.Flow();
        var told = await outcomes.AllAsync();
        Assert.All(told.Take(50), o => Assert.Equal(PublishOutcome.Confirmed, o));
        Assert.All(told.Skip(50), o => Assert.Equal(PublishOutcome.Unknown, o));
        await BrokerCluster.PublishAsync(node, 1, 50);
    }

    [Fact]
    public async Task A_silent_server_is_given_up_after_some_heartbeats()
    {
        var server = await SharedServers.BrokerAsync();
        await using var link = new TcpLink(server.Uri);
        await using var cluster = new BrokerCluster(server);
        var node = await cluster.NodeAsync(change: o => o with
        {
            Uri = link.Uri,
            Heartbeat = TimeSpan.FromSeconds(1),
        });
        var ear = new ShardEar();
        await cluster.RegisterAsync(node, ear, line: 1);
        var start = Stopwatch.GetTimestamp();
        link.HoldUp();
        await ear.IsClosedAsync();
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.5, 6);
        link.Flow();
        await Eventually.TrueAsync(() => node.IsConnected, "a new connection");
    }

    [Fact]
    public async Task Disposed_it_closes_in_order_and_the_messages_are_the_next_one_s()
    {
        await using var cluster = new BrokerCluster(await SharedServers.BrokerAsync());
        var (leaving, staying) = (await cluster.NodeAsync(), await cluster.NodeAsync());
        var (ear, next) = (new ShardEar(), new ShardEar(acknowledge: true));
        var channel = await cluster.RegisterAsync(leaving, ear, line: 1);
        await BrokerCluster.PublishAsync(staying, 1, 20);
        await ear.HearsAsync(20);
        foreach (var delivery in ear.Heard.Take(7))
        {
            channel.Acknowledge(delivery.Tag);
        }

        var states = new ConcurrentQueue<bool>();
        using var listening = leaving.OnConnection(states.Enqueue);
        var outcomes = new Outcomes();
        leaving.PublishToShard(BrokerCluster.Shard, BrokerCluster.Message("21"), outcomes.Next());
        await leaving.DisposeAsync();
        Assert.Equal([PublishOutcome.Confirmed], await outcomes.AllAsync());
        Assert.Equal([null], ear.ClosedWith);
        await Eventually.TrueAsync(() => states.SequenceEqual([true, false]), "the news of the end");
        await cluster.RegisterAsync(staying, next, line: 1);
        await next.HearsAsync(14);
        Assert.Equal(BrokerCluster.Numbers(8, 21), next.Texts);
        leaving.PublishToShard(BrokerCluster.Shard, BrokerCluster.Message("x"), outcomes.Next());
        Assert.Equal(PublishOutcome.Unknown, (await outcomes.AllAsync())[1]);
    }

    [Fact]
    public async Task Disposed_while_the_server_hangs_it_ends_long_before_a_heartbeat_is_missed()
    {
        var server = await SharedServers.BrokerAsync();
        await using var link = new TcpLink(server.Uri);
        await using var cluster = new BrokerCluster(server);
        var node = await cluster.NodeAsync(change: o => o with
        {
            Uri = link.Uri,
            Heartbeat = TimeSpan.FromSeconds(30),
        });
        var ear = new ShardEar();
        await cluster.RegisterAsync(node, ear, line: 1);
        link.HoldUp();
        var outcomes = new Outcomes();
        node.PublishToShard(BrokerCluster.Shard, BrokerCluster.Message("x"), outcomes.Next());
        var start = Stopwatch.GetTimestamp();
        await node.DisposeAsync();
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal([PublishOutcome.Unknown], await outcomes.AllAsync());
        Assert.Single(ear.ClosedWith);
    }

    [Fact]
    public async Task Where_there_is_no_server_it_goes_on_trying_at_its_pace()
    {
        var server = await SharedServers.BrokerAsync();
        await using var cluster = new BrokerCluster(server);
        var node = cluster.Create(o => o with { Uri = new Uri("amqp://guest:guest@127.0.0.1:1") });
        var start = Stopwatch.GetTimestamp();
        node.Start();
        await Eventually.TrueAsync(() => FaultsOf(cluster) >= 4, "four attempts");
        // Between the attempts at least half of 100, 200 and 400 ms.
        Assert.True(Stopwatch.GetElapsedTime(start) > TimeSpan.FromMilliseconds(350));
        Assert.False(node.IsConnected);
        await node.DisposeAsync();
    }

    private static int FaultsOf(BrokerCluster cluster)
    {
        lock (cluster.Faults)
        {
            return cluster.Faults.Count;
        }
    }
}
