using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ActorTrade.Kernel.Streams;

/// <summary>
/// Keeps a slow consumer up to date by merging what it has not taken yet; for market data, never for orders.
/// </summary>
public static class ConflateOperator
{
    /// <summary>Merges all elements that arrive while the consumer is busy into one.</summary>
    /// <param name="merge">Makes one of the waiting and the new element; by default a caller takes the new one.</param>
    /// <param name="counter">Counts each element that was merged away.</param>
    public static IAsyncEnumerable<T> Conflate<T>(
        this IAsyncEnumerable<T> source, Func<T, T, T> merge, StreamCounter counter) =>
        source.ConflateByKey(static _ => 0, merge, keysMax: 1, counter);

    /// <summary>
    /// Merges elements of the same key; keys come out in the order in which they became ready, so no busy symbol
    /// holds up a quiet one. At most <paramref name="keysMax"/> + 1 elements wait; when that many different keys do,
    /// the source waits.
    /// </summary>
    public static IAsyncEnumerable<T> ConflateByKey<T, TKey>(
        this IAsyncEnumerable<T> source, Func<T, TKey> key, Func<T, T, T> merge, int keysMax, StreamCounter counter)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(counter);
        ArgumentOutOfRangeException.ThrowIfLessThan(keysMax, 1);
        return Iterate(source, key, merge, keysMax, counter, CancellationToken.None);
    }

    private static async IAsyncEnumerable<T> Iterate<T, TKey>(
        IAsyncEnumerable<T> source,
        Func<T, TKey> key,
        Func<T, T, T> merge,
        int keysMax,
        StreamCounter counter,
        [EnumeratorCancellation] CancellationToken cancellation)
        where TKey : notnull
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var waiting = new Waiting<T, TKey>(merge, counter);
        var ready = Channel.CreateBounded<TKey>(
            new BoundedChannelOptions(keysMax) { SingleReader = true, SingleWriter = true });
        var pump = Pump.Run(
            source,
            element =>
            {
                var k = key(element);
                return waiting.Put(k, element) ? ready.Writer.WriteAsync(k, end.Token) : ValueTask.CompletedTask;
            },
            failure => ready.Writer.Complete(failure),
            end.Token);
        try
        {
            await foreach (var k in ready.Reader.ReadAll(cancellation))
            {
                yield return waiting.Take(k);
            }
        }
        finally
        {
            end.Cancel();
            await pump;
        }
    }

    private sealed class Waiting<T, TKey>(Func<T, T, T> merge, StreamCounter counter)
        where TKey : notnull
    {
        private readonly Lock gate = new();
        private readonly Dictionary<TKey, T> elements = [];

        /// <returns>True if the key was not waiting yet.</returns>
        public bool Put(TKey key, T element)
        {
            lock (gate)
            {
                if (elements.TryAdd(key, element))
                {
                    return true;
                }

                elements[key] = merge(elements[key], element);
            }

            counter.OnConflated();
            return false;
        }

        public T Take(TKey key)
        {
            lock (gate)
            {
                elements.Remove(key, out var element);
                return element!;
            }
        }
    }
}
