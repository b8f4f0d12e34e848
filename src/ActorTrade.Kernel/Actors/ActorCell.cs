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
internal sealed class ActorCell<TMessage> : CellLifecycle<TMessage>, IActorContext<TMessage>, IThreadPoolWorkItem
    where TMessage : class
{
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
    private int turnThread;

    public ActorCell(
        ActorSystem system, ICell parent, string name, Func<Actor<TMessage>> factory, SpawnOptions options)
        : base(system, parent, name, factory)
    {
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

    public override bool IsStopped => Volatile.Read(ref closed);

    public ActorRef<TMessage> Self => this;

    public TimeProvider Time => System.Time;

    public IRandomSource Random => System.Random;

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

        System.Dispatcher.Schedule(this);
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

        System.Dispatcher.Schedule(this);
        return true;
    }

    public override Task<AskResult<TReply>> Ask<TReply>(Func<IReplyTo<TReply>, TMessage> message, TimeSpan deadline)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(deadline, AskLimits.DeadlineMax);
        var ask = new PendingAsk<TReply>(this, System);
        var envelope = message(ask);

        // Known to the deadlines before it can be answered, so that the answer always finds something to take out.
        Interlocked.Increment(ref pendingAsks);
        System.Asks.Add(ask, deadline);
        if (!Tell(envelope))
        {
            ask.Refuse(IsStopped ? AskStatus.Stopped : AskStatus.MailboxFull);
        }

        return ask.Task;
    }

    public override void AskEnded() => Interlocked.Decrement(ref pendingAsks);

    public override bool Post(SystemMessage message)
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

        System.Dispatcher.Schedule(this);
        return true;
    }

    public override ActorInspection Inspect(int depth)
    {
        int waiting;
        lock (gate)
        {
            // The running turn moves on meanwhile; it never makes this negative for long.
            waiting = Math.Max(0, mailbox.Waiting);
        }

        return new ActorInspection(
            this,
            depth,
            Instance?.GetType().Name ?? "",
            PhaseName,
            waiting,
            options.Capacity,
            KnownRelations?.ChildrenNow().Length ?? 0);
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

        if (State == CellState.Starting)
        {
            Create(cause: null);
        }

        if (orders is not null)
        {
            ObeyAll(SystemMessage.Reverse(orders));
        }

        if (State == CellState.Running)
        {
            ReceiveBatch();
            EndBatch();
        }

        GiveBackTurn();
    }

    private bool Refuse()
    {
        System.Counters.OnRefused(closed);
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

        TurnEndDue = true;
        var receiver = Instance!;
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
        if (!TurnEndDue || State != CellState.Running)
        {
            return;
        }

        TurnEndDue = false;
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

            var runnable = State == CellState.Running;
            if (inbox is null && !(runnable && mailbox.HasWaiting))
            {
                turn = runnable ? TurnState.Idle : TurnState.Suspended;
                return;
            }
        }

        // Behind the others: one busy actor does not keep the threads to itself.
        System.Dispatcher.Schedule(this);
    }

    public void Start()
    {
        System.Counters.OnSpawned();
        System.Dispatcher.Schedule(this);
    }

    public ActorRef<T> Spawn<T>(Func<Actor<T>> childFactory, string childName, SpawnOptions? childOptions)
        where T : class
    {
        EnsureInTurn();
        ArgumentNullException.ThrowIfNull(childFactory);
        ActorName.Check(childName);
        if (State != CellState.Running)
        {
            throw new InvalidOperationException($"{Path} is stopping and takes no children.");
        }

        var child = new ActorCell<T>(System, this, childName, childFactory, childOptions ?? SpawnOptions.Default);
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
        if (KnownRelations?.RemoveWatch(cell) is not null)
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
        KnownRelations?.CancelTimer(key);
    }

    public void PipeToSelf<T>(Task<T> task, Func<T, TMessage> success, Func<Exception, TMessage> failure)
    {
        EnsureInTurn();
        ArgumentNullException.ThrowIfNull(task);
        _ = Pipe(task, success, failure);
    }

    [SuppressMessage(
        "Design", "CA1031", Justification = "A failed task is a result; a failed function goes to the parent.")]
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
    protected override void CloseMailbox()
    {
        int dropped;
        lock (gate)
        {
            Volatile.Write(ref closed, true);
            dropped = mailbox.Close();
        }

        System.Counters.OnDeadLetters(dropped);
    }

    protected override SystemMessage? Leave()
    {
        lock (gate)
        {
            gone = true;
            var late = inbox;
            inbox = null;
            return late;
        }
    }

    protected override void EndAsks()
    {
        if (Volatile.Read(ref pendingAsks) > 0)
        {
            System.Asks.EndAll(this, AskStatus.Stopped);
        }
    }

    protected override void Queue(TMessage message)
    {
        lock (gate)
        {
            if (!closed)
            {
                mailbox.Add(message);
            }
        }
    }
}
