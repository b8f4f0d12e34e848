using Npgsql;
using NpgsqlTypes;

namespace ActorTrade.Journal.Postgres;

/// <summary>Writes snapshots beside the commits. One that is lost is taken again later.</summary>
internal sealed class SnapshotWriter(JournalPlace place, PostgresSources sources)
{
    // Sorted by entity, so that two statements lock in one order; an older snapshot never replaces a newer one.
    private const string Sql =
        """
        with held as materialized (
            select c.slot from unnest($1, $2, $3) with ordinality as c(role, shard, epoch, slot)
            join shard_epoch e on e.role = c.role and e.shard = c.shard
            where e.epoch = c.epoch order by e.role, e.shard for share of e)
        insert into snapshot as s(persistence_id, sequence_nr, stored_name, payload)
        select u.id, u.sequence_nr, u.name, u.payload
        from unnest($4, $5, $6, $7) with ordinality as u(id, sequence_nr, name, payload, slot)
        where u.slot in (select slot from held)
        order by u.id
        on conflict (persistence_id) do update
        set sequence_nr = excluded.sequence_nr, stored_name = excluded.stored_name, payload = excluded.payload
        where s.sequence_nr < excluded.sequence_nr
        """;

    /// <summary>Snapshots that could not be written since the start.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    private long _lost;

    public void Write(List<SnapshotRequest> requests)
    {
        var newest = requests
            .Where(IsUsable)
            .GroupBy(r => r.Stream.Entity)
            .Select(g => g.MaxBy(r => r.Snapshot.SequenceNr)!)
            .ToList();
        if (newest.Count == 0)
        {
            return;
        }

        try
        {
            Store(newest);
            newest.ForEach(r => Volatile.Write(ref r.Stream.SnapshotSequenceNr, r.Snapshot.SequenceNr));
        }
        catch (Exception)
        {
            // It is only an optimisation, and the database may be away: the writer looks after that.
            Interlocked.Add(ref _lost, newest.Count);
        }
    }

    private bool IsUsable(SnapshotRequest request) =>
        request.Stream.Journal == place
        && !request.Stream.IsFenced
        && !request.Stream.Shard.IsFenced
        && request.Snapshot.SequenceNr <= Volatile.Read(ref request.Stream.SequenceNr)
        && request.Snapshot.SequenceNr > Volatile.Read(ref request.Stream.SnapshotSequenceNr);

    private void Store(List<SnapshotRequest> requests)
    {
        using var connection = sources.Primary.OpenConnection();
        using var command = new NpgsqlCommand(Sql, connection);
        Add(command, requests.Select(r => r.Stream.Shard.Shard.Role), NpgsqlDbType.Text);
        Add(command, requests.Select(r => r.Stream.Shard.Shard.Number), NpgsqlDbType.Integer);
        Add(command, requests.Select(r => r.Stream.Shard.Epoch), NpgsqlDbType.Bigint);
        Add(command, requests.Select(r => r.Stream.Entity.ToString()), NpgsqlDbType.Text);
        Add(command, requests.Select(r => r.Snapshot.SequenceNr), NpgsqlDbType.Bigint);
        Add(command, requests.Select(r => r.Snapshot.StoredName), NpgsqlDbType.Text);
        Add(command, requests.Select(r => r.Snapshot.Payload.ToArray()), NpgsqlDbType.Bytea);
        command.ExecuteNonQuery();
    }

    private static void Add<T>(NpgsqlCommand command, IEnumerable<T> values, NpgsqlDbType type) =>
        command.Parameters.Add(
            new NpgsqlParameter<T[]> { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | type });
}

internal sealed record SnapshotRequest(PostgresEntityStream Stream, StoredSnapshot Snapshot);
