namespace ActorTrade.Domain.Trades;

/// <summary>The times that make a trade's repeats harmless, in one place because both
/// ends must agree on them.</summary>
public static class TradeTiming
{
    /// <summary>How far the clocks of two nodes may differ. An outcome is kept this long after its deadline.</summary>
    public static readonly TimeSpan ClockSkewMax = TimeSpan.FromSeconds(2);

    /// <summary>How far ahead a deadline may lie; it bounds how long outcomes must be remembered.</summary>
    public static readonly TimeSpan DeadlineAheadMax = TimeSpan.FromHours(1);

    /// <summary>An affair that has not ended this long after its start is taken up again.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>At this many outcomes to acknowledge to one pool, they are acknowledged together.</summary>
    public const int AcknowledgeTogether = 32;

    /// <summary>The deadline has passed, for whoever must refuse what comes after it.</summary>
    public static bool IsPast(DateTimeOffset deadline, DateTimeOffset now) => now > deadline;

    /// <summary>The deadline has passed on every clock of the cluster.</summary>
    public static bool IsPastEverywhere(DateTimeOffset deadline, DateTimeOffset now) => now - ClockSkewMax > deadline;
}
