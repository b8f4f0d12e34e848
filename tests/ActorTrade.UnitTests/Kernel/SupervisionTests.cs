using ActorTrade.Kernel;

namespace ActorTrade.UnitTests.Kernel;

public sealed class SupervisionTests
{
    [Fact]
    public void Resume_keeps_the_instance_and_skips_the_message()
    {
        var (world, child) = Family(new SupervisorStrategy { Decide = _ => Directive.Resume });
        Assert.All(["a", "boom", "b"], m => child.Tell(m));
        world.Run();
        world.Logged("child:a", "child:boom", "child:b");
    }

    [Fact]
    public void Restart_makes_a_new_instance_and_keeps_the_mailbox()
    {
        var (world, child) = Family(SupervisorStrategy.Default);
        Assert.All(["a", "boom", "b"], m => child.Tell(m));
        world.Run();
        world.Logged("child:a", "child:boom", "child:pre-restart", "child:post-restart", "child:b");
        Assert.Equal(1, world.System.Counters.Restarts);
    }

    [Fact]
    public void Stop_ends_the_child_and_drops_its_mailbox()
    {
        var (world, child) = Family(SupervisorStrategy.Stopping);
        Assert.All(["a", "boom", "b"], m => child.Tell(m));
        world.Run();
        world.Logged("child:a", "child:boom", "child:stop");
        Assert.Equal(1, world.System.Counters.DeadLetters);
        Assert.True(child.IsStopped);
    }

    [Fact]
    public void Escalate_reaches_the_guardian_which_stops_and_reports()
    {
        var (world, child) = Family(new SupervisorStrategy { Decide = _ => Directive.Escalate });
        var reported = new List<ActorFailure>();
        world.System.GuardianFailure += reported.Add;
        child.Tell("boom");
        world.Run();
        world.Logged("child:boom", "child:stop", "sibling:stop", "parent:stop");
        var failure = Assert.Single(reported);
        Assert.Equal(("/user/parent", Directive.Stop), (failure.Actor.Path, failure.Directive));
        Assert.IsType<BoomException>(failure.Cause);
    }

    private static (KernelWorld World, ActorRef<string> Child) Family(
        SupervisorStrategy strategy, SupervisorStrategy? guardian = null)
    {
        var world = new KernelWorld(guardian: guardian);
        ActorRef<string>? child = null;
        world.Spawn(
            s =>
            {
                s.Strategy = () => strategy;
                s.OnStart = () =>
                {
                    child = s.Spawn(_ => { }, "child");
                    s.Spawn(_ => { }, "sibling");
                };
            },
            "parent");
        world.Run();
        world.Log.Clear();
        return (world, child!);
    }
}
