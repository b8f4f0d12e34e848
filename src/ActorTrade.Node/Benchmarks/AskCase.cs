using System.Diagnostics;
using System.Threading.Channels;
using ActorTrade.Kernel;

namespace ActorTrade.Node.Benchmarks;

/// <summary>What one run of asks measured.</summary>
internal readonly record struct AskFigures(
    double PerSecond, double P50Microseconds, double P99Microseconds, double BytesEach);

/// <summary>One ask in flight: the next goes out when the continuation of the last has run.</summary>
internal static class AskCase
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    public static AskFigures Actor(TimeSpan duration)
    {
        var system = new ActorSystem("benchmark");
        var actor = system.Spawn(static () => new EchoActor(), "echo");
        var figures = Measure(duration, () => actor.Ask<object>(static reply => new Question(reply), Deadline));
        system.DisposeAsync().AsTask().Wait();
        return figures;
    }

    /// <summary>The least a channel needs for the same: a completion source in the message, no deadline.</summary>
    public static AskFigures Channel(TimeSpan duration)
    {
        var channel = System.Threading.Channels.Channel.CreateBounded<TaskCompletionSource<object>>(
            new BoundedChannelOptions(1024) { SingleReader = true });
        var reader = Answer(channel.Reader);
        var figures = Measure(duration, () =>
        {
            var question = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
            channel.Writer.TryWrite(question);
            return question.Task;
        });
        channel.Writer.Complete();
        reader.Wait();
        return figures;
    }

    private static async Task Answer(ChannelReader<TaskCompletionSource<object>> reader)
    {
        await foreach (var question in reader.ReadAllAsync())
        {
            question.SetResult(question);
        }
    }

    private static AskFigures Measure<T>(TimeSpan duration, Func<Task<T>> ask)
    {
        var samples = new long[2_000_000];
        var figures = Loop(duration, ask, samples);
        figures.Wait();
        return figures.Result;
    }

    private static async Task<AskFigures> Loop<T>(TimeSpan duration, Func<Task<T>> ask, long[] samples)
    {
        // Leaves the calling thread, which waits: the loop belongs on the thread-pool, where callers live.
        await Task.Yield();
        var count = 0;
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var started = Stopwatch.GetTimestamp();
        var end = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var now = started;
        while (now < end && count < samples.Length)
        {
            await ask();
            var after = Stopwatch.GetTimestamp();
            samples[count++] = after - now;
            now = after;
        }

        var allocated = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        Array.Sort(samples, 0, count);
        return new AskFigures(
            count / Stopwatch.GetElapsedTime(started, now).TotalSeconds,
            Microseconds(samples[count / 2]),
            Microseconds(samples[(int)(count * 0.99)]),
            allocated / (double)Math.Max(1, count));
    }

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;

    private sealed record Question(IReplyTo<object> ReplyTo);

    private sealed class EchoActor : Actor<Question>
    {
        protected override void Receive(Question message) => message.ReplyTo.Reply(message);
    }
}
