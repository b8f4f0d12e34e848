using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.System;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Accounts.Account;
using AccountDecision = ActorTrade.EventSourcing.Decision<
    ActorTrade.Domain.Accounts.Account.Event, ActorTrade.Domain.Accounts.Account.Rejection>;

namespace ActorTrade.Domain.Accounts;

/// <summary>What an account says to each command. Each guard is one refusal, in the order in which they are
/// checked.</summary>
internal static class AccountDecisions
{
    public static AccountDecision Decide(AccountState state, Command command, CommandContext context)
    {
        if (command is Command.Open open)
        {
            return Open(state, open, context);
        }

        if (!IsPermitted(state, command, context))
        {
            return new Rejection.NotPermitted(context.Principal);
        }

        return command switch
        {
            Command.Credit c => Credit(state, c, context),
            Command.AcknowledgeCredits c => AcknowledgeCredits(state, c, context),
            _ when state.Owner is null => new Rejection.NotOpen(state.Id),
            Command.StartSwap c => StartSwap(state, c, context),
            Command.AddLiquidity c => AddLiquidity(state, c, context),
            Command.RemoveLiquidity c => RemoveLiquidity(state, c, context),
            Command.Join c => AccountLiquidity.Join(state, c, context),
            Command.Exit c => AccountLiquidity.Exit(state, c, context),
            Command.Withdraw c => Withdraw(state, c, context),
            Command.Transfer c => Transfer(state, c, context),
            Command.HoldFunds c => HoldFunds(state, c, context),
            Command.SettleFill c => SettleFill(state, c, context),
            Command.ReleaseHold c => ReleaseHold(state, c, context),
            Command.PlacePoolOrder or Command.CancelPoolOrder or Command.FillPoolOrder or Command.ClosePoolOrder
                or Command.RecordPoolOrderAccepted or Command.RecordPoolOrderRefused =>
                AccountOrders.Decide(state, command, context),
            _ => AccountOutcomes.Decide(state, command, context),
        };
    }

    // The cluster may do everything on behalf of the owner; the owner only what starts something or ends an order, and
    // operators may end it, too.
    private static bool IsPermitted(AccountState state, Command command, CommandContext context) =>
        context.Principal == CommandContext.Self
        || (Operators.IsOne(context.Principal) && command is Command.CancelPoolOrder)
        || (state.Owner is not null
            && context.Principal == state.Owner
            && command is Command.StartSwap or Command.AddLiquidity or Command.RemoveLiquidity or Command.Join
                or Command.Exit or Command.Withdraw or Command.Transfer or Command.PlacePoolOrder
                or Command.CancelPoolOrder);

    private static AccountDecision Open(AccountState state, Command.Open c, CommandContext context)
    {
        if (state.Owner is { } owner)
        {
            return owner == c.Owner ? AccountDecision.Nothing : new Rejection.AlreadyOpen(owner);
        }

        return context.Mode == SystemMode.Emergency
            ? new Rejection.TradingHalted(context.Mode)
            : new Event.Opened(state.Id, c.Owner, context.Now);
    }

    private static AccountDecision Credit(AccountState state, Command.Credit c, CommandContext context)
    {
        if (state.Outcomes.TryGet(c.CreditId, context.Now, out var earlier))
        {
            var isSame = earlier switch
            {
                Event.Credited e => e.From == c.From.ToString() && e.Token == c.Token && e.Amount == c.Amount
                    && e.Deadline == c.Deadline,
                Event.CreditRefused e => e.Deadline == c.Deadline,
                _ => false,
            };
            return isSame ? AccountDecision.Earlier(earlier) : CreditIdReused(c, context);
        }

        // The outcome of what is under way would take this one's place.
        if (state.IsOpen(c.CreditId))
        {
            return CreditIdReused(c, context);
        }

        if (state.Outcomes.IsFullAt(context.Now))
        {
            return new Rejection.TooMany("outcomes", OutcomesMax);
        }

        // Refusals are facts too: what was refused once cannot be credited by a late repeat.
        var reason = state.Owner is null ? "account-not-open"
            : TradeTiming.IsPast(c.Deadline, context.Now) ? "deadline-passed"
            : state.TokenCount >= TokensMax && !state.HasToken(c.Token) ? "too-many-tokens"
            : null;
        return reason is null
            ? new Event.Credited(c.CreditId, c.From.ToString(), c.Token, c.Amount, c.Deadline, context.Now)
            : new Event.CreditRefused(c.CreditId, reason, c.Deadline, context.Now);
    }

    // A repeat, and what is another's, is accepted and changes nothing.
    private static AccountDecision AcknowledgeCredits(
        AccountState state, Command.AcknowledgeCredits c, CommandContext context)
    {
        var own = c.From is { } from
            ? Acknowledgements.Own(
                state.Outcomes,
                c.CreditIds,
                c.Deadlines,
                outcome => outcome is Event.Credited e && e.From == from ? e.Deadline : null)
            : c.CreditIds;
        return own.Length == 0 ? AccountDecision.Nothing : new Event.CreditsAcknowledged(own, context.Now);
    }

    // Not an outcome of this credit, until its deadline makes sure that it never happens.
    private static AccountDecision CreditIdReused(Command.Credit c, CommandContext context) =>
        TradeTiming.IsPastEverywhere(c.Deadline, context.Now)
            ? new Event.CreditRefused(c.CreditId, "deadline-passed", c.Deadline, context.Now)
            : new Rejection.IdReused(c.CreditId);

    private static AccountDecision StartSwap(AccountState state, Command.StartSwap c, CommandContext context)
    {
        if ((InvalidRoute(c.Route) ?? (c.IsFlash ? InvalidFlash(c.Route) : null)) is { } why)
        {
            return new Rejection.InvalidRoute(why);
        }

        var start = new Event.SwapStarted(
            c.TradeId, c.Route, c.AmountIn, c.MinAmountOut, c.Nonce, c.Deadline, Remember(c.Deadline, context),
            context.Now, c.IsFlash);
        var held = start.Held();
        var isRepeat = Repeat(
            state,
            c.TradeId,
            context,
            started => started is Event.SwapStarted e && e.AmountIn == c.AmountIn && e.MinAmountOut == c.MinAmountOut
                && e.IsFlash == c.IsFlash && e.Route.AsSpan().SequenceEqual(c.Route),
            ended => ended is Event.TradeSettled e && e.TokenIn == c.Route[0].TokenIn && e.AmountIn == c.AmountIn
                && e.TokenOut == c.Route[^1].TokenOut && e.AmountOut >= c.MinAmountOut
                && e.FlashHeld.HasValue == c.IsFlash,
            held);
        if (isRepeat is { } repeat)
        {
            return repeat;
        }

        if (c.Nonce is { } nonce && nonce != state.Nonce + 1)
        {
            return new Rejection.WrongNonce(state.Nonce + 1, nonce);
        }

        if (c.MinAmountOut.IsZero)
        {
            return new Rejection.ZeroAmount(nameof(c.MinAmountOut));
        }

        if (c.AmountIn.IsZero)
        {
            return new Rejection.ZeroAmount(c.Route[0].TokenIn.Value);
        }

        return CannotStart(state, c.Deadline, context, held) is { } rejection
            ? rejection
            : AccountDecision.Accept(start).AnsweredBy(c.TradeId);
    }

    private static AccountDecision AddLiquidity(AccountState state, Command.AddLiquidity c, CommandContext context)
    {
        var isRepeat = Repeat(
            state,
            c.TradeId,
            context,
            started => started is Event.LiquidityAdditionStarted e
                && e.Pool == c.Pool && e.Max0 == c.Max0 && e.Max1 == c.Max1 && e.MinShares == c.MinShares,
            ended => ended is Event.LiquidityAdded e && e.Pool == c.Pool && e.Shares >= c.MinShares
                && e.Spent0.Token == c.Max0.Token && e.Spent0.Amount + e.Returned0 == c.Max0.Amount
                && e.Spent1.Token == c.Max1.Token && e.Spent1.Amount + e.Returned1 == c.Max1.Amount,
            c.Max0,
            c.Max1);
        if (isRepeat is { } repeat)
        {
            return repeat;
        }

        if (c.Max0.Token == c.Max1.Token)
        {
            return new Rejection.InvalidRoute("A pool has two different tokens.");
        }

        return CannotStart(state, c.Deadline, context, c.Max0, c.Max1) is { } rejection
            ? rejection
            : AccountDecision.Accept(new Event.LiquidityAdditionStarted(
                c.TradeId, c.Pool, c.Max0, c.Max1, c.MinShares, c.Deadline, Remember(c.Deadline, context), context.Now))
                .AnsweredBy(c.TradeId);
    }

    private static AccountDecision RemoveLiquidity(
        AccountState state, Command.RemoveLiquidity c, CommandContext context)
    {
        var shares = new TokenAmount(TokenId.SharesOf(c.Pool), c.Shares);
        var isRepeat = Repeat(
            state,
            c.TradeId,
            context,
            started => started is Event.LiquidityRemovalStarted e && e.Pool == c.Pool && e.Shares == c.Shares
                && e.MinAmount0 == c.MinAmount0 && e.MinAmount1 == c.MinAmount1,
            ended => ended is Event.LiquidityRemoved e && e.Pool == c.Pool && e.Shares == c.Shares
                && e.Received0.Amount >= c.MinAmount0 && e.Received1.Amount >= c.MinAmount1,
            shares);
        if (isRepeat is { } repeat)
        {
            return repeat;
        }

        return CannotStart(state, c.Deadline, context, shares) is { } rejection
            ? rejection
            : AccountDecision.Accept(new Event.LiquidityRemovalStarted(
                c.TradeId,
                c.Pool,
                c.Shares,
                c.MinAmount0,
                c.MinAmount1,
                c.Deadline,
                Remember(c.Deadline, context),
                context.Now)).AnsweredBy(c.TradeId);
    }

    private static AccountDecision Withdraw(AccountState state, Command.Withdraw c, CommandContext context)
    {
        var isRepeat = Repeat(
            state,
            c.WithdrawalId,
            context,
            started => started is Event.WithdrawalStarted e && e.Token == c.Token && e.Amount == c.Amount,
            ended => ended is Event.WithdrawalSettled e && e.Token == c.Token && e.Amount == c.Amount,
            new TokenAmount(c.Token, c.Amount));
        if (isRepeat is { } repeat)
        {
            return repeat;
        }

        return CannotMove(state, c.Deadline, context, new TokenAmount(c.Token, c.Amount)) is { } rejection
            ? rejection
            : AccountDecision.Accept(new Event.WithdrawalStarted(
                c.WithdrawalId, c.Token, c.Amount, c.Deadline, Remember(c.Deadline, context), context.Now))
                .AnsweredBy(c.WithdrawalId);
    }

    private static AccountDecision Transfer(AccountState state, Command.Transfer c, CommandContext context)
    {
        var isRepeat = Repeat(
            state,
            c.TransferId,
            context,
            started => started is Event.TransferStarted e && e.To == c.To && e.Token == c.Token && e.Amount == c.Amount,
            ended => ended is Event.TransferSettled e && e.To == c.To && e.Token == c.Token && e.Amount == c.Amount,
            new TokenAmount(c.Token, c.Amount));
        if (isRepeat is { } repeat)
        {
            return repeat;
        }

        if (c.To == state.Id)
        {
            return new Rejection.InvalidRoute("A transfer needs another account.");
        }

        return CannotMove(state, c.Deadline, context, new TokenAmount(c.Token, c.Amount)) is { } rejection
            ? rejection
            : AccountDecision.Accept(new Event.TransferStarted(
                c.TransferId, c.To, c.Token, c.Amount, c.Deadline, Remember(c.Deadline, context), context.Now))
                .AnsweredBy(c.TransferId);
    }

    private static AccountDecision HoldFunds(AccountState state, Command.HoldFunds c, CommandContext context)
    {
        if (state.Holds.TryGetValue(c.HoldId, out var open))
        {
            return open.Token == c.Token && open.Held.Amount == c.Amount
                ? AccountDecision.Earlier(open.Held)
                : new Rejection.IdReused(c.HoldId);
        }

        if (state.Outcomes.TryGet(c.HoldId, context.Now, out var ended))
        {
            var isSame = ended switch
            {
                Event.HoldReleased e => e.Token == c.Token,
                Event.HoldRefused e => e.Token == c.Token && e.Amount == c.Amount && e.Deadline == c.Deadline,
                _ => false,
            };
            return isSame ? AccountDecision.Earlier(ended) : new Rejection.IdReused(c.HoldId);
        }

        if (state.IsOpen(c.HoldId))
        {
            return new Rejection.IdReused(c.HoldId);
        }

        var rejection = state.Holds.Count >= OpenHoldsMax
            ? new Rejection.TooMany("open holds", OpenHoldsMax)
            : CannotStart(state, c.Deadline, context, new TokenAmount(c.Token, c.Amount));
        if (rejection is null)
        {
            return new Event.FundsHeld(c.HoldId, c.Token, c.Amount, c.Deadline, context.Now);
        }

        // A refusal is a fact: whoever heard it has given up, and a copy of the message that comes late must not hold.
        var isForEver = rejection is Rejection.Expired or Rejection.DeadlineTooFar;
        return isForEver || state.Outcomes.IsFullAt(context.Now)
            ? rejection
            : new Event.HoldRefused(c.HoldId, c.Token, c.Amount, rejection.Code, c.Deadline, context.Now);
    }

    private static AccountDecision SettleFill(AccountState state, Command.SettleFill c, CommandContext context)
    {
        if (!state.Holds.TryGetValue(c.HoldId, out var hold))
        {
            return new Rejection.UnknownHold(c.HoldId);
        }

        if (hold.HasFill(c.FillId))
        {
            return AccountDecision.Nothing;
        }

        if (hold.FillCount >= FillsPerHoldMax)
        {
            return new Rejection.TooMany("fills of one hold", FillsPerHoldMax);
        }

        return c.Spent > hold.Left
            ? new Rejection.HoldExceeded(c.Spent, hold.Left)
            : new Event.FillSettled(
                c.HoldId,
                c.FillId,
                hold.Token,
                c.Spent,
                c.Received,
                c.ReceivedAmount,
                c.FeeToken,
                c.Fee,
                c.Venue,
                context.Now);
    }

    private static AccountDecision ReleaseHold(AccountState state, Command.ReleaseHold c, CommandContext context)
    {
        if (state.Holds.TryGetValue(c.HoldId, out var hold))
        {
            return new Event.HoldReleased(c.HoldId, hold.Token, hold.Left, context.Now);
        }

        return state.Outcomes.TryGet(c.HoldId, context.Now, out var released) && released is Event.HoldReleased
            ? AccountDecision.Earlier(released)
            : AccountDecision.Nothing;
    }

    // A trade that is under way answers when it ends; one that ended answers with its end. Null: the id is new.
    internal static AccountDecision? Repeat(
        AccountState state,
        Guid tradeId,
        CommandContext context,
        Func<Event, bool> isStartOfSame,
        Func<Event, bool> isEndOfSame,
        params TokenAmount[] held)
    {
        if (state.Trades.TryGetValue(tradeId, out var open))
        {
            return isStartOfSame(open.Started)
                ? AccountDecision.Nothing.AnsweredBy(tradeId)
                : new Rejection.IdReused(tradeId);
        }

        if (state.Outcomes.TryGet(tradeId, context.Now, out var outcome))
        {
            return isEndOfSame(outcome) || (outcome is Event.TradeReleased e && e.Released.AsSpan().SequenceEqual(held))
                ? AccountDecision.Earlier(outcome)
                : new Rejection.IdReused(tradeId);
        }

        return state.IsOpen(tradeId) ? new Rejection.IdReused(tradeId) : default(AccountDecision?);
    }

    internal static Rejection? CannotStart(
        AccountState state, DateTimeOffset deadline, CommandContext context, params ReadOnlySpan<TokenAmount> parts) =>
        context.Mode != SystemMode.Active
            ? new Rejection.TradingHalted(context.Mode)
            : CannotHold(state, deadline, context, parts);

    // Money may also move while trading is paused, but not in maintenance or emergency.
    private static Rejection? CannotMove(
        AccountState state, DateTimeOffset deadline, CommandContext context, params ReadOnlySpan<TokenAmount> parts) =>
        context.Mode is not (SystemMode.Active or SystemMode.Paused)
            ? new Rejection.TradingHalted(context.Mode)
            : CannotHold(state, deadline, context, parts);

    private static Rejection? CannotHold(
        AccountState state, DateTimeOffset deadline, CommandContext context, ReadOnlySpan<TokenAmount> parts)
    {
        if (TradeTiming.IsPast(deadline, context.Now))
        {
            return new Rejection.Expired(deadline, context.Now);
        }

        if (deadline > context.Now + TradeTiming.DeadlineAheadMax)
        {
            return new Rejection.DeadlineTooFar(deadline, context.Now + TradeTiming.DeadlineAheadMax);
        }

        if (state.Trades.Count >= OpenTradesMax)
        {
            return new Rejection.TooMany("open trades", OpenTradesMax);
        }

        if (state.Outcomes.IsFullAt(context.Now))
        {
            return new Rejection.TooMany("outcomes", OutcomesMax);
        }

        foreach (var part in parts)
        {
            var available = state.BalanceOf(part.Token).Available;
            if (part.Amount.IsZero)
            {
                return new Rejection.ZeroAmount(part.Token.Value);
            }

            if (part.Amount > available)
            {
                return new Rejection.InsufficientFunds(part.Token, Required: part.Amount, Available: available);
            }
        }

        return null;
    }

    internal static DateTimeOffset Remember(DateTimeOffset deadline, CommandContext context) =>
        deadline > context.ExpiresAt ? deadline : context.ExpiresAt;

    // Repaid within the route: by a later pool, in the token that the first one is owed.
    private static string? InvalidFlash(SwapHop[] route) =>
        route.Length > 1 && route[0].TokenIn == route[^1].TokenOut
            ? null
            : $"A flash route ends with the token it begins with, {route[0].TokenIn}.";

    private static string? InvalidRoute(SwapHop[] route)
    {
        if (route.Length is 0 or > RouteHopsMax)
        {
            return $"A route has 1 to {RouteHopsMax} hops, not {route.Length}.";
        }

        for (var i = 0; i < route.Length; i++)
        {
            if (route[i].TokenIn == route[i].TokenOut)
            {
                return $"Hop {i + 1} goes from {route[i].TokenIn} to itself.";
            }

            if (i > 0 && route[i].TokenIn != route[i - 1].TokenOut)
            {
                return $"Hop {i + 1} takes {route[i].TokenIn}, but hop {i} gives {route[i - 1].TokenOut}.";
            }
        }

        return null;
    }
}
