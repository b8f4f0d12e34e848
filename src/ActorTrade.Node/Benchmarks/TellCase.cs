using System.Diagnostics;
using System.Threading.Channels;
using ActorTrade.Kernel;

namespace ActorTrade.Node.Benchmarks;

/// <summary>What one run of a case measured.</summary>
/// <param name="PerSecond">Operations completed a second.</param>
/// <param name="BytesEach">Bytes allocated for one operation, by all threads.</param>
internal readonly record struct TellFigures(double PerSecond, double BytesEach);

/// <summary>
/// Producer threads send bursts of one and the same object; a burst ends when the last message has been handled. So
/// what is measured is the whole way, and not how fast a growing backlog can be filled. A refused send is repeated;
/// both sides spin alike.
/// </summary>
internal static class TellCase
{
    private const int BurstMessages = 100_000;

    private static readonly object Message = new();

    public static TellFigures Actors(int producers, int receivers, TimeSpan duration)
    {
        var system = new ActorSystem("benchmark");
        var counts = new Counter[receivers];
        var actors = new ActorRef<object>[receivers];
        for (var i = 0; i < receivers; i++)
        {
            var count = counts[i] = new Counter();
            actors[i] = system.Spawn(() => new CountingActor(count), $"a{i}");
        }

        var figures = Measure(producers, receivers, duration, counts, i => actors[i].Tell(Message));
        system.DisposeAsync().AsTask().Wait();
        return figures;
    }

    public static TellFigures Channels(int producers, int receivers, TimeSpan duration)
    {
        var counts = new Counter[receivers];
        var channels = new Channel<object>[receivers];
        var readers = new Task[receivers];
        for (var i = 0; i < receivers; i++)
        {
            counts[i] = new Counter();
            channels[i] = Channel.CreateBounded<object>(new BoundedChannelOptions(1024) { SingleReader = true });
            readers[i] = Read(channels[i].Reader, counts[i]);
        }

        var figures = Measure(producers, receivers, duration, counts, i => channels[i].Writer.TryWrite(Message));
        Array.ForEach(channels, static channel => channel.Writer.Complete());
        Task.WhenAll(readers).Wait();
        return figures;
    }

    private static async Task Read(ChannelReader<object> reader, Counter count)
    {
        while (await reader.WaitToReadAsync())
        {
            while (reader.TryRead(out _))
            {
                count.Value++;
            }
        }
    }

    private static TellFigures Measure(
        int producers, int receivers, TimeSpan duration, Counter[] counts, Func<int, bool> send)
    {
        var started = Stopwatch.GetTimestamp();
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var each = BurstMessages / producers;
        var sent = 0L;
        do
        {
            // The producers are the outside world, so they are threads of their own and not actors.
            var threads = Enumerable.Range(0, producers)
                .Select(p => new Thread(() => Produce(p * (receivers / producers), receivers, each, send)))
                .ToArray();
            Array.ForEach(threads, static thread => thread.Start());
            Array.ForEach(threads, static thread => thread.Join());
            sent += each * producers;
            while (counts.Sum(static count => Volatile.Read(ref count.Value)) < sent)
            {
                Thread.Yield();
            }
        }
        while (Stopwatch.GetElapsedTime(started) < duration);

        var elapsed = Stopwatch.GetElapsedTime(started);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        return new TellFigures(sent / elapsed.TotalSeconds, allocated / (double)sent);
    }

    private static void Produce(int first, int receivers, int messages, Func<int, bool> send)
    {
        var at = first;
        var spin = default(SpinWait);
        while (messages > 0)
        {
            if (send(at))
            {
                messages--;
                at = at + 1 == receivers ? 0 : at + 1;
            }
            else
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }
        }
    }

    private sealed class Counter
    {
        public long Value;
    }

    private sealed class CountingActor(Counter count) : Actor<object>
    {
        protected override void Receive(object message) => count.Value++;
    }
}
