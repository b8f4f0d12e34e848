using ActorTrade.EventSourcing;

namespace ActorTrade.Journal.Sqlite;

/// <summary>
/// Reads at opening what the journal keeps in memory: names, entities, heads, and the events after the heads were
/// written. What it reads it checks; damage further back is found when that part is read.
/// </summary>
internal sealed class JournalLoader(JournalState state, SqliteConnection connection)
{
    private readonly Dictionary<string, long> _names = new(StringComparer.Ordinal);
    private readonly HashSet<EntityHead> _changed = [];

    public IReadOnlyDictionary<string, long> Names => _names;

    /// <summary>Heads that the table of heads does not tell yet.</summary>
    public IReadOnlyCollection<EntityHead> Changed => _changed;

    public long HeadsOrdering { get; private set; }

    /// <exception cref="JournalDamagedException">A row is damaged or missing; names its position.</exception>
    public void Load()
    {
        HeadsOrdering = JournalSchema.Meta(connection, "heads_ordering");
        LoadNames();
        LoadEntities();
        LoadHeads();
        LoadSnapshots();
        LoadTail();
    }

    private void LoadNames()
    {
        using var rows = connection.Prepare("select name, stored_name, checksum from names order by name");
        while (rows.Step())
        {
            var number = rows.Int64(0);
            var name = rows.Text(1);
            if (number != _names.Count + 1 || rows.Int64(2) != RecordChecksum.OfText(number, name))
            {
                throw new JournalDamagedException(
                    0, $"the name of record kind {_names.Count + 1} is damaged or missing");
            }

            _names.Add(name, number);
            state.SetName(number, name);
        }
    }

    private void LoadEntities()
    {
        using var rows = connection.Prepare("select entity, id, checksum from entities order by entity");
        while (rows.Step())
        {
            var number = rows.Int64(0);
            var id = rows.Text(1);
            if (number != state.Entities + 1 || rows.Int64(2) != RecordChecksum.OfText(number, id))
            {
                throw new JournalDamagedException(0, $"the id of entity {state.Entities + 1} is damaged or missing");
            }

            state.Register(new EntityHead(EntityId.Parse(id)), number);
        }
    }

    private void LoadHeads()
    {
        using var rows = connection.Prepare("select entity, ordering, sequence_nr, wake_at, checksum from heads");
        while (rows.Step())
        {
            var number = rows.Int64(0);
            var (ordering, sequenceNr, wakeAt) = (rows.Int64(1), rows.Int64(2), rows.Int64(3));
            if (rows.Int64(4) != RecordChecksum.OfHead(number, ordering, sequenceNr, wakeAt)
                || !state.TryGetHead(number, out var head))
            {
                throw new JournalDamagedException(0, $"the head of entity {number} is damaged");
            }

            (head.Ordering, head.SequenceNr, head.WakeAt) = (ordering, sequenceNr, wakeAt);
        }
    }

    private void LoadSnapshots()
    {
        using var rows = connection.Prepare("select entity, sequence_nr from snapshots");
        while (rows.Step())
        {
            if (state.TryGetHead(rows.Int64(0), out var head))
            {
                head.SnapshotSequenceNr = rows.Int64(1);
                state.CountSnapshot();
            }
        }
    }

    private void LoadTail()
    {
        using var rows = connection.Prepare(
            "select ordering, entity, sequence_nr, previous_ordering, at, wake_at, name, checksum, payload "
            + "from events where ordering > ?1 order by ordering");
        rows.Bind(1, HeadsOrdering);
        var last = HeadsOrdering;
        try
        {
            while (rows.Step())
            {
                LoadEvent(rows, last + 1);
                last++;
            }
        }
        catch (SqliteException e) when (e.IsDamage)
        {
            throw new JournalDamagedException(last + 1, e.Message);
        }

        state.LastOrdering = last;
        CheckHeads(last);
    }

    private void LoadEvent(SqliteStatement row, long expected)
    {
        var (ordering, entity, sequenceNr, previous) = (row.Int64(0), row.Int64(1), row.Int64(2), row.Int64(3));
        if (ordering != expected)
        {
            throw new JournalDamagedException(expected, "it is missing");
        }

        var wakeAt = row.Int64(5);
        var checksum = RecordChecksum.OfEvent(
            ordering, entity, sequenceNr, previous, row.Int64(4), wakeAt, row.Int64(6), row.Blob(8));
        if (row.Int64(7) != checksum)
        {
            throw new JournalDamagedException(ordering, "its checksum does not match");
        }

        if (!state.TryGetHead(entity, out var head))
        {
            throw new JournalDamagedException(ordering, $"it names entity {entity}, which is missing");
        }

        // The head may have been written down later than the place where this reading starts.
        if (ordering <= head.Ordering)
        {
            return;
        }

        if (sequenceNr != head.SequenceNr + 1 || previous != head.Ordering)
        {
            throw new JournalDamagedException(
                ordering, $"it is event {sequenceNr} of {head.Id}, which stands at {head.SequenceNr}");
        }

        (head.Ordering, head.SequenceNr, head.WakeAt) = (ordering, sequenceNr, wakeAt);
        _changed.Add(head);
    }

    private void CheckHeads(long last)
    {
        if (last > 0 && connection.Scalar("select count(*) from events where ordering = " + last) is not 1L)
        {
            throw new JournalDamagedException(last, "it is missing");
        }

        foreach (var head in state.StoredHeads())
        {
            if (head.Ordering == 0 || head.Ordering > last)
            {
                throw new JournalDamagedException(
                    last + 1, $"{head.Id} has events up to {head.Ordering} that are missing");
            }
        }
    }
}
