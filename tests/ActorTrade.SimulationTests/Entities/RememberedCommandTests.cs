using ActorTrade.EventSourcing;

namespace ActorTrade.SimulationTests.Entities;

/// <summary>A repeat of a command id hears the first answer, and changes nothing, until the command expires.</summary>
public sealed class RememberedCommandTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly HostBench _bench = new();

    [Fact]
    public void A_repeat_hears_the_same_answer()
    {
        var id = _bench.NewId();
        var first = _bench.Do("a", new Probe.Command.AddTwice(5), id);
        _bench.Do("a", new Probe.Command.Add(1));
        var repeat = _bench.Do("a", new Probe.Command.AddTwice(5), id);
        AssertSame(first.Accepted, repeat.Accepted);
        Assert.Equal(11, _bench.StateOf("a").Total);
    }

    [Fact]
    public void A_repeat_while_the_first_is_on_its_way_waits_for_the_same_commit()
    {
        _bench.Do("a", new Probe.Command.Add(1));
        var id = _bench.NewId();
        var first = _bench.Send("a", new Probe.Command.Add(5), id);
        var repeat = _bench.Send("a", new Probe.Command.Add(5), id);
        _bench.RunNow();
        Assert.False(repeat.HasHeard);
        _bench.Run(HostBench.CommitDelay);
        AssertSame(first.Accepted, repeat.Accepted);
        Assert.Equal(6, _bench.StateOf("a").Total);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_repeat_after_a_restart_hears_the_same_answer(bool dropsSnapshots)
    {
        var id = _bench.NewId();
        var first = _bench.Do("a", new Probe.Command.AddTwice(5), id);
        for (var i = 0; i < Probe.RememberedMax - 1; i++)
        {
            // Enough for a snapshot, so that the answer is once read from it and once from the events.
            _bench.Do("a", new Probe.Command.AddTwice(1));
        }

        Assert.Equal(1, _bench.Journal.Statistics().Snapshots);
        _bench.Restart(dropsSnapshots);
        AssertSame(first.Accepted, _bench.Do("a", new Probe.Command.AddTwice(5), id).Accepted);
        Assert.Equal(10 + (2 * (Probe.RememberedMax - 1)), _bench.StateOf("a").Total);
    }

    [Fact]
    public void A_rejection_is_not_remembered()
    {
        var id = _bench.NewId();
        Assert.IsType<Answer.Rejected>(_bench.Do("a", new Probe.Command.Take(5), id).Answer);
        _bench.Do("a", new Probe.Command.Add(5));
        Assert.IsType<Answer.Accepted>(_bench.Do("a", new Probe.Command.Take(5), id).Answer);
    }

    [Fact]
    public void An_expired_command_is_refused_and_changes_nothing()
    {
        _bench.Do("a", new Probe.Command.Add(5));
        var late = _bench.Send("a", new Probe.Command.Add(5), expiresIn: -TimeSpan.FromTicks(1));
        var atTheEdge = _bench.Send("a", new Probe.Command.Add(7), expiresIn: TimeSpan.Zero);
        _bench.Run(Minute);
        late.AssertRefused(RefusalReason.Expired);
        Assert.IsType<Answer.Accepted>(atTheEdge.Answer);
        Assert.Equal(12, _bench.StateOf("a").Total);
    }

    [Fact]
    public void At_the_bound_new_commands_are_refused_and_no_id_is_forgotten_before_it_expires()
    {
        var ids = Enumerable.Range(0, Probe.RememberedMax).Select(_ => _bench.NewId()).ToList();
        var first = ids.Select(id => _bench.Send("a", new Probe.Command.Add(1), id, Minute)).ToList();
        _bench.Run(TimeSpan.FromSeconds(50));
        _bench.Do("a", new Probe.Command.Add(1)).AssertRefused(RefusalReason.TooManyRemembered);

        // A repeat still passes, and so does what needs no memory.
        Assert.IsType<Answer.Accepted>(_bench.Do("a", new Probe.Command.Add(1), ids[0], Minute).Answer);
        Assert.IsType<Answer.Accepted>(_bench.Do("a", new Probe.Command.Ring()).Answer);
        AssertSame(first[4].Accepted, _bench.Do("a", new Probe.Command.Add(1), ids[4], Minute).Accepted);

        _bench.Run(TimeSpan.FromSeconds(20));
        Assert.IsType<Answer.Accepted>(_bench.Do("a", new Probe.Command.Add(1)).Answer);
        Assert.Equal(Probe.RememberedMax + 1, _bench.StateOf("a").Total);
    }

    [Fact]
    public void The_bound_holds_after_a_restart_too()
    {
        for (var i = 0; i < Probe.RememberedMax; i++)
        {
            _bench.Send("a", new Probe.Command.Add(1));
        }

        _bench.Run(TimeSpan.FromSeconds(1));
        _bench.Restart();
        _bench.Do("a", new Probe.Command.Add(1)).AssertRefused(RefusalReason.TooManyRemembered);
        _bench.Run(Minute);
        Assert.IsType<Answer.Accepted>(_bench.Do("a", new Probe.Command.Add(1)).Answer);
    }

    private static void AssertSame(Answer.Accepted first, Answer.Accepted repeat)
    {
        Assert.Equal(first.Events, repeat.Events);
        Assert.Equal(first.SequenceNr, repeat.SequenceNr);
        Assert.Equal(first.At, repeat.At);
    }
}
