using ActorTrade.EventSourcing;
using ActorTrade.Journal.Projections;

namespace ActorTrade.Journal.Verification;

/// <summary>Checks a law of the domain over every event that a verification reads.</summary>
public sealed class LawCheck(IHistoryLaw law) : IVerificationObserver
{
    public void Event(in ProjectedEvent projected) => law.Apply(projected.Ordering, projected.Entity, projected.Event);

    public IReadOnlyList<string> Finished() => law.Breaches();
}
