namespace ActorTrade.Kernel;

/// <summary>Work done one after the other, in order, never inside <see cref="Post"/>: what comes from one socket, or
/// one callback thread of a client library.</summary>
/// <param name="dispatcher">Whose turns it takes; a process's, so that it waits while the process is paused.</param>
public sealed class SimulatedLane(IDispatcher dispatcher) : IThreadPoolWorkItem
{
    private readonly Queue<Action> waiting = new();

    /// <summary>Puts the work behind what was posted before.</summary>
    public void Post(Action work)
    {
        waiting.Enqueue(work);
        if (waiting.Count == 1)
        {
            dispatcher.Schedule(this);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            waiting.Peek()();
        }
        finally
        {
            waiting.Dequeue();
            if (waiting.Count > 0)
            {
                dispatcher.Schedule(this);
            }
        }
    }
}
