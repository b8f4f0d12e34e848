using ActorTrade.Kernel;

namespace ActorTrade.UnitTests.Kernel;

public sealed class LifecycleTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly KernelWorld world = new();

    [Fact]
    public void Paths_show_the_tree_and_names_are_unique_among_siblings()
    {
        ActorRef<string>? child = null;
        world.Spawn(
            s => s.OnStart = () =>
            {
                child = s.Spawn(_ => { }, "b");
                Assert.Throws<InvalidOperationException>(() => s.Spawn(_ => { }, "b"));
                Assert.Throws<ArgumentException>(() => s.Spawn(_ => { }, "b/c"));
                Assert.Throws<ArgumentException>(() => s.Spawn(_ => { }, ""));
            },
            "a");
        world.Run();
        Assert.Equal("/user/a/b", child!.Path);
        Assert.Throws<InvalidOperationException>(() => world.Spawn(_ => { }, "a"));
        world.Logged("a:start", "b:start");
    }

    [Fact]
    public void Children_stop_before_their_parent_and_free_its_name()
    {
        var parent = world.Spawn(
            s => s.OnStart = () => s.Spawn(c => c.OnStart = () => c.Spawn(_ => { }, "grandchild"), "child"), "parent");
        world.Run();
        world.Log.Clear();
        world.System.Stop(parent);
        world.Run();
        world.Logged("grandchild:stop", "child:stop", "parent:stop");
        world.Spawn(_ => { }, "parent");
        world.Run();
        world.Logged("parent:start");
    }

    [Fact]
    public void A_stop_comes_before_the_messages_that_wait()
    {
        var actor = world.Spawn(s => s.OnMessage = _ => s.Context.StopSelf());
        Assert.All(["1", "2", "3"], m => actor.Tell(m));
        world.Run();
        world.Logged("actor:start", "actor:1", "actor:stop");
    }

    [Fact]
    public void Watch_tells_once_and_after_the_last_message_of_the_watched()
    {
        var watcher = world.Spawn(
            s => s.OnStart = () =>
            {
                var other = s.Spawn(
                    c => c.OnMessage = m =>
                    {
                        s.Context.Self.Tell("result " + m);
                        c.Context.StopSelf();
                    },
                    "other");
                s.Context.Watch(other, "first message");
                s.Context.Watch(other, "terminated");
                other.Tell("x");
            },
            "watcher");
        world.Run(Second);
        world.Logged(
            "watcher:start", "other:start", "other:x", "watcher:result x", "other:stop", "watcher:terminated");
        Assert.False(watcher.IsStopped);
    }

    [Fact]
    public void Watch_of_a_stopped_actor_tells_too()
    {
        var other = world.Spawn(s => s.OnMessage = _ => s.Context.StopSelf(), "other");
        other.Tell("x");
        world.Run();
        world.Log.Clear();
        world.Spawn(s => s.OnStart = () => s.Context.Watch(other, "terminated"), "watcher");
        world.Run();
        world.Logged("watcher:start", "watcher:terminated");
    }

    [Fact]
    public void Unwatch_ends_a_watch()
    {
        var other = world.Spawn(_ => { }, "other");
        world.Spawn(
            s => s.OnStart = () =>
            {
                s.Context.Watch(other, "terminated");
                s.Context.Unwatch(other);
            },
            "watcher");
        world.Run();
        world.System.Stop(other);
        world.Run();
        Assert.DoesNotContain("watcher:terminated", world.Log);
    }

    [Fact]
    public void Watch_at_any_moment_of_a_stop_tells_exactly_once()
    {
        for (var seed = 0UL; seed < 300; seed++)
        {
            var random = new KernelWorld(seed, SimulatedOrder.Random);
            var other = random.Spawn(_ => { }, "other");
            var watcher = random.Spawn(s => s.OnMessage = m =>
            {
                if (m == "watch")
                {
                    s.Context.Watch(other, "terminated");
                }
            });
            watcher.Tell("watch");
            random.Dispatcher.RunUntilIdle((int)(seed % 5));
            random.System.Stop(other);
            random.Run();
            Assert.Single(random.Log, l => l == "actor:terminated");
        }
    }

    [Fact]
    public void Timers_fire_in_time_and_end_when_cancelled_or_replaced()
    {
        var actor = world.Spawn(s =>
        {
            s.OnStart = () =>
            {
                s.Context.ScheduleOnce("once", 3 * Second, "once");
                s.Context.ScheduleOnce("replaced", 3 * Second, "never");
                s.Context.ScheduleOnce("replaced", 4 * Second, "replacement");
                s.Context.ScheduleOnce("cancelled", 3 * Second, "never");
                s.Context.SchedulePeriodic("tick", 2 * Second, "tick");
            };
            s.OnMessage = m => s.Context.CancelTimer(m == "stop ticking" ? "tick" : "cancelled");
        });
        actor.Tell("go");
        world.Run(4 * Second);
        world.Logged("actor:start", "actor:go", "actor:tick", "actor:once", "actor:replacement", "actor:tick");
        actor.Tell("stop ticking");
        world.Run(60 * Second);
        world.Logged("actor:stop ticking");
        Assert.Null(world.Time.NextTimerDue);
    }

    [Fact]
    public void A_cancelled_timer_that_has_already_fired_does_not_deliver()
    {
        world.Spawn(s =>
        {
            s.OnStart = () =>
            {
                s.Context.ScheduleOnce("a", Second, "a");
                s.Context.ScheduleOnce("b", Second, "b");
            };
            s.OnMessage = m => s.Context.CancelTimer(m == "a" ? "b" : "a");
        });
        world.Run();
        world.Time.Advance(Second);
        world.Run();
        world.Logged("actor:start", "actor:a");
    }

    [Fact]
    public void Ticks_of_a_slow_actor_are_merged()
    {
        world.Spawn(s => s.OnStart = () => s.Context.SchedulePeriodic("tick", Second, "tick"));
        world.Run();
        world.Time.Advance(100 * Second);
        world.Run();
        world.Logged("actor:start", "actor:tick");
    }

    [Fact]
    public void Timers_wait_for_a_resume_and_end_at_a_restart()
    {
        foreach (var (directive, expected) in new[] { (Directive.Resume, 1), (Directive.Restart, 0) })
        {
            var other = new KernelWorld(guardian: new SupervisorStrategy { Decide = _ => directive });
            var actor = other.Spawn(s => s.OnMessage = m =>
            {
                if (m == "set")
                {
                    s.Context.ScheduleOnce("t", Second, "tick");
                }
            });
            actor.Tell("set");
            other.Run();
            actor.Tell("boom");
            Assert.True(other.Dispatcher.RunOne());
            other.Time.Advance(Second);
            other.Run(Second);
            Assert.Equal(expected, other.Log.Count(l => l == "actor:tick"));
        }
    }

    [Fact]
    public void A_piped_task_comes_back_as_a_message_and_a_bug_in_the_pipe_fails_the_actor()
    {
        var pending = new TaskCompletionSource<int>();
        var actor = world.Spawn(s => s.OnMessage = m =>
        {
            switch (m)
            {
                case "done":
                    s.Context.PipeToSelf(Task.FromResult(1), r => $"result {r}", e => e.Message);
                    break;
                case "pending":
                    s.Context.PipeToSelf(pending.Task, r => $"result {r}", e => e.Message);
                    break;
                case "fails":
                    s.Context.PipeToSelf(Task.FromException<int>(new BoomException("bang")), _ => "", e => e.Message);
                    break;
                case "bug":
                    s.Context.PipeToSelf<int>(Task.FromResult(1), _ => throw new BoomException("bug"), e => e.Message);
                    break;
            }
        });
        Assert.All(["pending", "done", "fails"], m => actor.Tell(m));
        world.Run();
        pending.SetResult(2);
        world.Run();
        actor.Tell("bug");
        world.Run();
        world.Logged(
            "actor:start", "actor:pending", "actor:done", "actor:fails", "actor:result 1", "actor:bang",
            "actor:result 2", "actor:bug", "actor:stop");
    }

    [Fact]
    public void The_context_refuses_calls_from_outside_the_turn()
    {
        Script? script = null;
        world.Spawn(s => script = s);
        world.Run();
        Assert.Throws<InvalidOperationException>(() => script!.Context.StopSelf());
        Assert.Throws<InvalidOperationException>(() => script!.Spawn(_ => { }, "child"));
        Assert.Throws<InvalidOperationException>(() => script!.Context.ScheduleOnce("k", Second, "m"));
    }

    [Fact]
    public void The_system_stops_everything_and_takes_no_new_actors()
    {
        world.Spawn(s => s.OnStart = () => s.Spawn(_ => { }, "child"), "parent");
        world.Run();
        var stop = world.Dispatcher.Start(() => world.System.StopAsync(Second));
        Assert.False(stop.IsCompleted);
        world.Run();
        Assert.True(stop.IsCompletedSuccessfully);
        Assert.Equal(0, world.System.Counters.LiveActors);
        Assert.Throws<InvalidOperationException>(() => world.Spawn(_ => { }, "late"));
    }

    [Fact]
    public void A_stop_that_takes_too_long_names_who_still_runs()
    {
        world.Spawn(s => s.OnStart = () => s.Spawn(_ => { }, "child"), "stubborn");
        world.Run();
        var stop = world.Dispatcher.Start(() => world.System.StopAsync(Second));

        // The stop of the parent has come so far, that of the child it waits for has not.
        world.Dispatcher.RunUntilIdle(2);
        world.Time.Advance(Second);
        world.Run();
        var exception = Assert.Throws<TimeoutException>(stop.Completed);
        Assert.Contains("/user/stubborn", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void When_stopped_completes_and_its_token_ends_the_watch()
    {
        var actor = world.Spawn(_ => { });
        world.Run();
        using var cancellation = new CancellationTokenSource();
        var cancelled = world.Dispatcher.Start(() => world.System.WhenStopped(actor, cancellation.Token));
        var watched = world.Dispatcher.Start(() => world.System.WhenStopped(actor));
        world.Run();
        cancellation.Cancel();
        world.System.Stop(actor);
        world.Run();
        Assert.True(cancelled.IsCanceled);
        Assert.True(watched.IsCompletedSuccessfully);
        Assert.True(world.System.WhenStopped(actor).IsCompletedSuccessfully);
    }
}
