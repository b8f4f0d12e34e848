using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Accounts.Account;
using AccountDecision = ActorTrade.EventSourcing.Decision<
    ActorTrade.Domain.Accounts.Account.Event, ActorTrade.Domain.Accounts.Account.Rejection>;

namespace ActorTrade.Domain.Accounts;

/// <summary>How an account begins to pay into a pool of any number of tokens, or to take out of one.</summary>
internal static class AccountLiquidity
{
    public static AccountDecision Join(AccountState state, Command.Join c, CommandContext context)
    {
        if (Problem(c.Most, c.Pool, c.Range) is { } why)
        {
            return new Rejection.InvalidRoute(why);
        }

        var isRepeat = AccountDecisions.Repeat(
            state,
            c.TradeId,
            context,
            started => started is Event.JoinStarted e && e.Pool == c.Pool && e.Range == c.Range
                && e.IsExact == c.IsExact && e.MinShares == c.MinShares && e.Most.AsSpan().SequenceEqual(c.Most),
            ended => ended is Event.Joined e && e.Pool == c.Pool && e.Range == c.Range && e.Shares >= c.MinShares
                && e.Spent.Zip(e.Returned, (s, r) => s with { Amount = s.Amount + r.Amount }).SequenceEqual(c.Most),
            c.Most);
        if (isRepeat is { } repeat)
        {
            return repeat;
        }

        return AccountDecisions.CannotStart(state, c.Deadline, context, c.Most) is { } rejection
            ? rejection
            : AccountDecision.Accept(new Event.JoinStarted(
                c.TradeId,
                c.Pool,
                c.Most,
                c.IsExact,
                c.Range,
                c.MinShares,
                c.Deadline,
                AccountDecisions.Remember(c.Deadline, context),
                context.Now)).AnsweredBy(c.TradeId);
    }

    public static AccountDecision Exit(AccountState state, Command.Exit c, CommandContext context)
    {
        if (Problem(c.Least, c.Pool, c.Range) is { } why)
        {
            return new Rejection.InvalidRoute(why);
        }

        var shares = new TokenAmount(TickRange.SharesOf(c.Pool, c.Range), c.Shares);
        var isRepeat = AccountDecisions.Repeat(
            state,
            c.TradeId,
            context,
            started => started is Event.ExitStarted e && e.Pool == c.Pool && e.Range == c.Range
                && e.Shares == c.Shares && e.IsOneToken == c.IsOneToken && e.Least.AsSpan().SequenceEqual(c.Least),
            ended => ended is Event.Exited e && e.Pool == c.Pool && e.Range == c.Range && e.Shares == c.Shares
                && c.Least.All(l => l.Amount <= Array.Find(e.Received, r => r.Token == l.Token).Amount),
            shares);
        if (isRepeat is { } repeat)
        {
            return repeat;
        }

        return AccountDecisions.CannotStart(state, c.Deadline, context, shares) is { } rejection
            ? rejection
            : AccountDecision.Accept(new Event.ExitStarted(
                c.TradeId,
                c.Pool,
                c.Shares,
                c.Least,
                c.IsOneToken,
                c.Range,
                c.Deadline,
                AccountDecisions.Remember(c.Deadline, context),
                context.Now)).AnsweredBy(c.TradeId);
    }

    // What the pool would refuse in any state of it, what bounds the event, and what has no token of shares.
    private static string? Problem(TokenAmount[] parts, PoolId pool, TickRange? range) =>
        parts.Length is 0 or > CurveTerms.TokensMax ? $"Name one to {CurveTerms.TokensMax} tokens of the pool."
        : parts.DistinctBy(p => p.Token).Count() < parts.Length ? "Each token is named once."
        : range is not { } r ? null
        : pool.Value.Length > TokenId.RangedPoolLengthMax ? $"The pool {pool} has no ranges."
        : r.Lower >= r.Upper || r.Lower < TickMath.TickMin || r.Upper > TickMath.TickMax
            ? $"A range is two rising ticks from {TickMath.TickMin} to {TickMath.TickMax}."
        : null;
}
