using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ActorTrade.Kernel;
using ActorTrade.Kernel.Streams;

namespace ActorTrade.UnitTests.Kernel;

/// <summary>
/// Streams on simulated threads and time: every wait is a step, so every test says exactly what happened when.
/// </summary>
public sealed class StreamTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly KernelWorld world = new();
    private readonly StreamCounter counter = new("test");
    private readonly List<string> seen = [];
    private readonly TestSource source = new();

    [Fact]
    public void Built_in_operators_compose_and_stay_on_the_dispatcher()
    {
        var thread = Environment.CurrentManagedThreadId;
        var stream = source.Read().Select(e => e * 2).Where(e => e % 4 == 0)
            .Buffer(4, BufferPolicy.Wait, counter)
            .Select(e => Environment.CurrentManagedThreadId == thread ? e : -1);
        var done = Consume(stream);
        for (var i = 1; i <= 6; i++)
        {
            source.Push(i);
            world.Run();
        }

        source.End();
        world.Run();
        done.Completed();
        Assert.Equal(["4", "8", "12"], seen);
    }

    [Fact]
    public void A_waiting_buffer_reads_ahead_by_its_limit_and_loses_nothing()
    {
        var read = 0;
        var gate = new TaskCompletionSource();
        var done = Consume(Count(20, () => read++).Buffer(4, BufferPolicy.Wait, counter), _ => gate.Task);
        world.Run();

        // One at the consumer, four in the buffer, one in the pump's hand.
        Assert.Equal(6, read);
        gate.SetResult();
        world.Run();
        done.Completed();
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), seen);
        Assert.Equal(0, counter.Dropped);
    }

    [Theory]
    [InlineData(BufferPolicy.DropOldest, "0 17 18 19")]
    [InlineData(BufferPolicy.DropNewest, "0 1 2 3")]
    public void A_dropping_buffer_drops_as_it_says_and_counts(BufferPolicy policy, string expected)
    {
        var gate = new TaskCompletionSource();
        source.Push(0);
        var done = Consume(source.Read().Buffer(3, policy, counter), _ => gate.Task);
        world.Run();
        for (var i = 1; i < 20; i++)
        {
            source.Push(i);
            world.Run();
        }

        source.End();
        world.Run();
        gate.SetResult();
        world.Run();
        done.Completed();
        Assert.Equal(expected, string.Join(' ', seen));
        Assert.Equal(16, counter.Dropped);
    }

    [Fact]
    public void A_failing_buffer_gives_what_it_holds_and_then_fails()
    {
        var gate = new TaskCompletionSource();
        var done = Consume(Count(20, () => { }).Buffer(3, BufferPolicy.Fail, counter), _ => gate.Task);
        gate.SetResult();
        world.Run();
        Assert.Equal(3, Assert.Throws<BufferOverflowException>(done.Completed).Limit);
        Assert.Equal(["0", "1", "2"], seen);
    }

    [Fact]
    public void Conflate_merges_what_the_consumer_has_not_taken()
    {
        var gates = new Queue<TaskCompletionSource>([new(), new()]);
        var first = gates.Peek();
        var done = Consume(
            source.Read().Conflate((a, b) => a + b, counter),
            _ => gates.TryDequeue(out var g) ? g.Task : Task.CompletedTask);
        foreach (var i in new[] { 1, 10, 100, 1000 })
        {
            source.Push(i);
            world.Run();
        }

        Assert.Equal(2, counter.Conflated);
        var second = gates.Peek();
        first.SetResult();
        world.Run();
        second.SetResult();
        source.End();
        world.Run();
        done.Completed();
        Assert.Equal(["1", "1110"], seen);
    }

    [Fact]
    public void Conflation_by_key_keeps_the_last_of_each_in_turn_and_bounds_the_keys()
    {
        var gate = new TaskCompletionSource();
        var read = 0;
        var elements = new[] { 10, 11, 21, 12, 22, 13, 30, 40, 50, 60 };
        var done = Consume(
            Of(elements, () => read++).ConflateByKey(e => e / 10, (_, last) => last, keysMax: 2, counter),
            _ => gate.Task);
        world.Run();

        // Key 1 is at the consumer, 2 and 3 wait, 40 is in the pump's hand, and nothing is read beyond it.
        Assert.Equal(8, read);
        gate.SetResult();
        world.Run();
        done.Completed();
        Assert.Equal("13 22 30 40 50 60", string.Join(' ', seen));
        Assert.Equal(4, counter.Conflated);
    }

    [Fact]
    public void Groups_are_full_or_due()
    {
        var start = world.Time.GetUtcNow();
        var done = Consume(
            source.Read().GroupedWithin(3, 10 * Second, world.Time)
                .Select(g => $"{string.Join(',', g)}@{(world.Time.GetUtcNow() - start).TotalSeconds}"));
        source.Push(1);
        world.Run(4 * Second);
        source.Push(2);
        world.Run(7 * Second);
        source.Push(3);
        source.Push(4);
        source.Push(5);
        world.Run(Second);
        source.Push(6);
        world.Run(9 * Second);
        Assert.Equal(["1,2@10", "3,4,5@11"], seen);
        world.Run(2 * Second);
        source.Push(7);
        source.End();
        world.Run();
        done.Completed();
        Assert.Equal(["6@22", "7@23"], seen[2..]);
        Assert.Null(world.Time.NextTimerDue);
    }

    [Fact]
    public void Grouping_holds_back_its_source_while_the_consumer_is_busy()
    {
        var read = 0;
        var gate = new TaskCompletionSource();
        var done = Consume(
            Count(20, () => read++).GroupedWithin(3, Second, world.Time).Select(g => g.Count), _ => gate.Task);
        world.Run();
        Assert.Equal(7, read);
        gate.SetResult();
        world.Run();
        done.Completed();
        Assert.Equal(20, seen.Sum(int.Parse));
    }

    [Fact]
    public void Throttle_keeps_the_rate_and_spares_only_the_burst()
    {
        var start = world.Time.GetUtcNow();
        var done = Consume(
            source.Read().Throttle(4, Second, world.Time, burst: 2)
                .Select(e => $"{e}@{(world.Time.GetUtcNow() - start).TotalMilliseconds}"));
        for (var i = 0; i < 5; i++)
        {
            source.Push(i);
        }

        world.Run(100 * Second);
        for (var i = 5; i < 8; i++)
        {
            source.Push(i);
        }

        source.End();
        world.Run(Second);
        done.Completed();
        Assert.Equal(
            ["0@0", "1@0", "2@250", "3@500", "4@750", "5@100000", "6@100000", "7@100250"], seen);
    }

    [Fact]
    public void Throttle_does_not_drift_at_an_interval_that_is_no_whole_tick()
    {
        var start = world.Time.GetUtcNow();
        var done = Consume(Count(3_001, () => { }).Throttle(3, Second, world.Time));
        world.Run(999 * Second);
        Assert.False(done.IsCompleted);
        world.Run(Second + TimeSpan.FromMilliseconds(1));
        done.Completed();
        Assert.Equal(3_001, seen.Count);
    }

    [Fact]
    public void Merge_gives_all_elements_each_source_in_order_and_waits_for_the_slowest()
    {
        var other = new TestSource();
        var done = Consume(new[] { source.Read(), other.Read() }.Merge());
        source.Push(1);
        other.Push(100);
        source.Push(2);
        source.End();
        world.Run();
        Assert.False(done.IsCompleted);
        other.Push(101);
        other.End();
        world.Run();
        done.Completed();
        Assert.Equal(["1", "2"], seen.Where(s => s.Length == 1));
        Assert.Equal(["100", "101"], seen.Where(s => s.Length == 3));
        Consume(Array.Empty<IAsyncEnumerable<int>>().Merge());
    }

    [Fact]
    public void Merge_fails_with_the_first_failure_and_ends_the_others()
    {
        var other = new TestSource();
        var done = Consume(new[] { source.Read(), other.Read() }.Merge());
        source.Push(1);
        world.Run();
        source.End(new BoomException("upstream"));
        world.Run();
        Assert.Throws<BoomException>(done.Completed);
        Assert.True(other.Ended);
    }

    [Fact]
    public void Broadcast_gives_everything_to_everyone_at_the_pace_of_the_slowest()
    {
        var read = 0;
        var gate = new TaskCompletionSource();
        var branches = Count(20, () => read++).Broadcast(2, limit: 3);
        var slowSeen = new List<int>();
        var fast = Consume(branches[0]);
        var slow = world.Dispatcher.Start(async () =>
        {
            await foreach (var element in branches[1])
            {
                slowSeen.Add(element);
                await gate.Task;
            }
        });
        world.Run();
        Assert.Equal(5, read);
        gate.SetResult();
        world.Run();
        fast.Completed();
        slow.Completed();
        Assert.Equal(Enumerable.Range(0, 20), slowSeen);
        Assert.Equal(20, seen.Count);
        Assert.Throws<InvalidOperationException>(() =>
        {
            var again = Consume(branches[0]);
            world.Run();
            again.Completed();
        });
    }

    [Fact]
    public void A_broadcast_goes_on_without_a_branch_that_left_and_ends_with_the_last()
    {
        var branches = source.Read().Broadcast(2, limit: 1);
        var early = Consume(branches[0].Take(1));
        var late = Consume(branches[1].Take(4));
        for (var i = 0; i < 6; i++)
        {
            source.Push(i);
        }

        world.Run();
        early.Completed();
        late.Completed();
        Assert.Equal(5, seen.Count);
        Assert.True(source.Ended);
    }

    [Theory]
    [InlineData("buffer")]
    [InlineData("conflate")]
    [InlineData("group")]
    [InlineData("throttle")]
    [InlineData("broadcast")]
    [InlineData("merge")]
    public void Failure_and_cancellation_and_an_early_end_pass_through(string name)
    {
        source.Push(1);
        var failing = Consume(Through(name, source.Read()));
        world.Run(2 * Second);
        source.End(new BoomException("upstream"));
        world.Run();
        Assert.Equal("upstream", Assert.Throws<BoomException>(failing.Completed).Message);
        Assert.Equal(["1"], seen);

        using var cancellation = new CancellationTokenSource();
        var endless = new TestSource();
        var cancelled = Consume(Through(name, endless.Read()), cancellation: cancellation.Token);
        world.Run();
        cancellation.Cancel();
        world.Run();
        Assert.ThrowsAny<OperationCanceledException>(cancelled.Completed);
        Assert.True(endless.Ended);

        var unfinished = new TestSource();
        unfinished.Push(2);
        var taken = Consume(Through(name, unfinished.Read()).Take(1));
        world.Run(2 * Second);
        taken.Completed();
        Assert.True(unfinished.Ended);
    }

    [Fact]
    public void A_sink_sends_as_much_as_the_actor_acknowledges()
    {
        var acks = new List<IAck>();
        var actor = world.System.Spawn(() => new Collector(acks), "collector", new SpawnOptions { Capacity = 1 });
        var read = 0;
        var done = Sink(Count(10, () => read++), actor);
        world.Run();
        Assert.Equal(3, acks.Count);
        Assert.Equal(4, read);
        acks[0].Ack();
        acks[0].Ack();
        world.Run();
        Assert.Equal(4, acks.Count);
        for (var i = 1; i < 10; i++)
        {
            acks[i].Ack();
            world.Run();
            Assert.Equal(i == 9, done.IsCompleted);
        }

        done.Completed();
        Assert.Null(world.Time.NextTimerDue);
    }

    [Fact]
    public void A_sink_fails_when_its_actor_stops_or_acknowledges_nothing()
    {
        var stopping = world.System.Spawn(() => new Collector([]), "stopping");
        var stopped = Sink(Count(10, () => { }), stopping);
        world.Run();
        world.System.Stop(stopping);
        world.Run();
        Assert.Throws<ActorStoppedException>(stopped.Completed);
        var again = Sink(Count(10, () => { }), stopping);
        world.Run();
        Assert.Throws<ActorStoppedException>(again.Completed);

        var silent = world.System.Spawn(() => new Collector([]), "silent");
        var timedOut = Sink(Count(10, () => { }), silent);
        world.Run((5 * Second) - TimeSpan.FromTicks(1));
        Assert.False(timedOut.IsCompleted);
        world.Run(TimeSpan.FromTicks(1));
        Assert.Throws<TimeoutException>(timedOut.Completed);
    }

    [Fact]
    public async Task Operators_work_on_real_threads()
    {
        var numbers = Count(20_000, () => { });
        var merged = new[] { numbers, Count(20_000, () => { }) }.Merge(limit: 8)
            .Buffer(16, BufferPolicy.Wait, counter)
            .GroupedWithin(100, Second, TimeProvider.System);
        var sum = 0L;
        await foreach (var group in merged)
        {
            sum += group.Sum(e => (long)e);
        }

        Assert.Equal(20_000L * 19_999, sum);
    }

    private static async IAsyncEnumerable<int> Of(int[] elements, Action onRead)
    {
        foreach (var element in elements)
        {
            onRead();
            yield return element;
        }

        await Task.CompletedTask;
    }

    private static IAsyncEnumerable<int> Count(int count, Action onRead) => Of([.. Enumerable.Range(0, count)], onRead);

    private IAsyncEnumerable<int> Through(string name, IAsyncEnumerable<int> from) => name switch
    {
        "buffer" => from.Buffer(2, BufferPolicy.Wait, counter),
        "conflate" => from.Conflate((_, b) => b, counter),
        "group" => from.GroupedWithin(10, Second, world.Time).Select(g => g[0]),
        "throttle" => from.Throttle(1, Second, world.Time),
        "broadcast" => from.Broadcast(1)[0],
        _ => new[] { from }.Merge(),
    };

    private Task Consume<T>(
        IAsyncEnumerable<T> stream, Func<T, Task>? handle = null, CancellationToken cancellation = default) =>
        world.Dispatcher.Start(async () =>
        {
            await foreach (var element in stream.WithCancellation(cancellation))
            {
                seen.Add($"{element}");
                await (handle?.Invoke(element) ?? Task.CompletedTask);
            }
        });

    private Task Sink(IAsyncEnumerable<int> stream, ActorRef<Collected> actor) => world.Dispatcher.Start(
        () => stream.RunIntoActor(actor, (e, ack) => new Collected(e, ack), maxInFlight: 3, 5 * Second, world.Time));

    /// <summary>A source fed by the test; knows when its reader has left.</summary>
    private sealed class TestSource
    {
        private readonly Channel<int> channel = Channel.CreateUnbounded<int>();

        public bool Ended { get; private set; }

        public void Push(int element) => channel.Writer.TryWrite(element);

        public void End(Exception? failure = null) => channel.Writer.Complete(failure);

        public async IAsyncEnumerable<int> Read([EnumeratorCancellation] CancellationToken cancellation = default)
        {
            try
            {
                while (await channel.Reader.WaitToReadAsync(cancellation))
                {
                    while (channel.Reader.TryRead(out var element))
                    {
                        yield return element;
                    }
                }
            }
            finally
            {
                Ended = true;
            }
        }
    }

    private sealed record Collected(int Element, IAck Ack);

    private sealed class Collector(List<IAck> acks) : Actor<Collected>
    {
        protected override void Receive(Collected message) => acks.Add(message.Ack);
    }
}
