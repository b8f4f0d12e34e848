using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using ActorTrade.TestServers;

namespace ActorTrade.TestChains;

/// <summary>
/// An EVM chain of one's own with what <c>make devchain</c> deploys, on a free port of the loopback address. It never
/// outlives the test program, however that ends.
/// </summary>
/// <remarks>
/// anvil itself is started, not a wrapper, so that what is killed is the chain. Its output is read for as long as it
/// runs: a full pipe would stop it.
/// </remarks>
public sealed class DevChain : IAsyncDisposable
{
    /// <summary>
    /// How many blocks back the state can be asked for. Without a limit anvil writes the states of older blocks to the
    /// home folder, megabytes a block, where they stay when it is killed.
    /// </summary>
    private const int StatesKept = 128;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly string Folder = Path.Combine(ServerScript.RepositoryRoot, "contracts");

    // One for all of a program: the first may have to install npm's packages and to compile.
    private static readonly SemaphoreSlim Preparing = new(1, 1);

    private readonly Process _anvil;
    private readonly Process _guard;
    private readonly JsonRpc _rpc;

    private DevChain(Process anvil, Process guard, JsonRpc rpc, Deployments deployments)
    {
        (_anvil, _guard, _rpc, Deployments) = (anvil, guard, rpc, deployments);
        Chain = new EvmChain(rpc);
    }

    public EvmChain Chain { get; }

    public Deployments Deployments { get; }

    /// <summary>Ten accounts with a million ether each, for which the chain signs.</summary>
    public IReadOnlyList<string> Accounts { get; private set; } = [];

    /// <summary>Why there can be no chain on this machine; null where there can.</summary>
    public static string? Absence()
    {
        foreach (var program in new[] { "node", "npm" })
        {
            try
            {
                using var process = Start(program, ["--version"]);
                process.WaitForExit();
            }
            catch (Win32Exception e)
            {
                return $"{program} is absent: {e.Message}";
            }
        }

        return null;
    }

    /// <param name="withReferees">With the pools that our curves are compared with: Balancer's, Aerodrome's, Curve's.
    /// </param>
    /// <exception cref="InvalidOperationException">A step failed; its output is in the text.</exception>
    public static async Task<DevChain> StartAsync(bool withReferees = false)
    {
        await Preparing.WaitAsync();
        try
        {
            // The packages bring anvil; a chain that is told nothing is not needed for that.
            await RunAsync("node", "script/prepare.mjs");
        }
        finally
        {
            Preparing.Release();
        }

        var anvil = Start(
            Path.Combine(Folder, "node_modules", ".bin", "anvil"),
            ("--host 127.0.0.1 --port 0 --chain-id 31337 --hardfork cancun --gas-limit 1000000000 --balance 1000000 "
                + $"--prune-history {StatesKept}").Split(' '));
        var guard = GuardOf(anvil);
        JsonRpc? rpc = null;
        try
        {
            var url = await ListeningAsync(anvil);
            rpc = new JsonRpc(url);
            var chain = new DevChain(anvil, guard, rpc, await DeployAsync(url, withReferees));
            var accounts = await rpc.AskAsync("eth_accounts");
            chain.Accounts = [.. accounts.EnumerateArray().Select(a => a.GetString()!)];
            return chain;
        }
        catch
        {
            // Whatever it was, no chain stays behind.
            rpc?.Dispose();
            await EndAsync(anvil, guard);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _rpc.Dispose();
        await EndAsync(_anvil, _guard);
    }

    private static async Task<Deployments> DeployAsync(Uri url, bool withReferees)
    {
        var file = Path.Combine(Path.GetTempPath(), $"actortrade-deployments-{Guid.NewGuid():N}.json");
        try
        {
            string[] arguments = ["script/devchain.mjs", "--rpc", url.ToString(), "--out", file];
            await RunAsync("node", withReferees ? [.. arguments, "--referees"] : arguments);
            return Deployments.Parse(await File.ReadAllTextAsync(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<Uri> ListeningAsync(Process anvil)
    {
        const string Ready = "Listening on ";
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new StringBuilder();
        anvil.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                listening.TrySetException(new InvalidOperationException($"anvil ended: {said}"));
            }
            else if (line.Data.StartsWith(Ready, StringComparison.Ordinal))
            {
                listening.TrySetResult(new Uri($"http://{line.Data[Ready.Length..].Trim()}"));
            }
        };
        anvil.ErrorDataReceived += (_, line) => _ = line.Data is null ? said : said.AppendLine(line.Data);
        anvil.BeginOutputReadLine();
        anvil.BeginErrorReadLine();
        return await listening.Task.WaitAsync(Patience);
    }

    // Ends the chain when the test program's end closes its input.
    private static Process GuardOf(Process anvil) =>
        Start("setsid", ["sh", "-c", "cat > /dev/null; kill -9 $1 2> /dev/null", "guard", $"{anvil.Id}"], input: true);

    private static async Task EndAsync(Process anvil, Process guard)
    {
        anvil.Kill();
        await anvil.WaitForExitAsync();
        guard.StandardInput.Close();
        await guard.WaitForExitAsync();
        anvil.Dispose();
        guard.Dispose();
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException(
                    $"{string.Join(' ', arguments)} ended with {process.ExitCode}: {await output} {await error}");
            }
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static Process Start(string program, string[] arguments, bool input = false) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = input,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
