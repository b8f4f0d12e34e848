using ActorTrade.EventSourcing;
using ActorTrade.Kernel;

namespace ActorTrade.Journal.Entities;

/// <summary>Folds an entity on the journal's thread and tells its actor when that has ended.</summary>
internal sealed class RecoverySink(
    EntityActor owner, ActorRef<IEntityMessage> self, EntityRecovery recovery) : IRecoverySink
{
    private long _events;

    public bool Restore(StoredSnapshot snapshot) => recovery.Restore(snapshot);

    public void Apply(in StoredEvent stored)
    {
        recovery.Apply(stored);
        _events++;
    }

    public void Recovered(EntityStream stream, long lastSequenceNr) =>
        self.TellReserved(new RecoveryEnded(owner, recovery, stream, _events, failure: null));

    public void Failed(Exception reason) =>
        self.TellReserved(new RecoveryEnded(owner, recovery: null, stream: null, _events, reason));
}

/// <summary>The journal did not take an entity's events; the entity starts over from what is durable.</summary>
public sealed class AppendFailedException(EntityId entity, AppendOutcome outcome)
    : Exception($"An append of {entity} ended as {outcome}; the entity recovers.");

/// <summary>An entity's past cannot be read.</summary>
public sealed class EntityUnavailableException(EntityId entity, Exception inner)
    : Exception($"{entity} cannot be recovered: {inner.Message}", inner);
