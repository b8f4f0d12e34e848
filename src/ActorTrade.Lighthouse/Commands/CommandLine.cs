using System.CommandLine;
using ActorTrade.Configuration;
using ActorTrade.Lighthouse.Endpoint;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Commands;

/// <summary>The commands of <c>lighthouse</c>.</summary>
public static class CommandLine
{
    /// <summary>Reads the arguments, runs the command, and gives what the process ends with.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("ActorTrade: a Lighthouse, which watches a cluster and listens to its operators.");
        root.Subcommands.Add(RunCommand.Create());
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return Failed(ExitCode.Configuration, string.Join(" ", parsed.Errors.Select(e => e.Message)));
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception e)
        {
            // The boundary of the process: whatever ends a command becomes its message and code.
            return e switch
            {
                ConfigurationException or AddressTakenException => Failed(ExitCode.Configuration, e.Message),
                IOException or UnauthorizedAccessException => Failed(ExitCode.Error, e.Message),
                _ => Failed(ExitCode.Error, $"{e.GetType().Name}: {e.Message}{Environment.NewLine}{e.StackTrace}"),
            };
        }
    }

    private static int Failed(ExitCode code, string message)
    {
        Console.Error.WriteLine($"Error: {message} (code {(int)code})");
        return (int)code;
    }
}
