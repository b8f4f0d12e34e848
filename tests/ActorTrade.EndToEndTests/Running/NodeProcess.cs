using System.Diagnostics;
using System.Net.Http.Headers;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ActorTrade.EndToEndTests.Running;

/// <summary>The program <c>actortrade</c> as a process of its own, on a free port and a given data directory.</summary>
internal sealed class NodeProcess : IDisposable
{
    private const int SigTerm = 15;
    private readonly Process _process;

    private NodeProcess(Process process, Uri address, TimeSpan startedWithin)
    {
        (_process, Address, StartedWithin) = (process, address, startedWithin);
        Client = new HttpClient { BaseAddress = address };
    }

    public Uri Address { get; }

    /// <summary>From the start of the process to its being ready.</summary>
    public TimeSpan StartedWithin { get; }

    public int Id => _process.Id;

    public HttpClient Client { get; }

    /// <summary>Starts <c>run</c> and waits until it says that it is ready.</summary>
    public static async Task<NodeProcess> RunAsync(string directory, params string[] more)
    {
        var begun = Stopwatch.GetTimestamp();
        var process = Start(["run", "--json", "--data", directory, "--port", "0", .. more]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var ready = await process.StandardOutput.ReadLineAsync(patience.Token);
        if (ready is null)
        {
            throw new InvalidOperationException(
                $"The node did not start: {await process.StandardError.ReadToEndAsync(patience.Token)}");
        }

        var address = JsonDocument.Parse(ready).RootElement.GetProperty("address").GetString()!;
        return new NodeProcess(process, new Uri(address), Stopwatch.GetElapsedTime(begun));
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int Code, string Output, string Error)> CommandAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output, await error);
    }

    public async Task<string> PostAsync(string path, string body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new StringContent(body, Encoding.UTF8);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var response = await Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text;
    }

    public Task<string> GetAsync(string path) => Client.GetStringAsync(path);

    /// <summary>Asks the process to end, as a service manager does, and gives its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        Assert.Equal(0, Kill(_process.Id, SigTerm));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>What <c>kill -9</c> does: no code of the process runs any more.</summary>
    public void KillHard()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    // The tests' build puts the program beside the tests.
    private static Process Start(IEnumerable<string> arguments)
    {
        var folder = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!;
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(folder, "actortrade.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Kill(int process, int signal);
}
