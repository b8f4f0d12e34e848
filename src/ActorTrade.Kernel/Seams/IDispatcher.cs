namespace ActorTrade.Kernel;

/// <summary>Where turns run: the seam between the kernel and threads.</summary>
public interface IDispatcher
{
    /// <summary>Runs the work soon, once, not inside this call.</summary>
    void Schedule(IThreadPoolWorkItem work);
}

/// <summary>Runs turns on the process's thread-pool.</summary>
public sealed class ThreadPoolDispatcher : IDispatcher
{
    /// <summary>The only instance; it has no state.</summary>
    public static readonly ThreadPoolDispatcher Instance = new();

    private ThreadPoolDispatcher()
    {
    }

    /// <inheritdoc/>
    // The global queue, not the thread's own: it is first in, first out, so a busy actor queues behind the others.
    public void Schedule(IThreadPoolWorkItem work) => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
}
