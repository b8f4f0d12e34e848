using Npgsql;

namespace ActorTrade.Journal.Postgres;

/// <summary>
/// Small texts that a cluster's Lighthouses keep between them, each under a name and with a version that rises. Whoever
/// saves names the version it has seen, so nothing is overwritten unread.
/// </summary>
/// <param name="source">Connections whose search path is the cluster's schema.</param>
public sealed class ClusterDocuments(NpgsqlDataSource source)
{
    /// <summary>The newest text; null where there is none.</summary>
    public async Task<ClusterDocument?> LoadAsync(string name, CancellationToken cancellation = default)
    {
        await using var command = source.CreateCommand("select version, body from cluster_document where name = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        return await reader.ReadAsync(cancellation).ConfigureAwait(false)
            ? new ClusterDocument(reader.GetInt64(0), reader.GetString(1))
            : null;
    }

    /// <summary>Saves a text; false, and nothing was done, where the stored version is another than expected.</summary>
    /// <param name="expected">The version that was loaded; 0 for none.</param>
    public async Task<bool> SaveAsync(
        string name, long expected, ClusterDocument document, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(document.Version, expected);
        await using var command = source.CreateCommand(
            """
            insert into cluster_document as d (name, version, body) select $1, $2, $3
            where $4 = 0 or exists (select 1 from cluster_document where name = $1)
            on conflict (name) do update set version = excluded.version, body = excluded.body, saved_at = now()
            where d.version = $4
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = document.Version });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = document.Body });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = expected });
        return await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false) == 1;
    }
}

/// <param name="Version">1 or more.</param>
public sealed record ClusterDocument(long Version, string Body);
