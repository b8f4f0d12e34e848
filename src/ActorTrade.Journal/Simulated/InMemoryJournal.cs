using ActorTrade.EventSourcing;

namespace ActorTrade.Journal.Simulated;

/// <summary>What the simulated disk does with one commit.</summary>
public enum CommitFault
{
    None = 0,

    /// <summary>Refused and undone; the journal goes on.</summary>
    Fail = 1,

    /// <summary>Stored, but the requests hear <see cref="AppendOutcome.Unknown"/>.</summary>
    UnknownStored = 2,

    /// <summary>Not stored, and the requests hear <see cref="AppendOutcome.Unknown"/>.</summary>
    UnknownLost = 3,
}

/// <summary>What a crash does with the commit that was under way.</summary>
public enum CommitAtCrash
{
    /// <summary>It was torn, and is cut: nothing of it is there afterwards.</summary>
    Lost = 0,

    /// <summary>It reached the disk whole, but nobody heard of it.</summary>
    Stored = 1,
}

/// <summary>
/// A journal in memory for simulation. It has no threads: what is appended gathers until a timer of the given
/// <see cref="TimeProvider"/> fires, is then one commit, and the same calls in the same order always give the same. Its
/// durable content is a <see cref="SimulatedDisk"/>, which outlives it.
/// </summary>
/// <remarks>
/// After an unknown outcome this journal goes on, as a remote store would, and the entities concerned must be
/// recovered: that is the harder case for their hosts. Calls may come from any thread; completions run on the timer's.
/// </remarks>
public sealed class InMemoryJournal : IJournal
{
    private readonly object _gate = new();
    private readonly SimulatedDisk _disk;
    private readonly TimeProvider _time;
    private readonly TimeSpan _commitDelay;
    private readonly int _waitingRequestsMax;
    private readonly Dictionary<EntityId, long> _epochs = [];
    private readonly List<Action<long>> _listeners = [];
    private List<object> _waiting = [];
    private ITimer? _timer;
    private long _commits;
    private bool _isDead;
    private bool _hasCrashed;

    /// <param name="disk">The durable content; one open journal at a time.</param>
    /// <param name="time">Whose timers start commits.</param>
    /// <param name="commitDelay">From the first request of a commit to its outcome.</param>
    /// <param name="waitingRequestsMax">Requests at which <see cref="HasRoom"/> turns false.</param>
    public InMemoryJournal(SimulatedDisk disk, TimeProvider time, TimeSpan commitDelay, int waitingRequestsMax = 65_536)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(time);
        _disk = disk;
        _time = time;
        _commitDelay = commitDelay;
        _waitingRequestsMax = waitingRequestsMax;
    }

    /// <summary>Asked once a commit; null for no faults. Give it a seeded choice.</summary>
    public Func<CommitFault>? Faults { get; set; }

    /// <summary>Asked once a snapshot; true loses it.</summary>
    public Func<bool>? LosesSnapshot { get; set; }

    public long LastOrdering
    {
        get
        {
            lock (_gate)
            {
                return _disk.Events.Count;
            }
        }
    }

    public bool HasRoom
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count < _waitingRequestsMax;
            }
        }
    }

    public Exception? Failure { get; private set; }

    /// <summary>The process dies: nothing is heard any more, and what was not durable is gone.</summary>
    public void Crash(CommitAtCrash underWay = CommitAtCrash.Lost)
    {
        lock (_gate)
        {
            if (underWay == CommitAtCrash.Stored && !_isDead)
            {
                Stage(_waiting).ForEach(s => s.Store(_disk));
            }

            Die(new ObjectDisposedException(nameof(InMemoryJournal), "The simulated process has crashed."));
        }
    }

    /// <summary>A new journal on the same durable content, for the process that starts after this one ended.</summary>
    /// <exception cref="InvalidOperationException">This one is still open.</exception>
    public InMemoryJournal Reopen(bool dropsSnapshots = false)
    {
        lock (_gate)
        {
            if (!_isDead)
            {
                throw new InvalidOperationException("Crash or dispose this journal first: a disk has one journal.");
            }

            if (dropsSnapshots)
            {
                _disk.Snapshots.Clear();
            }

            return new InMemoryJournal(_disk, _time, _commitDelay, _waitingRequestsMax)
            {
                Faults = Faults,
                LosesSnapshot = LosesSnapshot,
            };
        }
    }

    public void Recover(EntityId entity, IRecoverySink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        lock (_gate)
        {
            if (!_isDead)
            {
                var epoch = _epochs.GetValueOrDefault(entity) + 1;
                _epochs[entity] = epoch;
                Enqueue(new Recovery(new Stream(this, entity, epoch), sink));
                return;
            }
        }

        if (!_hasCrashed)
        {
            sink.Failed(Failure!);
        }
    }

    public void Append(AppendRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Stream is not Stream)
        {
            throw new ArgumentException("An append needs a stream of this kind of journal.", nameof(request));
        }

        lock (_gate)
        {
            if (!_isDead)
            {
                Enqueue(request);
                return;
            }
        }

        if (!_hasCrashed)
        {
            request.Completed(AppendOutcome.Failed);
        }
    }

    public void SaveSnapshot(EntityStream stream, StoredSnapshot snapshot)
    {
        lock (_gate)
        {
            if (!_isDead)
            {
                Enqueue(new Snapshot((Stream)stream, snapshot));
            }
        }
    }

    public IEnumerable<StoredEvent> ReadAll(long afterOrdering)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterOrdering);
        var last = LastOrdering;
        for (var ordering = afterOrdering + 1; ordering <= last; ordering++)
        {
            StoredEvent stored;
            lock (_gate)
            {
                stored = _disk.Events[(int)ordering - 1];
            }

            yield return stored;
        }
    }

    public IEnumerable<(EntityId Entity, StoredSnapshot Snapshot)> ReadSnapshots()
    {
        lock (_gate)
        {
            return _disk.Snapshots.Select(p => (p.Key, p.Value)).ToList();
        }
    }

    public IReadOnlyList<(EntityId Entity, DateTimeOffset WakeAt)> ReadWakeUps()
    {
        lock (_gate)
        {
            return _disk.Entities
                .Select(p => (p.Key, _disk.Events[p.Value[^1]].WakeAt))
                .Where(p => p.WakeAt is not null)
                .Select(p => (p.Key, p.WakeAt!.Value))
                .ToList();
        }
    }

    public IDisposable OnCommitted(Action<long> committed)
    {
        lock (_gate)
        {
            _listeners.Add(committed);
        }

        return new Subscription(this, committed);
    }

    public JournalStatistics Statistics()
    {
        lock (_gate)
        {
            return new JournalStatistics(
                _disk.Events.Count, _disk.Bytes, _disk.Entities.Count, _disk.Snapshots.Count, _commits);
        }
    }

    /// <summary>Commits what waits and closes.</summary>
    public ValueTask DisposeAsync()
    {
        Flush();
        lock (_gate)
        {
            if (!_isDead)
            {
                Die(new ObjectDisposedException(nameof(InMemoryJournal)));
                _hasCrashed = false;
            }
        }

        return ValueTask.CompletedTask;
    }

    // Under the gate.
    private void Die(Exception reason)
    {
        _isDead = true;
        _hasCrashed = true;
        Failure ??= reason;
        _waiting.Clear();
        _listeners.Clear();
        _timer?.Dispose();
        _timer = null;
    }

    // Under the gate.
    private void Enqueue(object request)
    {
        _waiting.Add(request);
        if (_timer is null)
        {
            _timer = _time.CreateTimer(
                static me => ((InMemoryJournal)me!).Flush(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        if (_waiting.Count == 1)
        {
            _timer.Change(_commitDelay, Timeout.InfiniteTimeSpan);
        }
    }

    private void Flush()
    {
        List<Action> heard = [];
        lock (_gate)
        {
            if (_isDead || _waiting.Count == 0)
            {
                return;
            }

            var batch = _waiting;
            _waiting = [];
            Recover(batch, heard);
            Commit(batch, heard);
        }

        // Outside the gate, as those who hear may append at once.
        heard.ForEach(tell => tell());
    }

    private void Recover(List<object> batch, List<Action> heard)
    {
        foreach (var recovery in batch.OfType<Recovery>())
        {
            var entity = recovery.Stream.Entity;
            var events = _disk.Entities.TryGetValue(entity, out var places)
                ? places.Select(i => _disk.Events[i]).ToList()
                : [];
            var snapshot = _disk.Snapshots.GetValueOrDefault(entity);
            heard.Add(() => Replay(recovery, snapshot, events));
        }
    }

    private static void Replay(Recovery recovery, StoredSnapshot? snapshot, List<StoredEvent> events)
    {
        var restored = snapshot is not null && recovery.Sink.Restore(snapshot) ? snapshot.SequenceNr : 0;
        foreach (var stored in events.Skip((int)restored))
        {
            recovery.Sink.Apply(stored);
        }

        recovery.Sink.Recovered(recovery.Stream, events.Count);
    }

    private void Commit(List<object> batch, List<Action> heard)
    {
        var staged = Stage(batch);
        var isNeeded = staged.Any(s => s.IsAccepted);
        var fault = isNeeded && Faults is { } faults ? faults() : CommitFault.None;
        var isStored = fault is CommitFault.None or CommitFault.UnknownStored;
        foreach (var item in staged)
        {
            if (isStored)
            {
                item.Store(_disk);
            }

            if (item.Request is { } request)
            {
                var outcome = OutcomeOf(item, fault);
                heard.Add(() => request.Completed(outcome));
            }
        }

        if (fault == CommitFault.None && isNeeded)
        {
            _commits++;
            var last = (long)_disk.Events.Count;
            heard.AddRange(_listeners.Select(listener => (Action)(() => listener(last))));
        }
    }

    private AppendOutcome OutcomeOf(Staged item, CommitFault fault)
    {
        if (!item.IsAccepted)
        {
            return AppendOutcome.Fenced;
        }

        if (fault == CommitFault.None)
        {
            return AppendOutcome.Stored;
        }

        // Whatever was decided on top of it must not be stored.
        var stream = item.Request!.Stream;
        if (_epochs[stream.Entity] == stream.Epoch)
        {
            _epochs[stream.Entity]++;
        }

        return fault == CommitFault.Fail ? AppendOutcome.Failed : AppendOutcome.Unknown;
    }

    private List<Staged> Stage(List<object> batch)
    {
        var last = new Dictionary<EntityId, long>();
        var staged = new List<Staged>();
        foreach (var request in batch.OfType<AppendRequest>())
        {
            var before = LastOf(request.Stream.Entity);
            var isAccepted = IsCurrent((Stream)request.Stream) && request.FirstSequenceNr == before + 1;
            last[request.Stream.Entity] = isAccepted ? before + request.Events.Length : before;
            staged.Add(new Staged(isAccepted, request, null));
        }

        foreach (var snapshot in batch.OfType<Snapshot>())
        {
            var isAccepted = IsCurrent(snapshot.Stream)
                && snapshot.State.SequenceNr <= LastOf(snapshot.Stream.Entity)
                && LosesSnapshot?.Invoke() != true;
            staged.Add(new Staged(isAccepted, null, snapshot));
        }

        return staged;

        long LastOf(EntityId entity) => last.TryGetValue(entity, out var sequenceNr)
            ? sequenceNr
            : _disk.Entities.TryGetValue(entity, out var places) ? places.Count : 0;
    }

    private bool IsCurrent(Stream stream) =>
        ReferenceEquals(stream.Journal, this) && _epochs[stream.Entity] == stream.Epoch;

    private sealed class Stream(InMemoryJournal journal, EntityId entity, long epoch) : EntityStream(entity, epoch)
    {
        public InMemoryJournal Journal { get; } = journal;
    }

    private sealed record Recovery(Stream Stream, IRecoverySink Sink);

    private sealed record Snapshot(Stream Stream, StoredSnapshot State);

    private sealed record Staged(bool IsAccepted, AppendRequest? Request, Snapshot? Snapshot)
    {
        public void Store(SimulatedDisk disk)
        {
            if (IsAccepted && Request is not null)
            {
                disk.Store(Request);
            }
            else if (IsAccepted && Snapshot is not null)
            {
                disk.Store(Snapshot.Stream.Entity, Snapshot.State);
            }
        }
    }

    private sealed class Subscription(InMemoryJournal journal, Action<long> committed) : IDisposable
    {
        public void Dispose()
        {
            lock (journal._gate)
            {
                journal._listeners.Remove(committed);
            }
        }
    }
}
