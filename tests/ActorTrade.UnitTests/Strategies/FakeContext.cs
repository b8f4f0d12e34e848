using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Execution.Pools;
using ActorTrade.Execution.Strategies;

namespace ActorTrade.UnitTests.Strategies;

/// <summary>Takes a strategy's intents and fills each order at once, whole, at its reference price; those of desks stay
/// open.</summary>
internal sealed class FakeContext(params Instrument[] instruments) : StrategyContext
{
    public static readonly DateTimeOffset Start = new(2018, 4, 4, 0, 0, 0, TimeSpan.Zero);
    public static readonly TokenId Btc = TokenId.Parse("BTC");
    public static readonly TokenId Usd = TokenId.Parse("USD");
    public static readonly TokenId Eur = TokenId.Parse("EUR");
    public static readonly Instrument BtcUsd = new(new Symbol("BTC", "USD"), Btc, Usd, 8, 6);
    public static readonly Instrument BtcEur = new(new Symbol("BTC", "EUR"), Btc, Eur, 8, 6);
    public static readonly Instrument EurUsd = new(new Symbol("EUR", "USD"), Eur, Usd, 6, 6);

    private readonly Dictionary<Symbol, SignedAmount> positions = [];
    private DateTimeOffset now = Start;

    public List<Intent> Intents { get; } = [];

    public List<Opportunity> Opportunities { get; } = [];

    public bool Fills { get; set; } = true;

    public int Open { get; set; }

    public PoolBook Book { get; set; } = PoolBook.Empty;

    public override DateTimeOffset Now => now;

    public override IReadOnlyList<Instrument> Instruments => instruments;

    public override PoolBook Pools => Book;

    public List<OpenDeskOrder> AtDesk { get; } = [];

    public override int OpenCount => Open + AtDesk.Count;

    public override IReadOnlyList<OpenDeskOrder> DeskOrders => AtDesk;

    public override SignedAmount PositionOf(Symbol symbol) => positions.GetValueOrDefault(symbol);

    public override void Found(Opportunity opportunity) => Opportunities.Add(opportunity);

    public override void Send(Intent intent)
    {
        Intents.Add(intent);
        if (intent is Intent.Order o && Fills)
        {
            Hold(o.Symbol, PositionOf(o.Symbol) + new SignedAmount(o.Side == Side.Sell, o.Quantity));
        }
        else if (intent is Intent.DeskOrder d && Fills)
        {
            var id = new OrderId(new Guid(Intents.Count, 1, 1, new byte[8]));
            AtDesk.Add(new OpenDeskOrder(id, d.Symbol, d.Side, d.Quantity, d.Terms));
        }
        else if (intent is Intent.Cancel c)
        {
            AtDesk.RemoveAll(o => o.OrderId == c.OrderId);
        }
    }

    public void Hold(Symbol symbol, SignedAmount quantity) => positions[symbol] = quantity;

    public void SetPool(PoolQuote quote) => Book = Book.With(quote);

    /// <summary>A tick so many seconds after the start, with a spread of nothing unless given.</summary>
    public Tick At(double seconds, decimal bid, decimal? ask = null, Symbol? symbol = null)
    {
        now = Start.AddSeconds(seconds);
        return new Tick(symbol ?? BtcUsd.Symbol, "paper", now, bid, ask ?? bid, null, null, null, null, (long)seconds);
    }

    public static StrategySettings Settings(string strategy, params (string Name, string Value)[] given)
    {
        var parameters = StrategyCatalog.Find(strategy)!.Parameters;
        Assert.True(StrategySettings.TryRead(
            parameters, [.. given.Select(g => new BotParameter(g.Name, g.Value))], out var settings,
            out var error), error);
        return settings;
    }

    public static PoolQuote Pool(string id, TokenId token0, UInt256 reserve0, TokenId token1, UInt256 reserve1,
        int feePips = 3000, long seq = 1) =>
        new(
            PoolId.Parse(id), [token0, token1],
            new ConstantProductCurve(reserve0, reserve1, (uint)feePips, FeePips.One), seq);
}
