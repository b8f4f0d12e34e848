using System.Runtime.CompilerServices;

namespace ActorTrade.Kernel.Streams;

/// <summary>Limits the rate of a stream by making its source wait.</summary>
public static class ThrottleOperator
{
    /// <summary>
    /// Lets through <paramref name="elements"/> in each <paramref name="per"/>, evenly spread, after up to
    /// <paramref name="burst"/> at once when the stream has been quiet. Clocks tick in milliseconds, so an element
    /// may pass up to 1 ms before its time; the average holds.
    /// </summary>
    public static IAsyncEnumerable<T> Throttle<T>(
        this IAsyncEnumerable<T> source, int elements, TimeSpan per, TimeProvider time, int burst = 1)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(elements, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(per, TimeSpan.Zero);
        return Iterate(source, elements, per, time, burst, CancellationToken.None);
    }

    // The generic cell rate algorithm (ITU-T I.371): one instant, the time at which the next element is due, is the
    // state. Kept as a whole number of elements since an origin, so that an interval that is no whole tick does not
    // add up an error.
    private static async IAsyncEnumerable<T> Iterate<T>(
        IAsyncEnumerable<T> source,
        int elements,
        TimeSpan per,
        TimeProvider time,
        int burst,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var tolerance = Span(burst - 1, elements, per);
        var origin = time.GetTimestamp();
        var count = 0L;
        await foreach (var element in source.WithCancellation(cancellation))
        {
            var late = time.GetElapsedTime(origin) - Span(count, elements, per);
            if (late >= TimeSpan.Zero)
            {
                // Quiet time beyond the burst is not saved up.
                origin = time.GetTimestamp();
                count = 0;
                late = TimeSpan.Zero;
            }

            while (-late - tolerance >= TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(-late - tolerance, time, cancellation);
                late = time.GetElapsedTime(origin) - Span(count, elements, per);
            }

            count++;
            yield return element;
        }
    }

    /// <summary>The time that a number of elements takes, rounded down to 100 ns.</summary>
    private static TimeSpan Span(long count, int elements, TimeSpan per) =>
        TimeSpan.FromTicks((long)((Int128)count * per.Ticks / elements));
}
