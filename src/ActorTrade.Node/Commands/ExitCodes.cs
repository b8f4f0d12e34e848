using ActorTrade.Cluster.Hosting;
using ActorTrade.Configuration;
using ActorTrade.Gateway;
using ActorTrade.Journal;
using ActorTrade.Journal.Postgres;
using ActorTrade.Journal.Sqlite;
using ActorTrade.Operator;

namespace ActorTrade.Node.Commands;

/// <summary>An expected end of a command, with its message for a person.</summary>
public sealed class CommandException(ExitCode code, string message) : Exception(message)
{
    public ExitCode Code { get; } = code;
}

internal static class ExitCodes
{
    /// <summary>The code and the message of whatever ended a command.</summary>
    public static (ExitCode Code, string Message) Of(Exception e) => e switch
    {
        CommandException command => (command.Code, command.Message),
        ConfigurationException or JournalHeldException or AddressTakenException or SqliteMissingException
            or UnauthorizedAccessException => (ExitCode.Configuration, e.Message),
        FileNotFoundException or DirectoryNotFoundException => (ExitCode.NotFound, e.Message),
        ServersAwayException or SchemaTooNewException or ShardCountMismatchException or PostgresTooOldException =>
            (ExitCode.Configuration, e.Message),
        TimeoutException => (ExitCode.Timeout, e.Message),
        JournalDamagedException or JournalFormatException or IOException or InvalidOperationException =>
            (ExitCode.Error, e.Message),
        _ => (ExitCode.Error, $"{e.GetType().Name}: {e.Message}{Environment.NewLine}{e.StackTrace}"),
    };
}
