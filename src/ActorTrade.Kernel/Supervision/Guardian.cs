namespace ActorTrade.Kernel;

/// <summary>
/// The parent of the top-level actors. It is not an actor: it has no messages of its own, and answers its children on
/// their threads, under a lock. A failure that escalates to it ends with the child stopped and the failure reported.
/// </summary>
internal sealed class Guardian(ActorSystem system, SupervisorStrategy strategy) : ICell
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, ICell> children = [];
    private readonly RestartLedger ledger = new(system);
    private readonly TaskCompletionSource empty = new();
    private bool stopping;

    public string Path => "/" + Name;

    public string Name => "user";

    public ICell? Parent => null;

    public bool IsStopped => Volatile.Read(ref stopping);

    /// <summary>Completes when the last child has stopped after <see cref="Stop"/>; cancelled by nothing.</summary>
    /// <exception cref="TimeoutException">That did not happen in time.</exception>
    public Task WhenStopped(TimeSpan deadline) => empty.Task.WaitAsync(deadline, system.Time);

    public ActorRef<T> Spawn<T>(Func<Actor<T>> factory, string name, SpawnOptions? options)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(factory);
        ActorName.Check(name);
        var child = new ActorCell<T>(system, this, name, factory, options ?? SpawnOptions.Default);
        lock (gate)
        {
            if (stopping)
            {
                throw new InvalidOperationException($"The actor system '{system.Name}' is stopping.");
            }

            if (!children.TryAdd(name, child))
            {
                throw new InvalidOperationException($"There is already a top-level actor named '{name}'.");
            }
        }

        child.Start();
        return child;
    }

    public void Stop()
    {
        ICell[] all;
        lock (gate)
        {
            Volatile.Write(ref stopping, true);
            all = [.. children.Values];
        }

        foreach (var child in all)
        {
            child.Post(new StopRequested());
        }

        CompleteIfEmpty();
    }

    /// <summary>Paths of at most <paramref name="count"/> children that are still there.</summary>
    public IReadOnlyList<string> Remaining(int count)
    {
        lock (gate)
        {
            return [.. children.Values.Take(count).Select(static child => child.Path)];
        }
    }

    public ActorInspection Inspect(int depth)
    {
        lock (gate)
        {
            return new ActorInspection(
                this, depth, "guardian", stopping ? "stopping" : "running", Waiting: 0, Capacity: 0, children.Count);
        }
    }

    public IReadOnlyList<ICell> ChildrenNow()
    {
        ICell[] all;
        lock (gate)
        {
            all = [.. children.Values];
        }

        Array.Sort(all, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return all;
    }

    public bool Post(SystemMessage message)
    {
        switch (message)
        {
            case ChildFailed failure:
                Supervise(failure);
                break;
            case ChildStopped stopped:
                Forget(stopped.Child);
                break;
        }

        return true;
    }

    private void Supervise(ChildFailed failure)
    {
        ActorFailure verdict;
        lock (gate)
        {
            verdict = ledger.Judge(strategy, failure);
            if (verdict.Directive == Directive.Escalate)
            {
                verdict = verdict with { Directive = Directive.Stop };
            }

            ledger.Apply(verdict, failure, strategy.AllForOne ? children.Values : null);
        }

        system.OnFailure(verdict);
        system.OnGuardianFailure(verdict);
    }

    private void Forget(ICell child)
    {
        lock (gate)
        {
            if (children.TryGetValue(child.Name, out var known) && ReferenceEquals(known, child))
            {
                children.Remove(child.Name);
                ledger.Forget(child);
            }
        }

        CompleteIfEmpty();
    }

    private void CompleteIfEmpty()
    {
        bool done;
        lock (gate)
        {
            done = stopping && children.Count == 0;
        }

        if (done)
        {
            empty.TrySetResult();
        }
    }
}
