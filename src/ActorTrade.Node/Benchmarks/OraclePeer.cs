using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActorTrade.Node.Benchmarks;

/// <summary>The published packages in a Node process of their own, where the repository and Node are at hand.</summary>
internal sealed class OraclePeer : IDisposable
{
    private readonly Process _process;

    private OraclePeer(Process process) => _process = process;

    /// <summary>Null where there is no installed runner above the working directory, or no Node.</summary>
    public static OraclePeer? TryStart()
    {
        if (Folder() is not { } folder)
        {
            return null;
        }

        try
        {
            var process = Process.Start(new ProcessStartInfo("node", "runner.mjs")
            {
                WorkingDirectory = folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            });
            return process is null ? null : new OraclePeer(process);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>How often in a second of processor time the peer answers the question.</summary>
    public double Measure(object question, TimeSpan span)
    {
        var asked = JsonSerializer.SerializeToNode(question)!.AsObject();
        asked["seconds"] = JsonValue.Create(span.TotalSeconds);
        _process.StandardInput.WriteLine(asked.ToJsonString());
        _process.StandardInput.Flush();
        var reply = _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException("The peer's runner ended.");
        return JsonNode.Parse(reply)?["perSecond"]?.GetValue<double>()
            ?? throw new InvalidOperationException($"The peer's runner answered {reply}");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string? Folder()
    {
        for (var at = new DirectoryInfo(Environment.CurrentDirectory); at is not null; at = at.Parent)
        {
            var candidate = Path.Combine(at.FullName, "tests", "oracles");
            if (Directory.Exists(Path.Combine(candidate, "node_modules")))
            {
                return candidate;
            }
        }

        return null;
    }
}
