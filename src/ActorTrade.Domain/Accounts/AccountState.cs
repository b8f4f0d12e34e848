using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Accounts.Account;

namespace ActorTrade.Domain.Accounts;

/// <summary>The fold of an account's events. Owned by its actor; changed only by <see cref="Evolve"/>.</summary>
public sealed class AccountState(AccountId id)
{
    private readonly Dictionary<TokenId, Balance> _balances = [];
    private readonly Dictionary<Guid, OpenTrade> _trades = [];
    private readonly StartOrder<OpenTrade> _startOrder = new(static trade => trade.StartedAt);
    private readonly Dictionary<Guid, OpenHold> _holds = [];
    private readonly Dictionary<Guid, PlacedOrder> _poolOrders = [];
    private readonly SortedSet<(DateTimeOffset Since, Guid Order)> _unansweredOrders = [];
    private readonly Dictionary<EntityId, List<UnacknowledgedTrade>> _unacknowledged = [];
    private readonly OutcomeMemory<Event> _outcomes = new(OutcomesMax);

    public AccountId Id { get; } = id;

    public string? Owner { get; private set; }

    public ulong Nonce { get; private set; }

    /// <summary>Trades under way.</summary>
    public IReadOnlyDictionary<Guid, OpenTrade> Trades => _trades;

    public IReadOnlyDictionary<Guid, OpenHold> Holds => _holds;

    /// <summary>Orders in books of pools that have not ended.</summary>
    public IReadOnlyDictionary<Guid, PlacedOrder> PoolOrders => _poolOrders;

    /// <summary>Of these, the ones whose book has not answered the placing, or has not ended them though a cancel was
    /// asked for; the oldest first.</summary>
    internal IEnumerable<PlacedOrder> UnansweredOrders => _unansweredOrders.Select(o => _poolOrders[o.Order]);

    internal DateTimeOffset? OrderUnansweredSince =>
        _unansweredOrders.Count == 0 ? null : _unansweredOrders.Min.Since;

    /// <summary>Outcomes that pools, accounts and tokens still remember for this account alone, by who remembers
    /// them.</summary>
    public IReadOnlyDictionary<EntityId, List<UnacknowledgedTrade>> Unacknowledged => _unacknowledged;

    public OutcomeMemory<Event> Outcomes => _outcomes;

    public int TokenCount => _balances.Count;

    public bool HasToken(TokenId token) => _balances.ContainsKey(token);

    /// <summary>Since when the oldest unacknowledged outcome waits; null where none does.</summary>
    public DateTimeOffset? UnacknowledgedSince { get; private set; }

    public OpenTrade? OldestTrade => _startOrder.Oldest is { } oldest ? _trades[oldest] : null;

    /// <summary>Whether a trade, hold or order of this id is open.</summary>
    public bool IsOpen(Guid id) =>
        _trades.ContainsKey(id) || _holds.ContainsKey(id) || _poolOrders.ContainsKey(id);

    public Balance BalanceOf(TokenId token) => _balances.GetValueOrDefault(token);

    public AccountState Evolve(Event e)
    {
        switch (e)
        {
            case Event.Opened opened:
                Owner = opened.Owner;
                break;
            case Event.Credited or Event.CreditRefused or Event.CreditsAcknowledged:
                EvolveCredit(e);
                break;
            case Event.FundsHeld or Event.FillSettled or Event.HoldReleased or Event.HoldRefused:
                EvolveHold(e);
                break;
            case Event.PoolOrderPlaced or Event.PoolOrderAccepted or Event.PoolOrderRefused
                or Event.PoolOrderCancelRequested or Event.OrderFillRefused or Event.PoolOrderClosed:
                EvolveOrder(e);
                break;
            case Event.OutcomesAcknowledged acknowledged:
                RemoveUnacknowledged(acknowledged);
                break;
            default:
                EvolveTrade(e);
                break;
        }

        return this;
    }

    public AccountView ToView() => new(
        Id,
        Owner,
        Nonce,
        [.. _balances.OrderBy(b => b.Key).Select(b => new BalanceView(b.Key, b.Value.Available, b.Value.Held))],
        _trades.Count,
        _holds.Count,
        _poolOrders.Count);

    public AccountSnapshot Capture() => new(
        Id,
        Owner,
        Nonce,
        UnacknowledgedSince,
        [.. _balances.OrderBy(b => b.Key).Select(b => new CapturedBalance(b.Key, b.Value.Available, b.Value.Held))],
        [.. _startOrder.InOrder(_trades).Select(id => _trades[id].Capture())],
        [.. _holds.Values.OrderBy(h => h.Id).Select(h => h.Capture())],
        [
            .. _unacknowledged
                .Select(u => new CapturedUnacknowledged(
                    u.Key.ToString(), [.. u.Value.Select(t => t.Id)], [.. u.Value.Select(t => t.Deadline)]))
                .OrderBy(u => u.Target, StringComparer.Ordinal),
        ],
        _outcomes.Capture(),
        [.. _poolOrders.Values.OrderBy(o => o.Placed.At).ThenBy(o => o.Id).Select(o => o.Capture())]);

    public static AccountState Restore(AccountSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var state = new AccountState(snapshot.Account)
        {
            Owner = snapshot.Owner,
            Nonce = snapshot.Nonce,
            UnacknowledgedSince = snapshot.UnacknowledgedSince,
        };
        foreach (var balance in snapshot.Balances)
        {
            state._balances[balance.Token] = new Balance(balance.Available, balance.Held);
        }

        foreach (var trade in snapshot.Trades)
        {
            var open = OpenTrade.Restore(trade);
            state._trades.Add(open.Id, open);
            state._startOrder.Started(open.Id, open.StartedAt);
        }

        foreach (var hold in snapshot.Holds)
        {
            state._holds.Add(hold.Held.HoldId, OpenHold.Restore(hold));
        }

        foreach (var one in snapshot.Unacknowledged)
        {
            state._unacknowledged.Add(
                EntityId.Parse(one.Target),
                [.. one.Ids.Zip(one.Deadlines, (id, deadline) => new UnacknowledgedTrade(id, deadline))]);
        }

        foreach (var order in snapshot.PoolOrders)
        {
            state.PutOrder(PlacedOrder.Restore(order));
        }

        state._outcomes.Restore(snapshot.Outcomes);
        return state;
    }

    private void EvolveCredit(Event e)
    {
        switch (e)
        {
            case Event.Credited credited:
                Add(credited.Token, credited.Amount);
                _outcomes.ForgetBefore(credited.At);
                _outcomes.Remember(credited.CreditId, e, credited.Deadline, needsAcknowledgement: true);
                break;
            case Event.CreditRefused refused:
                _outcomes.RememberRefusal(refused.CreditId, e, refused.Deadline, refused.At);
                break;
            case Event.CreditsAcknowledged acknowledged:
                _outcomes.ForgetBefore(acknowledged.At);
                foreach (var id in acknowledged.CreditIds)
                {
                    _outcomes.Acknowledge(id, acknowledged.At);
                }

                break;
        }
    }

    private void EvolveHold(Event e)
    {
        switch (e)
        {
            case Event.FundsHeld held:
                _outcomes.ForgetBefore(held.At);
                Hold(held.Token, held.Amount);
                _holds.Add(held.HoldId, new OpenHold(held));
                break;
            case Event.FillSettled fill:
                SpendHeld(fill.SpentToken, fill.Spent);
                Add(fill.Received, fill.ReceivedAmount);
                _holds[fill.HoldId].Settle(fill.FillId, fill.Spent);
                break;
            case Event.HoldRefused refused:
                _outcomes.RememberRefusal(refused.HoldId, e, refused.Deadline, refused.At);
                break;
            case Event.HoldReleased released:
                Unhold(released.Token, released.Amount);
                if (_holds.Remove(released.HoldId, out var hold))
                {
                    _outcomes.Remember(released.HoldId, e, hold.Deadline, needsAcknowledgement: false);
                }

                break;
        }
    }

    private void EvolveOrder(Event e)
    {
        switch (e)
        {
            case Event.PoolOrderPlaced placed:
                _outcomes.ForgetBefore(placed.At);
                Hold(placed.Order.TokenIn, placed.Order.AmountIn);
                PutOrder(new PlacedOrder(placed));
                break;
            case Event.PoolOrderAccepted accepted:
                ChangeOrder(accepted.OrderId, o => o.OnAccepted(accepted));
                break;
            case Event.PoolOrderCancelRequested cancel:
                ChangeOrder(cancel.OrderId, o => o.OnCancelRequested(cancel));
                break;
            case Event.OrderFillRefused refused:
                ChangeOrder(refused.OrderId, o => o.OnFillRefused(refused));
                break;
            case Event.PoolOrderRefused refused:
                Unhold(refused.Token, refused.Amount);
                EndOrder(refused.OrderId, e);
                break;
            case Event.PoolOrderClosed closed:
                Unhold(closed.TokenIn, closed.Released);
                EndOrder(closed.OrderId, e);
                break;
        }
    }

    private void PutOrder(PlacedOrder order)
    {
        _poolOrders.Add(order.Id, order);
        if (order.UnansweredSince is { } since)
        {
            _unansweredOrders.Add((since, order.Id));
        }
    }

    private PlacedOrder TakeOrder(Guid id)
    {
        if (!_poolOrders.Remove(id, out var order))
        {
            throw new InvalidOperationException($"There is no pool order {id}.");
        }

        if (order.UnansweredSince is { } since)
        {
            _unansweredOrders.Remove((since, order.Id));
        }

        return order;
    }

    private void ChangeOrder(Guid id, Action<PlacedOrder> change)
    {
        var order = TakeOrder(id);
        change(order);
        PutOrder(order);
    }

    private void EndOrder(Guid id, Event outcome)
    {
        var order = TakeOrder(id);
        _outcomes.Remember(id, outcome, order.Placed.RememberUntil, needsAcknowledgement: false);
    }

    private void EvolveTrade(Event e)
    {
        switch (e)
        {
            case Event.OrderFillStarted fill:
                // The money stays held: it was the order's, and is the trade's now.
                _poolOrders[fill.OrderId].OnFillStarted(fill);
                Begin(OpenTrade.Start(fill.TradeId, e, fill.At, new TokenAmount(fill.Hop.TokenIn, fill.AmountIn)));
                break;
            case Event.SwapStarted swap:
                Nonce = swap.Nonce ?? Nonce;
                Start(OpenTrade.Start(swap.TradeId, e, swap.At, swap.Held()));
                break;
            case Event.LiquidityAdditionStarted addition:
                Start(OpenTrade.Start(addition.TradeId, e, addition.At, addition.Max0, addition.Max1));
                break;
            case Event.LiquidityRemovalStarted removal:
                var shares = new TokenAmount(TokenId.SharesOf(removal.Pool), removal.Shares);
                Start(OpenTrade.Start(removal.TradeId, e, removal.At, shares));
                break;
            case Event.JoinStarted join:
                Start(OpenTrade.Start(join.TradeId, e, join.At, join.Most));
                break;
            case Event.ExitStarted exit:
                Start(OpenTrade.Start(exit.TradeId, e, exit.At, exit.Held()));
                break;
            case Event.TransferStarted transfer:
                Start(OpenTrade.Start(
                    transfer.TradeId, e, transfer.At, new TokenAmount(transfer.Token, transfer.Amount)));
                break;
            case Event.WithdrawalStarted withdrawal:
                Start(OpenTrade.Start(
                    withdrawal.TradeId, e, withdrawal.At, new TokenAmount(withdrawal.Token, withdrawal.Amount)));
                break;
            case Event.LegPrepared leg:
                _trades[leg.TradeId].LegPrepared(leg.AmountOut, leg.Fee);
                break;
            case Event.RouteCommitted committed:
                _trades[committed.TradeId].Commit();
                break;
            case Event.RouteAborted aborted:
                _trades[aborted.TradeId].Abort(aborted.Reason);
                break;
            case Event.LegFinished finished:
                _trades[finished.TradeId].LegFinished(finished.Hop);
                break;
            default:
                EndTrade(e);
                break;
        }
    }

    private void EndTrade(Event e)
    {
        switch (e)
        {
            case Event.TradeSettled { FlashHeld: { } held } flash:
                SpendHeld(flash.TokenIn, held);
                Add(flash.TokenOut, held + flash.AmountOut - flash.AmountIn);
                End(flash.TradeId, e, flash.At, happened: true);
                break;
            case Event.TradeSettled settled:
                SpendHeld(settled.TokenIn, settled.AmountIn);
                Add(settled.TokenOut, settled.AmountOut);
                End(settled.TradeId, e, settled.At, happened: true);
                break;
            case Event.TradeReleased released:
                foreach (var part in released.Released)
                {
                    Unhold(part.Token, part.Amount);
                }

                End(released.TradeId, e, released.At, happened: false);
                break;
            case Event.LiquidityAdded added:
                SpendHeld(added.Spent0.Token, added.Spent0.Amount);
                SpendHeld(added.Spent1.Token, added.Spent1.Amount);
                Unhold(added.Spent0.Token, added.Returned0);
                Unhold(added.Spent1.Token, added.Returned1);
                Add(TokenId.SharesOf(added.Pool), added.Shares);
                End(added.TradeId, e, added.At, happened: true);
                break;
            case Event.LiquidityRemoved removed:
                SpendHeld(TokenId.SharesOf(removed.Pool), removed.Shares);
                Add(removed.Received0.Token, removed.Received0.Amount);
                Add(removed.Received1.Token, removed.Received1.Amount);
                End(removed.TradeId, e, removed.At, happened: true);
                break;
            case Event.Joined joined:
                foreach (var part in joined.Spent)
                {
                    SpendHeld(part.Token, part.Amount);
                }

                foreach (var part in joined.Returned)
                {
                    Unhold(part.Token, part.Amount);
                }

                Add(TickRange.SharesOf(joined.Pool, joined.Range), joined.Shares);
                End(joined.TradeId, e, joined.At, happened: true);
                break;
            case Event.Exited exited:
                SpendHeld(TickRange.SharesOf(exited.Pool, exited.Range), exited.Shares);
                foreach (var part in exited.Received)
                {
                    Add(part.Token, part.Amount);
                }

                End(exited.TradeId, e, exited.At, happened: true);
                break;
            case Event.TransferSettled transfer:
                SpendHeld(transfer.Token, transfer.Amount);
                End(transfer.TradeId, e, transfer.At, happened: true);
                break;
            case Event.WithdrawalSettled withdrawal:
                SpendHeld(withdrawal.Token, withdrawal.Amount);
                End(withdrawal.TradeId, e, withdrawal.At, happened: true);
                break;
            default:
                throw new InvalidOperationException($"The account knows no event {e.GetType().Name}.");
        }
    }

    private void Start(OpenTrade trade)
    {
        _outcomes.ForgetBefore(trade.StartedAt);
        foreach (var part in trade.Held)
        {
            Hold(part.Token, part.Amount);
        }

        Begin(trade);
    }

    private void Begin(OpenTrade trade)
    {
        _trades.Add(trade.Id, trade);
        _startOrder.Started(trade.Id, trade.StartedAt);
    }

    private void End(Guid tradeId, Event outcome, DateTimeOffset at, bool happened)
    {
        if (!_trades.Remove(tradeId, out var trade))
        {
            throw new InvalidOperationException($"Trade {tradeId} ended without having started.");
        }

        if (trade.Started is Event.OrderFillStarted fill)
        {
            _poolOrders[fill.OrderId].OnFillEnded(outcome);
        }

        _startOrder.DropEnded(_trades);
        _outcomes.Remember(tradeId, outcome, trade.RememberUntil, needsAcknowledgement: false);
        if (happened && trade.Counterparty is { } counterparty)
        {
            if (!_unacknowledged.TryGetValue(counterparty, out var ids))
            {
                _unacknowledged.Add(counterparty, ids = []);
            }

            ids.Add(new UnacknowledgedTrade(tradeId, trade.Deadline));
            UnacknowledgedSince ??= at;
        }
    }

    private void RemoveUnacknowledged(Event.OutcomesAcknowledged acknowledged)
    {
        var target = EntityId.Parse(acknowledged.Target);
        if (_unacknowledged.TryGetValue(target, out var ids))
        {
            ids.RemoveAll(t => Array.IndexOf(acknowledged.Ids, t.Id) is var i and >= 0
                && (acknowledged.Deadlines is not { } deadlines || IsAmong(t, acknowledged.Ids, deadlines, i)));
            if (ids.Count == 0)
            {
                _unacknowledged.Remove(target);
            }
        }

        if (_unacknowledged.Count == 0)
        {
            UnacknowledgedSince = null;
        }
    }

    private static bool IsAmong(UnacknowledgedTrade trade, Guid[] ids, DateTimeOffset[] deadlines, int first)
    {
        for (var i = first; i < ids.Length; i++)
        {
            if (ids[i] == trade.Id && deadlines[i] == trade.Deadline)
            {
                return true;
            }
        }

        return false;
    }

    private void Add(TokenId token, UInt256 amount)
    {
        var balance = BalanceOf(token);
        _balances[token] = balance with { Available = balance.Available + amount };
    }

    private void Hold(TokenId token, UInt256 amount)
    {
        var balance = BalanceOf(token);
        _balances[token] = new Balance(balance.Available - amount, balance.Held + amount);
    }

    private void Unhold(TokenId token, UInt256 amount)
    {
        var balance = BalanceOf(token);
        _balances[token] = new Balance(balance.Available + amount, balance.Held - amount);
    }

    private void SpendHeld(TokenId token, UInt256 amount)
    {
        var balance = BalanceOf(token);
        _balances[token] = balance with { Held = balance.Held - amount };
    }
}

/// <summary>One token of an account, in base units.</summary>
public readonly record struct Balance(UInt256 Available, UInt256 Held);

// A snapshot of an older form (v1 could not tell how a pool order is protected) is not read: the events say the same,
// and more.
[StoredName("account.snapshot.v2")]
public sealed record AccountSnapshot(
    AccountId Account,
    string? Owner,
    ulong Nonce,
    DateTimeOffset? UnacknowledgedSince,
    CapturedBalance[] Balances,
    CapturedTrade[] Trades,
    CapturedHold[] Holds,
    CapturedUnacknowledged[] Unacknowledged,
    RememberedOutcome<Event>[] Outcomes,
    CapturedPoolOrder[] PoolOrders);

public sealed record CapturedBalance(TokenId Token, UInt256 Available, UInt256 Held);

public sealed record CapturedUnacknowledged(string Target, Guid[] Ids, DateTimeOffset[] Deadlines);
