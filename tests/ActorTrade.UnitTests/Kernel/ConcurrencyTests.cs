using ActorTrade.Kernel;
using ActorTrade.Node.Benchmarks;

namespace ActorTrade.UnitTests.Kernel;

/// <summary>The kernel on real threads. Bounded in messages, and every wait in time.</summary>
public sealed class ConcurrencyTests
{
    private const int Senders = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(16, 4)]
    [InlineData(1024, 512)]
    public async Task Every_accepted_message_is_handled_once_in_order_of_its_sender_one_turn_at_a_time(
        int capacity, int turnLimit)
    {
        await using var system = new ActorSystem("stress");
        var options = new SpawnOptions { Capacity = capacity, TurnLimit = turnLimit };
        var receivers = Enumerable.Range(0, 3).Select(_ => new Received()).ToArray();
        var actors = receivers.Select((r, i) => system.Spawn(() => new Receiver(r), $"r{i}", options)).ToArray();
        const int messages = 30_000;
        var threads = Enumerable.Range(0, Senders)
            .Select(sender => new Thread(() => Send(sender, messages, actors)) { IsBackground = true })
            .ToArray();
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => Assert.True(t.Join(Patience)));

        // No message follows that could wake up an actor whose wake-up was lost.
        foreach (var received in receivers)
        {
            Assert.True(
                SpinWait.SpinUntil(() => Volatile.Read(ref received.Count) == Senders * messages, Patience),
                $"{received.Count} of {Senders * messages}: a wake-up was lost");
            Assert.Equal(0, received.OutOfOrder);
            Assert.Equal(0, received.Overlaps);
        }
    }

    [Fact]
    public async Task Stops_and_asks_from_many_threads_leave_nothing_behind()
    {
        await using var system = new ActorSystem("churn");
        for (var round = 0; round < 200; round++)
        {
            var actor = system.Spawn(() => new Echo(), $"echo{round}");
            var asks = new List<Task<AskResult<int>>>();
            var asking = new Thread(() =>
            {
                for (var i = 0; i < 50; i++)
                {
                    asks.Add(actor.Ask<int>(q => new Question(q), TimeSpan.FromSeconds(50)));
                }
            });
            asking.Start();
            system.Stop(actor);
            Assert.True(asking.Join(Patience));
            await system.WhenStopped(actor).WaitAsync(Patience);
            var results = await Task.WhenAll(asks).WaitAsync(Patience);
            Assert.All(results, r => Assert.True(r.Status is AskStatus.Replied or AskStatus.Stopped));
        }

        Assert.Equal(0, system.Counters.LiveActors);
    }

    [Fact]
    public async Task Restarts_under_load_lose_only_the_failing_messages()
    {
        await using var system = new ActorSystem("restarts", new ActorSystemOptions
        {
            GuardianStrategy = new SupervisorStrategy { MaxRestarts = 10_000 },
        });
        var received = new Received();
        var actor = system.Spawn(() => new Receiver(received), "fragile");
        const int messages = 20_000;
        var thread = new Thread(() => Send(0, messages, [actor], failEvery: 100)) { IsBackground = true };
        thread.Start();
        Assert.True(thread.Join(Patience));
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref received.Count) == messages, Patience));
        Assert.Equal(0, received.OutOfOrder);
        Assert.True(SpinWait.SpinUntil(() => system.Counters.Restarts == messages / 100, Patience));
    }

    [Fact]
    public void An_idle_actor_costs_at_most_400_bytes()
    {
        Assert.InRange(Least(told: false), 50, 400);
        Assert.InRange(Least(told: true), 50, 400);

        // Of several, for what other tests keep in the meantime is counted too.
        static double Least(bool told) =>
            Enumerable.Range(0, 5).Min(_ => MemoryCase.BytesPerIdleActor(20_000, told));
    }

    [Fact]
    public async Task Telling_allocates_nothing()
    {
        await using var system = new ActorSystem("allocation");
        var received = new Received();
        var actor = system.Spawn(() => new Receiver(received), "receiver");
        var message = new Numbered(0, 0, Fails: false);
        Tell(actor, message, 20_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Tell(actor, message, 20_000);

        // Growing to the capacity may still happen once; an envelope a message would be 480,000 bytes and more.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40_000);
    }

    private static void Tell(ActorRef<Numbered> actor, Numbered message, int count)
    {
        for (var i = 0; i < count;)
        {
            i += actor.Tell(message) ? 1 : 0;
        }
    }

    private static void Send(int sender, int messages, ActorRef<Numbered>[] actors, int failEvery = int.MaxValue)
    {
        var spin = default(SpinWait);
        for (var number = 1; number <= messages; number++)
        {
            foreach (var actor in actors)
            {
                while (!actor.Tell(new Numbered(sender, number, number % failEvery == 0)))
                {
                    spin.SpinOnce(sleep1Threshold: -1);
                }
            }
        }
    }

    private sealed record Numbered(int Sender, int Number, bool Fails);

    private sealed class Received
    {
        public readonly int[] Last = new int[Senders];
        public int Count;
        public int OutOfOrder;
        public int Overlaps;
        public int Inside;
    }

    private sealed class Receiver(Received received) : Actor<Numbered>
    {
        protected override void Receive(Numbered message)
        {
            received.Overlaps += Interlocked.Exchange(ref received.Inside, 1);
            received.OutOfOrder += message.Number == received.Last[message.Sender] + 1 ? 0 : 1;
            received.Last[message.Sender] = message.Number;
            Volatile.Write(ref received.Inside, 0);
            Volatile.Write(ref received.Count, received.Count + 1);
            if (message.Fails)
            {
                throw new BoomException("planned");
            }
        }
    }

    private sealed record Question(IReplyTo<int> ReplyTo);

    private sealed class Echo : Actor<Question>
    {
        protected override void Receive(Question message) => message.ReplyTo.Reply(1);
    }
}
