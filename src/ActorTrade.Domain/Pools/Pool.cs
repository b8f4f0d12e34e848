using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Oracles;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Pools;

/// <summary>
/// A pool of two tokens, constant product, or of two to eight with one of the curves. It swaps for accounts, takes and
/// returns liquidity for shares, and prepares legs of routes that a coordinating account commits or aborts. It never
/// calls out, except to ask about an overdue leg.
/// </summary>
/// <remarks>
/// Invariants (PoolPropertyTests): the least reserve0 × reserve1 that commits and aborts of open legs can lead
/// to never falls through swaps and legs, and for one share (squared) through anything; so without open legs
/// reserve0 × reserve1 never fell and no provider lost by others' adding and removing; a trade id has one
/// outcome for as long as anyone may ask; nothing happens after a trade's deadline, and what is refused is
/// journaled, so that a retry cannot turn into a trade.
/// <para>Fees come out of the input: the liquidity providers' part stays in the
/// reserve, the treasury's is set aside.</para>
/// <para>Prices while legs are prepared: of two tokens each direction is quoted against the larger input reserve and
/// the smaller output reserve that any combination of commits and aborts can lead to; of more tokens a trade gives the
/// least of what it would at each combination (<see cref="LegOutcomes"/>); of curves whose state is a path one leg is
/// open at a time, and all else waits for it ("pool-busy"). So nobody profits from an open leg.</para>
/// </remarks>
public static class Pool
{
    public const string Category = "pool";

    /// <summary>Trades one pool remembers; at the bound it answers <see cref="Rejection.TooManyTrades"/>.</summary>
    public const int OutcomesMax = 2_000_000;

    /// <summary>Legs that may be prepared and undecided at once, of a pool of two tokens.</summary>
    public const int PreparedLegsMax = 256;

    /// <summary>The same of a pool of more tokens: each doubles what a trade reckons with.</summary>
    public const int PreparedLegsOfManyMax = 5;

    /// <summary>Ranges of one concentrated pool that have liquidity.</summary>
    public const int RangesMax = 128;

    /// <summary>Observations of its price that a pool keeps, at most one a second.</summary>
    public const int ObservationsMax = 1_024;

    /// <summary>By how many ticks (0.01 %) a second's price counts beyond the one before it, in the geometric mean: a
    /// factor of about 2.49, as Uniswap's truncated oracle has it.</summary>
    public const int TickMoveMax = 9_116;

    public static readonly EntityDefinition<PoolState, Command, Event, Rejection> Definition = new()
    {
        Category = Category,
        Create = key => new PoolState(PoolId.Parse(key)),
        Decide = PoolDecisions.Decide,
        Evolve = static (state, e) => state.Evolve(e),
        React = PoolEffects.React,
        Outstanding = PoolEffects.Outstanding,
        WakeAt = PoolEffects.WakeAt,
        ViewType = typeof(PoolView),
        View = static state => state.ToView(),
        SnapshotType = typeof(PoolSnapshot),
        Capture = static state => state.Capture(),
        Restore = static snapshot => PoolState.Restore((PoolSnapshot)snapshot),
        Limits = new EntityLimits { MailboxCapacity = 65_536, SnapshotEveryEvents = 1_000 },
    };

    public static EntityId IdOf(PoolId pool) => new(Category, pool.Value);

    public abstract record Command : ICommand
    {
        private Command()
        {
        }

        /// <summary>Creates the pool; a repeat with the same terms is accepted. Token 0 and 1 are the pool's order, for
        /// ever.</summary>
        public sealed record Create(TokenId Token0, TokenId Token1, FeePips LiquidityFee, FeePips TreasuryFee)
            : Command, INaturallyIdempotent;

        /// <summary>Creates a pool with one of the curves; a repeat with the same terms is accepted.</summary>
        /// <param name="TreasuryFee">Of every input, beside the curve's own fee, which is the providers'.</param>
        public sealed record CreateCurve(TokenId[] Tokens, CurveTerms Curve, FeePips TreasuryFee)
            : Command, INaturallyIdempotent;

        public sealed record Swap(
            Guid TradeId,
            AccountId Trader,
            TokenId TokenIn,
            TokenId TokenOut,
            UInt256 AmountIn,
            UInt256 MinAmountOut,
            DateTimeOffset Deadline) : Command, INaturallyIdempotent;

        public sealed record AddLiquidity(
            Guid TradeId, AccountId Provider, TokenAmount Max0, TokenAmount Max1, UInt256 MinShares,
            DateTimeOffset Deadline)
            : Command, INaturallyIdempotent;

        public sealed record RemoveLiquidity(
            Guid TradeId,
            AccountId Provider,
            UInt256 Shares,
            UInt256 MinAmount0,
            UInt256 MinAmount1,
            DateTimeOffset Deadline) : Command, INaturallyIdempotent;

        /// <summary>Pays in for shares, into a pool of any number of tokens.</summary>
        /// <param name="Most">Of each token at most so much, in the pool's ratio; all of the pool's, in its order. With
        /// <paramref name="IsExact"/> all of it, in whatever ratio, and tokens may be left out.</param>
        /// <param name="IsExact">Only of curves whose contracts have such deposits.</param>
        public sealed record Join(
            Guid TradeId,
            AccountId Provider,
            TokenAmount[] Most,
            bool IsExact,
            TickRange? Range,
            UInt256 MinShares,
            DateTimeOffset Deadline) : Command, INaturallyIdempotent;

        /// <summary>Gives shares back.</summary>
        /// <param name="Least">At least so much of each token, all of the pool's, in its order. With
        /// <paramref name="IsOneToken"/> of one token, and all is paid in that.</param>
        /// <param name="IsOneToken">Only of curves whose contracts have such withdrawals.</param>
        public sealed record Exit(
            Guid TradeId,
            AccountId Provider,
            UInt256 Shares,
            TokenAmount[] Least,
            bool IsOneToken,
            TickRange? Range,
            DateTimeOffset Deadline) : Command, INaturallyIdempotent;

        /// <summary>Sets the output of one leg of a route aside until its coordinator commits or aborts it.</summary>
        public sealed record PrepareLeg(
            Guid LegId,
            Guid TradeId,
            AccountId Coordinator,
            TokenId TokenIn,
            TokenId TokenOut,
            UInt256 AmountIn,
            DateTimeOffset Deadline) : Command, INaturallyIdempotent;

        public sealed record CommitLeg(Guid LegId, AccountId Coordinator) : Command, INaturallyIdempotent;

        /// <summary>Undoes a leg, or makes sure that it never happens.</summary>
        public sealed record AbortLeg(Guid LegId, AccountId Coordinator, DateTimeOffset Deadline)
            : Command, INaturallyIdempotent;

        /// <summary>The trader has recorded the outcomes of these trades.</summary>
        /// <param name="Trader">Only his are forgotten; null from a release that did not say: anybody's.</param>
        /// <param name="Deadlines">Of each trade: an earlier trade with its id had another.</param>
        public sealed record Acknowledge(
            Guid[] TradeIds, AccountId? Trader = null, DateTimeOffset[]? Deadlines = null)
            : Command, INaturallyIdempotent;

        /// <summary>Pays the treasury's fees so far to an account.</summary>
        public sealed record CollectFees(Guid CollectionId, AccountId Treasury) : Command, INaturallyIdempotent;

        /// <summary>One side of a collection arrived, or was refused for good and returns.</summary>
        public sealed record RecordFeesOutcome(
            Guid CollectionId, int Side, bool Arrived) : Command, INaturallyIdempotent;

        /// <summary>Asks for the mean price of a window, which anyone may: answered with
        /// <see cref="Event.PriceObserved"/>, and nothing is stored.</summary>
        public sealed record ObservePrice(OracleTerms Terms) : Command, INaturallyIdempotent;
    }

    // Stored for ever: add cases, and fields with defaults at the end; never rename or change one.
    public abstract record Event : IEvent
    {
        private Event()
        {
        }

        [StoredName("pool.created.v1")]
        public sealed record Created(
            PoolId Pool, TokenId Token0, TokenId Token1, FeePips LiquidityFee, FeePips TreasuryFee,
            DateTimeOffset At) : Event;

        [StoredName("pool.curve-created.v1")]
        public sealed record CurveCreated(
            PoolId Pool, TokenId[] Tokens, CurveTerms Curve, FeePips TreasuryFee, DateTimeOffset At) : Event
        {
            /// <summary>What every pool has, with the curve's own fee as the providers'.</summary>
            public Created ToCreated() => new(Pool, Tokens[0], Tokens[1], Curve.Fee, TreasuryFee, At);
        }

        [StoredName("pool.swapped.v1")]
        public sealed record Swapped(
            Guid TradeId,
            AccountId Trader,
            TokenId TokenIn,
            UInt256 AmountIn,
            TokenId TokenOut,
            UInt256 AmountOut,
            UInt256 LpFee,
            UInt256 ProtocolFee,
            int PriceImpactBps,
            DateTimeOffset Deadline,
            DateTimeOffset At) : Event;

        /// <summary>A trade, deposit, withdrawal or leg that did not and will not happen.</summary>
        [StoredName("pool.trade-refused.v1")]
        public sealed record TradeRefused(
            Guid TradeId, string Reason, DateTimeOffset Deadline, DateTimeOffset At) : Event;

        [StoredName("pool.leg-prepared.v1")]
        public sealed record LegPrepared(
            Guid LegId,
            Guid TradeId,
            AccountId Coordinator,
            TokenId TokenIn,
            UInt256 AmountIn,
            TokenId TokenOut,
            UInt256 AmountOut,
            UInt256 LpFee,
            UInt256 ProtocolFee,
            DateTimeOffset Deadline,
            DateTimeOffset At) : Event;

        [StoredName("pool.leg-committed.v1")]
        public sealed record LegCommitted(
            Guid LegId,
            Guid TradeId,
            AccountId Coordinator,
            TokenAmount In,
            TokenAmount Out,
            UInt256 ProtocolFee,
            DateTimeOffset At) : Event;

        [StoredName("pool.leg-aborted.v1")]
        public sealed record LegAborted(Guid LegId, DateTimeOffset Deadline, DateTimeOffset At) : Event;

        [StoredName("pool.liquidity-added.v1")]
        public sealed record LiquidityAdded(
            Guid TradeId,
            AccountId Provider,
            TokenId Token0,
            UInt256 Amount0,
            TokenId Token1,
            UInt256 Amount1,
            UInt256 Shares,
            UInt256 LockedShares,
            DateTimeOffset Deadline,
            DateTimeOffset At) : Event;

        [StoredName("pool.liquidity-removed.v1")]
        public sealed record LiquidityRemoved(
            Guid TradeId,
            AccountId Provider,
            UInt256 Shares,
            TokenId Token0,
            UInt256 Amount0,
            TokenId Token1,
            UInt256 Amount1,
            DateTimeOffset Deadline,
            DateTimeOffset At) : Event;

        /// <summary>What a tricrypto pool remembers after the change that this event follows.</summary>
        /// <param name="LegId">The change is a prepared leg: it counts from its commit on, and not if it is
        /// aborted.</param>
        [StoredName("pool.scale-settled.v1")]
        public sealed record ScaleSettled(Guid? LegId, TricryptoState State) : Event;

        /// <summary>Where a swap left the price of a concentrated pool.</summary>
        /// <param name="LegId">As of <see cref="ScaleSettled"/>.</param>
        /// <param name="Crossed">The ticks passed, as they are now.</param>
        [StoredName("pool.price-moved.v1")]
        public sealed record PriceMoved(
            Guid? LegId,
            UInt256 SqrtPriceX96,
            int Tick,
            UInt256 Growth0X128,
            UInt256 Growth1X128,
            TickGrowth[] Crossed) : Event;

        /// <summary>What a deposit or withdrawal left of a range; without liquidity, nothing.</summary>
        [StoredName("pool.range-changed.v1")]
        public sealed record RangeChanged(RangePosition Position, DateTimeOffset At) : Event;

        /// <summary>Liquidity for shares, of any number of tokens; what was not paid of a token is not named.</summary>
        [StoredName("pool.joined.v1")]
        public sealed record Joined(
            Guid TradeId,
            AccountId Provider,
            TokenAmount[] Paid,
            TickRange? Range,
            UInt256 Shares,
            UInt256 LockedShares,
            DateTimeOffset Deadline,
            DateTimeOffset At) : Event;

        /// <summary>Shares for liquidity, of any number of tokens; what was not given of a token is not
        /// named.</summary>
        [StoredName("pool.exited.v1")]
        public sealed record Exited(
            Guid TradeId,
            AccountId Provider,
            TickRange? Range,
            UInt256 Shares,
            TokenAmount[] Given,
            DateTimeOffset Deadline,
            DateTimeOffset At) : Event;

        [StoredName("pool.trades-acknowledged.v1")]
        public sealed record TradesAcknowledged(Guid[] TradeIds, DateTimeOffset At) : Event;

        [StoredName("pool.fees-collected.v1")]
        public sealed record FeesCollected(
            Guid CollectionId, AccountId Treasury, TokenAmount Fees0, TokenAmount Fees1, DateTimeOffset At) : Event;

        /// <summary>As <see cref="FeesCollected"/>, of a pool of more than two tokens; the sides are the
        /// tokens.</summary>
        [StoredName("pool.fees-of-all-collected.v1")]
        public sealed record FeesOfAllCollected(
            Guid CollectionId, AccountId Treasury, TokenAmount[] Fees, DateTimeOffset At) : Event;

        [StoredName("pool.fees-delivered.v1")]
        public sealed record FeesDelivered(Guid CollectionId, int Side) : Event;

        /// <summary>The treasury's account refused one side; it is the pool's to collect again.</summary>
        [StoredName("pool.fees-returned.v1")]
        public sealed record FeesReturned(Guid CollectionId, int Side, TokenAmount Fees) : Event;

        /// <summary>An answer only, never stored: the mean price of a window.</summary>
        /// <param name="Numerator">With the denominator: token 1 for one token 0, in base units.</param>
        [StoredName("pool.price-observed.v1")]
        public sealed record PriceObserved(
            PoolId Pool,
            TokenId Token0,
            TokenId Token1,
            UInt256 Numerator,
            UInt256 Denominator,
            OracleMean Mean,
            long WindowSeconds,
            long AgeSeconds,
            double Confidence,
            int Observations,
            DateTimeOffset At) : Event
        {
            public OraclePrice ToPrice() => new(
                new Price(Numerator, Denominator),
                $"pool:{Pool}",
                TimeSpan.FromSeconds(WindowSeconds),
                TimeSpan.FromSeconds(AgeSeconds),
                Confidence,
                Observations);
        }
    }

    public abstract record Rejection(string Code) : IRejection
    {
        public sealed record NotPermitted(string Principal) : Rejection("not-permitted");

        public sealed record AlreadyCreated(PoolId Pool) : Rejection("pool-already-created");

        public sealed record NotCreated(PoolId Pool) : Rejection("pool-not-created");

        public sealed record SameTokens(TokenId Token) : Rejection("same-tokens");

        public sealed record FeesTooHigh(int TotalPips) : Rejection("fees-too-high");

        /// <summary>The curve is one of so many tokens, and others were named.</summary>
        public sealed record WrongTokenCount(int Count, int Expected = 2) : Rejection("wrong-token-count");

        /// <summary>A parameter that no pool of this kind can have.</summary>
        public sealed record InvalidCurve(string Field, string Reason) : Rejection("invalid-curve");

        public sealed record IdReused(Guid Id) : Rejection("id-reused");

        /// <summary>Not an outcome: ask again when outcomes have been acknowledged and have expired.</summary>
        public sealed record TooManyTrades(int Max) : Rejection("too-many-trades");

        public sealed record CollectionUnderWay(Guid CollectionId) : Rejection("collection-under-way");

        /// <summary>There is no mean price that the asker accepts; the refusal's own code says why.</summary>
        public sealed record PriceRefused(OracleRefusal Refusal) : Rejection("price-refused");
    }
}
