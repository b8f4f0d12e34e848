namespace ActorTrade.Kernel;

/// <summary>What cells tell each other about life and death. Handled before any user message, never refused.</summary>
/// <remarks>
/// The number of waiting ones is bounded by the number of relatives, watches and timers of the receiver. They are
/// linked through <see cref="Next"/>, so that an idle actor pays one reference for the queue.
/// </remarks>
internal abstract class SystemMessage
{
    public SystemMessage? Next;

    /// <summary>Turns the stack that senders push onto into the order of sending.</summary>
    public static SystemMessage? Reverse(SystemMessage? stack)
    {
        SystemMessage? first = null;
        while (stack is not null)
        {
            var next = stack.Next;
            stack.Next = first;
            first = stack;
            stack = next;
        }

        return first;
    }
}

/// <summary>
/// A supervisor's answer to a failure, or an order on its own account if <paramref name="answerTo"/> is null. An
/// answer to any but the present failure is out of date and is ignored.
/// </summary>
/// <param name="number">
/// Numbers the orders that go to all children. A child's failure carries the last number it obeyed, so the supervisor
/// sees that a failure is older than an order which is already on its way and settles it.
/// </param>
internal abstract class SupervisorOrder(ChildFailed? answerTo, long number) : SystemMessage
{
    public ChildFailed? AnswerTo => answerTo;

    public long Number => number;
}

internal sealed class StopRequested(ChildFailed? answerTo = null, long number = 0) : SupervisorOrder(answerTo, number);

internal sealed class ResumeRequested(ChildFailed? answerTo = null) : SupervisorOrder(answerTo, 0);

internal sealed class RestartRequested(Exception cause, TimeSpan delay, ChildFailed? answerTo = null, long number = 0)
    : SupervisorOrder(answerTo, number)
{
    public Exception Cause => cause;

    public TimeSpan Delay => delay;
}

internal sealed class BackoffElapsed(RestartRequested restart) : SystemMessage
{
    public RestartRequested Restart => restart;
}

internal sealed class ChildFailed(ICell child, Exception cause, bool whileStarting, long obeyed) : SystemMessage
{
    public long Obeyed => obeyed;

    public ICell Child => child;

    public Exception Cause => cause;

    public bool WhileStarting => whileStarting;
}

internal sealed class ChildStopped(ICell child) : SystemMessage
{
    public ICell Child => child;
}

internal sealed class WatchRequested(ICell watcher) : SystemMessage
{
    public ICell Watcher => watcher;
}

internal sealed class UnwatchRequested(ICell watcher) : SystemMessage
{
    public ICell Watcher => watcher;
}

internal sealed class WatchedStopped(ICell watched) : SystemMessage
{
    public ICell Watched => watched;
}

/// <summary>
/// A function given to PipeToSelf threw: a bug of the actor, so it fails as if the exception came from Receive.
/// </summary>
internal sealed class PipeBroke(Exception cause) : SystemMessage
{
    public Exception Cause => cause;
}

internal sealed class TimerFired(ActorTimer timer) : SystemMessage
{
    public ActorTimer Timer => timer;
}

/// <summary>What the kernel knows of an actor without its message type.</summary>
internal interface ICell : IActorRef
{
    ICell? Parent { get; }

    string Name { get; }

    /// <summary>Hands over a system message; false if the actor is completely gone.</summary>
    bool Post(SystemMessage message);

    /// <summary>A look from any thread.</summary>
    ActorInspection Inspect(int depth);

    /// <summary>The children at this moment, by name; from any thread.</summary>
    IReadOnlyList<ICell> ChildrenNow();
}
