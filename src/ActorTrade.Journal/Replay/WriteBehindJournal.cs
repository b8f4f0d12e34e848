using ActorTrade.EventSourcing;

namespace ActorTrade.Journal.Replay;

/// <summary>Bounds and times of a <see cref="WriteBehindJournal"/>.</summary>
public sealed record WriteBehindOptions
{
    /// <summary>Simulated time from the first request of a commit to its outcome.</summary>
    public TimeSpan CommitDelay { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Appends that the durable journal has not confirmed; at the bound the replay's thread waits.</summary>
    public int InFlightMax { get; init; } = 16_384;

    /// <summary>The newest events that are read from memory; a reader further behind waits for the disk.</summary>
    public int RecentEvents { get; init; } = 16_384;
}

/// <summary>
/// A replay's journal (ADR 0009): it confirms an append at a fixed simulated delay, so that nothing the replay decides
/// depends on the disk, and hands it in the same order to a durable journal behind. <see cref="Flush"/> says whether
/// all of it arrived. Never for a node that has promised anything to anybody.
/// </summary>
/// <remarks>
/// Threads: every call comes from the one thread of the replay; only what the durable journal reports comes from
/// elsewhere, and it changes nothing that the replay can see. An entity without events is recovered without asking the
/// durable journal, which must be empty at the start; one that has some (it was unloaded) is read from there, while the
/// replay waits.
/// </remarks>
public sealed class WriteBehindJournal : IJournal
{
    private readonly IJournal _durable;
    private readonly WriteBehindOptions _options;
    private readonly ITimer _commit;
    private readonly Dictionary<EntityId, Past> _entities = [];
    private readonly List<Action<long>> _listeners = [];
    private readonly StoredEvent[] _recent;
    private List<object> _waiting = [];
    private long _lastOrdering;

    // Shared with the durable journal's threads, under the gate.
    private readonly object _gate = new();
    private readonly Queue<(Stream Stream, object Request)> _behind = new();
    private int _inFlight;
    private Exception? _failure;

    /// <param name="durable">An empty journal; closed with this one.</param>
    /// <param name="time">The replay's clock; its timers end commits.</param>
    /// <param name="options">Bounds and times.</param>
    /// <exception cref="ArgumentException">The durable journal holds events.</exception>
    public WriteBehindJournal(IJournal durable, TimeProvider time, WriteBehindOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(durable);
        ArgumentNullException.ThrowIfNull(time);
        if (durable.LastOrdering != 0)
        {
            throw new ArgumentException("A replay begins with an empty journal.", nameof(durable));
        }

        _durable = durable;
        _options = options ?? new WriteBehindOptions();
        _recent = new StoredEvent[_options.RecentEvents];
        _commit = time.CreateTimer(
            static me => ((WriteBehindJournal)me!).Commit(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The newest event that counts as stored in the replay.</summary>
    public long LastOrdering => _lastOrdering;

    /// <summary>
    /// Always: at its bound this journal waits instead of refusing, since a refusal would depend on the disk.
    /// </summary>
    public bool HasRoom => true;

    public Exception? Failure
    {
        get
        {
            lock (_gate)
            {
                return _failure ?? _durable.Failure;
            }
        }
    }

    public void Recover(EntityId entity, IRecoverySink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        if (!_entities.TryGetValue(entity, out var past))
        {
            _entities.Add(entity, past = new Past());
        }

        past.Epoch++;
        var stream = new Stream(entity, past);
        if (past.SequenceNr == 0)
        {
            // Asked now, so that the durable stream is there by the time the first append is handed over.
            _durable.Recover(entity, new DurableStream(this, stream, pastTo: null));
            Enqueue(new Recovery(stream, sink));
        }
        else if (ReadPast(stream, sink) is { } reason)
        {
            Enqueue(new Recovery(stream, sink, reason));
        }
        else
        {
            Enqueue(new Recovery(stream, sink));
        }
    }

    public void Append(AppendRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Stream is not Stream)
        {
            throw new ArgumentException("An append needs a stream of this journal.", nameof(request));
        }

        Enqueue(request);
    }

    public void SaveSnapshot(EntityStream stream, StoredSnapshot snapshot) =>
        Enqueue(new Snapshot((Stream)stream, snapshot));

    public IEnumerable<StoredEvent> ReadAll(long afterOrdering)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterOrdering);
        if (afterOrdering < _lastOrdering - _recent.Length)
        {
            Flush();
            foreach (var stored in _durable.ReadAll(afterOrdering))
            {
                yield return stored;
            }

            yield break;
        }

        var last = _lastOrdering;
        for (var ordering = afterOrdering + 1; ordering <= last; ordering++)
        {
            yield return _recent[(int)(ordering % _recent.Length)];
        }
    }

    public IEnumerable<(EntityId Entity, StoredSnapshot Snapshot)> ReadSnapshots()
    {
        Flush();
        return _durable.ReadSnapshots();
    }

    /// <summary>None: the journal was empty, and what sleeps since is known to whoever put it to sleep.</summary>
    public IReadOnlyList<(EntityId Entity, DateTimeOffset WakeAt)> ReadWakeUps() => [];

    public IDisposable OnCommitted(Action<long> committed)
    {
        ArgumentNullException.ThrowIfNull(committed);
        _listeners.Add(committed);
        return new Subscription(this, committed);
    }

    /// <summary>As the durable journal has it; exact after <see cref="Flush"/>.</summary>
    public JournalStatistics Statistics() => _durable.Statistics();

    /// <summary>Waits until everything that counts as stored is durable.</summary>
    /// <exception cref="InvalidOperationException">Something was not stored: the replay is worth nothing.</exception>
    public void Flush()
    {
        lock (_gate)
        {
            while (_failure is null && (_behind.Count > 0 || _inFlight > 0))
            {
                Monitor.Wait(_gate);
            }

            ThrowIfFailed();
        }

        if (_durable.LastOrdering != _lastOrdering)
        {
            throw new InvalidOperationException(
                $"The durable journal ends at {_durable.LastOrdering}, the replay at {_lastOrdering}.");
        }
    }

    /// <summary>
    /// Hands over what counts as stored and closes the durable journal. What was not confirmed yet is dropped.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _commit.DisposeAsync().ConfigureAwait(false);
        lock (_gate)
        {
            while (_failure is null && _behind.Count > 0)
            {
                Monitor.Wait(_gate);
            }
        }

        await _durable.DisposeAsync().ConfigureAwait(false);
    }

    private void Enqueue(object request)
    {
        _waiting.Add(request);
        if (_waiting.Count == 1)
        {
            _commit.Change(_options.CommitDelay, Timeout.InfiniteTimeSpan);
        }
    }

    // Everything under way for the entity must be durable first, or the durable recovery would fence it.
    private Exception? ReadPast(Stream stream, IRecoverySink sink)
    {
        Flush();
        using var read = new DurableStream(this, stream, sink);
        _durable.Recover(stream.Entity, read);
        return read.Wait();
    }

    private void Commit()
    {
        var batch = _waiting;
        _waiting = [];
        var stored = new bool[batch.Count];
        for (var i = 0; i < batch.Count; i++)
        {
            stored[i] = batch[i] switch
            {
                AppendRequest append => TryStore(append),
                Snapshot snapshot => TryStore(snapshot),
                _ => true,
            };
        }

        for (var i = 0; i < batch.Count; i++)
        {
            switch (batch[i])
            {
                case AppendRequest append:
                    append.Completed(stored[i] ? AppendOutcome.Stored : AppendOutcome.Fenced);
                    break;
                case Recovery { Failure: { } failure } recovery:
                    recovery.Sink.Failed(failure);
                    break;
                case Recovery recovery:
                    recovery.Sink.Recovered(recovery.Stream, recovery.Stream.Past.SequenceNr);
                    break;
            }
        }

        foreach (var listener in _listeners)
        {
            listener(_lastOrdering);
        }
    }

    private bool TryStore(AppendRequest request)
    {
        var stream = (Stream)request.Stream;
        var past = stream.Past;
        if (stream.Epoch != past.Epoch || request.FirstSequenceNr != past.SequenceNr + 1)
        {
            return false;
        }

        foreach (var @event in request.Events)
        {
            _lastOrdering++;
            past.SequenceNr++;
            _recent[(int)(_lastOrdering % _recent.Length)] = new StoredEvent(
                _lastOrdering,
                stream.Entity,
                past.SequenceNr,
                request.At,
                request.WakeAt,
                @event.StoredName,
                @event.Payload);
        }

        HandOver(stream, request);
        return true;
    }

    private bool TryStore(Snapshot snapshot)
    {
        var stream = snapshot.Stream;
        if (stream.Epoch != stream.Past.Epoch || snapshot.State.SequenceNr > stream.Past.SequenceNr)
        {
            return false;
        }

        HandOver(stream, snapshot.State);
        return true;
    }

    private void HandOver(Stream stream, object request)
    {
        lock (_gate)
        {
            while (_failure is null && _inFlight + _behind.Count >= _options.InFlightMax)
            {
                Monitor.Wait(_gate);
            }

            // Once something is lost nothing more is handed over; the replay ends when it looks, or in Flush.
            if (_failure is null)
            {
                _behind.Enqueue((stream, request));
                Pump();
            }
        }
    }

    // Under the gate. In order: what waits for its durable stream holds up what follows.
    private void Pump()
    {
        while (_behind.TryPeek(out var next) && next.Stream.Durable is { } durable)
        {
            _behind.Dequeue();
            if (next.Request is AppendRequest request)
            {
                _inFlight++;
                _durable.Append(new Behind(this)
                {
                    Stream = durable,
                    FirstSequenceNr = request.FirstSequenceNr,
                    At = request.At,
                    WakeAt = request.WakeAt,
                    Events = request.Events,
                });
            }
            else
            {
                _durable.SaveSnapshot(durable, (StoredSnapshot)next.Request);
            }
        }

        if (_behind.Count == 0)
        {
            Monitor.PulseAll(_gate);
        }
    }

    // Under the gate.
    private void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            throw new InvalidOperationException(
                $"The replay's journal cannot be written: {_failure.Message}", _failure);
        }
    }

    private void Fail(Exception reason)
    {
        lock (_gate)
        {
            _failure ??= reason;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>What this journal knows of one entity; the durable journal keeps a head of each, too.</summary>
    private sealed class Past
    {
        public long Epoch { get; set; }

        public long SequenceNr { get; set; }
    }

    private sealed class Stream(EntityId entity, Past past) : EntityStream(entity, past.Epoch)
    {
        public Past Past { get; } = past;

        /// <summary>The durable journal's stream; set under the gate when its recovery ends.</summary>
        public EntityStream? Durable { get; set; }
    }

    private sealed record Recovery(Stream Stream, IRecoverySink Sink, Exception? Failure = null);

    private sealed record Snapshot(Stream Stream, StoredSnapshot State);

    /// <summary>One append on its way to the durable journal.</summary>
    private sealed class Behind(WriteBehindJournal journal) : AppendRequest
    {
        public override void Completed(AppendOutcome outcome)
        {
            lock (journal._gate)
            {
                journal._inFlight--;
                if (outcome != AppendOutcome.Stored)
                {
                    journal._failure ??= journal._durable.Failure
                        ?? new InvalidOperationException($"An append of {Stream.Entity} ended as {outcome}.");
                }

                Monitor.PulseAll(journal._gate);
            }
        }
    }

    /// <summary>Takes the durable journal's stream, and hands the past on where there is one.</summary>
    private sealed class DurableStream(WriteBehindJournal journal, Stream stream, IRecoverySink? pastTo)
        : IRecoverySink, IDisposable
    {
        private readonly ManualResetEventSlim _ended = new();
        private Exception? _reason;

        public bool Restore(StoredSnapshot snapshot) => pastTo?.Restore(snapshot) ?? false;

        public void Apply(in StoredEvent stored) => pastTo?.Apply(stored);

        public void Recovered(EntityStream durable, long lastSequenceNr)
        {
            lock (journal._gate)
            {
                stream.Durable = durable;
                journal.Pump();
            }

            _ended.Set();
        }

        public void Failed(Exception reason)
        {
            _reason = reason;
            journal.Fail(reason);
            _ended.Set();
        }

        public Exception? Wait()
        {
            _ended.Wait();
            return _reason;
        }

        public void Dispose() => _ended.Dispose();
    }

    private sealed class Subscription(WriteBehindJournal journal, Action<long> committed) : IDisposable
    {
        public void Dispose() => journal._listeners.Remove(committed);
    }
}
