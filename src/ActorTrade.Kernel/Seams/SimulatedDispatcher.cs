namespace ActorTrade.Kernel;

/// <summary>In which order a <see cref="SimulatedDispatcher"/> runs what is ready.</summary>
public enum SimulatedOrder
{
    /// <summary>First in, first out.</summary>
    Fifo,

    /// <summary>Any ready work, drawn from the seed: one of the orders a thread-pool might have chosen.</summary>
    Random,
}

/// <summary>
/// Runs turns and the continuations of their awaits one at a time on the thread that calls <see cref="RunOne"/>. The
/// same seed and the same input give the same order, so a whole cluster in one process repeats exactly.
/// </summary>
/// <remarks>
/// Deterministic as long as all work comes from inside: code under simulation must not use <c>ConfigureAwait(false)</c>
/// or start threads, for then the thread-pool decides. <see cref="Schedule"/> itself is safe from any thread.
/// </remarks>
public sealed class SimulatedDispatcher : IDispatcher
{
    private readonly Lock gate = new();
    private readonly SeededRandom? random;
    private readonly List<IThreadPoolWorkItem> ready = [];
    private readonly Queue<IThreadPoolWorkItem> queue = new();
    private readonly Context context;

    /// <summary>Creates an idle dispatcher. The seed matters only for the random order.</summary>
    public SimulatedDispatcher(ulong seed = 0, SimulatedOrder order = SimulatedOrder.Fifo)
    {
        random = order == SimulatedOrder.Random ? new SeededRandom(seed) : null;
        context = new Context(this);
    }

    /// <summary>Makes awaited continuations come back here. Set while work runs.</summary>
    public SynchronizationContext SynchronizationContext => context;

    /// <summary>Work run so far.</summary>
    public long Steps { get; private set; }

    /// <summary>True if nothing is ready to run.</summary>
    public bool IsIdle => ReadyCount == 0;

    /// <summary>Work that is ready to run.</summary>
    public int ReadyCount
    {
        get
        {
            lock (gate)
            {
                return queue.Count + ready.Count;
            }
        }
    }

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem work)
    {
        lock (gate)
        {
            if (random is null)
            {
                queue.Enqueue(work);
            }
            else
            {
                ready.Add(work);
            }
        }
    }

    /// <summary>
    /// Starts an asynchronous function as work of this dispatcher, so that its awaits are simulated too.
    /// </summary>
    /// <returns>Completes, faults or is cancelled with the function.</returns>
    public Task Start(Func<Task> function)
    {
        var started = new StartedFunction(function);
        Schedule(started);
        return started.Completion;
    }

    /// <summary>
    /// Runs one piece of work. An exception from it (an <c>async void</c>, a test's own work) passes through.
    /// </summary>
    /// <returns>False if nothing was ready.</returns>
    public bool RunOne()
    {
        if (Take() is not { } work)
        {
            return false;
        }

        Steps++;
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            work.Execute();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        return true;
    }

    /// <summary>Runs until nothing is ready or <paramref name="maxSteps"/> pieces of work have run.</summary>
    /// <returns>The number of steps; if it equals the limit, look at <see cref="IsIdle"/>.</returns>
    public int RunUntilIdle(int maxSteps = 10_000_000)
    {
        var steps = 0;
        while (steps < maxSteps && RunOne())
        {
            steps++;
        }

        return steps;
    }

    private IThreadPoolWorkItem? Take()
    {
        lock (gate)
        {
            if (random is null)
            {
                return queue.TryDequeue(out var first) ? first : null;
            }

            if (ready.Count == 0)
            {
                return null;
            }

            // The order in the list is meaningless, so the gap is filled from the end instead of by shifting.
            var at = random.NextInt(ready.Count);
            var work = ready[at];
            ready[at] = ready[^1];
            ready.RemoveAt(ready.Count - 1);
            return work;
        }
    }

    private sealed class Context(SimulatedDispatcher dispatcher) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => dispatcher.Schedule(new Posted(d, state));

        public override void Send(SendOrPostCallback d, object? state) => d(state);

        public override SynchronizationContext CreateCopy() => this;
    }

    private sealed class Posted(SendOrPostCallback callback, object? state) : IThreadPoolWorkItem
    {
        public void Execute() => callback(state);
    }

    private sealed class StartedFunction(Func<Task> function) : IThreadPoolWorkItem
    {
        private readonly TaskCompletionSource<Task> started = new();

        public Task Completion => started.Task.Unwrap();

        public void Execute() => started.SetResult(Invoke());

        // An exception thrown before the first await belongs into the task, not into the run loop.
        private async Task Invoke() => await function();
    }
}
