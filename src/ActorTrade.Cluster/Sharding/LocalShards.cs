using System.Collections.Concurrent;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Journal;
using ActorTrade.Journal.Entities;
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
/// All shards in one process: finds or starts the actor of an entity, passivates the idle, and wakes those whose time
/// has come. Senders reach the actor directly; there is no actor in between.
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
    /// nothing, except in a simulation.</param>
    public LocalShards(
        ActorSystem system,
        IJournal journal,
        IEnumerable<IEntityDefinition> definitions,
        EventCatalog catalog,
        Func<SystemMode> mode,
        LocalShardsOptions? options = null,
        Func<IEntities, IEntities>? network = null)
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
        };
        foreach (var (entity, wakeAt) in journal.ReadWakeUps())
        {
            WakeLater(entity, wakeAt);
        }

        _system.Spawn(() => new WakeScheduler(this), "wake-scheduler");
    }

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

    public void Send(EntityId target, ICommand command, CommandHeader header, IAnswerSink? answerTo)
    {
        if (_outside.TryGetValue(target.Category, out var outside))
        {
            outside.Handle(target, command, header, answerTo);
        }
        else if (_definitions.TryGetValue(target.Category, out var definition)
            && definition.CommandType.IsInstanceOfType(command))
        {
            Deliver(target, definition, new CommandMessage(command, header, answerTo), answerTo);
        }
        else
        {
            answerTo?.Answered(new Answer.Refused(RefusalReason.UnknownCategory));
        }
    }

    public void Query(EntityId target, IAnswerSink answerTo)
    {
        ArgumentNullException.ThrowIfNull(answerTo);
        if (_definitions.TryGetValue(target.Category, out var definition))
        {
            Deliver(target, definition, new QueryMessage(answerTo), answerTo);
        }
        else
        {
            answerTo.Answered(new Answer.Refused(RefusalReason.UnknownCategory));
        }
    }

    private bool Deliver(EntityId target, IEntityDefinition definition, IEntityMessage message, IAnswerSink? answerTo)
    {
        // A second round only where the actor stopped between being found and being told.
        for (var round = 0; round < 3; round++)
        {
            if (SlotOf(target, definition) is not { } slot)
            {
                break;
            }

            slot.LastUsedInSweep = _sweep;
            if (slot.Tell(message))
            {
                return true;
            }

            if (!slot.IsStopped)
            {
                answerTo?.Answered(new Answer.Refused(RefusalReason.MailboxFull));
                return false;
            }

            Release(target, slot, wakeAt: null);
        }

        answerTo?.Answered(new Answer.Refused(RefusalReason.Unavailable));
        return false;
    }

    private Slot? SlotOf(EntityId target, IEntityDefinition definition)
    {
        if (_slots.TryGetValue(target, out var slot))
        {
            return slot;
        }

        if (Loaded >= _options.LoadedMax || target.Category.Length + 1 + target.Key.Length > EntityId.LengthMax)
        {
            return null;
        }

        var made = new Slot();
        slot = _slots.GetOrAdd(target, made);
        if (!ReferenceEquals(slot, made))
        {
            return slot;
        }

        Interlocked.Increment(ref _loaded);
        if (made.Start(() => Spawn(target, definition, made)))
        {
            return made;
        }

        Release(target, made, wakeAt: null);
        return null;
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
                && !Deliver(due, definition, WakeMessage.Instance, answerTo: null))
            {
                WakeLater(due, now + _options.WakeEvery);
            }
        }
    }

    private void Sweep()
    {
        // In the order of their starts: the table's own order changes from process to process, and a replay must not.
        var now = ++_sweep;
        var idle = _slots.Where(s => s.Value.IsStopped || now - s.Value.LastUsedInSweep > SweepsUntilIdle);
        foreach (var (entity, slot) in idle.OrderBy(s => s.Value.Number))
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

    /// <summary>One entity's place in the table, from before its actor is started.</summary>
    private sealed class Slot : IEntityMailbox
    {
        private readonly ManualResetEventSlim _started = new(false);
        private ActorRef<IEntityMessage>? _actor;

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
