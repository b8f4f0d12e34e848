using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Pools.Pool;

namespace ActorTrade.Domain.Pools;

/// <summary>The two things a pool asks of accounts: what became of an overdue leg, and to take the treasury's fees.</summary>
internal static class PoolEffects
{
    private const uint ResolveSalt = 400;
    private const uint FeesSalt = 500;
    private static readonly Effect[] None = [];

    public static IReadOnlyList<Effect> React(PoolState state, Event e) =>
        e is Event.FeesCollected ? Deliveries(state) : None;

    /// <summary>How long a treasury account may take to accept fees, before they return to the pool.</summary>
    private static DateTimeOffset DeadlineOf(Event.FeesCollected collection) => collection.At + TradeTiming.DeadlineAheadMax;

    /// <summary>Legs are asked about only when the pool is woken: until their deadline their coordinator is expected to speak.</summary>
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
        var deadline = leg.Deadline;
        return new Effect(
            Account.IdOf(leg.Coordinator),
            new Account.Command.ResolveTrade(leg.TradeId),
            DeterministicGuid.Derive(legId, ResolveSalt),
            answer => answer switch
            {
                Answer.Accepted { Events: [Account.Event.RouteCommitted or Account.Event.TradeSettled, ..] } =>
                    new Command.CommitLeg(legId),
                Answer.Accepted { Events: [Account.Event.RouteAborted or Account.Event.TradeReleased, ..] } =>
                    new Command.AbortLeg(legId, deadline),
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

        foreach (var (side, fees) in new[] { (0, collection.Fees0), (1, collection.Fees1) })
        {
            if ((state.DeliveredSides & (1 << side)) == 0)
            {
                effects.Add(Deliver(state, collection, side, fees));
            }
        }

        return effects;
    }

    private static Effect Deliver(PoolState state, Event.FeesCollected collection, int side, TokenAmount fees)
    {
        var collectionId = collection.CollectionId;
        var creditId = DeterministicGuid.Derive(collectionId, FeesSalt + (uint)side);

        return new Effect(
            Account.IdOf(collection.Treasury),
            new Account.Command.Credit(creditId, IdOf(state.Id), fees.Token, fees.Amount, DeadlineOf(collection)),
            creditId,
            answer => answer is Answer.Accepted { Events: [var outcome, ..] }
                ? new Command.RecordFeesOutcome(collectionId, side, outcome is Account.Event.Credited)
                : null);
    }
}
