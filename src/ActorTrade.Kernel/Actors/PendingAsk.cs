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
internal sealed class PendingAsk<TReply> : PendingAsk, IReplyTo<TReply>
{
    // The caller's continuation must not run inside the turn of the actor that replies: it could block or re-enter it.
    private readonly TaskCompletionSource<AskResult<TReply>> completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly IAskedCell asked;
    private readonly AskDeadlines deadlines;

    public PendingAsk(IAskedCell asked, AskDeadlines deadlines)
    {
        this.asked = asked;
        this.deadlines = deadlines;
    }

    public override ICell Asked => asked;

    public Task<AskResult<TReply>> Task => completion.Task;

    public void Reply(TReply reply)
    {
        if (Claim())
        {
            Complete(AskResult<TReply>.Replied(reply));
        }
    }

    public override void End(AskStatus status)
    {
        if (Claim())
        {
            deadlines.OnEnded(status);
            Complete(AskResult<TReply>.Without(status));
        }
    }

    private void Complete(AskResult<TReply> result)
    {
        deadlines.Remove(this);
        asked.AskEnded();
        completion.SetResult(result);
    }
}

/// <summary>A cell as an ask sees it.</summary>
internal interface IAskedCell : ICell
{
    void AskEnded();
}
