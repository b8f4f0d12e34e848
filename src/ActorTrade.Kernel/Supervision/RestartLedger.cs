namespace ActorTrade.Kernel;

/// <summary>
/// Remembers when a supervisor restarted its children, so as to apply limit, window and back-off. Belongs to the
/// supervisor's turn. Holds at most <see cref="SupervisorStrategy.MaxRestarts"/> instants a child that ever failed.
/// </summary>
internal sealed class RestartLedger(ActorSystem system)
{
    private readonly Dictionary<ICell, Queue<DateTimeOffset>> restarts = [];
    private readonly Dictionary<ICell, long> ordered = [];
    private long ordersToAll;

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
        if (directive == Directive.Restart && !IsSettled(failure))
        {
            var count = Count(strategy, failure.Child);
            directive = count > strategy.MaxRestarts ? Directive.Escalate : Directive.Restart;
            delay = directive == Directive.Restart && strategy.Backoff is { } backoff
                ? backoff.Delay(count, system.Random)
                : TimeSpan.Zero;
        }

        return new ActorFailure(failure.Child, failure.Cause, directive, delay);
    }

    /// <summary>
    /// Tells the failed child, or all children for a strategy that treats them alike. Only the failed one is resumed.
    /// </summary>
    public void Apply(ActorFailure verdict, ChildFailed failure, IEnumerable<ICell>? all)
    {
        if (IsSettled(failure))
        {
            return;
        }

        if (verdict.Directive == Directive.Resume || all is null)
        {
            failure.Child.Post(Order(verdict, failure, 0));
            return;
        }

        ordersToAll++;
        foreach (var child in all)
        {
            ordered[child] = ordersToAll;
            child.Post(Order(verdict, ReferenceEquals(child, failure.Child) ? failure : null, ordersToAll));
        }
    }

    public void Forget(ICell child)
    {
        restarts.Remove(child);
        ordered.Remove(child);
    }

    private static SupervisorOrder Order(ActorFailure verdict, ChildFailed? answerTo, long number) =>
        verdict.Directive switch
        {
            Directive.Resume => new ResumeRequested(answerTo),
            Directive.Restart => new RestartRequested(verdict.Cause, verdict.Delay, answerTo, number),
            _ => new StopRequested(answerTo, number),
        };

    /// <summary>
    /// True if an order to all children, given after this failure happened, is on its way to the child.
    /// </summary>
    private bool IsSettled(ChildFailed failure) =>
        ordered.TryGetValue(failure.Child, out var number) && failure.Obeyed < number;

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
