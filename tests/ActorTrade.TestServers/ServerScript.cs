using System.Diagnostics;

namespace ActorTrade.TestServers;

/// <summary>Runs the scripts in <c>eng/</c> that start and stop servers.</summary>
public static class ServerScript
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The folder of this repository.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    public static string PathOf(string script) => Path.Combine(RepositoryRoot, "eng", script);

    /// <summary>Runs it to its end and gives what it wrote to its standard output.</summary>
    /// <exception cref="ServerScriptException">It did not end with code 0 within two minutes.</exception>
    public static async Task<string> RunAsync(string script, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(PathOf(script), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return process.ExitCode == 0
                ? await output
                : throw new ServerScriptException(
                    $"{script} {string.Join(' ', arguments)}: {(await error).Trim()}", process.ExitCode);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new ServerScriptException($"{script} {string.Join(' ', arguments)} did not end in {Patience}.", -1);
        }
    }

    /// <summary>The KEY=value lines of an output.</summary>
    internal static IReadOnlyDictionary<string, string> Report(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2))
            .Where(parts => parts.Length == 2)
            .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ActorTrade.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName
            ?? throw new InvalidOperationException("ActorTrade.sln is in no folder above the test program.");
    }
}
