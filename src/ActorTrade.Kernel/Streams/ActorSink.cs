namespace ActorTrade.Kernel.Streams;

/// <summary>
/// An actor's word that it is done with an element and ready for another. A second call does nothing.
/// </summary>
public interface IAck
{
    /// <summary>Gives the credit back. From any thread, also after the turn.</summary>
    void Ack();
}

/// <summary>The actor a stream ran into has stopped.</summary>
public sealed class ActorStoppedException(string path) : Exception($"{path} has stopped.")
{
    /// <summary>Path of the actor.</summary>
    public string Path => path;
}

/// <summary>Streams into actors.</summary>
public static class ActorSink
{
    /// <summary>
    /// Sends each element to the actor as a message, with at most <paramref name="maxInFlight"/> not yet
    /// acknowledged; when the credit is used up the source waits. Its messages bypass the mailbox's capacity, since
    /// the credit bounds them.
    /// </summary>
    /// <param name="message">Makes the message; the actor must call <see cref="IAck.Ack"/> for every one.</param>
    /// <param name="ackDeadline">
    /// How long to wait while no acknowledgement at all arrives: an actor that failed on a message never acknowledges
    /// it.
    /// </param>
    /// <returns>Completes when the source has ended and everything is acknowledged.</returns>
    /// <exception cref="ActorStoppedException">The actor stopped first.</exception>
    /// <exception cref="TimeoutException">The actor did not acknowledge in time.</exception>
    public static async Task RunIntoActor<T, TMessage>(
        this IAsyncEnumerable<T> source,
        ActorRef<TMessage> actor,
        Func<T, IAck, TMessage> message,
        int maxInFlight,
        TimeSpan ackDeadline,
        TimeProvider time,
        CancellationToken cancellation = default)
        where TMessage : class
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxInFlight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ackDeadline, TimeSpan.Zero);
        using var credit = new Credit(actor, maxInFlight, ackDeadline, time, cancellation);
        await foreach (var element in source.WithCancellation(cancellation))
        {
            await credit.Take();
            if (!actor.TellReserved(message(element, new Receipt(credit))))
            {
                throw new ActorStoppedException(actor.Path);
            }
        }

        await credit.Settle();
    }

    private sealed class Receipt(Credit credit) : IAck
    {
        private int used;

        public void Ack()
        {
            if (Interlocked.Exchange(ref used, 1) == 0)
            {
                credit.Return();
            }
        }
    }

    private sealed class Credit : IDisposable
    {
        private readonly IActorRef actor;
        private readonly int maxInFlight;
        private readonly TimeSpan ackDeadline;
        private readonly CancellationToken cancellation;
        private readonly CancellationTokenRegistration registration;
        private readonly Signal changed = new();
        private readonly ITimer timer;
        private readonly CancellationTokenSource end = new();
        private int inFlight;
        private volatile bool stopped;
        private volatile bool overdue;

        public Credit(
            IActorRef actor, int maxInFlight, TimeSpan ackDeadline, TimeProvider time, CancellationToken cancellation)
        {
            this.actor = actor;
            this.maxInFlight = maxInFlight;
            this.ackDeadline = ackDeadline;
            this.cancellation = cancellation;
            registration = cancellation.Register(changed.Set);
            timer = time.CreateTimer(_ => OnOverdue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _ = NoticeStop(end.Token);
        }

        public async ValueTask Take()
        {
            await WaitWhile(maxInFlight);
            Interlocked.Increment(ref inFlight);
        }

        public ValueTask Settle() => WaitWhile(1);

        public void Return()
        {
            Interlocked.Decrement(ref inFlight);
            changed.Set();
        }

        public void Dispose()
        {
            end.Cancel();
            end.Dispose();
            registration.Dispose();
            timer.Dispose();
        }

        private async ValueTask WaitWhile(int atLeast)
        {
            while (Volatile.Read(ref inFlight) >= atLeast)
            {
                cancellation.ThrowIfCancellationRequested();
                if (stopped)
                {
                    throw new ActorStoppedException(actor.Path);
                }

                if (overdue)
                {
                    throw new TimeoutException($"{actor.Path} has acknowledged nothing for {ackDeadline}.");
                }

                timer.Change(ackDeadline, Timeout.InfiniteTimeSpan);
                await changed.Wait();
                timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        private async Task NoticeStop(CancellationToken token)
        {
            // A fake reference has no life to watch; there the deadline is the only guard.
            if (actor is not IAskedCell cell)
            {
                return;
            }

            try
            {
                await cell.System.WhenStopped(actor, token);
                stopped = true;
                changed.Set();
            }
            catch (OperationCanceledException)
            {
                // The stream is over and no longer cares.
            }
        }

        private void OnOverdue()
        {
            overdue = true;
            changed.Set();
        }
    }
}
