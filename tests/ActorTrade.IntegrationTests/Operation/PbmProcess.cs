using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace ActorTrade.IntegrationTests.Operation;

/// <summary>The program <c>pbm</c> as a process of its own, with a home folder that is empty.</summary>
internal sealed class PbmProcess : IDisposable
{
    private const int SigInt = 2;
    private readonly Process _process;

    private PbmProcess(Process process) => _process = process;

    public static async Task<(int Code, string Output, string Error)> RunAsync(
        string home, string? token, string? input, params string[] arguments)
    {
        using var pbm = Start(home, token, arguments);
        if (input is not null)
        {
            await pbm._process.StandardInput.WriteAsync(input);
        }

        pbm._process.StandardInput.Close();
        var output = pbm._process.StandardOutput.ReadToEndAsync();
        var error = pbm._process.StandardError.ReadToEndAsync();
        return (await pbm.EndAsync(), await output, await error);
    }

    public static PbmProcess Start(string home, string? token, params string[] arguments)
    {
        var folder = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!;
        var program = Path.Combine(folder, "pbm.dll");

        // Tests that run in a shell's background inherit that interrupts are ignored.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", "exec", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_CONFIG_HOME"] = home;
        start.Environment.Remove("PBM_TOKEN");
        if (token is not null)
        {
            start.Environment["PBM_TOKEN"] = token;
        }

        return new PbmProcess(Process.Start(start)!);
    }

    public async Task<string?> LineAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _process.StandardOutput.ReadLineAsync(patience.Token);
    }

    /// <summary>What Ctrl-C does.</summary>
    public void Interrupt() => Assert.Equal(0, Kill(_process.Id, SigInt));

    public async Task<int> EndAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Kill(int process, int signal);
}
