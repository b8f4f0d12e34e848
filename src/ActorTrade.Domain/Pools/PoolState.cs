using System.Diagnostics.CodeAnalysis;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Oracles;
using ActorTrade.Domain.Trades;
using static ActorTrade.Domain.Pools.Pool;

namespace ActorTrade.Domain.Pools;

/// <summary>The fold of a pool's events. Owned by its actor; changed only by <see cref="Evolve"/>.</summary>
public sealed class PoolState(PoolId id)
{
    private TokenId[] _tokens = [];
    private UInt256[] _reserves = new UInt256[2];
    private UInt256[] _treasuryFees = new UInt256[2];
    private UInt256[] _preparedIn = new UInt256[2];
    private UInt256[] _preparedOut = new UInt256[2];
    private readonly Dictionary<Guid, Event.LegPrepared> _legs = [];
    private readonly OutcomeMemory<Event> _outcomes = new(OutcomesMax);
    private readonly ObservationRing _observations = new(ObservationsMax, TickMoveMax);

    public PoolId Id { get; } = id;

    /// <summary>The terms; null until the pool is created.</summary>
    public Event.Created? Terms { get; private set; }

    /// <summary>Null for the house's own constant product.</summary>
    public CurveTerms? Curve { get; private set; }

    public FeeSchedule Fees { get; private set; }

    /// <summary>In the pool's order, for ever; none until the pool is created.</summary>
    public IReadOnlyList<TokenId> Tokens => _tokens;

    /// <summary>In pool order, with what prepared legs have set aside and without what they would bring.</summary>
    public ReadOnlySpan<UInt256> Reserves => _reserves;

    /// <summary>Of prepared legs, in pool order: what commits would take out.</summary>
    public ReadOnlySpan<UInt256> PreparedOut => _preparedOut;

    /// <summary>Of prepared legs, in pool order: what commits would bring in, less treasury fees.</summary>
    public ReadOnlySpan<UInt256> PreparedIn => _preparedIn;

    /// <summary>The treasury's part of the fees, not collected yet, in pool order.</summary>
    public ReadOnlySpan<UInt256> TreasuryFees => _treasuryFees;

    public UInt256 Reserve0 => _reserves[0];

    public UInt256 Reserve1 => _reserves[1];

    /// <summary>All shares, with the locked minimum.</summary>
    public UInt256 TotalShares { get; private set; }

    public UInt256 TreasuryFees0 => _treasuryFees[0];

    public UInt256 TreasuryFees1 => _treasuryFees[1];

    public long Swaps { get; private set; }

    /// <summary>A collection of fees on its way; null where none is.</summary>
    public FeeCollection? Collection { get; private set; }

    /// <summary>Bit k: that side of the collection, the fees of token k, has arrived.</summary>
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
            if (Curve is null)
            {
                return OracleReading.Of(Reserve1, Reserve0);
            }

            return (Concentrated is not null || !_reserves.AsSpan().Contains(UInt256.Zero)) && TryCurve(out var curve)
                ? OracleReading.Of(curve.SpotPrice(0, 1))
                : null;
        }
    }

    /// <summary>What a tricrypto pool remembers; null before its first deposit, and of any other kind.</summary>
    public TricryptoState? Scale { get; private set; }

    /// <summary>What it will remember if its open leg is committed.</summary>
    public TricryptoState? ScaleAfterLeg { get; private set; }

    /// <summary>Price and ranges of a concentrated pool; null of any other kind.</summary>
    public ConcentratedState? Concentrated { get; private set; }

    /// <summary>Where its price will be if its open leg is committed.</summary>
    public Event.PriceMoved? PriceAfterLeg { get; private set; }

    /// <summary>The curve in its present state, without open legs; false for the house's own constant product, and
    /// where there is none.</summary>
    public bool TryCurve([NotNullWhen(true)] out Curve? curve)
    {
        curve = (Curve, Scale, Concentrated) switch
        {
            (CurveTerms.TricryptoNg tricrypto, { } scale, _) => tricrypto.At(_reserves, TotalShares, scale),
            (CurveTerms.Concentrated ranged, _, { } ranges) => ranges.ToCurve(ranged),
            _ => null,
        };
        return curve is not null || (Curve is { HasPath: false } terms && terms.TryAt(_reserves, out curve));
    }

    public bool IsToken0(TokenId token) => token == Terms!.Token0;

    /// <summary>The token's number in the pool; -1 where it is not one of its tokens.</summary>
    public int IndexOf(TokenId token) => Array.IndexOf(_tokens, token);

    /// <summary>Legs that may be prepared at once.</summary>
    public int LegsMax => Curve is { HasPath: true } ? 1 : _tokens.Length > 2 ? PreparedLegsOfManyMax : PreparedLegsMax;

    public PoolState Evolve(Event e)
    {
        switch (e)
        {
            case Event.Created created:
                Terms = created;
                Name([created.Token0, created.Token1]);
                Fees = new FeeSchedule(created.LiquidityFee, created.TreasuryFee);
                break;
            case Event.CurveCreated created:
                Terms = created.ToCreated();
                Curve = created.Curve;
                Concentrated = (created.Curve as CurveTerms.Concentrated)?.First();
                Name(created.Tokens);
                Fees = new FeeSchedule(Terms.LiquidityFee, Terms.TreasuryFee);
                break;
            case Event.Swapped swapped:
                Observe(swapped.At);
                Swaps++;
                Move(swapped.TokenIn, swapped.AmountIn, swapped.TokenOut, swapped.AmountOut, swapped.ProtocolFee);
                Remember(swapped.TradeId, e, swapped.Deadline, swapped.At, needsAcknowledgement: true);
                break;
            case Event.TradeRefused refused:
                _outcomes.RememberRefusal(refused.TradeId, e, refused.Deadline, refused.At);
                break;
            case Event.ScaleSettled { LegId: not null } settled:
                ScaleAfterLeg = settled.State;
                break;
            case Event.ScaleSettled settled:
                Scale = settled.State;
                BeginObserving(DateTimeOffset.FromUnixTimeSeconds((long)settled.State.AtSeconds));
                break;
            case Event.PriceMoved { LegId: not null } moved:
                PriceAfterLeg = moved;
                break;
            case Event.PriceMoved moved:
                Concentrated = Concentrated!.After(moved);
                break;
            case Event.RangeChanged changed:
                Concentrated = Concentrated!.After(changed);
                BeginObserving(changed.At);
                break;
            case Event.LegPrepared or Event.LegCommitted or Event.LegAborted:
                EvolveLeg(e);
                break;
            case Event.LiquidityAdded or Event.LiquidityRemoved or Event.Joined or Event.Exited:
                EvolveLiquidity(e);
                break;
            case Event.TradesAcknowledged acknowledged:
                _outcomes.ForgetBefore(acknowledged.At);
                foreach (var tradeId in acknowledged.TradeIds)
                {
                    _outcomes.Acknowledge(tradeId, acknowledged.At);
                }

                break;
            case Event.FeesCollected or Event.FeesOfAllCollected:
                BeginDelivery(FeeCollection.Of(e)!);
                break;
            case Event.FeesDelivered delivered:
                EndDelivery(delivered.Side);
                break;
            case Event.FeesReturned returned:
                _treasuryFees[returned.Side] += returned.Fees.Amount;
                EndDelivery(returned.Side);
                break;
            default:
                throw new InvalidOperationException($"The pool knows no event {e.GetType().Name}.");
        }

        return this;
    }

    /// <summary>Of a pool of two tokens the reserves that are safe to quote against in a direction: the largest input
    /// and smallest output they can become.</summary>
    public (UInt256 In, UInt256 Out) QuoteReserves(bool zeroForOne) => zeroForOne
        ? (_reserves[0] + _preparedIn[0], _reserves[1] - _preparedOut[1])
        : (_reserves[1] + _preparedIn[1], _reserves[0] - _preparedOut[0]);

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
        Curve,
        IsPair ? null : [.. _tokens],
        IsPair ? null : [.. _reserves],
        IsPair ? null : [.. _treasuryFees],
        Scale,
        Concentrated);

    public PoolSnapshot Capture() => new(
        Id,
        Terms,
        Reserve0,
        Reserve1,
        TotalShares,
        TreasuryFees0,
        TreasuryFees1,
        Swaps,
        Collection?.Collected as Event.FeesCollected,
        DeliveredSides,
        [.. _legs.Values.OrderBy(l => l.LegId)],
        _outcomes.Capture(),
        _observations.Capture(),
        Curve,
        IsPair ? null : new PoolOfMany(
            [.. _tokens],
            [.. _reserves],
            [.. _treasuryFees],
            Collection?.Collected as Event.FeesOfAllCollected),
        Scale,
        ScaleAfterLeg,
        Concentrated,
        PriceAfterLeg);

    public static PoolState Restore(PoolSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var state = new PoolState(snapshot.Pool)
        {
            Terms = snapshot.Terms,
            Curve = snapshot.Curve,
            Fees = snapshot.Terms is { } terms ? new FeeSchedule(terms.LiquidityFee, terms.TreasuryFee) : default,
            TotalShares = snapshot.TotalShares,
            Swaps = snapshot.Swaps,
            Collection = FeeCollection.Of((Event?)snapshot.Collection ?? snapshot.Many?.Collection),
            DeliveredSides = snapshot.DeliveredSides,
            Scale = snapshot.Scale,
            ScaleAfterLeg = snapshot.ScaleAfterLeg,
            Concentrated = snapshot.Concentrated,
            PriceAfterLeg = snapshot.PriceAfterLeg,
        };
        state.RestoreAmounts(snapshot);
        foreach (var leg in snapshot.Legs)
        {
            state.AddLeg(leg);
        }

        state._outcomes.Restore(snapshot.Outcomes);
        state._observations.Restore(snapshot.Observations);
        return state;
    }

    private bool IsPair => _tokens.Length <= 2;

    private void Name(TokenId[] tokens)
    {
        _tokens = [.. tokens];
        _reserves = new UInt256[tokens.Length];
        _treasuryFees = new UInt256[tokens.Length];
        _preparedIn = new UInt256[tokens.Length];
        _preparedOut = new UInt256[tokens.Length];
    }

    private void RestoreAmounts(PoolSnapshot snapshot)
    {
        if (snapshot.Terms is { } terms)
        {
            Name(snapshot.Many?.Tokens ?? [terms.Token0, terms.Token1]);
        }

        UInt256[] reserves = snapshot.Many?.Reserves ?? [snapshot.Reserve0, snapshot.Reserve1];
        UInt256[] fees = snapshot.Many?.TreasuryFees ?? [snapshot.TreasuryFees0, snapshot.TreasuryFees1];
        reserves.CopyTo(_reserves, 0);
        fees.CopyTo(_treasuryFees, 0);
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
                Move(leg.TokenIn, leg.AmountIn, leg.TokenOut, leg.AmountOut, leg.ProtocolFee);
                (Scale, ScaleAfterLeg) = (ScaleAfterLeg ?? Scale, null);
                Concentrated = PriceAfterLeg is { } moved ? Concentrated!.After(moved) : Concentrated;
                PriceAfterLeg = null;
                break;
            case Event.LegAborted aborted:
                if (_legs.ContainsKey(aborted.LegId))
                {
                    RemoveLeg(aborted.LegId);
                    (ScaleAfterLeg, PriceAfterLeg) = (null, null);
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
                _reserves[0] += added.Amount0;
                _reserves[1] += added.Amount1;
                TotalShares += added.Shares + added.LockedShares;
                BeginObserving(added.At);
                Remember(added.TradeId, e, added.Deadline, added.At, needsAcknowledgement: true);
                break;
            case Event.LiquidityRemoved removed:
                Observe(removed.At);
                _reserves[0] -= removed.Amount0;
                _reserves[1] -= removed.Amount1;
                TotalShares -= removed.Shares;
                Remember(removed.TradeId, e, removed.Deadline, removed.At, needsAcknowledgement: true);
                break;
            case Event.Joined joined:
                Observe(joined.At);
                foreach (var part in joined.Paid)
                {
                    _reserves[IndexOf(part.Token)] += part.Amount;
                }

                TotalShares += joined.Range is null ? joined.Shares + joined.LockedShares : UInt256.Zero;
                BeginObserving(joined.At);
                Remember(joined.TradeId, e, joined.Deadline, joined.At, needsAcknowledgement: true);
                break;
            case Event.Exited exited:
                Observe(exited.At);
                foreach (var part in exited.Given)
                {
                    _reserves[IndexOf(part.Token)] -= part.Amount;
                }

                TotalShares -= exited.Range is null ? exited.Shares : UInt256.Zero;
                Remember(exited.TradeId, e, exited.Deadline, exited.At, needsAcknowledgement: true);
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

    private void BeginObserving(DateTimeOffset at)
    {
        if (_observations.Count == 0 && Reading is { } first)
        {
            _observations.Begin(at.ToUnixTimeSeconds(), first);
        }
    }

    private void BeginDelivery(FeeCollection collection)
    {
        Collection = collection;
        DeliveredSides = 0;
        for (var side = 0; side < collection.Fees.Length; side++)
        {
            _treasuryFees[side] -= collection.Fees[side].Amount;
            DeliveredSides |= collection.Fees[side].Amount.IsZero ? 1 << side : 0;
        }

        var until = PoolEffects.DeadlineOf(collection);
        Remember(collection.CollectionId, collection.Collected, until, collection.At, needsAcknowledgement: false);
    }

    private void EndDelivery(int side)
    {
        DeliveredSides |= 1 << side;
        Collection = DeliveredSides == (1 << _tokens.Length) - 1 ? null : Collection;
    }

    private void Move(TokenId tokenIn, UInt256 amountIn, TokenId tokenOut, UInt256 amountOut, UInt256 protocolFee)
    {
        var one = IndexOf(tokenIn);
        _reserves[one] += amountIn - protocolFee;
        _reserves[IndexOf(tokenOut)] -= amountOut;
        _treasuryFees[one] += protocolFee;
    }

    private void AddLeg(Event.LegPrepared leg)
    {
        _legs.Add(leg.LegId, leg);
        _preparedIn[IndexOf(leg.TokenIn)] += leg.AmountIn - leg.ProtocolFee;
        _preparedOut[IndexOf(leg.TokenOut)] += leg.AmountOut;
    }

    private Event.LegPrepared RemoveLeg(Guid legId)
    {
        _legs.Remove(legId, out var leg);
        _preparedIn[IndexOf(leg!.TokenIn)] -= leg.AmountIn - leg.ProtocolFee;
        _preparedOut[IndexOf(leg.TokenOut)] -= leg.AmountOut;
        return leg;
    }

    private void Remember(Guid id, Event outcome, DateTimeOffset deadline, DateTimeOffset at, bool needsAcknowledgement)
    {
        _outcomes.ForgetBefore(at);
        _outcomes.Remember(id, outcome, deadline, needsAcknowledgement);
    }
}
