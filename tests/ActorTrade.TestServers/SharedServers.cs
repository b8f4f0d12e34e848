namespace ActorTrade.TestServers;

/// <summary>
/// One PostgreSQL and one broker for all tests of a program, each started when the first test asks for it and ended
/// with the program. Do not stop or kill these; take a database or a virtual host of your own.
/// </summary>
public static class SharedServers
{
    private static readonly Lazy<Task<PostgresServer>> Database = new(() => Keep(PostgresServer.StartAsync()));
    private static readonly Lazy<Task<BrokerServer>> Queues = new(() => Keep(BrokerServer.StartAsync()));

    /// <exception cref="ServerScriptException">Not installed, or it does not start.</exception>
    public static Task<PostgresServer> PostgresAsync() => Database.Value;

    /// <exception cref="ServerScriptException">Not installed, or it does not start.</exception>
    public static Task<BrokerServer> BrokerAsync() => Queues.Value;

    // Waits for the end of the server before the program ends; a program that is killed leaves that to the guard.
    private static async Task<T> Keep<T>(Task<T> starting)
        where T : TestServer
    {
        var server = await starting;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Dispose();
        return server;
    }
}
