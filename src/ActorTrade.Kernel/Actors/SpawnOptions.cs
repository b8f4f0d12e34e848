namespace ActorTrade.Kernel;

/// <summary>How an actor's mailbox and turns are bounded.</summary>
public sealed record SpawnOptions
{
    /// <summary>1,024 messages wait at most, 512 are handled in one turn.</summary>
    public static readonly SpawnOptions Default = new();

    /// <summary>
    /// Messages that may wait; more are refused. The batch a running turn has taken comes on top, so at most twice as
    /// many exist. At least 1.
    /// </summary>
    public int Capacity { get; init => field = Positive(value); } = 1024;

    /// <summary>Messages handled in one turn before other actors get theirs. At least 1.</summary>
    public int TurnLimit { get; init => field = Positive(value); } = 512;

    private static int Positive(int value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
        return value;
    }
}
