namespace ActorTrade.Kernel;

/// <summary>
/// One timer of an actor. It fires on the clock's thread and becomes a system message; the message of the user waits
/// here and is delivered only if the timer is still the current one of its key.
/// </summary>
internal sealed class ActorTimer : IDisposable
{
    private readonly ICell cell;
    private ITimer? timer;
    private int fired;

    public ActorTimer(ICell cell, string key, object message, bool periodic)
    {
        this.cell = cell;
        Key = key;
        Message = message;
        Periodic = periodic;
    }

    public string Key { get; }

    public object Message { get; }

    public bool Periodic { get; }

    public void Start(TimeProvider time, TimeSpan due) =>
        timer = time.CreateTimer(
            static state => ((ActorTimer)state!).Fire(),
            this,
            due,
            Periodic ? due : Timeout.InfiniteTimeSpan);

    /// <summary>The turn has the message: the next tick is a new one.</summary>
    public void Taken() => Volatile.Write(ref fired, 0);

    public void Dispose() => timer?.Dispose();

    private void Fire()
    {
        // At most one notice waits, however slow the actor is.
        if (Interlocked.Exchange(ref fired, 1) == 0)
        {
            cell.Post(new TimerFired(this));
        }
    }
}
