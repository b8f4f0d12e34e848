using System.Collections.Concurrent;
using ActorTrade.EventSourcing;

namespace ActorTrade.Journal.Sqlite;

/// <summary>
/// The journal of one machine, in one SQLite file that one process owns. Commits are durable when they are acknowledged
/// (see <see cref="CommitDurability"/>); a torn end is cut to the last whole commit; other damage stops the journal.
/// </summary>
/// <remarks>
/// <para>What a crash can do: SQLite appends each commit to its write-ahead log with a running checksum, and at opening
/// takes the log up to the last commit that is whole. A commit that was being written when the machine stopped is lost
/// whole or kept whole; it was not acknowledged in either case unless it had reached the disk. A log damaged before its
/// last commit would make SQLite drop acknowledged commits in silence, so <see cref="WriteAheadLog"/> looks first and
/// refuses. Damage inside the very last commit cannot be told from a torn one, and is cut.</para>
/// <para>Threads: one writer, some readers for recoveries; other reads run on the caller's
/// thread, on a connection of their own.</para>
/// </remarks>
public sealed class SqliteJournal : IJournal
{
    private readonly string _path;
    private readonly DirectoryLock _lock;
    private readonly JournalState _state;
    private readonly JournalWriter _writer;
    private readonly RecoveryReaders _recoveries;
    private readonly ConcurrentBag<ReadSession> _sessions = [];
    private Task? _closing;
    private volatile bool _isClosed;

    private SqliteJournal(
        string path, DirectoryLock directoryLock, JournalState state, JournalStore store, SqliteJournalOptions options,
        JournalLoader loader)
    {
        _path = path;
        _lock = directoryLock;
        _state = state;
        _recoveries = new RecoveryReaders(state, options.RecoveryThreads, OpenSession);
        var heads = new HeadCheckpoint(state, store, options.HeadsEveryEvents) { Ordering = loader.HeadsOrdering };
        foreach (var head in loader.Changed)
        {
            heads.Changed(head);
        }

        _writer = new JournalWriter(state, store, options, heads, loader.Names, _recoveries.Enqueue);
        _recoveries.Start();
        _writer.Start();
    }

    public long LastOrdering => _state.LastOrdering;

    public bool HasRoom => _writer.HasRoom;

    public Exception? Failure => _state.Failure;

    /// <summary>Opens the journal of a directory, which is made if it is not there.</summary>
    /// <exception cref="JournalHeldException">Another process has it open.</exception>
    /// <exception cref="JournalDamagedException">It is damaged; names the position.</exception>
    /// <exception cref="JournalFormatException">A newer version wrote it.</exception>
    /// <exception cref="SqliteMissingException">SQLite is not installed.</exception>
    public static SqliteJournal Open(string directory, SqliteJournalOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        options ??= new SqliteJournalOptions();
        SqliteNative.Require();
        var directoryLock = DirectoryLock.Take(directory);
        SqliteConnection? connection = null;
        JournalStore? store = null;
        try
        {
            var path = Path.Combine(directory, JournalSchema.FileName);
            if (directoryLock.WasFull)
            {
                WriteAheadLog.Check(path + "-wal");
            }

            connection = JournalStore.Open(path, options);
            JournalSchema.Prepare(connection, path);
            if (options.DropsSnapshots)
            {
                connection.Execute("delete from snapshots");
            }

            var state = new JournalState(options.EmptyEntitiesMax);
            var loader = new JournalLoader(state, connection);
            loader.Load();
            store = new JournalStore(connection);
            store.EmptyLog();
            directoryLock.Announce(options.Durability == CommitDurability.Full);
            return new SqliteJournal(path, directoryLock, state, store, options, loader);
        }
        catch (Exception e)
        {
            store?.Dispose();
            connection?.Dispose();
            directoryLock.Dispose();
            if (e is SqliteException { IsDamage: true })
            {
                throw new JournalDamagedException(0, e.Message);
            }

            throw;
        }
    }

    public void Recover(EntityId entity, IRecoverySink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        lock (_state.Gate)
        {
            var head = _state.HeadOf(entity);
            Volatile.Write(ref head.Epoch, head.Epoch + 1);
            if (_writer.TryEnqueueUnderGate(
                new RecoveryRequest(new SqliteEntityStream(_state, head, head.Epoch), sink)))
            {
                return;
            }
        }

        sink.Failed(new ObjectDisposedException(nameof(SqliteJournal)));
    }

    public void Append(AppendRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        _ = StreamOf(request.Stream);
        if (!_writer.TryEnqueue(request))
        {
            // The writer's thread is gone, so the caller's tells.
            request.Completed(AppendOutcome.Failed);
        }
    }

    public void SaveSnapshot(EntityStream stream, StoredSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var request = new SnapshotRequest(StreamOf(stream), snapshot);
        lock (_state.Gate)
        {
            _writer.TryEnqueueUnderGate(request);
        }
    }

    public IEnumerable<StoredEvent> ReadAll(long afterOrdering)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterOrdering);
        var last = _state.LastOrdering;
        var page = new List<StoredEvent>();
        var after = afterOrdering;
        while (after < last)
        {
            WithSession(session => session.ReadPage(after, last, page));
            foreach (var stored in page)
            {
                yield return stored;
            }

            after += page.Count;
        }
    }

    public IEnumerable<(EntityId Entity, StoredSnapshot Snapshot)> ReadSnapshots()
    {
        var page = new List<(EntityId, StoredSnapshot)>();
        long after = 0;
        while (true)
        {
            var before = after;
            WithSession(session => after = session.ReadSnapshots(before, page));
            if (after == before)
            {
                yield break;
            }

            foreach (var pair in page)
            {
                yield return pair;
            }
        }
    }

    public IReadOnlyList<(EntityId Entity, DateTimeOffset WakeAt)> ReadWakeUps() => _state.StoredHeads()
        .Select(head => (head.Id, WakeAt: Volatile.Read(ref head.WakeAt)))
        .Where(pair => pair.WakeAt != 0)
        .Select(pair => (pair.Id, new DateTimeOffset(pair.WakeAt, TimeSpan.Zero)))
        .ToList();

    public IDisposable OnCommitted(Action<long> committed)
    {
        ArgumentNullException.ThrowIfNull(committed);
        return _writer.OnCommitted(committed);
    }

    public JournalStatistics Statistics() => new(
        _state.LastOrdering, SizeOf(_path) + SizeOf(_path + "-wal"), _state.Entities, _state.Snapshots, _writer.Commits)
    {
        DamagedSnapshots = _state.DamagedSnapshots,
    };

    /// <summary>Writes what waits, writes the heads down and lets go of the directory.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_sessions)
        {
            _closing ??= CloseAsync();
        }

        return new ValueTask(_closing);
    }

    private async Task CloseAsync()
    {
        // The writer first, since it hands recoveries to the readers; the readers' connections would keep the log
        // from being emptied only while they read.
        await _writer.StopAsync().ConfigureAwait(false);
        await _recoveries.StopAsync().ConfigureAwait(false);
        _isClosed = true;
        while (_sessions.TryTake(out var session))
        {
            session.Dispose();
        }

        _lock.Dispose();
    }

    private SqliteEntityStream StreamOf(EntityStream stream) => stream as SqliteEntityStream
        ?? throw new ArgumentException("The stream was not given by a journal of this kind.", nameof(stream));

    private ReadSession OpenSession() => new(_state, SqliteConnection.OpenForReading(_path));

    private void WithSession(Action<ReadSession> read)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (!_sessions.TryTake(out var session))
        {
            session = OpenSession();
        }

        try
        {
            read(session);
        }
        catch (JournalDamagedException e)
        {
            _state.Fail(e);
            throw;
        }
        finally
        {
            _sessions.Add(session);
            if (_isClosed && _sessions.TryTake(out var late))
            {
                late.Dispose();
            }
        }
    }

    private static long SizeOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : 0;
    }
}
