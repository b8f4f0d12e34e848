using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;
using ActorTrade.Kernel;

namespace ActorTrade.Journal.Simulated;

/// <summary>
/// The database that the nodes of a simulated cluster share: events in commit order, snapshots, and the epoch of each
/// shard. Deterministic from its seed, on simulated time.
/// </summary>
/// <remarks>
/// A call of a node is one transaction. In it each append is checked for itself, against the epoch of its shard and
/// against the last sequence number of its entity, and a bad one does not sink the others. A call whose caller has
/// given it up may still be carried out later: it lay in a connection that was cut.
/// </remarks>
public sealed class SimulatedStore
{
    private readonly SeededRandom _random;
    private readonly Func<EntityId, ShardId> _shardOf;
    private readonly List<CommittedEvent> _events = [];
    private readonly Dictionary<EntityId, List<int>> _placesOfEntities = [];
    private readonly Dictionary<EntityId, StoredSnapshot> _snapshots = [];
    private readonly Dictionary<ShardId, long> _epochs = [];
    private readonly List<SimulatedStoreJournal> _journals = [];
    private long _bytes;
    private long _nextOrdering = 1;

    /// <param name="time">The true time.</param>
    /// <param name="seed">Latencies and gaps come from it.</param>
    /// <param name="shardOf">The shard of each entity; never changes.</param>
    /// <param name="settings">Null for the defaults.</param>
    public SimulatedStore(
        SimulatedTime time, ulong seed, Func<EntityId, ShardId> shardOf, SimulatedStoreSettings? settings = null)
    {
        Time = time;
        _random = new SeededRandom(seed);
        _shardOf = shardOf;
        Settings = settings ?? new SimulatedStoreSettings();
    }

    public SimulatedStoreSettings Settings { get; }

    /// <summary>False plants a bug: appends under stale epochs are stored.</summary>
    public bool ChecksEpochs { get; set; } = true;

    /// <summary>Asked once a commit, with the node's name; null for no faults. Give it a seeded choice.</summary>
    public Func<string, CommitFault>? Faults { get; set; }

    /// <summary>Asked once a snapshot; true loses it.</summary>
    public Func<bool>? LosesSnapshot { get; set; }

    /// <summary>False between <see cref="Stop"/> and <see cref="Start"/>.</summary>
    public bool IsRunning { get; private set; } = true;

    internal SimulatedTime Time { get; }

    // One for the store and all its journals.
    internal Lock Gate { get; } = new();

    internal long LastOrdering => _events.Count == 0 ? 0 : _events[^1].Event.Ordering;

    /// <summary>The journal of one process.</summary>
    public SimulatedStoreJournal Connect(SimulatedProcess process)
    {
        lock (Gate)
        {
            var journal = new SimulatedStoreJournal(this, process);
            _journals.Add(journal);
            process.OnCrash(() => Forget(journal));
            return journal;
        }
    }

    /// <summary>Every connection ends. What was committed stays; calls that arrive now are not carried out, and their
    /// callers cannot tell.</summary>
    public void Stop() => IsRunning = false;

    /// <summary>Takes calls again.</summary>
    public void Start() => IsRunning = true;

    /// <summary>The epoch of the shard; 0 before the first take-over.</summary>
    public long EpochOf(ShardId shard)
    {
        lock (Gate)
        {
            return _epochs.GetValueOrDefault(shard);
        }
    }

    /// <summary>Every event in commit order, with who stored it: of each shard the epochs never fall.</summary>
    public IReadOnlyList<CommittedEvent> History()
    {
        lock (Gate)
        {
            return [.. _events];
        }
    }

    internal ShardId ShardOf(EntityId entity) => _shardOf(entity);

    internal TimeSpan NextLatency()
    {
        lock (Gate)
        {
            return Settings.Latency + (Settings.Jitter * _random.NextDouble());
        }
    }

    internal void Forget(SimulatedStoreJournal journal)
    {
        lock (Gate)
        {
            _journals.Remove(journal);
        }
    }

    /// <summary>Carries a call out, and tells the other nodes of a commit.</summary>
    /// <returns>What the store answers; null where the connection ends instead.</returns>
    internal SimulatedStoreReply? Receive(SimulatedStoreJournal from, IReadOnlyList<object> requests)
    {
        if (!IsRunning)
        {
            return null;
        }

        lock (Gate)
        {
            var before = LastOrdering;
            var reply = new SimulatedStoreReply(LastOrdering);
            Read(requests, reply);
            var isAnswered = Commit(from, requests, reply);
            reply.LastOrdering = LastOrdering;
            if (LastOrdering != before)
            {
                _journals.Where(j => j != from).ToList().ForEach(j => j.Notice(LastOrdering));
            }

            return isAnswered ? reply : null;
        }
    }

    internal IReadOnlyList<StoredEvent> EventsAfter(long ordering)
    {
        lock (Gate)
        {
            var first = _events.Count;
            while (first > 0 && _events[first - 1].Event.Ordering > ordering)
            {
                first--;
            }

            return _events.Skip(first).Select(e => e.Event).ToList();
        }
    }

    internal IReadOnlyList<(EntityId Entity, StoredSnapshot Snapshot)> Snapshots()
    {
        lock (Gate)
        {
            return _snapshots.Select(s => (s.Key, s.Value)).ToList();
        }
    }

    internal IReadOnlyList<(EntityId Entity, DateTimeOffset WakeAt)> WakeUps(ShardId? shard)
    {
        lock (Gate)
        {
            return _placesOfEntities
                .Select(p => (Entity: p.Key, Last: _events[p.Value[^1]]))
                .Where(p => p.Last.Event.WakeAt is not null && (shard is null || p.Last.Shard == shard))
                .Select(p => (p.Entity, p.Last.Event.WakeAt!.Value))
                .ToList();
        }
    }

    internal JournalStatistics Statistics(long commits)
    {
        lock (Gate)
        {
            return new JournalStatistics(_events.Count, _bytes, _placesOfEntities.Count, _snapshots.Count, commits);
        }
    }

    private void Read(IReadOnlyList<object> requests, SimulatedStoreReply reply)
    {
        foreach (var request in requests)
        {
            if (request is SimulatedStoreJournal.Recovery { Stream.Entity: var entity })
            {
                var events = _placesOfEntities.GetValueOrDefault(entity, []).Select(i => _events[i].Event).ToList();
                reply.Results[request] = new RecoveryResult(_snapshots.GetValueOrDefault(entity), events);
            }
            else if (request is SimulatedStoreJournal.TakingOver { Shard: var shard })
            {
                _epochs[shard] = _epochs.GetValueOrDefault(shard) + 1;
                reply.Results[request] = new TakeOverResult(_epochs[shard], WakeUps(shard));
            }
        }
    }

    // False where the answer gets lost, and so what became of it.
    private bool Commit(SimulatedStoreJournal from, IReadOnlyList<object> requests, SimulatedStoreReply reply)
    {
        var lastOf = new Dictionary<EntityId, long>();
        foreach (var append in requests.OfType<AppendRequest>())
        {
            var check = Check(append, lastOf);
            reply.Results[append] = check;
            if (check == AppendCheck.Accepted)
            {
                lastOf[append.Stream.Entity] = append.FirstSequenceNr + append.Events.Length - 1;
            }
        }

        var accepted = requests.OfType<AppendRequest>().Where(a => reply.Results[a] is AppendCheck.Accepted).ToList();
        var fault = accepted.Count > 0 && Faults is { } faults ? faults(from.Node) : CommitFault.None;
        if (fault is CommitFault.Fail)
        {
            accepted.ForEach(a => reply.Results[a] = AppendCheck.Undone);
        }
        else if (fault is not CommitFault.UnknownLost)
        {
            accepted.ForEach(a => Store(a, from.Node));
            requests.OfType<SimulatedStoreJournal.SavedSnapshot>().ToList().ForEach(Store);
        }

        if (accepted.Count > 0 && _random.NextDouble() < Settings.OrderingGaps)
        {
            _nextOrdering++;
        }

        return fault is CommitFault.None or CommitFault.Fail;
    }

    private AppendCheck Check(AppendRequest append, Dictionary<EntityId, long> lastOf)
    {
        var stream = (SimulatedStoreJournal.Stream)append.Stream;
        if (ChecksEpochs && stream.ShardEpoch != _epochs.GetValueOrDefault(stream.Shard))
        {
            return AppendCheck.StaleEpoch;
        }

        var last = lastOf.TryGetValue(stream.Entity, out var staged) ? staged : LastSequenceNrOf(stream.Entity);
        return append.FirstSequenceNr == last + 1 ? AppendCheck.Accepted : AppendCheck.TakenKey;
    }

    private int LastSequenceNrOf(EntityId entity) => _placesOfEntities.GetValueOrDefault(entity)?.Count ?? 0;

    private void Store(AppendRequest append, string node)
    {
        var stream = (SimulatedStoreJournal.Stream)append.Stream;
        if (!_placesOfEntities.TryGetValue(stream.Entity, out var places))
        {
            _placesOfEntities.Add(stream.Entity, places = []);
        }

        foreach (var @event in append.Events)
        {
            places.Add(_events.Count);
            var stored = new StoredEvent(
                _nextOrdering++,
                stream.Entity,
                places.Count,
                append.At,
                append.WakeAt,
                @event.StoredName,
                @event.Payload);
            _events.Add(new CommittedEvent(stored, stream.Shard, stream.ShardEpoch, node));
            _bytes += @event.Payload.Length;
        }
    }

    private void Store(SimulatedStoreJournal.SavedSnapshot saved)
    {
        var stream = saved.Stream;
        var isStale = ChecksEpochs && stream.ShardEpoch != _epochs.GetValueOrDefault(stream.Shard);
        var kept = _snapshots.GetValueOrDefault(stream.Entity)?.SequenceNr ?? 0;
        var sequenceNr = saved.State.SequenceNr;
        if (!isStale
            && sequenceNr > kept
            && sequenceNr <= LastSequenceNrOf(stream.Entity)
            && LosesSnapshot?.Invoke() != true)
        {
            _snapshots[stream.Entity] = saved.State;
        }
    }
}

/// <summary>What the store made of one append.</summary>
internal enum AppendCheck
{
    Accepted = 0,

    /// <summary>Another node has taken the shard over.</summary>
    StaleEpoch = 1,

    /// <summary>It does not follow the entity's last event.</summary>
    TakenKey = 2,

    /// <summary>The commit failed as a whole.</summary>
    Undone = 3,
}

internal sealed record RecoveryResult(StoredSnapshot? Snapshot, IReadOnlyList<StoredEvent> Events);

internal sealed record TakeOverResult(long Epoch, IReadOnlyList<(EntityId Entity, DateTimeOffset WakeAt)> WakeUps);

/// <summary>The store's answer to one call.</summary>
internal sealed class SimulatedStoreReply(long lastOrdering)
{
    public long LastOrdering { get; set; } = lastOrdering;

    public Dictionary<object, object> Results { get; } = new(ReferenceEqualityComparer.Instance);
}
