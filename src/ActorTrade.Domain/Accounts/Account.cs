using ActorTrade.Domain.Books;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Accounts;

/// <summary>
/// One owner's balances of all tokens, and the coordinator of everything its money takes part in: a
/// trade holds the money first, asks pools or other accounts next, and then either spends the hold
/// and credits what came back, or releases it.
/// </summary>
/// <remarks>
/// Invariants (AccountPropertyTests): available and held never fall below zero (they are unsigned, and overflow stops
/// the actor); the held amount of a token is the sum of its open trades, holds and pool orders; a trade id names
/// one trade until its deadline and what its sender asked to remember have passed, and is refused after; a trade ends
/// once; a fill of an order, by its number, has one outcome for ever. Only the owner, or the cluster on its behalf,
/// starts anything.
/// <para>Decisions are in <see cref="AccountDecisions"/>, the state and its evolution in <see cref="AccountState"/>,
/// what committed events ask of others in <see cref="AccountEffects"/>.</para>
/// </remarks>
public static class Account
{
    public const string Category = "account";

    /// <summary>Tokens one account may hold.</summary>
    public const int TokensMax = 1_024;

    /// <summary>Trades of one account that may be under way at once.</summary>
    public const int OpenTradesMax = 8_192;

    /// <summary>Holds for orders that may be open at once.</summary>
    public const int OpenHoldsMax = 8_192;

    /// <summary>Orders in books of pools that may be open at once.</summary>
    public const int OpenPoolOrdersMax = 8_192;

    /// <summary>Outcomes one account remembers; see <see cref="OutcomeMemory{TEvent}"/>.</summary>
    public const int OutcomesMax = 262_144;

    /// <summary>Fills one hold may be settled by.</summary>
    public const int FillsPerHoldMax = 10_000;

    /// <summary>Pools one route may pass.</summary>
    public const int RouteHopsMax = 4;

    public static readonly EntityDefinition<AccountState, Command, Event, Rejection> Definition = new()
    {
        Category = Category,
        Create = key => new AccountState(AccountId.Parse(key)),
        Decide = AccountDecisions.Decide,
        Evolve = static (state, e) => state.Evolve(e),
        React = AccountEffects.React,
        Outstanding = AccountEffects.Outstanding,
        WakeAt = AccountEffects.WakeAt,
        ViewType = typeof(AccountView),
        View = static state => state.ToView(),
        SnapshotType = typeof(AccountSnapshot),
        Capture = static state => state.Capture(),
        Restore = static snapshot => AccountState.Restore((AccountSnapshot)snapshot),
    };

    public static EntityId IdOf(AccountId account) => new(Category, account.Value);

    public abstract record Command : ICommand
    {
        private Command()
        {
        }

        /// <summary>Opens the account; a repeat by the same owner is accepted.</summary>
        public sealed record Open(string Owner) : Command, INaturallyIdempotent;

        /// <summary>Brings money in: from a mint, another account, or the fees of a
        /// pool. Refusals are journaled.</summary>
        public sealed record Credit(
            Guid CreditId, EntityId From, TokenId Token, UInt256 Amount, DateTimeOffset Deadline)
            : Command, INaturallyIdempotent;

        /// <summary>The sender has recorded the outcomes of these credits.</summary>
        /// <param name="From">Only credits from there are forgotten; null from a release that did not say:
        /// anybody's.</param>
        /// <param name="Deadlines">Of each credit: an earlier one with its id had another.</param>
        public sealed record AcknowledgeCredits(
            Guid[] CreditIds, string? From = null, DateTimeOffset[]? Deadlines = null) : Command, INaturallyIdempotent;

        public sealed record Withdraw(Guid WithdrawalId, TokenId Token, UInt256 Amount, DateTimeOffset Deadline)
            : Command, INaturallyIdempotent;

        public sealed record Transfer(
            Guid TransferId, AccountId To, TokenId Token, UInt256 Amount, DateTimeOffset Deadline)
            : Command, INaturallyIdempotent;

        /// <summary>
        /// Swaps along a route of pools, all or nothing. Answered when it ends: <see cref="Event.TradeSettled"/> or
        /// <see cref="Event.TradeReleased"/>. A nonce, where given, must be one more than the account's last.
        /// </summary>
        /// <param name="IsFlash">The route ends with the token it begins with and repays itself: the account needs to
        /// have no more than what it may lose, <c>AmountIn - MinAmountOut</c>, or nothing.</param>
        public sealed record StartSwap(
            Guid TradeId,
            SwapHop[] Route,
            UInt256 AmountIn,
            UInt256 MinAmountOut,
            DateTimeOffset Deadline,
            ulong? Nonce = null,
            bool IsFlash = false) : Command, INaturallyIdempotent;

        /// <summary>Pays into a pool, at most the given amounts, for at least the given shares.</summary>
        public sealed record AddLiquidity(
            Guid TradeId, PoolId Pool, TokenAmount Max0, TokenAmount Max1, UInt256 MinShares, DateTimeOffset Deadline)
            : Command, INaturallyIdempotent;

        /// <summary>Gives shares back to a pool for at least the given amounts of its tokens, in pool order.</summary>
        public sealed record RemoveLiquidity(
            Guid TradeId, PoolId Pool, UInt256 Shares, UInt256 MinAmount0, UInt256 MinAmount1, DateTimeOffset Deadline)
            : Command, INaturallyIdempotent;

        /// <summary>Pays into a pool of any number of tokens, at most the given amounts or just these, for at least the
        /// given shares; see <see cref="Pools.Pool.Command.Join"/>.</summary>
        public sealed record Join(
            Guid TradeId,
            PoolId Pool,
            TokenAmount[] Most,
            bool IsExact,
            TickRange? Range,
            UInt256 MinShares,
            DateTimeOffset Deadline) : Command, INaturallyIdempotent;

        /// <summary>Gives shares back to a pool of any number of tokens for at least the given amounts; see
        /// <see cref="Pools.Pool.Command.Exit"/>.</summary>
        public sealed record Exit(
            Guid TradeId,
            PoolId Pool,
            UInt256 Shares,
            TokenAmount[] Least,
            bool IsOneToken,
            TickRange? Range,
            DateTimeOffset Deadline) : Command, INaturallyIdempotent;

        /// <summary>Sets money aside for an order; it leaves by fills or comes back by a release.</summary>
        public sealed record HoldFunds(Guid HoldId, TokenId Token, UInt256 Amount, DateTimeOffset Deadline)
            : Command, INaturallyIdempotent;

        /// <summary>A venue filled part of the order: so much of the hold is spent, so much came
        /// in, net of a fee taken from it.</summary>
        public sealed record SettleFill(
            Guid HoldId,
            Guid FillId,
            UInt256 Spent,
            TokenId Received,
            UInt256 ReceivedAmount,
            TokenId FeeToken,
            UInt256 Fee,
            string Venue) : Command, INaturallyIdempotent;

        /// <summary>Ends a hold; what was not spent is available again.</summary>
        public sealed record ReleaseHold(Guid HoldId) : Command, INaturallyIdempotent;

        /// <summary>
        /// Holds the money of an order and places it in the book of a pool. Answered when the book has it
        /// (<see cref="Event.PoolOrderAccepted"/>) or refuses it (<see cref="Event.PoolOrderRefused"/>).
        /// </summary>
        public sealed record PlacePoolOrder(
            Guid OrderId,
            PoolId Pool,
            PoolOrder Order,
            DateTimeOffset Deadline,
            SandwichProtection Protection = SandwichProtection.None,
            TriggerMean? TriggerBy = null) : Command, INaturallyIdempotent;

        /// <summary>Ends an order; passes in every mode. It has ended with <see cref="Event.PoolOrderClosed"/>, after a
        /// fill that may be under way.</summary>
        public sealed record CancelPoolOrder(Guid OrderId, string Why) : Command, INaturallyIdempotent;

        /// <summary>The book fills a part of an order: swap it. Answered when that ends.</summary>
        /// <param name="Number">1, 2, 3 … within the order; the next is not begun before the last has ended.</param>
        /// <param name="IsPrivate">Nobody may see it before it has happened.</param>
        public sealed record FillPoolOrder(
            Guid OrderId, int Number, PoolId Pool, UInt256 AmountIn, UInt256 MinAmountOut, DateTimeOffset Deadline,
            bool IsPrivate = false) : Command, INaturallyIdempotent;

        /// <summary>The order has left its book; what was not sold is available again.</summary>
        public sealed record ClosePoolOrder(Guid OrderId, PoolOrderEnd End, string Reason)
            : Command, INaturallyIdempotent;

        /// <summary>Asks what became of a trade, for a pool whose prepared leg is overdue:
        /// undecided is decided as aborted first.</summary>
        public sealed record ResolveTrade(Guid TradeId) : Command, INaturallyIdempotent;

        // What the answers to the account's own effects say. Only the cluster sends these. The deadline is that of the
        // trade that asked: an answer may come so late that its trade is forgotten and another has its id.

        public sealed record RecordSwapOutcome(
            Guid TradeId, UInt256 AmountOut, UInt256 Fee, int PriceImpactBps, DateTimeOffset? Deadline = null)
            : Command, INaturallyIdempotent;

        public sealed record RecordRefusal(Guid TradeId, string Reason, DateTimeOffset? Deadline = null)
            : Command, INaturallyIdempotent;

        public sealed record RecordLegPrepared(
            Guid TradeId, int Hop, UInt256 AmountOut, UInt256 Fee, DateTimeOffset? Deadline = null)
            : Command, INaturallyIdempotent;

        public sealed record RecordLegFinished(Guid TradeId, int Hop, DateTimeOffset? Deadline = null)
            : Command, INaturallyIdempotent;

        public sealed record RecordLiquidityAdded(
            Guid TradeId, UInt256 Amount0, UInt256 Amount1, UInt256 Shares, DateTimeOffset? Deadline = null)
            : Command, INaturallyIdempotent;

        public sealed record RecordLiquidityRemoved(
            Guid TradeId, TokenAmount Out0, TokenAmount Out1, DateTimeOffset? Deadline = null)
            : Command, INaturallyIdempotent;

        public sealed record RecordJoined(
            Guid TradeId, TokenAmount[] Paid, UInt256 Shares, DateTimeOffset Deadline) : Command, INaturallyIdempotent;

        public sealed record RecordExited(
            Guid TradeId, TokenAmount[] Given, DateTimeOffset Deadline) : Command, INaturallyIdempotent;

        public sealed record RecordDelivered(Guid TradeId, DateTimeOffset? Deadline = null)
            : Command, INaturallyIdempotent;

        public sealed record RecordAcknowledged(EntityId Target, Guid[] Ids, DateTimeOffset[]? Deadlines = null)
            : Command, INaturallyIdempotent;

        public sealed record RecordPoolOrderAccepted(Guid OrderId) : Command, INaturallyIdempotent;

        public sealed record RecordPoolOrderRefused(Guid OrderId, string Reason) : Command, INaturallyIdempotent;
    }

    // Stored for ever: add cases, and fields with defaults at the end; never rename or change one.
    public abstract record Event : IEvent
    {
        private Event()
        {
        }

        [StoredName("account.opened.v1")]
        public sealed record Opened(AccountId Account, string Owner, DateTimeOffset At) : Event;

        [StoredName("account.credited.v1")]
        public sealed record Credited(
            Guid CreditId, string From, TokenId Token, UInt256 Amount, DateTimeOffset Deadline,
            DateTimeOffset At) : Event;

        [StoredName("account.credit-refused.v1")]
        public sealed record CreditRefused(
            Guid CreditId, string Reason, DateTimeOffset Deadline, DateTimeOffset At) : Event;

        [StoredName("account.credits-acknowledged.v1")]
        public sealed record CreditsAcknowledged(Guid[] CreditIds, DateTimeOffset At) : Event;

        [StoredName("account.swap-started.v1")]
        public sealed record SwapStarted(
            Guid TradeId,
            SwapHop[] Route,
            UInt256 AmountIn,
            UInt256 MinAmountOut,
            ulong? Nonce,
            DateTimeOffset Deadline,
            DateTimeOffset RememberUntil,
            DateTimeOffset At,
            bool IsFlash = false) : Event
        {
            /// <summary>What is set aside for it: the input, or of a flash route what it may lose.</summary>
            public TokenAmount[] Held()
            {
                if (!IsFlash)
                {
                    return [new TokenAmount(Route[0].TokenIn, AmountIn)];
                }

                return AmountIn > MinAmountOut
                    ? [new TokenAmount(Route[0].TokenIn, AmountIn - MinAmountOut)]
                    : [];
            }
        }

        [StoredName("account.liquidity-addition-started.v1")]
        public sealed record LiquidityAdditionStarted(
            Guid TradeId,
            PoolId Pool,
            TokenAmount Max0,
            TokenAmount Max1,
            UInt256 MinShares,
            DateTimeOffset Deadline,
            DateTimeOffset RememberUntil,
            DateTimeOffset At) : Event;

        [StoredName("account.liquidity-removal-started.v1")]
        public sealed record LiquidityRemovalStarted(
            Guid TradeId,
            PoolId Pool,
            UInt256 Shares,
            UInt256 MinAmount0,
            UInt256 MinAmount1,
            DateTimeOffset Deadline,
            DateTimeOffset RememberUntil,
            DateTimeOffset At) : Event;

        [StoredName("account.join-started.v1")]
        public sealed record JoinStarted(
            Guid TradeId,
            PoolId Pool,
            TokenAmount[] Most,
            bool IsExact,
            TickRange? Range,
            UInt256 MinShares,
            DateTimeOffset Deadline,
            DateTimeOffset RememberUntil,
            DateTimeOffset At) : Event;

        [StoredName("account.exit-started.v1")]
        public sealed record ExitStarted(
            Guid TradeId,
            PoolId Pool,
            UInt256 Shares,
            TokenAmount[] Least,
            bool IsOneToken,
            TickRange? Range,
            DateTimeOffset Deadline,
            DateTimeOffset RememberUntil,
            DateTimeOffset At) : Event
        {
            /// <summary>What is set aside for it.</summary>
            public TokenAmount Held() => new(TickRange.SharesOf(Pool, Range), Shares);
        }

        [StoredName("account.transfer-started.v1")]
        public sealed record TransferStarted(
            Guid TradeId,
            AccountId To,
            TokenId Token,
            UInt256 Amount,
            DateTimeOffset Deadline,
            DateTimeOffset RememberUntil,
            DateTimeOffset At) : Event;

        [StoredName("account.withdrawal-started.v1")]
        public sealed record WithdrawalStarted(
            Guid TradeId,
            TokenId Token,
            UInt256 Amount,
            DateTimeOffset Deadline,
            DateTimeOffset RememberUntil,
            DateTimeOffset At) : Event;

        [StoredName("account.leg-prepared.v1")]
        public sealed record LegPrepared(Guid TradeId, int Hop, UInt256 AmountOut, UInt256 Fee) : Event;

        /// <summary>All legs are prepared and the output suffices: from here on the route will happen.</summary>
        [StoredName("account.route-committed.v1")]
        public sealed record RouteCommitted(Guid TradeId) : Event;

        /// <summary>From here on the route will not happen.</summary>
        [StoredName("account.route-aborted.v1")]
        public sealed record RouteAborted(Guid TradeId, string Reason) : Event;

        [StoredName("account.leg-finished.v1")]
        public sealed record LegFinished(Guid TradeId, int Hop) : Event;

        /// <summary>The hold is spent and the output credited. The fee is in the
        /// input token, of the first pool.</summary>
        /// <param name="FlashHeld">Of a flash route: what was held. It is spent, and what is left of it and of the
        /// output when the input is repaid is credited. Null for any other trade.</param>
        [StoredName("account.trade-settled.v1")]
        public sealed record TradeSettled(
            Guid TradeId,
            TokenId TokenIn,
            UInt256 AmountIn,
            TokenId TokenOut,
            UInt256 AmountOut,
            UInt256 Fee,
            int PriceImpactBps,
            DateTimeOffset At,
            UInt256? FlashHeld = null) : Event;

        /// <summary>The trade did not happen; what is released is available again. Of a fill of a pool order nothing
        /// is: it is the order's again.</summary>
        [StoredName("account.trade-released.v1")]
        public sealed record TradeReleased(
            Guid TradeId, TokenAmount[] Released, string Reason, DateTimeOffset At) : Event;

        /// <summary>The amounts taken are spent, the rest of the hold is available
        /// again, the shares are credited.</summary>
        [StoredName("account.liquidity-added.v1")]
        public sealed record LiquidityAdded(
            Guid TradeId,
            PoolId Pool,
            TokenAmount Spent0,
            TokenAmount Spent1,
            UInt256 Returned0,
            UInt256 Returned1,
            UInt256 Shares,
            DateTimeOffset At) : Event;

        [StoredName("account.liquidity-removed.v1")]
        public sealed record LiquidityRemoved(
            Guid TradeId, PoolId Pool, UInt256 Shares, TokenAmount Received0, TokenAmount Received1,
            DateTimeOffset At) : Event;

        /// <summary>The amounts taken are spent, the rest of the hold is available again, the shares are
        /// credited.</summary>
        /// <param name="Returned">With <paramref name="Spent"/> what was held, token by token.</param>
        [StoredName("account.joined.v1")]
        public sealed record Joined(
            Guid TradeId,
            PoolId Pool,
            TickRange? Range,
            TokenAmount[] Spent,
            TokenAmount[] Returned,
            UInt256 Shares,
            DateTimeOffset At) : Event;

        [StoredName("account.exited.v1")]
        public sealed record Exited(
            Guid TradeId,
            PoolId Pool,
            TickRange? Range,
            UInt256 Shares,
            TokenAmount[] Received,
            DateTimeOffset At) : Event;

        [StoredName("account.transfer-settled.v1")]
        public sealed record TransferSettled(
            Guid TradeId, AccountId To, TokenId Token, UInt256 Amount, DateTimeOffset At) : Event;

        [StoredName("account.withdrawal-settled.v1")]
        public sealed record WithdrawalSettled(Guid TradeId, TokenId Token, UInt256 Amount, DateTimeOffset At) : Event;

        [StoredName("account.funds-held.v1")]
        public sealed record FundsHeld(
            Guid HoldId, TokenId Token, UInt256 Amount, DateTimeOffset Deadline, DateTimeOffset At) : Event;

        [StoredName("account.fill-settled.v1")]
        public sealed record FillSettled(
            Guid HoldId,
            Guid FillId,
            TokenId SpentToken,
            UInt256 Spent,
            TokenId Received,
            UInt256 ReceivedAmount,
            TokenId FeeToken,
            UInt256 Fee,
            string Venue,
            DateTimeOffset At) : Event;

        [StoredName("account.hold-released.v1")]
        public sealed record HoldReleased(Guid HoldId, TokenId Token, UInt256 Amount, DateTimeOffset At) : Event;

        /// <summary>The funds were not held, and will not be by a late repeat.</summary>
        /// <param name="Code">The code of the rejection that it is.</param>
        [StoredName("account.hold-refused.v1")]
        public sealed record HoldRefused(
            Guid HoldId, TokenId Token, UInt256 Amount, string Code, DateTimeOffset Deadline, DateTimeOffset At)
            : Event;

        /// <summary>The order's money is held, and its book is asked to take it.</summary>
        [StoredName("account.pool-order-placed.v1")]
        public sealed record PoolOrderPlaced(
            Guid OrderId,
            PoolId Pool,
            PoolOrder Order,
            DateTimeOffset Deadline,
            DateTimeOffset RememberUntil,
            DateTimeOffset At,
            SandwichProtection Protection = SandwichProtection.None,
            TriggerMean? TriggerBy = null) : Event;

        [StoredName("account.pool-order-accepted.v1")]
        public sealed record PoolOrderAccepted(Guid OrderId, PoolId Pool, DateTimeOffset At) : Event;

        /// <summary>The book did not and will not take the order; its money is available again.</summary>
        [StoredName("account.pool-order-refused.v1")]
        public sealed record PoolOrderRefused(
            Guid OrderId, TokenId Token, UInt256 Amount, string Reason, DateTimeOffset At) : Event;

        [StoredName("account.pool-order-cancel-requested.v1")]
        public sealed record PoolOrderCancelRequested(Guid OrderId, string By, string Why, DateTimeOffset At) : Event;

        /// <summary>A part of an order's money is being swapped: it is the trade's now, not the order's.</summary>
        [StoredName("account.order-fill-started.v1")]
        public sealed record OrderFillStarted(
            Guid OrderId,
            int Number,
            Guid TradeId,
            SwapHop Hop,
            UInt256 AmountIn,
            UInt256 MinAmountOut,
            DateTimeOffset Deadline,
            DateTimeOffset RememberUntil,
            DateTimeOffset At,
            bool IsPrivate = false) : Event;

        /// <summary>This fill did not and will not happen.</summary>
        [StoredName("account.order-fill-refused.v1")]
        public sealed record OrderFillRefused(Guid OrderId, int Number, string Reason, DateTimeOffset At) : Event;

        /// <summary>The order has ended: so much was sold for so much, the rest is available again.</summary>
        [StoredName("account.pool-order-closed.v1")]
        public sealed record PoolOrderClosed(
            Guid OrderId,
            TokenId TokenIn,
            UInt256 Sold,
            UInt256 Released,
            TokenId TokenOut,
            UInt256 Bought,
            PoolOrderEnd End,
            string Reason,
            DateTimeOffset At) : Event;

        /// <summary>The target has recorded that these outcomes are known here.</summary>
        /// <param name="Deadlines">Of each trade; null where all with these ids are meant.</param>
        [StoredName("account.outcomes-acknowledged.v1")]
        public sealed record OutcomesAcknowledged(string Target, Guid[] Ids, DateTimeOffset[]? Deadlines = null)
            : Event;
    }

    public abstract record Rejection(string Code) : IRejection
    {
        public sealed record NotPermitted(string Principal) : Rejection("not-permitted");

        public sealed record NotOpen(AccountId Account) : Rejection("account-not-open");

        public sealed record AlreadyOpen(string Owner) : Rejection("account-already-open");

        /// <summary>The state of the system allows no new work of this kind.</summary>
        public sealed record TradingHalted(SystemMode Mode) : Rejection("trading-halted");

        public sealed record IdReused(Guid Id) : Rejection("id-reused");

        public sealed record Expired(DateTimeOffset Deadline, DateTimeOffset Now) : Rejection("deadline-passed");

        public sealed record DeadlineTooFar(
            DateTimeOffset Deadline, DateTimeOffset Latest) : Rejection("deadline-too-far");

        public sealed record ZeroAmount(string Field) : Rejection("zero-amount");

        public sealed record InvalidRoute(string Why) : Rejection("invalid-route");

        public sealed record WrongNonce(ulong Expected, ulong Given) : Rejection("wrong-nonce");

        public sealed record InsufficientFunds(
            TokenId Token, UInt256 Required, UInt256 Available) : Rejection("insufficient-funds");

        public sealed record TooMany(string What, int Max) : Rejection("too-many");

        public sealed record UnknownHold(Guid HoldId) : Rejection("unknown-hold");

        public sealed record HoldExceeded(UInt256 Required, UInt256 Held) : Rejection("hold-exceeded");

        public sealed record UnknownTrade(Guid TradeId) : Rejection("unknown-trade");

        public sealed record InvalidOrder(string Why) : Rejection("order-terms-invalid");

        public sealed record UnknownOrder(Guid OrderId) : Rejection("order-unknown");

        public sealed record OrderIsFinal(Guid OrderId) : Rejection("order-is-final");

        /// <summary>The trade is undecided and its deadline has not passed.</summary>
        public sealed record StillOpen(Guid TradeId) : Rejection("still-open");
    }
}

/// <summary>One pool of a route and the direction through it.</summary>
public sealed record SwapHop(PoolId Pool, TokenId TokenIn, TokenId TokenOut);

/// <summary>What readers see of an account.</summary>
public sealed record AccountView(
    AccountId Id,
    string? Owner,
    ulong Nonce,
    BalanceView[] Balances,
    int OpenTrades,
    int OpenHolds,
    int OpenPoolOrders = 0);

/// <summary>One token of an account, in base units; the total is the sum of both.</summary>
public sealed record BalanceView(TokenId Token, UInt256 Available, UInt256 Held);
