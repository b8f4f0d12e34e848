using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

[assembly: AssemblyFixture(typeof(ActorTrade.IntegrationTests.Journal.SharedPostgres))]

namespace ActorTrade.IntegrationTests.Journal;

/// <summary>The server that the tests of one run share, each in a schema of its own. Started by the first that needs
/// it.</summary>
public sealed class SharedPostgres : IAsyncDisposable
{
    private static readonly Lazy<Task<PostgresTestServer>> Server = new(PostgresTestServer.StartAsync);

    private static int _schemas;

    internal static Task<PostgresTestServer> GetAsync() => Server.Value;

    /// <summary>A schema nobody else uses.</summary>
    internal static string NewSchema() =>
        string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _schemas)}");

    public async ValueTask DisposeAsync()
    {
        if (Server.IsValueCreated)
        {
            await (await Server.Value).DisposeAsync();
        }
    }
}

/// <summary>
/// A PostgreSQL server of the tests' own, on a free loopback port, with its data in a temporary folder. It ends with
/// the test process, also where that is killed: it lives as long as the pipe to it.
/// </summary>
internal sealed class PostgresTestServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string _programs;
    private Process? _process;

    private PostgresTestServer(string folder, string programs, int port)
    {
        _folder = folder;
        _programs = programs;
        Port = port;
    }

    public int Port { get; }

    public string ConnectionString => string.Create(
        CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username=postgres;Database=postgres");

    private string Data => Path.Combine(_folder, "data");

    // The server refuses to run as root.
    private static bool IsRoot => Environment.UserName == "root";

    public static async Task<PostgresTestServer> StartAsync()
    {
        var programs = FindPrograms();
        var folder = Directory.CreateTempSubdirectory("actortrade-postgres-").FullName;
        if (IsRoot)
        {
            await RunAsync("chown", ["postgres", folder]);
        }

        var server = new PostgresTestServer(folder, programs, FreePort());
        await RunAsServerUserAsync(
            Path.Combine(programs, "initdb"),
            "-D", server.Data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync");
        await server.ResumeAsync();
        return server;
    }

    /// <summary>Starts it again after <see cref="StopAsync"/>, on the same port and data.</summary>
    public async Task ResumeAsync()
    {
        var port = Port.ToString(CultureInfo.InvariantCulture);
        var script = $"'{_programs}/postgres' -D '{Data}' -p {port} -c listen_addresses=127.0.0.1 "
            + $"-c unix_socket_directories='{_folder}' -c max_connections=200 -c shared_buffers=128MB "
            + $">> '{_folder}/log' 2>&1 & pid=$!; cat > /dev/null; kill -INT $pid; wait $pid";
        _process = Process.Start(AsServerUser("sh", ["-c", script], readsInput: true))!;
        var until = Stopwatch.StartNew();
        while (!await AnswersAsync())
        {
            Assert.True(
                until.Elapsed < TimeSpan.FromSeconds(60) && !_process.HasExited,
                $"PostgreSQL did not start; its log is {_folder}/log.");
            await Task.Delay(20);
        }
    }

    /// <summary>Stops it at once: open sessions end.</summary>
    public async Task StopAsync()
    {
        if (_process is null)
        {
            return;
        }

        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
        NpgsqlConnection.ClearAllPools();
    }

    /// <summary>Runs one of the server's programs, such as psql, as the server's user; gives its output.</summary>
    public Task<string> RunProgramAsync(string program, params string[] arguments) =>
        RunAsServerUserAsync(
            Path.Combine(_programs, program),
            ["-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", .. arguments]);

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return await ScalarAsync("select 1") is 1;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static string FindPrograms()
    {
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        const string Debian = "/usr/lib/postgresql";
        var versions = Directory.Exists(Debian) ? Directory.GetDirectories(Debian) : [];
        var found = versions
            .OrderByDescending(v => int.TryParse(Path.GetFileName(v), out var number) ? number : 0)
            .Select(v => Path.Combine(v, "bin"))
            .Concat(onPath)
            .FirstOrDefault(f => File.Exists(Path.Combine(f, "initdb")) && File.Exists(Path.Combine(f, "postgres")));
        Assert.True(found is not null, "PostgreSQL is not installed: run 'make setup'.");
        return found;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Task<string> RunAsServerUserAsync(string program, params string[] arguments) =>
        RunAsync(AsServerUser(program, arguments, readsInput: false));

    private static Task<string> RunAsync(string program, string[] arguments) =>
        RunAsync(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });

    private static async Task<string> RunAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{start.FileName} ended with {process.ExitCode}: {await errors}");
        return output;
    }

    private static ProcessStartInfo AsServerUser(string program, string[] arguments, bool readsInput) => new(
        IsRoot ? "runuser" : program,
        IsRoot ? ["-u", "postgres", "--", program, .. arguments] : arguments)
    {
        RedirectStandardInput = readsInput,
        RedirectStandardOutput = !readsInput,
        RedirectStandardError = !readsInput,
        WorkingDirectory = "/",
    };
}
