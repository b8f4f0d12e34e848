using ActorTrade.Cluster.Events;
using ActorTrade.Cluster.Simulated;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Tokens;
using ActorTrade.Node.MarketData;

namespace ActorTrade.SimulationTests.Market;

public sealed class MovingFloorTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_bots_trade_on_elsewhere_when_their_node_is_killed(ulong seed)
    {
        var world = new FloorWorld(seed);
        var (first, second) = (world.Node("node-1"), world.Node("node-2"));
        world.RunUntil(() => world.Floors(first, second).Any(n => n.Market.Floor!.Bots == 10));
        var old = Assert.Single(world.Floors(first, second));
        var next = old == first ? second : first;
        world.Run(TimeSpan.FromMinutes(1.5));
        var bots = Registered(world);
        Assert.Equal(10, bots.Count);
        var before = bots.ToDictionary(b => b, b => world.Bot(old, b));
        Assert.Contains(before.Values, b => b.Positions.Any(p => !p.Quantity.IsZero));

        old.Process.Crash();
        var killedAt = world.Time.GetUtcNow();
        world.RunUntil(() => next.Market.Floor is { } floor && floor.Bots == bots.Count);

        Assert.True(world.Time.GetUtcNow() - killedAt < TimeSpan.FromSeconds(2), "The floor came late.");
        var trades = Fills(world);
        Assert.NotEmpty(next.Market.Status()!.Quotes);
        world.RunSecondsUntil(() => Fills(world) > trades + 3);
        foreach (var bot in bots.Where(b => b.Value.StartsWith("dca", StringComparison.Ordinal)))
        {
            var (then, now) = (before[bot], world.Bot(next, bot));
            Assert.Equal(BotState.Running, now.State);
            Assert.Equal(1, now.LastNumber);
            Assert.Equal(
                then.Positions.Select(p => (p.Symbol, p.Quantity)), now.Positions.Select(p => (p.Symbol, p.Quantity)));
        }

        AssertSetUpOnce(world, bots);
        Assert.Empty(next.Market.Floor!.Problems);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_orderly_move_never_runs_two_floors_and_the_market_goes_on_where_it_was(ulong seed)
    {
        var world = new FloorWorld(seed);
        var (first, second) = (world.Node("node-1"), world.Node("node-2"));
        world.RunUntil(() => world.Floors(first, second).Any(n => n.Market.Floor!.Bots > 0));
        world.Run(TimeSpan.FromSeconds(30));
        var old = Assert.Single(world.Floors(first, second));
        var next = old == first ? second : first;
        var position = old.Market.Status()!.Ticks;

        old.Host.Cluster!.Leave();
        world.RunUntil(() =>
        {
            Assert.True(world.Floors(first, second).Count() < 2, "Two floors run.");
            return next.Market.Floor is { Ticks: > 0 };
        });

        Assert.InRange(next.Market.Status()!.Ticks, position + 5, position + 50);
        Assert.StartsWith("simulated market, seed 1, on node-", next.Market.Status()!.Source, StringComparison.Ordinal);
        world.Run(TimeSpan.FromSeconds(30));
        AssertSetUpOnce(world, Registered(world));
        Assert.Empty(world.Failures);
    }

    [Fact]
    public void Every_node_shows_the_market_and_counts_what_does_not_come()
    {
        var world = new FloorWorld(5);
        var (first, second) = (world.Node("node-1"), world.Node("node-2"));
        var third = world.Node("node-3", feeds: false);
        world.RunUntil(() => world.Floors(first, second).Any() && third.Market.Status() is not null);
        world.Run(TimeSpan.FromSeconds(10));
        var floor = Assert.Single(world.Floors(first, second));
        Assert.Equal(floor.Market.Status()!.Source, third.Market.Status()!.Source);
        Assert.Equal(5, third.Market.Status()!.Quotes.Count);
        Assert.InRange(floor.Market.Status()!.Ticks - third.Market.Status()!.Ticks, 0, 5);
        Assert.Equal(0, third.Host.Cluster!.Topics.Missed);

        world.Broker.Faults = SimulatedBrokerFaults.None with { TopicMessageLost = 0.5 };
        world.Run(TimeSpan.FromSeconds(20));
        world.Broker.Faults = SimulatedBrokerFaults.None;
        world.Run(TimeSpan.FromSeconds(15));

        var status = third.Host.Status(third.Market.Status());
        var heard = Assert.Single(
            status.Topics, t => t.Topic == MarketTopics.Ticks && t.From == floor.Process.Name);
        Assert.InRange(heard.Missed, 3, 19);
        Assert.InRange(
            third.Host.Cluster.Events.Recent.Count(
                e => e.Kind == ClusterEventKind.TopicGap && e.Text.Contains("ticks", StringComparison.Ordinal)),
            1,
            4);
    }

    [Fact]
    public void A_listener_that_is_too_slow_sees_a_gap()
    {
        var world = new FloorWorld(6);
        var node = world.Node("node-1");
        var listener = world.Node("node-2", feeds: false);
        world.RunUntil(() => node.Market.Floor is not null);
        var reader = listener.Host.Cluster!.Topics.Read("fast", 4, static _ => { });
        world.Run(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 100; i++)
        {
            if (i == 10)
            {
                listener.Process.Pause();
            }

            node.Host.Cluster!.Topics.Publish("fast", "fast.v1", "{}"u8);
            world.Run(TimeSpan.FromMilliseconds(10));
        }

        listener.Process.Resume();
        world.Run(TimeSpan.FromSeconds(1));
        node.Host.Cluster!.Topics.Publish("fast", "fast.v1", "{}"u8);
        world.Run(TimeSpan.FromSeconds(1));
        var count = Assert.Single(reader.Gaps.Counts);
        Assert.Equal(101, count.Received + count.Missed);
        Assert.True(count.Missed > 50, $"{count.Missed} missed.");
    }

    private static IReadOnlyList<BotId> Registered(FloorWorld world) =>
        [.. world.Events().Select(e => e.Event).OfType<Bot.Event.Registered>().Select(r => r.Bot)];

    private static int Fills(FloorWorld world) =>
        world.Events().Count(e => e.Event is Bot.Event.FillRecorded or Bot.Event.SwapFinished);

    private static void AssertSetUpOnce(FloorWorld world, IReadOnlyList<BotId> bots)
    {
        Assert.Equal(bots.Count, bots.Distinct().Count());
        var minted = world.Events()
            .Select(e => e.Event)
            .OfType<Token.Event.Minted>()
            .CountBy(m => m.Account)
            .ToDictionary();
        Assert.All(
            bots.Where(b => b.Value.StartsWith("dca", StringComparison.Ordinal)),
            b => Assert.Equal(1, minted[AccountId.Parse($"bot:{b}")]));
    }
}
