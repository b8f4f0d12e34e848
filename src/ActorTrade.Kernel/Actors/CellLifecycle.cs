using System.Diagnostics.CodeAnalysis;

namespace ActorTrade.Kernel;

/// <summary>Where an actor is in its life.</summary>
internal enum CellState : byte
{
    /// <summary>Spawned; the first turn makes the instance.</summary>
    Starting,

    /// <summary>Handles messages.</summary>
    Running,

    /// <summary>Waits for its supervisor's answer.</summary>
    Failed,

    /// <summary>Waits for its children to stop, then for the back-off.</summary>
    Restarting,

    /// <summary>Accepts nothing; waits for its children to stop.</summary>
    Stopping,

    /// <summary>Gone.</summary>
    Stopped,
}

/// <summary>
/// The half of a cell that is about life and death: start, failure, supervision, restart, stop, watches, timers. It
/// obeys system messages, always in the running turn. The other half, <see cref="ActorCell{TMessage}"/>, has mailbox
/// and turn; it is a subclass and not an object of its own because an idle actor should cost little.
/// </summary>
internal abstract class CellLifecycle<TMessage> : ActorRef<TMessage>, IAskedCell
    where TMessage : class
{
    private readonly ICell parent;
    private readonly string name;
    private readonly Func<Actor<TMessage>> factory;

    protected CellLifecycle(ActorSystem system, ICell parent, string name, Func<Actor<TMessage>> factory)
    {
        System = system;
        this.parent = parent;
        this.name = name;
        this.factory = factory;
    }

    public override string Path => parent.Path + "/" + name;

    public string Name => name;

    public ICell Parent => parent;

    public ActorSystem System { get; }

    protected CellState State { get; private set; } = CellState.Starting;

    /// <summary>True if a message has been handled since OnTurnEnd last ran.</summary>
    protected bool TurnEndDue { get; set; }

    protected Actor<TMessage>? Instance { get; private set; }

    protected CellRelations? KnownRelations { get; private set; }

    protected CellRelations Relations => KnownRelations ??= new CellRelations();

    public abstract bool Post(SystemMessage message);

    public abstract void AskEnded();

    public abstract ActorInspection Inspect(int depth);

    public IReadOnlyList<ICell> ChildrenNow() =>
        [.. (KnownRelations?.ChildrenNow() ?? []).OrderBy(static c => c.Name, StringComparer.Ordinal)];

    protected string PhaseName => State.ToString().ToLowerInvariant();

    /// <summary>Refuses messages from now on and drops those that wait.</summary>
    protected abstract void CloseMailbox();

    /// <summary>Refuses system messages from now on; returns the last ones, newest first.</summary>
    protected abstract SystemMessage? Leave();

    /// <summary>Ends the asks nobody will answer any more.</summary>
    protected abstract void EndAsks();

    /// <summary>Puts a message of the kernel's own behind those that wait.</summary>
    protected abstract void Queue(TMessage message);

    protected void ObeyAll(SystemMessage? order)
    {
        while (order is not null)
        {
            var next = order.Next;
            Obey(order);
            order = next;
        }
    }

    private void Obey(SystemMessage order)
    {
        switch (order)
        {
            case SupervisorOrder answer:
                ObeySupervisor(answer);
                break;
            case BackoffElapsed { Restart: var restart } when IsUnderWay(restart):
                Create(restart.Cause);
                break;
            case ChildFailed failure:
                Supervise(failure);
                break;
            case ChildStopped stopped:
                KnownRelations?.RemoveChild(stopped.Child);
                ContinueWithoutChildren();
                break;
            case WatchRequested request:
                AddWatcher(request.Watcher);
                break;
            case UnwatchRequested request:
                KnownRelations?.RemoveWatcher(request.Watcher);
                break;
            case WatchedStopped notice:
                QueueTerminated(notice.Watched);
                break;
            case TimerFired tick:
                ReceiveTick(tick);
                break;
            case PipeBroke pipe when State == CellState.Running:
                Fail(pipe.Cause, whileStarting: false);
                break;
        }
    }

    private void ObeySupervisor(SupervisorOrder order)
    {
        if (order.AnswerTo is not null && order.AnswerTo != KnownRelations?.Failure)
        {
            return;
        }

        if (order.Number > 0)
        {
            Relations.Obeyed = order.Number;
        }

        switch (order)
        {
            case StopRequested:
                BeginStop();
                break;
            case RestartRequested restart when State is CellState.Running or CellState.Failed:
                BeginRestart(restart);
                break;
            case ResumeRequested when State == CellState.Failed:
                Resume();
                break;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The supervision boundary: every failure goes to the parent.")]
    protected void Create(Exception? cause)
    {
        try
        {
            Instance = null;
            var created = factory();
            created.Attach((IActorContext<TMessage>)this);
            Instance = created;
            State = CellState.Running;
            if (cause is null)
            {
                created.InvokePreStart();
            }
            else
            {
                System.Counters.OnRestarted();
                created.InvokePostRestart(cause);
            }
        }
        catch (Exception failure)
        {
            Fail(failure, whileStarting: true);
        }
    }

    protected void Fail(Exception cause, bool whileStarting)
    {
        State = CellState.Failed;
        var failure = new ChildFailed(this, cause, whileStarting, Relations.Obeyed);
        Relations.Failure = failure;
        if (!parent.Post(failure))
        {
            Post(new StopRequested());
        }
    }

    private void Resume()
    {
        State = CellState.Running;
        Relations.Failure = null;

        // Children whose failure escalated to this one's wait for the same answer.
        foreach (var child in Relations.Children)
        {
            child.Post(new ResumeRequested());
        }

        foreach (var tick in Relations.TakeHeld())
        {
            ReceiveTick(tick);
        }
    }

    private void Supervise(ChildFailed failure)
    {
        if (State is CellState.Stopping or CellState.Stopped or CellState.Restarting)
        {
            // All children have already been told to stop.
            return;
        }

        var strategy = Instance is null ? SupervisorStrategy.Stopping : Instance.Strategy;
        var ledger = Relations.Ledger ??= new RestartLedger(System);
        var verdict = ledger.Judge(strategy, failure);
        System.OnFailure(verdict);
        switch (verdict.Directive)
        {
            case Directive.Escalate when State == CellState.Running:
                Fail(failure.Cause, whileStarting: false);
                break;
            case Directive.Escalate:
                // This one has already failed: the answer to that decides over the child too.
                break;
            default:
                ledger.Apply(verdict, failure, strategy.AllForOne ? Relations.Children : null);
                break;
        }
    }

    private void BeginRestart(RestartRequested restart)
    {
        State = CellState.Restarting;
        TurnEndDue = false;
        Relations.Failure = null;
        Relations.Restart = restart;
        if (Instance is not null)
        {
            LastWords(a => a.InvokePreRestart(restart.Cause));
        }

        // It has cleaned up: a stop during the back-off must not make it do so again.
        Instance = null;

        Relations.CancelTimers();
        StopChildren();
        ContinueWithoutChildren();
    }

    private void BeginStop()
    {
        if (State is CellState.Stopping or CellState.Stopped)
        {
            return;
        }

        State = CellState.Stopping;
        CloseMailbox();
        KnownRelations?.CancelTimers();
        StopChildren();
        ContinueWithoutChildren();
    }

    private void StopChildren()
    {
        foreach (var child in KnownRelations?.Children ?? [])
        {
            child.Post(new StopRequested());
        }
    }

    /// <summary>A stop or restart goes on when the last child has stopped, so that every name is free again.</summary>
    private void ContinueWithoutChildren()
    {
        if (KnownRelations is { HasChildren: true })
        {
            return;
        }

        if (State == CellState.Stopping)
        {
            FinishStop();
        }
        else if (State == CellState.Restarting && Relations is { Backoff: null, Restart: { } restart })
        {
            ContinueRestart(restart);
        }
    }

    private bool IsUnderWay(RestartRequested restart) =>
        State == CellState.Restarting && KnownRelations?.Restart == restart;

    private void ContinueRestart(RestartRequested restart)
    {
        if (restart.Delay <= TimeSpan.Zero)
        {
            Create(restart.Cause);
            return;
        }

        var elapsed = new BackoffElapsed(restart);
        Relations.Backoff = System.Time.CreateTimer(
            _ => Post(elapsed), state: null, restart.Delay, Timeout.InfiniteTimeSpan);
    }

    private void FinishStop()
    {
        if (Instance is not null)
        {
            LastWords(static a => a.InvokePostStop());
        }

        State = CellState.Stopped;
        var late = Leave();

        // The parent first: when a watcher learns of the end, the name is free.
        parent.Post(new ChildStopped(this));
        Announce();
        ObeyAll(SystemMessage.Reverse(late));
        KnownRelations = null;
        Instance = null;
        EndAsks();
        System.Counters.OnStopped();
    }

    private void Announce()
    {
        foreach (var watcher in KnownRelations?.Watchers ?? [])
        {
            watcher.Post(new WatchedStopped(this));
        }

        foreach (var watched in KnownRelations?.Watching ?? [])
        {
            watched.Post(new UnwatchRequested(this));
        }
    }

    private void AddWatcher(ICell watcher)
    {
        if (State == CellState.Stopped)
        {
            watcher.Post(new WatchedStopped(this));
        }
        else
        {
            Relations.AddWatcher(watcher);
        }
    }

    private void QueueTerminated(ICell watched)
    {
        if (KnownRelations?.RemoveWatch(watched) is { } message && State != CellState.Stopped)
        {
            // Behind what the watched one sent before it stopped; a system message is handled too early for that.
            Queue((TMessage)message);
        }
    }

    private void ReceiveTick(TimerFired tick)
    {
        if (KnownRelations is null || !KnownRelations.IsCurrent(tick.Timer))
        {
            return;
        }

        if (State == CellState.Failed)
        {
            KnownRelations.Hold(tick);
            return;
        }

        tick.Timer.Taken();
        if (!tick.Timer.Periodic)
        {
            KnownRelations.CancelTimer(tick.Timer.Key);
        }

        TurnEndDue = true;
        Guarded(a => a.InvokeReceive((TMessage)tick.Timer.Message));
    }

    [SuppressMessage("Design", "CA1031", Justification = "The supervision boundary: every failure goes to the parent.")]
    protected void Guarded(Action<Actor<TMessage>> action)
    {
        try
        {
            action(Instance!);
        }
        catch (Exception failure)
        {
            Fail(failure, whileStarting: false);
        }
    }

    /// <summary>A failure while cleaning up changes nothing any more, but it is reported.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The supervision boundary: the instance ends either way.")]
    private void LastWords(Action<Actor<TMessage>> action)
    {
        try
        {
            action(Instance!);
        }
        catch (Exception failure)
        {
            System.OnFailure(new ActorFailure(this, failure, Directive.Stop, TimeSpan.Zero));
        }
    }
}
