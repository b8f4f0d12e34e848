using ActorTrade.Domain.Books;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Accounts.Account;
using AccountDecision = ActorTrade.EventSourcing.Decision<
    ActorTrade.Domain.Accounts.Account.Event, ActorTrade.Domain.Accounts.Account.Rejection>;

namespace ActorTrade.Domain.Accounts;

/// <summary>What an account says about its orders in books of pools: it holds their money, swaps what a book fills, and
/// takes back what is left.</summary>
internal static class AccountOrders
{
    private const int ReasonLengthMax = 200;

    public static AccountDecision Decide(AccountState state, Command command, CommandContext context) => command switch
    {
        Command.PlacePoolOrder c => Place(state, c, context),
        Command.CancelPoolOrder c => Cancel(state, c, context),
        Command.FillPoolOrder c => Fill(state, c, context),
        Command.ClosePoolOrder c => Close(state, c, context),
        Command.RecordPoolOrderAccepted c => Accepted(state, c, context),
        Command.RecordPoolOrderRefused c => Refused(state, c, context),
        _ => throw new InvalidOperationException($"The account knows no command {command.GetType().Name}."),
    };

    private static AccountDecision Place(AccountState state, Command.PlacePoolOrder c, CommandContext context)
    {
        if (state.PoolOrders.TryGetValue(c.OrderId, out var open))
        {
            return !IsSame(open.Placed, c) ? new Rejection.IdReused(c.OrderId)
                : open.Accepted is { } accepted ? AccountDecision.Earlier(accepted)
                : AccountDecision.Nothing.AnsweredBy(c.OrderId);
        }

        if (state.Outcomes.TryGet(c.OrderId, context.Now, out var earlier))
        {
            var isSame = earlier switch
            {
                Event.PoolOrderRefused e => e.Token == c.Order.TokenIn && e.Amount == c.Order.AmountIn,
                Event.PoolOrderClosed e => e.TokenIn == c.Order.TokenIn && e.TokenOut == c.Order.TokenOut
                    && e.Sold + e.Released == c.Order.AmountIn,
                _ => false,
            };
            return isSame ? AccountDecision.Earlier(earlier) : new Rejection.IdReused(c.OrderId);
        }

        if (state.IsOpen(c.OrderId))
        {
            return new Rejection.IdReused(c.OrderId);
        }

        if (c.Order.Problem(context.Now, c.Protection, c.TriggerBy) is { } why)
        {
            return new Rejection.InvalidOrder(why);
        }

        if (state.PoolOrders.Count >= OpenPoolOrdersMax)
        {
            return new Rejection.TooMany("open pool orders", OpenPoolOrdersMax);
        }

        var held = new TokenAmount(c.Order.TokenIn, c.Order.AmountIn);
        if (AccountDecisions.CannotStart(state, c.Deadline, context, held) is { } rejection)
        {
            return rejection;
        }

        var remember = AccountDecisions.Remember(c.Deadline, context);
        return AccountDecision
            .Accept(new Event.PoolOrderPlaced(
                c.OrderId, c.Pool, c.Order, c.Deadline, remember, context.Now, c.Protection, c.TriggerBy))
            .AnsweredBy(c.OrderId);
    }

    private static bool IsSame(Event.PoolOrderPlaced placed, Command.PlacePoolOrder c) =>
        placed.Pool == c.Pool && placed.Protection == c.Protection && placed.TriggerBy == c.TriggerBy
        && placed.Order.IsSameAs(c.Order);

    private static AccountDecision Cancel(AccountState state, Command.CancelPoolOrder c, CommandContext context)
    {
        if (state.PoolOrders.TryGetValue(c.OrderId, out var order))
        {
            return order.CancelRequested is { } earlier
                ? AccountDecision.Earlier(earlier)
                : new Event.PoolOrderCancelRequested(
                    c.OrderId, Cut(context.Principal), Cut(c.Why), context.Now);
        }

        return state.Outcomes.TryGet(c.OrderId, context.Now, out var ended)
            && ended is Event.PoolOrderClosed or Event.PoolOrderRefused
                ? new Rejection.OrderIsFinal(c.OrderId)
                : new Rejection.UnknownOrder(c.OrderId);
    }

    // A number has one outcome for ever: what was refused is not done by a late repeat.
    private static AccountDecision Fill(AccountState state, Command.FillPoolOrder c, CommandContext context)
    {
        if (!state.PoolOrders.TryGetValue(c.OrderId, out var order) || order.Placed.Pool != c.Pool)
        {
            return new Rejection.UnknownOrder(c.OrderId);
        }

        if (c.Number <= order.FillNumber)
        {
            // The book has gone on from an earlier one, and its repeat is answered by nobody's question.
            return c.Number < order.FillNumber || c.Number < 1
                ? new Rejection.UnknownTrade(BookEffects.TradeOf(c.OrderId, c.Number))
                : order.FillOutcome is { } outcome ? AccountDecision.Earlier(outcome)
                : AccountDecision.Nothing.AnsweredBy(order.Fill!.TradeId);
        }

        if (order.IsFillUnderWay)
        {
            return new Rejection.StillOpen(order.Fill!.TradeId);
        }

        var tradeId = BookEffects.TradeOf(c.OrderId, c.Number);
        var refusal = context.Mode != SystemMode.Active ? "trading-halted"
            : order.CancelRequested is not null ? "cancelled"
            : TradeTiming.IsPast(c.Deadline, context.Now) ? "deadline-passed"
            : c.AmountIn.IsZero || c.AmountIn > order.Left ? "hold-exceeded"
            : state.IsOpen(tradeId) || state.Outcomes.TryGet(tradeId, context.Now, out _) ? "id-reused"
            : state.Trades.Count >= OpenTradesMax || state.Outcomes.IsFullAt(context.Now) ? "too-many"
            : null;
        if (refusal is not null)
        {
            return new Event.OrderFillRefused(c.OrderId, c.Number, refusal, context.Now);
        }

        var hop = new SwapHop(c.Pool, order.Terms.TokenIn, order.Terms.TokenOut);
        return AccountDecision
            .Accept(new Event.OrderFillStarted(
                c.OrderId, c.Number, tradeId, hop, c.AmountIn, c.MinAmountOut, c.Deadline,
                AccountDecisions.Remember(c.Deadline, context), context.Now, c.IsPrivate))
            .AnsweredBy(tradeId);
    }

    private static AccountDecision Close(AccountState state, Command.ClosePoolOrder c, CommandContext context)
    {
        if (!state.PoolOrders.TryGetValue(c.OrderId, out var order))
        {
            return state.Outcomes.TryGet(c.OrderId, context.Now, out var ended) && ended is Event.PoolOrderClosed
                ? AccountDecision.Earlier(ended)
                : AccountDecision.Nothing;
        }

        return order.IsFillUnderWay
            ? new Rejection.StillOpen(order.Fill!.TradeId)
            : AccountDecision
                .Accept(new Event.PoolOrderClosed(
                    c.OrderId, order.Terms.TokenIn, order.Sold, order.Left, order.Terms.TokenOut, order.Bought, c.End,
                    c.Reason, context.Now))
                .Ending(c.OrderId);
    }

    private static AccountDecision Accepted(
        AccountState state, Command.RecordPoolOrderAccepted c, CommandContext context) =>
        state.PoolOrders.TryGetValue(c.OrderId, out var order) && !order.IsAccepted
            ? AccountDecision
                .Accept(new Event.PoolOrderAccepted(c.OrderId, order.Placed.Pool, context.Now))
                .Ending(c.OrderId)
            : AccountDecision.Nothing;

    private static AccountDecision Refused(
        AccountState state, Command.RecordPoolOrderRefused c, CommandContext context) =>
        state.PoolOrders.TryGetValue(c.OrderId, out var order) && !order.IsAccepted && order.FillNumber == 0
            ? AccountDecision
                .Accept(new Event.PoolOrderRefused(
                    c.OrderId, order.Terms.TokenIn, order.Left, c.Reason, context.Now))
                .Ending(c.OrderId)
            : AccountDecision.Nothing;

    private static string Cut(string text) => text.Length <= ReasonLengthMax ? text : text[..ReasonLengthMax];
}
