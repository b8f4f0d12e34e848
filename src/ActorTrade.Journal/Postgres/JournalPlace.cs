using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Journal.Postgres;

/// <summary>What the threads of one open journal share: who may append to what, how far it is, who listens.</summary>
internal sealed class JournalPlace(int streamsMax)
{
    private readonly Dictionary<ShardId, HeldShard> _held = [];
    private readonly Dictionary<EntityId, PostgresEntityStream> _streams = [];
    private readonly Queue<PostgresEntityStream> _byAge = [];
    private Action<long>[] _committed = [];
    private Action<ShardId>[] _fenced = [];
    private long _streamEpochs;
    private long _lastOrdering;
    private Exception? _failure;

    /// <summary>Guards the shards, the streams and the writer's queue.</summary>
    public object Gate { get; } = new();

    public long LastOrdering => Volatile.Read(ref _lastOrdering);

    public Exception? Failure => Volatile.Read(ref _failure);

    public bool HasListeners => Volatile.Read(ref _committed).Length > 0;

    /// <summary>The first reason stays.</summary>
    public void Fail(Exception reason) => Interlocked.CompareExchange(ref _failure, reason, null);

    /// <summary>True where it rose.</summary>
    public bool Advance(long ordering)
    {
        var before = LastOrdering;
        while (ordering > before)
        {
            var found = Interlocked.CompareExchange(ref _lastOrdering, ordering, before);
            if (found == before)
            {
                return true;
            }

            before = found;
        }

        return false;
    }

    /// <summary>Null where this node does not hold it. Under the gate.</summary>
    public HeldShard? Holding(ShardId shard) => _held.GetValueOrDefault(shard);

    /// <summary>Under the gate.</summary>
    public IReadOnlyList<HeldShard> AllHeld() => [.. _held.Values];

    public void Take(HeldShard shard)
    {
        lock (Gate)
        {
            if (_held.TryGetValue(shard.Shard, out var earlier))
            {
                earlier.IsFenced = true;
            }

            _held[shard.Shard] = shard;
        }
    }

    public void Release(ShardId shard)
    {
        lock (Gate)
        {
            if (_held.Remove(shard, out var held))
            {
                held.IsReleased = true;
            }
        }
    }

    /// <summary>The store knows a higher epoch. Told once, and only of a shard still held.</summary>
    public void Lose(HeldShard shard)
    {
        lock (Gate)
        {
            shard.IsFenced = true;
            if (Holding(shard.Shard) != shard)
            {
                return;
            }

            _held.Remove(shard.Shard);
        }

        Tell(Volatile.Read(ref _fenced), shard.Shard);
    }

    /// <summary>A new stream, which fences the entity's earlier one. Under the gate.</summary>
    public PostgresEntityStream OpenStream(EntityId entity, HeldShard shard)
    {
        var stream = new PostgresEntityStream(this, entity, ++_streamEpochs, shard);
        if (_streams.TryGetValue(entity, out var earlier))
        {
            earlier.IsFenced = true;
        }

        _streams[entity] = stream;
        _byAge.Enqueue(stream);
        Forget();
        return stream;
    }

    /// <summary>Nothing decided on top of what was not stored may be stored.</summary>
    public void Fence(PostgresEntityStream stream)
    {
        lock (Gate)
        {
            stream.IsFenced = true;
            if (_streams.TryGetValue(stream.Entity, out var current) && current == stream)
            {
                _streams.Remove(stream.Entity);
            }
        }
    }

    public IDisposable OnCommitted(Action<long> committed) =>
        new Listening<long>(this, () => ref _committed, committed);

    public IDisposable OnFenced(Action<ShardId> fenced) =>
        new Listening<ShardId>(this, () => ref _fenced, fenced);

    /// <summary>Tells the listeners how far the journal is.</summary>
    public void Announce() => Tell(Volatile.Read(ref _committed), LastOrdering);

    // One faulty listener must not end the thread that tells it.
    private void Tell<T>(Action<T>[] listeners, T news)
    {
        foreach (var listener in listeners)
        {
            try
            {
                listener(news);
            }
            catch (Exception e)
            {
                // It is a bug of the listener, and everybody should see it.
                Fail(e);
            }
        }
    }

    // The oldest streams, most of which were replaced long ago. One still in use is fenced and recovers.
    private void Forget()
    {
        while (_byAge.Count > streamsMax)
        {
            var oldest = _byAge.Dequeue();
            oldest.IsFenced = true;
            if (_streams.TryGetValue(oldest.Entity, out var current) && current == oldest)
            {
                _streams.Remove(oldest.Entity);
            }
        }
    }

    private delegate ref Action<T>[] Listeners<T>();

    private sealed class Listening<T> : IDisposable
    {
        private readonly JournalPlace _place;
        private readonly Listeners<T> _listeners;
        private readonly Action<T> _listener;

        public Listening(JournalPlace place, Listeners<T> listeners, Action<T> listener)
        {
            (_place, _listeners, _listener) = (place, listeners, listener);
            lock (place.Gate)
            {
                Volatile.Write(ref listeners(), [.. listeners(), listener]);
            }
        }

        public void Dispose()
        {
            lock (_place.Gate)
            {
                var left = _listeners().ToList();
                left.Remove(_listener);
                Volatile.Write(ref _listeners(), [.. left]);
            }
        }
    }
}
