using System.Globalization;

namespace ActorTrade.Journal.Sqlite;

/// <summary>The writer's connection and its statements. Used by one thread at a time.</summary>
internal sealed class JournalStore : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _insertEvent;
    private readonly SqliteStatement _insertEntity;
    private readonly SqliteStatement _insertName;
    private readonly SqliteStatement _writeHead;
    private readonly SqliteStatement _writeSnapshot;
    private readonly SqliteStatement _setMeta;

    public JournalStore(SqliteConnection connection)
    {
        _connection = connection;
        _begin = connection.Prepare("begin immediate");
        _commit = connection.Prepare("commit");
        _insertEvent = connection.Prepare(
            "insert into events(ordering, entity, sequence_nr, previous_ordering, at, wake_at, name, checksum, payload) "
            + "values(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
        _insertEntity = connection.Prepare("insert into entities(entity, id, checksum) values(?1, ?2, ?3)");
        _insertName = connection.Prepare("insert into names(name, stored_name, checksum) values(?1, ?2, ?3)");
        _writeHead = connection.Prepare(
            "insert or replace into heads(entity, ordering, sequence_nr, wake_at, checksum) values(?1, ?2, ?3, ?4, ?5)");
        _writeSnapshot = connection.Prepare(
            "insert or replace into snapshots(entity, sequence_nr, name, checksum, payload) values(?1, ?2, ?3, ?4, ?5)");
        _setMeta = connection.Prepare("insert or replace into meta(key, value) values(?1, ?2)");
    }

    public bool InTransaction => _connection.InTransaction;

    public static SqliteConnection Open(string path, SqliteJournalOptions options)
    {
        var connection = SqliteConnection.OpenForWriting(path);
        try
        {
            connection.Execute("pragma journal_mode=WAL");
            connection.Execute(options.Durability == CommitDurability.Full
                ? "pragma synchronous=FULL" : "pragma synchronous=NORMAL");
            connection.Execute(string.Create(
                CultureInfo.InvariantCulture, $"pragma wal_autocheckpoint={options.CheckpointPages}"));
            if (options.PagesMax > 0)
            {
                connection.Execute(string.Create(
                    CultureInfo.InvariantCulture, $"pragma max_page_count={options.PagesMax}"));
            }

            return connection;
        }
        catch (SqliteException)
        {
            connection.Dispose();
            throw;
        }
    }

    public void Begin() => _begin.Run();

    public void Commit() => _commit.Run();

    public void Rollback()
    {
        if (_connection.InTransaction)
        {
            _connection.Execute("rollback");
        }
    }

    public void InsertEvent(
        long ordering, long entity, long sequenceNr, long previous, long at, long wakeAt, long name, byte[] payload)
    {
        var checksum = RecordChecksum.OfEvent(ordering, entity, sequenceNr, previous, at, wakeAt, name, payload);
        _insertEvent.Bind(1, ordering).Bind(2, entity).Bind(3, sequenceNr).Bind(4, previous)
            .Bind(5, at).Bind(6, wakeAt).Bind(7, name).Bind(8, checksum);
        _insertEvent.RunWithBlob(9, payload);
    }

    public void InsertEntity(long number, string id) =>
        _insertEntity.Bind(1, number).Bind(2, id).Bind(3, RecordChecksum.OfText(number, id)).Run();

    public void InsertName(long number, string name) =>
        _insertName.Bind(1, number).Bind(2, name).Bind(3, RecordChecksum.OfText(number, name)).Run();

    public void WriteHead(EntityHead head)
    {
        var checksum = RecordChecksum.OfHead(head.Number, head.Ordering, head.SequenceNr, head.WakeAt);
        _writeHead.Bind(1, head.Number).Bind(2, head.Ordering).Bind(3, head.SequenceNr).Bind(4, head.WakeAt)
            .Bind(5, checksum).Run();
    }

    public void WriteSnapshot(long entity, long sequenceNr, long name, ReadOnlySpan<byte> payload)
    {
        var checksum = RecordChecksum.OfSnapshot(entity, sequenceNr, name, payload);
        _writeSnapshot.Bind(1, entity).Bind(2, sequenceNr).Bind(3, name).Bind(4, checksum);
        _writeSnapshot.RunWithBlob(5, payload);
    }

    public void SetHeadsOrdering(long ordering) =>
        _setMeta.Bind(1, "heads_ordering").Bind(2, ordering.ToString(CultureInfo.InvariantCulture)).Run();

    /// <summary>Copies the write-ahead log into the file and empties it, as far as readers allow.</summary>
    public void EmptyLog() => _connection.Execute("pragma wal_checkpoint(TRUNCATE)");

    public object? Scalar(string sql) => _connection.Scalar(sql);

    public void Dispose()
    {
        SqliteStatement[] statements =
            [_begin, _commit, _insertEvent, _insertEntity, _insertName, _writeHead, _writeSnapshot, _setMeta];
        foreach (var statement in statements)
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }
}
