namespace ActorTrade.Kernel;

/// <summary>The seams and defaults of an actor system. What is not set is what production uses.</summary>
public sealed record ActorSystemOptions
{
    /// <summary>Where turns run. Default: the thread-pool.</summary>
    public IDispatcher Dispatcher { get; init; } = ThreadPoolDispatcher.Instance;

    /// <summary>The clock. Default: the machine's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// The source of chance; must be safe for several threads unless the dispatcher uses only one. Default: seeded by
    /// the operating system.
    /// </summary>
    public IRandomSource Random { get; init; } = SynchronizedRandom.FromEntropy();

    /// <summary>How failures of top-level actors are treated. Default: stopped and reported.</summary>
    public SupervisorStrategy GuardianStrategy { get; init; } = SupervisorStrategy.Stopping;

    /// <summary>How long <see cref="ActorSystem.DisposeAsync"/> waits for the actors to stop. Default 10 s.</summary>
    public TimeSpan StopDeadline { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>A tree of actors with its dispatcher, clock and chance. All members may be used from any thread.</summary>
public sealed class ActorSystem : IAsyncDisposable
{
    private readonly Guardian guardian;
    private readonly TimeSpan stopDeadline;

    /// <summary>Starts an empty system. The name labels its metrics.</summary>
    public ActorSystem(string name, ActorSystemOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        options ??= new ActorSystemOptions();
        Name = name;
        Dispatcher = options.Dispatcher;
        Time = options.Time;
        Random = options.Random;
        stopDeadline = options.StopDeadline;
        Counters = new SystemCounters(name);
        Asks = new AskDeadlines(Time, Counters);
        guardian = new Guardian(this, options.GuardianStrategy);
    }

    /// <summary>
    /// Every failure of every actor and what its supervisor decided; for logs. Called on the supervisor's thread,
    /// must be quick and must not throw: an exception from it ends the process.
    /// </summary>
    public event Action<ActorFailure>? ActorFailed;

    /// <summary>
    /// The failures that reached the top: of a top-level actor, or escalated to one. The directive is what was done
    /// in the end; an alarm should hang on it. Same rules as <see cref="ActorFailed"/>.
    /// </summary>
    public event Action<ActorFailure>? GuardianFailure;

    /// <summary>The name given at construction.</summary>
    public string Name { get; }

    /// <summary>Where turns run.</summary>
    public IDispatcher Dispatcher { get; }

    /// <summary>The clock of all actors.</summary>
    public TimeProvider Time { get; }

    /// <summary>The source of chance of all actors.</summary>
    public IRandomSource Random { get; }

    /// <summary>What has been counted so far.</summary>
    public SystemCounters Counters { get; }

    internal AskDeadlines Asks { get; }

    /// <summary>Starts a top-level actor, <c>/user/name</c>.</summary>
    /// <exception cref="ArgumentException">The name is malformed.</exception>
    /// <exception cref="InvalidOperationException">The name is taken, or the system is stopping.</exception>
    public ActorRef<T> Spawn<T>(Func<Actor<T>> factory, string name, SpawnOptions? options = null)
        where T : class => guardian.Spawn(factory, name, options);

    /// <summary>
    /// Stops an actor from outside, wherever it stands in the tree. The supervisor does not replace it.
    /// </summary>
    /// <exception cref="ArgumentException">Not an actor of this kernel.</exception>
    public void Stop(IActorRef actor)
    {
        var cell = actor as ICell
            ?? throw new ArgumentException($"{actor} is not an actor of this kernel.", nameof(actor));
        cell.Post(new StopRequested());
    }

    /// <summary>
    /// Completes when the actor has completely stopped, at once if it has; never inside an actor's turn. The token
    /// ends the watch: whoever may lose interest before the actor stops should cancel it.
    /// </summary>
    /// <exception cref="ArgumentException">Not an actor of this kernel.</exception>
    public Task WhenStopped(IActorRef actor, CancellationToken cancellation = default) => actor is ICell cell
        ? new StopWatcher(Dispatcher, cell).Watch(cancellation)
        : throw new ArgumentException($"{actor} is not an actor of this kernel.", nameof(actor));

    /// <summary>Stops all actors, children before parents, and completes when the last has stopped.</summary>
    /// <exception cref="TimeoutException">Some did not stop in time; the message names the first ten.</exception>
    public async Task StopAsync(TimeSpan deadline)
    {
        guardian.Stop();
        try
        {
            await guardian.WhenStopped(deadline);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException(
                $"After {deadline} these actors of '{Name}' still run: {string.Join(", ", guardian.Remaining(10))}.");
        }
    }

    /// <summary>
    /// Looks at an actor and those below it, parents before children, children by name; lazily, so whoever has seen
    /// enough may stop. For operators: it takes each actor's lock for a moment.
    /// </summary>
    /// <param name="path">Where to begin; null for the top.</param>
    /// <param name="depth">Levels below it.</param>
    /// <returns>Nothing where there is no such actor.</returns>
    public IEnumerable<ActorInspection> Inspect(string? path = null, int depth = int.MaxValue)
    {
        if (CellAt(path) is not { } start)
        {
            yield break;
        }

        var waiting = new Stack<(ICell Cell, int Depth)>();
        waiting.Push((start, 0));
        while (waiting.TryPop(out var next))
        {
            yield return next.Cell.Inspect(next.Depth);
            if (next.Depth < depth)
            {
                foreach (var child in next.Cell.ChildrenNow().Reverse())
                {
                    waiting.Push((child, next.Depth + 1));
                }
            }
        }
    }

    /// <summary>
    /// Stops all actors within <see cref="ActorSystemOptions.StopDeadline"/> and ends pending asks as Stopped.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync(stopDeadline);
        }
        finally
        {
            Asks.Dispose();
            Counters.Dispose();
        }
    }

    private ICell? CellAt(string? path)
    {
        ICell? cell = guardian;
        foreach (var name in (path ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            cell = cell.ChildrenNow().FirstOrDefault(c => c.Name == name);
            if (cell is null)
            {
                return null;
            }
        }

        var isBelow = path is null || path == guardian.Path
            || path.StartsWith(guardian.Path + "/", StringComparison.Ordinal);
        return isBelow ? cell : null;
    }

    internal void OnFailure(ActorFailure failure)
    {
        Counters.OnFailed();
        ActorFailed?.Invoke(failure);
    }

    internal void OnGuardianFailure(ActorFailure failure) => GuardianFailure?.Invoke(failure);
}
