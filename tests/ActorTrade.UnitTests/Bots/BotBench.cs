using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.UnitTests.Bots;

/// <summary>One bot on the bench: decides, folds, and keeps the effects without an answer, as a host would.</summary>
internal sealed class BotBench
{
    public static readonly DateTimeOffset Start = new(2018, 4, 4, 10, 0, 0, TimeSpan.Zero);
    public static readonly BotId Id = BotId.Parse("trend-BTCUSD");
    public static readonly TokenId Btc = TokenId.Parse("BTC");
    public static readonly TokenId Usd = TokenId.Parse("USD");
    public static readonly TokenId Eur = TokenId.Parse("EUR");
    public static readonly Symbol BtcUsd = new("BTC", "USD");
    public static readonly Instrument Instrument = new(BtcUsd, Btc, Usd, 8, 6);
    public const string Owner = "alice";

    /// <summary>Made once: it compiles a codec for each record.</summary>
    public static readonly EventCatalog Catalog = new([Bot.Definition]);

    public static readonly BotLimits Limits = new(
        OrderNotionalMax: 10_000m, PositionMax: 2m, DailyLossMax: 100m, OpenOrdersMax: 4, OrdersPerDayMax: 50,
        PriceCollar: new Bps(0), FeeMax: new Bps(100));

    public IEntityFold Fold { get; private set; } = Bot.Definition.CreateFold(Id.Value);

    public DateTimeOffset Now { get; set; } = Start;

    public SystemMode Mode { get; set; } = SystemMode.Active;

    /// <summary>React folded, less what was answered.</summary>
    public Dictionary<Guid, Effect> Waiting { get; } = [];

    public List<IEvent> Journal { get; } = [];

    public BotView View => (BotView)Fold.View();

    public static Bot.Command.Register Registration(BotLimits? limits = null) => new(
        Id, Owner, AccountId.Parse("alice"), "trend", [new BotParameter("fast", "10")], [Instrument], limits ?? Limits);

    public static BotBench Running(BotLimits? limits = null)
    {
        var bench = new BotBench();
        bench.Accept(Registration(limits), Owner);
        bench.Accept(new Bot.Command.Start(), Owner);
        return bench;
    }

    public static Bot.Command.PlaceOrder Buy(decimal btc, decimal price = 6_000m) => Order(Side.Buy, btc, price);

    public static Bot.Command.PlaceOrder Sell(decimal btc, decimal price = 6_000m) => Order(Side.Sell, btc, price);

    public static Bot.Command.PlaceOrder Order(Side side, decimal btc, decimal price) => new(
        BtcUsd, "paper", side, OrderType.Limit, Sats(btc), price, price, TimeInForce.Gtc, ExpiresAt: null);

    /// <summary>An order of a desk, at the bid of sells and the ask of buys.</summary>
    public static Bot.Command.PlaceDeskOrder AtDesk(Side side, decimal btc, params VenueLeg[] legs) => new(
        BtcUsd, "paper", side, Sats(btc),
        new DeskTerms(legs, side == Side.Sell ? TriggerSource.Bid : TriggerSource.Ask),
        ReferencePrice: 6_000m);

    public static UInt256 Sats(decimal btc) => Units.FromDecimal(btc, 8, Rounding.Down);

    public static UInt256 Micros(decimal usd) => Units.FromDecimal(usd, 6, Rounding.Down);

    public static Bot.Command.StartPoolSwap Swap(TokenId from, TokenId to, UInt256 amountIn, UInt256 minOut) => new(
        [new SwapHop(PoolId.Parse("BTC-USD"), from, to)], amountIn, minOut, Start + TimeSpan.FromHours(1));

    public static Bot.Command.RecordFill Filled(
        OrderId order, string trade, Side side, decimal btc, decimal price, decimal feeUsd = 0) => new(
        order, trade, side, Sats(btc), price, Micros(btc * price), Micros(feeUsd), Usd);

    public DecisionResult Decide(ICommand command, string principal = CommandContext.Self) => Fold.Decide(
        command, new CommandContext(Guid.NewGuid(), principal, Now, Now + TimeSpan.FromMinutes(1), Mode));

    public IReadOnlyList<IEvent> Accept(ICommand command, string principal = CommandContext.Self)
    {
        var decision = Decide(command, principal);
        Assert.Null(decision.Rejection);
        if (!decision.IsEarlier)
        {
            foreach (var @event in decision.Events)
            {
                Apply(@event);
            }
        }

        return decision.Events;
    }

    public TRejection Refuse<TRejection>(ICommand command, string principal = CommandContext.Self)
        where TRejection : IRejection => Assert.IsType<TRejection>(Decide(command, principal).Rejection);

    public OrderId Place(Bot.Command.PlaceOrder order) =>
        Assert.IsType<Bot.Event.OrderIntended>(Assert.Single(Accept(order))).OrderId;

    public OrderId Place(Bot.Command.PlaceDeskOrder order) =>
        Assert.IsType<Bot.Event.OrderIntended>(Accept(order)[^1]).OrderId;

    /// <summary>Answers a waiting effect and lets the bot record what follows.</summary>
    public void Answer(Effect effect, Answer answer)
    {
        Waiting.Remove(effect.CommandId);
        if (effect.Continue(answer) is { } next)
        {
            Accept(next);
        }
    }

    public static Answer.Accepted Accepted(params IEvent[] events) => new(events, 1, Start);

    /// <summary>Writes the snapshot to bytes, reads it, and goes on from it.</summary>
    public void GoThroughSnapshot()
    {
        var writer = new RecordWriter();
        Catalog.Write(writer, Fold.Capture()!);
        var reader = new RecordReader();
        reader.Reset(writer.ToArray());
        var restored = Bot.Definition.CreateFold(Id.Value);
        restored.Restore(Catalog.Read("bot.snapshot.v1", reader));
        Fold = restored;
    }

    private void Apply(IEvent @event)
    {
        Fold.Apply(@event);
        Journal.Add(@event);
        foreach (var effect in Fold.React(@event))
        {
            Waiting.Add(effect.CommandId, effect);
        }

        // The end of an order answers everything that was asked of it.
        var ended = @event switch
        {
            Bot.Event.OrderRefused e => e.OrderId.Value,
            Bot.Event.OrderClosed e => e.OrderId.Value,
            _ => Guid.Empty,
        };
        foreach (var (id, effect) in Waiting.ToList())
        {
            var asked = effect.Command switch
            {
                OrderDesk.Command.Place c => c.OrderId.Value.ToString("N"),
                OrderDesk.Command.Cancel c => c.OrderId.Value.ToString("N"),
                _ => effect.Target.Key,
            };
            if (ended != Guid.Empty && asked == ended.ToString("N"))
            {
                Waiting.Remove(id);
            }
        }
    }
}
