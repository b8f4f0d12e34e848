namespace ActorTrade.Kernel;

/// <summary>
/// What an actor has to do with others: children, watches, timers, its own failure. Most actors have none of it, so the
/// cell creates this object at first use. Belongs to the running turn.
/// </summary>
internal sealed class CellRelations
{
    // Changed by the turn under the lock of this object, so that others may look; the turn itself reads without it. A
    // lock of its own would cost every actor with a timer another object.
    private Dictionary<string, ICell>? children;
    private Dictionary<string, ActorTimer>? timers;
    private List<TimerFired>? held;
    private HashSet<ICell>? watchers;
    private Dictionary<ICell, object>? watching;

    public bool HasChildren => children is { Count: > 0 };

    public IEnumerable<ICell> Children => children is null ? [] : children.Values;

    public IEnumerable<ICell> Watchers => watchers ?? [];

    public IEnumerable<ICell> Watching => watching is null ? [] : watching.Keys;

    public RestartLedger? Ledger { get; set; }

    /// <summary>The failure the supervisor has not answered yet.</summary>
    public ChildFailed? Failure { get; set; }

    /// <summary>The number of the last order to all children that this one obeyed.</summary>
    public long Obeyed { get; set; }

    /// <summary>The restart under way.</summary>
    public RestartRequested? Restart { get; set; }

    public ITimer? Backoff { get; set; }

    /// <summary>The children at this moment, for any thread.</summary>
    public ICell[] ChildrenNow()
    {
        lock (this)
        {
            return children is null ? [] : [.. children.Values];
        }
    }

    public void AddChild(ICell child)
    {
        lock (this)
        {
            children ??= [];
            if (!children.TryAdd(child.Name, child))
            {
                throw new InvalidOperationException($"There is already a child named '{child.Name}'.");
            }
        }
    }

    public void RemoveChild(ICell child)
    {
        if (children is not null && children.TryGetValue(child.Name, out var known) && ReferenceEquals(known, child))
        {
            lock (this)
            {
                children.Remove(child.Name);
            }

            Ledger?.Forget(child);
        }
    }

    public void SetTimer(ActorTimer timer)
    {
        CancelTimer(timer.Key);
        (timers ??= []).Add(timer.Key, timer);
    }

    public void CancelTimer(string key)
    {
        if (timers is not null && timers.Remove(key, out var timer))
        {
            timer.Dispose();
        }
    }

    public void CancelTimers()
    {
        foreach (var timer in timers?.Values ?? Enumerable.Empty<ActorTimer>())
        {
            timer.Dispose();
        }

        timers = null;
        held = null;
        Backoff?.Dispose();
        Backoff = null;
    }

    public bool IsCurrent(ActorTimer timer) =>
        timers is not null && timers.TryGetValue(timer.Key, out var current) && ReferenceEquals(current, timer);

    /// <summary>Keeps a tick that came while the actor waits for its supervisor; at most one a timer.</summary>
    public void Hold(TimerFired tick) => (held ??= []).Add(tick);

    public List<TimerFired> TakeHeld()
    {
        var ticks = held ?? [];
        held = null;
        return ticks;
    }

    public void AddWatcher(ICell watcher) => (watchers ??= []).Add(watcher);

    public void RemoveWatcher(ICell watcher) => watchers?.Remove(watcher);

    /// <returns>False if the other one was watched already; its message is replaced.</returns>
    public bool AddWatch(ICell other, object whenTerminated)
    {
        watching ??= [];
        var isNew = !watching.ContainsKey(other);
        watching[other] = whenTerminated;
        return isNew;
    }

    public object? RemoveWatch(ICell other) =>
        watching is not null && watching.Remove(other, out var message) ? message : null;
}
