using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Books;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using ActorTrade.Kernel;

namespace ActorTrade.SimulationTests.Ledger;

/// <summary>One request of a client and all the final answers it ever heard to it.</summary>
internal sealed class Operation(EntityId target, ICommand command, CommandHeader header)
{
    public EntityId Target { get; } = target;

    public ICommand Command { get; } = command;

    public CommandHeader Header { get; } = header;

    public List<Answer> Finals { get; } = [];

    public bool IsFinal => Finals.Count > 0;

    /// <summary>Refused at its only sending, and not sent again.</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>Some clients believe a refusal.</summary>
    public bool MayBeGivenUp => Header.CommandId.ToByteArray()[0] % 4 == 0;

    public int Attempts { get; set; }
}

/// <summary>
/// A client that does random things with its account, one after the other. It repeats with the same id what it has no final
/// answer to, as clients must, until the request expires.
/// </summary>
internal sealed class SimulatedClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly LedgerWorld _world;
    private readonly IRandomSource _random;
    private readonly AccountId _account;
    private readonly List<OrderId> _orders = [];
    private readonly List<Guid> _poolOrders = [];
    private readonly List<OrderId> _deskOrders = [];
    private readonly List<OrderId> _botOrders = [];
    private ITimer? _timer;
    private Guid? _hold;
    private int _left;

    public SimulatedClient(LedgerWorld world, IRandomSource random, AccountId account, int operations)
    {
        _world = world;
        _random = random;
        _account = account;
        _left = operations;
        Later(TimeSpan.FromMilliseconds(random.NextInt(50)), Next);
    }

    public List<Operation> Operations { get; } = [];

    public bool IsDone { get; private set; }

    private DateTimeOffset Now => _world.Time.GetUtcNow();

    private void Next()
    {
        if (_left-- <= 0)
        {
            if (_hold is { } open)
            {
                _hold = null;
                _left = 0;
                Start(Account.IdOf(_account), new Account.Command.ReleaseHold(open), _random.NextGuid(), CommandContext.Self);
                return;
            }

            IsDone = true;
            return;
        }

        Choose();
    }

    private void Choose()
    {
        var id = _random.NextGuid();
        var deadline = Now + TimeSpan.FromSeconds(1 + _random.NextInt(20));
        var self = Account.IdOf(_account);
        switch (_random.NextInt(25))
        {
            case 0 or 1 or 2 or 3:
                Start(self, Swap(id, deadline, hops: 1), id, _account.Value);
                break;
            case 4:
                Start(self, Swap(id, deadline, hops: 2 + _random.NextInt(2)), id, _account.Value);
                break;
            case 5:
                Start(self, FlashSwap(id, deadline), id, _account.Value);
                break;
            case 6:
                Start(self, Transfer(id, deadline), id, _account.Value);
                break;
            case 7:
                var minted = _world.Tokens[_random.NextInt(_world.Tokens.Length)];
                Start(Token.IdOf(minted), new Token.Command.Mint(id, _account, Amount(), deadline), id, CommandContext.Self);
                break;
            case 8:
                Start(self, new Account.Command.Withdraw(id, AnyToken(), Amount(), deadline), id, _account.Value);
                break;
            case 9 when _random.NextInt(2) == 0:
                Start(self, JoinOrExit(id, deadline), id, _account.Value);
                break;
            case 9:
                Start(self, AddLiquidity(id, deadline), id, _account.Value);
                break;
            case 10:
                var from = AnyPool();
                Start(self, new Account.Command.RemoveLiquidity(id, from.Id, Amount(), 0, 0, deadline), id, _account.Value);
                break;
            case 11 or 12 or 13:
                PlaceOrder(id);
                break;
            case 14 when _orders.Count > 0:
                var order = _orders[_random.NextInt(_orders.Count)];
                Start(Order.IdOf(order), new Order.Command.Cancel("enough"), id, _account.Value);
                break;
            case 16 or 17 or 18:
                PlacePoolOrder(id, deadline);
                break;
            case 19 when _poolOrders.Count > 0:
                var placed = _poolOrders[_random.NextInt(_poolOrders.Count)];
                Start(self, new Account.Command.CancelPoolOrder(placed, "enough"), id, _account.Value);
                break;
            case 20 or 21:
                PlaceDeskOrder(id, deadline);
                break;
            case 22 or 23:
                PlaceDeskOrderByBot(id);
                break;
            case 24:
                CancelDeskOrder(id);
                break;
            default:
                HoldOrFill(id, deadline);
                break;
        }
    }

    private Account.Command.StartSwap Swap(Guid id, DateTimeOffset deadline, int hops)
    {
        var route = new List<SwapHop>();
        var token = AnyToken();
        while (route.Count < hops)
        {
            if (_random.NextInt(4) == 0)
            {
                route.Add(OtherHop(token));
                token = route[^1].TokenOut;
                continue;
            }

            var pools = _world.Pools.Where(p => p.Token0 == token || p.Token1 == token).ToArray();
            var pool = pools[_random.NextInt(pools.Length)];
            var other = pool.Token0 == token ? pool.Token1 : pool.Token0;
            route.Add(new SwapHop(pool.Id, token, other));
            token = other;
        }

        // A minimum that is sometimes out of reach, so that trades are refused and routes abort at their end.
        var amount = Amount();
        var minimum = _random.NextInt(4) == 0 ? amount : UInt256.One;
        return new Account.Command.StartSwap(id, [.. route], amount, minimum, deadline);
    }

    // Through a pool of three tokens, or the one with ranges.
    private SwapHop OtherHop(TokenId token)
    {
        if (token != _world.Tokens[2] && _random.NextInt(3) == 0)
        {
            return new SwapHop(
                _world.Ranged.Id, token, token == _world.Tokens[0] ? _world.Tokens[1] : _world.Tokens[0]);
        }

        var others = _world.Tokens.Where(t => t != token).ToArray();
        return new SwapHop(AnyBasket(), token, others[_random.NextInt(others.Length)]);
    }

    private PoolId AnyBasket() => _world.Baskets[_random.NextInt(_world.Baskets.Length)];

    private Account.Command JoinOrExit(Guid id, DateTimeOffset deadline)
    {
        var isRanged = _random.NextInt(3) == 0;
        TickRange? range = isRanged ? _world.Ranged.Ranges[_random.NextInt(_world.Ranged.Ranges.Length)] : null;
        var pool = isRanged ? _world.Ranged.Id : AnyBasket();
        var tokens = isRanged ? _world.Tokens[..2] : _world.Tokens;
        var isPart = !isRanged && _random.NextInt(2) == 0;
        var some = isPart ? [tokens[_random.NextInt(tokens.Length)]] : tokens;
        return _random.NextInt(3) > 0
            ? new Account.Command.Join(
                id, pool, [.. some.Select(t => new TokenAmount(t, Amount()))], isPart, range, UInt256.One, deadline)
            : new Account.Command.Exit(
                id, pool, Amount(), [.. some.Select(t => new TokenAmount(t, UInt256.Zero))], isPart, range, deadline);
    }

    // Around the triangle and back to the token it begins with; sometimes it may lose a tenth, which is then held.
    private Account.Command.StartSwap FlashSwap(Guid id, DateTimeOffset deadline)
    {
        string[] names = _random.NextInt(2) == 0 ? ["AB", "BC", "AC"] : ["AC", "BC", "AB"];
        var (token, route) = (_world.Tokens[0], new SwapHop[names.Length]);
        for (var i = 0; i < names.Length; i++)
        {
            var pool = _world.Pools.Single(p => p.Id.Value == names[i]);
            var other = pool.Token0 == token ? pool.Token1 : pool.Token0;
            (route[i], token) = (new SwapHop(pool.Id, token, other), other);
        }

        var amount = Amount();
        var minimum = _random.NextInt(2) == 0 ? amount : UInt256.MulDivUp(amount, 9, 10);
        return new Account.Command.StartSwap(id, route, amount, minimum, deadline, IsFlash: true);
    }

    private Account.Command.Transfer Transfer(Guid id, DateTimeOffset deadline)
    {
        // Sometimes to an account that nobody has opened: the credit is refused, and the money must come back.
        var to = _random.NextInt(6) == 0 ? AccountId.Parse("nobody") : _world.Accounts[_random.NextInt(_world.Accounts.Length)];
        return new Account.Command.Transfer(id, to, AnyAsset(), Amount(), deadline);
    }

    private Account.Command.AddLiquidity AddLiquidity(Guid id, DateTimeOffset deadline)
    {
        var pool = AnyPool();
        return new Account.Command.AddLiquidity(
            id,
            pool.Id,
            new TokenAmount(pool.Token0, Amount()),
            new TokenAmount(pool.Token1, Amount()),
            UInt256.Zero,
            deadline);
    }

    private void HoldOrFill(Guid id, DateTimeOffset deadline)
    {
        var self = Account.IdOf(_account);
        if (_hold is not { } hold)
        {
            _hold = id;
            Start(self, new Account.Command.HoldFunds(id, _world.Tokens[0], 5_000, deadline), id, CommandContext.Self);
        }
        else if (_random.NextInt(2) == 0)
        {
            var fill = new Account.Command.SettleFill(hold, id, 700, _world.Tokens[1], 650, _world.Tokens[0], 1, "by-hand");
            Start(self, fill, id, CommandContext.Self);
        }
        else
        {
            _hold = null;
            Start(self, new Account.Command.ReleaseHold(hold), id, CommandContext.Self);
        }
    }

    private void PlaceOrder(Guid id)
    {
        var market = _world.Market;
        var order = new OrderId(id);
        var (side, type) = ((Side)_random.NextInt(2), (OrderType)_random.NextInt(2));
        var timeInForce = (TimeInForce)_random.NextInt(4);
        decimal? limit = type == OrderType.Limit
            ? decimal.Round(market.Mid * (0.94m + (0.001m * _random.NextInt(120))), 4)
            : null;
        DateTimeOffset? expiresAt = timeInForce == TimeInForce.Gtd
            ? Now + TimeSpan.FromSeconds(_random.NextInt(40))
            : null;
        UInt256 quantity = (uint)(100 + _random.NextInt(30_000));
        var worst = RiskCheck.WorstPrice(side, type, limit, market.Mid, RiskLimits.Default);
        RiskCheck.TryFullHold(market.Instrument, side, quantity, worst, RiskLimits.Default, out var hold);

        // Sometimes so little that the venue must end the order before its fees are beyond the hold.
        if (_random.NextInt(4) == 0)
        {
            RiskCheck.TryLeastHold(market.Instrument, side, quantity, limit ?? market.Mid, out hold);
        }

        _orders.Add(order);
        var place = new Order.Command.Place(
            order, null, _account, SimulatedMarket.Venue, market.Instrument, side, type, quantity, limit, market.Mid,
            timeInForce, expiresAt, market.Instrument.Spent(side), hold, RiskLimits.Default);
        Start(Order.IdOf(order), place, id, _account.Value);
    }

    private void PlacePoolOrder(Guid id, DateTimeOffset deadline)
    {
        var pool = AnyPool();
        var start = _world.StartPrices[pool.Id];
        var isZeroForOne = _random.NextInt(2) == 0;
        var (tokenIn, tokenOut) = isZeroForOne ? (pool.Token0, pool.Token1) : (pool.Token1, pool.Token0);
        var near = isZeroForOne ? start : start.Inverse();
        var limit = new Price(near.Numerator * (uint)(900 + _random.NextInt(150)), near.Denominator * 1_000u);
        var order = PoolOrder.Limit(tokenIn, tokenOut, Amount() + 2_500u, limit);
        var stop = new OrderLeg(TriggerKind.Stop, limit, 0, null, _random.NextInt(500));
        var trailing = new OrderLeg(TriggerKind.TrailingStop, null, 1 + _random.NextInt(200), null, 300);
        var profit = new OrderLeg(
            TriggerKind.TakeProfit,
            new Price(near.Numerator * (uint)(990 + _random.NextInt(60)), near.Denominator * 1_000u),
            0,
            _random.NextInt(2) == 0 ? limit : null,
            0);
        order = _random.NextInt(11) switch
        {
            0 => order with { TimeInForce = TimeInForce.Ioc },
            1 => order with { TimeInForce = TimeInForce.Fok },
            2 => order with
            {
                TimeInForce = TimeInForce.Gtd,
                ExpiresAt = Now + TimeSpan.FromSeconds(1 + _random.NextInt(40)),
            },
            3 => order with { Legs = [stop] },
            4 => order with { Legs = [OrderLeg.At(limit), trailing] },
            8 => order with { Legs = [profit] },
            9 => order with { Legs = [profit, stop] },
            10 => order with { Legs = [profit, trailing] },
            5 => order with { Style = ExecutionStyle.Iceberg, Visible = (order.AmountIn / 3u) + 1u },
            6 => order with
            {
                Style = ExecutionStyle.Twap,
                Slices = 4,
                SliceEvery = TimeSpan.FromSeconds(2),
            },
            _ => order with { PostOnly = _random.NextInt(2) == 0 },
        };
        _poolOrders.Add(id);
        var protection = (SandwichProtection)(order.IsImmediate ? 2 * _random.NextInt(2) : _random.NextInt(3));
        var place = new Account.Command.PlacePoolOrder(
            id, pool.Id, order, deadline, protection, TriggerOf(order));
        Start(Account.IdOf(_account), place, id, _account.Value);
    }

    private void PlaceDeskOrder(Guid id, DateTimeOffset deadline)
    {
        var (side, quantity, terms) = DeskOrder();
        var (market, order) = (_world.Market, new OrderId(id));
        _deskOrders.Add(order);
        var place = new OrderDesk.Command.Place(
            order,
            Bot: null,
            new VenueOrder(
                _account, SimulatedMarket.Venue, market.Instrument, side, quantity, terms.Legs, terms.TimeInForce,
                terms.ExpiresAt, terms.PostOnly, terms.Style, terms.Visible, terms.Slices, terms.SliceEvery,
                terms.Source, market.Mid, RiskLimits.Default),
            deadline);
        Start(Desk, place, id, _account.Value);
    }

    private void PlaceDeskOrderByBot(Guid id)
    {
        var (side, quantity, terms) = DeskOrder();
        var market = _world.Market;
        var bot = LedgerWorld.BotOf(_account);
        var place = new Bot.Command.PlaceDeskOrder(
            market.Instrument.Symbol, SimulatedMarket.Venue, side, quantity, terms, market.Mid);
        Start(Bot.IdOf(bot), place, id, Bot.PrincipalOf(bot));
    }

    // Its own, or the bot's by the bot.
    private void CancelDeskOrder(Guid id)
    {
        var bot = LedgerWorld.BotOf(_account);
        if (_botOrders.Count > 0 && _random.NextInt(2) == 0)
        {
            var cancelled = _botOrders[_random.NextInt(_botOrders.Count)];
            Start(Bot.IdOf(bot), new Bot.Command.CancelOrder(cancelled, "enough"), id, Bot.PrincipalOf(bot));
        }
        else
        {
            var cancelled = _deskOrders.Count > 0
                ? _deskOrders[_random.NextInt(_deskOrders.Count)]
                : new OrderId(id);
            Start(Desk, new OrderDesk.Command.Cancel(cancelled, "enough"), id, _account.Value);
        }
    }

    private EntityId Desk => OrderDesk.IdOf(SimulatedMarket.Venue, _world.Market.Instrument.Symbol);

    // Of every kind, near the market.
    private (Side Side, UInt256 Quantity, DeskTerms Terms) DeskOrder()
    {
        var side = (Side)_random.NextInt(2);
        UInt256 quantity = (uint)(2_000 + _random.NextInt(20_000));
        decimal Near(int from, int to) => decimal.Round(
            _world.Market.Mid
                * (1m + ((side == Side.Sell ? 0.001m : -0.001m) * (from + _random.NextInt(to - from)))), 6);
        var stop = _random.NextInt(2) == 0
            ? new VenueLeg(TriggerKind.Stop, Near(-15, 0), 0, null)
            : new VenueLeg(TriggerKind.TrailingStop, null, 1 + _random.NextInt(150), null);
        var profit = new VenueLeg(TriggerKind.TakeProfit, Near(0, 15), 0, null);
        var limit = VenueLeg.At(Near(-5, 15));
        var terms = new DeskTerms([limit], (TriggerSource)_random.NextInt(4));
        return (side, quantity, _random.NextInt(9) switch
        {
            0 => terms with { Legs = [stop] },
            1 => terms with { Legs = [profit] },
            2 => terms with { Legs = [profit, stop] },
            3 => terms with { Legs = [VenueLeg.At(Near(2, 15)), stop] },
            4 => terms with { Style = ExecutionStyle.Iceberg, Visible = (quantity / 3u) + 1u },
            5 => terms with
            {
                Legs = [VenueLeg.At(null)],
                Style = ExecutionStyle.Twap,
                Slices = 3,
                SliceEvery = TimeSpan.FromSeconds(2),
            },
            6 => terms with
            {
                TimeInForce = TimeInForce.Gtd,
                ExpiresAt = Now + TimeSpan.FromSeconds(1 + _random.NextInt(40)),
            },
            7 => terms with { TimeInForce = _random.NextInt(2) == 0 ? TimeInForce.Ioc : TimeInForce.Fok },
            _ => terms with { PostOnly = true },
        });
    }

    // By the price of the moment, or by that of the last minute.
    private TriggerMean? TriggerOf(PoolOrder order) =>
        order.Legs.Any(l => l.Trigger != TriggerKind.None) && _random.NextInt(3) == 0 ? new TriggerMean(60) : null;

    private TokenId AnyToken() => _world.Tokens[_random.NextInt(_world.Tokens.Length)];

    // Shares of pools move between accounts like any token.
    private TokenId AnyAsset() => _random.NextInt(4) == 0 ? TokenId.SharesOf(AnyPool().Id) : AnyToken();

    private (PoolId Id, TokenId Token0, TokenId Token1) AnyPool() => _world.Pools[_random.NextInt(_world.Pools.Length)];

    private UInt256 Amount() => (uint)(1 + _random.NextInt(20_000));

    private void Start(EntityId target, ICommand command, Guid id, string principal)
    {
        var operation = new Operation(target, command, new CommandHeader(id, principal, Now + TimeSpan.FromSeconds(90)));
        Operations.Add(operation);
        Attempt(operation);
    }

    private void Attempt(Operation operation)
    {
        operation.Attempts++;
        _world.SendFromClient(operation.Target, operation.Command, operation.Header, new Sink(this, operation));
        Later(Patience, () => OnPatienceEnded(operation));
    }

    private void OnPatienceEnded(Operation operation)
    {
        if (operation.IsFinal || operation.IsGivenUp || operation.Header.ExpiresAt < Now)
        {
            Next();
        }
        else
        {
            Attempt(operation);
        }
    }

    private void OnAnswer(Operation operation, Answer answer)
    {
        if (answer is not (Answer.Accepted or Answer.Rejected))
        {
            if (answer is Answer.Refused && operation is { MayBeGivenUp: true, Attempts: 1, IsFinal: false })
            {
                operation.IsGivenUp = true;
            }

            return;
        }

        var isFirst = !operation.IsFinal;
        operation.Finals.Add(answer);
        if (isFirst && answer is Answer.Accepted { Events: [.., Bot.Event.OrderIntended intended] })
        {
            _botOrders.Add(intended.OrderId);
        }

        if (isFirst && _random.NextInt(8) == 0 && operation.Header.ExpiresAt > Now)
        {
            // An impatient client: asks again although it knows the answer.
            _world.SendFromClient(operation.Target, operation.Command, operation.Header, new Sink(this, operation));
        }

        if (isFirst && Operations[^1] == operation)
        {
            Later(TimeSpan.FromMilliseconds(_random.NextInt(100)), Next);
        }
    }

    private void Later(TimeSpan delay, Action action)
    {
        _timer?.Dispose();
        _timer = _world.Time.CreateTimer(_ => action(), null, delay, Timeout.InfiniteTimeSpan);
    }

    private sealed class Sink(SimulatedClient client, Operation operation) : IAnswerSink
    {
        public void Answered(Answer answer) => client.OnAnswer(operation, answer);
    }
}
