using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Oracles;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Pools.Pool;

namespace ActorTrade.Domain.Pools;

/// <summary>The fold of a pool's events. Owned by its actor; changed only by <see cref="Evolve"/>.</summary>
public sealed class PoolState(PoolId id)
{
    private readonly Dictionary<Guid, Event.LegPrepared> _legs = [];
    private readonly OutcomeMemory<Event> _outcomes = new(OutcomesMax);
    private readonly ObservationRing _observations = new(ObservationsMax, TickMoveMax);

    public PoolId Id { get; } = id;

    /// <summary>The terms; null until the pool is created.</summary>
    public Event.Created? Terms { get; private set; }

    /// <summary>Null for the house's own constant product.</summary>
    public CurveTerms? Curve { get; private set; }

    public FeeSchedule Fees { get; private set; }

    /// <summary>Reserves in pool order, with what prepared legs have set aside and without what they would
    /// bring.</summary>
    public UInt256 Reserve0 { get; private set; }

    public UInt256 Reserve1 { get; private set; }

    /// <summary>Of prepared legs, in pool order: what commits would take out, and what they would bring in (less
    /// treasury fees).</summary>
    public UInt256 PreparedOut0 { get; private set; }

    public UInt256 PreparedOut1 { get; private set; }

    public UInt256 PreparedIn0 { get; private set; }

    public UInt256 PreparedIn1 { get; private set; }

    /// <summary>All shares, with the locked minimum.</summary>
    public UInt256 TotalShares { get; private set; }

    /// <summary>The treasury's part of the fees, not collected yet.</summary>
    public UInt256 TreasuryFees0 { get; private set; }

    public UInt256 TreasuryFees1 { get; private set; }

    public long Swaps { get; private set; }

    /// <summary>A collection of fees on its way; null where none is.</summary>
    public Event.FeesCollected? Collection { get; private set; }

    /// <summary>Bit 0 and 1: that side of the collection has arrived.</summary>
    public int DeliveredSides { get; private set; }

    public IReadOnlyDictionary<Guid, Event.LegPrepared> Legs => _legs;

    public OutcomeMemory<Event> Outcomes => _outcomes;

    /// <summary>What the price was; begins with the first deposit.</summary>
    public ObservationRing Observations => _observations;

    /// <summary>Token 1 for one token 0, without fee and as if no leg were prepared; null while the pool is
    /// empty.</summary>
    public OracleReading? Reading
    {
        get
        {
            if (Curve is not { } terms)
            {
                return OracleReading.Of(Reserve1, Reserve0);
            }

            return !Reserve0.IsZero && !Reserve1.IsZero && terms.TryAt(Reserve0, Reserve1, out var curve)
                ? OracleReading.Of(curve.SpotPrice(0, 1))
                : null;
        }
    }

    public bool IsToken0(TokenId token) => token == Terms!.Token0;

    public PoolState Evolve(Event e)
    {
        switch (e)
        {
            case Event.Created created:
                Terms = created;
                Fees = new FeeSchedule(created.LiquidityFee, created.TreasuryFee);
                break;
            case Event.CurveCreated created:
                Terms = created.ToCreated();
                Curve = created.Curve;
                Fees = new FeeSchedule(Terms.LiquidityFee, Terms.TreasuryFee);
                break;
            case Event.Swapped swapped:
                Observe(swapped.At);
                Swaps++;
                Move(swapped.TokenIn, swapped.AmountIn, swapped.AmountOut, swapped.ProtocolFee);
                Remember(swapped.TradeId, e, swapped.Deadline, swapped.At, needsAcknowledgement: true);
                break;
            case Event.TradeRefused refused:
                _outcomes.RememberRefusal(refused.TradeId, e, refused.Deadline, refused.At);
                break;
            case Event.LegPrepared or Event.LegCommitted or Event.LegAborted:
                EvolveLeg(e);
                break;
            case Event.LiquidityAdded or Event.LiquidityRemoved:
                EvolveLiquidity(e);
                break;
            case Event.TradesAcknowledged acknowledged:
                _outcomes.ForgetBefore(acknowledged.At);
                foreach (var tradeId in acknowledged.TradeIds)
                {
                    _outcomes.Acknowledge(tradeId, acknowledged.At);
                }

                break;
            case Event.FeesCollected collected:
                TreasuryFees0 -= collected.Fees0.Amount;
                TreasuryFees1 -= collected.Fees1.Amount;
                Collection = collected;
                var until = PoolEffects.DeadlineOf(collected);
                Remember(collected.CollectionId, e, until, collected.At, needsAcknowledgement: false);
                DeliveredSides = (collected.Fees0.Amount.IsZero ? 1 : 0) | (collected.Fees1.Amount.IsZero ? 2 : 0);
                break;
            case Event.FeesDelivered delivered:
                EndDelivery(delivered.Side);
                break;
            case Event.FeesReturned returned:
                TreasuryFees0 += returned.Side == 0 ? returned.Fees.Amount : UInt256.Zero;
                TreasuryFees1 += returned.Side == 1 ? returned.Fees.Amount : UInt256.Zero;
                EndDelivery(returned.Side);
                break;
            default:
                throw new InvalidOperationException($"The pool knows no event {e.GetType().Name}.");
        }

        return this;
    }

    /// <summary>The reserves that are safe to quote against in a direction: the largest input and smallest output they
    /// can become.</summary>
    public (UInt256 In, UInt256 Out) QuoteReserves(bool zeroForOne) => zeroForOne
        ? (Reserve0 + PreparedIn0, Reserve1 - PreparedOut1)
        : (Reserve1 + PreparedIn1, Reserve0 - PreparedOut0);

    public PoolView ToView() => new(
        Id,
        Terms?.Token0,
        Terms?.Token1,
        Reserve0,
        Reserve1,
        TotalShares,
        Fees.LiquidityProviders.Value,
        Fees.Protocol.Value,
        TreasuryFees0,
        TreasuryFees1,
        _legs.Count,
        Swaps,
        Reading?.Price0X112 ?? UInt256.Zero,
        _observations.Count > 0 ? DateTimeOffset.FromUnixTimeSeconds(_observations.Newest.AtSeconds) : null,
        _observations.Count,
        Curve);

    public PoolSnapshot Capture() => new(
        Id,
        Terms,
        Reserve0,
        Reserve1,
        TotalShares,
        TreasuryFees0,
        TreasuryFees1,
        Swaps,
        Collection,
        DeliveredSides,
        [.. _legs.Values.OrderBy(l => l.LegId)],
        _outcomes.Capture(),
        _observations.Capture(),
        Curve);

    public static PoolState Restore(PoolSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var state = new PoolState(snapshot.Pool)
        {
            Terms = snapshot.Terms,
            Curve = snapshot.Curve,
            Fees = snapshot.Terms is { } terms ? new FeeSchedule(terms.LiquidityFee, terms.TreasuryFee) : default,
            Reserve0 = snapshot.Reserve0,
            Reserve1 = snapshot.Reserve1,
            TotalShares = snapshot.TotalShares,
            TreasuryFees0 = snapshot.TreasuryFees0,
            TreasuryFees1 = snapshot.TreasuryFees1,
            Swaps = snapshot.Swaps,
            Collection = snapshot.Collection,
            DeliveredSides = snapshot.DeliveredSides,
        };
        foreach (var leg in snapshot.Legs)
        {
            state.AddLeg(leg);
        }

        state._outcomes.Restore(snapshot.Outcomes);
        state._observations.Restore(snapshot.Observations);
        return state;
    }

    private void EvolveLeg(Event e)
    {
        switch (e)
        {
            case Event.LegPrepared prepared:
                AddLeg(prepared);
                Remember(prepared.LegId, e, prepared.Deadline, prepared.At, needsAcknowledgement: false);
                break;
            case Event.LegCommitted committed:
                var leg = RemoveLeg(committed.LegId);
                Observe(committed.At);
                Swaps++;
                Move(leg.TokenIn, leg.AmountIn, leg.AmountOut, leg.ProtocolFee);
                break;
            case Event.LegAborted aborted:
                if (_legs.ContainsKey(aborted.LegId))
                {
                    RemoveLeg(aborted.LegId);
                }

                _outcomes.RememberRefusal(aborted.LegId, e, aborted.Deadline, aborted.At);
                break;
        }
    }

    private void EvolveLiquidity(Event e)
    {
        switch (e)
        {
            case Event.LiquidityAdded added:
                Observe(added.At);
                Reserve0 += added.Amount0;
                Reserve1 += added.Amount1;
                TotalShares += added.Shares + added.LockedShares;
                if (_observations.Count == 0 && Reading is { } first)
                {
                    _observations.Begin(added.At.ToUnixTimeSeconds(), first);
                }

                Remember(added.TradeId, e, added.Deadline, added.At, needsAcknowledgement: true);
                break;
            case Event.LiquidityRemoved removed:
                Observe(removed.At);
                Reserve0 -= removed.Amount0;
                Reserve1 -= removed.Amount1;
                TotalShares -= removed.Shares;
                Remember(removed.TradeId, e, removed.Deadline, removed.At, needsAcknowledgement: true);
                break;
        }
    }

    // Before the reserves change: what held until now is added up.
    private void Observe(DateTimeOffset at)
    {
        var seconds = at.ToUnixTimeSeconds();
        if (_observations.IsDue(seconds) && Reading is { } held)
        {
            _observations.Record(seconds, held);
        }
    }

    private void EndDelivery(int side)
    {
        DeliveredSides |= 1 << side;
        Collection = DeliveredSides == 3 ? null : Collection;
    }

    private void Move(TokenId tokenIn, UInt256 amountIn, UInt256 amountOut, UInt256 protocolFee)
    {
        if (IsToken0(tokenIn))
        {
            Reserve0 += amountIn - protocolFee;
            Reserve1 -= amountOut;
            TreasuryFees0 += protocolFee;
        }
        else
        {
            Reserve1 += amountIn - protocolFee;
            Reserve0 -= amountOut;
            TreasuryFees1 += protocolFee;
        }
    }

    private void AddLeg(Event.LegPrepared leg)
    {
        _legs.Add(leg.LegId, leg);
        if (IsToken0(leg.TokenIn))
        {
            PreparedIn0 += leg.AmountIn - leg.ProtocolFee;
            PreparedOut1 += leg.AmountOut;
        }
        else
        {
            PreparedIn1 += leg.AmountIn - leg.ProtocolFee;
            PreparedOut0 += leg.AmountOut;
        }
    }

    private Event.LegPrepared RemoveLeg(Guid legId)
    {
        _legs.Remove(legId, out var leg);
        if (IsToken0(leg!.TokenIn))
        {
            PreparedIn0 -= leg.AmountIn - leg.ProtocolFee;
            PreparedOut1 -= leg.AmountOut;
        }
        else
        {
            PreparedIn1 -= leg.AmountIn - leg.ProtocolFee;
            PreparedOut0 -= leg.AmountOut;
        }

        return leg;
    }

    private void Remember(Guid id, Event outcome, DateTimeOffset deadline, DateTimeOffset at, bool needsAcknowledgement)
    {
        _outcomes.ForgetBefore(at);
        _outcomes.Remember(id, outcome, deadline, needsAcknowledgement);
    }
}

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
    CurveTerms? Curve = null);
