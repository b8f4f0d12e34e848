using System.Collections.Concurrent;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Journal;
using ActorTrade.Journal.Entities;
using ActorTrade.Journal.Sharding;
using ActorTrade.Kernel;

namespace ActorTrade.Cluster.Sharding;

/// <summary>Bounds and times of the entities of one process.</summary>
public sealed record LocalShardsOptions
{
    /// <summary>An entity that nobody asked anything for about this long stops, if
    /// nothing of it is under way.</summary>
    public TimeSpan PassivateAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Entities in memory at once; more are refused as unavailable.</summary>
    public int LoadedMax { get; init; } = 1_000_000;

    /// <summary>How often due wake-ups of entities that are not in memory are looked for.</summary>
    public TimeSpan WakeEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Wake-ups started at each look, so that a restart after a long stop does
    /// not recover everything at once.</summary>
    public int WakesAtOnce { get; init; } = 1_000;
}

/// <summary>
/// The entities of one process: finds or starts the actor of an entity, passivates the idle, and wakes those whose time
/// has come. Senders reach the actor directly; there is no actor in between. Alone, a process serves every entity; in a
/// cluster those of the shards that are open here.
/// </summary>
/// <remarks>
/// The journal's epoch, not this table, guards that an entity has one writer: should two actors of one entity ever
/// overlap, the older one's appends are fenced.
/// </remarks>
public sealed class LocalShards : IEntities
{
    private const int SweepsUntilIdle = 4;

    // Of an id, in an actor's name, which is for people and has a bound of its own.
    private const int NamedLengthMax = 160;
    private readonly ActorSystem _system;
    private readonly LocalShardsOptions _options;
    private readonly EntityEnvironment _environment;
    private readonly Dictionary<string, IEntityDefinition> _definitions;
    private readonly ConcurrentDictionary<string, IOutsideEntities> _outside = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<EntityId, Slot> _slots = new();
    private readonly Func<EntityId, ShardId>? _shardOf;
    private readonly ConcurrentDictionary<ShardId, OpenShard> _open = new();
    private readonly Lock _wakeGate = new();
    private readonly PriorityQueue<EntityId, long> _wakes = new();
    private readonly Dictionary<EntityId, long> _nextWakes = [];
    private int _loaded;
    private int _incarnations;
    private volatile int _sweep;

    /// <param name="system">Where the actors live.</param>
    /// <param name="journal">What they are folded from; owned by the caller.</param>
    /// <param name="definitions">The entity kinds served here.</param>
    /// <param name="catalog">The stored records of these kinds.</param>
    /// <param name="mode">What the system allows now.</param>
    /// <param name="options">Bounds and times.</param>
    /// <param name="network">What lies between an entity's effects and their targets;
    /// nothing where it is alone, the cluster's routes, or a simulation's.</param>
    /// <param name="shardOf">In a cluster, an entity's shard; then none is open in the beginning. Null where every
    /// entity is served here.</param>
    public LocalShards(
        ActorSystem system,
        IJournal journal,
        IEnumerable<IEntityDefinition> definitions,
        EventCatalog catalog,
        Func<SystemMode> mode,
        LocalShardsOptions? options = null,
        Func<IEntities, IEntities>? network = null,
        Func<EntityId, ShardId>? shardOf = null)
    {
        ArgumentNullException.ThrowIfNull(journal);
        _system = system;
        _options = options ?? new LocalShardsOptions();
        _definitions = definitions.ToDictionary(d => d.Category, StringComparer.Ordinal);
        _environment = new EntityEnvironment
        {
            Journal = journal,
            Catalog = catalog,
            Entities = network?.Invoke(this) ?? this,
            Mode = mode,
            Release = (entity, mailbox, wakeAt) => Release(entity, mailbox, wakeAt),
            OnPoison = (entity, fact) => Poisoned?.Invoke(entity, fact),
        };
        _shardOf = shardOf;
        foreach (var (entity, wakeAt) in shardOf is null ? journal.ReadWakeUps() : [])
        {
            WakeLater(entity, wakeAt);
        }

        _system.Spawn(() => new WakeScheduler(this), "wake-scheduler");
    }

    /// <summary>A command was journaled as not to be run again. Raised in the entity's turn: only hand it on.</summary>
    public event Action<EntityId, HostEvent.CommandPoisoned>? Poisoned;

    public EntityMetrics Metrics => _environment.Metrics;

    /// <summary>Entities in memory.</summary>
    public int Loaded => Volatile.Read(ref _loaded);

    /// <summary>Wake-ups that wait for their time, of entities that are or were not in memory.</summary>
    public int WakesWaiting
    {
        get
        {
            lock (_wakeGate)
            {
                return _wakes.Count;
            }
        }
    }

    /// <summary>Makes something outside the journal reachable under a category. Replaces an earlier one.</summary>
    public void AddOutside(string category, IOutsideEntities outside) => _outside[category] = outside;

    /// <summary>Whether the category is served by something outside the journal.</summary>
    public bool IsOutside(string category) => _outside.ContainsKey(category);

    public void Send(EntityId target, ICommand command, CommandHeader header, IAnswerSink? answerTo)
    {
        if (!TrySend(target, command, header, answerTo))
        {
            answerTo?.Answered(new Answer.Refused(RefusalReason.Unavailable));
        }
    }

    public void Query(EntityId target, IAnswerSink answerTo)
    {
        if (!TryQuery(target, answerTo))
        {
            answerTo.Answered(new Answer.Refused(RefusalReason.Unavailable));
        }
    }

    /// <summary>As <see cref="Send"/>; false, and nothing was done, where the entity's shard is not open
    /// here.</summary>
    /// <param name="isSuspect">It was delivered so often that it probably ends the process that runs it.</param>
    public bool TrySend(
        EntityId target, ICommand command, CommandHeader header, IAnswerSink? answerTo, bool isSuspect = false)
    {
        if (_outside.TryGetValue(target.Category, out var outside))
        {
            outside.Handle(target, command, header, answerTo);
            return true;
        }

        if (_definitions.TryGetValue(target.Category, out var definition)
            && definition.CommandType.IsInstanceOfType(command))
        {
            var message = new CommandMessage(command, header, answerTo) { IsSuspect = isSuspect };
            return Deliver(target, definition, message, answerTo) != Delivery.NotHere;
        }

        answerTo?.Answered(new Answer.Refused(RefusalReason.UnknownCategory));
        return true;
    }

    /// <summary>As <see cref="Query"/>; false, and nothing was done, where the entity's shard is not open
    /// here.</summary>
    public bool TryQuery(EntityId target, IAnswerSink answerTo)
    {
        ArgumentNullException.ThrowIfNull(answerTo);
        if (_definitions.TryGetValue(target.Category, out var definition))
        {
            return Deliver(target, definition, new QueryMessage(answerTo), answerTo) != Delivery.NotHere;
        }

        answerTo.Answered(new Answer.Refused(RefusalReason.UnknownCategory));
        return true;
    }

    /// <summary>Serves the shard's entities from now on; its wake-ups were given by whoever took it over.</summary>
    public void Open(ShardId shard, IEnumerable<(EntityId Entity, DateTimeOffset WakeAt)> wakeUps)
    {
        ArgumentNullException.ThrowIfNull(wakeUps);
        foreach (var (entity, wakeAt) in wakeUps)
        {
            WakeLater(entity, wakeAt);
        }

        _open[shard] = new OpenShard();
    }

    /// <summary>
    /// Takes nothing new for the shard's entities; each finishes what is on its way to the journal and leaves memory.
    /// </summary>
    /// <param name="shard">An open shard; of another it is over at once.</param>
    /// <param name="drained">Runs once when the last has left, or the shard is dropped.</param>
    public void Drain(ShardId shard, Action drained)
    {
        ArgumentNullException.ThrowIfNull(drained);
        if (!_open.TryGetValue(shard, out var open) || !open.BeginDrain(drained))
        {
            drained();
            return;
        }

        foreach (var (entity, slot) in InOrder(s => s.Shard == open))
        {
            slot.IsDeparting = true;
            if (!slot.TellReserved(DepartMessage.Instance))
            {
                Release(entity, slot, wakeAt: null);
            }
        }

        open.EndDrainIfEmpty();
        ForgetWakes(shard);
    }

    /// <summary>
    /// Ends serving the shard at once: another node owns it. Whatever its entities have in memory no longer counts;
    /// whoever waits for them hears that the outcome is unknown, and what waits before them is sent on.
    /// </summary>
    public void Drop(ShardId shard)
    {
        if (!_open.TryRemove(shard, out var open))
        {
            return;
        }

        open.Close();
        foreach (var (entity, slot) in InOrder(s => s.Shard == open))
        {
            slot.IsDropped = true;
            slot.TellReserved(DropMessage.Instance);
            Release(entity, slot, wakeAt: null);
        }

        ForgetWakes(shard);
    }

    /// <summary>Entities in memory of each open shard.</summary>
    public IReadOnlyDictionary<ShardId, int> LoadedByShard() => _open.ToDictionary(o => o.Key, o => o.Value.Slots);

    private Delivery Deliver(
        EntityId target, IEntityDefinition definition, IEntityMessage message, IAnswerSink? answerTo)
    {
        // A second round only where the actor stopped between being found and being told.
        for (var round = 0; round < 3; round++)
        {
            if (!TryFindSlot(target, definition, out var slot))
            {
                return Delivery.NotHere;
            }

            if (slot is null)
            {
                break;
            }

            slot.LastUsedInSweep = _sweep;
            if (slot.Tell(message))
            {
                return Delivery.Done;
            }

            if (!slot.IsStopped)
            {
                answerTo?.Answered(new Answer.Refused(RefusalReason.MailboxFull));
                return Delivery.Refused;
            }

            Release(target, slot, wakeAt: null);
        }

        answerTo?.Answered(new Answer.Refused(RefusalReason.Unavailable));
        return Delivery.Refused;
    }

    // False where its shard is not open here; a null slot where it cannot be started.
    private bool TryFindSlot(EntityId target, IEntityDefinition definition, out Slot? slot)
    {
        if (_slots.TryGetValue(target, out slot))
        {
            return true;
        }

        OpenShard? shard = null;
        if (_shardOf is not null && (!_open.TryGetValue(_shardOf(target), out shard) || !shard.IsOpen))
        {
            return false;
        }

        if (Loaded >= _options.LoadedMax || target.Category.Length + 1 + target.Key.Length > EntityId.LengthMax)
        {
            return true;
        }

        var made = new Slot(shard);
        slot = _slots.GetOrAdd(target, made);
        if (!ReferenceEquals(slot, made))
        {
            return true;
        }

        Interlocked.Increment(ref _loaded);
        shard?.Add();

        // Looked at again: whoever closes it in between either finds the slot in the table or is seen here.
        var isHere = shard is null || shard.IsOpen;
        if (!made.Start(() => isHere ? Spawn(target, definition, made) : null))
        {
            Release(target, made, wakeAt: null);
            slot = null;
        }

        return isHere;
    }

    // Null where the system is stopping and takes no actors any more.
    private ActorRef<IEntityMessage>? Spawn(EntityId target, IEntityDefinition definition, Slot slot)
    {
        // Two lives of one entity may overlap for a moment, so each has a name of its own.
        var named = target.ToString().Replace('/', ':');
        named = named.Length <= NamedLengthMax ? named : named[..NamedLengthMax];
        slot.Number = Interlocked.Increment(ref _incarnations);
        var name = $"{named}#{slot.Number}";
        var options = new SpawnOptions { Capacity = definition.Limits.MailboxCapacity };
        try
        {
            return _system.Spawn(() => new EntityActor(_environment, definition, target, slot), name, options);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private bool Release(EntityId entity, IEntityMailbox mailbox, DateTimeOffset? wakeAt)
    {
        if (!_slots.TryRemove(new KeyValuePair<EntityId, Slot>(entity, (Slot)mailbox)))
        {
            return false;
        }

        Interlocked.Decrement(ref _loaded);
        ((Slot)mailbox).Shard?.Remove();
        if (wakeAt is { } due)
        {
            WakeLater(entity, due);
        }

        return true;
    }

    // One that waits already and is due no later is enough: the entity, once woken, sees to the rest. So an entity that
    // comes and goes while its wake-up is far away does not leave one behind each time.
    private void WakeLater(EntityId entity, DateTimeOffset due)
    {
        lock (_wakeGate)
        {
            if (!_nextWakes.TryGetValue(entity, out var waiting) || due.UtcTicks < waiting)
            {
                _nextWakes[entity] = due.UtcTicks;
                _wakes.Enqueue(entity, due.UtcTicks);
            }
        }
    }

    private void ForgetWakes(ShardId shard)
    {
        lock (_wakeGate)
        {
            foreach (var entity in _nextWakes.Keys.Where(e => _shardOf!(e) == shard).ToList())
            {
                _nextWakes.Remove(entity);
            }
        }
    }

    private void Wake()
    {
        var now = _system.Time.GetUtcNow();
        for (var left = _options.WakesAtOnce; left > 0; left--)
        {
            EntityId due;
            lock (_wakeGate)
            {
                if (!_wakes.TryPeek(out due, out var at) || at > now.UtcTicks)
                {
                    return;
                }

                _wakes.Dequeue();
                if (!_nextWakes.TryGetValue(due, out var next) || next != at)
                {
                    // A nearer one has been there since.
                    continue;
                }

                _nextWakes.Remove(due);
            }

            // To recover is to be woken: what is outstanding runs, and the entity sets its own timer from there on.
            if (_definitions.TryGetValue(due.Category, out var definition)
                && Deliver(due, definition, WakeMessage.Instance, answerTo: null) == Delivery.Refused)
            {
                WakeLater(due, now + _options.WakeEvery);
            }
        }
    }

    private void Sweep()
    {
        var now = ++_sweep;
        foreach (var (entity, slot) in InOrder(s => s.IsStopped || now - s.LastUsedInSweep > SweepsUntilIdle))
        {
            if (slot.IsStopped)
            {
                // Given up by its supervisor, with its timers and effects: they go on as soon as it recovers.
                Release(entity, slot, _system.Time.GetUtcNow());
            }
            else
            {
                slot.Tell(PassivateMessage.Instance);
            }
        }
    }

    // In the order of their starts: the table's own order changes from process to process, and a replay must not.
    private IOrderedEnumerable<KeyValuePair<EntityId, Slot>> InOrder(Func<Slot, bool> which) =>
        _slots.Where(s => which(s.Value)).OrderBy(s => s.Value.Number);

    /// <summary>One entity's place in the table, from before its actor is started.</summary>
    private sealed class Slot(OpenShard? shard) : IEntityMailbox
    {
        private readonly ManualResetEventSlim _started = new(false);
        private ActorRef<IEntityMessage>? _actor;
        private bool _isDropped;
        private bool _isDeparting;

        /// <summary>Null where the process serves every entity.</summary>
        public OpenShard? Shard { get; } = shard;

        public bool IsDropped { get => Volatile.Read(ref _isDropped); set => Volatile.Write(ref _isDropped, value); }

        public bool IsDeparting
        {
            get => Volatile.Read(ref _isDeparting);
            set => Volatile.Write(ref _isDeparting, value);
        }

        public int LastUsedInSweep { get; set; }

        /// <summary>Rises with every start.</summary>
        public int Number { get; set; }

        public bool IsStopped => Actor?.IsStopped ?? true;

        // The few senders that find the slot in the moment before its actor is there wait for that moment. Null where
        // it could not be started.
        private ActorRef<IEntityMessage>? Actor
        {
            get
            {
                if (Volatile.Read(ref _actor) is { } actor)
                {
                    return actor;
                }

                _started.Wait();
                return _actor;
            }
        }

        public bool Tell(IEntityMessage message) => Actor?.Tell(message) ?? false;

        public bool TellReserved(IEntityMessage message) => Actor?.TellReserved(message) ?? false;

        /// <summary>False where there is no actor. Whatever happens, nobody waits for it any longer.</summary>
        public bool Start(Func<ActorRef<IEntityMessage>?> spawn)
        {
            try
            {
                Volatile.Write(ref _actor, spawn());
                return _actor is not null;
            }
            finally
            {
                _started.Set();
            }
        }
    }

    /// <summary>One open shard: how many of its entities are in memory, and whether it takes new ones.</summary>
    private sealed class OpenShard
    {
        private int _slots;
        private Action? _drained;
        private volatile bool _isClosed;

        public bool IsOpen => !_isClosed;

        public int Slots => Volatile.Read(ref _slots);

        public void Add() => Interlocked.Increment(ref _slots);

        public void Remove()
        {
            Interlocked.Decrement(ref _slots);
            EndDrainIfEmpty();
        }

        /// <summary>False where it is being drained already.</summary>
        public bool BeginDrain(Action drained)
        {
            if (Interlocked.CompareExchange(ref _drained, drained, null) is not null || _isClosed)
            {
                return false;
            }

            _isClosed = true;
            return true;
        }

        public void EndDrainIfEmpty()
        {
            if (_isClosed && Slots == 0)
            {
                Interlocked.Exchange(ref _drained, null)?.Invoke();
            }
        }

        public void Close()
        {
            _isClosed = true;
            Interlocked.Exchange(ref _drained, null)?.Invoke();
        }
    }

    private enum Delivery
    {
        Done,

        /// <summary>Not taken, and whoever waits has heard why.</summary>
        Refused,

        /// <summary>Not taken: its shard is not open here.</summary>
        NotHere,
    }

    private enum Tick
    {
        Wake,
        Sweep,
    }

    private sealed class WakeScheduler(LocalShards shards) : Actor<WakeScheduler.Due>
    {
        protected override void PreStart()
        {
            var sweep = shards._options.PassivateAfter / SweepsUntilIdle;
            Context.SchedulePeriodic("wake", shards._options.WakeEvery, new Due(Tick.Wake));
            Context.SchedulePeriodic("sweep", sweep, new Due(Tick.Sweep));
            Context.Self.Tell(new Due(Tick.Wake));
        }

        protected override void Receive(Due message)
        {
            if (message.Tick == Tick.Wake)
            {
                shards.Wake();
            }
            else
            {
                shards.Sweep();
            }
        }

        internal sealed record Due(Tick Tick);
    }
}
