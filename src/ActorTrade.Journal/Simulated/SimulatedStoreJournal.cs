using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;
using ActorTrade.Kernel;

namespace ActorTrade.Journal.Simulated;

/// <summary>
/// One node's journal in a <see cref="SimulatedStore"/>. One call is under way at a time; what is asked meanwhile
/// gathers into the next. Where the store does not answer, what was sent is <see cref="AppendOutcome.Unknown"/>, what
/// comes later fails at once, and it asks until the store is back.
/// </summary>
/// <remarks>Calls may come from any thread; callbacks run in turns of the process, one after the other.</remarks>
public sealed class SimulatedStoreJournal : IJournal, IShardFences
{
    private readonly SimulatedStore _store;
    private readonly SimulatedProcess _process;
    private readonly Dictionary<ShardId, long> _held = [];
    private readonly Dictionary<EntityId, long> _epochs = [];
    private readonly List<Action<long>> _committed = [];
    private readonly List<Action<ShardId>> _fenced = [];
    private readonly ITimer _flush;
    private readonly ITimer _timeout;
    private readonly ITimer _reconnect;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<object> _waiting = [];
    private Connection _connection;
    private List<object>? _call;
    private long _commits;
    private bool _isAway;

    internal SimulatedStoreJournal(SimulatedStore store, SimulatedProcess process)
    {
        _store = store;
        _process = process;
        Link = new SimulatedLink(store.Time, store.NextLatency);
        _connection = new Connection(this);
        LastOrdering = store.LastOrdering;
        _flush = CreateTimer(Flush);
        _timeout = CreateTimer(() => Lost(_connection));
        _reconnect = CreateTimer(Ping);
    }

    public string Node => _process.Name;

    /// <summary>The network between this node and the store, to be cut and healed.</summary>
    public SimulatedLink Link { get; }

    /// <summary>As far as this node has heard.</summary>
    public long LastOrdering { get; private set; }

    public bool HasRoom
    {
        get
        {
            lock (_store.Gate)
            {
                return !_isAway && _waiting.Count < _store.Settings.WaitingRequestsMax;
            }
        }
    }

    public Exception? Failure { get; private set; }

    public void TakeOver(ShardId shard, Action<ShardTakeOver> taken) => Enqueue(new TakingOver(shard, taken));

    public void Release(ShardId shard)
    {
        lock (_store.Gate)
        {
            _held.Remove(shard);
        }
    }

    public void Recover(EntityId entity, IRecoverySink sink)
    {
        var shard = _store.ShardOf(entity);
        long shardEpoch, epoch;
        lock (_store.Gate)
        {
            shardEpoch = _held.GetValueOrDefault(shard);
            _epochs[entity] = epoch = _epochs.GetValueOrDefault(entity) + 1;
        }

        Enqueue(new Recovery(new Stream(this, entity, epoch, shard, shardEpoch), sink));
    }

    public void Append(AppendRequest request)
    {
        if (request.Stream is not Stream stream)
        {
            throw new ArgumentException("An append needs a stream of this kind of journal.", nameof(request));
        }

        bool isHeld;
        lock (_store.Gate)
        {
            isHeld = stream.Journal == this && stream.ShardEpoch == _held.GetValueOrDefault(stream.Shard);
        }

        Enqueue(isHeld ? request : new FencedHere(request));
    }

    public void SaveSnapshot(EntityStream stream, StoredSnapshot snapshot) =>
        Enqueue(new SavedSnapshot((Stream)stream, snapshot));

    /// <inheritdoc/>
    /// <exception cref="JournalUnavailableException">The store is away.</exception>
    public IEnumerable<StoredEvent> ReadAll(long afterOrdering)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterOrdering);
        ThrowIfAway();
        return _store.EventsAfter(afterOrdering);
    }

    /// <inheritdoc/>
    /// <exception cref="JournalUnavailableException">The store is away.</exception>
    public IEnumerable<(EntityId Entity, StoredSnapshot Snapshot)> ReadSnapshots()
    {
        ThrowIfAway();
        return _store.Snapshots();
    }

    /// <inheritdoc/>
    /// <exception cref="JournalUnavailableException">The store is away.</exception>
    public IReadOnlyList<(EntityId Entity, DateTimeOffset WakeAt)> ReadWakeUps()
    {
        ThrowIfAway();
        return _store.WakeUps(null);
    }

    public IDisposable OnCommitted(Action<long> committed) => new Subscription<long>(this, _committed, committed);

    public IDisposable OnFenced(Action<ShardId> fenced) => new Subscription<ShardId>(this, _fenced, fenced);

    public JournalStatistics Statistics() => _store.Statistics(_commits);

    /// <summary>Stores what waits and closes.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_store.Gate)
        {
            Failure ??= new ObjectDisposedException(nameof(SimulatedStoreJournal));
            SetTimer(_flush, TimeSpan.Zero);
        }

        return new ValueTask(_drained.Task);
    }

    /// <summary>The store tells of a commit of another node; one that is away asks when it is back.</summary>
    internal void Notice(long lastOrdering)
    {
        if (!_isAway)
        {
            _connection.ToClient(() => Tell([Committed(lastOrdering)]));
        }
    }

    private static void SetTimer(ITimer timer, TimeSpan due) => timer.Change(due, Timeout.InfiniteTimeSpan);

    private static void Unset(ITimer timer) => timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private static void Tell(IEnumerable<Action?> heard)
    {
        foreach (var tell in heard)
        {
            tell?.Invoke();
        }
    }

    private ITimer CreateTimer(Action due) =>
        _process.Time.CreateTimer(_ => due(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private void ThrowIfAway()
    {
        if (_isAway || !_store.IsRunning || Link.IsCutToServer || Link.IsCutFromServer)
        {
            throw new JournalUnavailableException("The store does not answer.", new StoreUnreachableException());
        }
    }

    private void Enqueue(object request)
    {
        lock (_store.Gate)
        {
            if (Failure is null)
            {
                _waiting.Add(request);
                if (_waiting.Count == 1 && _call is null)
                {
                    SetTimer(_flush, TimeSpan.Zero);
                }

                return;
            }
        }

        Tell([Undone(request, Failure, AppendOutcome.Failed)]);
    }

    private void Flush()
    {
        List<Action?> heard = [];
        lock (_store.Gate)
        {
            if (_call is not null)
            {
                return;
            }

            var batch = _waiting;
            _waiting = [];
            var sent = new List<object>();
            foreach (var request in batch)
            {
                if (RefusedHere(request) is { } refusal)
                {
                    heard.Add(refusal);
                }
                else
                {
                    sent.Add(request);
                }
            }

            if (_isAway)
            {
                heard.AddRange(sent.Select(r => Undone(r, new StoreUnreachableException(), AppendOutcome.Failed)));
            }
            else if (sent.Count > 0)
            {
                Send(sent);
            }

            FinishIfDrained();
        }

        Tell(heard);
    }

    // Under the gate.
    private void Send(List<object> requests)
    {
        _call = requests;
        SetTimer(_timeout, _store.Settings.CallTimeout);
        var connection = _connection;
        connection.ToStore(() =>
        {
            var reply = _store.Receive(this, requests);
            connection.ToClient(() => Answered(connection, requests, reply));
        });
    }

    // Null where the store is to decide.
    private Action? RefusedHere(object request)
    {
        switch (request)
        {
            case FencedHere { Request: var append }:
                return () => append.Completed(AppendOutcome.Fenced);

            case AppendRequest append when !IsCurrent((Stream)append.Stream):
                return () => append.Completed(AppendOutcome.Fenced);

            case SavedSnapshot saved when !IsCurrent(saved.Stream):
                return static () => { };

            case Recovery { Stream.ShardEpoch: 0 } recovery:
                return () => recovery.Sink.Failed(new ShardNotHeldException(recovery.Stream.Shard));

            default:
                return null;
        }
    }

    private bool IsCurrent(Stream stream) => stream.Journal == this && _epochs[stream.Entity] == stream.Epoch;

    private void Answered(Connection connection, List<object> requests, SimulatedStoreReply? reply)
    {
        if (reply is null)
        {
            Lost(connection);
            return;
        }

        List<Action?> heard = [];
        lock (_store.Gate)
        {
            if (connection != _connection || _call != requests)
            {
                return;
            }

            _call = null;
            Unset(_timeout);
            heard.AddRange(requests.Select(r => Done(r, reply.Results.GetValueOrDefault(r))));
            if (requests.OfType<AppendRequest>().Any(r => reply.Results[r] is AppendCheck.Accepted))
            {
                _commits++;
            }

            heard.Add(Committed(reply.LastOrdering));
        }

        Tell(heard);
        Flush();
    }

    // The connection is given up: nothing of its calls can be known.
    private void Lost(Connection connection)
    {
        List<Action?> heard = [];
        lock (_store.Gate)
        {
            if (connection != _connection)
            {
                return;
            }

            _connection = new Connection(this);
            _isAway = true;
            heard.AddRange((_call ?? []).Select(
                r => Undone(r, new StoreUnreachableException(), AppendOutcome.Unknown)));
            _call = null;
            Unset(_timeout);
            SetTimer(_reconnect, _store.Settings.ReconnectAfter);
        }

        Tell(heard);
        Flush();
    }

    private void Ping()
    {
        lock (_store.Gate)
        {
            SetTimer(_reconnect, _store.Settings.CallTimeout);
            var connection = _connection = new Connection(this);
            connection.ToStore(() =>
            {
                var (isRunning, last) = (_store.IsRunning, _store.LastOrdering);
                connection.ToClient(() => Answered(connection, isRunning, last));
            });
        }
    }

    private void Answered(Connection connection, bool isRunning, long lastOrdering)
    {
        Action? heard = null;
        lock (_store.Gate)
        {
            if (connection != _connection || !_isAway)
            {
                return;
            }

            if (isRunning)
            {
                _isAway = false;
                Unset(_reconnect);
                heard = Committed(lastOrdering);
            }
            else
            {
                SetTimer(_reconnect, _store.Settings.ReconnectAfter);
            }
        }

        Tell([heard]);
    }

    private Action? Done(object request, object? result) => (request, result) switch
    {
        (AppendRequest append, AppendCheck check) => Done(append, check),
        (Recovery recovery, RecoveryResult read) => () => Replay(recovery, read),
        (TakingOver taking, TakeOverResult taken) => Done(taking, taken),
        _ => null,
    };

    private Action Done(AppendRequest append, AppendCheck check)
    {
        var stream = (Stream)append.Stream;
        switch (check)
        {
            case AppendCheck.Accepted:
                return () => append.Completed(AppendOutcome.Stored);

            case AppendCheck.Undone:
                Invalidate(stream);
                return () => append.Completed(AppendOutcome.Failed);

            case AppendCheck.StaleEpoch when _held.GetValueOrDefault(stream.Shard) == stream.ShardEpoch:
                _held.Remove(stream.Shard);
                return () =>
                {
                    append.Completed(AppendOutcome.Fenced);
                    _fenced.ToList().ForEach(fenced => fenced(stream.Shard));
                };

            default:
                return () => append.Completed(AppendOutcome.Fenced);
        }
    }

    private Action Done(TakingOver taking, TakeOverResult result)
    {
        _held[taking.Shard] = result.Epoch;
        return () => taking.Taken(new ShardTakeOver(taking.Shard, result.Epoch, result.WakeUps, null));
    }

    private static void Replay(Recovery recovery, RecoveryResult read)
    {
        var restored = read.Snapshot is { } snapshot && recovery.Sink.Restore(snapshot) ? snapshot.SequenceNr : 0;
        foreach (var stored in read.Events.Skip((int)restored))
        {
            recovery.Sink.Apply(stored);
        }

        recovery.Sink.Recovered(recovery.Stream, read.Events.Count);
    }

    private Action? Undone(object request, Exception reason, AppendOutcome outcome)
    {
        switch (request)
        {
            case FencedHere { Request: var append }:
                return () => append.Completed(AppendOutcome.Failed);

            case AppendRequest append:
                Invalidate((Stream)append.Stream);
                return () => append.Completed(outcome);

            case Recovery recovery:
                return () => recovery.Sink.Failed(reason);

            case TakingOver taking:
                return () => taking.Taken(new ShardTakeOver(taking.Shard, 0, [], reason));

            default:
                return null;
        }
    }

    // Whatever was decided on top of what is not certain must not be stored.
    private void Invalidate(Stream stream)
    {
        if (IsCurrent(stream))
        {
            _epochs[stream.Entity]++;
        }
    }

    private Action? Committed(long lastOrdering)
    {
        lock (_store.Gate)
        {
            if (lastOrdering <= LastOrdering)
            {
                return null;
            }

            LastOrdering = lastOrdering;
            var listeners = _committed.ToList();
            return () => listeners.ForEach(committed => committed(lastOrdering));
        }
    }

    private void FinishIfDrained()
    {
        if (Failure is not null && _call is null && _waiting.Count == 0 && _drained.TrySetResult())
        {
            _connection = new Connection(this);
            _reconnect.Dispose();
            _store.Forget(this);
        }
    }

    /// <summary>One connection to the store; given up, what it still carries to the store may arrive there.</summary>
    private sealed class Connection(SimulatedStoreJournal journal)
    {
        private readonly SimulatedPipe _toStore = journal.Link.OpenToServer();
        private readonly SimulatedPipe _toClient = journal.Link.OpenFromServer();
        private readonly SimulatedLane _socket = new(journal._process.Dispatcher);

        public void ToStore(Action action) => _toStore.Send(action);

        public void ToClient(Action action) => _toClient.Send(() => _socket.Post(action));
    }

    internal sealed class Stream(
        SimulatedStoreJournal journal, EntityId entity, long epoch, ShardId shard, long shardEpoch)
        : EntityStream(entity, epoch)
    {
        public SimulatedStoreJournal Journal { get; } = journal;

        public ShardId Shard { get; } = shard;

        /// <summary>0 where the shard was not held.</summary>
        public long ShardEpoch { get; } = shardEpoch;
    }

    internal sealed record Recovery(Stream Stream, IRecoverySink Sink);

    internal sealed record TakingOver(ShardId Shard, Action<ShardTakeOver> Taken);

    internal sealed record SavedSnapshot(Stream Stream, StoredSnapshot State);

    // Its shard was not held any more when it was asked for.
    private sealed record FencedHere(AppendRequest Request);

    private sealed class Subscription<T> : IDisposable
    {
        private readonly SimulatedStoreJournal _journal;
        private readonly List<Action<T>> _listeners;
        private readonly Action<T> _listener;

        public Subscription(SimulatedStoreJournal journal, List<Action<T>> listeners, Action<T> listener)
        {
            (_journal, _listeners, _listener) = (journal, listeners, listener);
            lock (journal._store.Gate)
            {
                listeners.Add(listener);
            }
        }

        public void Dispose()
        {
            lock (_journal._store.Gate)
            {
                _listeners.Remove(_listener);
            }
        }
    }
}
