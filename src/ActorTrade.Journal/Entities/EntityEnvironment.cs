using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.Journal.Entities;

/// <summary>What the hosts of all entities of a node share.</summary>
public sealed class EntityEnvironment
{
    public required IJournal Journal { get; init; }

    public required EventCatalog Catalog { get; init; }

    /// <summary>The way to other entities, for effects.</summary>
    public required IEntities Entities { get; init; }

    /// <summary>What the system allows now; read at every decision.</summary>
    public required Func<SystemMode> Mode { get; init; }

    /// <summary>
    /// Told when an entity removes itself from the routing table, before it stops, with the time it
    /// wants to be woken at; true if it was there.
    /// </summary>
    public required Func<EntityId, IEntityMailbox, DateTimeOffset?, bool> Release { get; init; }

    /// <summary>How long an effect's command may wait to be decided, and after what time
    /// without an answer it is sent again.</summary>
    public TimeSpan EffectPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The wait before an effect that was refused is sent again; doubles to
    /// <see cref="EffectRetryMax"/>.</summary>
    public TimeSpan EffectRetryMin { get; init; } = TimeSpan.FromMilliseconds(20);

    public TimeSpan EffectRetryMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Events since the last snapshot must be worth this many times its size in
    /// bytes before the next is taken.</summary>
    public int SnapshotWorth { get; init; } = 4;

    /// <summary>
    /// A poisoned command of the cluster's own is remembered at least so long, since its sender repeats it for ever.
    /// </summary>
    public TimeSpan PoisonPatience { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Told of a poisoned command once that is durable, in the entity's turn: must only hand it on.</summary>
    public Action<EntityId, HostEvent.CommandPoisoned> OnPoison { get; init; } = static (_, _) => { };

    public EntityMetrics Metrics { get; init; } = new();

    internal CrashTable Crashes { get; } = new();
}

/// <summary>The mailbox of one entity, as the routing table holds it.</summary>
public interface IEntityMailbox
{
    bool IsStopped { get; }

    /// <summary>The entity's shard is no longer this node's: nothing that it has in memory counts any more.</summary>
    bool IsDropped { get; }

    /// <summary>The entity's shard goes to another node: a new instance must not begin anything here.</summary>
    bool IsDeparting { get; }

    /// <summary>False where the mailbox is full or the entity has stopped.</summary>
    bool Tell(IEntityMessage message);
}

/// <summary>Counts for operators; see docs/ARCHITECTURE.md for the names.</summary>
public sealed class EntityMetrics
{
    private long _commands;
    private long _events;
    private long _recoveries;
    private long _recoveredEvents;
    private long _drops;
    private long _effectRetries;
    private long _snapshots;
    private long _poisoned;

    public long Commands => Interlocked.Read(ref _commands);

    public long Events => Interlocked.Read(ref _events);

    public long Recoveries => Interlocked.Read(ref _recoveries);

    public long RecoveredEvents => Interlocked.Read(ref _recoveredEvents);

    /// <summary>Entities dropped because an append failed or the rules threw.</summary>
    public long Drops => Interlocked.Read(ref _drops);

    public long EffectRetries => Interlocked.Read(ref _effectRetries);

    public long Snapshots => Interlocked.Read(ref _snapshots);

    /// <summary>Commands that were journaled as not to be run again.</summary>
    public long Poisoned => Interlocked.Read(ref _poisoned);

    internal void OnEvents(int count) => Interlocked.Add(ref _events, count);

    internal void OnCommand() => Interlocked.Increment(ref _commands);

    internal void OnRecovered(long events)
    {
        Interlocked.Increment(ref _recoveries);
        Interlocked.Add(ref _recoveredEvents, events);
    }

    internal void OnDropped() => Interlocked.Increment(ref _drops);

    internal void OnEffectRetry() => Interlocked.Increment(ref _effectRetries);

    internal void OnSnapshot() => Interlocked.Increment(ref _snapshots);

    internal void OnPoisoned() => Interlocked.Increment(ref _poisoned);
}
