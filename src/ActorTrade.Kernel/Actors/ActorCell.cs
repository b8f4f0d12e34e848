using System.Diagnostics.CodeAnalysis;

namespace ActorTrade.Kernel;

/// <summary>
/// One actor: its reference, context, mailbox and turn in one object, because an idle actor should cost little. Senders
/// put messages in under the gate and schedule a turn if none is; the turn takes a whole batch under the gate and runs
/// it outside.
/// </summary>
/// <remarks>
/// Invariants. One turn at a time: <see cref="turn"/> leaves Idle or Suspended only together with exactly one call of
/// the dispatcher, and is given back only by the turn itself, under the same gate that guards the messages, so no
/// wake-up is lost. Everything below "turn" is touched by the running turn only. Exceptions never leave
/// <see cref="IThreadPoolWorkItem.Execute"/>.
/// </remarks>
internal sealed class ActorCell<TMessage> : ActorRef<TMessage>, IActorContext<TMessage>, IAskedCell, IThreadPoolWorkItem
    where TMessage : class
{
    private readonly ActorSystem system;
    private readonly ICell parent;
    private readonly string name;
    private readonly Func<Actor<TMessage>> factory;
    private readonly SpawnOptions options;
    private readonly Lock gate = new();

    // Under the gate.
    private Mailbox<TMessage> mailbox;
    private SystemMessage? inbox;
    private TurnState turn = TurnState.Scheduled;
    private bool closed;
    private bool gone;

    private int pendingAsks;

    // Of the turn.
    private CellState state = CellState.Starting;
    private bool turnEndDue;
    private int turnThread;
    private Actor<TMessage>? actor;
    private CellRelations? relations;

    public ActorCell(
        ActorSystem system, ICell parent, string name, Func<Actor<TMessage>> factory, SpawnOptions options)
    {
        this.system = system;
        this.parent = parent;
        this.name = name;
        this.factory = factory;
        this.options = options;
        mailbox = new Mailbox<TMessage>(options.Capacity);
    }

    private enum TurnState : byte
    {
        Idle,
        Scheduled,

        /// <summary>Waits for its supervisor or a back-off: only a system message wakes it.</summary>
        Suspended,
    }

    private enum CellState : byte
    {
        Starting,
        Running,
        Failed,
        Restarting,
        Stopping,
        Stopped,
    }

    public override string Path => parent.Path + "/" + name;

    public override bool IsStopped => Volatile.Read(ref closed);

    public string Name => name;

    public ICell Parent => parent;

    public ActorRef<TMessage> Self => this;

    public ActorSystem System => system;

    public TimeProvider Time => system.Time;

    public IRandomSource Random => system.Random;

    private CellRelations Relations => relations ??= new CellRelations();

    public override bool Tell(TMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        lock (gate)
        {
            if (mailbox.TryAdd(message))
            {
                if (turn != TurnState.Idle)
                {
                    return true;
                }

                turn = TurnState.Scheduled;
            }
            else
            {
                return Refuse();
            }
        }

        system.Dispatcher.Schedule(this);
        return true;
    }

    public override bool TellReserved(TMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        lock (gate)
        {
            if (closed)
            {
                return Refuse();
            }

            mailbox.Add(message);
            if (turn != TurnState.Idle)
            {
                return true;
            }

            turn = TurnState.Scheduled;
        }

        system.Dispatcher.Schedule(this);
        return true;
    }

    public override Task<AskResult<TReply>> Ask<TReply>(Func<IReplyTo<TReply>, TMessage> message, TimeSpan deadline)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(deadline, AskLimits.DeadlineMax);
        var ask = new PendingAsk<TReply>(this, system);
        var envelope = message(ask);

        // Known to the deadlines before it can be answered, so that the answer always finds something to take out.
        Interlocked.Increment(ref pendingAsks);
        system.Asks.Add(ask, deadline);
        if (!Tell(envelope))
        {
            ask.Refuse(IsStopped ? AskStatus.Stopped : AskStatus.MailboxFull);
        }

        return ask.Task;
    }

    public void AskEnded() => Interlocked.Decrement(ref pendingAsks);

    public bool Post(SystemMessage message)
    {
        lock (gate)
        {
            if (gone)
            {
                return false;
            }

            message.Next = inbox;
            inbox = message;
            if (turn == TurnState.Scheduled)
            {
                return true;
            }

            turn = TurnState.Scheduled;
        }

        system.Dispatcher.Schedule(this);
        return true;
    }

    void IThreadPoolWorkItem.Execute()
    {
        turnThread = Environment.CurrentManagedThreadId;
        SystemMessage? orders;
        lock (gate)
        {
            orders = inbox;
            inbox = null;
            mailbox.Load();
        }

        if (state == CellState.Starting)
        {
            Create(cause: null);
        }

        if (orders is not null)
        {
            ObeyAll(SystemMessage.Reverse(orders));
        }

        if (state == CellState.Running)
        {
            ReceiveBatch();
            EndBatch();
        }

        GiveBackTurn();
    }

    private bool Refuse()
    {
        system.Counters.OnRefused(closed);
        return false;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The supervision boundary: every failure goes to the parent.")]
    private void ReceiveBatch()
    {
        var batch = mailbox.Batch;
        var start = mailbox.Next;
        var next = start;
        var end = Math.Min(mailbox.Size, start + options.TurnLimit);
        if (next == end)
        {
            return;
        }

        turnEndDue = true;
        var receiver = actor!;
        try
        {
            // A system message ends the batch early: a stop does not wait for what lies before it in the mailbox.
            while (next < end && Volatile.Read(ref inbox) is null)
            {
                receiver.InvokeReceive(batch[next++].Message!);
            }
        }
        catch (Exception failure)
        {
            Fail(failure, whileStarting: false);
        }

        Array.Clear(batch, start, next - start);
        mailbox.Next = next;
    }

    private void EndBatch()
    {
        if (!turnEndDue || state != CellState.Running)
        {
            return;
        }

        turnEndDue = false;
        Guarded(static a => a.InvokeOnTurnEnd());
    }

    private void GiveBackTurn()
    {
        turnThread = 0;
        lock (gate)
        {
            if (!closed)
            {
                mailbox.CountRest(options.Capacity);
            }

            var runnable = state == CellState.Running;
            if (inbox is null && !(runnable && mailbox.HasWaiting))
            {
                turn = runnable ? TurnState.Idle : TurnState.Suspended;
                return;
            }
        }

        // Behind the others: one busy actor does not keep the threads to itself.
        system.Dispatcher.Schedule(this);
    }

    private void ObeyAll(SystemMessage? order)
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
            case BackoffElapsed elapsed when state == CellState.Restarting && relations?.Restart == elapsed.Restart:
                Create(elapsed.Restart.Cause);
                break;
            case ChildFailed failure:
                Supervise(failure);
                break;
            case ChildStopped stopped:
                relations?.RemoveChild(stopped.Child);
                ContinueWithoutChildren();
                break;
            case WatchRequested request:
                AddWatcher(request.Watcher);
                break;
            case UnwatchRequested request:
                relations?.RemoveWatcher(request.Watcher);
                break;
            case WatchedStopped notice:
                QueueTerminated(notice.Watched);
                break;
            case TimerFired tick:
                ReceiveTick(tick);
                break;
            case PipeBroke pipe when state == CellState.Running:
                Fail(pipe.Cause, whileStarting: false);
                break;
        }
    }

    private void ObeySupervisor(SupervisorOrder order)
    {
        if (order.AnswerTo is not null && order.AnswerTo != relations?.Failure)
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
            case RestartRequested restart when state is CellState.Running or CellState.Failed:
                BeginRestart(restart);
                break;
            case ResumeRequested when state == CellState.Failed:
                Resume();
                break;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The supervision boundary: every failure goes to the parent.")]
    private void Create(Exception? cause)
    {
        try
        {
            actor = null;
            var created = factory();
            created.Attach(this);
            actor = created;
            state = CellState.Running;
            if (cause is null)
            {
                created.InvokePreStart();
            }
            else
            {
                system.Counters.OnRestarted();
                created.InvokePostRestart(cause);
            }
        }
        catch (Exception failure)
        {
            Fail(failure, whileStarting: true);
        }
    }

    private void Fail(Exception cause, bool whileStarting)
    {
        state = CellState.Failed;
        var failure = new ChildFailed(this, cause, whileStarting, Relations.Obeyed);
        Relations.Failure = failure;
        if (!parent.Post(failure))
        {
            Post(new StopRequested());
        }
    }

    private void Resume()
    {
        state = CellState.Running;
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
        if (state is CellState.Stopping or CellState.Stopped or CellState.Restarting)
        {
            // All children have already been told to stop.
            return;
        }

        var strategy = actor is null ? SupervisorStrategy.Stopping : actor.Strategy;
        var ledger = Relations.Ledger ??= new RestartLedger(system);
        var verdict = ledger.Judge(strategy, failure);
        system.OnFailure(verdict);
        switch (verdict.Directive)
        {
            case Directive.Escalate when state == CellState.Running:
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
        state = CellState.Restarting;
        turnEndDue = false;
        Relations.Failure = null;
        Relations.Restart = restart;
        if (actor is not null)
        {
            LastWords(a => a.InvokePreRestart(restart.Cause));
        }

        Relations.CancelTimers();
        StopChildren();
        ContinueWithoutChildren();
    }

    private void BeginStop()
    {
        if (state is CellState.Stopping or CellState.Stopped)
        {
            return;
        }

        state = CellState.Stopping;
        int dropped;
        lock (gate)
        {
            Volatile.Write(ref closed, true);
            dropped = mailbox.Close();
        }

        system.Counters.OnDeadLetters(dropped);
        relations?.CancelTimers();
        StopChildren();
        ContinueWithoutChildren();
    }

    private void StopChildren()
    {
        foreach (var child in relations?.Children ?? [])
        {
            child.Post(new StopRequested());
        }
    }

    /// <summary>A stop or restart goes on when the last child has stopped, so that every name is free again.</summary>
    private void ContinueWithoutChildren()
    {
        if (relations is { HasChildren: true })
        {
            return;
        }

        if (state == CellState.Stopping)
        {
            FinishStop();
        }
        else if (state == CellState.Restarting && Relations is { Backoff: null, Restart: { } restart })
        {
            ContinueRestart(restart);
        }
    }

    private void ContinueRestart(RestartRequested restart)
    {
        if (restart.Delay <= TimeSpan.Zero)
        {
            Create(restart.Cause);
            return;
        }

        var elapsed = new BackoffElapsed(restart);
        Relations.Backoff = Time.CreateTimer(
            _ => Post(elapsed), state: null, restart.Delay, Timeout.InfiniteTimeSpan);
    }

    private void FinishStop()
    {
        if (actor is not null)
        {
            LastWords(static a => a.InvokePostStop());
        }

        state = CellState.Stopped;
        SystemMessage? late;
        lock (gate)
        {
            gone = true;
            late = inbox;
            inbox = null;
        }

        // The parent first: when a watcher learns of the end, the name is free.
        parent.Post(new ChildStopped(this));
        Announce();
        ObeyAll(SystemMessage.Reverse(late));
        relations = null;
        actor = null;
        if (Volatile.Read(ref pendingAsks) > 0)
        {
            system.Asks.EndAll(this, AskStatus.Stopped);
        }

        system.Counters.OnStopped();
    }

    private void Announce()
    {
        foreach (var watcher in relations?.Watchers ?? [])
        {
            watcher.Post(new WatchedStopped(this));
        }

        foreach (var watched in relations?.Watching ?? [])
        {
            watched.Post(new UnwatchRequested(this));
        }
    }

    private void AddWatcher(ICell watcher)
    {
        if (state == CellState.Stopped)
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
        if (relations?.RemoveWatch(watched) is { } message && state != CellState.Stopped)
        {
            // Behind what the watched one sent before it stopped; a system message is handled too early for that.
            lock (gate)
            {
                if (!closed)
                {
                    mailbox.Add((TMessage)message);
                }
            }
        }
    }

    private void ReceiveTick(TimerFired tick)
    {
        if (relations is null || !relations.IsCurrent(tick.Timer))
        {
            return;
        }

        if (state == CellState.Failed)
        {
            relations.Hold(tick);
            return;
        }

        tick.Timer.Taken();
        if (!tick.Timer.Periodic)
        {
            relations.CancelTimer(tick.Timer.Key);
        }

        turnEndDue = true;
        Guarded(a => a.InvokeReceive((TMessage)tick.Timer.Message));
    }

    [SuppressMessage("Design", "CA1031", Justification = "The supervision boundary: every failure goes to the parent.")]
    private void Guarded(Action<Actor<TMessage>> action)
    {
        try
        {
            action(actor!);
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
            action(actor!);
        }
        catch (Exception failure)
        {
            system.OnFailure(new ActorFailure(this, failure, Directive.Stop, TimeSpan.Zero));
        }
    }

    public void Start()
    {
        system.Counters.OnSpawned();
        system.Dispatcher.Schedule(this);
    }

    public ActorRef<T> Spawn<T>(Func<Actor<T>> childFactory, string childName, SpawnOptions? childOptions)
        where T : class
    {
        EnsureInTurn();
        ArgumentNullException.ThrowIfNull(childFactory);
        ActorName.Check(childName);
        if (state != CellState.Running)
        {
            throw new InvalidOperationException($"{Path} is stopping and takes no children.");
        }

        var child = new ActorCell<T>(system, this, childName, childFactory, childOptions ?? SpawnOptions.Default);
        Relations.AddChild(child);
        child.Start();
        return child;
    }

    public void Stop(IActorRef child)
    {
        EnsureInTurn();
        if (child is not ICell cell || !ReferenceEquals(cell.Parent, this))
        {
            throw new ArgumentException($"{child.Path} is not a child of {Path}.", nameof(child));
        }

        cell.Post(new StopRequested());
    }

    public void StopSelf()
    {
        EnsureInTurn();
        Post(new StopRequested());
    }

    public void Watch(IActorRef other, TMessage whenTerminated)
    {
        EnsureInTurn();
        ArgumentNullException.ThrowIfNull(whenTerminated);
        var cell = CellOf(other);
        if (Relations.AddWatch(cell, whenTerminated) && !cell.Post(new WatchRequested(this)))
        {
            Post(new WatchedStopped(cell));
        }
    }

    public void Unwatch(IActorRef other)
    {
        EnsureInTurn();
        var cell = CellOf(other);
        if (relations?.RemoveWatch(cell) is not null)
        {
            cell.Post(new UnwatchRequested(this));
        }
    }

    public void ScheduleOnce(string key, TimeSpan delay, TMessage message)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        SetTimer(new ActorTimer(this, key, message, periodic: false), delay);
    }

    public void SchedulePeriodic(string key, TimeSpan period, TMessage message)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero);
        SetTimer(new ActorTimer(this, key, message, periodic: true), period);
    }

    public void CancelTimer(string key)
    {
        EnsureInTurn();
        relations?.CancelTimer(key);
    }

    public void PipeToSelf<T>(Task<T> task, Func<T, TMessage> success, Func<Exception, TMessage> failure)
    {
        EnsureInTurn();
        ArgumentNullException.ThrowIfNull(task);
        _ = Pipe(task, success, failure);
    }

    [SuppressMessage("Design", "CA1031", Justification = "The failure of the task is the result; that of a function, a bug.")]
    private async Task Pipe<T>(Task<T> task, Func<T, TMessage> success, Func<Exception, TMessage> failure)
    {
        try
        {
            T result;
            try
            {
                result = await task;
            }
            catch (Exception cause)
            {
                TellReserved(failure(cause));
                return;
            }

            TellReserved(success(result));
        }
        catch (Exception bug)
        {
            Post(new PipeBroke(bug));
        }
    }

    private static ICell CellOf(IActorRef other) => other as ICell
        ?? throw new ArgumentException($"{other} is not an actor of this kernel.", nameof(other));

    private void SetTimer(ActorTimer timer, TimeSpan due)
    {
        EnsureInTurn();
        ArgumentException.ThrowIfNullOrEmpty(timer.Key);
        Relations.SetTimer(timer);
        timer.Start(Time, due);
    }

    private void EnsureInTurn()
    {
        if (turnThread != Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException($"The context of {Path} is for its own turn only.");
        }
    }
}
