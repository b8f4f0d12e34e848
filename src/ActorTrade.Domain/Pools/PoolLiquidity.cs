using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Pools.Pool;
using PoolDecision = ActorTrade.EventSourcing.Decision<
    ActorTrade.Domain.Pools.Pool.Event, ActorTrade.Domain.Pools.Pool.Rejection>;

namespace ActorTrade.Domain.Pools;

/// <summary>
/// Deposits and withdrawals of pools of any number of tokens, whose state is their balances: in the pool's ratio, or as
/// the curve's contract has them in other ratios.
/// </summary>
/// <remarks>
/// In the pool's ratio a deposit is priced by the largest balances that open legs can lead to, a withdrawal by the
/// smallest. In another ratio it amounts to a trade, so it gets the least of what the contract gives at each outcome of
/// the legs, shortened until the invariant for one share does not fall even without the contract's rounding.
/// </remarks>
internal static class PoolLiquidity
{
    // Units of shares or of a token that rounding may take at most, as of trades.
    private const int ShortenedMax = 1_023;

    public static PoolDecision Join(PoolState state, Command.Join c, CommandContext context)
    {
        if (state.Outcomes.TryGet(c.TradeId, context.Now, out var earlier))
        {
            var isSame = earlier is Event.Joined e && e.Deadline == c.Deadline && e.Provider == c.Provider
                && e.Range == c.Range && e.Shares >= c.MinShares && AreWithin(e.Paid, c.Most, c.IsExact);
            return PoolDecisions.Repeat(c.TradeId, c.Deadline, context, earlier, isSame);
        }

        if (state.Outcomes.IsFullAt(context.Now))
        {
            return new Rejection.TooManyTrades(OutcomesMax);
        }

        var refusal = CannotBegin(state, c.Deadline, c.Range, context)
            ?? WrongTokens(
                state, c.Most, isAll: state.Concentrated is null && (!c.IsExact || state.TotalShares.IsZero));
        if (refusal is not null)
        {
            return new Event.TradeRefused(c.TradeId, refusal, c.Deadline, context.Now);
        }

        var amounts = AmountsOf(state, c.Most);
        var locked = state.TotalShares.IsZero && c.Range is null ? PoolShares.MinimumLiquidity : UInt256.Zero;
        PoolPath? path = null;
        UInt256 shares;
        var error = state.Curve is { HasPath: true }
                ? PoolPath.Join(state, c, context.Now, ref amounts, out shares, out path)
            : state.TotalShares.IsZero ? BasketShares.QuoteFirstDeposit(amounts, out shares)
            : c.IsExact ? QuoteExact(state, amounts, out shares)
            : BasketShares.QuoteDeposit(Most(state), state.TotalShares, amounts, out amounts, out shares);
        refusal = error != QuoteError.None ? QuoteErrors.CodeOf(error)
            : shares < c.MinShares ? "below-minimum"
            : FitsCurve(state, amounts, shares + locked) ? null
            : QuoteErrors.CodeOf(QuoteError.ReserveOverflow);
        if (refusal is not null)
        {
            return new Event.TradeRefused(c.TradeId, refusal, c.Deadline, context.Now);
        }

        var joined = new Event.Joined(
            c.TradeId, c.Provider, PartsOf(state, amounts), c.Range, shares, locked, c.Deadline, context.Now);
        return path is null ? joined : new[] { joined, path.Event(null) };
    }

    public static PoolDecision Exit(PoolState state, Command.Exit c, CommandContext context)
    {
        if (state.Outcomes.TryGet(c.TradeId, context.Now, out var earlier))
        {
            var isSame = earlier is Event.Exited e && e.Deadline == c.Deadline && e.Provider == c.Provider
                && e.Range == c.Range && e.Shares == c.Shares && AreAtLeast(e.Given, c.Least);
            return PoolDecisions.Repeat(c.TradeId, c.Deadline, context, earlier, isSame);
        }

        if (state.Outcomes.IsFullAt(context.Now))
        {
            return new Rejection.TooManyTrades(OutcomesMax);
        }

        var refusal = CannotBegin(state, c.Deadline, c.Range, context)
            ?? (c.IsOneToken && c.Least.Length != 1 ? "wrong-tokens" : WrongTokens(state, c.Least, !c.IsOneToken));
        if (refusal is not null)
        {
            return new Event.TradeRefused(c.TradeId, refusal, c.Deadline, context.Now);
        }

        PoolPath? path = null;
        UInt256[] amounts;
        var error = state.Curve is { HasPath: true } ? PoolPath.Exit(state, c, context.Now, out amounts, out path)
            : c.IsOneToken ? QuoteOneToken(state, state.IndexOf(c.Least[0].Token), c.Shares, out amounts)
            : BasketShares.QuoteWithdrawal(Least(state), state.TotalShares, c.Shares, out amounts);
        var given = error == QuoteError.None ? PartsOf(state, amounts) : [];
        refusal = error != QuoteError.None ? QuoteErrors.CodeOf(error)
            : AreAtLeast(given, c.Least) ? null
            : "below-minimum";
        if (refusal is not null)
        {
            return new Event.TradeRefused(c.TradeId, refusal, c.Deadline, context.Now);
        }

        var exited = new Event.Exited(c.TradeId, c.Provider, c.Range, c.Shares, given, c.Deadline, context.Now);
        return path is null ? exited : new[] { exited, path.Event(null) };
    }

    private static string? CannotBegin(
        PoolState state, DateTimeOffset deadline, TickRange? range, CommandContext context) =>
        state.Terms is null ? "pool-not-created"
        : TradeTiming.IsPast(deadline, context.Now) ? "deadline-passed"
        : range is not null && state.Concentrated is null ? "range-not-supported"
        : range is null && state.Concentrated is not null ? "range-needed"
        : range is { } r && state.Curve is CurveTerms.Concentrated terms && !terms.HasRange(r) ? "range-malformed"
        : state.Curve is { HasPath: true } && state.Legs.Count > 0 ? "pool-busy"
        : null;

    // All of the pool's tokens in its order, or some of them, each once.
    private static string? WrongTokens(PoolState state, TokenAmount[] parts, bool isAll)
    {
        if (isAll)
        {
            return !parts.All(p => state.IndexOf(p.Token) >= 0) || parts.Length != state.Tokens.Count ? "wrong-tokens"
                : parts.Select(p => p.Token).SequenceEqual(state.Tokens) ? null
                : "wrong-token-order";
        }

        return parts.Length > 0 && parts.All(p => state.IndexOf(p.Token) >= 0)
            && parts.DistinctBy(p => p.Token).Count() == parts.Length
            ? null
            : "wrong-tokens";
    }

    private static QuoteError QuoteExact(PoolState state, ReadOnlySpan<UInt256> amounts, out UInt256 shares)
    {
        shares = UInt256.MaxValue;
        if (state.Legs.Count > PreparedLegsOfManyMax)
        {
            return QuoteError.TooManyLegs;
        }

        foreach (var balances in LegOutcomes.Of(state))
        {
            var error = ExactAt(state.Curve, balances, amounts, state.TotalShares, out var here);
            if (error != QuoteError.None)
            {
                return error;
            }

            shares = UInt256.Min(shares, here);
        }

        return QuoteError.None;
    }

    private static QuoteError ExactAt(
        CurveTerms? terms,
        ReadOnlySpan<UInt256> balances,
        ReadOnlySpan<UInt256> amounts,
        UInt256 totalShares,
        out UInt256 shares)
    {
        shares = default;
        if (terms is null || !terms.TryAt(balances, out var curve))
        {
            return terms is null ? QuoteError.NotOfThisKind : QuoteError.ReserveOverflow;
        }

        LiquidityChange change = default;
        var error = curve switch
        {
            StableSwapCurve pool => pool.QuoteDeposit(amounts, totalShares, out change),
            BalancerCurve pool => pool.QuoteDeposit(amounts, totalShares, out change),
            _ => QuoteError.NotOfThisKind,
        };
        if (error != QuoteError.None)
        {
            return error;
        }

        UInt256[] after = [.. balances];
        for (var k = 0; k < after.Length; k++)
        {
            if (!ConstantProduct.HasRoom(after[k], amounts[k]))
            {
                return QuoteError.ReserveOverflow;
            }

            after[k] += amounts[k];
        }

        for (var less = 0; less <= ShortenedMax; less = (2 * less) + 1)
        {
            if (!UInt256.TrySubtract(change.Shares, (uint)less, out shares) || shares.IsZero)
            {
                return QuoteError.OutputTooSmall;
            }

            if (terms.Keeps(balances, totalShares, after, totalShares + shares))
            {
                return QuoteError.None;
            }
        }

        return QuoteError.InvariantBroken;
    }

    private static QuoteError QuoteOneToken(PoolState state, int token, UInt256 shares, out UInt256[] amounts)
    {
        amounts = [];
        if (!BasketShares.LeavesLocked(shares, state.TotalShares))
        {
            return QuoteError.InsufficientLiquidity;
        }

        if (state.Legs.Count > PreparedLegsOfManyMax)
        {
            return QuoteError.TooManyLegs;
        }

        var least = UInt256.MaxValue;
        foreach (var balances in LegOutcomes.Of(state))
        {
            var error = OneTokenAt(state.Curve, balances, token, shares, state.TotalShares, out var here);
            if (error != QuoteError.None)
            {
                return error;
            }

            least = UInt256.Min(least, here);
        }

        amounts = new UInt256[state.Tokens.Count];
        amounts[token] = least;
        return QuoteError.None;
    }

    private static QuoteError OneTokenAt(
        CurveTerms? terms,
        ReadOnlySpan<UInt256> balances,
        int token,
        UInt256 shares,
        UInt256 totalShares,
        out UInt256 amount)
    {
        amount = default;
        if (terms is null || !terms.TryAt(balances, out var curve))
        {
            return terms is null ? QuoteError.NotOfThisKind : QuoteError.ReserveOverflow;
        }

        LiquidityChange change = default;
        var error = curve switch
        {
            StableSwapCurve pool => pool.QuoteWithdrawalOfOne(token, shares, totalShares, out change),
            BalancerCurve pool => pool.QuoteWithdrawalOfOne(token, shares, totalShares, out change),
            _ => QuoteError.NotOfThisKind,
        };
        if (error != QuoteError.None)
        {
            return error;
        }

        UInt256[] after = [.. balances];
        for (var less = 0; less <= ShortenedMax; less = (2 * less) + 1)
        {
            if (!UInt256.TrySubtract(change.Amounts[token], (uint)less, out amount) || amount.IsZero)
            {
                return QuoteError.OutputTooSmall;
            }

            after[token] = balances[token] - amount;
            if (terms.TryAt(after, out _) && terms.Keeps(balances, totalShares, after, totalShares - shares))
            {
                return QuoteError.None;
            }
        }

        return QuoteError.InvariantBroken;
    }

    // The most that open legs can bring the pool to: a deposit never dilutes it.
    private static UInt256[] Most(PoolState state)
    {
        var most = state.Reserves.ToArray();
        for (var k = 0; k < most.Length; k++)
        {
            most[k] += state.PreparedIn[k];
        }

        return most;
    }

    // What prepared legs may take out is not given to anyone else.
    private static UInt256[] Least(PoolState state)
    {
        var least = state.Reserves.ToArray();
        for (var k = 0; k < least.Length; k++)
        {
            least[k] -= state.PreparedOut[k];
        }

        return least;
    }

    // Whatever open legs do, the balances stay within those between these and what they can lose.
    private static bool FitsCurve(PoolState state, ReadOnlySpan<UInt256> amounts, UInt256 shares)
    {
        var most = Most(state);
        for (var k = 0; k < most.Length; k++)
        {
            if (!ConstantProduct.HasRoom(most[k], amounts[k]))
            {
                return false;
            }

            most[k] += amounts[k];
        }

        return (state.Concentrated is not null || ConstantProduct.HasRoom(state.TotalShares, shares))
            && (state.Curve is not { HasPath: false } terms || terms.TryAt(most, out _));
    }

    private static UInt256[] AmountsOf(PoolState state, TokenAmount[] parts)
    {
        var amounts = new UInt256[state.Tokens.Count];
        foreach (var part in parts)
        {
            amounts[state.IndexOf(part.Token)] = part.Amount;
        }

        return amounts;
    }

    private static TokenAmount[] PartsOf(PoolState state, UInt256[] amounts) =>
    [
        .. amounts.Select((amount, k) => new TokenAmount(state.Tokens[k], amount)).Where(p => !p.Amount.IsZero),
    ];

    private static bool AreWithin(TokenAmount[] paid, TokenAmount[] most, bool isExact) =>
        paid.All(p => most.Any(m => m.Token == p.Token && (isExact ? p.Amount == m.Amount : p.Amount <= m.Amount)))
        && (!isExact || paid.Length == most.Length);

    private static bool AreAtLeast(TokenAmount[] given, TokenAmount[] least) =>
        least.All(l => l.Amount.IsZero || given.Any(g => g.Token == l.Token && g.Amount >= l.Amount));
}
