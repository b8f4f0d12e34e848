using System.CommandLine;
using ActorTrade.Configuration;
using ActorTrade.Node.Configuration;
using ActorTrade.Operator;

namespace ActorTrade.Node.Commands;

/// <summary>The commands of <c>actortrade</c>. A new one is a class with <c>Create</c> and a line here.</summary>
public static class CommandLine
{
    private static readonly Func<CommonOptions, Command>[] Commands =
    [
        RunCommand.Create,
        BenchCommand.Create,
        ReplayCommand.Create,
        JournalCommand.Create,
        QuoteCommand.Create,
        ScanCommand.Create,
    ];

    /// <summary>The whole tree, with the options that every command takes.</summary>
    public static RootCommand Create()
    {
        var common = new CommonOptions();
        var root = new RootCommand("ActorTrade: a trading node of event-sourced actors on one machine.");
        root.Options.Add(common.Json);
        foreach (var create in Commands)
        {
            root.Subcommands.Add(create(common));
        }

        return root;
    }

    /// <summary>Reads the arguments, runs the command, and gives what the process ends with.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Create().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            CommandOutput.Error(ExitCode.Configuration, string.Join(" ", parsed.Errors.Select(e => e.Message)));
            return (int)ExitCode.Configuration;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,

                // The commands themselves listen to signals, and stop in order.
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception e)
        {
            // The boundary of the process: whatever ends a command becomes its message and code.
            var (code, message) = ExitCodes.Of(e);
            CommandOutput.Error(code, message);
            return (int)code;
        }
    }
}

/// <summary>Options that several commands share.</summary>
public sealed class CommonOptions
{
    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Write JSON instead of text.",
        Recursive = true,
    };

    public Option<string[]> Config { get; } = new("--config", "-c")
    {
        Description = "A file of differences from cluster-config/reference.json; later files win.",
        HelpName = "file",
        AllowMultipleArgumentsPerToken = false,
    };

    public Option<string[]> Set { get; } = new("--set")
    {
        Description = "One setting, such as Http:Port=8080; wins over files and environment.",
        HelpName = "Section:Key=value",
        AllowMultipleArgumentsPerToken = false,
    };

    public Option<string?> Data { get; } = new("--data", "-d")
    {
        Description = "The data directory: the journal and the tables.",
        HelpName = "directory",
    };

    public CommandOutput Output(ParseResult parsed) => new(parsed.GetValue(Json));

    /// <summary>The settings of this process, with what the options say on top.</summary>
    /// <exception cref="ConfigurationException">Names everything that is wrong.</exception>
    public NodeConfiguration Configuration(ParseResult parsed, params string[] more)
    {
        List<string> settings = [.. parsed.GetValue(Set) ?? [], .. more];
        if (parsed.GetValue(Data) is { } directory)
        {
            settings.Add($"Node:DataDirectory={directory}");
        }

        return NodeConfiguration.Load(ConfigurationSources.OfProcess(parsed.GetValue(Config) ?? [], settings));
    }
}
