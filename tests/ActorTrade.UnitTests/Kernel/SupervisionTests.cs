using ActorTrade.Kernel;

namespace ActorTrade.UnitTests.Kernel;

public sealed class SupervisionTests
{
    private static readonly SupervisorStrategy AllForOne = SupervisorStrategy.Default with { AllForOne = true };

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

    [Fact]
    public void An_escalated_failure_that_is_resumed_resumes_the_child_too()
    {
        var (world, child) = Family(
            new SupervisorStrategy { Decide = _ => Directive.Escalate },
            guardian: new SupervisorStrategy { Decide = _ => Directive.Resume });
        Assert.All(["boom", "b"], m => child.Tell(m));
        world.Run();
        world.Logged("child:boom", "child:b");
    }

    [Fact]
    public void A_restarted_parent_replaces_its_children()
    {
        var (world, child) = Family(
            new SupervisorStrategy { Decide = _ => Directive.Escalate }, guardian: SupervisorStrategy.Default);
        child.Tell("boom");
        world.Run();
        Assert.Equal(
            [
                "child:boom", "parent:pre-restart", "child:stop", "sibling:stop", "parent:post-restart",
                "child:start", "sibling:start",
            ],
            world.Log);
        Assert.True(child.IsStopped);
    }

    [Fact]
    public void All_for_one_restarts_the_siblings()
    {
        var (world, child) = Family(AllForOne);
        child.Tell("boom");
        world.Run();
        world.Logged(
            "child:boom", "child:pre-restart", "child:post-restart", "sibling:pre-restart", "sibling:post-restart");
    }

    [Fact]
    public void All_for_one_stops_the_siblings()
    {
        var (world, child) = Family(SupervisorStrategy.Stopping with { AllForOne = true });
        child.Tell("boom");
        world.Run();
        world.Logged("child:boom", "child:stop", "sibling:stop");
    }

    [Fact]
    public void All_for_one_restarts_once_when_two_fail_together()
    {
        ActorRef<string>? sibling = null;
        var (world, child) = Family(AllForOne, s => sibling = s);
        child.Tell("boom");
        sibling!.Tell("boom");
        world.Run();

        // The sibling's own failure was answered by the restart of all; the second answer is out of date.
        Assert.Single(world.Log, l => l == "child:post-restart");
        Assert.Single(world.Log, l => l == "sibling:post-restart");
        world.Log.Clear();
        child.Tell("a");
        sibling.Tell("b");
        world.Run();
        world.Logged("child:a", "sibling:b");
    }

    [Fact]
    public void Backoff_doubles_up_to_its_maximum_and_keeps_the_mailbox()
    {
        var second = TimeSpan.FromSeconds(1);
        var (world, child) = Family(SupervisorStrategy.Default with
        {
            Backoff = new Backoff(second, 3 * second, Jitter: 0),
            Window = TimeSpan.FromHours(1),
        });
        foreach (var wait in new[] { 1, 2, 3, 3 })
        {
            Assert.True(child.Tell("boom"));
            Assert.True(child.Tell("waits"));
            world.Run((wait * second) - TimeSpan.FromTicks(1));
            world.Logged("child:boom", "child:pre-restart");
            world.Run(TimeSpan.FromTicks(1));
            world.Logged("child:post-restart", "child:waits");
        }
    }

    [Fact]
    public void Jitter_stays_within_its_share()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), Jitter: 0.5);
        var random = new SeededRandom(7);
        var delays = Enumerable.Range(0, 1000).Select(_ => backoff.Delay(3, random).TotalSeconds).ToList();
        Assert.All(delays, d => Assert.InRange(d, 4, 6));
        Assert.True(delays.Max() - delays.Min() > 1.5);
        Assert.InRange(backoff.Delay(10_000, random).TotalSeconds, 60, 90);
    }

    [Fact]
    public void A_mailbox_in_backoff_still_has_its_bound()
    {
        var strategy = SupervisorStrategy.Default with
        {
            Backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), Jitter: 0),
        };
        var (world, child) = Family(strategy, options: new SpawnOptions { Capacity = 2 });
        child.Tell("boom");
        world.Run();
        Assert.True(child.Tell("1"));
        Assert.True(child.Tell("2"));
        Assert.False(child.Tell("3"));
        world.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(["child:1", "child:2"], world.Log[^2..]);
    }

    [Fact]
    public void Stop_during_backoff_ends_it()
    {
        var (world, child) = Family(SupervisorStrategy.Default with
        {
            Backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)),
        });
        child.Tell("boom");
        world.Run();
        world.System.Stop(child);
        world.Run(TimeSpan.FromSeconds(5));
        Assert.True(child.IsStopped);
        world.Logged("child:boom", "child:pre-restart");
        Assert.Null(world.Time.NextTimerDue);
    }

    [Fact]
    public void More_restarts_than_the_limit_within_the_window_escalate()
    {
        var (world, child) = Family(
            SupervisorStrategy.Default with { MaxRestarts = 2, Window = TimeSpan.FromSeconds(10) });
        var reported = new List<ActorFailure>();
        world.System.GuardianFailure += reported.Add;
        child.Tell("boom1");
        world.Run(TimeSpan.FromSeconds(9));
        child.Tell("boom2");
        world.Run(TimeSpan.FromSeconds(2));

        // The first has left the window.
        child.Tell("boom3");
        world.Run();
        Assert.Empty(reported);
        child.Tell("boom4");
        world.Run();
        Assert.Equal("boom4", Assert.Single(reported).Cause.Message);
        Assert.Equal("parent:stop", world.Log[^1]);
    }

    [Fact]
    public void A_start_that_always_fails_runs_into_the_limit()
    {
        var world = new KernelWorld(
            guardian: new SupervisorStrategy { Decide = _ => Directive.Resume, MaxRestarts = 3 });
        var made = 0;
        var actor = world.System.Spawn<string>(
            () => throw new BoomException($"constructor {++made}"), "broken");
        actor.Tell("never handled");
        world.Run();
        Assert.True(actor.IsStopped);
        Assert.Equal(4, made);
        Assert.Equal(4, world.System.Counters.Failures);
        Assert.Equal(1, world.System.Counters.DeadLetters);
    }

    [Fact]
    public void A_strategy_that_throws_escalates()
    {
        var (world, child) = Family(new SupervisorStrategy { Decide = _ => throw new InvalidOperationException() });
        child.Tell("boom");
        world.Run();
        Assert.Equal("parent:stop", world.Log[^1]);
    }

    [Fact]
    public void A_failure_in_turn_end_is_a_failure_of_the_actor()
    {
        var world = new KernelWorld();
        var actor = world.Spawn(s => s.OnTurn = () => throw new BoomException("turn end"));
        actor.Tell("a");
        world.Run();
        world.Logged("actor:start", "actor:a", "actor:stop");
    }

    [Fact]
    public void Turn_end_waits_for_a_resume_and_is_left_out_at_a_restart()
    {
        foreach (var (directive, expected) in new[] { (Directive.Resume, 1), (Directive.Restart, 0) })
        {
            var world = new KernelWorld(guardian: new SupervisorStrategy { Decide = _ => directive });
            var turnEnds = 0;
            var actor = world.Spawn(s => s.OnTurn = () => turnEnds++);
            actor.Tell("a");
            actor.Tell("boom");
            world.Run();
            Assert.Equal(expected, turnEnds);
        }
    }

    [Fact]
    public void A_failure_in_a_cleanup_does_not_stop_the_stop()
    {
        var world = new KernelWorld();
        var failures = new List<ActorFailure>();
        world.System.ActorFailed += failures.Add;
        var actor = world.Spawn(s => s.OnStop = () => throw new BoomException("cleanup"));
        world.Run();
        world.System.Stop(actor);
        world.Run();
        Assert.Equal("cleanup", Assert.Single(failures).Cause.Message);
        Assert.Equal(0, world.System.Counters.LiveActors);
    }

    private static (KernelWorld World, ActorRef<string> Child) Family(
        SupervisorStrategy strategy,
        Action<ActorRef<string>>? onSibling = null,
        SupervisorStrategy? guardian = null,
        SpawnOptions? options = null)
    {
        var world = new KernelWorld(guardian: guardian);
        ActorRef<string>? child = null;
        world.Spawn(
            s =>
            {
                s.Strategy = () => strategy;
                s.OnStart = () =>
                {
                    child = s.Spawn(_ => { }, "child", options);
                    var sibling = s.Spawn(_ => { }, "sibling");
                    onSibling?.Invoke(sibling);
                };
            },
            "parent");
        world.Run();
        world.Log.Clear();
        return (world, child!);
    }
}
