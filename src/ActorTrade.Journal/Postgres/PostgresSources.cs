using System.Globalization;
using Npgsql;

namespace ActorTrade.Journal.Postgres;

/// <summary>The pools of connections of one journal, with the settings every session of it needs.</summary>
internal sealed class PostgresSources : IAsyncDisposable
{
    private readonly NpgsqlDataSource? _replica;

    public PostgresSources(PostgresJournalOptions options)
    {
        PostgresSchema.RequirePlain(options.Schema);
        ConnectionString = Prepared(options.ConnectionString, options);
        Primary = NpgsqlDataSource.Create(ConnectionString);
        _replica = options.ReadConnectionString is { } replica
            ? NpgsqlDataSource.Create(Prepared(replica, options))
            : null;
    }

    public string ConnectionString { get; }

    /// <summary>The server that writes.</summary>
    public NpgsqlDataSource Primary { get; }

    /// <summary>The server that is asked for everything.</summary>
    public NpgsqlDataSource Readers => _replica ?? Primary;

    public async ValueTask DisposeAsync()
    {
        await Primary.DisposeAsync().ConfigureAwait(false);
        if (_replica is not null)
        {
            await _replica.DisposeAsync().ConfigureAwait(false);
        }
    }

    // What the operator's own string says about a setting wins, but for the names.
    private static string Prepared(string connectionString, PostgresJournalOptions options)
    {
        var own = new NpgsqlConnectionStringBuilder(connectionString);
        var timeout = ((long)options.StatementTimeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

        // A session whose node was cut off must end within seconds: it may hold a lock that its successor waits for.
        var settings = $"-c statement_timeout={timeout} -c idle_in_transaction_session_timeout={timeout} "
            + "-c tcp_keepalives_idle=1 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=2 "
            + "-c tcp_user_timeout=3000";
        return new NpgsqlConnectionStringBuilder(connectionString)
        {
            SearchPath = options.Schema,
            ApplicationName = options.Owner,
            Options = own.Options is { Length: > 0 } more ? $"{settings} {more}" : settings,
            Timeout = Math.Max(1, (int)options.ConnectTimeout.TotalSeconds),
            CommandTimeout = (int)Math.Ceiling(options.StatementTimeout.TotalSeconds) + 1,
            CancellationTimeout = 500,
            MaxPoolSize = options.PoolSizeMax,
            MaxAutoPrepare = 20,
            AutoPrepareMinUsages = 2,
            TcpKeepAlive = true,
            Multiplexing = false,
        }.ConnectionString;
    }
}
