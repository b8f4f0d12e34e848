using System.Diagnostics.CodeAnalysis;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Accounts.Account;
using AccountDecision = ActorTrade.EventSourcing.Decision<
    ActorTrade.Domain.Accounts.Account.Event, ActorTrade.Domain.Accounts.Account.Rejection>;

namespace ActorTrade.Domain.Accounts;

/// <summary>What an account records when others answer its effects. Late and doubled answers find their trade gone and
/// change nothing.</summary>
internal static class AccountOutcomes
{
    public static AccountDecision Decide(AccountState state, Command command, CommandContext context) => command switch
    {
        Command.RecordSwapOutcome c => SwapOutcome(state, c, context),
        Command.RecordRefusal c => Refusal(state, c, context),
        Command.RecordLegPrepared c => LegPrepared(state, c),
        Command.RecordLegFinished c => LegFinished(state, c, context),
        Command.RecordLiquidityAdded c => LiquidityAdded(state, c, context),
        Command.RecordLiquidityRemoved c => LiquidityRemoved(state, c, context),
        Command.RecordJoined c => Joined(state, c, context),
        Command.RecordExited c => Exited(state, c, context),
        Command.RecordDelivered c => Delivered(state, c, context),
        Command.RecordAcknowledged c => Acknowledged(state, c),
        Command.ResolveTrade c => Resolve(state, c, context),
        _ => throw new InvalidOperationException($"The account knows no command {command.GetType().Name}."),
    };

    private static bool IsUnderWay(
        AccountState state, Guid tradeId, DateTimeOffset? deadline, [NotNullWhen(true)] out OpenTrade? trade) =>
        state.Trades.TryGetValue(tradeId, out trade) && (deadline is null || deadline == trade.Deadline);

    private static AccountDecision SwapOutcome(AccountState state, Command.RecordSwapOutcome c, CommandContext context)
    {
        if (!IsUnderWay(state, c.TradeId, c.Deadline, out var trade) || trade.OneSwap is not { } swap)
        {
            return AccountDecision.Nothing;
        }

        return AccountDecision.Accept(new Event.TradeSettled(
            c.TradeId, swap.Hop.TokenIn, swap.AmountIn, swap.Hop.TokenOut, c.AmountOut, c.Fee, c.PriceImpactBps,
            context.Now)).Ending(c.TradeId);
    }

    private static AccountDecision Refusal(AccountState state, Command.RecordRefusal c, CommandContext context)
    {
        if (!IsUnderWay(state, c.TradeId, c.Deadline, out var trade))
        {
            return AccountDecision.Nothing;
        }

        if (trade.Started is Event.SwapStarted { Route.Length: > 1 })
        {
            // One leg refused: the prepared ones are undone first.
            return trade.Decision == RouteDecision.Open
                ? new Event.RouteAborted(c.TradeId, c.Reason)
                : AccountDecision.Nothing;
        }

        return Release(trade, c.Reason, context);
    }

    private static AccountDecision LegPrepared(AccountState state, Command.RecordLegPrepared c)
    {
        if (!IsUnderWay(state, c.TradeId, c.Deadline, out var trade)
            || trade.Started is not Event.SwapStarted swap
            || trade.Decision != RouteDecision.Open
            || trade.LegOutputs.Count != c.Hop)
        {
            return AccountDecision.Nothing;
        }

        var prepared = new Event.LegPrepared(c.TradeId, c.Hop, c.AmountOut, c.Fee);
        if (c.Hop + 1 < swap.Route.Length)
        {
            return prepared;
        }

        return c.AmountOut >= swap.MinAmountOut
            ? new Event[] { prepared, new Event.RouteCommitted(c.TradeId) }
            : new Event[] { prepared, new Event.RouteAborted(c.TradeId, "below-minimum") };
    }

    private static AccountDecision LegFinished(AccountState state, Command.RecordLegFinished c, CommandContext context)
    {
        if (!IsUnderWay(state, c.TradeId, c.Deadline, out var trade)
            || trade.Started is not Event.SwapStarted swap
            || trade.Decision == RouteDecision.Open
            || trade.IsLegFinished(c.Hop))
        {
            return AccountDecision.Nothing;
        }

        var finished = new Event.LegFinished(c.TradeId, c.Hop);
        if (!trade.WouldFinish(c.Hop, trade.LegsAsked(swap.Route.Length)))
        {
            return finished;
        }

        Event end = trade.Decision == RouteDecision.Committed
            ? new Event.TradeSettled(
                c.TradeId,
                swap.Route[0].TokenIn,
                swap.AmountIn,
                swap.Route[^1].TokenOut,
                trade.LegOutputs[^1],
                trade.Fee,
                PriceImpactBps: 0,
                context.Now,
                swap.IsFlash ? HeldBy(trade) : null)
            : new Event.TradeReleased(c.TradeId, trade.Held, trade.AbortReason!, context.Now);
        return AccountDecision.Accept(finished, end).Ending(c.TradeId);
    }

    private static UInt256 HeldBy(OpenTrade trade) =>
        trade.Held.Length == 0 ? UInt256.Zero : trade.Held[0].Amount;

    private static AccountDecision LiquidityAdded(
        AccountState state, Command.RecordLiquidityAdded c, CommandContext context)
    {
        if (!IsUnderWay(state, c.TradeId, c.Deadline, out var trade)
            || trade.Started is not Event.LiquidityAdditionStarted addition)
        {
            return AccountDecision.Nothing;
        }

        return AccountDecision.Accept(new Event.LiquidityAdded(
            c.TradeId,
            addition.Pool,
            addition.Max0 with { Amount = c.Amount0 },
            addition.Max1 with { Amount = c.Amount1 },
            addition.Max0.Amount - c.Amount0,
            addition.Max1.Amount - c.Amount1,
            c.Shares,
            context.Now)).Ending(c.TradeId);
    }

    private static AccountDecision LiquidityRemoved(
        AccountState state, Command.RecordLiquidityRemoved c, CommandContext context)
    {
        if (!IsUnderWay(state, c.TradeId, c.Deadline, out var trade)
            || trade.Started is not Event.LiquidityRemovalStarted removal)
        {
            return AccountDecision.Nothing;
        }

        return AccountDecision.Accept(new Event.LiquidityRemoved(
            c.TradeId, removal.Pool, removal.Shares, c.Out0, c.Out1, context.Now)).Ending(c.TradeId);
    }

    private static AccountDecision Joined(AccountState state, Command.RecordJoined c, CommandContext context)
    {
        if (!IsUnderWay(state, c.TradeId, c.Deadline, out var trade) || trade.Started is not Event.JoinStarted join)
        {
            return AccountDecision.Nothing;
        }

        TokenAmount[] spent = [.. join.Most.Select(m => m with { Amount = PaidOf(m.Token) })];
        TokenAmount[] returned = [.. join.Most.Select(m => m with { Amount = m.Amount - PaidOf(m.Token) })];
        return AccountDecision.Accept(new Event.Joined(
            c.TradeId, join.Pool, join.Range, spent, returned, c.Shares, context.Now)).Ending(c.TradeId);

        UInt256 PaidOf(TokenId token) => Array.Find(c.Paid, p => p.Token == token).Amount;
    }

    private static AccountDecision Exited(AccountState state, Command.RecordExited c, CommandContext context)
    {
        if (!IsUnderWay(state, c.TradeId, c.Deadline, out var trade) || trade.Started is not Event.ExitStarted exit)
        {
            return AccountDecision.Nothing;
        }

        return AccountDecision.Accept(new Event.Exited(
            c.TradeId, exit.Pool, exit.Range, exit.Shares, c.Given, context.Now)).Ending(c.TradeId);
    }

    private static AccountDecision Delivered(AccountState state, Command.RecordDelivered c, CommandContext context)
    {
        if (!IsUnderWay(state, c.TradeId, c.Deadline, out var trade))
        {
            return AccountDecision.Nothing;
        }

        return trade.Started switch
        {
            Event.TransferStarted e => AccountDecision.Accept(
                new Event.TransferSettled(c.TradeId, e.To, e.Token, e.Amount, context.Now)).Ending(c.TradeId),
            Event.WithdrawalStarted e => AccountDecision.Accept(
                new Event.WithdrawalSettled(c.TradeId, e.Token, e.Amount, context.Now)).Ending(c.TradeId),
            _ => AccountDecision.Nothing,
        };
    }

    private static AccountDecision Acknowledged(AccountState state, Command.RecordAcknowledged c)
    {
        if (!state.Unacknowledged.TryGetValue(c.Target, out var waiting))
        {
            return AccountDecision.Nothing;
        }

        // A late answer speaks of an earlier trade, where its deadline is another.
        var told = c.Ids.Zip(c.Deadlines ?? [], (id, deadline) => new UnacknowledgedTrade(id, deadline)).ToHashSet();
        var known = waiting
            .Where(w => c.Deadlines is null ? c.Ids.Contains(w.Id) : told.Contains(w))
            .ToList();
        return known.Count == 0
            ? AccountDecision.Nothing
            : new Event.OutcomesAcknowledged(
                c.Target.ToString(), [.. known.Select(k => k.Id)], [.. known.Select(k => k.Deadline)]);
    }

    // A pool whose prepared leg is overdue asks. Undecided is decided now, so that both ends agree for ever.
    private static AccountDecision Resolve(AccountState state, Command.ResolveTrade c, CommandContext context)
    {
        if (state.Trades.TryGetValue(c.TradeId, out var trade))
        {
            return trade switch
            {
                { Decision: RouteDecision.Committed } => AccountDecision.Earlier(new Event.RouteCommitted(c.TradeId)),
                { Decision: RouteDecision.Aborted, AbortReason: { } why } =>
                    AccountDecision.Earlier(new Event.RouteAborted(c.TradeId, why)),
                { Started: Event.SwapStarted { Route.Length: > 1 } route }
                    when TradeTiming.IsPast(route.Deadline, context.Now) =>
                    new Event.RouteAborted(c.TradeId, "leg-overdue"),
                _ => new Rejection.StillOpen(c.TradeId),
            };
        }

        return state.Outcomes.TryGetAny(c.TradeId, out var outcome)
            ? AccountDecision.Earlier(outcome)
            : new Rejection.UnknownTrade(c.TradeId);
    }

    private static AccountDecision Release(OpenTrade trade, string reason, CommandContext context)
    {
        var released = trade.Started is Event.OrderFillStarted ? [] : trade.Held;
        return AccountDecision
            .Accept(new Event.TradeReleased(trade.Id, released, reason, context.Now))
            .Ending(trade.Id);
    }
}
