using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sqlite;

namespace ActorTrade.Journal.Verification;

/// <summary>
/// Reads a journal file row by row and reports what is wrong instead of stopping at it: checksums, gaps, sequences, the
/// pointers to earlier events, the table of heads.
/// </summary>
internal sealed class JournalScan(SqliteConnection connection, ProblemList problems) : IJournalScan
{
    private const int EventsPerPage = 512;

    private readonly Dictionary<long, ScannedEntity> _entities = [];
    private readonly Dictionary<long, string> _names = [];
    private readonly PayloadArena _arena = new();
    private long _headsOrdering;

    public IReadOnlyCollection<ScannedEntity> Entities => _entities.Values;

    public long Events { get; private set; }

    public long Snapshots { get; private set; }

    /// <summary>The tables beside the events.</summary>
    public void ReadTables()
    {
        CheckPages();
        _headsOrdering = JournalSchema.Meta(connection, "heads_ordering");
        Rows("select name, stored_name, checksum from names", "a record kind", row =>
        {
            Require(row.Int64(2) == RecordChecksum.OfText(row.Int64(0), row.Text(1)),
                $"name {row.Int64(0)} has a wrong checksum");
            _names[row.Int64(0)] = row.Text(1);
        });
        Rows("select entity, id, checksum from entities", "an entity", row =>
        {
            Require(row.Int64(2) == RecordChecksum.OfText(row.Int64(0), row.Text(1)),
                $"entity {row.Int64(0)} has a wrong checksum");
            _entities[row.Int64(0)] = new ScannedEntity(EntityId.Parse(row.Text(1)));
        });
        Rows("select entity, ordering, sequence_nr, wake_at, checksum from heads", "a head", ReadHead);
        Rows("select entity, sequence_nr, name, checksum, payload from snapshots", "a snapshot", ReadSnapshot);
    }

    /// <summary>Every event that can be read, in commit order, in pages.</summary>
    public IEnumerable<List<(ScannedEntity Entity, StoredEvent Stored)>> ReadEvents()
    {
        using var rows = connection.Prepare(
            "select ordering, entity, sequence_nr, previous_ordering, at, wake_at, name, checksum, payload "
            + "from events order by ordering");
        var page = new List<(ScannedEntity, StoredEvent)>(EventsPerPage);
        long last = 0;
        while (TryStep(rows, last + 1))
        {
            var ordering = rows.Int64(0);
            if (ordering != last + 1)
            {
                problems.Add(last + 1, $"records {last + 1} to {ordering - 1} are missing");
            }

            last = ordering;
            Events++;
            if (Check(rows) is { } found)
            {
                page.Add(found);
            }

            if (page.Count == EventsPerPage)
            {
                yield return page;
                page = new List<(ScannedEntity, StoredEvent)>(EventsPerPage);
            }
        }

        yield return page;
        CheckHeads(last);
    }

    private (ScannedEntity, StoredEvent)? Check(SqliteStatement row)
    {
        var (ordering, number, sequenceNr, previous) = (row.Int64(0), row.Int64(1), row.Int64(2), row.Int64(3));
        var (at, wakeAt, name) = (row.Int64(4), row.Int64(5), row.Int64(6));
        var payload = row.Blob(8);
        var isWhole = row.Int64(7)
            == RecordChecksum.OfEvent(ordering, number, sequenceNr, previous, at, wakeAt, name, payload);
        if (!isWhole)
        {
            problems.Add(ordering, "its checksum does not match");
        }

        if (!_entities.TryGetValue(number, out var entity) || !_names.TryGetValue(name, out var storedName))
        {
            problems.Add(ordering, "it names an entity or a record kind that is missing");
            return null;
        }

        if (!isWhole)
        {
            // Its fields cannot be trusted, and what follows of this entity cannot be folded.
            entity.IsBroken = true;
            return null;
        }

        CheckPlace(entity, ordering, sequenceNr, previous, wakeAt);
        (entity.LastOrdering, entity.LastSequenceNr) = (ordering, sequenceNr);
        DateTimeOffset? wake = wakeAt == 0 ? null : new DateTimeOffset(wakeAt, TimeSpan.Zero);
        return (entity, new StoredEvent(
            ordering, entity.Id, sequenceNr, new DateTimeOffset(at, TimeSpan.Zero), wake, storedName,
            _arena.Copy(payload)));
    }

    private void CheckPlace(ScannedEntity entity, long ordering, long sequenceNr, long previous, long wakeAt)
    {
        if (entity.IsBroken)
        {
            return;
        }

        if (sequenceNr != entity.LastSequenceNr + 1)
        {
            problems.Add(ordering, $"it is event {sequenceNr} of {entity.Id}, after event {entity.LastSequenceNr}");
            entity.IsBroken = true;
        }

        if (previous != entity.LastOrdering)
        {
            problems.Add(ordering,
                $"it points to {previous} as the event of {entity.Id} before it, which is {entity.LastOrdering}");
        }

        if (entity.Head is { } head && head.Ordering == ordering)
        {
            entity.IsHeadMet = true;
            if (head.SequenceNr != sequenceNr || head.WakeAt != wakeAt)
            {
                problems.Add(
                    ordering, $"the head of {entity.Id} tells another sequence number or wake-up than its event");
            }
        }
    }

    private void CheckHeads(long last)
    {
        foreach (var entity in _entities.Values)
        {
            var isHeadDue = entity.LastOrdering > 0 && entity.LastOrdering <= _headsOrdering;
            if (isHeadDue && entity.Head?.Ordering != entity.LastOrdering)
            {
                problems.Add(entity.LastOrdering, $"the head of {entity.Id} is not its last event");
            }
            else if (entity.Head is { } head && !entity.IsHeadMet)
            {
                problems.Add(head.Ordering, $"the head of {entity.Id} is no event of it");
            }
        }

        if (_headsOrdering > last)
        {
            problems.Add(last + 1, $"records {last + 1} to {_headsOrdering} are missing");
        }
    }

    private void CheckPages() => Rows("pragma quick_check(100)", "a page", row =>
    {
        if (row.Text(0) is var finding && finding != "ok")
        {
            problems.Add(0, $"SQLite: {finding}");
        }
    });

    private void ReadHead(SqliteStatement row)
    {
        var (number, ordering, sequenceNr, wakeAt) = (row.Int64(0), row.Int64(1), row.Int64(2), row.Int64(3));
        Require(
            row.Int64(4) == RecordChecksum.OfHead(number, ordering, sequenceNr, wakeAt),
            $"the head of entity {number} has a wrong checksum");
        if (_entities.TryGetValue(number, out var entity))
        {
            entity.Head = (ordering, sequenceNr, wakeAt);
        }
    }

    private void ReadSnapshot(SqliteStatement row)
    {
        Snapshots++;
        var (number, sequenceNr, name) = (row.Int64(0), row.Int64(1), row.Int64(2));
        var payload = row.Blob(4);
        if (row.Int64(3) != RecordChecksum.OfSnapshot(number, sequenceNr, name, payload)
            || !_entities.TryGetValue(number, out var entity)
            || !_names.TryGetValue(name, out var storedName))
        {
            problems.Add(0, $"the snapshot of entity {number} is damaged");
            return;
        }

        entity.Snapshot = new StoredSnapshot(sequenceNr, storedName, payload.ToArray());
    }

    private void Rows(string sql, string what, Action<SqliteStatement> read)
    {
        try
        {
            using var rows = connection.Prepare(sql);
            while (rows.Step())
            {
                read(rows);
            }
        }
        catch (Exception e) when (e is SqliteException { IsDamage: true } or FormatException)
        {
            problems.Add(0, $"{what} cannot be read: {e.Message}");
        }
    }

    private bool TryStep(SqliteStatement rows, long next)
    {
        try
        {
            return rows.Step();
        }
        catch (SqliteException e) when (e.IsDamage)
        {
            problems.Add(next, $"it and what follows cannot be read: {e.Message}");
            return false;
        }
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            problems.Add(0, otherwise);
        }
    }
}

/// <summary>One entity while a journal is verified. The scan's fields belong to the scanning
/// thread, the folds to the other.</summary>
internal sealed class ScannedEntity(EntityId id)
{
    public EntityId Id { get; } = id;

    public (long Ordering, long SequenceNr, long WakeAt)? Head { get; set; }

    public bool IsHeadMet { get; set; }

    public long LastOrdering { get; set; }

    public long LastSequenceNr { get; set; }

    /// <summary>From here on its events cannot be folded. Set by either thread, never taken back.</summary>
    public volatile bool IsBroken;

    public StoredSnapshot? Snapshot { get; set; }

    /// <summary>From the first event.</summary>
    public IEntityFold? Fold { get; set; }

    /// <summary>From the snapshot.</summary>
    public IEntityFold? FromSnapshot { get; set; }

    public long FoldedSequenceNr { get; set; }
}
