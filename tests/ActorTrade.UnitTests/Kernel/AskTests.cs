using ActorTrade.Kernel;

namespace ActorTrade.UnitTests.Kernel;

public sealed class AskTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly KernelWorld world = new();
    private readonly List<IReplyTo<int>> questions = [];

    [Fact]
    public void The_first_reply_wins()
    {
        var ask = Spawn(q =>
        {
            q.Reply(1);
            q.Reply(2);
        }).Ask<int>(q => new Question(q), Second);
        Assert.False(ask.IsCompleted);
        world.Run();
        Assert.Equal((AskStatus.Replied, 1), (ask.Completed().Status, ask.Completed().Reply));
        Assert.True(ask.Completed().TryGetReply(out var reply));
        Assert.Equal(1, reply);
    }

    [Fact]
    public void An_ask_times_out_exactly_at_its_deadline_and_ignores_the_late_reply()
    {
        var actor = Spawn(questions.Add);
        world.Run(TimeSpan.FromTicks(12_345));
        var ask = actor.Ask<int>(q => new Question(q), Second);
        world.Run(Second - TimeSpan.FromTicks(1));
        Assert.False(ask.IsCompleted);
        world.Run(TimeSpan.FromTicks(1));
        Assert.Equal(AskStatus.TimedOut, ask.Completed().Status);
        questions[0].Reply(1);
        world.Run();
        Assert.False(ask.Completed().TryGetReply(out _));
        Assert.Throws<InvalidOperationException>(() => ask.Completed().Reply);
        Assert.Equal(1, world.System.Counters.AsksTimedOut);
    }

    [Fact]
    public void Deadlines_of_any_length_end_in_order()
    {
        var actor = Spawn(questions.Add);
        var random = new SeededRandom(3);
        var ended = new List<long>();
        var asks = Enumerable.Range(0, 500).Select(_ => 1 + random.NextInt(100_000)).ToList();
        var all = world.Dispatcher.Start(() => Task.WhenAll(asks.Select(async milliseconds =>
        {
            var result = await actor.Ask<int>(q => new Question(q), TimeSpan.FromMilliseconds(milliseconds));
            Assert.Equal(AskStatus.TimedOut, result.Status);
            ended.Add(milliseconds);
        })));
        world.Run(TimeSpan.FromSeconds(101));
        Assert.True(all.IsCompletedSuccessfully);
        Assert.Equal(asks.Order().Select(m => (long)m), ended);
    }

    [Fact]
    public void A_full_mailbox_answers_at_once()
    {
        var actor = Spawn(_ => { }, new SpawnOptions { Capacity = 1 });
        actor.Tell(new Question(null!));
        var ask = actor.Ask<int>(q => new Question(q), Second);
        Assert.True(ask.IsCompleted);
        Assert.Equal(AskStatus.MailboxFull, ask.Completed().Status);
    }

    [Fact]
    public void A_stopped_actor_answers_at_once()
    {
        var actor = Spawn(_ => { });
        world.System.Stop(actor);
        world.Run();
        Assert.Equal(AskStatus.Stopped, actor.Ask<int>(q => new Question(q), Second).Completed().Status);
    }

    [Fact]
    public void Asks_that_wait_when_the_actor_stops_end_as_stopped_the_others_go_on()
    {
        var actor = Spawn(questions.Add);
        var other = world.System.Spawn(() => new Answerer(questions.Add), "other");
        var handled = actor.Ask<int>(q => new Question(q), Second);
        world.Run();
        var waiting = actor.Ask<int>(q => new Question(q), Second);
        var others = other.Ask<int>(q => new Question(q), Second);
        world.System.Stop(actor);
        world.Run();
        Assert.Equal(AskStatus.Stopped, handled.Completed().Status);
        Assert.Equal(AskStatus.Stopped, waiting.Completed().Status);
        Assert.False(others.IsCompleted);
        Assert.Equal(1, world.System.Counters.DeadLetters);
    }

    [Fact]
    public void Disposing_the_system_ends_what_is_pending()
    {
        var actor = Spawn(questions.Add);
        var ask = actor.Ask<int>(q => new Question(q), Second);
        var disposed = world.Dispatcher.Start(() => world.System.DisposeAsync().AsTask());
        world.Run();
        Assert.True(disposed.IsCompletedSuccessfully);
        Assert.Equal(AskStatus.Stopped, ask.Completed().Status);
    }

    [Fact]
    public void The_continuation_never_runs_inside_the_turn()
    {
        var inTurn = false;
        var seen = new List<bool>();
        var actor = Spawn(q =>
        {
            inTurn = true;
            q.Reply(1);
            inTurn = false;
        });
        var ask = actor.Ask<int>(q => new Question(q), Second);
        ask.ContinueWith(
            _ => seen.Add(inTurn),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        world.Run();
        Assert.Equal([false], seen);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(25)]
    public void A_deadline_out_of_range_is_a_bug_of_the_caller(int hours)
    {
        var actor = Spawn(_ => { });
        Assert.Throws<ArgumentOutOfRangeException>(
            () => { _ = actor.Ask<int>(q => new Question(q), TimeSpan.FromHours(hours)); });
    }

    [Fact]
    public async Task Asks_end_on_real_threads_and_the_real_clock()
    {
        await using var system = new ActorSystem("real");
        var actor = system.Spawn(
            () => new Answerer(q =>
            {
                // Every second question stays without an answer.
                if (questions.Count % 2 == 0)
                {
                    q.Reply(questions.Count);
                }

                questions.Add(q);
            }),
            "answerer");
        var asks = new List<Task<AskResult<int>>>();
        for (var i = 0; i < 1000; i++)
        {
            asks.Add(actor.Ask<int>(q => new Question(q), TimeSpan.FromMilliseconds(300)));
        }

        var results = await Task.WhenAll(asks).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(500, results.Count(r => r.Status == AskStatus.Replied));
        Assert.Equal(500, results.Count(r => r.Status == AskStatus.TimedOut));
    }

    private ActorRef<Question> Spawn(Action<IReplyTo<int>> answer, SpawnOptions? options = null) =>
        world.System.Spawn(() => new Answerer(answer), "answerer", options);

    private sealed record Question(IReplyTo<int> ReplyTo);

    private sealed class Answerer(Action<IReplyTo<int>> answer) : Actor<Question>
    {
        protected override void Receive(Question message) => answer(message.ReplyTo);
    }
}
