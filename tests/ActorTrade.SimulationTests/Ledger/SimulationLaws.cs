using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Books;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Ledger;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Journal;
using ActorTrade.Journal.Entities;

namespace ActorTrade.SimulationTests.Ledger;

/// <summary>The laws of the design, stated of what lies on the simulated disk when everything has come to rest.</summary>
internal sealed class SimulationLaws
{
    private readonly LedgerWorld _world;
    private readonly Dictionary<EntityId, EntityRecovery> _entities = [];
    private readonly Dictionary<Guid, List<IEvent>> _ends = [];
    private readonly HashSet<IEvent> _stored = new(StructuralEvents.Instance);
    private readonly List<(StoredEvent Stored, IEvent Event)> _events = [];

    public SimulationLaws(LedgerWorld world)
    {
        _world = world;
        var byCategory = SimulatedWorld.HonestDefinitions.ToDictionary(d => d.Category, StringComparer.Ordinal);
        foreach (var stored in world.Events)
        {
            if (!_entities.TryGetValue(stored.Entity, out var entity))
            {
                _entities.Add(stored.Entity, entity = new EntityRecovery(byCategory[stored.Entity.Category], SimulatedWorld.Catalog, stored.Entity.Key));
            }

            // Refuses a sequence number that does not follow.
            var e = entity.Apply(stored).Event;
            _events.Add((stored, e));
            Note(e);
        }
    }

    public SimulationReport Check()
    {
        ActorsFailedOnlyForTheDisk();
        NothingIsUnderWay();
        HeldIsWhatIsOpen();
        MoneyIsConserved();
        SharesOfRangesAreTheirLiquidity();
        BooksBalance();
        new OrderLaws(
            _world, _events, [.. States<OrderLife>()], [.. States<AccountState>()], States<PaperBook>().Single()).Check();
        PoolOrdersAreFilledWithinTheirLimits();
        new DeskLaws(
            [.. _events.Select(e => e.Event)], [.. States<OrderLife>()], [.. States<DeskState>()],
            [.. _entities.Values.Where(e => e.Fold.State is Bot.State).Select(e => e.Fold)]).Check();
        TradesEndOnce();
        AcknowledgedIsStored();
        RefusedIsNotDone();
        SnapshotsSayWhatTheEventsSay();
        var operations = _world.Clients.SelectMany(c => c.Operations).ToList();
        return new SimulationReport(
            _world.Seed,
            operations.Count,
            operations.Count(o => o.IsFinal),
            _events.Count,
            _events.Count(e => e.Event is Order.Event.OrderCreated),
            _events.Count(e => e.Event is Order.Event.FillSettled),
            _events.Count(e => e.Event is OrderBook.Event.OrderReceived),
            _events.Count(e => e.Event is OrderBook.Event.FillSettled),
            _events.Count(e => e.Event is OrderDesk.Event.OrderReceived),
            _events.Count(e => e.Event is OrderDesk.Event.OrderTriggered),
            _events.Count(e => e.Event is Bot.Event.FillRecorded),
            _world.ModeChanges.Count(m => m.Mode is not SystemMode.Active),
            _world.Crashes,
            _world.Time.GetUtcNow() - LedgerWorld.StartedAt);
    }

    private void Note(IEvent e)
    {
        var end = e switch
        {
            Account.Event.TradeSettled x => x.TradeId,
            Account.Event.TradeReleased x => x.TradeId,
            Account.Event.LiquidityAdded x => x.TradeId,
            Account.Event.LiquidityRemoved x => x.TradeId,
            Account.Event.Joined x => x.TradeId,
            Account.Event.Exited x => x.TradeId,
            Account.Event.TransferSettled x => x.TradeId,
            Account.Event.WithdrawalSettled x => x.TradeId,
            Account.Event.PoolOrderClosed x => x.OrderId,
            Account.Event.PoolOrderRefused x => x.OrderId,
            Pool.Event.Swapped x => DeterministicGuid.Derive(x.TradeId, 1_000_001),
            Pool.Event.LegCommitted x => DeterministicGuid.Derive(x.LegId, 1_000_002),
            Token.Event.MintDelivered x => x.MintId,
            Token.Event.MintUndone x => x.MintId,
            Token.Event.Burned x => DeterministicGuid.Derive(x.BurnId, 1_000_003),
            _ => Guid.Empty,
        };
        if (end != Guid.Empty)
        {
            if (!_ends.TryGetValue(end, out var ends))
            {
                _ends.Add(end, ends = []);
            }

            ends.Add(e);
        }

        _stored.Add(e);
    }

    private IEnumerable<T> States<T>() => _entities.Values.Select(e => e.Fold.State).OfType<T>();

    // An entity whose rules throw is started anew, and the trade may still end well: that must not hide the bug.
    private void ActorsFailedOnlyForTheDisk()
    {
        var unexpected = _world.Failures.FirstOrDefault(f => f is not (AppendFailedException or EntityUnavailableException));
        Require(unexpected is null, $"An actor failed: {unexpected}");
    }

    private void NothingIsUnderWay()
    {
        foreach (var account in States<AccountState>())
        {
            Require(account.Trades.Count == 0, $"Account {account.Id} still has {account.Trades.Count} trades under way.");
            Require(
                account.PoolOrders.Count == 0,
                $"Account {account.Id} still has {account.PoolOrders.Count} pool orders.");
            Require(account.Unacknowledged.Count == 0, $"Account {account.Id} still has outcomes to acknowledge.");
        }

        foreach (var book in States<BookState>())
        {
            Require(book.Orders.Count == 0, $"The book of {book.Pool} still has {book.Orders.Count} orders.");
        }

        foreach (var pool in States<PoolState>())
        {
            Require(pool.Legs.Count == 0, $"Pool {pool.Id} still has {pool.Legs.Count} prepared legs.");
        }

        foreach (var token in States<TokenState>())
        {
            Require(token.OpenMints.Count == 0, $"Token {token.Id} still has {token.OpenMints.Count} mints under way.");
        }
    }

    private void HeldIsWhatIsOpen()
    {
        foreach (var account in States<AccountState>())
        {
            foreach (var balance in account.ToView().Balances)
            {
                var open = account.Holds.Values
                    .Where(h => h.Token == balance.Token)
                    .Aggregate(UInt256.Zero, (sum, hold) => sum + hold.Left);
                Require(
                    balance.Held == open,
                    $"Account {account.Id} holds {balance.Held} {balance.Token}, but {open} of it is for something.");
            }
        }
    }

    private void MoneyIsConserved()
    {
        foreach (var token in States<TokenState>())
        {
            var held = UInt256.Zero;
            foreach (var account in States<AccountState>())
            {
                var balance = account.BalanceOf(token.Id);
                held += balance.Available + balance.Held;
            }

            foreach (var pool in States<PoolState>().Where(p => p.Terms is not null))
            {
                var at = pool.IndexOf(token.Id);
                held += at >= 0 ? pool.Reserves[at] + pool.TreasuryFees[at] : UInt256.Zero;
            }

            var (spent, received) = VenueFills(token.Id);
            Require(
                held + token.Burned + spent == token.Minted + received,
                $"{token.Id}: {held} held, {token.Minted} minted, {token.Burned} burned, {spent} out by and {received} in by venues.");
        }

        foreach (var pool in States<PoolState>().Where(p => p.Terms is not null && !p.TotalShares.IsZero))
        {
            var shares = States<AccountState>().Aggregate(
                UInt256.Zero,
                (sum, account) => sum + account.BalanceOf(TokenId.SharesOf(pool.Id)).Available
                    + account.BalanceOf(TokenId.SharesOf(pool.Id)).Held);
            Require(
                shares + Domain.Amm.PoolShares.MinimumLiquidity == pool.TotalShares,
                $"Pool {pool.Id} has {pool.TotalShares} shares, of which accounts hold {shares}.");
        }
    }

    // Of a pool with ranges each share is one unit of its range's liquidity.
    private void SharesOfRangesAreTheirLiquidity()
    {
        foreach (var pool in States<PoolState>().Where(p => p.Concentrated is not null))
        {
            foreach (var range in pool.Concentrated!.Ranges)
            {
                var token = TickRange.SharesOf(pool.Id, range.Range);
                var shares = States<AccountState>().Aggregate(
                    UInt256.Zero, (sum, a) => sum + a.BalanceOf(token).Available + a.BalanceOf(token).Held);
                Require(shares == range.Liquidity, $"{token}: {shares} held of {range.Liquidity}.");
            }
        }
    }

    private (UInt256 Spent, UInt256 Received) VenueFills(TokenId token)
    {
        var fills = _stored.OfType<Account.Event.FillSettled>().ToList();
        return (
            fills.Where(f => f.SpentToken == token).Aggregate(UInt256.Zero, (sum, f) => sum + f.Spent),
            fills.Where(f => f.Received == token).Aggregate(UInt256.Zero, (sum, f) => sum + f.ReceivedAmount));
    }

    // The same law once more, from the events alone instead of the states.
    private void BooksBalance()
    {
        var ledger = new ConservationLedger();
        foreach (var (stored, e) in _events)
        {
            ledger.Apply(stored.Ordering, stored.Entity, e);
        }

        var violation = ledger.CheckQuiescent().FirstOrDefault();
        Require(violation is null, $"The books do not balance: {violation}");
    }

    // What an order sold and got back is its amount, and it was sold at its limit or better; the book and the account
    // say the same of it.
    private void PoolOrdersAreFilledWithinTheirLimits()
    {
        var placed = _stored.OfType<Account.Event.PoolOrderPlaced>().ToDictionary(p => p.OrderId, p => p.Order);
        var bought = _stored.OfType<OrderBook.Event.FillSettled>()
            .GroupBy(f => f.OrderId)
            .ToDictionary(g => g.Key, g => g.Aggregate(UInt256.Zero, (sum, f) => sum + f.AmountOut));
        foreach (var closed in _stored.OfType<Account.Event.PoolOrderClosed>())
        {
            var order = placed[closed.OrderId];
            Require(closed.Sold + closed.Released == order.AmountIn, $"{closed} of {order.AmountIn}");
            Require(closed.Bought == bought.GetValueOrDefault(closed.OrderId), $"{closed}, the book says otherwise");
            var isWithin = order.Legs is not [{ Trigger: TriggerKind.None, Limit: { } limit }]
                || closed.Bought >= limit.ToQuote(closed.Sold, Rounding.Up);
            Require(isWithin, $"{closed} is below its limit");
        }
    }

    private void TradesEndOnce()
    {
        foreach (var (id, ends) in _ends)
        {
            Require(ends.Count == 1, $"The affair {id} ended {ends.Count} times: {string.Join("; ", ends)}");
        }
    }

    private void AcknowledgedIsStored()
    {
        foreach (var operation in _world.Clients.SelectMany(c => c.Operations))
        {
            foreach (var e in operation.Finals.OfType<Answer.Accepted>().SelectMany(a => a.Events))
            {
                // A hold that is still open answers a repeat with what is known of it now.
                Require(
                    e is Account.Event.FundsHeld || _stored.Contains(e),
                    $"The client of {operation.Command} was told {e}, which is not in the journal.");
            }

            var answers = operation.Finals
                .OfType<Answer.Accepted>().Select(a => string.Join("; ", a.Events)).Distinct().Count();
            Require(
                answers <= 1 || IsAnsweredWithWhatIsKnownNow(operation.Command),
                $"The client of {operation.Command} heard different answers: {string.Join(" | ", operation.Finals)}");
        }
    }

    private void RefusedIsNotDone()
    {
        var refused = _world.Clients.SelectMany(c => c.Operations)
            .Where(o => o.IsGivenUp && !o.IsFinal).ToDictionary(o => o.Header.CommandId);
        var reader = new RecordReader();
        foreach (var (stored, e) in refused.Count == 0 ? [] : _events)
        {
            var id = EventEnvelope.Read(SimulatedWorld.Catalog, reader, stored).CommandId;
            Require(!refused.ContainsKey(id), $"The client of {id} was told that it was refused, but there is {e}.");
        }
    }

    // These tell a repeat how the hold or the order stands, not what the first sending led to.
    private static bool IsAnsweredWithWhatIsKnownNow(ICommand command) => command
        is Account.Command.HoldFunds or Account.Command.SettleFill or Account.Command.ReleaseHold or Order.Command
        or OrderDesk.Command or Account.Command.PlacePoolOrder or Account.Command.CancelPoolOrder;

    private void SnapshotsSayWhatTheEventsSay()
    {
        foreach (var (entity, snapshot) in _world.Snapshots)
        {
            var full = _entities[entity];
            var definition = SimulatedWorld.HonestDefinitions.Single(d => d.Category == entity.Category);
            var fromSnapshot = new EntityRecovery(definition, SimulatedWorld.Catalog, entity.Key);
            Require(fromSnapshot.Restore(snapshot), $"The snapshot of {entity} cannot be read.");
            foreach (var (stored, _) in _events.Where(
                e => e.Stored.Entity == entity && e.Stored.SequenceNr > snapshot.SequenceNr))
            {
                fromSnapshot.Apply(stored);
            }

            Require(
                full.CaptureState()!.AsSpan().SequenceEqual(fromSnapshot.CaptureState()),
                $"{entity} differs between its snapshot and its events.");
        }
    }

    internal static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new BrokenLawException(otherwise);
        }
    }

    // Events with arrays inside are equal here when their texts are, which name every amount and id.
    private sealed class StructuralEvents : IEqualityComparer<IEvent>
    {
        public static readonly StructuralEvents Instance = new();

        public bool Equals(IEvent? x, IEvent? y) => x?.ToString() == y?.ToString();

        public int GetHashCode(IEvent e) => e.ToString()!.GetHashCode(StringComparison.Ordinal);
    }
}
