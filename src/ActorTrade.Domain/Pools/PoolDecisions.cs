using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Oracles;
using ActorTrade.Domain.System;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Pools.Pool;
using PoolDecision = ActorTrade.EventSourcing.Decision<
    ActorTrade.Domain.Pools.Pool.Event, ActorTrade.Domain.Pools.Pool.Rejection>;

namespace ActorTrade.Domain.Pools;

/// <summary>What a pool says to each command. Refused trades are facts too: they are journaled.</summary>
internal static class PoolDecisions
{
    public static PoolDecision Decide(PoolState state, Command command, CommandContext context)
    {
        if (command is Command.ObservePrice observe)
        {
            return ObservePrice(state, observe, context);
        }

        var mayCreate = command is Command.Create or Command.CreateCurve && Operators.IsOne(context.Principal);
        if (context.Principal != CommandContext.Self && !mayCreate)
        {
            return new Rejection.NotPermitted(context.Principal);
        }

        return command switch
        {
            Command.Swap c => Swap(state, c, context),
            Command.Acknowledge c => Acknowledge(state, c, context),
            Command.PrepareLeg c => PrepareLeg(state, c, context),
            Command.CommitLeg c => CommitLeg(state, c, context),
            Command.AbortLeg c => AbortLeg(state, c, context),
            Command.AddLiquidity c => AddLiquidity(state, c, context),
            Command.RemoveLiquidity c => RemoveLiquidity(state, c, context),
            Command.Join c => PoolLiquidity.Join(state, c, context),
            Command.Exit c => PoolLiquidity.Exit(state, c, context),
            Command.Create c => Create(state, c, context),
            Command.CreateCurve c => CreateCurve(state, c, context),
            Command.CollectFees c => CollectFees(state, c, context),
            Command.RecordFeesOutcome c => FeesOutcome(state, c),
            _ => throw new InvalidOperationException($"The pool knows no command {command.GetType().Name}."),
        };
    }

    private static PoolDecision Create(PoolState state, Command.Create c, CommandContext context)
    {
        if (state.Terms is { } terms)
        {
            return state.Curve is null && terms.Token0 == c.Token0 && terms.Token1 == c.Token1
                && terms.LiquidityFee == c.LiquidityFee && terms.TreasuryFee == c.TreasuryFee
                ? PoolDecision.Nothing
                : new Rejection.AlreadyCreated(state.Id);
        }

        if (c.Token0 == c.Token1)
        {
            return new Rejection.SameTokens(c.Token0);
        }

        var total = c.LiquidityFee.Value + c.TreasuryFee.Value;
        return total >= FeePips.One
            ? new Rejection.FeesTooHigh(total)
            : new Event.Created(state.Id, c.Token0, c.Token1, c.LiquidityFee, c.TreasuryFee, context.Now);
    }

    private static PoolDecision CreateCurve(PoolState state, Command.CreateCurve c, CommandContext context)
    {
        if (state.Terms is { } terms)
        {
            return state.Curve == c.Curve && state.Tokens.SequenceEqual(c.Tokens)
                && terms.TreasuryFee == c.TreasuryFee
                ? PoolDecision.Nothing
                : new Rejection.AlreadyCreated(state.Id);
        }

        if (c.Tokens.Length != c.Curve.TokenCount)
        {
            return new Rejection.WrongTokenCount(c.Tokens.Length, c.Curve.TokenCount);
        }

        if (c.Tokens.GroupBy(t => t).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            return new Rejection.SameTokens(twice.Key);
        }

        if (c.Curve is CurveTerms.Concentrated && state.Id.Value.Length > TokenId.RangedPoolLengthMax)
        {
            return new Rejection.InvalidCurve(
                "pool", $"names of such pools have up to {TokenId.RangedPoolLengthMax} characters, for their shares'.");
        }

        if (c.Curve.Problem() is { } problem)
        {
            return new Rejection.InvalidCurve(problem.Field, problem.Reason);
        }

        var total = c.Curve.Fee.Value + c.TreasuryFee.Value;
        return total >= FeePips.One
            ? new Rejection.FeesTooHigh(total)
            : new Event.CurveCreated(state.Id, c.Tokens, c.Curve, c.TreasuryFee, context.Now);
    }

    private static PoolDecision Swap(PoolState state, Command.Swap c, CommandContext context)
    {
        if (state.Outcomes.TryGet(c.TradeId, context.Now, out var earlier))
        {
            var isSame = earlier is Event.Swapped e && e.Deadline == c.Deadline && e.Trader == c.Trader
                && e.TokenIn == c.TokenIn && e.TokenOut == c.TokenOut && e.AmountIn == c.AmountIn;
            return Repeat(c.TradeId, c.Deadline, context, earlier, isSame);
        }

        if (state.Outcomes.IsFullAt(context.Now))
        {
            return new Rejection.TooManyTrades(OutcomesMax);
        }

        var refusal = Quote(state, c.TokenIn, c.TokenOut, c.AmountIn, c.Deadline, context, out var quote, out var path);
        refusal ??= quote.AmountOut < c.MinAmountOut ? "below-minimum" : null;
        if (refusal is not null)
        {
            return new Event.TradeRefused(c.TradeId, refusal, c.Deadline, context.Now);
        }

        var swapped = new Event.Swapped(
            c.TradeId,
            c.Trader,
            c.TokenIn,
            c.AmountIn,
            c.TokenOut,
            quote.AmountOut,
            quote.LpFee,
            quote.ProtocolFee,
            quote.PriceImpactBps,
            c.Deadline,
            context.Now);
        return path is null ? swapped : new[] { swapped, path.Event(null) };
    }

    // A repeat, and what is another's, is accepted and changes nothing.
    private static PoolDecision Acknowledge(PoolState state, Command.Acknowledge c, CommandContext context)
    {
        var own = c.Trader is { } trader
            ? Acknowledgements.Own(state.Outcomes, c.TradeIds, c.Deadlines, outcome => outcome switch
            {
                Event.Swapped e when e.Trader == trader => e.Deadline,
                Event.LiquidityAdded e when e.Provider == trader => e.Deadline,
                Event.LiquidityRemoved e when e.Provider == trader => e.Deadline,
                Event.Joined e when e.Provider == trader => e.Deadline,
                Event.Exited e when e.Provider == trader => e.Deadline,
                _ => null,
            })
            : c.TradeIds;
        return own.Length == 0 ? PoolDecision.Nothing : new Event.TradesAcknowledged(own, context.Now);
    }

    private static PoolDecision PrepareLeg(PoolState state, Command.PrepareLeg c, CommandContext context)
    {
        // A leg may still be prepared though its deadline has passed and its outcome is no longer remembered.
        if (state.Outcomes.TryGet(c.LegId, context.Now, out var earlier)
            || (state.Legs.TryGetValue(c.LegId, out var prepared) && (earlier = prepared) is not null))
        {
            earlier = earlier is Event.LegAborted aborted
                ? new Event.TradeRefused(c.LegId, "aborted", aborted.Deadline, aborted.At)
                : earlier;
            var isSame = earlier is Event.LegPrepared e && e.Deadline == c.Deadline
                && e.Coordinator == c.Coordinator && e.TradeId == c.TradeId
                && e.TokenIn == c.TokenIn && e.TokenOut == c.TokenOut && e.AmountIn == c.AmountIn;
            return Repeat(c.LegId, c.Deadline, context, earlier, isSame);
        }

        if (state.Outcomes.IsFullAt(context.Now))
        {
            return new Rejection.TooManyTrades(OutcomesMax);
        }

        var refusal = Quote(state, c.TokenIn, c.TokenOut, c.AmountIn, c.Deadline, context, out var quote, out var path)
            ?? (state.Legs.Count >= state.LegsMax ? "too-many-legs" : null);
        if (refusal is not null)
        {
            return new Event.TradeRefused(c.LegId, refusal, c.Deadline, context.Now);
        }

        var leg = new Event.LegPrepared(
            c.LegId,
            c.TradeId,
            c.Coordinator,
            c.TokenIn,
            c.AmountIn,
            c.TokenOut,
            quote.AmountOut,
            quote.LpFee,
            quote.ProtocolFee,
            c.Deadline,
            context.Now);
        return path is null ? leg : new[] { leg, path.Event(c.LegId) };
    }

    // A leg that is not known was committed before: the coordinator commits only what was prepared.
    private static PoolDecision CommitLeg(PoolState state, Command.CommitLeg c, CommandContext context) =>
        state.Legs.TryGetValue(c.LegId, out var leg) && leg.Coordinator == c.Coordinator
            ? new Event.LegCommitted(
                c.LegId,
                leg.TradeId,
                leg.Coordinator,
                new TokenAmount(leg.TokenIn, leg.AmountIn),
                new TokenAmount(leg.TokenOut, leg.AmountOut),
                leg.ProtocolFee,
                context.Now)
            : PoolDecision.Nothing;

    private static PoolDecision AbortLeg(PoolState state, Command.AbortLeg c, CommandContext context)
    {
        var isPrepared = state.Legs.TryGetValue(c.LegId, out var leg);
        if (isPrepared && leg!.Coordinator == c.Coordinator)
        {
            return new Event.LegAborted(c.LegId, c.Deadline, context.Now);
        }

        // Never prepared: that becomes a fact, unless it is one already or the deadline sees to it.
        if (TradeTiming.IsPastEverywhere(c.Deadline, context.Now))
        {
            return PoolDecision.Nothing;
        }

        if (state.Outcomes.TryGet(c.LegId, context.Now, out var earlier) || isPrepared)
        {
            var isKnown = earlier switch
            {
                Event.LegPrepared e => e.Coordinator == c.Coordinator,
                Event.LegAborted e => e.Deadline == c.Deadline,
                Event.TradeRefused e => e.Deadline == c.Deadline,
                _ => false,
            };
            return isKnown ? PoolDecision.Nothing : new Rejection.IdReused(c.LegId);
        }

        return state.Outcomes.IsFullAt(context.Now)
            ? new Rejection.TooManyTrades(OutcomesMax)
            : new Event.LegAborted(c.LegId, c.Deadline, context.Now);
    }

    private static PoolDecision AddLiquidity(PoolState state, Command.AddLiquidity c, CommandContext context)
    {
        if (state.Outcomes.TryGet(c.TradeId, context.Now, out var earlier))
        {
            var isSame = earlier is Event.LiquidityAdded e && e.Deadline == c.Deadline
                && e.Provider == c.Provider && e.Token0 == c.Max0.Token && e.Token1 == c.Max1.Token
                && e.Amount0 <= c.Max0.Amount && e.Amount1 <= c.Max1.Amount && e.Shares >= c.MinShares;
            return Repeat(c.TradeId, c.Deadline, context, earlier, isSame);
        }

        if (state.Outcomes.IsFullAt(context.Now))
        {
            return new Rejection.TooManyTrades(OutcomesMax);
        }

        var refusal = CannotTrade(state, c.Max0.Token, c.Max1.Token, c.Deadline, context)
            ?? NotAPair(state)
            ?? (state.IsToken0(c.Max0.Token) ? null : "wrong-token-order");
        if (refusal is not null)
        {
            return new Event.TradeRefused(c.TradeId, refusal, c.Deadline, context.Now);
        }

        DepositQuote deposit;
        var error = state.TotalShares.IsZero
            ? PoolShares.QuoteFirstDeposit(c.Max0.Amount, c.Max1.Amount, out deposit)
            : PoolShares.QuoteDeposit(
                ShareReserve0(state), ShareReserve1(state), state.TotalShares, c.Max0.Amount, c.Max1.Amount,
                out deposit);
        refusal = error != QuoteError.None ? QuoteErrors.CodeOf(error)
            : deposit.Shares < c.MinShares ? "below-minimum"
            : FitsCurve(state, deposit) ? null
            : QuoteErrors.CodeOf(QuoteError.ReserveOverflow);
        return refusal is not null
            ? new Event.TradeRefused(c.TradeId, refusal, c.Deadline, context.Now)
            : new Event.LiquidityAdded(
                c.TradeId,
                c.Provider,
                c.Max0.Token,
                deposit.Amount0,
                c.Max1.Token,
                deposit.Amount1,
                deposit.Shares,
                deposit.LockedShares,
                c.Deadline,
                context.Now);
    }

    private static PoolDecision RemoveLiquidity(PoolState state, Command.RemoveLiquidity c, CommandContext context)
    {
        if (state.Outcomes.TryGet(c.TradeId, context.Now, out var earlier))
        {
            var isSame = earlier is Event.LiquidityRemoved e && e.Deadline == c.Deadline
                && e.Provider == c.Provider && e.Shares == c.Shares
                && e.Amount0 >= c.MinAmount0 && e.Amount1 >= c.MinAmount1;
            return Repeat(c.TradeId, c.Deadline, context, earlier, isSame);
        }

        if (state.Outcomes.IsFullAt(context.Now))
        {
            return new Rejection.TooManyTrades(OutcomesMax);
        }

        var refusal = state.Terms is null ? "pool-not-created"
            : TradeTiming.IsPast(c.Deadline, context.Now) ? "deadline-passed"
            : NotAPair(state);
        if (refusal is not null)
        {
            return new Event.TradeRefused(c.TradeId, refusal, c.Deadline, context.Now);
        }

        // What prepared legs may take out is not given to anyone else.
        var error = PoolShares.QuoteWithdrawal(
            state.Reserve0 - state.PreparedOut[0],
            state.Reserve1 - state.PreparedOut[1],
            state.TotalShares,
            c.Shares,
            out var withdrawal);
        refusal = error != QuoteError.None ? QuoteErrors.CodeOf(error)
            : withdrawal.Amount0 < c.MinAmount0 || withdrawal.Amount1 < c.MinAmount1 ? "below-minimum"
            : null;
        return refusal is not null
            ? new Event.TradeRefused(c.TradeId, refusal, c.Deadline, context.Now)
            : new Event.LiquidityRemoved(
                c.TradeId,
                c.Provider,
                c.Shares,
                state.Terms!.Token0,
                withdrawal.Amount0,
                state.Terms.Token1,
                withdrawal.Amount1,
                c.Deadline,
                context.Now);
    }

    private static PoolDecision CollectFees(PoolState state, Command.CollectFees c, CommandContext context)
    {
        if (state.Terms is null)
        {
            return new Rejection.NotCreated(state.Id);
        }

        if (state.Outcomes.TryGet(c.CollectionId, context.Now, out var earlier))
        {
            return FeeCollection.Of(earlier) is { } known && known.Treasury == c.Treasury
                ? PoolDecision.Earlier(earlier)
                : new Rejection.IdReused(c.CollectionId);
        }

        if (state.Outcomes.IsFullAt(context.Now))
        {
            return new Rejection.TooManyTrades(OutcomesMax);
        }

        if (state.Collection is { } running)
        {
            return running.CollectionId == c.CollectionId
                ? PoolDecision.Earlier(running.Collected)
                : new Rejection.CollectionUnderWay(running.CollectionId);
        }

        TokenAmount[] fees = [.. state.Tokens.Select((t, k) => new TokenAmount(t, state.TreasuryFees[k]))];
        if (fees.All(f => f.Amount.IsZero))
        {
            return PoolDecision.Nothing;
        }

        return fees is [var fees0, var fees1]
            ? new Event.FeesCollected(c.CollectionId, c.Treasury, fees0, fees1, context.Now)
            : new Event.FeesOfAllCollected(c.CollectionId, c.Treasury, fees, context.Now);
    }

    private static PoolDecision FeesOutcome(PoolState state, Command.RecordFeesOutcome c)
    {
        if (state.Collection is not { } collection
            || collection.CollectionId != c.CollectionId
            || c.Side < 0 || c.Side >= collection.Fees.Length
            || (state.DeliveredSides & (1 << c.Side)) != 0)
        {
            return PoolDecision.Nothing;
        }

        return c.Arrived
            ? new Event.FeesDelivered(c.CollectionId, c.Side)
            : new Event.FeesReturned(c.CollectionId, c.Side, collection.Fees[c.Side]);
    }

    private static PoolDecision ObservePrice(PoolState state, Command.ObservePrice c, CommandContext context)
    {
        if (state.Terms is not { } terms)
        {
            return new Rejection.NotCreated(state.Id);
        }

        if (state.Reading is not { } spot)
        {
            return new Rejection.PriceRefused(new OracleRefusal.NoPrice());
        }

        var refusal = TimeWeightedOracle.Read(
            state.Observations, spot, context.Now.ToUnixTimeSeconds(), c.Terms, $"pool:{state.Id}", out var price);
        return refusal is not null
            ? new Rejection.PriceRefused(refusal)
            : PoolDecision.Earlier(new Event.PriceObserved(
                state.Id,
                terms.Token0,
                terms.Token1,
                price!.Price.Numerator,
                price.Price.Denominator,
                c.Terms.Mean,
                c.Terms.WindowSeconds,
                (long)price.Age.TotalSeconds,
                price.Confidence,
                price.Observations,
                context.Now));
    }

    // Only whoever asked the first time, for the same, hears the first outcome; a refusal carries but its deadline.
    // Another's
    // trade with the same id must not take the outcome for its own: it is no outcome yet, and refused when its deadline
    // passes.
    internal static PoolDecision Repeat(
        Guid id, DateTimeOffset deadline, CommandContext context, Event earlier, bool isSame)
    {
        if (isSame || (earlier is Event.TradeRefused refused && refused.Deadline == deadline))
        {
            return PoolDecision.Earlier(earlier);
        }

        return TradeTiming.IsPastEverywhere(deadline, context.Now)
            ? new Event.TradeRefused(id, "deadline-passed", deadline, context.Now)
            : new Rejection.IdReused(id);
    }

    // New shares are priced by the largest reserves the pool can have: a deposit never dilutes what open legs may
    // bring.
    private static UInt256 ShareReserve0(PoolState state) => state.Reserve0 + state.PreparedIn[0];

    private static UInt256 ShareReserve1(PoolState state) => state.Reserve1 + state.PreparedIn[1];

    // Whatever open legs do, the balances stay within those between these and what they can lose.
    private static bool FitsCurve(PoolState state, in DepositQuote deposit) => state.Curve is not { } terms
        || terms.TryAt(ShareReserve0(state) + deposit.Amount0, ShareReserve1(state) + deposit.Amount1, out _);

    private static string? Quote(
        PoolState state,
        TokenId tokenIn,
        TokenId tokenOut,
        UInt256 amountIn,
        DateTimeOffset deadline,
        CommandContext context,
        out PoolTrade quote,
        out PoolPath? path)
    {
        (quote, path) = (default, null);
        if (CannotTrade(state, tokenIn, tokenOut, deadline, context) is { } refusal)
        {
            return refusal;
        }

        var (one, other) = (state.IndexOf(tokenIn), state.IndexOf(tokenOut));
        if (state.Curve is { HasPath: true })
        {
            return PoolPath.Swap(state, one, other, amountIn, context.Now, out quote, out path);
        }

        var error = state.Tokens.Count > 2
            ? QuoteAtEach(state, one, other, amountIn, out quote)
            : PoolQuotes.ExactIn(
                state.Curve, state.Fees, PairBalances(state, one), one, other, amountIn, out quote);
        return error == QuoteError.None ? null : QuoteErrors.CodeOf(error);
    }

    // All legs of the direction applied, and none of the other.
    private static UInt256[] PairBalances(PoolState state, int tokenIn)
    {
        var (reserveIn, reserveOut) = state.QuoteReserves(zeroForOne: tokenIn == 0);
        return tokenIn == 0 ? [reserveIn, reserveOut] : [reserveOut, reserveIn];
    }

    // The least of what the trade would give at any outcome of the open legs.
    private static QuoteError QuoteAtEach(
        PoolState state, int tokenIn, int tokenOut, UInt256 amountIn, out PoolTrade least)
    {
        least = default;
        foreach (var balances in LegOutcomes.Of(state))
        {
            var error = PoolQuotes.ExactIn(
                state.Curve, state.Fees, balances, tokenIn, tokenOut, amountIn, out var trade);
            if (error != QuoteError.None)
            {
                return error;
            }

            least = least.AmountOut.IsZero || trade.AmountOut < least.AmountOut ? trade : least;
        }

        return QuoteError.None;
    }

    private static string? NotAPair(PoolState state) =>
        state.Tokens.Count != 2 ? "wrong-token-count"
        : state.Concentrated is not null ? "range-needed"
        : null;

    private static string? CannotTrade(
        PoolState state, TokenId oneToken, TokenId otherToken, DateTimeOffset deadline, CommandContext context)
    {
        if (state.Terms is null)
        {
            return "pool-not-created";
        }

        if (TradeTiming.IsPast(deadline, context.Now))
        {
            return "deadline-passed";
        }

        return oneToken != otherToken && state.IndexOf(oneToken) >= 0 && state.IndexOf(otherToken) >= 0
            ? null
            : "wrong-tokens";
    }
}
