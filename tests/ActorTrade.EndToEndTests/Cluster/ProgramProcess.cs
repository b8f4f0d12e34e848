using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using ActorTrade.TestServers;

namespace ActorTrade.EndToEndTests.Cluster;

/// <summary>
/// A program of the cluster, a node or a Lighthouse, as a process that a test can end, freeze and wake. What it says is
/// kept, also so that it never waits for somebody to read.
/// </summary>
internal sealed class ProgramProcess : IAsyncDisposable
{
    private const int SigStop = 19;
    private const int SigContinue = 18;
    private const int SigTerm = 15;
    private const int LinesKept = 200;
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();
    private readonly TaskCompletionSource<Uri?> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private HttpClient? _http;

    private ProgramProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    /// <summary>Its page and API.</summary>
    public HttpClient Http => _http ?? throw new InvalidOperationException("It is not ready.");

    public bool IsRunning => !_process.HasExited;

    /// <summary>The last lines of both its outputs.</summary>
    public string Said => string.Join('\n', _said);

    /// <summary>Starts a program that lies beside the tests.</summary>
    /// <param name="program">actortrade or lighthouse.</param>
    public static ProgramProcess Start(
        string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var folder = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!;
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(folder, $"{program}.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = ServerScript.RepositoryRoot,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new ProgramProcess(Process.Start(start)!);
    }

    /// <summary>Waits until it says that it is ready.</summary>
    /// <exception cref="InvalidOperationException">It ended first.</exception>
    public async Task ReadyAsync()
    {
        var address = await _ready.Task.WaitAsync(ReadyWithin)
            ?? throw new InvalidOperationException($"The program ended before it was ready:\n{Said}");
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(10) };
    }

    /// <summary>No code of it runs until <see cref="Wake"/>.</summary>
    public void Freeze() => Signal(SigStop);

    public void Wake() => Signal(SigContinue);

    /// <summary>What <c>kill -9</c> does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Asks it to end, as a service manager does, and gives its exit code.</summary>
    public Task<int> LeaveAsync()
    {
        Signal(SigTerm);
        return ExitAsync();
    }

    /// <summary>Waits for its end and gives its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(patience.Token);
        await _reading;
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            Kill();
        }

        await _reading;
        _http?.Dispose();
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            _said.Enqueue(line);
            while (_said.Count > LinesKept)
            {
                _said.TryDequeue(out _);
            }

            if (line.Contains("\"event\":\"ready\"", StringComparison.Ordinal))
            {
                var address = JsonDocument.Parse(line).RootElement.GetProperty("address").GetString()!;
                _ready.TrySetResult(new Uri(address));
            }
        }

        if (reader == _process.StandardOutput)
        {
            _ready.TrySetResult(null);
        }
    }

    private void Signal(int signal)
    {
        if (Kill(_process.Id, signal) != 0)
        {
            throw new InvalidOperationException($"Signal {signal} could not be sent: the process has ended.\n{Said}");
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Kill(int process, int signal);
}
