using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace ActorTrade.Kernel.Streams;

/// <summary>Groups elements by number and time.</summary>
public static class GroupedWithinOperator
{
    /// <summary>
    /// Gives a group when it has <paramref name="count"/> elements or when <paramref name="within"/> has passed since
    /// its first one, whichever comes first; never an empty one. A last, smaller group comes before the end or the
    /// failure. While the consumer is busy one group gathers, then the source waits.
    /// </summary>
    public static IAsyncEnumerable<IReadOnlyList<T>> GroupedWithin<T>(
        this IAsyncEnumerable<T> source, int count, TimeSpan within, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(within, TimeSpan.Zero);
        return Iterate(source, count, within, time, CancellationToken.None);
    }

    private static async IAsyncEnumerable<IReadOnlyList<T>> Iterate<T>(
        IAsyncEnumerable<T> source,
        int count,
        TimeSpan within,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var group = new Gathering<T>(count, within, time, end.Token);
        var pump = Pump.Run(source, group.Add, group.End, end.Token);
        try
        {
            while (await group.Next() is { } full)
            {
                cancellation.ThrowIfCancellationRequested();
                yield return full;
            }
        }
        finally
        {
            end.Cancel();
            await pump;
        }
    }

    /// <summary>The one group being gathered, between pump, timer and consumer.</summary>
    private sealed class Gathering<T> : IDisposable
    {
        private readonly Lock gate = new();
        private readonly Signal ready = new();
        private readonly Signal space = new();
        private readonly int count;
        private readonly TimeSpan within;
        private readonly ITimer timer;
        private readonly CancellationToken cancellation;
        private readonly CancellationTokenRegistration registration;
        private List<T> elements = [];
        private bool due;
        private bool ended;
        private Exception? failure;

        public Gathering(int count, TimeSpan within, TimeProvider time, CancellationToken cancellation)
        {
            this.count = count;
            this.within = within;
            this.cancellation = cancellation;
            timer = time.CreateTimer(
                static state => ((Gathering<T>)state!).OnDue(),
                this,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
            registration = cancellation.Register(() =>
            {
                ready.Set();
                space.Set();
            });
        }

        public async ValueTask Add(T element)
        {
            while (!TryAdd(element))
            {
                await space.Wait();
                cancellation.ThrowIfCancellationRequested();
            }
        }

        public void End(Exception? cause)
        {
            lock (gate)
            {
                ended = true;
                failure = cause;
            }

            ready.Set();
        }

        public async Task<IReadOnlyList<T>?> Next()
        {
            while (true)
            {
                if (TryTake(out var group, out var over))
                {
                    return group;
                }

                cancellation.ThrowIfCancellationRequested();
                if (over)
                {
                    return null;
                }

                await ready.Wait();
            }
        }

        public void Dispose()
        {
            registration.Dispose();
            timer.Dispose();
        }

        private bool TryAdd(T element)
        {
            bool full;
            lock (gate)
            {
                if (elements.Count == count)
                {
                    return false;
                }

                elements.Add(element);
                full = elements.Count == count;
                if (elements.Count == 1)
                {
                    timer.Change(within, Timeout.InfiniteTimeSpan);
                }
            }

            if (full)
            {
                ready.Set();
            }

            return true;
        }

        private bool TryTake(out IReadOnlyList<T> group, out bool over)
        {
            lock (gate)
            {
                group = elements;
                over = ended && elements.Count == 0;
                if (over && failure is not null)
                {
                    ExceptionDispatchInfo.Throw(failure);
                }

                if (elements.Count == 0 || (elements.Count < count && !due && !ended))
                {
                    return false;
                }

                elements = [];
                due = false;
                timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            space.Set();
            return true;
        }

        private void OnDue()
        {
            lock (gate)
            {
                due = elements.Count > 0;
            }

            ready.Set();
        }
    }
}
