using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.System;
using ActorTrade.Domain.Tokens;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Journal;
using ActorTrade.Journal.Entities;
using ActorTrade.Kernel;

namespace ActorTrade.SimulationTests.Ledger;

/// <summary>What clients, market and laws see of a simulated world: one node, or a cluster of them.</summary>
internal abstract class LedgerWorld(ulong seed, int clients)
{
    public static readonly DateTimeOffset StartedAt = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public ulong Seed { get; } = seed;

    public SimulatedTime Time { get; } = new(StartedAt);

    public AccountId[] Accounts { get; } =
        [.. Enumerable.Range(0, clients).Select(i => AccountId.Parse($"client{i}"))];

    public TokenId[] Tokens { get; } = [TokenId.Parse("AAA"), TokenId.Parse("BBB"), TokenId.Parse("CCC")];

    public (PoolId Id, TokenId Token0, TokenId Token1)[] Pools { get; } =
    [
        (PoolId.Parse("AB"), TokenId.Parse("AAA"), TokenId.Parse("BBB")),
        (PoolId.Parse("BC"), TokenId.Parse("BBB"), TokenId.Parse("CCC")),
        (PoolId.Parse("AC"), TokenId.Parse("AAA"), TokenId.Parse("CCC")),
        (PoolId.Parse("AB-stable"), TokenId.Parse("AAA"), TokenId.Parse("BBB")),
        (PoolId.Parse("AC-weighted"), TokenId.Parse("AAA"), TokenId.Parse("CCC")),
    ];

    /// <summary>Pools of all three tokens.</summary>
    public PoolId[] Baskets { get; } = [PoolId.Parse("ABC-stable"), PoolId.Parse("ABC-tricrypto")];

    /// <summary>A pool of the first two tokens with ranges, and those that are used.</summary>
    public (PoolId Id, TickRange[] Ranges) Ranged { get; } =
        (PoolId.Parse("AB-ranged"), [new(-6_000, 6_000), new(-600, 600), new(600, 1_200)]);

    /// <summary>Of each pool: token 1 for one token 0 when it was filled.</summary>
    public Dictionary<PoolId, Price> StartPrices { get; } = [];

    public abstract SimulatedMarket Market { get; }

    /// <summary>What is known of the system's mode.</summary>
    public abstract SystemMode Mode { get; }

    /// <summary>Since when the node knew which mode; nothing where there are several nodes.</summary>
    public List<(DateTimeOffset At, SystemMode Mode)> ModeChanges { get; } = [];

    public List<SimulatedClient> Clients { get; } = [];

    /// <summary>Exceptions that left actors, of all processes of the run.</summary>
    public List<Exception> Failures { get; } = [];

    public int Crashes { get; protected set; }

    public abstract IReadOnlyList<StoredEvent> Events { get; }

    public abstract IReadOnlyList<(EntityId Entity, StoredSnapshot Snapshot)> Snapshots { get; }

    /// <summary>Sends over a network that may lose it.</summary>
    public abstract void SendFromClient(EntityId target, ICommand command, CommandHeader header, IAnswerSink sink);

    /// <summary>Has a command accepted before it returns; anything else breaks the run.</summary>
    public abstract void Do(EntityId target, ICommand command, string principal = CommandContext.Self);

    protected void Prepare(IRandomSource random)
    {
        Do(TradingSystem.Id, new TradingSystem.Command.Activate("the start"), "operator1");
        foreach (var token in Tokens)
        {
            Do(Token.IdOf(token), new Token.Command.Register(token.Value, new TokenDecimals(6)));
        }

        var house = AccountId.Parse("house");
        foreach (var account in Accounts.Append(house))
        {
            Do(Account.IdOf(account), new Account.Command.Open(account.Value));
            foreach (var token in Tokens)
            {
                var deadline = Time.GetUtcNow() + TimeSpan.FromMinutes(1);
                Do(Token.IdOf(token), new Token.Command.Mint(random.NextGuid(), account, 6_000_000, deadline));
            }
        }

        foreach (var pool in Pools)
        {
            var amount1 = (uint)(500_000 + random.NextInt(1_000_000));
            StartPrices[pool.Id] = new Price(amount1, 1_000_000u);
            var (fee, share) = (new FeePips(2500), new FeePips(500));
            Do(Pool.IdOf(pool.Id), CurveOf(pool.Id) is { } curve
                ? new Pool.Command.CreateCurve([pool.Token0, pool.Token1], curve, share)
                : new Pool.Command.Create(pool.Token0, pool.Token1, fee, share));
            Do(Account.IdOf(house), new Account.Command.AddLiquidity(
                random.NextGuid(),
                pool.Id,
                new TokenAmount(pool.Token0, 1_000_000),
                new TokenAmount(pool.Token1, amount1),
                UInt256.One,
                Time.GetUtcNow() + TimeSpan.FromMinutes(1)));
        }

        PrepareOtherPools(random, house);
        foreach (var account in Accounts)
        {
            var bot = BotOf(account);
            Do(Bot.IdOf(bot), new Bot.Command.Register(
                bot, account.Value, account, "trend", [], [Market.Instrument],
                new BotLimits(1_000m, 1_000m, 1_000m, 16, 100_000, new Bps(500), new Bps(100))));
            Do(Bot.IdOf(bot), new Bot.Command.Start());
        }
    }

    /// <summary>The bot that trades with an account's money.</summary>
    public static BotId BotOf(AccountId account) => BotId.Parse("bot-" + account.Value);

    private void PrepareOtherPools(IRandomSource random, AccountId house)
    {
        var million = Math.BigMul(1_000_000u, 1_000_000u);
        CurveTerms[] curves =
        [
            new CurveTerms.NextGeneration(100, 4_000_000, 20_000_000_000, [6, 6, 6]),
            new CurveTerms.TricryptoNg(
                1_707_629, 11_809_167_828_997, 3_000_000, 30_000_000, 500_000_000_000_000, 2_000_000_000_000,
                490_000_000_000_000, 866, [million * 1_000_000u, million * 1_000_000u], [6, 6, 6]),
        ];
        for (var i = 0; i < Baskets.Length; i++)
        {
            Do(Pool.IdOf(Baskets[i]), new Pool.Command.CreateCurve(Tokens, curves[i], new FeePips(500)));
            Join(Baskets[i], null, [.. Tokens.Select(t => new TokenAmount(t, 500_000))]);
        }

        Do(Pool.IdOf(Ranged.Id), new Pool.Command.CreateCurve(
            [Tokens[0], Tokens[1]],
            new CurveTerms.Concentrated(new FeePips(3_000), 60, UInt256.One << 96),
            new FeePips(500)));
        Join(Ranged.Id, Ranged.Ranges[0], [new(Tokens[0], 500_000), new(Tokens[1], 500_000)]);

        void Join(PoolId pool, TickRange? range, TokenAmount[] most) => Do(
            Account.IdOf(house),
            new Account.Command.Join(
                random.NextGuid(), pool, most, false, range, UInt256.One, Time.GetUtcNow() + TimeSpan.FromMinutes(1)));
    }

    private static CurveTerms? CurveOf(PoolId pool) => pool.Value switch
    {
        "AB-stable" => new CurveTerms.NextGeneration(100, 4_000_000, 20_000_000_000, [6, 6]),
        "AC-weighted" => new CurveTerms.Weighted(
            [800_000_000_000_000_000, 200_000_000_000_000_000], 3_000_000_000_000_000, [6, 6]),
        _ => null,
    };

    protected void CancelOrders(IRandomSource random)
    {
        var orders = Events.Select(e => e.Entity).Where(e => e.Category == Order.Category).Distinct();
        foreach (var order in orders.ToList())
        {
            var header = new CommandHeader(random.NextGuid(), "operator1", Time.GetUtcNow() + TimeSpan.FromMinutes(1));
            Tell(order, new Order.Command.Cancel("the end"), header);
        }
    }

    protected void CancelPoolOrders(IRandomSource random)
    {
        var reader = new RecordReader();
        foreach (var stored in Events.Where(e => e.Entity.Category == Account.Category).ToList())
        {
            var e = EventEnvelope.Read(SimulatedWorld.Catalog, reader, stored).Event;
            if (e is Account.Event.PoolOrderPlaced placed)
            {
                var header = new CommandHeader(
                    random.NextGuid(), Operators.PrincipalOf("one"), Time.GetUtcNow() + TimeSpan.FromMinutes(1));
                Tell(stored.Entity, new Account.Command.CancelPoolOrder(placed.OrderId, "the end"), header);
            }
        }
    }

    protected void CancelDeskOrders(IRandomSource random)
    {
        foreach (var account in Accounts)
        {
            Tell(Bot.IdOf(BotOf(account)), new Bot.Command.Stop("the end"), Header());
        }

        var reader = new RecordReader();
        foreach (var stored in Events.Where(e => e.Entity.Category == OrderDesk.Category).ToList())
        {
            var e = EventEnvelope.Read(SimulatedWorld.Catalog, reader, stored).Event;
            if (e is OrderDesk.Event.OrderReceived received)
            {
                Tell(stored.Entity, new OrderDesk.Command.Cancel(received.OrderId, "the end"), Header());
            }
        }

        CommandHeader Header() =>
            new(random.NextGuid(), Operators.PrincipalOf("one"), Time.GetUtcNow() + TimeSpan.FromMinutes(1));
    }

    /// <summary>Sends without faults, and does not wait.</summary>
    protected abstract void Tell(EntityId target, ICommand command, CommandHeader header);
}
