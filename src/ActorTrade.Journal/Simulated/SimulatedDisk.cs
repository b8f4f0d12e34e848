using ActorTrade.EventSourcing;

namespace ActorTrade.Journal.Simulated;

/// <summary>The durable content of an <see cref="InMemoryJournal"/>, which survives its crashes.</summary>
public sealed class SimulatedDisk
{
    internal List<StoredEvent> Events { get; } = [];

    /// <summary>Of each entity, the places of its events, in order.</summary>
    internal Dictionary<EntityId, List<int>> Entities { get; } = [];

    internal Dictionary<EntityId, StoredSnapshot> Snapshots { get; } = [];

    internal long Bytes { get; private set; }

    internal void Store(AppendRequest request)
    {
        var entity = request.Stream.Entity;
        if (!Entities.TryGetValue(entity, out var places))
        {
            Entities.Add(entity, places = []);
        }

        foreach (var @event in request.Events)
        {
            places.Add(Events.Count);
            Events.Add(new StoredEvent(
                Events.Count + 1, entity, places.Count, request.At, request.WakeAt, @event.StoredName, @event.Payload));
            Bytes += @event.Payload.Length;
        }
    }

    internal void Store(EntityId entity, StoredSnapshot snapshot)
    {
        if (!Snapshots.TryGetValue(entity, out var kept) || kept.SequenceNr < snapshot.SequenceNr)
        {
            Snapshots[entity] = snapshot;
        }
    }
}
