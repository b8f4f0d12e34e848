using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Trades;
using static ActorTrade.Domain.Pools.Pool;

namespace ActorTrade.Domain.Pools;

/// <summary>The treasury's fees on their way to an account, one side a token in pool order.</summary>
/// <param name="Collected">The event that says so.</param>
public sealed record FeeCollection(
    Guid CollectionId, AccountId Treasury, TokenAmount[] Fees, DateTimeOffset At, Event Collected)
{
    /// <summary>Null where the event is none of a collection.</summary>
    public static FeeCollection? Of(Event? e) => e switch
    {
        Event.FeesCollected pair => new(pair.CollectionId, pair.Treasury, [pair.Fees0, pair.Fees1], pair.At, e),
        Event.FeesOfAllCollected all => new(all.CollectionId, all.Treasury, all.Fees, all.At, e),
        _ => null,
    };
}
