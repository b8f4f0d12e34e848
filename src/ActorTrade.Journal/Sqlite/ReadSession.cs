using ActorTrade.EventSourcing;

namespace ActorTrade.Journal.Sqlite;

/// <summary>A connection that reads, used by one thread at a time. Every row is
/// checked before it is handed out.</summary>
internal sealed class ReadSession : IDisposable
{
    private const int EventsPerPage = 4096;
    private const int BytesPerPage = 4 << 20;

    // Up to so much, the events met on the way back are kept; what lies further back
    // is read a second time on the way forth.
    private const int KeptEventsMax = 4096;
    private const int KeptBytesMax = 8 << 20;

    private readonly JournalState _state;
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _end;
    private readonly SqliteStatement _range;
    private readonly SqliteStatement _one;
    private readonly SqliteStatement _snapshot;
    private readonly SqliteStatement _snapshots;
    private readonly PayloadArena _arena = new();
    private readonly List<StoredEvent> _kept = [];
    private readonly List<long> _further = [];

    public ReadSession(JournalState state, SqliteConnection connection)
    {
        const string columns = "ordering, entity, sequence_nr, previous_ordering, at, wake_at, name, checksum, payload";
        _state = state;
        _connection = connection;
        _begin = connection.Prepare("begin");
        _end = connection.Prepare("commit");
        _range = connection.Prepare(
            $"select {columns} from events where ordering > ?1 and ordering <= ?2 order by ordering");
        _one = connection.Prepare($"select {columns} from events where ordering = ?1");
        _snapshot = connection.Prepare(
            "select entity, sequence_nr, name, checksum, payload from snapshots where entity = ?1");
        _snapshots = connection.Prepare(
            "select entity, sequence_nr, name, checksum, payload from snapshots where entity > ?1 order by entity limit 256");
    }

    /// <summary>Reads the next events of a range into <paramref name="page"/>; fewer
    /// than the range where it is long.</summary>
    /// <remarks>Pages are short so that a long reading never holds up the emptying of the write-ahead log.</remarks>
    /// <exception cref="JournalDamagedException">A record is damaged or missing.</exception>
    public void ReadPage(long after, long last, List<StoredEvent> page)
    {
        page.Clear();
        var expected = after + 1;
        var bytes = 0;
        try
        {
            _range.Bind(1, after).Bind(2, Math.Min(last, after + EventsPerPage));
            while (bytes < BytesPerPage && _range.Step())
            {
                var stored = Current(_range, expected, out _);
                page.Add(stored);
                bytes += stored.Payload.Length;
                expected++;
            }
        }
        catch (SqliteException e) when (e.IsDamage)
        {
            throw new JournalDamagedException(expected, e.Message);
        }
        finally
        {
            _range.Reset();
        }

        if (page.Count == 0 || (bytes < BytesPerPage && expected <= Math.Min(last, after + EventsPerPage)))
        {
            throw new JournalDamagedException(expected, "it is missing");
        }
    }

    /// <summary>Gives one entity's past, as of its head, to the sink. Returns the last sequence number.</summary>
    public long Replay(EntityHead head, IRecoverySink sink)
    {
        if (head.Number == 0)
        {
            return 0;
        }

        _begin.Run();
        try
        {
            var restored = Restore(head, sink);
            WalkBack(head, restored);
            WalkForth(head, sink);
            return head.SequenceNr;
        }
        finally
        {
            _kept.Clear();
            _further.Clear();
            _end.Run();
        }
    }

    /// <summary>Some usable snapshots of entities after the given one; the number of the last one looked at.</summary>
    public long ReadSnapshots(long afterEntity, List<(EntityId Entity, StoredSnapshot Snapshot)> page)
    {
        page.Clear();
        var last = afterEntity;
        _snapshots.Bind(1, afterEntity);
        try
        {
            while (_snapshots.Step())
            {
                last = _snapshots.Int64(0);
                if (Snapshot(_snapshots) is { } snapshot && _state.TryGetHead(last, out var head))
                {
                    page.Add((head.Id, snapshot));
                }
            }
        }
        finally
        {
            _snapshots.Reset();
        }

        return last;
    }

    public void Dispose()
    {
        SqliteStatement[] statements = [_begin, _end, _range, _one, _snapshot, _snapshots];
        foreach (var statement in statements)
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }

    // The sequence number up to which the sink took a snapshot; 0 for none.
    private long Restore(EntityHead head, IRecoverySink sink)
    {
        StoredSnapshot? snapshot;
        try
        {
            snapshot = _snapshot.Bind(1, head.Number).Step() ? Snapshot(_snapshot) : null;
        }
        finally
        {
            _snapshot.Reset();
        }

        return snapshot is not null && snapshot.SequenceNr <= head.SequenceNr && sink.Restore(snapshot)
            ? snapshot.SequenceNr
            : 0;
    }

    private void WalkBack(EntityHead head, long restored)
    {
        var ordering = head.Ordering;
        var bytes = 0;
        for (var sequenceNr = head.SequenceNr; sequenceNr > restored; sequenceNr--)
        {
            if (_kept.Count < KeptEventsMax && bytes < KeptBytesMax)
            {
                var stored = One(ordering, head, sequenceNr, out ordering);
                _kept.Add(stored);
                bytes += stored.Payload.Length;
            }
            else
            {
                _further.Add(ordering);
                ordering = PreviousOf(ordering);
            }
        }

        if (restored == 0 && ordering != 0)
        {
            throw new JournalDamagedException(ordering, $"it comes before the first event of {head.Id}");
        }
    }

    private void WalkForth(EntityHead head, IRecoverySink sink)
    {
        var sequenceNr = head.SequenceNr - _kept.Count - _further.Count;
        for (var i = _further.Count - 1; i >= 0; i--)
        {
            sequenceNr++;
            sink.Apply(One(_further[i], head, sequenceNr, out _));
        }

        for (var i = _kept.Count - 1; i >= 0; i--)
        {
            sink.Apply(_kept[i]);
        }
    }

    private long PreviousOf(long ordering)
    {
        try
        {
            return _one.Bind(1, ordering).Step()
                ? _one.Int64(3)
                : throw new JournalDamagedException(ordering, "it is missing");
        }
        catch (SqliteException e) when (e.IsDamage)
        {
            throw new JournalDamagedException(ordering, e.Message);
        }
        finally
        {
            _one.Reset();
        }
    }

    private StoredEvent One(long ordering, EntityHead head, long sequenceNr, out long previous)
    {
        try
        {
            if (!_one.Bind(1, ordering).Step())
            {
                throw new JournalDamagedException(ordering, "it is missing");
            }

            var stored = Current(_one, ordering, out previous);
            return stored.Entity == head.Id && stored.SequenceNr == sequenceNr
                ? stored
                : throw new JournalDamagedException(ordering, $"it is not event {sequenceNr} of {head.Id}");
        }
        catch (SqliteException e) when (e.IsDamage)
        {
            throw new JournalDamagedException(ordering, e.Message);
        }
        finally
        {
            _one.Reset();
        }
    }

    private StoredEvent Current(SqliteStatement row, long expected, out long previous)
    {
        var ordering = row.Int64(0);
        if (ordering != expected)
        {
            throw new JournalDamagedException(expected, "it is missing");
        }

        var entity = row.Int64(1);
        var sequenceNr = row.Int64(2);
        previous = row.Int64(3);
        var at = row.Int64(4);
        var wakeAt = row.Int64(5);
        var name = row.Int64(6);
        var payload = row.Blob(8);
        if (row.Int64(7) != RecordChecksum.OfEvent(ordering, entity, sequenceNr, previous, at, wakeAt, name, payload))
        {
            throw new JournalDamagedException(ordering, "its checksum does not match");
        }

        return _state.TryGetHead(entity, out var head) && _state.TryGetName(name, out var storedName)
            ? new StoredEvent(
                ordering, head.Id, sequenceNr, Instant(at), wakeAt == 0 ? null : Instant(wakeAt), storedName,
                _arena.Copy(payload))
            : throw new JournalDamagedException(ordering, "it names an entity or a record kind that is missing");
    }

    // A damaged snapshot is only slower: the events tell the same.
    private StoredSnapshot? Snapshot(SqliteStatement row)
    {
        var entity = row.Int64(0);
        var sequenceNr = row.Int64(1);
        var name = row.Int64(2);
        var payload = row.Blob(4);
        if (row.Int64(3) == RecordChecksum.OfSnapshot(entity, sequenceNr, name, payload)
            && _state.TryGetName(name, out var storedName))
        {
            return new StoredSnapshot(sequenceNr, storedName, payload.ToArray());
        }

        _state.CountDamagedSnapshot();
        return null;
    }

    private static DateTimeOffset Instant(long ticks) => new(ticks, TimeSpan.Zero);
}
