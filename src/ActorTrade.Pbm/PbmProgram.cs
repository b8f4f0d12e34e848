using System.Reflection;
using System.Runtime.InteropServices;
using ActorTrade.Operator;
using ActorTrade.Pbm.Connection;
using ActorTrade.Pbm.Output;
using ActorTrade.Pbm.Prompt;

namespace ActorTrade.Pbm;

/// <summary>The client as a process. It knows no command itself: everything is asked of the endpoint.</summary>
internal static class PbmProgram
{
    private const string Usage = """
        pbm asks a Lighthouse about a cluster, and tells it what to do.

          pbm [host:port] <palette> <command> [options]   one command
          pbm [host:port]                                 a prompt, with completion and history
          pbm [host:port] help [palette [command]]        what this Lighthouse can do

          --json               results as JSON, errors as JSON on stderr
          --token-file FILE    the file with your token
          --version            the version of this program
          --help               this text; after a command, its help

        Without host:port: 127.0.0.1:9110. Exit codes: 0 done, 1 failed, 2 not found,
        3 not running, 4 wrong use or configuration, 5 no answer in time.
        """;

    public static string Version { get; } =
        typeof(PbmProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var isJson = arguments.TakeWhile(a => a != "--").Contains("--json");
        var screen = new Screen(isJson);
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        try
        {
            return await RunAsync(ClientOptions.Parse(arguments), screen, stop.Token);
        }
        catch (OperatorException e)
        {
            screen.Error(e.Error);
            return e.Error.ExitCode;
        }
        catch (OperationCanceledException)
        {
            // The operator has seen enough.
            return (int)ExitCode.Ok;
        }
        catch (Exception e)
        {
            // The boundary of the process: nothing ends it without a message and a code.
            screen.Error(OperatorError.Of(ExitCode.Error, "bug", $"{e.GetType().Name}: {e.Message}"));
            return (int)ExitCode.Error;
        }

        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task<int> RunAsync(ClientOptions options, Screen screen, CancellationToken cancelled)
    {
        if (options.WantsVersion)
        {
            Console.Out.WriteLine($"pbm {Version}, protocol {OperatorProtocol.Version}");
            return 0;
        }

        if (options is { WantsHelp: true, Words.Count: 0 })
        {
            Console.Out.WriteLine(Usage);
            return 0;
        }

        var token = TokenSource.Find(options.TokenFile);
        if (token.Warning is { } warning)
        {
            screen.Remark(warning);
        }

        using var client = new LighthouseClient(options.Endpoint, token);
        var runner = new CommandRunner(client, screen);
        if (options.Words.Count == 0)
        {
            return await new PromptLoop(options, client, runner, screen).RunAsync(cancelled);
        }

        var book = await client.PaletteAsync(cancelled);
        CommandRunner.RemarkVersion(book, screen);
        IReadOnlyList<string> words = options.WantsHelp ? ["help", .. options.Words] : options.Words;
        return await runner.RunAsync(book, words, cancelled);
    }
}
