namespace ActorTrade.Kernel;

/// <summary>
/// Remembers when a supervisor restarted its children, so as to apply limit, window and back-off. Belongs to the
/// supervisor's turn. Holds at most <see cref="SupervisorStrategy.MaxRestarts"/> instants a child that ever failed.
/// </summary>
internal sealed class RestartLedger(ActorSystem system)
{
    private readonly Dictionary<ICell, Queue<DateTimeOffset>> restarts = [];

    /// <summary>Decides a failure; Escalate stands for "not mine", whether chosen or forced by the limit.</summary>
    public ActorFailure Judge(SupervisorStrategy strategy, ChildFailed failure)
    {
        var directive = Choose(strategy, failure.Cause);
        if (directive == Directive.Resume && failure.WhileStarting)
        {
            // An instance that never came to life cannot go on.
            directive = Directive.Restart;
        }

        var delay = TimeSpan.Zero;
        if (directive == Directive.Restart)
        {
            var count = Count(strategy, failure.Child);
            directive = count > strategy.MaxRestarts ? Directive.Escalate : Directive.Restart;
            delay = directive == Directive.Restart && strategy.Backoff is { } backoff
                ? backoff.Delay(count, system.Random)
                : TimeSpan.Zero;
        }

        return new ActorFailure(failure.Child, failure.Cause, directive, delay);
    }

    /// <summary>Tells those concerned. Only the failed child is ever resumed.</summary>
    public static void Apply(ActorFailure verdict, ChildFailed failure, IEnumerable<ICell> concerned)
    {
        if (verdict.Directive == Directive.Resume)
        {
            failure.Child.Post(new ResumeRequested(failure));
            return;
        }

        foreach (var child in concerned)
        {
            var answerTo = ReferenceEquals(child, failure.Child) ? failure : null;
            child.Post(verdict.Directive == Directive.Restart
                ? new RestartRequested(failure.Cause, verdict.Delay, answerTo)
                : new StopRequested(answerTo));
        }
    }

    public void Forget(ICell child) => restarts.Remove(child);

    private static Directive Choose(SupervisorStrategy strategy, Exception cause)
    {
        try
        {
            return strategy.Decide(cause);
        }
        catch (Exception)
        {
            // A supervisor that cannot decide hands the original failure on.
            return Directive.Escalate;
        }
    }

    private int Count(SupervisorStrategy strategy, ICell child)
    {
        if (!restarts.TryGetValue(child, out var history))
        {
            history = new Queue<DateTimeOffset>();
            restarts.Add(child, history);
        }

        var now = system.Time.GetUtcNow();
        while (history.TryPeek(out var oldest) && now - oldest > strategy.Window)
        {
            history.Dequeue();
        }

        if (history.Count < strategy.MaxRestarts)
        {
            history.Enqueue(now);
            return history.Count;
        }

        return strategy.MaxRestarts + 1;
    }
}
