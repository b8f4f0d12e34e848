using ActorTrade.EventSourcing;

namespace ActorTrade.Journal;

/// <summary>
/// The event log of a node. Appends of all entities gather into one commit; each request hears exactly one outcome,
/// after it. The journal, and nothing else, guards that an entity has one writer: see <see cref="EntityStream"/>.
/// </summary>
/// <remarks>
/// Threads: <see cref="Append"/> and <see cref="SaveSnapshot"/> may be called from any thread and
/// do not wait. Completions run on the journal's own thread and must only hand on. Reads take
/// their own view and do not hold up appends.
/// </remarks>
public interface IJournal : IAsyncDisposable
{
    /// <summary>Ordering of the newest durable event; 0 where there is none.</summary>
    long LastOrdering { get; }

    /// <summary>False while so much waits to be written that new work should be refused
    /// (finishing work still may append).</summary>
    bool HasRoom { get; }

    /// <summary>Not null once the journal has stopped for good, with the reason; every append then fails.</summary>
    Exception? Failure { get; }

    /// <summary>
    /// Takes over the entity: whatever an earlier holder still appends is fenced from here on. Then
    /// gives the newest usable snapshot and every durable event after it to <paramref name="sink"/>, in
    /// order, on a thread of the journal's choice.
    /// </summary>
    void Recover(EntityId entity, IRecoverySink sink);

    /// <summary>Queues events for the next commit.</summary>
    void Append(AppendRequest request);

    /// <summary>Queues a snapshot; it may be lost without harm.</summary>
    void SaveSnapshot(EntityStream stream, StoredSnapshot snapshot);

    /// <summary>Durable events after <paramref name="afterOrdering"/> in commit order, none left out, up to the newest
    /// one now; or, where other nodes write too, as far as no event can appear in between any more.</summary>
    /// <exception cref="JournalUnavailableException">The store is away; ask again from the last one given.</exception>
    /// <exception cref="JournalDamagedException">A record is damaged or missing; names its position.</exception>
    IEnumerable<StoredEvent> ReadAll(long afterOrdering);

    /// <summary>The next events of some kinds of entities after a place, in commit order, for whoever follows the
    /// journal: does not wait for what cannot be read yet.</summary>
    /// <param name="afterOrdering">Where the page before ended, see <see cref="EventPage.ReadTo"/>.</param>
    /// <param name="categories">Of the entities.</param>
    /// <param name="max">Events given at most; also those looked at, where the store cannot choose itself.</param>
    /// <exception cref="JournalUnavailableException">The store is away; ask again for the same page.</exception>
    /// <exception cref="JournalDamagedException">A record is damaged or missing; names its position.</exception>
    EventPage ReadPage(long afterOrdering, IReadOnlyCollection<string> categories, int max)
    {
        var events = new List<StoredEvent>();
        var (readTo, left) = (afterOrdering, max);
        foreach (var stored in ReadAll(afterOrdering))
        {
            readTo = stored.Ordering;
            if (categories.Contains(stored.Entity.Category))
            {
                events.Add(stored);
            }

            if (--left == 0)
            {
                return new EventPage(events, readTo, IsLast: false);
            }
        }

        return new EventPage(events, readTo, IsLast: true);
    }

    /// <summary>How many durable events lie after a place; for people, so a large number may be cut.</summary>
    long CountAfter(long afterOrdering) => Math.Max(0, LastOrdering - afterOrdering);

    /// <summary>The newest snapshot of each entity that has one.</summary>
    IEnumerable<(EntityId Entity, StoredSnapshot Snapshot)> ReadSnapshots();

    /// <summary>Every entity with a wake-up, and its time, as of the newest durable
    /// event. Read when a node starts.</summary>
    IReadOnlyList<(EntityId Entity, DateTimeOffset WakeAt)> ReadWakeUps();

    /// <summary>Runs after each commit, on the journal's thread, with the ordering of its
    /// last event. Must only hand on.</summary>
    IDisposable OnCommitted(Action<long> committed);

    JournalStatistics Statistics();
}

/// <summary>
/// The right to append to one entity, given by a recovery. A later recovery of the same entity raises
/// the epoch, and appends under an older one are <see cref="AppendOutcome.Fenced"/>, as are appends
/// that do not follow the last sequence number.
/// </summary>
public abstract class EntityStream(EntityId entity, long epoch)
{
    public EntityId Entity { get; } = entity;

    public long Epoch { get; } = epoch;
}

/// <summary>Hears one entity's past, in order. Calls come from one thread, one after the other.</summary>
public interface IRecoverySink
{
    /// <summary>False where the snapshot cannot be used (an unknown form): then every event follows.</summary>
    bool Restore(StoredSnapshot snapshot);

    void Apply(in StoredEvent stored);

    /// <summary>The end: all durable events were given.</summary>
    void Recovered(EntityStream stream, long lastSequenceNr);

    /// <summary>The end: the past could not be read.</summary>
    void Failed(Exception reason);
}

/// <summary>One event as it lies in the journal.</summary>
/// <param name="Ordering">Place in commit order, above 0; contiguous from 1 in the journals of one machine.</param>
/// <param name="Entity">Whose event.</param>
/// <param name="SequenceNr">Place among the entity's events; contiguous from 1.</param>
/// <param name="At">When it was decided, UTC, to 100 ns.</param>
/// <param name="WakeAt">The wake-up the entity wants after this event; null for none.</param>
/// <param name="StoredName">Name and version of the record.</param>
/// <param name="Payload">The host's header and the record.</param>
public readonly record struct StoredEvent(
    long Ordering,
    EntityId Entity,
    long SequenceNr,
    DateTimeOffset At,
    DateTimeOffset? WakeAt,
    string StoredName,
    ReadOnlyMemory<byte> Payload);

/// <summary>Some events of chosen entities.</summary>
/// <param name="ReadTo">No chosen event up to here is left out: where the next page begins.</param>
/// <param name="IsLast">Nothing more can be read at the moment.</param>
public readonly record struct EventPage(IReadOnlyList<StoredEvent> Events, long ReadTo, bool IsLast);

/// <summary>An entity's state at a sequence number, in the form named.</summary>
public sealed record StoredSnapshot(long SequenceNr, string StoredName, ReadOnlyMemory<byte> Payload);

/// <summary>One event of an append.</summary>
public readonly record struct NewEvent(string StoredName, byte[] Payload);

/// <summary>The events of one command, stored together or not at all.</summary>
public abstract class AppendRequest
{
    public required EntityStream Stream { get; init; }

    public required long FirstSequenceNr { get; init; }

    public required DateTimeOffset At { get; init; }

    public required DateTimeOffset? WakeAt { get; init; }

    /// <exception cref="ArgumentException">There is none: an append has at least one.</exception>
    public required NewEvent[] Events
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value.Length > 0
                ? value
                : throw new ArgumentException("An append needs at least one event.", nameof(value));
        }
    }

    /// <summary>Called once, on the journal's thread. Must only hand on.</summary>
    public abstract void Completed(AppendOutcome outcome);
}

/// <summary>What became of an append.</summary>
public enum AppendOutcome
{
    /// <summary>Durable.</summary>
    Stored = 0,

    /// <summary>Not stored: the entity was taken over, or the sequence number does not follow.</summary>
    Fenced = 1,

    /// <summary>Not stored: the store refused the commit and undid it.</summary>
    Failed = 2,

    /// <summary>Stored or not: only a recovery can tell.</summary>
    Unknown = 3,
}

/// <summary>Sizes for people and reports.</summary>
/// <param name="Events">Durable events.</param>
/// <param name="Bytes">Size of the store's files.</param>
/// <param name="Entities">Entities with at least one event.</param>
/// <param name="Snapshots">Snapshots kept.</param>
/// <param name="Commits">Commits since the journal was opened.</param>
public sealed record JournalStatistics(long Events, long Bytes, long Entities, long Snapshots, long Commits)
{
    /// <summary>Times since opening that a snapshot was found damaged and the events were read instead.</summary>
    public long DamagedSnapshots { get; init; }
}

/// <summary>The journal holds something that it did not write so. The node must not start on it.</summary>
public sealed class JournalDamagedException(long ordering, string what)
    : Exception($"The journal is damaged at record {ordering}: {what}")
{
    /// <summary>Where.</summary>
    public long Ordering { get; } = ordering;
}

/// <summary>Another process holds the data directory.</summary>
public sealed class JournalHeldException(string directory, string holder)
    : Exception($"The data directory '{directory}' is in use by {holder}.")
{
    public string Holder { get; } = holder;
}

/// <summary>The store cannot be reached at the moment; the journal goes on trying.</summary>
public sealed class JournalUnavailableException(string what, Exception? inner = null)
    : Exception($"The journal's database is not available: {what}", inner);
