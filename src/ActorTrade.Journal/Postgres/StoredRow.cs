using ActorTrade.EventSourcing;
using Npgsql;

namespace ActorTrade.Journal.Postgres;

/// <summary>A row of the journal as an event. Columns from the first on: ordering, sequence_nr, at, wake_at,
/// stored_name, payload.</summary>
internal static class StoredRow
{
    public static StoredEvent Read(NpgsqlDataReader reader, int first, EntityId entity)
    {
        var ordering = reader.GetInt64(first);
        var sequenceNr = reader.GetInt64(first + 1);
        var at = TimeOf(reader.GetInt64(first + 2));
        DateTimeOffset? wakeAt = reader.IsDBNull(first + 3) ? null : TimeOf(reader.GetInt64(first + 3));
        var name = reader.GetString(first + 4);
        var payload = reader.GetFieldValue<byte[]>(first + 5);
        return new StoredEvent(ordering, entity, sequenceNr, at, wakeAt, name, payload);
    }

    public static DateTimeOffset TimeOf(long utcTicks) => new(utcTicks, TimeSpan.Zero);
}
