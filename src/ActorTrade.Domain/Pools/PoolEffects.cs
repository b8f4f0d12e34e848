using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Pools.Pool;

namespace ActorTrade.Domain.Pools;

/// <summary>The two things a pool asks of accounts: what became of an overdue leg, and to take the treasury's
/// fees.</summary>
internal static class PoolEffects
{
    private const uint ResolveSalt = 400;
    private const uint FeesSalt = 500;
    private const uint AcknowledgeSalt = 700;
    private static readonly Effect[] None = [];

    /// <summary>The id under which the treasury's account is credited with one side of a collection.</summary>
    public static Guid FeesCreditId(Guid collectionId, int side) =>
        DeterministicGuid.Derive(collectionId, FeesSalt + (uint)side);

    public static IReadOnlyList<Effect> React(PoolState state, Event e) => e switch
    {
        Event.FeesCollected or Event.FeesOfAllCollected => Deliveries(state),

        // Told once. Should a crash lose it, the account keeps one outcome too many, which its limit allows for.
        Event.FeesDelivered delivered when state.Outcomes.TryGetAny(delivered.CollectionId, out var outcome)
            && FeeCollection.Of(outcome) is { } collected =>
            [Acknowledge(IdOf(state.Id), collected, delivered.Side)],
        _ => None,
    };

    /// <summary>How long a treasury account may take to accept fees, before they return to the pool.</summary>
    public static DateTimeOffset DeadlineOf(FeeCollection collection) =>
        collection.At + TradeTiming.DeadlineAheadMax;

    /// <summary>Legs are asked about only when the pool is woken: until their deadline their coordinator is expected to
    /// speak.</summary>
    public static IReadOnlyList<Effect> Outstanding(PoolState state) =>
    [
        .. Deliveries(state),
        .. state.Legs.Values.OrderBy(l => l.LegId).Select(Resolve),
    ];

    public static DateTimeOffset? WakeAt(PoolState state)
    {
        DateTimeOffset? wakeAt = state.Collection?.At + TradeTiming.RetryAfter;
        foreach (var leg in state.Legs.Values)
        {
            var due = leg.Deadline + TradeTiming.ClockSkewMax;
            wakeAt = wakeAt is null || due < wakeAt ? due : wakeAt;
        }

        return wakeAt;
    }

    private static Effect Resolve(Event.LegPrepared leg)
    {
        var legId = leg.LegId;
        var coordinator = leg.Coordinator;
        var deadline = leg.Deadline;
        return new Effect(
            Account.IdOf(leg.Coordinator),
            new Account.Command.ResolveTrade(leg.TradeId),
            DeterministicGuid.Derive(legId, ResolveSalt),
            answer => answer switch
            {
                Answer.Accepted { Events: [Account.Event.RouteCommitted or Account.Event.TradeSettled, ..] } =>
                    new Command.CommitLeg(legId, coordinator),
                Answer.Accepted { Events: [Account.Event.RouteAborted or Account.Event.TradeReleased, ..] } =>
                    new Command.AbortLeg(legId, coordinator, deadline),
                _ => null,
            });
    }

    private static List<Effect> Deliveries(PoolState state)
    {
        var effects = new List<Effect>();
        if (state.Collection is not { } collection)
        {
            return effects;
        }

        for (var side = 0; side < collection.Fees.Length; side++)
        {
            if ((state.DeliveredSides & (1 << side)) == 0)
            {
                effects.Add(Deliver(state, collection, side));
            }
        }

        return effects;
    }

    private static Effect Deliver(PoolState state, FeeCollection collection, int side)
    {
        var fees = collection.Fees[side];
        var collectionId = collection.CollectionId;
        var creditId = FeesCreditId(collectionId, side);
        return new Effect(
            Account.IdOf(collection.Treasury),
            new Account.Command.Credit(creditId, IdOf(state.Id), fees.Token, fees.Amount, DeadlineOf(collection)),
            creditId,
            answer => answer switch
            {
                Answer.Accepted { Events: [Account.Event.Credited, ..] } =>
                    new Command.RecordFeesOutcome(collectionId, side, Arrived: true),
                Answer.Accepted { Events: [Account.Event.CreditRefused, ..] } =>
                    new Command.RecordFeesOutcome(collectionId, side, Arrived: false),
                _ => null,
            });
    }

    private static Effect Acknowledge(EntityId from, FeeCollection collected, int side)
    {
        var creditId = FeesCreditId(collected.CollectionId, side);
        return new Effect(
            Account.IdOf(collected.Treasury),
            new Account.Command.AcknowledgeCredits([creditId], from.ToString(), [DeadlineOf(collected)]),
            DeterministicGuid.Derive(creditId, AcknowledgeSalt),
            static _ => null);
    }
}
