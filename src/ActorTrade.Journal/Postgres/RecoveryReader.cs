using ActorTrade.EventSourcing;
using Npgsql;

namespace ActorTrade.Journal.Postgres;

/// <summary>Replays one entity from the server that writes: its newest snapshot, then the events after it.</summary>
internal sealed class RecoveryReader(JournalPlace place, PostgresSources sources)
{
    // A long past is read in pieces, each well within the statement timeout.
    private const int EventsPerPage = 4096;

    /// <summary>The boundary of a reader's thread: whatever happens, the recovering entity hears.</summary>
    public void Recover(List<PostgresRecovery> recoveries)
    {
        foreach (var recovery in recoveries)
        {
            try
            {
                if (place.Failure is { } failure)
                {
                    recovery.Sink.Failed(failure);
                    continue;
                }

                var last = Replay(recovery.Stream, recovery.Sink);
                recovery.Sink.Recovered(recovery.Stream, last);
            }
            catch (Exception e)
            {
                // Damage stays; a lost connection or a bug in the sink is this entity's alone.
                if (e is JournalDamagedException)
                {
                    place.Fail(e);
                }

                recovery.Sink.Failed(
                    e is NpgsqlException or TimeoutException ? new JournalUnavailableException(e.Message, e) : e);
            }
        }
    }

    private long Replay(PostgresEntityStream stream, IRecoverySink sink)
    {
        using var connection = sources.Primary.OpenConnection();
        var id = stream.Entity.ToString();
        var last = Restore(connection, id, stream, sink);
        var after = -1L;
        while (after != last)
        {
            after = last;
            last = Apply(connection, id, stream.Entity, after, sink);
            if (last - after < EventsPerPage)
            {
                break;
            }
        }

        stream.SequenceNr = last;
        return last;
    }

    private static long Restore(NpgsqlConnection connection, string id, PostgresEntityStream stream, IRecoverySink sink)
    {
        using var command = new NpgsqlCommand(
            """
            select w.due, s.sequence_nr, s.stored_name, s.payload
            from (select $1 as id) e
            left join entity_wake w on w.persistence_id = e.id
            left join snapshot s on s.persistence_id = e.id
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        using var reader = command.ExecuteReader();
        reader.Read();
        stream.StoredWakeAt = reader.IsDBNull(0) ? 0 : reader.GetInt64(0);
        if (reader.IsDBNull(1))
        {
            return 0;
        }

        var snapshot = new StoredSnapshot(reader.GetInt64(1), reader.GetString(2), reader.GetFieldValue<byte[]>(3));
        stream.SnapshotSequenceNr = snapshot.SequenceNr;
        return sink.Restore(snapshot) ? snapshot.SequenceNr : 0;
    }

    private static long Apply(
        NpgsqlConnection connection, string id, EntityId entity, long after, IRecoverySink sink)
    {
        using var command = new NpgsqlCommand(
            "select ordering, sequence_nr, at, wake_at, stored_name, payload from journal "
            + "where persistence_id = $1 and sequence_nr > $2 order by sequence_nr limit $3",
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = EventsPerPage });
        using var reader = command.ExecuteReader();
        var last = after;
        while (reader.Read())
        {
            var ordering = reader.GetInt64(0);
            var sequenceNr = reader.GetInt64(1);
            if (sequenceNr != last + 1)
            {
                throw new JournalDamagedException(ordering, $"{entity} goes on with event {sequenceNr} after {last}.");
            }

            last = sequenceNr;
            sink.Apply(StoredRow.Read(reader, 0, entity));
        }

        return last;
    }
}
