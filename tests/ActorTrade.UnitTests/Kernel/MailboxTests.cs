using ActorTrade.Kernel;

namespace ActorTrade.UnitTests.Kernel;

public sealed class MailboxTests
{
    private readonly KernelWorld world = new();

    [Fact]
    public void Messages_arrive_in_the_order_of_one_sender()
    {
        var actor = world.Spawn(_ => { });
        Assert.True(actor.Tell("a"));
        Assert.True(actor.Tell("b"));
        world.Run();
        actor.Tell("c");
        world.Run();
        world.Logged("actor:start", "actor:a", "actor:b", "actor:c");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1024)]
    public void Tell_refuses_exactly_from_the_capacity_on(int capacity)
    {
        var actor = world.Spawn(_ => { }, options: new SpawnOptions { Capacity = capacity });
        for (var i = 0; i < capacity; i++)
        {
            Assert.True(actor.Tell("m"));
        }

        Assert.False(actor.Tell("too much"));
        Assert.True(actor.TellReserved("reply"));
        Assert.False(actor.Tell("too much"));
        Assert.Equal(2, world.System.Counters.RefusedFull);
        world.Run();
        Assert.Equal(capacity + 2, world.Log.Count);
        Assert.True(actor.Tell("again"));
    }

    [Fact]
    public void What_a_turn_leaves_over_still_counts_against_the_capacity()
    {
        var actor = world.Spawn(_ => { }, options: new SpawnOptions { Capacity = 4, TurnLimit = 1 });
        Assert.All(Enumerable.Range(0, 4), _ => Assert.True(actor.Tell("m")));
        Assert.True(world.Dispatcher.RunOne());
        Assert.True(actor.Tell("fills the one free place"));
        Assert.False(actor.Tell("too much"));
        world.Run();
        Assert.Equal(6, world.Log.Count);
        Assert.All(Enumerable.Range(0, 4), _ => Assert.True(actor.Tell("m")));
        Assert.False(actor.Tell("too much"));
    }

    [Fact]
    public void A_busy_actor_gives_way_after_its_turn_limit()
    {
        var options = new SpawnOptions { TurnLimit = 2 };
        var busy = world.Spawn(_ => { }, "busy", options);
        var other = world.Spawn(_ => { }, "other", options);
        world.Run();
        world.Log.Clear();
        Assert.All(["1", "2", "3", "4"], m => busy.Tell(m));
        other.Tell("x");
        world.Run();
        world.Logged("busy:1", "busy:2", "other:x", "busy:3", "busy:4");
    }

    [Fact]
    public void Turn_end_comes_once_for_each_batch()
    {
        var actor = world.Spawn(
            s => s.OnTurn = () => s.Note("--"), options: new SpawnOptions { TurnLimit = 2 });
        Assert.All(["1", "2", "3"], m => actor.Tell(m));
        world.Run();
        world.Logged("actor:start", "actor:1", "actor:2", "actor:--", "actor:3", "actor:--");
    }

    [Fact]
    public void Tell_to_a_stopped_actor_is_refused_and_counted()
    {
        var actor = world.Spawn(s => s.OnMessage = _ => s.Context.StopSelf());
        Assert.All(["last", "dropped", "dropped"], m => Assert.True(actor.Tell(m)));
        world.Run();
        Assert.True(actor.IsStopped);
        Assert.False(actor.Tell("late"));
        Assert.False(actor.TellReserved("late"));
        world.Logged("actor:start", "actor:last", "actor:stop");
        Assert.Equal(2, world.System.Counters.DeadLetters);
        Assert.Equal(2, world.System.Counters.RefusedStopped);
        Assert.Equal(0, world.System.Counters.LiveActors);
    }
}
