using System.Diagnostics;
using ActorTrade.EventSourcing;

namespace ActorTrade.Journal.Verification;

/// <summary>Where a verification takes its events from; reports what is wrong with them instead of stopping.</summary>
internal interface IJournalScan
{
    /// <summary>All that were met so far.</summary>
    IReadOnlyCollection<ScannedEntity> Entities { get; }

    long Events { get; }

    long Snapshots { get; }

    /// <summary>Every event that can be read, in commit order, in pages.</summary>
    IEnumerable<List<(ScannedEntity Entity, StoredEvent Stored)>> ReadEvents();
}

/// <summary>
/// Reads an open journal of any kind through its own interface: order and sequences are checked here, what lies below
/// (pages, checksums, keys) is the store's own affair. Others may append meanwhile: it ends at the newest event that
/// the journal knew of when it began, and reads on as far as a snapshot needs it.
/// </summary>
internal sealed class OpenJournalScan(IJournal journal, ProblemList problems) : IJournalScan
{
    private const int EventsPerPage = 512;

    // An open transaction of somebody else may hide events that are durable, and whose snapshot is seen already.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<EntityId, ScannedEntity> _entities = [];
    private long _end;
    private int _snapshotsAhead;

    public IReadOnlyCollection<ScannedEntity> Entities => _entities.Values;

    public long Events { get; private set; }

    public long Snapshots { get; private set; }

    /// <summary>Before the events: then each snapshot's event is among them.</summary>
    public void ReadSnapshots()
    {
        foreach (var (entity, snapshot) in journal.ReadSnapshots())
        {
            Snapshots++;
            Of(entity).Snapshot = snapshot;
            _snapshotsAhead += snapshot.SequenceNr > 0 ? 1 : 0;
        }

        _end = journal.LastOrdering;
    }

    public IEnumerable<List<(ScannedEntity Entity, StoredEvent Stored)>> ReadEvents()
    {
        var page = new List<(ScannedEntity, StoredEvent)>(EventsPerPage);
        long last = 0;
        var waitingSince = 0L;
        while (true)
        {
            foreach (var stored in journal.ReadAll(last))
            {
                if (stored.Ordering > _end && _snapshotsAhead == 0)
                {
                    break;
                }

                if (stored.Ordering <= last)
                {
                    problems.Add(stored.Ordering, $"it comes after record {last}");
                }

                last = stored.Ordering;
                Events++;
                page.Add((Place(stored), stored));
                if (page.Count == EventsPerPage)
                {
                    yield return page;
                    page = new List<(ScannedEntity, StoredEvent)>(EventsPerPage);
                }
            }

            yield return page;
            page = [];
            waitingSince = waitingSince == 0 ? Stopwatch.GetTimestamp() : waitingSince;
            if ((_snapshotsAhead == 0 && last >= _end) || Stopwatch.GetElapsedTime(waitingSince) > Patience)
            {
                yield break;
            }

            Pause();
        }
    }

    private ScannedEntity Place(in StoredEvent stored)
    {
        var entity = Of(stored.Entity);
        if (!entity.IsBroken && stored.SequenceNr != entity.LastSequenceNr + 1)
        {
            problems.Add(
                stored.Ordering,
                $"it is event {stored.SequenceNr} of {entity.Id}, after event {entity.LastSequenceNr}");
            entity.IsBroken = true;
        }

        if (entity.Snapshot is { } snapshot
            && entity.LastSequenceNr < snapshot.SequenceNr && stored.SequenceNr >= snapshot.SequenceNr)
        {
            _snapshotsAhead--;
        }

        (entity.LastOrdering, entity.LastSequenceNr) = (stored.Ordering, stored.SequenceNr);
        return entity;
    }

    private ScannedEntity Of(EntityId id)
    {
        if (!_entities.TryGetValue(id, out var entity))
        {
            entity = new ScannedEntity(id);
            _entities.Add(id, entity);
        }

        return entity;
    }

    private static void Pause()
    {
        using var never = new ManualResetEventSlim(false);
        never.Wait(LookEvery);
    }
}
