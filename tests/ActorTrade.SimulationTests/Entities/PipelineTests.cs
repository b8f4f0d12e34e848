using ActorTrade.EventSourcing;

namespace ActorTrade.SimulationTests.Entities;

/// <summary>Commands are decided at once and answered when all they rest on is durable.</summary>
public sealed class PipelineTests
{
    private readonly HostBench _bench = new();

    public PipelineTests() => _bench.Do("a", new Probe.Command.Add(100));

    [Fact]
    public void Commands_gather_in_one_commit_and_each_sees_the_state_after_the_one_before()
    {
        var before = _bench.Commits;
        var takes = Enumerable.Range(0, 6).Select(_ => _bench.Send("a", new Probe.Command.Take(25))).ToList();
        _bench.Run(HostBench.CommitDelay);

        Assert.Equal(before + 1, _bench.Commits);
        Assert.All(takes.Take(4), c => Assert.IsType<Answer.Accepted>(c.Answer));
        Assert.All(takes.Skip(4), c => Assert.Equal(
            new Answer.Rejected(new Probe.Refusal("too-little", 0)), c.Answer));
        Assert.Equal([2, 3, 4, 5], takes.Take(4).Select(c => c.Accepted.SequenceNr));
    }

    [Fact]
    public void No_reply_leaves_before_the_commit()
    {
        var add = _bench.Send("a", new Probe.Command.Add(1));
        _bench.Run(HostBench.CommitDelay - TimeSpan.FromTicks(1));
        Assert.False(add.HasHeard);
        Assert.Single(_bench.Stored("a"));

        _bench.Run(TimeSpan.FromTicks(1));
        Assert.True(add.HasHeard);
        Assert.Equal(2, _bench.Stored("a").Count);
    }

    [Fact]
    public void A_rejection_a_view_and_an_empty_acceptance_wait_for_what_they_rest_on()
    {
        var take = _bench.Send("a", new Probe.Command.Take(100));
        var refused = _bench.Send("a", new Probe.Command.Take(1));
        var view = _bench.Query("a");
        var nothing = _bench.Send("a", new Probe.Command.Nothing());
        _bench.RunNow();
        Assert.Empty(_bench.Heard.Except([_bench.Heard[0]]));

        _bench.Run(HostBench.CommitDelay);
        Assert.Equal([take, refused, view, nothing], _bench.Heard.Skip(1));
        Assert.Equal(0, view.State.Total);
        Assert.Equal(_bench.Now, refused.HeardAt);
    }

    [Fact]
    public void Where_nothing_is_under_way_a_rejection_and_a_view_are_answered_at_once()
    {
        var refused = _bench.Send("a", new Probe.Command.Take(101));
        var view = _bench.Query("a");
        _bench.RunNow();
        Assert.IsType<Answer.Rejected>(refused.Answer);
        Assert.Equal(100, view.State.Total);
    }

    [Fact]
    public void Answers_leave_in_the_order_of_the_decisions()
    {
        var random = new Kernel.SeededRandom(3);
        var sent = new List<Caller>();
        for (var round = 0; round < 200; round++)
        {
            sent.Add(random.NextInt(4) switch
            {
                0 => _bench.Query("a"),
                1 => _bench.Send("a", new Probe.Command.Take(1_000_000)),
                2 => _bench.Send("a", new Probe.Command.Nothing(), expiresIn: TimeSpan.FromMilliseconds(1)),
                _ => _bench.Send("a", new Probe.Command.Add(1), expiresIn: TimeSpan.FromMilliseconds(1)),
            });
            _bench.Run(TimeSpan.FromMilliseconds(random.NextInt(8)));
        }

        _bench.Run(TimeSpan.FromSeconds(1));
        Assert.All(sent, c => Assert.True(c.Answers is [Answer.Accepted or Answer.Rejected or Answer.Viewed]));
        Assert.Equal(sent, _bench.Heard.Skip(1));
    }

    [Fact]
    public void The_events_of_one_command_are_stored_together()
    {
        var twice = _bench.Do("a", new Probe.Command.AddTwice(3));
        Assert.Equal(2, twice.Accepted.Events.Count);
        Assert.Equal(3, twice.Accepted.SequenceNr);
        Assert.Equal(106, _bench.StateOf("a").Total);
    }

    [Fact]
    public void Entities_of_one_commit_do_not_wait_for_each_other()
    {
        _bench.Do("b", new Probe.Command.Add(1));
        var slow = _bench.Send("a", new Probe.Command.Add(1));
        var quick = _bench.Query("b");
        _bench.RunNow();
        Assert.True(quick.HasHeard);
        Assert.False(slow.HasHeard);
    }
}
