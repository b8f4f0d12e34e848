using ActorTrade.Cluster.Sharding;
using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Entities;

namespace ActorTrade.SimulationTests.Entities;

/// <summary>Idle entities leave memory and come back the same; snapshots shorten the way and change nothing.</summary>
public sealed class PassivationTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(8);

    private readonly HostBench _bench = new(new LocalShardsOptions { PassivateAfter = TimeSpan.FromSeconds(4) });

    [Fact]
    public void An_idle_entity_leaves_and_comes_back_with_its_state_and_its_memory()
    {
        var id = _bench.NewId();
        _bench.Do("a", new Probe.Command.Add(7), id);
        _bench.Run(Idle);
        Assert.Equal(0, _bench.Shards.Loaded);
        Assert.Equal(1, _bench.Do("a", new Probe.Command.Add(7), id).Accepted.SequenceNr);
        Assert.Equal(7, _bench.StateOf("a").Total);
        Assert.Equal(2, _bench.Shards.Metrics.Recoveries);
    }

    [Fact]
    public void An_entity_in_use_stays()
    {
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(0, _bench.StateOf("a").Total);
        }

        Assert.Equal(1, _bench.Shards.Metrics.Recoveries);
    }

    [Fact]
    public void Every_message_around_the_moment_of_leaving_is_answered_once_and_counts_once()
    {
        _bench.Do("a", new Probe.Command.Add(0), expiresIn: Second);
        var adds = new List<Caller>();
        for (var i = 0; i < 300; i++)
        {
            // Waits of all lengths about the time after which it leaves, so that some meet it just then.
            _bench.Run(TimeSpan.FromMilliseconds(4_000 + (10 * i)));
            adds.Add(_bench.Send("a", new Probe.Command.Add(1), expiresIn: Second));
            adds.Add(_bench.Send("a", new Probe.Command.Add(1), expiresIn: Second));
        }

        _bench.Run(Second);
        Assert.All(adds, c => Assert.IsType<Answer.Accepted>(c.Answer));
        Assert.Equal(adds.Count, _bench.StateOf("a").Total);
        Assert.True(_bench.Shards.Metrics.Recoveries > 10);
        Assert.Empty(_bench.Failures);
    }

    [Fact]
    public void A_message_that_was_behind_the_leave_taking_is_sent_on()
    {
        _bench.Do("a", new Probe.Command.Add(1));
        var until = _bench.Now + Idle;
        while (_bench.Shards.Loaded == 1 && _bench.Now < until)
        {
            // Before the turn in which it leaves runs, others join the mailbox behind the wish to leave.
            _bench.Time.AdvanceToNextTimer();
            _bench.RunOne();
            if (_bench.IsBusy)
            {
                var query = _bench.Query("a");
                var add = _bench.Send("a", new Probe.Command.Add(0), expiresIn: Second);
                _bench.Run(Second);
                Assert.Equal(1, query.State.Total);
                Assert.IsType<Answer.Accepted>(add.Answer);
                if (_bench.Shards.Metrics.Recoveries == 2)
                {
                    return;
                }
            }
        }

        Assert.Fail("It never left with a message behind.");
    }

    [Fact]
    public void A_snapshot_is_taken_used_and_says_the_same_as_the_events()
    {
        var ids = Enumerable.Range(0, Probe.SnapshotEvery).Select(_ => _bench.NewId()).ToList();
        ids.ForEach(id => _bench.Do("a", new Probe.Command.Add(3), id));
        _bench.Run(Second);
        var (entity, snapshot) = Assert.Single(_bench.Journal.ReadSnapshots());
        Assert.Equal(HostBench.IdOf("a"), entity);
        Assert.Equal(Probe.SnapshotEvery, snapshot.SequenceNr);

        _bench.Do("a", new Probe.Command.Add(100));
        var live = Fold(_bench.Stored("a"), null);
        Assert.Equal(live.CaptureState(), Fold(_bench.Stored("a"), snapshot).CaptureState());

        _bench.Restart();
        Assert.Equal(112, _bench.StateOf("a").Total);
        Assert.Equal(1, _bench.Shards.Metrics.RecoveredEvents);
        Assert.Equal(2, _bench.Do("a", new Probe.Command.Add(3), ids[1]).Accepted.SequenceNr);

        _bench.Restart(dropsSnapshots: true);
        Assert.Equal(112, _bench.StateOf("a").Total);
        Assert.Equal(5, _bench.Shards.Metrics.RecoveredEvents);
        Assert.Equal(2, _bench.Do("a", new Probe.Command.Add(3), ids[1]).Accepted.SequenceNr);
    }

    [Fact]
    public void No_snapshot_is_taken_of_what_is_not_durable()
    {
        for (var i = 0; i < 50; i++)
        {
            _bench.Send("a", new Probe.Command.Add(1), expiresIn: TimeSpan.FromMilliseconds(40));
            _bench.Run(TimeSpan.FromMilliseconds(7));
            Assert.All(
                _bench.Journal.ReadSnapshots(),
                s => Assert.True(s.Snapshot.SequenceNr <= _bench.Stored("a").Count));
        }
    }

    [Fact]
    public void A_lost_snapshot_harms_nobody()
    {
        _bench.Journal.LosesSnapshot = () => true;
        for (var i = 0; i < Probe.SnapshotEvery; i++)
        {
            _bench.Do("a", new Probe.Command.Add(1));
        }

        Assert.Equal(1, _bench.Shards.Metrics.Snapshots);
        _bench.Restart();
        Assert.Equal(Probe.SnapshotEvery, _bench.StateOf("a").Total);
    }

    [Fact]
    public void An_entity_that_leaves_takes_a_snapshot_of_much_less()
    {
        _bench.Do("a", new Probe.Command.Add(1));
        _bench.Run(Idle);
        Assert.Equal(1, _bench.Shards.Metrics.Snapshots);
    }

    private static EntityRecovery Fold(IReadOnlyList<StoredEvent> events, StoredSnapshot? snapshot)
    {
        var recovery = new EntityRecovery(Probe.Definition, Probe.Catalog, "a");
        Assert.True(snapshot is null || recovery.Restore(snapshot));
        foreach (var stored in events.Where(e => e.SequenceNr > recovery.SequenceNr))
        {
            recovery.Apply(stored);
        }

        return recovery;
    }
}
