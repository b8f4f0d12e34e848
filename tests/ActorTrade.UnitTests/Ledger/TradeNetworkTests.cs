using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Books;
using ActorTrade.Domain.Ledger;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using ActorTrade.UnitTests.EntitySupport;
using ActorTrade.UnitTests.Pools;

namespace ActorTrade.UnitTests.Ledger;

/// <summary>Random clients on a bad network: whatever is lost, doubled, late or restarted, money is conserved and all
/// ends.</summary>
public sealed class TradeNetworkTests
{
    private static readonly string[] Tokens = ["A", "B", "C"];
    private static readonly string[] Accounts = ["alice", "bob", "carol", "dave"];
    private static readonly string[] Owners = ["ann", "ben"];
    private static readonly (string Name, string Token0, string Token1)[] Pools =
        [("A-B", "A", "B"), ("B-C", "B", "C"), ("C-A", "C", "A"), ("A-B.2", "A", "B"), ("A-B.stable", "A", "B")];

    private static readonly PoolId Basket = PoolId.Parse("A-B-C");
    private static readonly PoolId Weighted = PoolId.Parse("A-B-C.weighted");
    private static readonly PoolId Scaled = PoolId.Parse("A-B-C.scaled");
    private static readonly PoolId[] Baskets = [Basket, Weighted, Scaled];

    private static readonly PoolId Ranged = PoolId.Parse("A-B.ranged");
    private static readonly TickRange[] Ranges = [new(-600, 600), new(-120, 60), new(0, 180), new(-6_000, 6_000)];

    private static UInt256 E15 => 1_000_000_000_000_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Money_is_conserved_and_everything_ends(int group)
    {
        var (fills, scaled, ranged) = (0, 0L, 0L);
        for (var seed = group * 1_000; seed < (group * 1_000) + 12; seed++)
        {
            var network = new TradeNetwork(seed);
            fills += Run(network, isHostile: false);
            scaled += network.Pool(Scaled.Value).Swaps;
            ranged += network.Pool(Ranged.Value).Swaps;
        }

        Assert.True(fills > 15, $"only {fills} fills of orders");
        Assert.True(scaled > 8 && ranged > 8, $"only {scaled} swaps with a scale and {ranged} in ranges");
    }

    /// <summary>Clients that take each other's ids harm nobody but themselves.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Money_is_conserved_though_clients_reuse_ids(int group)
    {
        for (var seed = group * 1_000; seed < (group * 1_000) + 10; seed++)
        {
            Run(new TradeNetwork(seed), isHostile: true);
        }
    }

    /// <summary>Nor where what is said of an id is minutes late, when the id may be another's already.</summary>
    [Theory]
    [InlineData(9)]
    [InlineData(10)]
    public void Money_is_conserved_though_ids_are_reused_and_answers_are_minutes_late(int group)
    {
        for (var seed = group * 1_000; seed < (group * 1_000) + 4; seed++)
        {
            Run(new TradeNetwork(seed) { IsLate = true }, isHostile: true);
        }
    }

    // How many fills of pool orders were settled.
    private static int Run(TradeNetwork network, bool isHostile)
    {
        var clients = new RandomClients(network, isHostile);
        clients.Prepare();
        for (var i = 0; i < 400; i++)
        {
            clients.Act();
            for (var steps = network.Random.Next(12); steps > 0; steps--)
            {
                network.Step();
            }
        }

        network.Mode = SystemMode.Active;
        clients.ReleaseHolds();
        clients.CancelOrders();
        network.Settle();
        AssertAtRest(network);
        AssertNobodyWasFilledBelowTheLimit(network);
        return network.Entities.Sum(e => e.Journal.OfType<OrderBook.Event.FillSettled>().Count());
    }

    private static void AssertNobodyWasFilledBelowTheLimit(TradeNetwork network)
    {
        foreach (var account in network.Entities.Where(e => e.Fold.State is AccountState))
        {
            var orders = new Dictionary<Guid, PoolOrder>();
            foreach (var e in account.Journal)
            {
                if (e is Account.Event.PoolOrderPlaced placed)
                {
                    orders[placed.OrderId] = placed.Order;
                }
                else if (e is Account.Event.PoolOrderClosed closed)
                {
                    AssertWithinLimit(closed, orders[closed.OrderId]);
                }
            }
        }
    }

    private static void AssertWithinLimit(Account.Event.PoolOrderClosed closed, PoolOrder order)
    {
        Assert.Equal(order.AmountIn, closed.Sold + closed.Released);
        if (order.Legs is [{ Trigger: TriggerKind.None, Limit: { } limit }])
        {
            Assert.True(closed.Bought >= limit.ToQuote(closed.Sold, Rounding.Up), $"{closed} at {limit}");
        }
    }

    private static void AssertAtRest(TradeNetwork network)
    {
        Assert.Empty(network.Books.CheckQuiescent());
        AssertFlashRoutesPaidForThemselves(network);
        Assert.Equal(0, network.Books.OpenAffairs);
        Assert.All(network.Books.Report(), token => Assert.True(token.Ok));
        foreach (var entity in network.Entities)
        {
            switch (entity.Fold.State)
            {
                case AccountState account:
                    Assert.Empty(account.Trades);
                    Assert.Empty(account.Unacknowledged);
                    Assert.Empty(account.PoolOrders);
                    foreach (var balance in account.ToView().Balances)
                    {
                        Assert.Equal(UInt256.Zero, balance.Held);
                        AssertBooked(network, Bucket.Available(account.Id.Value), balance.Token, balance.Available);
                    }

                    break;
                case PoolState { Terms: not null } pool:
                    Assert.Empty(pool.Legs);
                    Assert.Null(pool.Collection);
                    for (var k = 0; k < pool.Tokens.Count; k++)
                    {
                        AssertBooked(network, Bucket.Reserve(pool.Id.Value), pool.Tokens[k], pool.Reserves[k]);
                        AssertBooked(network, Bucket.Treasury(pool.Id.Value), pool.Tokens[k], pool.TreasuryFees[k]);
                    }

                    AssertSharesAreBooked(network, pool);
                    break;
                case BookState book:
                    Assert.Empty(book.Orders);
                    break;
                case TokenState { Form: not null } token:
                    Assert.Empty(token.OpenMints);
                    var sums = network.Books.Report().Single(r => r.Token == token.Id);
                    Assert.Equal((token.Minted, token.Burned), (sums.Minted, sums.Burned));
                    break;
            }
        }
    }

    private static void AssertSharesAreBooked(TradeNetwork network, PoolState pool)
    {
        var supply = network.Books.Report().ToDictionary(r => r.Token, r => r.Minted - r.Burned);
        if (pool.Concentrated is null)
        {
            Assert.Equal(pool.TotalShares, supply[TokenId.SharesOf(pool.Id)]);
            return;
        }

        foreach (var range in Ranges)
        {
            Assert.Equal(
                pool.Concentrated.Find(range)?.Liquidity ?? UInt256.Zero,
                supply.GetValueOrDefault(TickRange.SharesOf(pool.Id, range)));
        }
    }

    private static void AssertFlashRoutesPaidForThemselves(TradeNetwork network)
    {
        foreach (var entity in network.Entities)
        {
            var started = entity.Journal.OfType<Account.Event.SwapStarted>().Where(s => s.IsFlash).ToList();
            foreach (var end in entity.Journal.OfType<Account.Event.TradeSettled>().Where(e => e.FlashHeld is not null))
            {
                Assert.True(end.AmountOut + end.FlashHeld!.Value >= end.AmountIn, $"{entity.Id} was lent {end}");
                var start = started.Last(s => s.TradeId == end.TradeId && s.AmountIn == end.AmountIn);
                Assert.True(end.AmountOut >= start.MinAmountOut, $"{end} gave less than {start.MinAmountOut}");
            }
        }
    }

    private static void AssertBooked(TradeNetwork network, Bucket bucket, TokenId token, UInt256 amount) =>
        Assert.Equal(SignedAmount.Plus(amount), network.Books.BalanceOf(bucket, token));

    /// <summary>Clients that do everything the entities offer, with sizes from dust to nearly all they have.</summary>
    private sealed class RandomClients(TradeNetwork network, bool isHostile)
    {
        private readonly List<Guid> _ids = [];
        private readonly List<(string Account, Guid HoldId)> _holds = [];
        private int _lastId;

        private Random Random => network.Random;

        public void Prepare()
        {
            foreach (var token in Tokens)
            {
                network.Send(TokenOf(token), new Token.Command.Register(token, new TokenDecimals(18)));
            }

            foreach (var pool in Pools)
            {
                var (token0, token1) = (TokenId.Parse(pool.Token0), TokenId.Parse(pool.Token1));
                network.Send(PoolOf(pool.Name), pool.Name == "A-B.stable"
                    ? new Pool.Command.CreateCurve(
                        [token0, token1], new CurveTerms.Classic(100, 4_000_000, [18, 18]), new FeePips(100))
                    : new Pool.Command.Create(token0, token1, new FeePips(2500), new FeePips(500)));
            }

            CreateBaskets();
            network.IsFaulty = false;
            for (var i = 0; i < Accounts.Length; i++)
            {
                network.Send(AccountOf(Accounts[i]), new Account.Command.Open(Owners[i % 2]));
                foreach (var token in Tokens)
                {
                    network.Send(TokenOf(token), new Token.Command.Mint(
                        NewId(), AccountId.Parse(Accounts[i]), 1_000_000_000, network.Now + TimeSpan.FromSeconds(30)));
                }
            }

            network.Send(AccountOf("treasury"), new Account.Command.Open("operators"));
            network.Settle();
            foreach (var pool in Pools)
            {
                network.Send(AccountOf("alice"), new Account.Command.AddLiquidity(
                    NewId(),
                    PoolId.Parse(pool.Name),
                    10_000_000UL.Of(TokenId.Parse(pool.Token0)),
                    20_000_000UL.Of(TokenId.Parse(pool.Token1)),
                    UInt256.Zero,
                    network.Now + TimeSpan.FromSeconds(30)));
            }

            foreach (var pool in Baskets)
            {
                Fill(pool, range: null);
            }

            foreach (var range in Ranges)
            {
                Fill(Ranged, range);
            }

            network.Settle();
            network.IsFaulty = true;
        }

        private void Fill(PoolId pool, TickRange? range) => network.Send(
            AccountOf("alice"),
            new Account.Command.Join(
                NewId(),
                pool,
                [.. network.Pool(pool.Value).Tokens.Select(t => 20_000_000UL.Of(t))],
                IsExact: false,
                range,
                MinShares: UInt256.One,
                network.Now + TimeSpan.FromSeconds(30)));

        private void CreateBaskets()
        {
            TokenId[] all = [.. Tokens.Select(TokenId.Parse)];
            network.Send(Pool.IdOf(Basket), new Pool.Command.CreateCurve(
                all, new CurveTerms.NextGeneration(100, 4_000_000, 20_000_000_000, [18, 18, 18]), new FeePips(100)));
            network.Send(Pool.IdOf(Weighted), new Pool.Command.CreateCurve(
                all, new CurveTerms.Weighted([500u * E15, 250u * E15, 250u * E15], E15, [18, 18, 18]), default));

            // Of whole tokens, since its curve takes no pool of dust.
            var scaled = TricryptoPoolTests.Terms() with
            {
                InitialPrices = [1_000u * E15, 1_000u * E15],
                Decimals = [0, 0, 0],
            };
            network.Send(Pool.IdOf(Scaled), new Pool.Command.CreateCurve(all, scaled, new FeePips(500)));
            network.Send(Pool.IdOf(Ranged), new Pool.Command.CreateCurve(
                all[..2], ConcentratedPoolTests.Terms(60), new FeePips(500)));
        }

        public void Act()
        {
            var account = Pick(Accounts);
            var target = AccountOf(account);
            var deadline = network.Now + TimeSpan.FromSeconds(Random.Next(40));
            switch (Random.Next(isHostile ? 27 : 44))
            {
                case >= 27 and < 33:
                    PlaceOrder(target, deadline);
                    break;
                case 33:
                    network.Send(target, new Account.Command.CancelPoolOrder(AnyOrder(), "enough"));
                    break;
                case > 33:
                    network.Look(PoolId.Parse(Pick(Pools).Name));
                    break;
                case 0:
                    network.Mode = Random.Next(3) == 0 ? (SystemMode)Random.Next(5) : SystemMode.Active;
                    break;
                case 1 or 2:
                    Twice(TokenOf(Pick(Tokens)), new Token.Command.Mint(
                        AnyId(), AccountId.Parse(Random.Next(8) == 0 ? "nobody" : account), Amount(), deadline));
                    break;
                case 3 or 4:
                    Twice(target, new Account.Command.Withdraw(AnyId(), AnyToken(), Amount(), deadline));
                    break;
                case 5 or 6:
                    var to = AccountId.Parse(Random.Next(8) == 0 ? "nobody" : Pick(Accounts));
                    Twice(target, new Account.Command.Transfer(AnyId(), to, AnyToken(), Amount(), deadline));
                    break;
                case 8:
                    JoinOrExit(target, deadline);
                    break;
                case 7:
                    AddLiquidity(target, deadline);
                    break;
                case 9 or 10:
                    Twice(target, new Account.Command.RemoveLiquidity(
                        AnyId(), PoolId.Parse(Pick(Pools).Name), Amount(), UInt256.Zero, UInt256.Zero, deadline));
                    break;
                case 11:
                    network.Send(Pool.IdOf(AnyPool()), new Pool.Command.CollectFees(
                        AnyId(), AccountId.Parse(Random.Next(5) == 0 ? "nobody" : "treasury")));
                    break;
                case 12 or 13 or 14:
                    Hold(account, target, deadline);
                    break;
                case 15 or 16 or 17:
                    var amount = Amount();
                    var least = Random.Next(2) == 0 ? amount : UInt256.MulDivUp(amount, 9, 10);
                    Twice(target, new Account.Command.StartSwap(
                        AnyId(), FlashRoute(), amount, least, deadline, IsFlash: true));
                    break;
                default:
                    Twice(target, new Account.Command.StartSwap(AnyId(), Route(), Amount(), MinOut(), deadline));
                    break;
            }
        }

        public void CancelOrders()
        {
            foreach (var account in Accounts)
            {
                foreach (var order in network.Account(account).PoolOrders.Keys.ToList())
                {
                    network.Send(AccountOf(account), new Account.Command.CancelPoolOrder(order, "the end"));
                }
            }
        }

        public void ReleaseHolds()
        {
            foreach (var (account, holdId) in _holds)
            {
                network.Send(AccountOf(account), new Account.Command.ReleaseHold(holdId));
            }
        }

        private static EntityId AccountOf(string name) => Account.IdOf(AccountId.Parse(name));

        private static EntityId PoolOf(string name) => Pool.IdOf(PoolId.Parse(name));

        private static EntityId TokenOf(string name) => Token.IdOf(TokenId.Parse(name));

        // A client that heard nothing repeats; the same mode and content must not change anything.
        private void Twice(EntityId target, ICommand command)
        {
            network.Send(target, command);
            if (Random.Next(4) == 0)
            {
                var events = network[target].Journal.Count;
                var again = network.Send(target, command);
                var isStored = again.Rejection is null && network[target].Journal.Count != events;
                Assert.False(isStored, $"{command} happened twice.");
            }
        }

        private void AddLiquidity(EntityId target, DateTimeOffset deadline)
        {
            var pool = Pick(Pools);
            Twice(target, new Account.Command.AddLiquidity(
                AnyId(),
                PoolId.Parse(pool.Name),
                new TokenAmount(TokenId.Parse(pool.Token0), Amount()),
                new TokenAmount(TokenId.Parse(pool.Token1), Amount()),
                Random.Next(4) == 0 ? Amount() : UInt256.Zero,
                deadline));
        }

        private void JoinOrExit(EntityId target, DateTimeOffset deadline)
        {
            var pool = AnyPool();
            TickRange? range = pool == Ranged ? Pick(Ranges) : null;
            var traded = network.Pool(pool.Value).Tokens;
            var some = Random.Next(2) == 0;
            var tokens = some ? traded.Skip(Random.Next(traded.Count)).Take(1 + Random.Next(2)).ToList() : traded;
            Twice(target, Random.Next(2) == 0
                ? new Account.Command.Join(
                    AnyId(), pool, [.. tokens.Select(t => new TokenAmount(t, Amount()))], some, range, 1, deadline)
                : new Account.Command.Exit(
                    AnyId(),
                    pool,
                    Amount(),
                    [.. tokens.Take(some ? 1 : tokens.Count).Select(t => new TokenAmount(t, UInt256.Zero))],
                    some,
                    range,
                    deadline));
        }

        private void Hold(string account, EntityId target, DateTimeOffset deadline)
        {
            if (_holds.Count == 0 || Random.Next(2) == 0)
            {
                var holdId = AnyId();
                _holds.Add((account, holdId));
                Twice(target, new Account.Command.HoldFunds(holdId, AnyToken(), Amount(), deadline));
                return;
            }

            var open = Pick(_holds);
            ICommand command = Random.Next(3) == 0
                ? new Account.Command.ReleaseHold(open.HoldId)
                : new Account.Command.SettleFill(
                    open.HoldId, NewId(), Amount(), AnyToken(), Amount(), AnyToken(), Fee: 3, "paper");
            Twice(AccountOf(open.Account), command);
        }

        private void PlaceOrder(EntityId target, DateTimeOffset deadline)
        {
            var pool = Pick(Pools);
            var isZeroForOne = Random.Next(2) == 0;
            var (tokenIn, tokenOut) = isZeroForOne ? (pool.Token0, pool.Token1) : (pool.Token1, pool.Token0);
            var state = network.Pool(pool.Name);
            var (reserveIn, reserveOut) = state.QuoteReserves(isZeroForOne);
            var limit = OrderLeg.At(new Price(reserveOut * (uint)Random.Next(800, 1_030), reserveIn * 1_000u));
            var order = PoolOrder.Limit(
                TokenId.Parse(tokenIn), TokenId.Parse(tokenOut), Amount() + 100_000u, limit.Limit!.Value);
            var stop = new OrderLeg(TriggerKind.Stop, limit.Limit, 0, null, Random.Next(500));
            var trailing = new OrderLeg(TriggerKind.TrailingStop, null, Random.Next(1, 500), null, Random.Next(500));
            order = Random.Next(8) switch
            {
                0 => order with { TimeInForce = TimeInForce.Ioc },
                1 => order with { TimeInForce = TimeInForce.Fok },
                2 => order with { TimeInForce = TimeInForce.Gtd, ExpiresAt = network.Now + TimeSpan.FromSeconds(20) },
                3 => order with { Legs = [stop] },
                4 => order with { Legs = [limit, trailing] },
                5 => order with { Style = ExecutionStyle.Iceberg, Visible = (order.AmountIn / 4u) + 1u },
                6 => order with
                {
                    Style = ExecutionStyle.Twap,
                    Slices = 5,
                    SliceEvery = TimeSpan.FromSeconds(2),
                },
                _ => order,
            };
            var protection = (SandwichProtection)(order.IsImmediate ? 2 * Random.Next(2) : Random.Next(3));
            Twice(target, new Account.Command.PlacePoolOrder(
                AnyId(), PoolId.Parse(pool.Name), order, deadline, protection, TriggerOf(order)));
        }

        private TriggerMean? TriggerOf(PoolOrder order) =>
            order.Legs.Any(l => l.Trigger != TriggerKind.None) && Random.Next(3) == 0 ? new TriggerMean(60) : null;

        private Guid AnyOrder() => Pick(Accounts) is var account
            && network.Account(account).PoolOrders.Keys.ToList() is { Count: > 0 } open ? Pick(open) : NewId();

        private SwapHop[] Route()
        {
            var hops = Random.Next(2) == 0 ? 1 : Random.Next(2, 5);
            var route = new SwapHop[hops];
            var token = Pick(Tokens);
            for (var i = 0; i < hops; i++)
            {
                if (Random.Next(3) == 0)
                {
                    var to = Pick(Tokens.Where(t => t != token).ToList());
                    var through = token != "C" && to != "C" && Random.Next(2) == 0 ? Ranged : Pick(Baskets);
                    route[i] = new SwapHop(through, TokenId.Parse(token), TokenId.Parse(to));
                    token = to;
                    continue;
                }

                var pool = Pick(Pools.Where(p => p.Token0 == token || p.Token1 == token).ToList());
                var next = pool.Token0 == token ? pool.Token1 : pool.Token0;
                route[i] = new SwapHop(PoolId.Parse(pool.Name), TokenId.Parse(token), TokenId.Parse(next));
                token = next;
            }

            return route;
        }

        // Out through one pool and back through another: over two pools of one pair, or around the triangle.
        private SwapHop[] FlashRoute()
        {
            if (Random.Next(4) == 0)
            {
                var (a, b) = (TokenId.Parse("A"), TokenId.Parse("B"));
                return [new SwapHop(PoolId.Parse("A-B"), a, b), new SwapHop(Weighted, b, a)];
            }

            string[] pools = Random.Next(4) switch
            {
                3 => ["A-B", "A-B.stable"],
                0 => ["A-B", "A-B.2"],
                1 => ["A-B.2", "A-B"],
                _ => ["A-B", "B-C", "C-A"],
            };
            var (token, route) = ("A", new SwapHop[pools.Length]);
            for (var i = 0; i < pools.Length; i++)
            {
                var pool = Pools.Single(p => p.Name == pools[i]);
                var next = pool.Token0 == token ? pool.Token1 : pool.Token0;
                route[i] = new SwapHop(PoolId.Parse(pool.Name), TokenId.Parse(token), TokenId.Parse(next));
                token = next;
            }

            return route;
        }

        private PoolId AnyPool() => Random.Next(6) switch
        {
            < 3 => Pick(Baskets),
            3 => PoolId.Parse(Pick(Pools).Name),
            _ => Ranged,
        };

        private UInt256 MinOut() => Random.Next(4) == 0 ? Amount() : UInt256.One;

        private UInt256 Amount() => (UInt256)(ulong)(1L << Random.Next(1, 27)) + (ulong)Random.Next(1_000);

        private TokenId AnyToken() => Random.Next(5) == 0
            ? TokenId.SharesOf(PoolId.Parse(Pick(Pools).Name))
            : TokenId.Parse(Pick(Tokens));

        private Guid AnyId() => isHostile && _ids.Count > 0 && Random.Next(3) == 0
            ? _ids[^Random.Next(1, Math.Min(20, _ids.Count) + 1)]
            : NewId();

        private Guid NewId()
        {
            var id = DeterministicGuid.Derive(Given.Id(++_lastId), (uint)network.Seed);
            _ids.Add(id);
            return id;
        }

        private T Pick<T>(IReadOnlyList<T> from) => from[Random.Next(from.Count)];
    }
}
