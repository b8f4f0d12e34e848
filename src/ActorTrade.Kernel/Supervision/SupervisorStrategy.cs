namespace ActorTrade.Kernel;

/// <summary>What happens to a child that failed.</summary>
public enum Directive
{
    /// <summary>The child keeps its state and goes on with the next message.</summary>
    Resume,

    /// <summary>
    /// The child's children stop, a new instance takes over the mailbox; the failing message is gone.
    /// </summary>
    Restart,

    /// <summary>The child stops.</summary>
    Stop,

    /// <summary>The parent fails with the same cause, and its own parent decides.</summary>
    Escalate,
}

/// <summary>
/// How long a child waits before its n-th restart inside the window: Min × 2^(n-1), at most Max, plus a random share of
/// up to <see cref="Jitter"/> of it, so that what failed together does not come back together. The mailbox is kept and
/// suspended meanwhile.
/// </summary>
/// <param name="Min">The wait before the first restart; more than zero.</param>
/// <param name="Max">The wait is never longer, jitter aside.</param>
/// <param name="Jitter">From 0 (none) to 1.</param>
public sealed record Backoff(TimeSpan Min, TimeSpan Max, double Jitter = 0.2)
{
    /// <summary>The wait before the n-th restart (from 1), rounded down to 100 ns.</summary>
    public TimeSpan Delay(int restart, IRandomSource random)
    {
        // Beyond 2^40 × 100 ns every sensible Max has been reached; a double holds all of it exactly enough for a wait.
        var doubled = Min.Ticks * Math.Pow(2, Math.Min(restart - 1, 40));
        var ticks = Math.Min(doubled, Max.Ticks);
        return TimeSpan.FromTicks((long)(ticks + (ticks * Jitter * random.NextDouble())));
    }
}

/// <summary>
/// How a parent treats the failures of its children. A function of the exception, plus a limit: more than
/// <see cref="MaxRestarts"/> restarts of a child within <see cref="Window"/> escalate instead.
/// </summary>
public sealed record SupervisorStrategy
{
    /// <summary>Restarts the failed child at once, at most 10 times a minute, then escalates.</summary>
    public static readonly SupervisorStrategy Default = new();

    /// <summary>Stops whatever fails.</summary>
    public static readonly SupervisorStrategy Stopping = new() { Decide = static _ => Directive.Stop };

    /// <summary>Chooses by exception. Must be a function; if it throws, the failure escalates.</summary>
    public Func<Exception, Directive> Decide { get; init; } = static _ => Directive.Restart;

    /// <summary>If true, Restart and Stop apply to all children, for children that only make sense together.</summary>
    public bool AllForOne { get; init; }

    /// <summary>Restarts of one child allowed within <see cref="Window"/>; 0 to 10,000, default 10.</summary>
    public int MaxRestarts
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 10_000);
            field = value;
        }
    } = 10;

    /// <summary>A restart longer ago does not count. Default one minute.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The wait before a restart; null restarts at once.</summary>
    public Backoff? Backoff { get; init; }
}

/// <summary>A failure and what was done about it; for logs and alarms.</summary>
/// <param name="Actor">The actor that failed.</param>
/// <param name="Cause">The exception.</param>
/// <param name="Directive">What the supervisor decided, after the restart limit.</param>
/// <param name="Delay">The back-off before a restart; zero if none.</param>
public sealed record ActorFailure(IActorRef Actor, Exception Cause, Directive Directive, TimeSpan Delay);
