using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.UnitTests.Orders;

/// <summary>
/// Real orders, the real paper venue and the real account, with messages delivered in any order from a seed, repeated,
/// delayed and lost in crashes; the bot is only counted where it is not asked for. What must hold is checked at every
/// event and at the end.
/// </summary>
internal sealed class OrderWorld
{
    public static readonly DateTimeOffset Start = new(2018, 4, 4, 0, 0, 0, TimeSpan.Zero);
    public static readonly TokenId Btc = TokenId.Parse("BTC");
    public static readonly TokenId Usd = TokenId.Parse("USD");
    public static readonly Instrument Instrument = new(new Symbol("BTC", "USD"), Btc, Usd, 8, 2);
    public static readonly AccountId Owner = AccountId.Parse("alice");
    public static readonly BotId Trader = BotId.Parse("trend");
    public static readonly EventCatalog Catalog =
        new([
            Order.Definition, OrderDesk.Definition, PaperVenue.Definition, Account.Definition, Bot.Definition,
        ]);

    private readonly Random _random;
    private readonly Dictionary<EntityId, EntityBench> _entities = [];
    private readonly Dictionary<EntityId, OrderState> _finals = [];
    private readonly List<(EntityBench From, Effect Effect)> _delayed = [];
    private readonly List<Effect> _told = [];
    private int _commands;

    public OrderWorld(int seed)
    {
        _random = new Random(seed);
        var account = Entity(OwnersAccount);
        account.Send(new Account.Command.Open("alice"), Context("alice"));
        Credit(account, Usd, 1_000_000_000);
        Credit(account, Btc, 100_000_000_000);
        Seed = seed;
    }

    public int Seed { get; }

    public DateTimeOffset Now { get; set; } = Start;

    public SystemMode Mode { get; set; } = SystemMode.Active;

    public List<OrderId> Orders { get; } = [];

    /// <summary>What the bot heard: fills by order and trade, and ends by order.</summary>
    public HashSet<(OrderId, string)> BotFills { get; } = [];

    public Dictionary<OrderId, OrderState> BotEnds { get; } = [];

    public EntityBench Venue => Entity(Domain.Orders.Venue.IdOf("paper"));

    public EntityBench AccountBench => Entity(OwnersAccount);

    public EntityBench Desk => Entity(OrderDesk.IdOf("paper", Instrument.Symbol));

    /// <summary>Orders that the desk was given.</summary>
    public List<OrderId> Parents { get; } = [];

    /// <summary>Makes the desk's random orders; null: it gets none.</summary>
    public Func<Random, DateTimeOffset, VenueOrder>? ParentMaker { get; init; }

    /// <summary>Makes the random orders that the bot has the desk work; null: the bot is only counted.</summary>
    public Func<Random, DateTimeOffset, Bot.Command.PlaceDeskOrder>? BotOrderMaker { get; init; }

    /// <summary>Orders that the bot took.</summary>
    public List<OrderId> BotOrders { get; } = [];

    public EntityBench TraderBench => Entity(Bot.IdOf(Trader));

    /// <summary>All orders that were sent to the venue, as they stand.</summary>
    public IEnumerable<OrderLife> SentOrders => _entities.Values.Select(e => e.Fold.State).OfType<OrderLife>();

    /// <summary>Called after each event of the desk.</summary>
    public Action<OrderDesk.Event>? OnDesk { get; init; }

    /// <summary>Called after each event of the bot.</summary>
    public Action<Bot.Event>? OnBot { get; init; }

    public static EntityId OwnersAccount => Account.IdOf(Owner);

    public EntityBench OrderBench(OrderId id) => Entity(Order.IdOf(id));

    public OrderView View(OrderId id) => (OrderView)OrderBench(id).Fold.View();

    public CommandContext Context(string principal = CommandContext.Self) =>
        new(new Guid(++_commands, 7, 7, new byte[8]), principal, Now, Now + TimeSpan.FromMinutes(1), Mode);

    public static Order.Command.Place Place(
        OrderId id, Side side = Side.Buy, OrderType type = OrderType.Limit, decimal quantity = 1m,
        decimal? limit = 7_000m, TimeInForce timeInForce = TimeInForce.Gtc, DateTimeOffset? expiresAt = null,
        decimal reference = 7_000m)
    {
        var units = Instrument.Quantity(quantity);
        var worst = RiskCheck.WorstPrice(side, type, limit, reference, RiskLimits.Default);
        Assert.True(RiskCheck.TryFullHold(Instrument, side, units, worst, RiskLimits.Default, out var hold));
        return new Order.Command.Place(
            id, Trader, Owner, "paper", Instrument, side, type, units, limit, reference, timeInForce, expiresAt,
            Instrument.Spent(side), hold, RiskLimits.Default);
    }

    public static OrderId NewId(int n) => new(new Guid(n, 1, 1, new byte[8]));

    public Order.Command.Place RandomOrder(int n)
    {
        var type = (OrderType)_random.Next(2);
        var timeInForce = (TimeInForce)_random.Next(4);
        return Place(
            NewId(n), (Side)_random.Next(2), type, (1 + _random.Next(300)) / 100m,
            type == OrderType.Limit ? 7_000m + _random.Next(-60, 60) : null, timeInForce,
            timeInForce == TimeInForce.Gtd ? Now + TimeSpan.FromSeconds(1 + _random.Next(120)) : null);
    }

    public DecisionResult Send(Order.Command.Place order)
    {
        if (!Orders.Contains(order.OrderId))
        {
            Orders.Add(order.OrderId);
        }

        return OrderBench(order.OrderId).Send(order, Context());
    }

    public DecisionResult Send(OrderId id, VenueOrder order)
    {
        Parents.Add(id);
        return Desk.Send(
            new OrderDesk.Command.Place(id, Trader, order, Now + TimeSpan.FromMinutes(1)), Context("alice"));
    }

    /// <summary>Registers and starts the bot.</summary>
    public void StartBot(BotLimits limits)
    {
        TraderBench.Send(
            new Bot.Command.Register(Trader, "alice", Owner, "trend", [], [Instrument], limits), Context("alice"));
        TraderBench.Send(new Bot.Command.Start(), Context("alice"));
    }

    public void Quote(decimal bid, decimal ask, decimal? size = null)
    {
        Venue.Send(new PaperVenue.Command.Quote(Instrument.Symbol, Now, bid, ask, size, size), Context());
        if (Parents.Count + BotOrders.Count > 0)
        {
            var last = bid + (decimal)Math.Round(_random.NextDouble() * 2, 2);
            Desk.Send(new OrderDesk.Command.Look(Now, bid, ask, last, PaperVenue.Capabilities), Context());
        }
    }

    /// <summary>One thing happens: a quote, an order, a cancel, an answer, a crash, a fault, or time.</summary>
    public void Step()
    {
        switch (_random.Next(24))
        {
            case 0 or 6 when ParentMaker is not null && Parents.Count < 30:
                Send(NewId(1_000 + Parents.Count), ParentMaker(_random, Now));
                break;
            case 0 or 6 when BotOrderMaker is not null && BotOrders.Count < 30:
                SendByBot(BotOrderMaker(_random, Now));
                break;
            case 1 when BotOrders.Count > 0 && _random.Next(3) == 0:
                CancelByBot(BotOrders[_random.Next(BotOrders.Count)]);
                break;
            case 0 when Orders.Count < 30 && ParentMaker is null:
                Send(RandomOrder(Orders.Count + 1));
                break;
            case 1 when Orders.Count > 0:
                var cancelled = OrderBench(Orders[_random.Next(Orders.Count)]);
                cancelled.Send(new Order.Command.Cancel("enough"), Context("alice"));
                break;
            case 1 when Parents.Count > 0 && _random.Next(3) == 0:
                Cancel(Parents[_random.Next(Parents.Count)]);
                break;
            case 2:
                var fault = (PaperFault)(1 + _random.Next(4));
                Venue.Send(new PaperVenue.Command.SetFault(fault, 1 + _random.Next(2)), Context("op"));
                break;
            case 3:
                Venue.Send(
                    _random.Next(3) == 0
                        ? new PaperVenue.Command.DropConnection()
                        : new PaperVenue.Command.RestoreConnection(),
                    Context("op"));
                break;
            case 4:
                var victim = _entities.Values.ElementAt(_random.Next(_entities.Count));
                if (_random.Next(2) == 0)
                {
                    victim.Crash();
                }
                else
                {
                    victim.CrashWithSnapshot();
                }

                break;
            case 5:
                Mode = _random.Next(4) == 0 ? SystemMode.Emergency : SystemMode.Active;
                break;
            case < 10:
                Now += TimeSpan.FromMilliseconds(_random.Next(5_000));
                var mid = 7_000m + _random.Next(-50, 50);
                Quote(mid - 1, mid + 1, _random.Next(3) == 0 ? null : _random.Next(100) / 100m);
                break;
            case < 12:
                Wake();
                break;
            default:
                Deliver();
                break;
        }
    }

    /// <summary>No more faults: everything is delivered and woken until nothing waits, with time going on.</summary>
    public void Settle()
    {
        Mode = SystemMode.Active;
        Venue.Send(new PaperVenue.Command.RestoreConnection(), Context("op"));
        foreach (var id in Orders)
        {
            OrderBench(id).Send(new Order.Command.Cancel("end of test"), Context("alice"));
        }

        foreach (var id in Parents)
        {
            Cancel(id);
        }

        if (BotOrderMaker is not null)
        {
            TraderBench.Send(new Bot.Command.Stop("end of test"), Context("alice"));
        }

        for (var round = 0; round < 400; round++)
        {
            while (Deliver())
            {
            }

            Wake();
            Now += TimeSpan.FromSeconds(1);
        }
    }

    public void Wake()
    {
        foreach (var bench in _entities.Values.ToList())
        {
            if (bench.Fold.WakeAt() <= Now && bench.Fold.OnWake(Now) is { } command)
            {
                bench.Send(command, Context());
                foreach (var effect in bench.Fold.Outstanding())
                {
                    Assert.Contains(effect.CommandId, bench.Waiting.Keys);
                }
            }
        }
    }

    /// <summary>
    /// Delivers one waiting effect, perhaps twice, perhaps with its answer late; false where none waits.
    /// </summary>
    public bool Deliver()
    {
        if (_delayed.Count > 0 && _random.Next(3) == 0)
        {
            var (from, late) = _delayed[0];
            _delayed.RemoveAt(0);
            Assert.NotNull(from);
            Execute(late);
            return true;
        }

        if (_told.Count > 0 && _random.Next(20) == 0)
        {
            // The bot is told once more what it has long known.
            Execute(_told[_random.Next(_told.Count)]);
            return true;
        }

        var waiting = _entities.Values.SelectMany(e => e.Waiting.Values.Select(w => (Bench: e, Effect: w))).ToList();
        if (waiting.Count == 0)
        {
            return false;
        }

        var (bench, effect) = waiting[_random.Next(waiting.Count)];
        var answer = Execute(effect);
        if (_random.Next(8) == 0)
        {
            // The answer is lost on its way; the effect goes again later, or a copy of it arrives late.
            if (_delayed.Count < 4)
            {
                _delayed.Add((bench, effect));
            }

            return true;
        }

        bench.Answer(effect, answer, Context());
        CheckOutstanding(bench);
        return true;
    }

    /// <summary>
    /// Outstanding is a part of what React asked for; what it has dropped has been overtaken: its answer records
    /// nothing.
    /// </summary>
    public void CheckOutstanding(EntityBench bench)
    {
        var outstanding = bench.Fold.Outstanding().ToDictionary(e => e.CommandId);
        foreach (var id in outstanding.Keys)
        {
            Assert.True(bench.Waiting.ContainsKey(id), $"seed {Seed}: never asked for {outstanding[id].Command}");
        }

        foreach (var (id, effect) in bench.Waiting.ToList())
        {
            if (!outstanding.ContainsKey(id) && bench.Fold.State is OrderLife)
            {
                var answer = new Answer.Rejected(new Order.Rejection.UnknownOrder());
                var overtaken = bench.Answer(effect, answer, Context());
                Assert.True(overtaken is null or { Events.Count: 0 }, $"seed {Seed}: still counts: {effect.Command}");
            }
        }

        Assert.True(outstanding.Count == 0 || bench.Fold.WakeAt() is not null, $"seed {Seed}: waits and is not woken.");
    }

    private void Cancel(OrderId parent) => Desk.Send(new OrderDesk.Command.Cancel(parent, "enough"), Context("alice"));

    private void SendByBot(Bot.Command.PlaceDeskOrder order)
    {
        var decision = TraderBench.Send(order, Context(Bot.PrincipalOf(Trader)));
        BotOrders.AddRange(decision.Events.OfType<Bot.Event.OrderIntended>().Select(e => e.OrderId));
    }

    private void CancelByBot(OrderId order) =>
        TraderBench.Send(new Bot.Command.CancelOrder(order, "enough"), Context(Bot.PrincipalOf(Trader)));

    private Answer Execute(Effect effect)
    {
        if (effect.Target.Category == Bot.Category)
        {
            switch (effect.Command)
            {
                case Bot.Command.RecordFill fill:
                    var isNew = BotFills.Add((fill.OrderId, fill.VenueTradeId));
                    if (isNew && BotOrderMaker is not null)
                    {
                        _told.Add(effect);
                    }

                    Assert.False(isNew && BotEnds.ContainsKey(fill.OrderId), $"seed {Seed}: a fill after the end");
                    break;
                case Bot.Command.RecordOrderClosed closed:
                    BotEnds.TryAdd(closed.OrderId, closed.State);
                    Assert.Equal(BotEnds[closed.OrderId], closed.State);
                    break;
                default:
                    throw new InvalidOperationException($"{effect.Command} is not for a bot.");
            }

            if (BotOrderMaker is null)
            {
                return new Answer.Accepted([], 1, Now);
            }
        }

        var decision = Entity(effect.Target).Send(effect.Command, Context());
        return decision.Rejection is { } rejection
            ? new Answer.Rejected(rejection)
            : new Answer.Accepted(decision.Events, 1, Now);
    }

    private EntityBench Entity(EntityId id)
    {
        if (!_entities.TryGetValue(id, out var bench))
        {
            IEntityDefinition definition = id.Category switch
            {
                Order.Category => Order.Definition,
                OrderDesk.Category => OrderDesk.Definition,
                Domain.Orders.Venue.Category => PaperVenue.Definition,
                Bot.Category => Bot.Definition,
                _ => Account.Definition,
            };
            bench = new EntityBench(definition, id.Key, Catalog)
            {
                OnEvent = e => Check(id, e),
                MayAskAgain = id.Category == Domain.Orders.Venue.Category,
            };
            _entities.Add(id, bench);
        }

        return bench;
    }

    private void Check(EntityId id, IEvent e)
    {
        if (e is OrderDesk.Event ofDesk)
        {
            OnDesk?.Invoke(ofDesk);
        }

        if (e is Bot.Event ofBot)
        {
            OnBot?.Invoke(ofBot);
        }

        if (id.Category != Order.Category)
        {
            return;
        }

        var life = (OrderLife)_entities[id].Fold.State;
        Assert.True(life.Filled <= life.Terms!.Quantity, $"seed {Seed}: overfilled");
        Assert.True(life.Spent <= life.Terms.HoldAmount, $"seed {Seed}: overspent");
        if (_finals.TryGetValue(id, out var final))
        {
            Assert.True(final == life.State, $"seed {Seed}: {final} became {life.State}");
            Assert.IsNotType<Order.Event.FillRecorded>(e);
        }
        else if (life.IsFinal)
        {
            _finals.Add(id, life.State);
        }
    }

    private void Credit(EntityBench account, TokenId token, ulong amount) => account.Send(
        new Account.Command.Credit(
            new Guid(++_commands, 9, 9, new byte[8]), new EntityId("token", token.Value), token, amount,
            Now + TimeSpan.FromMinutes(1)),
        Context());
}
