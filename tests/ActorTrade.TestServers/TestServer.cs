using System.Globalization;

namespace ActorTrade.TestServers;

/// <summary>
/// A server of one's own for tests, in a temporary folder, on a free port of the loopback address. It never outlives
/// the test program, however that ends.
/// </summary>
public abstract class TestServer : IAsyncDisposable, IDisposable
{
    private readonly string _script;
    private readonly string? _certificates;
    private readonly EndOfProcessGuard _guard;
    private IReadOnlyDictionary<string, string> _report = new Dictionary<string, string>(StringComparer.Ordinal);

    private protected TestServer(string script, string name, string? certificates)
    {
        (_script, _certificates) = (script, certificates);
        Folder = Path.Combine(Path.GetTempPath(), $"actortrade-{name}-{Guid.NewGuid():N}");
        _guard = new EndOfProcessGuard(script, Folder);
    }

    /// <summary>Data, settings and logs; gone after <see cref="DisposeAsync"/>.</summary>
    public string Folder { get; }

    /// <summary>Of the server's first process; another after each start.</summary>
    public int Pid => Number("PID");

    /// <summary>The same after <see cref="StartAgainAsync"/>.</summary>
    public int Port => Number("PORT");

    public string LogPath => Value("LOG");

    /// <summary>Starts it on the data of last time, on the same port, and waits until it is ready. Nothing happens if
    /// it runs already, but that it reads certificates and revocation lists anew.</summary>
    /// <exception cref="ServerScriptException">Not installed, or it does not start.</exception>
    public async Task StartAgainAsync() =>
        _report = ServerScript.Report(
            _certificates is null
                ? await ServerScript.RunAsync(_script, "start", Folder, "0")
                : await ServerScript.RunAsync(_script, "start", Folder, "0", "--tls", _certificates));

    /// <summary>Ends it in good order; the data stays.</summary>
    public Task StopAsync() => ServerScript.RunAsync(_script, "stop", Folder);

    /// <summary>What <c>kill -9</c> does, to all of its processes; the data stays.</summary>
    public Task KillAsync() => ServerScript.RunAsync(_script, "kill", Folder);

    /// <summary>Ends it at once and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await _guard.EndAsync();
        GC.SuppressFinalize(this);
    }

    public void Dispose()
    {
        _guard.EndAsync().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    private protected static async Task<T> StartedAsync<T>(T server)
        where T : TestServer
    {
        try
        {
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            // Whatever it was, no half-started server stays behind.
            await server.DisposeAsync();
            throw;
        }
    }

    private protected Task<string> ScriptAsync(params string[] arguments) =>
        ServerScript.RunAsync(_script, arguments);

    private protected string Value(string key) =>
        _report.TryGetValue(key, out var value)
            ? value
            : throw new InvalidOperationException($"{_script} did not say {key}.");

    private protected int Number(string key) => int.Parse(Value(key), CultureInfo.InvariantCulture);
}
