namespace ActorTrade.TestServers;

/// <summary>A script of <c>eng/</c> refused or failed; the message is what it said.</summary>
/// <param name="exitCode">1 error, 3 not running, 4 something must be installed or given first.</param>
public sealed class ServerScriptException(string message, int exitCode) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
