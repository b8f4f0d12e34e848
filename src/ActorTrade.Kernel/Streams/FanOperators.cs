using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ActorTrade.Kernel.Streams;

/// <summary>Streams that join and part.</summary>
public static class FanOperators
{
    /// <summary>
    /// Gives the elements of all sources as they come, each source in its own order. Ends when all have ended; the
    /// first failure cancels the others and passes on. At most <paramref name="limit"/> elements wait, then the
    /// sources do.
    /// </summary>
    public static IAsyncEnumerable<T> Merge<T>(this IEnumerable<IAsyncEnumerable<T>> sources, int limit = 16)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return MergeAll(sources.ToArray(), limit, CancellationToken.None);
    }

    /// <summary>
    /// Gives every element to each of <paramref name="branches"/> streams. The slowest sets the pace; each may lag
    /// behind by <paramref name="limit"/> elements. The source starts with the first branch. A branch can be
    /// enumerated once and leaves when its enumeration ends; one that is never enumerated holds up the rest.
    /// </summary>
    public static IReadOnlyList<IAsyncEnumerable<T>> Broadcast<T>(
        this IAsyncEnumerable<T> source, int branches, int limit = 16)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(branches, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var hub = new BroadcastHub<T>(source, branches, limit);
        return [.. Enumerable.Range(0, branches).Select(branch => hub.Branch(branch, CancellationToken.None))];
    }

    private static async IAsyncEnumerable<T> MergeAll<T>(
        IAsyncEnumerable<T>[] sources, int limit, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var channel = Channel.CreateBounded<T>(new BoundedChannelOptions(limit) { SingleReader = true });
        var running = sources.Length;
        if (running == 0)
        {
            yield break;
        }

        var pumps = Array.ConvertAll(sources, source => Pump.Run(
            source,
            element => channel.Writer.WriteAsync(element, end.Token),
            failure =>
            {
                // The first failure completes the channel; an end counts only when it is the last.
                if (Interlocked.Decrement(ref running) == 0 || failure is not null)
                {
                    channel.Writer.TryComplete(failure);
                }
            },
            end.Token));
        try
        {
            await foreach (var element in channel.Reader.ReadAll(cancellation))
            {
                yield return element;
            }
        }
        finally
        {
            end.Cancel();
            await Task.WhenAll(pumps);
        }
    }

    private sealed class BroadcastHub<T>(IAsyncEnumerable<T> source, int branches, int limit)
    {
        private readonly Lock gate = new();
        private readonly CancellationTokenSource end = new();
        private readonly bool[] taken = new bool[branches];
        private readonly Channel<T>[] channels =
        [
            .. Enumerable.Range(0, branches).Select(_ => Channel.CreateBounded<T>(
                new BoundedChannelOptions(limit) { SingleReader = true })),
        ];

        private int left = branches;
        private Task? pump;

        public async IAsyncEnumerable<T> Branch(int branch, [EnumeratorCancellation] CancellationToken cancellation)
        {
            Start(branch);
            try
            {
                await foreach (var element in channels[branch].Reader.ReadAll(cancellation))
                {
                    yield return element;
                }
            }
            finally
            {
                await Leave(branch);
            }
        }

        private void Start(int branch)
        {
            lock (gate)
            {
                if (taken[branch])
                {
                    throw new InvalidOperationException($"Branch {branch} of a broadcast can be enumerated only once.");
                }

                taken[branch] = true;
                pump ??= Pump.Run(source, Give, EndAll, end.Token);
            }
        }

        private async ValueTask Give(T element)
        {
            foreach (var channel in channels)
            {
                // False once the branch has left.
                while (await channel.Writer.WaitToWriteAsync(end.Token) && !channel.Writer.TryWrite(element))
                {
                }
            }
        }

        private void EndAll(Exception? failure) => Array.ForEach(channels, c => c.Writer.TryComplete(failure));

        private async Task Leave(int branch)
        {
            channels[branch].Writer.TryComplete();
            if (Interlocked.Decrement(ref left) == 0)
            {
                end.Cancel();
                await pump!;
                end.Dispose();
            }
        }
    }
}
