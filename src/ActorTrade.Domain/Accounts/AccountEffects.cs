using ActorTrade.Domain.Books;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Accounts.Account;

namespace ActorTrade.Domain.Accounts;

/// <summary>What an account asks of others, and what it makes of their answers.</summary>
/// <remarks>
/// An answer that is a rejection (a pool's memory is full) is no outcome: the effect stays outstanding and is sent
/// again at the next wake-up, until the deadline makes the other end refuse it for good.
/// </remarks>
internal static class AccountEffects
{
    private const uint CommitSalt = 100;
    private const uint AbortSalt = 200;
    private const uint AcknowledgeSalt = 300;
    private const uint CancelSalt = 900;
    private static readonly Effect[] None = [];

    public static IReadOnlyList<Effect> React(AccountState state, Event e) => e switch
    {
        Event.SwapStarted or Event.LiquidityAdditionStarted or Event.LiquidityRemovalStarted or Event.JoinStarted
            or Event.ExitStarted or Event.TransferStarted or Event.WithdrawalStarted or Event.OrderFillStarted =>
            Of(state, TradeOf(e)),
        Event.PoolOrderPlaced placed => [Place(state, placed)],
        Event.PoolOrderCancelRequested cancel => [CancelOrder(state, state.PoolOrders[cancel.OrderId])],
        Event.LegPrepared leg => Of(state, leg.TradeId),
        Event.RouteCommitted committed => Of(state, committed.TradeId),
        Event.RouteAborted aborted => Of(state, aborted.TradeId),
        Event.TradeSettled or Event.LiquidityAdded or Event.LiquidityRemoved or Event.Joined or Event.Exited
            or Event.TransferSettled or Event.WithdrawalSettled => AcknowledgeFullGroups(state),
        _ => None,
    };

    public static IReadOnlyList<Effect> Outstanding(AccountState state)
    {
        var effects = new List<Effect>();
        foreach (var trade in state.Trades.Values.OrderBy(t => t.StartedAt).ThenBy(t => t.Id))
        {
            effects.AddRange(Of(trade, state));
        }

        foreach (var order in state.UnansweredOrders)
        {
            if (!order.IsAccepted)
            {
                effects.Add(Place(state, order.Placed));
            }

            if (order.CancelRequested is not null)
            {
                effects.Add(CancelOrder(state, order));
            }
        }

        foreach (var (target, ids) in state.Unacknowledged.OrderBy(u => u.Key.ToString(), StringComparer.Ordinal))
        {
            effects.AddRange(
                ids.Chunk(TradeTiming.AcknowledgeTogether * 8).Select(chunk => Acknowledge(state, target, chunk)));
        }

        return effects;
    }

    public static DateTimeOffset? WakeAt(AccountState state)
    {
        DateTimeOffset? trade = state.OldestTrade?.StartedAt + TradeTiming.RetryAfter;
        DateTimeOffset? acknowledge = state.UnacknowledgedSince + (2 * TradeTiming.RetryAfter);
        return Earliest(Earliest(trade, acknowledge), state.OrderUnansweredSince + TradeTiming.RetryAfter);
    }

    private static DateTimeOffset? Earliest(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b ?? a : a;

    private static Guid TradeOf(Event started) => started switch
    {
        Event.SwapStarted e => e.TradeId,
        Event.LiquidityAdditionStarted e => e.TradeId,
        Event.LiquidityRemovalStarted e => e.TradeId,
        Event.JoinStarted e => e.TradeId,
        Event.ExitStarted e => e.TradeId,
        Event.TransferStarted e => e.TradeId,
        Event.WithdrawalStarted e => e.TradeId,
        Event.OrderFillStarted e => e.TradeId,
        _ => throw new InvalidOperationException($"{started.GetType().Name} starts no trade."),
    };

    private static IReadOnlyList<Effect> Of(AccountState state, Guid tradeId) => Of(state.Trades[tradeId], state);

    private static IReadOnlyList<Effect> Of(OpenTrade trade, AccountState state) => trade.Started switch
    {
        _ when trade.OneSwap is { } swap => [Swap(state, trade.Id, swap)],
        Event.SwapStarted route when trade.Decision != RouteDecision.Open => FinishLegs(state, trade, route),

        // The last leg is prepared: the event that follows it decides.
        Event.SwapStarted route when trade.LegOutputs.Count == route.Route.Length => None,
        Event.SwapStarted route => [Prepare(state, trade, route)],
        Event.LiquidityAdditionStarted e => [AddLiquidity(state, e)],
        Event.LiquidityRemovalStarted e => [RemoveLiquidity(state, e)],
        Event.JoinStarted e => [Join(state, e)],
        Event.ExitStarted e => [Exit(state, e)],
        Event.TransferStarted e => [Transfer(state, e)],
        Event.WithdrawalStarted e => [Burn(state, e)],
        _ => None,
    };

    private static Effect Swap(AccountState state, Guid tradeId, OneSwap swap)
    {
        var hop = swap.Hop;
        return new Effect(
            Pool.IdOf(hop.Pool),
            new Pool.Command.Swap(
                tradeId, state.Id, hop.TokenIn, hop.TokenOut, swap.AmountIn, swap.MinAmountOut, swap.Deadline),
            tradeId,
            answer => OutcomeOf(answer) switch
            {
                Pool.Event.Swapped e =>
                    new Command.RecordSwapOutcome(
                        tradeId, e.AmountOut, e.LpFee + e.ProtocolFee, e.PriceImpactBps, swap.Deadline),
                Pool.Event.TradeRefused e => new Command.RecordRefusal(tradeId, e.Reason, swap.Deadline),
                _ => null,
            });
    }

    private static Effect Prepare(AccountState state, OpenTrade trade, Event.SwapStarted route)
    {
        var tradeId = route.TradeId;
        var hop = trade.LegOutputs.Count;
        var amountIn = hop == 0 ? route.AmountIn : trade.LegOutputs[hop - 1];
        var leg = route.Route[hop];
        var legId = trade.LegId(hop);
        return new Effect(
            Pool.IdOf(leg.Pool),
            new Pool.Command.PrepareLeg(legId, tradeId, state.Id, leg.TokenIn, leg.TokenOut, amountIn, route.Deadline),
            legId,
            answer => OutcomeOf(answer) switch
            {
                Pool.Event.LegPrepared e =>
                    new Command.RecordLegPrepared(tradeId, hop, e.AmountOut, e.LpFee + e.ProtocolFee, route.Deadline),
                Pool.Event.TradeRefused e => new Command.RecordRefusal(tradeId, e.Reason, route.Deadline),
                _ => null,
            });
    }

    private static List<Effect> FinishLegs(AccountState state, OpenTrade trade, Event.SwapStarted route)
    {
        var effects = new List<Effect>();
        for (var hop = 0; hop < trade.LegsAsked(route.Route.Length); hop++)
        {
            if (!trade.IsLegFinished(hop))
            {
                effects.Add(FinishLeg(state, trade, route, hop));
            }
        }

        return effects;
    }

    private static Effect FinishLeg(AccountState state, OpenTrade trade, Event.SwapStarted route, int hop)
    {
        var tradeId = trade.Id;
        var legId = trade.LegId(hop);
        Pool.Command command = trade.Decision == RouteDecision.Committed
            ? new Pool.Command.CommitLeg(legId, state.Id)
            : new Pool.Command.AbortLeg(legId, state.Id, route.Deadline);
        return new Effect(
            Pool.IdOf(route.Route[hop].Pool),
            command,
            DeterministicGuid.Derive(legId, trade.Decision == RouteDecision.Committed ? CommitSalt : AbortSalt),
            answer => answer is Answer.Accepted ? new Command.RecordLegFinished(tradeId, hop, route.Deadline) : null);
    }

    private static Effect AddLiquidity(AccountState state, Event.LiquidityAdditionStarted e)
    {
        var tradeId = e.TradeId;
        return new Effect(
            Pool.IdOf(e.Pool),
            new Pool.Command.AddLiquidity(tradeId, state.Id, e.Max0, e.Max1, e.MinShares, e.Deadline),
            tradeId,
            answer => OutcomeOf(answer) switch
            {
                Pool.Event.LiquidityAdded added =>
                    new Command.RecordLiquidityAdded(
                        tradeId, added.Amount0, added.Amount1, added.Shares, e.Deadline),
                Pool.Event.TradeRefused refused => new Command.RecordRefusal(tradeId, refused.Reason, e.Deadline),
                _ => null,
            });
    }

    private static Effect RemoveLiquidity(AccountState state, Event.LiquidityRemovalStarted e)
    {
        var tradeId = e.TradeId;
        return new Effect(
            Pool.IdOf(e.Pool),
            new Pool.Command.RemoveLiquidity(tradeId, state.Id, e.Shares, e.MinAmount0, e.MinAmount1, e.Deadline),
            tradeId,
            answer => OutcomeOf(answer) switch
            {
                Pool.Event.LiquidityRemoved removed => new Command.RecordLiquidityRemoved(
                    tradeId,
                    new TokenAmount(removed.Token0, removed.Amount0),
                    new TokenAmount(removed.Token1, removed.Amount1),
                    e.Deadline),
                Pool.Event.TradeRefused refused => new Command.RecordRefusal(tradeId, refused.Reason, e.Deadline),
                _ => null,
            });
    }

    private static Effect Join(AccountState state, Event.JoinStarted e)
    {
        var tradeId = e.TradeId;
        return new Effect(
            Pool.IdOf(e.Pool),
            new Pool.Command.Join(tradeId, state.Id, e.Most, e.IsExact, e.Range, e.MinShares, e.Deadline),
            tradeId,
            answer => OutcomeOf(answer) switch
            {
                Pool.Event.Joined joined => new Command.RecordJoined(tradeId, joined.Paid, joined.Shares, e.Deadline),
                Pool.Event.TradeRefused refused => new Command.RecordRefusal(tradeId, refused.Reason, e.Deadline),
                _ => null,
            });
    }

    private static Effect Exit(AccountState state, Event.ExitStarted e)
    {
        var tradeId = e.TradeId;
        return new Effect(
            Pool.IdOf(e.Pool),
            new Pool.Command.Exit(tradeId, state.Id, e.Shares, e.Least, e.IsOneToken, e.Range, e.Deadline),
            tradeId,
            answer => OutcomeOf(answer) switch
            {
                Pool.Event.Exited exited => new Command.RecordExited(tradeId, exited.Given, e.Deadline),
                Pool.Event.TradeRefused refused => new Command.RecordRefusal(tradeId, refused.Reason, e.Deadline),
                _ => null,
            });
    }

    private static Effect Transfer(AccountState state, Event.TransferStarted e)
    {
        var tradeId = e.TradeId;
        return new Effect(
            IdOf(e.To),
            new Command.Credit(tradeId, IdOf(state.Id), e.Token, e.Amount, e.Deadline),
            tradeId,
            answer => OutcomeOf(answer) switch
            {
                Event.Credited => new Command.RecordDelivered(tradeId, e.Deadline),
                Event.CreditRefused refused => new Command.RecordRefusal(tradeId, refused.Reason, e.Deadline),
                _ => null,
            });
    }

    private static Effect Burn(AccountState state, Event.WithdrawalStarted e)
    {
        var tradeId = e.TradeId;
        return new Effect(
            Token.IdOf(e.Token),
            new Token.Command.Burn(tradeId, state.Id, e.Amount, e.Deadline),
            tradeId,
            answer => OutcomeOf(answer) switch
            {
                Token.Event.Burned => new Command.RecordDelivered(tradeId, e.Deadline),
                Token.Event.BurnRefused refused => new Command.RecordRefusal(tradeId, refused.Reason, e.Deadline),
                _ => null,
            });
    }

    private static Effect Place(AccountState state, Event.PoolOrderPlaced placed)
    {
        var orderId = placed.OrderId;
        return new Effect(
            OrderBook.IdOf(placed.Pool),
            new OrderBook.Command.Place(
                orderId, state.Id, placed.Order, placed.Deadline, placed.Protection, placed.TriggerBy),
            orderId,
            answer => OutcomeOf(answer) switch
            {
                OrderBook.Event.OrderReceived => new Command.RecordPoolOrderAccepted(orderId),
                OrderBook.Event.OrderRefused refused => new Command.RecordPoolOrderRefused(orderId, refused.Reason),
                _ => null,
            });
    }

    // Asked again until the book says that the order has ended: it may come before the order itself.
    private static Effect CancelOrder(AccountState state, PlacedOrder order)
    {
        var placed = order.Placed;
        return new Effect(
            OrderBook.IdOf(placed.Pool),
            new OrderBook.Command.Cancel(placed.OrderId, state.Id, order.CancelRequested!.Why, placed.Deadline),
            DeterministicGuid.Derive(placed.OrderId, CancelSalt),
            static _ => null);
    }

    private static IReadOnlyList<Effect> AcknowledgeFullGroups(AccountState state)
    {
        List<Effect>? effects = null;
        foreach (var (target, ids) in state.Unacknowledged)
        {
            if (ids.Count % TradeTiming.AcknowledgeTogether == 0)
            {
                (effects ??= []).Add(Acknowledge(state, target, [.. ids[^TradeTiming.AcknowledgeTogether..]]));
            }
        }

        return effects is null ? None : effects;
    }

    private static Effect Acknowledge(AccountState state, EntityId target, UnacknowledgedTrade[] trades)
    {
        var ids = Array.ConvertAll(trades, t => t.Id);
        var deadlines = Array.ConvertAll(trades, t => t.Deadline);
        ICommand command = target.Category switch
        {
            Pool.Category => new Pool.Command.Acknowledge(ids, state.Id, deadlines),
            Token.Category => new Token.Command.AcknowledgeBurns(ids, state.Id, deadlines),
            _ => new Command.AcknowledgeCredits(ids, IdOf(state.Id).ToString(), deadlines),
        };
        return new Effect(
            target,
            command,
            DeterministicGuid.Derive(ids[^1], AcknowledgeSalt + (uint)ids.Length),
            answer => answer is Answer.Accepted ? new Command.RecordAcknowledged(target, ids, deadlines) : null);
    }

    private static IEvent? OutcomeOf(Answer answer) =>
        answer is Answer.Accepted { Events: [var outcome, ..] } ? outcome : null;
}
