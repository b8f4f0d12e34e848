using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Journal.Postgres;

/// <summary>One holding of a shard by this node, from a take-over to its end. Taken again, it is another.</summary>
internal sealed class HeldShard(ShardId shard, long epoch)
{
    private long _epoch = epoch;
    private volatile bool _isFenced;
    private volatile bool _isReleased;

    public ShardId Shard { get; } = shard;

    /// <summary>Rises without a change of owner where an outcome was unknown: what may still run under the old one
    /// then stores nothing.</summary>
    public long Epoch
    {
        get => Volatile.Read(ref _epoch);
        set => Volatile.Write(ref _epoch, value);
    }

    /// <summary>Another node, or a later holding of this one, has it.</summary>
    public bool IsFenced
    {
        get => _isFenced;
        set => _isFenced = value;
    }

    /// <summary>Given up: what was queued before is still stored.</summary>
    public bool IsReleased
    {
        get => _isReleased;
        set => _isReleased = value;
    }
}

/// <summary>The right to append to one entity. The recovery fills it; from then on the writer owns its
/// numbers.</summary>
internal sealed class PostgresEntityStream(JournalPlace journal, EntityId entity, long epoch, HeldShard shard)
    : EntityStream(entity, epoch)
{
    private volatile bool _isFenced;

    /// <summary>The open journal that gave it.</summary>
    public JournalPlace Journal { get; } = journal;

    public HeldShard Shard { get; } = shard;

    /// <summary>A later recovery has the entity, or an append of this one was not stored.</summary>
    public bool IsFenced
    {
        get => _isFenced;
        set => _isFenced = value;
    }

    // As of the newest commit. Times in UTC ticks, 0 for none.
    public long SequenceNr;
    public long SnapshotSequenceNr;

    /// <summary>What the table of wake-ups says.</summary>
    public long StoredWakeAt;

    // As of the commit that is being written.
    public bool IsInCommit;
    public long NextSequenceNr;
    public long NextWakeAt;
    public long NextDecidedAt;

    public void EnterCommit()
    {
        IsInCommit = true;
        NextSequenceNr = SequenceNr;
    }

    /// <summary>Whether the table of wake-ups must change, and to what. It never says later than the entity wants,
    /// and is written seldom: a wake-up that moves away is left until its time has passed.</summary>
    public bool MovesWake => NextSequenceNr > SequenceNr && (NextWakeAt == 0
        ? StoredWakeAt != 0 && StoredWakeAt <= NextDecidedAt
        : StoredWakeAt == 0 || NextWakeAt < StoredWakeAt
            || (StoredWakeAt <= NextDecidedAt && NextWakeAt != StoredWakeAt));

    /// <summary>The commit is durable.</summary>
    public void LeaveCommit()
    {
        IsInCommit = false;
        if (MovesWake)
        {
            StoredWakeAt = NextWakeAt;
        }

        Volatile.Write(ref SequenceNr, NextSequenceNr);
    }
}
