using ActorTrade.Kernel;

namespace ActorTrade.Node.Replay;

/// <summary>
/// One thread that runs a simulated dispatcher and clock: between two instants everything that is due happens, each
/// timer with all that follows from it before the next.
/// </summary>
internal sealed class SimulationLoop(DateTimeOffset start)
{
    public SimulatedTime Time { get; } = new(start);

    public SimulatedDispatcher Dispatcher { get; } = new();

    /// <summary>
    /// Runs everything that is due up to the instant; one that has passed already runs what is ready.
    /// </summary>
    public void RunTo(DateTimeOffset instant)
    {
        while (Time.NextTimerDue is { } due && due <= instant)
        {
            Time.AdvanceToNextTimer();
            RunReady();
        }

        if (Time.GetUtcNow() < instant)
        {
            Time.AdvanceTo(instant);
        }
    }

    /// <summary>Runs until nothing is ready; the clock stands.</summary>
    public void RunReady()
    {
        while (Dispatcher.RunOne())
        {
        }
    }

    /// <summary>Runs simulated work to its end.</summary>
    /// <exception cref="TimeoutException">It did not end within the simulated time.</exception>
    public T Run<T>(Func<Task<T>> work, TimeSpan within)
    {
        T? result = default;
        Run(
            async () =>
            {
                result = await work();
            },
            within);
        return result!;
    }

    /// <inheritdoc cref="Run{T}"/>
    public void Run(Func<Task> work, TimeSpan within)
    {
        var deadline = Time.GetUtcNow() + within;
        var running = Dispatcher.Start(work);
        RunReady();
        while (!running.IsCompleted)
        {
            if (Time.NextTimerDue is not { } due || due > deadline)
            {
                throw new TimeoutException($"Simulated work did not end within {within}.");
            }

            RunTo(due);
        }

        running.GetAwaiter().GetResult();
    }

    /// <summary>
    /// Runs work that also waits for other threads (a file being closed): what is ready or due runs here, the rest is
    /// waited for.
    /// </summary>
    /// <param name="work">What to run.</param>
    /// <param name="within">The clock moves on at most by this.</param>
    public void RunWithThreads(Func<Task> work, TimeSpan within)
    {
        var deadline = Time.GetUtcNow() + within;
        var running = Dispatcher.Start(work);
        RunReady();
        while (!running.IsCompleted)
        {
            if (Time.NextTimerDue is { } due && due <= deadline)
            {
                RunTo(due);
            }
            else
            {
                ((IAsyncResult)running).AsyncWaitHandle.WaitOne(TimeSpan.FromMilliseconds(1));
                RunReady();
            }
        }

        running.GetAwaiter().GetResult();
    }
}
