using ActorTrade.EventSourcing;

namespace ActorTrade.Journal.Sqlite;

/// <summary>
/// Where one entity's events end. The writer owns all of it but the epoch and the number, which change under the
/// journal's gate; single fields may be read by anyone.
/// </summary>
internal sealed class EntityHead(EntityId id)
{
    public readonly EntityId Id = id;

    /// <summary>Key in the file; 0 until the entity has a durable event.</summary>
    public long Number;

    /// <summary>Of the only stream that may append; changes under the gate.</summary>
    public long Epoch;

    // As of the newest durable commit. WakeAt in UTC ticks, 0 for none.
    public long SequenceNr;
    public long Ordering;
    public long WakeAt;
    public long SnapshotSequenceNr;

    // As of the commit that is being written.
    public bool IsInCommit;
    public long NextSequenceNr;
    public long NextOrdering;
    public long NextWakeAt;

    /// <summary>Changed since it was last written to the table of heads.</summary>
    public bool IsDirty;

    public void EnterCommit()
    {
        IsInCommit = true;
        NextSequenceNr = SequenceNr;
        NextOrdering = Ordering;
        NextWakeAt = WakeAt;
    }

    public void LeaveCommit(bool isDurable)
    {
        IsInCommit = false;
        if (isDurable)
        {
            Volatile.Write(ref SequenceNr, NextSequenceNr);
            Volatile.Write(ref Ordering, NextOrdering);
            Volatile.Write(ref WakeAt, NextWakeAt);
        }
    }
}

/// <summary>The right to append to one entity of one open journal.</summary>
internal sealed class SqliteEntityStream(
    JournalState journal, EntityHead head, long epoch) : EntityStream(head.Id, epoch)
{
    /// <summary>The journal that gave it; another one, such as the same directory opened again, fences it.</summary>
    public JournalState Journal { get; } = journal;

    public EntityHead Head { get; } = head;
}
