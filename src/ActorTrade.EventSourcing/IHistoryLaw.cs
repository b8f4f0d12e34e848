namespace ActorTrade.EventSourcing;

/// <summary>What must hold over the events of all entities together, such as that no money is made or lost. The domain
/// states it; whoever reads a whole journal checks it.</summary>
public interface IHistoryLaw
{
    /// <summary>Looks at one event. Called in commit order, from the first event on.</summary>
    /// <param name="ordering">The event's place in the journal.</param>
    void Apply(long ordering, EntityId entity, IEvent e);

    /// <summary>What did not hold so far, in words. What is under way between two entities is no breach: a history may
    /// end anywhere.</summary>
    IReadOnlyList<string> Breaches();
}
