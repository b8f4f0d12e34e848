namespace ActorTrade.Kernel;

/// <summary>An ask that waits for its reply, linked into one slot of <see cref="AskDeadlines"/>.</summary>
internal abstract class PendingAsk
{
    private int ended;

    public PendingAsk? Previous;
    public PendingAsk? Next;

    /// <summary>The slot it is linked into; guarded by that slot's lock together with the links.</summary>
    public int Slot;

    /// <summary>Timestamp of the clock at which it times out.</summary>
    public long DueAt;

    public abstract ICell Asked { get; }

    public abstract void End(AskStatus status);

    /// <summary>True for exactly one of all who want to end it.</summary>
    protected bool Claim() => ended == 0 && Interlocked.Exchange(ref ended, 1) == 0;
}

/// <summary>The typed half: reply address and task.</summary>
/// <remarks>
/// The caller's continuation must not run inside the turn of the actor that replies: it could block or re-enter it.
/// So the task is completed by a piece of work of its own on the dispatcher. (Asynchronous continuations of the
/// completion source would do for the thread-pool, but they leave a simulated dispatcher as soon as somebody combines
/// tasks.)
/// </remarks>
internal sealed class PendingAsk<TReply> : PendingAsk, IReplyTo<TReply>, IThreadPoolWorkItem
{
    private readonly TaskCompletionSource<AskResult<TReply>> completion = new();
    private readonly IAskedCell asked;
    private readonly ActorSystem system;
    private AskResult<TReply> result;

    public PendingAsk(IAskedCell asked, ActorSystem system)
    {
        this.asked = asked;
        this.system = system;
    }

    public override ICell Asked => asked;

    public Task<AskResult<TReply>> Task => completion.Task;

    public void Reply(TReply reply)
    {
        if (Claim())
        {
            Finish(AskResult<TReply>.Replied(reply));
            system.Dispatcher.Schedule(this);
        }
    }

    public override void End(AskStatus status)
    {
        if (Claim())
        {
            system.Asks.OnEnded(status);
            Finish(AskResult<TReply>.Without(status));
            system.Dispatcher.Schedule(this);
        }
    }

    /// <summary>
    /// The message was not even accepted: the caller, who waits for nothing yet, gets a completed task.
    /// </summary>
    public void Refuse(AskStatus status)
    {
        if (Claim())
        {
            Finish(AskResult<TReply>.Without(status));
            completion.SetResult(result);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        // With a context present the runtime would send a caller who gave up his own context (ConfigureAwait(false))
        // to the thread-pool, out of the simulation; without one he goes on right here. Others come back through
        // their context.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        completion.SetResult(result);
        SynchronizationContext.SetSynchronizationContext(context);
    }

    private void Finish(AskResult<TReply> ending)
    {
        system.Asks.Remove(this);
        asked.AskEnded();
        result = ending;
    }
}

/// <summary>A cell as an ask sees it.</summary>
internal interface IAskedCell : ICell
{
    ActorSystem System { get; }

    void AskEnded();
}
