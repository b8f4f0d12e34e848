using ActorTrade.Cluster.Sharding;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Simulated;

namespace ActorTrade.SimulationTests.Entities;

/// <summary>What an entity's events ask of others happens after the commit, once, and in the end for certain.</summary>
public sealed class EffectTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly Wire _wire = new();
    private readonly HostBench _bench;
    private readonly Guid _affair = new("0b2f6d6c-5d0c-4a51-9d1e-0a4f3a7d9c11");

    public EffectTests() => _bench = new HostBench(network: _wire.Over);

    private Probe.Command.AskOther Ask => new(_affair, "b", 5);

    [Fact]
    public void An_effect_runs_after_the_commit_and_its_end_answers_everyone_who_waits()
    {
        _bench.Do("a", new Probe.Command.Add(1));
        var first = _bench.Send("a", Ask);
        var second = _bench.Send("a", Ask);
        _bench.Run(HostBench.CommitDelay - TimeSpan.FromTicks(1));
        Assert.Empty(_wire.Sent);

        _bench.Run(HostBench.CommitDelay);
        Assert.Single(_wire.Sent);
        Assert.False(first.HasHeard);

        _bench.Run(Second);
        Assert.True(first.Accepted.Single<Probe.Event.Heard>().IsAccepted);
        Assert.Equal(first.Accepted.Events, second.Accepted.Events);
        Assert.Equal(first.Accepted.Events, _bench.Do("a", Ask).Accepted.Events);
        Assert.Single(_wire.Sent);
        Assert.Equal(5, _bench.StateOf("b").Total);
    }

    [Fact]
    public void The_end_is_told_only_when_it_is_durable()
    {
        _bench.Do("a", new Probe.Command.Add(1));
        _bench.Do("b", new Probe.Command.Add(1));
        var waits = _bench.Send("a", Ask);

        // Three commits: that it asked, what the other added, that it heard.
        _bench.Run((HostBench.CommitDelay * 3) - TimeSpan.FromTicks(1));
        Assert.False(waits.HasHeard);
        Assert.Equal(2, _bench.Stored("a").Count);
        _bench.Run(TimeSpan.FromTicks(1));
        Assert.Equal(3, waits.Accepted.SequenceNr);
    }

    [Fact]
    public void A_wake_up_sends_nothing_that_is_not_durable()
    {
        _wire.Loses = true;
        _bench.Do("a", Ask);
        var wake = _bench.Stored("a")[^1].WakeAt!.Value;
        _bench.Run(wake - _bench.Now - (HostBench.CommitDelay / 2));
        Assert.Single(_wire.Sent);

        // Decided, on its way to the disk where it will fail, when the entity is woken for the first.
        _bench.FailNext(CommitFault.Fail);
        _bench.Send("a", new Probe.Command.AskOther(Guid.NewGuid(), "c", 5));
        _bench.Run(Second * 20);
        Assert.True(_wire.Sent.Count > 1);
        Assert.DoesNotContain(_wire.Sent, s => s.Target == HostBench.IdOf("c"));
    }

    [Fact]
    public void A_wake_up_while_something_is_on_its_way_to_the_disk_sends_what_is_open_when_that_is_durable()
    {
        _wire.Loses = true;
        _bench.Do("a", Ask);
        var wake = _bench.Stored("a")[^1].WakeAt!.Value;
        _bench.Run(wake - _bench.Now - (HostBench.CommitDelay / 2));
        _bench.Send("a", new Probe.Command.Add(1));
        _wire.Loses = false;
        _bench.Run(Second);
        Assert.Equal(2, _wire.Sent.Count);
        Assert.Equal(5, _bench.StateOf("b").Total);
    }

    [Fact]
    public void A_rejection_is_an_answer_and_is_not_sent_again()
    {
        var waits = _bench.Do("a", new Probe.Command.AskOther(_affair, "b", -5));
        Assert.False(waits.Accepted.Single<Probe.Event.Heard>().IsAccepted);
        _bench.Run(TimeSpan.FromMinutes(10));
        Assert.Single(_wire.Sent);
    }

    [Fact]
    public void What_is_refused_or_unknown_is_sent_again_with_the_same_id_after_growing_waits()
    {
        _wire.Answer = number => number % 2 == 0
            ? new Answer.Refused(RefusalReason.Unavailable)
            : new Answer.OutcomeUnknown("test");
        var waits = _bench.Send("a", Ask);
        _bench.Run(TimeSpan.FromSeconds(25));

        Assert.Single(_wire.Sent.Select(s => s.Header.CommandId).Distinct());
        var times = _wire.Sent.Select(s => s.At).ToList();
        var waited = times.Zip(times.Skip(1), (a, b) => (b - a).TotalMilliseconds).ToList();
        Assert.Equal([20, 40, 80, 160, 320, 640, 1280, 2560, 5000, 5000, 5000], waited);
        Assert.Equal(_wire.Sent.Count, _bench.Shards.Metrics.EffectRetries);
        Assert.False(waits.HasHeard);

        _wire.Answer = null;
        _bench.Run(TimeSpan.FromSeconds(6));
        Assert.True(waits.Accepted.Single<Probe.Event.Heard>().IsAccepted);
        Assert.Equal(5, _bench.StateOf("b").Total);
    }

    [Fact]
    public void What_nobody_answers_is_sent_again_when_the_entity_is_woken()
    {
        _wire.Loses = true;
        var waits = _bench.Send("a", Ask);
        _bench.Run(Probe.LookAgainAfter - Second);
        Assert.Single(_wire.Sent);
        _wire.Loses = false;
        _bench.Run(Second * 2);
        Assert.Equal(2, _wire.Sent.Count);
        Assert.True(waits.Accepted.Single<Probe.Event.Heard>().IsAccepted);
    }

    [Fact]
    public void An_answer_that_comes_twice_counts_once()
    {
        _wire.DoublesAnswers = true;
        _bench.Do("a", Ask);
        Assert.Equal(["probe.asked.v1", "probe.heard.v1"], _bench.Stored("a").Select(e => e.StoredName));
        Assert.Empty(_bench.Failures);
    }

    [Theory]
    [InlineData(CommitFault.Fail)]
    [InlineData(CommitFault.UnknownLost)]
    public void An_effect_of_an_append_that_was_not_stored_never_runs(CommitFault fault)
    {
        _bench.FailNext(fault);
        _bench.Do("a", Ask).AssertUnknown();
        _bench.Run(TimeSpan.FromMinutes(2));
        Assert.Empty(_wire.Sent);
    }

    [Fact]
    public void An_effect_of_an_append_of_unknown_outcome_runs_if_it_was_stored()
    {
        _bench.FailNext(CommitFault.UnknownStored);
        _bench.Do("a", Ask).AssertUnknown();
        _bench.Run(TimeSpan.FromSeconds(2));
        Assert.True(_bench.Do("a", Ask).Accepted.Single<Probe.Event.Heard>().IsAccepted);
        Assert.Equal(5, _bench.StateOf("b").Total);
    }

    [Theory]
    [InlineData(CommitAtCrash.Lost)]
    [InlineData(CommitAtCrash.Stored)]
    public void After_a_crash_at_any_moment_the_effect_is_resumed_and_counts_once(CommitAtCrash underWay)
    {
        for (var milliseconds = 0; milliseconds <= 60; milliseconds += 5)
        {
            var bench = new HostBench();
            bench.Send("a", Ask);
            bench.Run(TimeSpan.FromMilliseconds(milliseconds));
            bench.Restart(underWay: underWay);

            // Nobody asks: what was stored is finished by the wake-up alone.
            bench.Run(TimeSpan.FromMinutes(2));
            var asked = bench.Stored("a").Count;
            Assert.True(asked is 0 or 2, $"Crashed after {milliseconds} ms it stored {asked}.");
            Assert.Equal(asked == 0 ? 0 : 5, bench.StateOf("b").Total);
        }
    }

    [Fact]
    public void An_effect_whose_target_is_full_is_not_lost()
    {
        for (var i = 0; i < Probe.RememberedMax; i++)
        {
            _bench.Send("b", new Probe.Command.Add(1), expiresIn: TimeSpan.FromSeconds(20));
        }

        _bench.Run(Second);
        var waits = _bench.Send("a", Ask);
        _bench.Run(TimeSpan.FromSeconds(10));
        Assert.False(waits.HasHeard);
        _bench.Run(TimeSpan.FromSeconds(20));
        Assert.True(waits.Accepted.Single<Probe.Event.Heard>().IsAccepted);
        Assert.Equal(Probe.RememberedMax + 5, _bench.StateOf("b").Total);
    }

    [Fact]
    public void An_entity_that_waits_for_an_effect_is_not_passivated()
    {
        var bench = new HostBench(
            new LocalShardsOptions { PassivateAfter = TimeSpan.FromSeconds(1) }, new Wire { Loses = true }.Over);
        bench.Send("a", Ask);
        bench.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(1, bench.Shards.Loaded);
    }

    /// <summary>The way of effects, which records them and answers, loses or doubles.</summary>
    private sealed class Wire : IEntities
    {
        private IEntities? _inner;
        private HostBench? _bench;

        public List<(EntityId Target, CommandHeader Header, DateTimeOffset At)> Sent { get; } = [];

        public Func<int, Answer>? Answer { get; set; }

        public bool Loses { get; set; }

        public bool DoublesAnswers { get; set; }

        public IEntities Over(IEntities inner, HostBench bench)
        {
            (_inner, _bench) = (inner, bench);
            return this;
        }

        public void Send(EntityId target, ICommand command, CommandHeader header, IAnswerSink? answerTo)
        {
            Sent.Add((target, header, _bench!.Now));
            if (Answer is { } answer)
            {
                answerTo!.Answered(answer(Sent.Count));
            }
            else if (!Loses)
            {
                _inner!.Send(target, command, header, DoublesAnswers ? new Doubling(answerTo!) : answerTo);
            }
        }

        public void Query(EntityId target, IAnswerSink answerTo) => _inner!.Query(target, answerTo);

        private sealed class Doubling(IAnswerSink inner) : IAnswerSink
        {
            public void Answered(Answer answer)
            {
                inner.Answered(answer);
                inner.Answered(answer);
            }
        }
    }
}
