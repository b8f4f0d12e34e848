namespace ActorTrade.Kernel;

/// <summary>
/// Watches an actor on behalf of code that is not an actor, until it stops or the code loses interest.
/// </summary>
internal sealed class StopWatcher : ICell, IThreadPoolWorkItem
{
    private readonly TaskCompletionSource stopped = new();
    private readonly IDispatcher dispatcher;
    private readonly ICell watched;

    public StopWatcher(IDispatcher dispatcher, ICell watched)
    {
        this.dispatcher = dispatcher;
        this.watched = watched;
    }

    public string Path => "/watcher";

    public string Name => "watcher";

    public ICell? Parent => null;

    public bool IsStopped => stopped.Task.IsCompleted;

    public async Task Watch(CancellationToken cancellation)
    {
        using var registration = cancellation.Register(() =>
        {
            // The list of watchers of a long-lived actor must not grow with everyone who once looked.
            watched.Post(new UnwatchRequested(this));
            stopped.TrySetCanceled(cancellation);
        });
        if (!watched.Post(new WatchRequested(this)))
        {
            return;
        }

        await stopped.Task;
    }

    public ActorInspection Inspect(int depth) =>
        new(this, depth, nameof(StopWatcher), IsStopped ? "stopped" : "running", Waiting: 0, Capacity: 0, Children: 0);

    public IReadOnlyList<ICell> ChildrenNow() => [];

    public bool Post(SystemMessage message)
    {
        if (message is WatchedStopped)
        {
            // Outside the turn of the actor that stopped, as with the reply to an ask.
            dispatcher.Schedule(this);
        }

        return true;
    }

    void IThreadPoolWorkItem.Execute() => stopped.TrySetResult();
}
