namespace ActorTrade.TestServers;

/// <summary>
/// One PostgreSQL and one broker for all tests of a program, each started when the first test asks for it and ended
/// with the program. Do not stop or kill these; take a database or a virtual host of your own. A test program that
/// uses them has <see cref="SharedServersEnd"/> as a fixture of its assembly.
/// </summary>
public static class SharedServers
{
    private static readonly Lazy<Task<PostgresServer>> Database = new(() => Keep(PostgresServer.StartAsync()));
    private static readonly Lazy<Task<BrokerServer>> Queues = new(() => Keep(BrokerServer.StartAsync()));

    /// <exception cref="ServerScriptException">Not installed, or it does not start.</exception>
    public static Task<PostgresServer> PostgresAsync() => Database.Value;

    /// <exception cref="ServerScriptException">Not installed, or it does not start.</exception>
    public static Task<BrokerServer> BrokerAsync() => Queues.Value;

    /// <summary>Ends those that were started.</summary>
    internal static async ValueTask EndAsync()
    {
        await EndAsync(Database);
        await EndAsync(Queues);
    }

    private static async ValueTask EndAsync<T>(Lazy<Task<T>> server)
        where T : TestServer
    {
        if (server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await server.Value).DisposeAsync();
        }
    }

    // For a program that ends without its fixtures; one that is killed leaves that to the guard.
    private static async Task<T> Keep<T>(Task<T> starting)
        where T : TestServer
    {
        var server = await starting;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Dispose();
        return server;
    }
}

/// <summary>Ends the shared servers after the last test; see <see cref="SharedServers"/>.</summary>
public sealed class SharedServersEnd : IAsyncDisposable
{
    public ValueTask DisposeAsync() => SharedServers.EndAsync();
}
