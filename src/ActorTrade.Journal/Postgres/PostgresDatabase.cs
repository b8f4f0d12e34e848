using ActorTrade.Journal.Sharding;
using Npgsql;

namespace ActorTrade.Journal.Postgres;

/// <summary>
/// What operators ask the journal's database, without opening a journal: it changes nothing, and works beside nodes of
/// any version. Every call may throw <see cref="JournalUnavailableException"/>.
/// </summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly string _schema;

    /// <param name="connectionString">Of the server, in Npgsql's form.</param>
    /// <param name="schema">The cluster's schema.</param>
    /// <param name="name">Who asks, for the server's list of sessions.</param>
    /// <exception cref="ArgumentException">The schema's name is not plain.</exception>
    public PostgresDatabase(string connectionString, string schema, string name)
    {
        PostgresSchema.RequirePlain(schema);
        _schema = schema;
        _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
        {
            SearchPath = schema,
            ApplicationName = name,
            Timeout = 2,
            CommandTimeout = 5,
            MaxPoolSize = 4,
        });
    }

    /// <summary>The newest schema version this program knows.</summary>
    public static int SchemaVersionKnown => PostgresSchema.NewestVersion;

    /// <summary>Versions, settings and how far behind a replica is.</summary>
    public async Task<DatabaseStatus> ReadStatusAsync(CancellationToken cancellation = default)
    {
        var exists = await ReadAsync(
            $"select to_regclass('{_schema}.schema_version') is not null", r => r.GetBoolean(0), cancellation)
            .ConfigureAwait(false);
        var version = exists[0]
            ? await ReadAsync("select coalesce(max(version), 0) from schema_version", r => r.GetInt32(0), cancellation)
                .ConfigureAwait(false)
            : [0];
        var rows = await ReadAsync(
            """
            select current_setting('server_version'), pg_is_in_recovery(),
                current_setting('fsync') = 'on' and current_setting('synchronous_commit') <> 'off',
                case when pg_is_in_recovery() and pg_last_wal_receive_lsn() <> pg_last_wal_replay_lsn()
                    then extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::float8 end,
                (extract(epoch from clock_timestamp()) * 1000)::bigint,
                coalesce((select max(extract(epoch from clock_timestamp() - xact_start))::float8
                    from pg_stat_activity where backend_xid is not null), 0)
            """,
            r => new DatabaseStatus(
                r.GetString(0),
                version[0],
                r.GetBoolean(1),
                r.GetBoolean(2),
                r.IsDBNull(3) ? TimeSpan.Zero : TimeSpan.FromSeconds(r.GetDouble(3)),
                DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(4)),
                TimeSpan.FromSeconds(r.GetDouble(5))),
            cancellation).ConfigureAwait(false);
        return rows[0];
    }

    /// <summary>Every shard that was ever taken: its epoch, who took it last, and when; by shard.</summary>
    public Task<IReadOnlyList<ShardOwner>> ReadOwnersAsync(CancellationToken cancellation = default) => ReadAsync(
        "select role, shard, epoch, owner, taken_at from shard_epoch order by role, shard",
        r => new ShardOwner(
            new ShardId(r.GetString(0), r.GetInt32(1)), r.GetInt64(2), r.GetString(3),
            r.GetFieldValue<DateTimeOffset>(4)),
        cancellation);

    /// <summary>What the cluster was created with: each role and its number of shards.</summary>
    public Task<IReadOnlyList<RoleIdentity>> ReadIdentityAsync(CancellationToken cancellation = default) => ReadAsync(
        "select role, shards, created_at from cluster_identity order by role",
        r => new RoleIdentity(r.GetString(0), r.GetInt32(1), r.GetFieldValue<DateTimeOffset>(2)),
        cancellation);

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<IReadOnlyList<T>> ReadAsync<T>(
        string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        try
        {
            await using var command = _source.CreateCommand(sql);
            await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            var rows = new List<T>();
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                rows.Add(read(reader));
            }

            return rows;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            throw new JournalUnavailableException(e.Message, e);
        }
    }
}

/// <summary>How the database is.</summary>
/// <param name="ServerVersion">As the server tells it.</param>
/// <param name="SchemaVersion">0 where no cluster was created.</param>
/// <param name="IsReplica">It cannot be written to.</param>
/// <param name="IsDurable">A commit is on the disk when it is acknowledged.</param>
/// <param name="ReplicaLag">How old what a replica shows is; zero on the server that writes.</param>
/// <param name="Now">The server's clock, UTC.</param>
/// <param name="OldestWriter">How long the oldest writing transaction has been open: readers of everything wait for
/// it.</param>
public sealed record DatabaseStatus(
    string ServerVersion, int SchemaVersion, bool IsReplica, bool IsDurable, TimeSpan ReplicaLag, DateTimeOffset Now,
    TimeSpan OldestWriter);

/// <summary>Who may append to a shard.</summary>
public sealed record ShardOwner(ShardId Shard, long Epoch, string Owner, DateTimeOffset TakenAt);

/// <summary>A role as it was created.</summary>
public sealed record RoleIdentity(string Role, int Shards, DateTimeOffset CreatedAt);
