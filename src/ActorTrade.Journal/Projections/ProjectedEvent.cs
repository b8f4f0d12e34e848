using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Journal.Entities;

namespace ActorTrade.Journal.Projections;

/// <summary>A durable event as readers of the whole journal see it.</summary>
/// <param name="Ordering">Place in commit order.</param>
/// <param name="SequenceNr">Place among the entity's events.</param>
/// <param name="At">When it was decided, UTC.</param>
/// <param name="CommandId">The command that caused it.</param>
/// <param name="Principal">Who sent that command.</param>
/// <param name="Origin">Where it came from: address, space, user agent; null for the cluster's own.</param>
public readonly record struct ProjectedEvent(
    long Ordering, EntityId Entity, long SequenceNr, DateTimeOffset At, IEvent Event, Guid CommandId, string Principal,
    string? Origin = null)
{
    /// <summary>A reader of stored events, for one thread.</summary>
    public static Func<StoredEvent, ProjectedEvent> Decoder(EventCatalog catalog)
    {
        var reader = new RecordReader();
        return stored => Of(stored, EventEnvelope.Read(catalog, reader, stored));
    }

    internal static ProjectedEvent Of(in StoredEvent stored, in EventEnvelope envelope) => new(
        stored.Ordering, stored.Entity, stored.SequenceNr, stored.At, envelope.Event, envelope.CommandId,
        envelope.Principal, envelope.Origin);
}
