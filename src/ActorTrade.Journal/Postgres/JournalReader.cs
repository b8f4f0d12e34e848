using System.Diagnostics;
using ActorTrade.EventSourcing;
using Npgsql;
using NpgsqlTypes;

namespace ActorTrade.Journal.Postgres;

/// <summary>
/// Reads across entities. Events are given up to the horizon: the place below which no transaction is open any more, so
/// that none can appear behind a reader's back.
/// </summary>
internal sealed class JournalReader(JournalPlace place, PostgresSources sources, PostgresJournalOptions options)
{
    private const int EventsPerPage = 1000;
    private const int CountedMax = 100_000;

    private const string Horizon =
        "select base + (pg_snapshot_xmin(pg_current_snapshot())::text::bigint << 16) as ordering from ordering_base";

    private const string PageSql =
        $"""
        select h.ordering, j.ordering, j.sequence_nr, j.at, j.wake_at, j.stored_name, j.payload, j.persistence_id
        from ({Horizon}) h
        left join lateral (
            select * from journal where ordering > $1 and ordering < h.ordering order by ordering limit $2) j on true
        """;

    // An entity's category ends at the first '-' of its id. The events of others never leave the server.
    private const string ChosenSql =
        $"""
        select h.ordering, j.ordering, j.sequence_nr, j.at, j.wake_at, j.stored_name, j.payload, j.persistence_id
        from ({Horizon}) h
        left join lateral (
            select * from journal
            where ordering > $1 and ordering < h.ordering and split_part(persistence_id, '-', 1) = any($3)
            order by ordering limit $2) j on true
        """;

    // Entity ids repeat from event to event.
    private const int IdsMax = 65_536;

    public IEnumerable<StoredEvent> ReadAll(long afterOrdering)
    {
        var last = place.LastOrdering;
        var page = new List<StoredEvent>(EventsPerPage);
        var ids = new Dictionary<string, EntityId>(StringComparer.Ordinal);
        var after = afterOrdering;
        var waitingSince = 0L;
        while (true)
        {
            var horizon = ReadPage(after, page, ids);
            foreach (var stored in page)
            {
                yield return stored;
            }

            if (page.Count > 0)
            {
                after = page[^1].Ordering;
            }

            if (page.Count == EventsPerPage)
            {
                continue;
            }

            // This node's own events are durable, but another writer's open transaction may hold them back.
            waitingSince = waitingSince == 0 ? Stopwatch.GetTimestamp() : waitingSince;
            if (horizon > last || Stopwatch.GetElapsedTime(waitingSince) > options.ReadPatience)
            {
                yield break;
            }

            Pause();
        }
    }

    /// <summary>As <see cref="IJournal.ReadPage"/>.</summary>
    public EventPage ReadPage(long afterOrdering, IReadOnlyCollection<string> categories, int max)
    {
        var page = new List<StoredEvent>();
        using var command = new NpgsqlCommand(ChosenSql);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = afterOrdering });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = max });
        command.Parameters.Add(new NpgsqlParameter<string[]>
        {
            TypedValue = [.. categories],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
        });
        var horizon = Fill(page, command, new Dictionary<string, EntityId>(StringComparer.Ordinal));
        return page.Count == max
            ? new EventPage(page, page[^1].Ordering, IsLast: false)
            : new EventPage(page, Math.Max(afterOrdering, horizon - 1), IsLast: true);
    }

    /// <summary>The newest event a reader of everything can see; 0 for none.</summary>
    public long LastReadable() => Asked(sources.Readers, connection =>
    {
        using var command = new NpgsqlCommand(
            "select coalesce(max(j.ordering), 0) from journal j "
            + $"where j.ordering < (select h.ordering from ({Horizon}) h)",
            connection);
        return (long)command.ExecuteScalar()!;
    });

    /// <summary>Durable events after a place, as far as readers see them; counts to 100,000.</summary>
    public long CountAfter(long afterOrdering) => Asked(sources.Readers, connection =>
    {
        using var command = new NpgsqlCommand(
            $"select count(*) from (select from journal where ordering > $1 limit {CountedMax}) j", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = afterOrdering });
        return (long)command.ExecuteScalar()!;
    });

    public IEnumerable<(EntityId Entity, StoredSnapshot Snapshot)> ReadSnapshots()
    {
        var page = new List<(EntityId Entity, StoredSnapshot Snapshot)>();
        var after = "";
        do
        {
            page.Clear();
            after = ReadSnapshots(after, page);
            foreach (var pair in page)
            {
                yield return pair;
            }
        }
        while (page.Count == EventsPerPage);
    }

    /// <summary>The wake-ups of shards, or of all where these are null, exactly.</summary>
    public IReadOnlyList<(EntityId Entity, DateTimeOffset WakeAt)> ReadWakeUps(IReadOnlyList<HeldShard>? shards) =>
        Asked(sources.Primary, connection =>
        {
            using var command = WakeUpsCommand(connection, shards);
            var wakes = new List<(EntityId, DateTimeOffset)>();
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                wakes.Add((EntityId.Parse(reader.GetString(0)), StoredRow.TimeOf(reader.GetInt64(1))));
            }

            return wakes;
        });

    private static NpgsqlCommand WakeUpsCommand(NpgsqlConnection connection, IReadOnlyList<HeldShard>? shards)
    {
        var command = new NpgsqlCommand(
            """
            select w.persistence_id, j.wake_at
            from entity_wake w
            cross join lateral (
                select wake_at from journal where persistence_id = w.persistence_id
                order by sequence_nr desc limit 1) j
            where j.wake_at is not null
                and ($1 or (w.role, w.shard) in (select * from unnest($2, $3)))
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = shards is null });
        command.Parameters.Add(new NpgsqlParameter<string[]>
        {
            TypedValue = [.. (shards ?? []).Select(s => s.Shard.Role)],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
        });
        command.Parameters.Add(new NpgsqlParameter<int[]>
        {
            TypedValue = [.. (shards ?? []).Select(s => s.Shard.Number)],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer,
        });
        return command;
    }

    private string ReadSnapshots(string after, List<(EntityId Entity, StoredSnapshot Snapshot)> page) =>
        Asked(sources.Readers, connection =>
        {
            using var command = new NpgsqlCommand(
                "select persistence_id, sequence_nr, stored_name, payload from snapshot "
                + $"where persistence_id > $1 order by persistence_id limit {EventsPerPage}",
                connection);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = after });
            using var reader = command.ExecuteReader();
            var last = after;
            while (reader.Read())
            {
                last = reader.GetString(0);
                var payload = reader.GetFieldValue<byte[]>(3);
                page.Add((
                    EntityId.Parse(last), new StoredSnapshot(reader.GetInt64(1), reader.GetString(2), payload)));
            }

            return last;
        });

    private long ReadPage(long after, List<StoredEvent> page, Dictionary<string, EntityId> ids)
    {
        page.Clear();
        using var command = new NpgsqlCommand(PageSql);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = EventsPerPage });
        return Fill(page, command, ids);
    }

    // Gives the horizon.
    private long Fill(List<StoredEvent> page, NpgsqlCommand command, Dictionary<string, EntityId> ids) =>
        Asked(sources.Readers, connection =>
        {
            command.Connection = connection;
            using var reader = command.ExecuteReader();
            long horizon = 0;
            while (reader.Read())
            {
                horizon = reader.GetInt64(0);
                if (!reader.IsDBNull(1))
                {
                    page.Add(StoredRow.Read(reader, 1, IdOf(reader.GetString(7), ids)));
                }
            }

            return horizon;
        });

    private static T Asked<T>(NpgsqlDataSource source, Func<NpgsqlConnection, T> ask)
    {
        try
        {
            using var connection = source.OpenConnection();
            return ask(connection);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            throw new JournalUnavailableException(e.Message, e);
        }
    }

    private static EntityId IdOf(string text, Dictionary<string, EntityId> ids)
    {
        if (ids.TryGetValue(text, out var id))
        {
            return id;
        }

        if (ids.Count >= IdsMax)
        {
            ids.Clear();
        }

        id = EntityId.Parse(text);
        ids.Add(text, id);
        return id;
    }

    // Statements of others last about a millisecond.
    private static void Pause()
    {
        using var never = new ManualResetEventSlim(false);
        never.Wait(TimeSpan.FromMilliseconds(2));
    }
}
