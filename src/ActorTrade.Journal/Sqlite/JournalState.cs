using System.Diagnostics.CodeAnalysis;
using ActorTrade.EventSourcing;

namespace ActorTrade.Journal.Sqlite;

/// <summary>What the writer, the readers and the callers of one open journal share.</summary>
internal sealed class JournalState(int emptyEntitiesMax)
{
    private readonly Dictionary<EntityId, EntityHead> _heads = [];
    private readonly Queue<EntityHead> _empty = [];
    private EntityHead?[] _byNumber = new EntityHead?[64];
    private string?[] _names = new string?[64];
    private long _lastOrdering;
    private long _snapshots;
    private long _damagedSnapshots;
    private long _entities;
    private Exception? _failure;

    /// <summary>Guards epochs, registration of entities and the queue of the writer.</summary>
    public object Gate { get; } = new();

    public long LastOrdering
    {
        get => Volatile.Read(ref _lastOrdering);
        set => Volatile.Write(ref _lastOrdering, value);
    }

    public long Snapshots => Volatile.Read(ref _snapshots);

    public long DamagedSnapshots => Volatile.Read(ref _damagedSnapshots);

    public long Entities => Volatile.Read(ref _entities);

    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>The first reason stays.</summary>
    public void Fail(Exception reason) => Interlocked.CompareExchange(ref _failure, reason, null);

    public void CountSnapshot() => Interlocked.Increment(ref _snapshots);

    public void CountDamagedSnapshot() => Interlocked.Increment(ref _damagedSnapshots);

    /// <summary>The head of an entity, made where it has none. Under the gate.</summary>
    public EntityHead HeadOf(EntityId id)
    {
        if (_heads.TryGetValue(id, out var head))
        {
            return head;
        }

        head = new EntityHead(id);
        _heads.Add(id, head);
        Remember(head);
        return head;
    }

    /// <summary>The head belongs to an entity that the file knows from here on. Under
    /// the gate, or while opening.</summary>
    /// <returns>False where the head was forgotten meanwhile.</returns>
    public bool Register(EntityHead head, long number)
    {
        if (!_heads.TryGetValue(head.Id, out var known))
        {
            _heads.Add(head.Id, head);
        }
        else if (!ReferenceEquals(known, head))
        {
            return false;
        }

        head.Number = number;
        Set(ref _byNumber, number, head);
        Interlocked.Increment(ref _entities);
        return true;
    }

    /// <summary>Takes a registration back whose commit failed. Under the gate.</summary>
    public void Unregister(EntityHead head)
    {
        _byNumber[head.Number] = null;
        head.Number = 0;
        Interlocked.Decrement(ref _entities);
        Remember(head);
    }

    public bool TryGetHead(long number, [NotNullWhen(true)] out EntityHead? head)
    {
        head = Get(Volatile.Read(ref _byNumber), number);
        return head is not null;
    }

    public bool TryGetName(long number, [NotNullWhen(true)] out string? name)
    {
        name = Get(Volatile.Read(ref _names), number);
        return name is not null;
    }

    public void SetName(long number, string name) => Set(ref _names, number, name);

    /// <summary>All heads with durable events.</summary>
    public IReadOnlyList<EntityHead> StoredHeads()
    {
        lock (Gate)
        {
            return _heads.Values.Where(h => h.Number != 0).ToList();
        }
    }

    // Whoever asks for ids that do not exist must not fill the memory: the oldest head without events is dropped, and a
    // stream that was given for it is fenced by the epoch.
    private void Remember(EntityHead head)
    {
        _empty.Enqueue(head);
        while (_empty.Count > emptyEntitiesMax)
        {
            var oldest = _empty.Dequeue();
            if (oldest.Number == 0 && _heads.TryGetValue(oldest.Id, out var known) && ReferenceEquals(known, oldest))
            {
                _heads.Remove(oldest.Id);
                oldest.Epoch++;
            }
        }
    }

    private static T? Get<T>(T?[] items, long number)
        where T : class => number > 0 && number < items.Length ? items[number] : null;

    private static void Set<T>(ref T?[] items, long number, T value)
        where T : class
    {
        if (number >= items.Length)
        {
            var larger = new T?[Math.Max(items.Length * 2, number + 1)];
            items.CopyTo(larger, 0);
            Volatile.Write(ref items, larger);
        }

        Volatile.Write(ref items[number], value);
    }
}
