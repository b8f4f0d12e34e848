namespace ActorTrade.Journal.Sqlite;

/// <summary>
/// The one thread that writes. What queues up while a commit runs becomes the next commit: no timer, and the size of a
/// commit follows the load by itself. Two arrays take turns, so a waiting request costs no allocation.
/// </summary>
/// <remarks>
/// A request is checked against memory just before it is written: its stream's epoch must be the entity's newest,
/// and its sequence number must follow the entity's last one, counting what this same commit already holds. So
/// one bad request is refused by itself. If the store refuses the commit, all of it is undone and every entity in
/// it must be recovered before it can append again. If nobody can tell whether the commit is durable (the disk
/// failed under it), the journal stops for good.
/// </remarks>
internal sealed class JournalWriter
{
    private readonly JournalState _state;
    private readonly JournalStore _store;
    private readonly SqliteJournalOptions _options;
    private readonly HeadCheckpoint _heads;
    private readonly Action<RecoveryRequest> _recover;
    private readonly Dictionary<string, long> _names;
    private readonly List<string> _newNames = [];
    private readonly List<EntityHead> _newEntities = [];
    private readonly List<EntityHead> _touched = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by the state's gate.
    private object?[] _filling = new object?[256];
    private int _count;
    private bool _isIdle;
    private bool _isStopping;

    private object?[] _batch = new object?[256];
    private AppendOutcome[] _outcomes = new AppendOutcome[256];
    private long _waitingRequests;
    private long _waitingBytes;
    private long _commits;
    private long _nextOrdering;
    private long _entityNumbers;
    private int _newSnapshots;
    private Action<long>[] _committed = [];

    public JournalWriter(
        JournalState state,
        JournalStore store,
        SqliteJournalOptions options,
        HeadCheckpoint heads,
        IReadOnlyDictionary<string, long> names,
        Action<RecoveryRequest> recover)
    {
        _state = state;
        _store = store;
        _options = options;
        _heads = heads;
        _recover = recover;
        _names = new Dictionary<string, long>(names, StringComparer.Ordinal);
        _entityNumbers = state.Entities;
    }

    public bool HasRoom => Interlocked.Read(ref _waitingRequests) < _options.WaitingRequestsMax
        && Interlocked.Read(ref _waitingBytes) < _options.WaitingBytesMax;

    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>Starts the thread. Commits block in the disk, so they must not take a thread of the pool.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "journal-writer" }.Start();

    /// <summary>Writes what waits, then the heads, and ends the thread.</summary>
    public Task StopAsync()
    {
        lock (_state.Gate)
        {
            _isStopping = true;
            Monitor.PulseAll(_state.Gate);
        }

        return _ended.Task;
    }

    /// <summary>False once the journal is closing.</summary>
    public bool TryEnqueue(AppendRequest request)
    {
        var bytes = BytesOf(request);
        Interlocked.Increment(ref _waitingRequests);
        Interlocked.Add(ref _waitingBytes, bytes);
        lock (_state.Gate)
        {
            if (TryEnqueueUnderGate(request))
            {
                return true;
            }
        }

        Release(1, bytes);
        return false;
    }

    /// <summary>For the caller that holds the gate.</summary>
    public bool TryEnqueueUnderGate(object request)
    {
        if (_isStopping)
        {
            return false;
        }

        if (_count == _filling.Length)
        {
            Array.Resize(ref _filling, _count * 2);
        }

        _filling[_count++] = request;
        if (_isIdle)
        {
            Monitor.Pulse(_state.Gate);
        }

        return true;
    }

    public IDisposable OnCommitted(Action<long> committed)
    {
        lock (_state.Gate)
        {
            Volatile.Write(ref _committed, [.. _committed, committed]);
        }

        return new Subscription(this, committed);
    }

    private void Run()
    {
        while (TryTake(out var count))
        {
            Process(count);
            Array.Clear(_batch, 0, count);
        }

        CloseStore();
        _ended.SetResult();
    }

    private bool TryTake(out int count)
    {
        lock (_state.Gate)
        {
            while (_count == 0 && !_isStopping)
            {
                _isIdle = true;
                Monitor.Wait(_state.Gate);
            }

            _isIdle = false;
            (_batch, _filling) = (_filling, _batch);
            count = _count;
            _count = 0;
            return count > 0;
        }
    }

    private void Process(int count)
    {
        if (_outcomes.Length < count)
        {
            _outcomes = new AppendOutcome[_batch.Length];
        }

        Array.Fill(_outcomes, AppendOutcome.Stored, 0, count);

        // Appends of an earlier holder that stand in this batch are fenced by the epoch already, and this batch cannot
        // hold any of the new one: so the head as it is now is all that the recovery has to read.
        for (var i = 0; i < count; i++)
        {
            if (_batch[i] is RecoveryRequest recovery)
            {
                _recover(recovery);
            }
        }

        var isStored = _state.Failure is null ? Write(count) : Refuse(count, AppendOutcome.Failed);
        Complete(count);
        if (isStored)
        {
            Announce();
        }
    }

    // True where something became durable. The boundary of the writer: whatever
    // happens, every request hears its outcome.
    private bool Write(int count)
    {
        try
        {
            Stage(count);
            if (!_store.InTransaction)
            {
                Settle(isDurable: false);
                return false;
            }

            _heads.Stage(count);
        }
        catch (Exception e)
        {
            Undo(e);
            return Refuse(count, AppendOutcome.Failed);
        }

        return Commit(count);
    }

    private void Stage(int count)
    {
        _nextOrdering = _state.LastOrdering;
        for (var i = 0; i < count; i++)
        {
            if (_batch[i] is AppendRequest request)
            {
                _outcomes[i] = Insert(request);
            }
        }

        for (var i = 0; i < count; i++)
        {
            if (_batch[i] is SnapshotRequest snapshot)
            {
                Insert(snapshot);
            }
        }
    }

    // The boundary of the writer: whatever happens, every request hears its outcome.
    private bool Commit(int count)
    {
        try
        {
            _store.Commit();
        }
        catch (SqliteException e) when (e.Code != SqliteNative.IoError && !e.IsDamage)
        {
            // A full disk or a lack of memory: the commit record was not written whole.
            Undo(e);
            return Refuse(count, AppendOutcome.Failed);
        }
        catch (Exception e)
        {
            // The record may lie in the log although the flush failed, and a recovery may find it there.
            _state.Fail(e);
            Undo(e);
            return Refuse(count, AppendOutcome.Unknown);
        }

        Interlocked.Increment(ref _commits);
        _heads.Committed();
        Settle(isDurable: true);
        _state.LastOrdering = _nextOrdering;
        return true;
    }

    private AppendOutcome Insert(AppendRequest request)
    {
        var stream = (SqliteEntityStream)request.Stream;
        var head = stream.Head;
        if (!ReferenceEquals(stream.Journal, _state) || Volatile.Read(ref head.Epoch) != stream.Epoch)
        {
            return AppendOutcome.Fenced;
        }

        if (!head.IsInCommit)
        {
            head.EnterCommit();
            _touched.Add(head);
        }

        if (request.FirstSequenceNr != head.NextSequenceNr + 1)
        {
            return AppendOutcome.Fenced;
        }

        if (BytesOf(request) > _options.RequestBytesMax)
        {
            return AppendOutcome.Failed;
        }

        BeginOnce();
        if (head.Number == 0 && !Register(head))
        {
            return AppendOutcome.Fenced;
        }

        Insert(request, head);
        return AppendOutcome.Stored;
    }

    private void Insert(AppendRequest request, EntityHead head)
    {
        var at = request.At.UtcTicks;
        var wakeAt = request.WakeAt?.UtcTicks ?? 0;
        foreach (var @event in request.Events)
        {
            var ordering = _nextOrdering + 1;
            _store.InsertEvent(
                ordering, head.Number, head.NextSequenceNr + 1, head.NextOrdering, at, wakeAt,
                NameOf(@event.StoredName), @event.Payload);
            _nextOrdering = ordering;
            head.NextOrdering = ordering;
            head.NextSequenceNr++;
        }

        head.NextWakeAt = wakeAt;
    }

    private void Insert(SnapshotRequest request)
    {
        var head = request.Stream.Head;
        var last = head.IsInCommit ? head.NextSequenceNr : head.SequenceNr;
        var isUsable = ReferenceEquals(request.Stream.Journal, _state)
            && Volatile.Read(ref head.Epoch) == request.Stream.Epoch
            && request.Snapshot.SequenceNr <= last
            && request.Snapshot.SequenceNr > head.SnapshotSequenceNr
            && request.Snapshot.Payload.Length <= _options.RequestBytesMax;
        if (!isUsable)
        {
            return;
        }

        BeginOnce();
        var name = NameOf(request.Snapshot.StoredName);
        _store.WriteSnapshot(head.Number, request.Snapshot.SequenceNr, name, request.Snapshot.Payload.Span);
        if (head.SnapshotSequenceNr == 0)
        {
            _newSnapshots++;
        }

        // Should the commit fail, the older snapshot stays in the file and the next
        // one is taken later: nothing is lost.
        head.SnapshotSequenceNr = request.Snapshot.SequenceNr;
    }

    private void BeginOnce()
    {
        if (!_store.InTransaction)
        {
            _store.Begin();
        }
    }

    private bool Register(EntityHead head)
    {
        lock (_state.Gate)
        {
            if (!_state.Register(head, _entityNumbers + 1))
            {
                return false;
            }
        }

        _entityNumbers++;
        _newEntities.Add(head);
        _store.InsertEntity(head.Number, head.Id.ToString());
        return true;
    }

    private long NameOf(string storedName)
    {
        if (_names.TryGetValue(storedName, out var number))
        {
            return number;
        }

        number = _names.Count + 1;
        _names.Add(storedName, number);
        _newNames.Add(storedName);
        _state.SetName(number, storedName);
        _store.InsertName(number, storedName);
        return number;
    }

    // A failed rollback is told as the journal's failure.
    private void Undo(Exception reason)
    {
        try
        {
            _store.Rollback();
        }
        catch (Exception e)
        {
            _state.Fail(e);
        }

        if (reason is not SqliteException refusal)
        {
            _state.Fail(reason);
        }
        else if (refusal.IsDamage)
        {
            _state.Fail(new JournalDamagedException(_state.LastOrdering, refusal.Message));
        }

        foreach (var name in _newNames)
        {
            _names.Remove(name);
        }

        lock (_state.Gate)
        {
            foreach (var head in _newEntities)
            {
                _state.Unregister(head);
            }
        }

        _entityNumbers -= _newEntities.Count;
        _heads.Undone();
        Settle(isDurable: false);
    }

    private void Settle(bool isDurable)
    {
        foreach (var head in _touched)
        {
            head.LeaveCommit(isDurable);
            if (isDurable)
            {
                _heads.Changed(head);
            }
        }

        for (; _newSnapshots > 0; _newSnapshots--)
        {
            if (isDurable)
            {
                _state.CountSnapshot();
            }
        }

        _touched.Clear();
        _newNames.Clear();
        _newEntities.Clear();
    }

    // What was decided on top of an append that is not stored must not be stored either: its stream is fenced.
    private bool Refuse(int count, AppendOutcome outcome)
    {
        lock (_state.Gate)
        {
            for (var i = 0; i < count; i++)
            {
                if (_batch[i] is not AppendRequest request || _outcomes[i] == AppendOutcome.Fenced)
                {
                    continue;
                }

                _outcomes[i] = outcome;
                var head = ((SqliteEntityStream)request.Stream).Head;
                if (head.Epoch == request.Stream.Epoch)
                {
                    head.Epoch++;
                }
            }
        }

        return false;
    }

    // One faulty receiver must not keep the others from their outcome.
    private void Complete(int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (_batch[i] is not AppendRequest request)
            {
                continue;
            }

            Release(1, BytesOf(request));
            try
            {
                request.Completed(_outcomes[i]);
            }
            catch (Exception e)
            {
                _state.Fail(e);
            }
        }
    }

    // One faulty listener must not end the writer.
    private void Announce()
    {
        foreach (var committed in Volatile.Read(ref _committed))
        {
            try
            {
                committed(_state.LastOrdering);
            }
            catch (Exception e)
            {
                _state.Fail(e);
            }
        }
    }

    // Closing goes on; the heads are made again from the events.
    private void CloseStore()
    {
        try
        {
            if (_state.Failure is null && _heads.Ordering < _state.LastOrdering)
            {
                _store.Begin();
                _heads.StageAll();
                _store.Commit();
                _heads.Committed();
            }

            if (_state.Failure is null)
            {
                _store.EmptyLog();
            }
        }
        catch (Exception e)
        {
            _state.Fail(e);
        }
        finally
        {
            _store.Dispose();
        }
    }

    private void Release(int requests, long bytes)
    {
        Interlocked.Add(ref _waitingRequests, -requests);
        Interlocked.Add(ref _waitingBytes, -bytes);
    }

    private static long BytesOf(AppendRequest request)
    {
        long bytes = 0;
        foreach (var @event in request.Events)
        {
            bytes += @event.Payload.Length;
        }

        return bytes;
    }

    private sealed class Subscription(JournalWriter writer, Action<long> committed) : IDisposable
    {
        public void Dispose()
        {
            lock (writer._state.Gate)
            {
                var left = writer._committed.ToList();
                left.Remove(committed);
                Volatile.Write(ref writer._committed, [.. left]);
            }
        }
    }
}

/// <summary>A recovery on its way through the writer to a reader.</summary>
internal sealed record RecoveryRequest(SqliteEntityStream Stream, IRecoverySink Sink);

internal sealed record SnapshotRequest(SqliteEntityStream Stream, StoredSnapshot Snapshot);
