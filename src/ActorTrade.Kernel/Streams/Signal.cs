namespace ActorTrade.Kernel.Streams;

/// <summary>
/// Wakes one waiter; a signal given while nobody waits is kept for the next wait. The waiter looks at its condition
/// anew each time. Awaited directly, it comes back on the waiter's own context, so it is deterministic under
/// simulation, which <c>Task.WhenAny</c> and <c>SemaphoreSlim</c> with a token are not.
/// </summary>
internal sealed class Signal
{
    private readonly Lock gate = new();
    private TaskCompletionSource? waiter;
    private bool set;

    public void Set()
    {
        TaskCompletionSource? woken;
        lock (gate)
        {
            woken = waiter;
            waiter = null;
            set = woken is null;
        }

        woken?.SetResult();
    }

    public Task Wait()
    {
        lock (gate)
        {
            if (set)
            {
                set = false;
                return Task.CompletedTask;
            }

            waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return waiter.Task;
        }
    }
}
