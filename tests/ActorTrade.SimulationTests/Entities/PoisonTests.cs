using ActorTrade.EventSourcing;
using ActorTrade.Journal.Entities;
using ActorTrade.Journal.Simulated;
using ActorTrade.Kernel;

namespace ActorTrade.SimulationTests.Entities;

/// <summary>What makes the rules throw does so three times, is journaled and not run again; all else goes on.</summary>
public sealed class PoisonTests
{
    private const string Stored = "host.command-poisoned.v1";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly HostBench _bench = new();
    private readonly List<(EntityId Entity, HostEvent.CommandPoisoned Fact)> _poisoned = [];

    public PoisonTests()
    {
        _bench.Shards.Poisoned += (entity, fact) => _poisoned.Add((entity, fact));
        _bench.Do("a", new Probe.Command.Add(100));
    }

    [Fact]
    public void It_is_run_three_times_then_journaled_and_refused()
    {
        var id = _bench.NewId();
        _bench.Do("a", new Probe.Command.ThrowInDecide(), id).AssertRefused(RefusalReason.Poisoned);

        Assert.Equal(3, _bench.Failures.Count);
        Assert.Equal(1, _bench.Shards.Metrics.Poisoned);
        var stored = _bench.Stored("a")[^1];
        Assert.Equal((Stored, 2), (stored.StoredName, stored.SequenceNr));
        var (entity, fact) = Assert.Single(_poisoned);
        Assert.Equal(HostBench.IdOf("a"), entity);
        Assert.Equal(
            new HostEvent.CommandPoisoned(
                id, "probe.throw-in-decide.v1", "tester", "InvalidOperationException", "The rules are broken.", 3),
            fact);
        Assert.Equal(100, _bench.StateOf("a").Total);
        Assert.Equal(3, _bench.Do("a", new Probe.Command.Add(1)).Accepted.SequenceNr);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_repeat_is_refused_without_being_run(bool isNatural)
    {
        var id = _bench.NewId();
        Poison("a", id, isNatural);
        Poison("a", id, isNatural);
        Assert.Equal(3, _bench.Failures.Count);
        Assert.Equal(2, _bench.Stored("a").Count);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_repeat_after_a_restart_or_elsewhere_is_refused_too(bool isNatural, bool dropsSnapshots)
    {
        var id = _bench.NewId();
        Poison("a", id, isNatural);
        for (var i = 0; i < 2 * Probe.SnapshotEvery; i++)
        {
            _bench.Do("a", new Probe.Command.Nothing(), expiresIn: TimeSpan.FromMilliseconds(1));
            _bench.Do("a", new Probe.Command.AddTwice(1), expiresIn: TimeSpan.FromMilliseconds(1));
        }

        Assert.True(_bench.Journal.Statistics().Snapshots > 0);
        _bench.Restart(dropsSnapshots);
        Poison("a", id, isNatural);
        var rival = _bench.StartRival();
        var elsewhere = _bench.Send("a", Thrower(isNatural), id, through: rival);
        _bench.Run(Minute / 60);
        elsewhere.AssertRefused(RefusalReason.Poisoned);
        Assert.Equal(3, _bench.Failures.Count);
        Assert.Single(_bench.Stored("a"), e => e.StoredName == Stored);
    }

    [Fact]
    public void It_is_forgotten_when_it_has_expired()
    {
        var id = _bench.NewId();
        _bench.Do("a", new Probe.Command.ThrowInDecide(), id).AssertRefused(RefusalReason.Poisoned);
        _bench.Run(Minute * 2);
        _bench.Do("a", new Probe.Command.ThrowInDecide(), id).AssertRefused(RefusalReason.Poisoned);
        Assert.Equal(6, _bench.Failures.Count);
    }

    [Fact]
    public void Where_no_more_is_remembered_it_is_journaled_all_the_same()
    {
        for (var i = 1; i < Probe.RememberedMax; i++)
        {
            _bench.Do("a", new Probe.Command.Add(1));
        }

        var id = _bench.NewId();
        Poison("a", id, isNatural: true);
        Poison("a", id, isNatural: true);
        Assert.Equal(6, _bench.Failures.Count);
        Assert.Equal(2, _bench.Stored("a").Count(e => e.StoredName == Stored));
    }

    [Fact]
    public void What_waits_behind_it_goes_on_in_its_order()
    {
        var broken = _bench.Send("a", new Probe.Command.ThrowInDecide());
        var behind = new List<Caller> { _bench.Send("a", new Probe.Command.Add(1)) };
        while (_bench.Failures.Count < 3)
        {
            // Some come while it recovers, some while it waits for its restart.
            _bench.Run(TimeSpan.FromMilliseconds(20));
            if (behind.Count < Probe.MailboxCapacity - 2)
            {
                behind.Add(_bench.Send("a", new Probe.Command.Add(1)));
            }
        }

        _bench.Run(Minute / 60);
        broken.AssertRefused(RefusalReason.Poisoned);
        Assert.True(behind.Count > 4);
        Assert.Equal(
            Enumerable.Range(3, behind.Count).Select(n => (long)n), behind.Select(c => c.Accepted.SequenceNr));
        Assert.Equal(behind.Prepend(broken), _bench.Heard.Skip(1));
    }

    [Fact]
    public void One_that_throws_only_sometimes_is_taken_in_the_end()
    {
        var caller = _bench.Do("a", new Probe.Command.ThrowSome([2]));
        Assert.Equal(2, caller.Accepted.SequenceNr);
        Assert.Equal(2, _bench.Failures.Count);
        Assert.Equal(0, _bench.Shards.Metrics.Poisoned);
    }

    [Fact]
    public void Its_sender_hears_of_it_only_when_it_is_durable()
    {
        var id = _bench.NewId();
        _bench.FailNext(CommitFault.Fail);
        _bench.Do("a", new Probe.Command.ThrowInDecide(), id).AssertUnknown();
        Assert.Empty(_poisoned);
        _bench.Do("a", new Probe.Command.ThrowInDecide(), id).AssertRefused(RefusalReason.Poisoned);
        Assert.Equal(3, _bench.Failures.Count(f => f is InvalidOperationException));
        Assert.Single(_poisoned);
    }

    [Fact]
    public void A_process_that_dies_between_two_attempts_leaves_nothing_behind()
    {
        var id = _bench.NewId();
        _bench.Send("a", new Probe.Command.ThrowInDecide(), id);
        while (_bench.Failures.Count < 2)
        {
            _bench.Run(TimeSpan.FromMilliseconds(10));
        }

        _bench.Restart();
        Assert.Single(_bench.Stored("a"));
        _bench.Do("a", new Probe.Command.ThrowInDecide(), id).AssertRefused(RefusalReason.Poisoned);
        Assert.Equal(5, _bench.Failures.Count);
        Assert.Equal(2, _bench.Stored("a").Count);
    }

    [Fact]
    public void Attempts_count_also_where_the_supervisor_gives_the_entity_up_each_time()
    {
        var bench = new HostBench(strategy: SupervisorStrategy.Stopping);
        var id = bench.NewId();
        for (var i = 0; i < 3; i++)
        {
            bench.Do("a", new Probe.Command.ThrowInDecide(), id).AssertRefused(RefusalReason.Unavailable);
        }

        bench.Do("a", new Probe.Command.ThrowInDecide(), id).AssertRefused(RefusalReason.Poisoned);
        Assert.Equal(3, bench.Failures.Count);
    }

    [Fact]
    public void A_suspect_is_journaled_and_not_run()
    {
        var id = _bench.NewId();
        var caller = Suspect(id, new Probe.Command.Add(1));
        caller.AssertRefused(RefusalReason.Poisoned);
        Assert.Equal(0, Assert.Single(_poisoned).Fact.Attempts);
        _bench.Do("a", new Probe.Command.Add(1), id).AssertRefused(RefusalReason.Poisoned);
        Assert.Equal(100, _bench.StateOf("a").Total);
        Assert.Empty(_bench.Failures);
    }

    [Fact]
    public void A_suspect_that_was_accepted_before_hears_that()
    {
        var id = _bench.NewId();
        var first = _bench.Do("a", new Probe.Command.Add(1), id);
        Assert.Equal(first.Accepted.SequenceNr, Suspect(id, new Probe.Command.Add(1)).Accepted.SequenceNr);
        Assert.Empty(_poisoned);
    }

    [Fact]
    public void An_answer_that_the_entity_cannot_digest_is_set_aside_and_the_entity_goes_on()
    {
        var asked = _bench.Send("a", new Probe.Command.AskOther(_bench.NewId(), "b", Probe.PoisonToHear));
        _bench.Run(Minute / 30);

        Assert.Equal(3, _bench.Failures.Count);
        asked.AssertUnknown();
        var (_, fact) = Assert.Single(_poisoned);
        Assert.Equal(("answer to probe.add.v1", CommandContext.Self, 3), (fact.Command, fact.Principal, fact.Attempts));
        Assert.Equal(Probe.PoisonToHear, _bench.StateOf("b").Total);
        Assert.Equal(101, TotalAfterAdding("a"));
        Assert.Single(_bench.StateOf("a").Open);

        // Another process may have other rules: it tries again, and says so again.
        _bench.Restart();
        _bench.Run(Minute * 30);
        Assert.Equal(6, _bench.Failures.Count);
        Assert.Equal(2, _bench.Stored("a").Count(e => e.StoredName == Stored));
        Assert.Equal(Probe.PoisonToHear, _bench.StateOf("b").Total);
        Assert.Equal(102, TotalAfterAdding("a"));
    }

    [Fact]
    public void What_is_set_aside_is_not_tried_again_after_another_recovery()
    {
        _bench.Send("a", new Probe.Command.AskOther(_bench.NewId(), "b", Probe.PoisonToHear));
        _bench.Run(Minute);
        _bench.FailNext(CommitFault.Fail);
        _bench.Do("a", new Probe.Command.Add(1)).AssertUnknown();
        _bench.Run(Minute * 30);
        Assert.Equal(3, _bench.Failures.Count(f => f is InvalidOperationException));
        Assert.Single(_poisoned);
    }

    [Fact]
    public void A_wake_up_that_throws_is_set_aside_and_the_entity_goes_on()
    {
        var at = _bench.Now + Minute;
        at = at.AddMilliseconds(Probe.PoisonToRing - at.Millisecond);
        _bench.Do("a", new Probe.Command.SetAlarm(at));
        _bench.Run(Minute * 10);
        Assert.Equal(3, _bench.Failures.Count);
        Assert.Equal("wake-up", Assert.Single(_poisoned).Fact.Command);

        _bench.Do("a", new Probe.Command.SetAlarm(at + (Minute * 20) + TimeSpan.FromMilliseconds(1)));
        _bench.Run(Minute * 20);
        Assert.Equal(1, _bench.StateOf("a").Rings);
        Assert.Equal(3, _bench.Failures.Count);
    }

    [Fact]
    public void An_effect_that_is_poison_to_its_target_crashes_it_no_more_for_an_hour()
    {
        _bench.Send("a", new Probe.Command.AskOther(_bench.NewId(), "b", Probe.PoisonToAdd));
        _bench.Run(Minute * 59);
        Assert.Equal(3, _bench.Failures.Count);
        Assert.Equal(HostBench.IdOf("b"), Assert.Single(_poisoned).Entity);
        Assert.Single(_bench.Do("b", new Probe.Command.Add(1)).Accepted.Events);
        _bench.Run(Minute * 3);
        Assert.Equal(6, _bench.Failures.Count);
    }

    [Fact]
    public void What_is_remembered_of_crashes_is_bounded()
    {
        var table = new CrashTable();
        for (var i = 0; i < 2 * CrashTable.EntitiesMax; i++)
        {
            table.Of(HostBench.IdOf($"e{i}")).Crashed(Guid.NewGuid(), new InvalidOperationException("x"));
        }

        Assert.Equal(CrashTable.EntitiesMax, Enumerable.Range(0, 2 * CrashTable.EntitiesMax)
            .Count(i => table.Find(HostBench.IdOf($"e{i}")) is not null));
        var crashes = new EntityCrashes();
        var ids = Enumerable.Range(0, 2 * EntityCrashes.CommandsMax).Select(_ => Guid.NewGuid()).ToList();
        foreach (var id in ids)
        {
            for (var i = 0; i < EntityCrashes.AttemptsMax; i++)
            {
                crashes.Crashed(id, new InvalidOperationException(new string('x', 10_000)));
            }

            crashes.SetAside(Guid.NewGuid());
        }

        Assert.True(crashes.Condemns(ids[^1], out var crash));
        Assert.Equal(HostEvent.ErrorLengthMax, crash.Error.Length);
        Assert.Equal(EntityCrashes.CommandsMax, ids.Count(id => crashes.Condemns(id, out _)));
    }

    private static Probe.Command Thrower(bool isNatural) =>
        isNatural ? new Probe.Command.ThrowNaturally() : new Probe.Command.ThrowInDecide();

    private void Poison(string key, Guid id, bool isNatural)
    {
        var caller = _bench.Send(key, Thrower(isNatural), id, Minute * 10);
        _bench.Run(Minute / 4);
        caller.AssertRefused(RefusalReason.Poisoned);
    }

    private long TotalAfterAdding(string key)
    {
        Assert.Single(_bench.Do(key, new Probe.Command.Add(1)).Accepted.Events);
        return _bench.StateOf(key).Total;
    }

    private Caller Suspect(Guid id, Probe.Command command)
    {
        var caller = new Caller(_bench.Time, _bench.Heard);
        var header = new CommandHeader(id, "tester", _bench.Now + Minute);
        Assert.True(_bench.Shards.TrySend(HostBench.IdOf("a"), command, header, caller, isSuspect: true));
        _bench.Run(Minute / 60);
        return caller;
    }
}
