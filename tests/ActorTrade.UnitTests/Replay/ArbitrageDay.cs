using System.Numerics;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Domain.Trades;
using ActorTrade.Journal.Projections;
using ActorTrade.Node.Replay;
using ActorTrade.Venues.Recorded;

namespace ActorTrade.UnitTests.Replay;

/// <summary>
/// A small day made by hand: recorded pools of USDC and WETH whose events are given, and a house pool of the pair and
/// others with curves, which swap as the pool's entity does.
/// </summary>
internal sealed class ArbitrageDay : IHouseArbitrageur, IDisposable
{
    public const int Tick = 199130;

    public static readonly DateTimeOffset Start = new(2024, 1, 5, 0, 0, 0, TimeSpan.Zero);
    public static readonly BigInteger Liquidity = BigInteger.Parse("12000000000000000000");
    public static readonly PoolId House = PoolId.Parse("WETH-USDC");

    private static readonly UniswapV3Pool[] Terms =
    [
        new("0x1111111111111111111111111111111111111111", "USDC", 6, "WETH", 18, FeePips: 500, BaseIsToken1: true),
        new("0x2222222222222222222222222222222222222222", "USDC", 6, "WETH", 18, FeePips: 3_000, BaseIsToken1: true),
    ];

    private readonly SortedDictionary<TokenId, UInt256> _held = [];
    private readonly Dictionary<PoolId, PoolState> _curves = [];
    private readonly List<Tick> _ticks = [];
    private readonly ArbitrageOptions _options;
    private readonly bool _isEmployed;
    private readonly decimal _capital;
    private UInt256 _weth;
    private UInt256 _usdc;
    private long _ordering;

    public ArbitrageDay(
        IReadOnlyList<UniswapV3Event>[] events,
        ArbitrageOptions? options = null,
        bool isEmployed = true,
        decimal capital = 100_000m)
    {
        (_options, _isEmployed, _capital) = (options ?? new ArbitrageOptions(), isEmployed, capital);
        for (var p = 0; p < events.Length; p++)
        {
            _ticks.AddRange(events[p].Where(e => e.Type == UniswapV3EventType.Swap).Select(e => TickOf(p, e)));
        }

        var pools = events.Select((e, p) => new RecordedPool(Terms[p], e));
        Watch = new ArbitrageWatch([.. pools], _options, _capital, new Valuation(PriceOf));
        if (_isEmployed)
        {
            Watch.Employ(this);
        }
    }

    public ArbitrageWatch Watch { get; }

    /// <summary>Refuses every swap with this.</summary>
    public string? Refusal { get; set; }

    /// <summary>What was asked of the ledger.</summary>
    public List<(SwapHop[] Route, bool IsFlash)> Routes { get; } = [];

    /// <summary>What the house pool really did, in base units.</summary>
    public List<(UInt256 AmountIn, UInt256 AmountOut)> Swaps { get; } = [];

    public static RecordedPool Recorded(params UniswapV3Event[] events) => new(Terms[0], events);

    /// <summary>A swap that left the price at a tick, or a little above it.</summary>
    public static UniswapV3Event Swap(int second, int tick, uint above = 0) => new(
        1_000 + second, Start.AddSeconds(second), UniswapV3EventType.Swap, "0x", 0, second, "", "", 2_000_000 + second,
        -1_000_000_000_000, Liquidity, 0, (BigInteger)(TickMath.SqrtPriceAt(tick) + above), tick, null, null, null);

    public static UniswapV3Event Position(
        UniswapV3EventType type, int second, int lower, int upper, long size, BigInteger total) => new(
        1_000 + second, Start.AddSeconds(second), type, "0x", 0, second, "", "", 1, 1, total, size,
        (BigInteger)TickMath.SqrtPriceAt(Tick), Tick, lower, upper, size);

    public static Tick TickOf(UniswapV3Event e) => TickOf(0, e);

    /// <summary>Opens the house pool with a million USDC, so many thousandths dearer in WETH than a tick.</summary>
    public void OpenHouse(decimal perMille, int tick = Tick)
    {
        var root = TickMath.SqrtPriceAt(tick);
        var price = Terms[0].Price((BigInteger)root)!.Value * (1 + (perMille / 1_000));
        (_usdc, _weth) = (Units.FromDecimal(1_000_000m, 6, Rounding.Down),
            Units.FromDecimal(1_000_000m / price, 18, Rounding.Down));
        var (id, at) = (Guid.NewGuid(), Start);
        var (weth, usdc) = (TokenId.Parse("WETH"), TokenId.Parse("USDC"));
        Tell(new Pool.Event.Created(House, weth, usdc, new FeePips(2_500), new FeePips(500), at));
        Tell(new Pool.Event.LiquidityAdded(
            id, AccountId.Parse("house"), weth, _weth, usdc, _usdc, 1_000_000u, 1_000u, at, at));
    }

    /// <summary>Plays every recorded swap in the order of time.</summary>
    public ArbitrageReport Play()
    {
        foreach (var tick in _ticks.OrderBy(t => t.At))
        {
            Watch.Observe(tick);
        }

        return Watch.Report(_ticks.Max(t => t.At));
    }

    /// <summary>Somebody's swap in the house pool.</summary>
    public void Trade(string tokenIn, UInt256 amountIn)
    {
        var (given, other) = (TokenId.Parse(tokenIn), TokenId.Parse(tokenIn == "USDC" ? "WETH" : "USDC"));
        Execute(new SwapHop(House, given, other), amountIn);
    }

    public void Fund(TokenId token, UInt256 amount) => _held.Add(token, amount);

    public UInt256 Held(TokenId token) => _held.GetValueOrDefault(token);

    /// <summary>Opens a house pool with a curve.</summary>
    public void OpenCurve(
        PoolId pool, (string Code, int Decimals)[] tokens, CurveTerms curve, FeePips treasury, UInt256[] deposit)
    {
        foreach (var (code, decimals) in tokens)
        {
            var token = TokenId.Parse(code);
            Watch.On(new ProjectedEvent(
                ++_ordering, Token.IdOf(token), _ordering, Start,
                new Token.Event.Registered(token, code, decimals, Start), Guid.NewGuid(), "test"));
        }

        TokenId[] ids = [.. tokens.Select(t => TokenId.Parse(t.Code))];
        _curves[pool] = new PoolState(pool);
        Tell(pool, new Pool.Event.CurveCreated(pool, ids, curve, treasury, Start));
        Tell(pool, new Pool.Event.Joined(
            Guid.NewGuid(), AccountId.Parse("house"), [.. ids.Zip(deposit, (t, a) => new TokenAmount(t, a))], null,
            1_000_000u, 1_000u, Start, Start));
    }

    public HouseLeg Swap(SwapHop[] route, UInt256 amountIn, UInt256 least, bool isFlash)
    {
        if (Refusal is not null)
        {
            return new HouseLeg(UInt256.Zero, Refusal);
        }

        Routes.Add((route, isFlash));
        Assert.True(isFlash ? least > amountIn : amountIn <= Held(route[0].TokenIn));
        var amountOut = route.Aggregate(amountIn, (amount, hop) => Execute(hop, amount));
        Assert.Equal(least, amountOut);
        _held[route[^1].TokenOut] = Held(route[^1].TokenOut) + amountOut;
        _held[route[0].TokenIn] -= amountIn;
        return new HouseLeg(amountOut, null);
    }

    public void Dispose() => Watch.Dispose();

    private UInt256 Execute(SwapHop hop, UInt256 amountIn)
    {
        if (_curves.TryGetValue(hop.Pool, out var state))
        {
            Assert.True(HousePoolCurve.TryOf(state.ToView(), out var curve));
            Assert.Equal(QuoteError.None, curve.QuoteExactIn(
                state.IndexOf(hop.TokenIn), state.IndexOf(hop.TokenOut), amountIn, out var done));
            Tell(hop.Pool, new Pool.Event.Swapped(
                Guid.NewGuid(), AccountId.Parse("arbitrage"), hop.TokenIn, amountIn, hop.TokenOut, done.AmountOut,
                done.Fee - done.ProtocolFee, done.ProtocolFee, 0, Start, Start));
            return done.AmountOut;
        }

        var isUsdcIn = hop.TokenIn.Value == "USDC";
        var fees = FeeSchedule.Standard;
        var error = ConstantProduct.QuoteExactIn(
            isUsdcIn ? _usdc : _weth, isUsdcIn ? _weth : _usdc, amountIn, fees.Total, out var quote);
        Assert.Equal(QuoteError.None, error);
        var split = fees.Split(quote);
        var kept = amountIn - split.Protocol;
        (_usdc, _weth) = isUsdcIn ? (_usdc + kept, _weth - quote.AmountOut) : (_usdc - quote.AmountOut, _weth + kept);
        Swaps.Add((amountIn, quote.AmountOut));
        Tell(new Pool.Event.Swapped(
            Guid.NewGuid(), AccountId.Parse("arbitrage"), hop.TokenIn, amountIn, hop.TokenOut, quote.AmountOut,
            split.LiquidityProviders, split.Protocol, 0, Start, Start));
        return quote.AmountOut;
    }

    private void Tell(Pool.Event e) => Tell(House, e);

    private void Tell(PoolId pool, Pool.Event e)
    {
        if (_curves.TryGetValue(pool, out var state))
        {
            _curves[pool] = state.Evolve(e);
        }

        Watch.On(new ProjectedEvent(++_ordering, Pool.IdOf(pool), _ordering, Start, e, Guid.NewGuid(), "test"));
    }

    private static Tick TickOf(int pool, UniswapV3Event e) => new(
        Terms[pool].Symbol, Terms[pool].Venue, e.At, null, null, null, null, Terms[pool].Price(e.SqrtPriceX96),
        Terms[pool].Volume(e.Amount0, e.Amount1), 0);

    private static decimal? PriceOf(Symbol symbol) => symbol == Terms[0].Symbol ? 2_250m : null;
}
