using ActorTrade.Cluster.Sharding;
using ActorTrade.EventSourcing;
using ActorTrade.Kernel;

namespace ActorTrade.SimulationTests.Entities;

/// <summary>At every bound there is a typed answer.</summary>
public sealed class BoundTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_full_mailbox_refuses_and_the_rest_is_answered()
    {
        var bench = new HostBench();
        bench.Do("a", new Probe.Command.Add(1));
        var callers = Enumerable.Range(0, Probe.MailboxCapacity + 3).Select(_ => bench.Query("a")).ToList();
        Assert.All(callers.Skip(Probe.MailboxCapacity), c => c.AssertRefused(RefusalReason.MailboxFull));
        bench.Run(Second);
        Assert.All(callers.Take(Probe.MailboxCapacity), c => Assert.Equal(1, c.State.Total));
    }

    [Fact]
    public void An_entity_that_recovers_holds_back_only_so_much()
    {
        var bench = new HostBench();
        var callers = new List<Caller>();
        for (var i = 0; i < Probe.MailboxCapacity + 3; i++)
        {
            callers.Add(bench.Query("a"));
            bench.RunNow();
        }

        Assert.All(callers.Skip(Probe.MailboxCapacity), c => c.AssertRefused(RefusalReason.MailboxFull));
        bench.Run(Second);
        Assert.All(callers.Take(Probe.MailboxCapacity), c => Assert.Equal(0, c.State.Total));
    }

    [Fact]
    public void More_entities_than_may_be_loaded_are_unavailable_until_others_leave()
    {
        var bench = new HostBench(new LocalShardsOptions { LoadedMax = 2, PassivateAfter = Second * 10 });
        bench.Do("a", new Probe.Command.Add(1));
        bench.Do("b", new Probe.Command.Add(1));
        var refused = bench.Query("c");
        refused.AssertRefused(RefusalReason.Unavailable);
        Assert.Equal(1, bench.StateOf("a").Total);
        bench.Run(Second * 30);
        Assert.Equal(0, bench.StateOf("c").Total);
    }

    [Fact]
    public void A_category_or_a_command_nobody_serves_is_refused()
    {
        var bench = new HostBench();
        var caller = new Caller(bench.Time, bench.Heard);
        var header = new CommandHeader(bench.NewId(), "tester", bench.Now + Second);
        bench.Shards.Send(new EntityId("nothing", "x"), new Probe.Command.Add(1), header, caller);
        bench.Shards.Query(new EntityId("nothing", "x"), caller);
        bench.Shards.Send(HostBench.IdOf("a"), new Foreign(), header, caller);
        Assert.Equal(3, caller.Answers.Count);
        Assert.All(caller.Answers, a => Assert.Equal(new Answer.Refused(RefusalReason.UnknownCategory), a));
        Assert.Equal(0, bench.Shards.Loaded);
    }

    [Fact]
    public void What_is_outside_the_journal_is_reached_by_its_category()
    {
        var bench = new HostBench();
        var outside = new Outside();
        bench.Shards.AddOutside("venue", outside);
        var caller = new Caller(bench.Time, bench.Heard);
        var header = new CommandHeader(bench.NewId(), "tester", bench.Now + Second);
        bench.Shards.Send(new EntityId("venue", "x"), new Foreign(), header, caller);
        Assert.IsType<Answer.Rejected>(caller.Answer);
    }

    [Fact]
    public void A_journal_without_room_refuses_new_work_and_lets_the_clusters_own_pass()
    {
        var bench = new HostBench(waitingRequestsMax: 2);
        bench.Do("a", new Probe.Command.Add(1));
        var first = bench.Send("a", new Probe.Command.Add(1));
        var second = bench.Send("a", new Probe.Command.Add(1));
        var refused = bench.Send("a", new Probe.Command.Add(1));
        var own = bench.Send("a", new Probe.Command.Add(1), principal: CommandContext.Self);
        var repeat = bench.Send("a", new Probe.Command.Add(1), id: new Guid(2, 5, 5, new byte[8]));
        bench.Run(Second);
        refused.AssertRefused(RefusalReason.Unavailable);
        Assert.All([first, second, own, repeat], c => Assert.IsType<Answer.Accepted>(c.Answer));
        Assert.Equal(4, bench.StateOf("a").Total);
    }

    [Theory]
    [InlineData("with/slash")]
    [InlineData("as long as an entity's key may be")]
    public void Any_key_an_entity_may_have_is_served(string key)
    {
        key = key.Contains("long", StringComparison.Ordinal)
            ? new string('k', EntityId.LengthMax - Probe.Category.Length - 1)
            : key;
        var bench = new HostBench();
        Assert.IsType<Answer.Accepted>(bench.Do(key, new Probe.Command.Add(1)).Answer);
        Assert.Equal(1, bench.StateOf(key).Total);
    }

    [Fact]
    public void A_key_that_is_too_long_is_refused_and_not_stored()
    {
        var bench = new HostBench();
        var key = new string('k', EntityId.LengthMax - Probe.Category.Length);
        bench.Do(key, new Probe.Command.Add(1)).AssertRefused(RefusalReason.Unavailable);
        Assert.Equal(0, bench.Journal.LastOrdering);
    }

    [Fact]
    public void When_the_process_stops_whoever_comes_is_refused_and_does_not_wait_for_ever()
    {
        var bench = new HostBench();
        bench.Do("a", new Probe.Command.Add(1));
        bench.System.StopAsync(Second);
        bench.RunNow();
        bench.Query("a").AssertRefused(RefusalReason.Unavailable);
        bench.Query("b").AssertRefused(RefusalReason.Unavailable);
        bench.Query("b").AssertRefused(RefusalReason.Unavailable);
    }

    [Fact]
    public void An_entity_that_is_given_up_tells_everyone_who_waits_and_can_be_reached_again()
    {
        var bench = new HostBench(strategy: SupervisorStrategy.Stopping);
        bench.Do("a", new Probe.Command.Add(1));
        var under = bench.Send("a", new Probe.Command.Add(1));
        var broken = bench.Send("a", new Probe.Command.ThrowInDecide());
        bench.Run(Second);
        under.AssertUnknown();
        broken.AssertRefused(RefusalReason.Unavailable);
        Assert.Equal(2, bench.StateOf("a").Total);
    }

    private sealed record Foreign : ICommand;

    private sealed class Outside : IOutsideEntities
    {
        public void Handle(EntityId target, ICommand command, CommandHeader header, IAnswerSink? answerTo) =>
            answerTo!.Answered(new Answer.Rejected(new Probe.Refusal(target.Key, 0)));
    }
}
