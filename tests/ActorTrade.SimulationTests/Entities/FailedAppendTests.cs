using ActorTrade.EventSourcing;
using ActorTrade.Journal.Entities;
using ActorTrade.Journal.Simulated;

namespace ActorTrade.SimulationTests.Entities;

/// <summary>
/// What fails on its way to the disk, or in the rules, is dropped with the state and recovered from the journal.
/// </summary>
public sealed class FailedAppendTests
{
    private readonly HostBench _bench = new();

    public FailedAppendTests() => _bench.Do("a", new Probe.Command.Add(100));

    [Theory]
    [InlineData(CommitFault.Fail, 100)]
    [InlineData(CommitFault.UnknownLost, 100)]
    [InlineData(CommitFault.UnknownStored, 60)]
    public void Everyone_who_waits_hears_that_the_outcome_is_unknown_and_a_repeat_hears_the_truth(
        CommitFault fault, long total)
    {
        var id = _bench.NewId();
        _bench.FailNext(fault);
        var take = _bench.Send("a", new Probe.Command.Take(40), id);
        var refused = _bench.Send("a", new Probe.Command.Take(61));
        var view = _bench.Query("a");
        _bench.Run(TimeSpan.FromSeconds(2));
        take.AssertUnknown();
        refused.AssertUnknown();
        view.AssertUnknown();
        Assert.Equal(total, _bench.StateOf("a").Total);
        Assert.Equal(1, _bench.Shards.Metrics.Drops);

        var repeat = _bench.Do("a", new Probe.Command.Take(40), id);
        Assert.Equal(2, repeat.Accepted.SequenceNr);
        Assert.Equal(60, _bench.StateOf("a").Total);
        Assert.Equal(2, _bench.Stored("a").Count);
    }

    [Fact]
    public void What_was_decided_on_top_of_a_failed_append_is_not_stored()
    {
        _bench.FailNext(CommitFault.Fail);
        var first = _bench.Send("a", new Probe.Command.Add(1));
        _bench.Run(HostBench.CommitDelay / 2);
        _bench.Time.Advance(HostBench.CommitDelay / 2);

        // The journal has decided, the entity has not heard of it yet and decides one more on the lost state.
        var onTop = _bench.Send("a", new Probe.Command.Take(101));
        _bench.Run(TimeSpan.FromSeconds(2));
        first.AssertUnknown();
        Assert.IsNotType<Answer.Accepted>(onTop.Answer);
        Assert.Equal(100, _bench.StateOf("a").Total);
    }

    [Fact]
    public void Messages_that_arrive_while_it_recovers_are_handled_after()
    {
        _bench.FailNext(CommitFault.Fail);
        _bench.Send("a", new Probe.Command.Add(1));
        _bench.Run(HostBench.CommitDelay);
        var during = _bench.Send("a", new Probe.Command.Take(100));
        _bench.RunNow();
        Assert.False(during.HasHeard);
        _bench.Run(TimeSpan.FromSeconds(1));
        Assert.IsType<Answer.Accepted>(during.Answer);
    }

    [Fact]
    public void Rules_that_throw_poison_the_command_and_the_entity_goes_on()
    {
        var before = _bench.Send("a", new Probe.Command.Add(1));
        var broken = _bench.Send("a", new Probe.Command.ThrowInDecide());
        var after = _bench.Send("a", new Probe.Command.Take(101));
        _bench.Run(TimeSpan.FromSeconds(1));
        before.AssertUnknown();
        broken.AssertRefused(RefusalReason.Poisoned);
        Assert.IsType<Answer.Accepted>(after.Answer);
        Assert.All(_bench.Failures, f => Assert.IsType<InvalidOperationException>(f));
    }

    [Fact]
    public void A_command_whose_second_event_throws_stores_none()
    {
        _bench.Do("a", new Probe.Command.ThrowInEvolve()).AssertRefused(RefusalReason.Poisoned);
        Assert.DoesNotContain(_bench.Stored("a").Skip(1), e => e.StoredName == "probe.added.v1");
        Assert.Equal(100, _bench.StateOf("a").Total);
    }

    [Fact]
    public void A_stored_append_of_an_instance_that_was_dropped_is_found_again()
    {
        // The rules throw while the append is under way; the append succeeds nevertheless.
        var id = _bench.NewId();
        var add = _bench.Send("a", new Probe.Command.Add(1), id);
        _bench.Send("a", new Probe.Command.ThrowInDecide());
        _bench.Run(TimeSpan.FromSeconds(1));
        add.AssertUnknown();
        Assert.Equal(2, _bench.Do("a", new Probe.Command.Add(1), id).Accepted.SequenceNr);
        Assert.Equal(101, _bench.StateOf("a").Total);
    }

    [Fact]
    public void The_older_of_two_processes_is_fenced()
    {
        var rival = _bench.StartRival();
        var taken = _bench.Send("a", new Probe.Command.Add(10), through: rival);
        _bench.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(2, taken.Accepted.SequenceNr);

        var id = _bench.NewId();
        var fenced = _bench.Send("a", new Probe.Command.Take(105), id);
        _bench.Run(TimeSpan.FromSeconds(1));
        Assert.IsType<Answer.Rejected>(fenced.Answer);
        fenced = _bench.Send("a", new Probe.Command.Take(100), id);
        _bench.Run(TimeSpan.FromSeconds(1));
        fenced.AssertUnknown();
        Assert.Contains(_bench.Failures, f => f is AppendFailedException);
        Assert.Equal(2, _bench.Stored("a").Count);

        // It has recovered, and with that taken over: now the other is the older one.
        Assert.Equal(110, _bench.StateOf("a").Total);
        Assert.Equal(3, _bench.Do("a", new Probe.Command.Take(100), id).Accepted.SequenceNr);
        var other = _bench.Send("a", new Probe.Command.Add(1), through: rival);
        _bench.Run(TimeSpan.FromSeconds(1));
        other.AssertUnknown();
    }

    [Fact]
    public void An_old_form_of_an_event_is_read_as_today()
    {
        var sink = new Opened();
        _bench.Journal.Recover(HostBench.IdOf("old"), sink);
        _bench.Run(TimeSpan.FromSeconds(1));
        _bench.Journal.Append(new Silent
        {
            Stream = sink.Stream!,
            FirstSequenceNr = 1,
            At = _bench.Now,
            WakeAt = null,
            Events = [new Journal.NewEvent("probe.added.v0", Probe.StoredV0(7))],
        });
        _bench.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(700, _bench.StateOf("old").Total);
    }

    private sealed class Opened : Journal.IRecoverySink
    {
        public Journal.EntityStream? Stream { get; private set; }

        public bool Restore(Journal.StoredSnapshot snapshot) => false;

        public void Apply(in Journal.StoredEvent stored)
        {
        }

        public void Recovered(Journal.EntityStream stream, long lastSequenceNr) => Stream = stream;

        public void Failed(Exception reason) => throw reason;
    }

    private sealed class Silent : Journal.AppendRequest
    {
        public override void Completed(Journal.AppendOutcome outcome)
        {
        }
    }
}
