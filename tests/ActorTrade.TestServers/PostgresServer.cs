using Npgsql;

namespace ActorTrade.TestServers;

/// <summary>A PostgreSQL server for tests. Ready in about one second.</summary>
public sealed class PostgresServer : TestServer
{
    private int _databases;

    private PostgresServer(string? certificates) : base("postgres.sh", "postgres", certificates)
    {
    }

    /// <summary>For Npgsql, to the database <c>actortrade</c>, which is empty at first, as a superuser. With TLS it
    /// names no root and no client certificate: those are for the client to add.</summary>
    public string ConnectionString => Value("CONNECTION_STRING");

    /// <summary>Starts an empty server.</summary>
    /// <param name="certificates">A folder made by <c>eng/test-authority.sh</c> to allow client certificates only;
    /// null to let in anybody on this machine.</param>
    /// <exception cref="ServerScriptException">Not installed, or it does not start.</exception>
    public static Task<PostgresServer> StartAsync(string? certificates = null) =>
        StartedAsync(new PostgresServer(certificates));

    /// <summary>Makes an empty database, so that tests that share a server do not meet. Not with TLS.</summary>
    /// <returns>The connection string of it.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await using var source = NpgsqlDataSource.Create(ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand($"create database {name}");
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;
    }
}
