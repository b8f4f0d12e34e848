using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ActorTrade.Kernel.Streams;

/// <summary>
/// Reads a source ahead of its consumer. It starts with the enumeration, ends with it, and hands the source's end or
/// failure to whoever reads the other side. An operator that runs ahead waits for its pump before it ends, so nothing
/// is left running; a source must therefore listen to its cancellation token.
/// </summary>
internal static class Pump
{
    // A source that never waits would otherwise keep its thread; under simulation, forever.
    private const int ElementsPerTurn = 256;

    /// <summary>
    /// Feeds each element to the function; then says how it ended: null, or the failure. Never throws.
    /// </summary>
    public static async Task Run<T>(
        IAsyncEnumerable<T> source, Func<T, ValueTask> take, Action<Exception?> ended, CancellationToken cancellation)
    {
        await Task.Yield();
        Exception? failure = null;
        try
        {
            var count = 0;
            await foreach (var element in source.WithCancellation(cancellation))
            {
                await take(element);
                if (++count % ElementsPerTurn == 0)
                {
                    await Task.Yield();
                }

                cancellation.ThrowIfCancellationRequested();
            }
        }
        catch (Exception thrown)
        {
            // Handed on, not swallowed: the reader throws it.
            failure = thrown;
        }

        ended(failure);
    }

    /// <summary>Like ReadAllAsync, but stays on the reader's context, as a simulation needs.</summary>
    public static async IAsyncEnumerable<T> ReadAll<T>(
        this ChannelReader<T> reader, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (await reader.WaitToReadAsync(cancellation))
        {
            while (reader.TryRead(out var element))
            {
                yield return element;
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }
}
