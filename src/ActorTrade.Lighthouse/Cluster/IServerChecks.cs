namespace ActorTrade.Lighthouse.Cluster;

/// <summary>What <c>doctor</c> asks of the servers behind the cluster: versions, queues, schema, disk.</summary>
public interface IServerChecks
{
    /// <summary>Runs every check there is. A server that does not answer is a check that failed, not an exception.
    /// </summary>
    Task<IReadOnlyList<ServerCheck>> RunAsync(CancellationToken cancelled);
}

/// <summary>One line of <c>doctor</c>.</summary>
/// <param name="What">What was looked at, such as "PostgreSQL version".</param>
/// <param name="Found">What was seen.</param>
/// <param name="Next">What to do about it; null where it is well.</param>
public sealed record ServerCheck(string What, CheckVerdict Verdict, string Found, string? Next = null);

public enum CheckVerdict
{
    Ok = 0,
    Warn = 1,
    Fail = 2,
}
