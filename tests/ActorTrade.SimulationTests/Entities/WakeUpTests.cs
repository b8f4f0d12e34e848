using ActorTrade.Cluster.Sharding;
using ActorTrade.Kernel;

namespace ActorTrade.SimulationTests.Entities;

/// <summary>What an entity must do although nobody asks, it does: idle, unloaded, after a restart.</summary>
public sealed class WakeUpTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly LocalShardsOptions Impatient = new() { PassivateAfter = TimeSpan.FromSeconds(4) };

    [Fact]
    public void An_entity_in_memory_rings_at_its_time()
    {
        var bench = new HostBench();
        bench.Do("a", new Probe.Command.SetAlarm(bench.Now + Minute));
        bench.Run(Minute - TimeSpan.FromSeconds(2));
        Assert.Equal(0, bench.StateOf("a").Rings);
        bench.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(bench.Stored("a")[0].WakeAt, bench.Stored("a")[1].At);
        Assert.Equal(1, bench.StateOf("a").Rings);
        bench.Run(Minute * 10);
        Assert.Equal(2, bench.Stored("a").Count);
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(1, 3)]
    public void An_alarm_that_moves_counts_and_the_old_one_does_not(int from, int to)
    {
        var bench = new HostBench();
        var start = bench.Now;
        bench.Do("a", new Probe.Command.SetAlarm(start + (Minute * from)));
        bench.Do("a", new Probe.Command.SetAlarm(start + (Minute * to)));
        bench.Run(Minute * 5);
        Assert.Equal(start + (Minute * to), Assert.Single(bench.Stored("a"), e => e.StoredName == "probe.rang.v1").At);
    }

    [Fact]
    public void An_unloaded_entity_rings_at_its_time()
    {
        var bench = new HostBench(Impatient);
        var due = bench.Now + (Minute * 10);
        bench.Do("a", new Probe.Command.SetAlarm(due));
        bench.Run(Minute * 9);
        Assert.Equal(0, bench.Shards.Loaded);
        bench.Run(Minute + TimeSpan.FromSeconds(2));
        var rang = bench.Stored("a")[^1];
        Assert.Equal("probe.rang.v1", rang.StoredName);
        Assert.InRange(rang.At, due, due + TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public void After_a_restart_it_rings_also_where_the_time_has_passed_meanwhile(int minutesDown)
    {
        var bench = new HostBench();
        var due = bench.Now + (Minute * 10);
        bench.Do("a", new Probe.Command.SetAlarm(due));
        bench.Journal.Crash();
        bench.Time.Advance(Minute * minutesDown);
        bench.Restart();
        var restarted = bench.Now;
        bench.Run(Minute * 15);
        var rang = bench.Stored("a")[^1];
        var expected = due > restarted ? due : restarted;
        Assert.Equal("probe.rang.v1", rang.StoredName);
        Assert.InRange(rang.At, expected, expected + TimeSpan.FromSeconds(6));
    }

    [Fact]
    public void A_wake_up_that_moves_closer_while_the_entity_is_loaded_again_is_kept()
    {
        var bench = new HostBench(Impatient);
        var start = bench.Now;
        bench.Do("a", new Probe.Command.SetAlarm(start + (Minute * 60)));
        bench.Run(Minute);
        bench.Do("a", new Probe.Command.SetAlarm(start + (Minute * 10)));
        bench.Run(Minute);
        Assert.Equal(0, bench.Shards.Loaded);
        bench.Run(Minute * 9);
        Assert.Equal("probe.rang.v1", bench.Stored("a")[^1].StoredName);
    }

    [Fact]
    public void An_entity_that_comes_and_goes_leaves_one_wake_up_behind()
    {
        var bench = new HostBench(Impatient);
        bench.Do("a", new Probe.Command.SetAlarm(bench.Now + (Minute * 60)));
        for (var i = 0; i < 20; i++)
        {
            bench.Run(Minute);
            Assert.Equal(0, bench.Shards.Loaded);
            bench.StateOf("a");
        }

        Assert.Equal(1, bench.Shards.WakesWaiting);
        bench.Run(Minute * 60);
        Assert.Single(bench.Stored("a"), e => e.StoredName == "probe.rang.v1");
        Assert.Equal(0, bench.Shards.WakesWaiting);
    }

    [Fact]
    public void A_wake_up_is_not_lost_where_no_more_entities_may_be_loaded()
    {
        var bench = new HostBench(Impatient with { LoadedMax = 1 });
        bench.Do("a", new Probe.Command.SetAlarm(bench.Now + (Minute * 5)));
        bench.Run(Minute);
        Assert.Equal(0, bench.Shards.Loaded);

        // Something else takes the place until after the alarm.
        for (var i = 0; i < 180; i++)
        {
            bench.Query("b");
            bench.Run(TimeSpan.FromSeconds(2));
        }

        Assert.Single(bench.Stored("a"));
        bench.Run(Minute);
        Assert.Equal("probe.rang.v1", bench.Stored("a")[^1].StoredName);
    }

    [Fact]
    public void A_wake_up_of_an_entity_that_was_given_up_is_not_lost()
    {
        var bench = new HostBench(Impatient, strategy: SupervisorStrategy.Stopping);
        bench.Do("a", new Probe.Command.SetAlarm(bench.Now + Minute));
        bench.Do("a", new Probe.Command.ThrowInDecide());
        bench.Run(Minute * 2);
        Assert.Equal("probe.rang.v1", bench.Stored("a")[^1].StoredName);
    }

    [Fact]
    public void Many_due_at_a_start_are_woken_a_few_at_a_time()
    {
        var bench = new HostBench(new LocalShardsOptions { WakesAtOnce = 3 });
        for (var i = 0; i < 10; i++)
        {
            bench.Do($"p{i}", new Probe.Command.SetAlarm(bench.Now + Minute));
        }

        bench.Journal.Crash();
        bench.Time.Advance(Minute * 2);
        bench.Restart();
        bench.Run(TimeSpan.FromMilliseconds(900));
        Assert.Equal(3, bench.Shards.Loaded);
        bench.Run(TimeSpan.FromSeconds(4));
        Assert.Equal(20, bench.Journal.LastOrdering);
    }
}
