using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace ActorTrade.Journal.Postgres;

/// <summary>
/// The tables of a cluster, made and changed by numbered migrations. Each is one transaction; all are applied under a
/// lock, so that nodes that start together wait for each other. A migration is never changed once released.
/// </summary>
internal static partial class PostgresSchema
{
    private static readonly string[] Migrations =
    [
        """
        create table journal(
            persistence_id text collate "C" not null,
            sequence_nr bigint not null,
            at bigint not null,
            wake_at bigint,
            stored_name text collate "C" not null,
            payload bytea not null,
            ordering bigint not null,
            constraint journal_pkey primary key(persistence_id, sequence_nr));
        alter table journal alter column payload set storage external;
        create unique index journal_ordering on journal(ordering);
        create table ordering_base(is_only boolean primary key default true check(is_only), base bigint not null);
        insert into ordering_base(base) values(0);
        create table shard_epoch(
            role text collate "C" not null,
            shard int not null,
            epoch bigint not null,
            owner text not null,
            taken_at timestamptz not null default now(),
            primary key(role, shard));
        create table snapshot(
            persistence_id text collate "C" primary key,
            sequence_nr bigint not null,
            stored_name text collate "C" not null,
            payload bytea not null);
        alter table snapshot alter column payload set storage external;
        create table entity_wake(
            persistence_id text collate "C" primary key,
            role text collate "C" not null,
            shard int not null,
            due bigint not null);
        create index entity_wake_by_shard on entity_wake(role, shard);
        create table cluster_identity(
            role text collate "C" primary key,
            shards int not null,
            created_at timestamptz not null default now());
        """,
        """
        create table cluster_document(
            name text collate "C" primary key,
            version bigint not null,
            body text not null,
            saved_at timestamptz not null default now());
        """,
    ];

    public static int NewestVersion => Migrations.Length;

    /// <exception cref="ArgumentException">The name is not plain.</exception>
    public static void RequirePlain(string schema)
    {
        if (!Plain().IsMatch(schema))
        {
            throw new ArgumentException($"'{schema}' is no name of a database schema: use a-z, 0-9 and '_'.");
        }
    }

    /// <summary>Brings the schema to the newest version, and checks what it was created with.</summary>
    /// <exception cref="SchemaTooNewException">A newer program has been here.</exception>
    /// <exception cref="ShardCountMismatchException">The cluster has another number of shards.</exception>
    public static async Task PrepareAsync(
        NpgsqlConnection connection, PostgresJournalOptions options, CancellationToken cancellation)
    {
        if (connection.PostgreSqlVersion.Major < 13)
        {
            throw new PostgresTooOldException(connection.ServerVersion);
        }

        // Others may migrate for long, and so may this one.
        await RunAsync(connection, "set statement_timeout = 0; set lock_timeout = '120s'", cancellation)
            .ConfigureAwait(false);
        var schema = options.Schema;
        var isLocked = $"pg_advisory_lock(hashtextextended('actortrade:{schema}', 0))";
        await RunAsync(connection, $"select {isLocked}", cancellation).ConfigureAwait(false);
        try
        {
            await MigrateAsync(connection, schema, cancellation).ConfigureAwait(false);
            await CheckIdentityAsync(connection, options.ShardCounts, cancellation).ConfigureAwait(false);
            await RaiseBaseAsync(connection, cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await RunAsync(connection, "select pg_advisory_unlock_all()", CancellationToken.None)
                    .ConfigureAwait(false);
            }
        }
    }

    /// <summary>For a connection that comes back: the database may have been upgraded meanwhile.</summary>
    public static void Check(NpgsqlConnection connection, string schema)
    {
        using var command = new NpgsqlCommand("select max(version) from schema_version", connection);
        var found = Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        if (found > NewestVersion)
        {
            throw new SchemaTooNewException(schema, NewestVersion, found);
        }
    }

    /// <summary>
    /// Makes the next transaction's orderings higher than every stored one. They are not where a dump was loaded into a
    /// server that has counted fewer transactions.
    /// </summary>
    public static async Task RaiseBaseAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        const string Next = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint";
        const string Last = "(select coalesce(max(ordering), 0) from journal)";
        var isBehind = await ScalarAsync(
            connection, $"select {Last} >= base + ({Next} << 16) from ordering_base", cancellation)
            .ConfigureAwait(false);
        if (isBehind is not true)
        {
            return;
        }

        // The lock keeps writers out, who would otherwise go on from the old base.
        await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        await RunAsync(connection, "lock table journal in share row exclusive mode", cancellation)
            .ConfigureAwait(false);
        await RunAsync(
            connection,
            $"update ordering_base set base = ((({Last} >> 16) + 1 - {Next}) << 16) "
            + $"where {Last} >= base + ({Next} << 16)",
            cancellation).ConfigureAwait(false);
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
    }

    private static async Task MigrateAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellation)
    {
        var exists = await ScalarAsync(
            connection, $"select to_regclass('{schema}.schema_version') is not null", cancellation)
            .ConfigureAwait(false);
        if (exists is not true)
        {
            await RunAsync(
                connection,
                $"""
                create schema if not exists {schema};
                create table {schema}.schema_version(
                    version int primary key, applied_at timestamptz not null default now())
                """,
                cancellation).ConfigureAwait(false);
        }

        var found = Convert.ToInt32(
            await ScalarAsync(
                connection, "select coalesce(max(version), 0) from schema_version", cancellation)
                .ConfigureAwait(false),
            CultureInfo.InvariantCulture);
        if (found > NewestVersion)
        {
            throw new SchemaTooNewException(schema, NewestVersion, found);
        }

        for (var version = found + 1; version <= NewestVersion; version++)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            await RunAsync(connection, Migrations[version - 1], cancellation).ConfigureAwait(false);
            await RunAsync(connection, $"insert into schema_version(version) values({version})", cancellation)
                .ConfigureAwait(false);
            await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static async Task CheckIdentityAsync(
        NpgsqlConnection connection, IReadOnlyDictionary<string, int> counts, CancellationToken cancellation)
    {
        foreach (var (role, configured) in counts)
        {
            await using var command = new NpgsqlCommand(
                """
                with made as (
                    insert into cluster_identity(role, shards) values($1, $2)
                    on conflict do nothing returning shards)
                select shards from made union all select shards from cluster_identity where role = $1
                """,
                connection);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = role });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = configured });
            var stored = (int)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
            if (stored != configured)
            {
                throw new ShardCountMismatchException(role, configured, stored);
            }
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    private static async Task<object?> ScalarAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false);
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,62}$")]
    private static partial Regex Plain();
}
