using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace ActorTrade.DefiTests.Oracles;

/// <summary>
/// Published implementations in JavaScript, asked over the pipes of a Node process; see tests/oracles/runner.mjs. Their
/// packages are installed on first use, as its lock file pins them. Where Node is absent, or the packages cannot be
/// had, the test is skipped and says why.
/// </summary>
internal sealed class NodeOracle : IDisposable
{
    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(5);

    // The reason why there is none, or null.
    private static readonly Lazy<string?> Absence = new(Install);

    private readonly Process _process;

    public NodeOracle()
    {
        if (Absence.Value is { } reason)
        {
            Assert.Skip(reason);
        }

        _process = Start("node", "runner.mjs");
    }

    /// <summary>The reply; one with an error is returned too.</summary>
    public JsonElement Ask(object question)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(question));
        _process.StandardInput.Flush();
        var reply = _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException($"The runner ended: {_process.StandardError.ReadToEnd()}");
        using var document = JsonDocument.Parse(reply);
        return document.RootElement.Clone();
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string? Install()
    {
        if (Folder() is not { } folder)
        {
            return "The oracles' runner is not above the test program.";
        }

        try
        {
            using (var node = Start("node", "--version"))
            {
                node.WaitForExit();
            }

            return File.Exists(Path.Combine(folder, "node_modules", ".package-lock.json")) ? null : InstallPackages();
        }
        catch (Win32Exception e)
        {
            return $"Node or npm is absent: {e.Message}";
        }
    }

    private static string? InstallPackages()
    {
        using var npm = Start("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        var said = npm.StandardError.ReadToEndAsync();
        _ = npm.StandardOutput.ReadToEndAsync();
        if (!npm.WaitForExit(InstallTimeout))
        {
            npm.Kill(entireProcessTree: true);
            return "The oracles' packages did not come in time.";
        }

        return npm.ExitCode == 0
            ? null
            : $"The oracles' packages cannot be had: {said.GetAwaiter().GetResult().Trim()}";
    }

    private static Process Start(string program, params string[] arguments)
    {
        var info = new ProcessStartInfo(program)
        {
            WorkingDirectory = Folder(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        return Process.Start(info) ?? throw new InvalidOperationException($"{program} did not start.");
    }

    private static string? Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "tests", "oracles");
            if (File.Exists(Path.Combine(candidate, "runner.mjs")))
            {
                return candidate;
            }
        }

        return null;
    }
}
