using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Oracles;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Pools.Pool;

namespace ActorTrade.Domain.Pools;

// A snapshot of an older form (v1 had no observations) is not read: the events say the same, and more.
[StoredName("pool.snapshot.v2")]
public sealed record PoolSnapshot(
    PoolId Pool,
    Event.Created? Terms,
    UInt256 Reserve0,
    UInt256 Reserve1,
    UInt256 TotalShares,
    UInt256 TreasuryFees0,
    UInt256 TreasuryFees1,
    long Swaps,
    Event.FeesCollected? Collection,
    int DeliveredSides,
    Event.LegPrepared[] Legs,
    RememberedOutcome<Event>[] Outcomes,
    PriceObservation[] Observations,
    CurveTerms? Curve = null,
    PoolOfMany? Many = null,
    TricryptoState? Scale = null,
    TricryptoState? ScaleAfterLeg = null,
    ConcentratedState? Concentrated = null,
    Event.PriceMoved? PriceAfterLeg = null);

/// <summary>What a pool of more than two tokens has beyond a pair.</summary>
public sealed record PoolOfMany(
    TokenId[] Tokens, UInt256[] Reserves, UInt256[] TreasuryFees, Event.FeesOfAllCollected? Collection);
