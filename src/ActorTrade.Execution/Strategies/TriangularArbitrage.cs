using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Execution.Pools;
using ActorTrade.Market.Signals;

namespace ActorTrade.Execution.Strategies;

/// <summary>
/// Trades cycles over two to four house pools of every curve, all or nothing, when a size gains after all fees; and
/// counts the round trips that the quotes of three symbols offer (BTCUSD, BTCEUR, EURUSD), which it does not trade.
/// </summary>
/// <remarks>
/// A cycle begins and ends with a quote token of the bot, the first that it passes. Its size is the one that gains
/// most in integers (<see cref="PoolCycles"/>), and the swap must give more than it takes by at least half the expected
/// profit, so a pool that has moved makes it fail without loss. Pools are looked at when their book has changed; of
/// several cycles the most profitable is sent, one at a time, a whole quote token counting as any other. A round trip
/// of quotes is counted once a change of the prices it uses, while none of its quotes is older than
/// <c>quote-age-max</c>.
/// </remarks>
public sealed class TriangularArbitrage : IStrategy
{
    // The best cycle may be a large one that gains too little for its size.
    private const int CyclesSeen = 4;
    private static readonly TimeSpan SwapLifetime = TimeSpan.FromSeconds(10);

    private readonly decimal _notional;
    private readonly Bps _threshold;
    private readonly double _venueFee;
    private readonly double _quoteThreshold;
    private readonly TimeSpan _quoteAgeMax;
    private readonly TimeSpan _retryAfter;
    private readonly IReadOnlyList<Instrument> _instruments;
    private readonly PoolCycles _cycles;
    private readonly QuoteTriangle? _triangle;
    private readonly Dictionary<Symbol, Tick> _quotes = [];
    private (decimal, decimal, decimal) _farSeen;
    private (decimal, decimal, decimal) _nearSeen;
    private long _versionSeen = -1;
    private DateTimeOffset? _triedAt;

    public TriangularArbitrage(IReadOnlyList<Instrument> instruments, StrategySettings settings)
    {
        ArgumentNullException.ThrowIfNull(instruments);
        ArgumentNullException.ThrowIfNull(settings);
        _notional = settings.Number("notional");
        _threshold = new Bps((int)decimal.Ceiling(settings.Number("threshold-bps")));
        _venueFee = (double)settings.Number("venue-fee-bps") / Bps.One;
        _quoteThreshold = (double)settings.Number("threshold-bps") / Bps.One;
        _quoteAgeMax = settings.Duration("quote-age-max");
        _retryAfter = settings.Duration("retry-after");
        _instruments = [.. instruments.DistinctBy(i => i.Quote)];
        _cycles = new PoolCycles(
        [
            .. _instruments.Select(i => new CycleStart(
                i.Quote,
                new TokenDecimals(i.QuoteDecimals),
                Units.FromDecimal(_notional, i.QuoteDecimals, Rounding.Down))),
        ]);
        _triangle = QuoteTriangle.Of([.. instruments.Select(i => i.Symbol)]);
    }

    internal static IReadOnlyList<StrategyParameter> Parameters { get; } =
    [
        CommonParameters.Notional("5000"),
        CommonParameters.Threshold with { Default = "1" },
        CommonParameters.VenueFee with { Meaning = "What a crypto leg of a quote triangle costs, in basis points; it has two." },
        new("quote-age-max", ParameterType.Duration, "00:02:00", "Older quotes are not compared.", Min: 1, Max: 86_400),
        CommonParameters.RetryAfter with { Default = "00:00:05" },
    ];

    public void OnTick(Tick tick, StrategyContext context)
    {
        ArgumentNullException.ThrowIfNull(tick);
        ArgumentNullException.ThrowIfNull(context);
        CompareQuotes(tick, context);
        if (context.OpenCount == 0 && context.Pools.Version != _versionSeen && !(context.Now < _triedAt + _retryAfter))
        {
            _versionSeen = context.Pools.Version;
            SendBestCycle(context);
        }
    }

    public void OnSignal(Signal signal, StrategyContext context)
    {
        // It has no opinion, only prices.
    }

    private void SendBestCycle(StrategyContext context)
    {
        var best = _cycles.Best(context.Pools, CyclesSeen)
            .FirstOrDefault(c => c.Profit >= _threshold.Of(c.AmountIn, Rounding.Up));
        if (best is null)
        {
            return;
        }

        var decimals = _instruments.First(i => i.Quote == best.Start).QuoteDecimals;
        var (whole, profit) = (
            Units.ToDoubleLossy(best.AmountIn, decimals), Units.ToDoubleLossy(best.Profit, decimals));
        context.Found(new Opportunity(
            "pool-triangle", best.Name, best.Start.Value, profit / whole * Bps.One, whole, profit, context.Now));
        _triedAt = context.Now;
        var least = best.AmountIn + UInt256.Max(best.Profit / 2, UInt256.One);
        context.Send(new Intent.PoolSwap(best.Route, best.AmountIn, least, SwapLifetime, "the cycle gains"));
    }

    private void CompareQuotes(Tick tick, StrategyContext context)
    {
        if (_triangle is not { } t || (tick.Symbol != t.Near && tick.Symbol != t.Far && tick.Symbol != t.Rate)
            || tick.Bid is not > 0 || tick.Ask is not > 0)
        {
            return;
        }

        _quotes[tick.Symbol] = tick;
        if (Fresh(t.Near, context) is not { } near || Fresh(t.Far, context) is not { } far
            || Fresh(t.Rate, context) is not { } rate)
        {
            return;
        }

        var farUsed = (far.Bid!.Value, rate.Bid!.Value, near.Ask!.Value);
        if (farUsed != _farSeen)
        {
            _farSeen = farUsed;
            var gain = QuoteTriangle.FarGain(farUsed.Item1, farUsed.Item2, farUsed.Item3);
            Count(t.FarRoute, gain, Least(far.BidSize, near.AskSize), (double)near.Ask.Value, context);
        }

        var nearUsed = (near.Bid!.Value, rate.Ask!.Value, far.Ask!.Value);
        if (nearUsed != _nearSeen)
        {
            _nearSeen = nearUsed;
            var gain = QuoteTriangle.NearGain(nearUsed.Item1, nearUsed.Item2, nearUsed.Item3);
            Count(t.NearRoute, gain, Least(near.BidSize, far.AskSize), (double)near.Bid.Value, context);
        }
    }

    private Tick? Fresh(Symbol symbol, StrategyContext context) =>
        _quotes.TryGetValue(symbol, out var tick) && context.Now - tick.At <= _quoteAgeMax ? tick : null;

    // Two crypto legs pay the fee. Sizes of zero mean that the venue does not tell them.
    private void Count(string route, double gain, decimal? size, double price, StrategyContext context)
    {
        var net = gain - (2 * _venueFee);
        if (net <= _quoteThreshold)
        {
            return;
        }

        var most = (double)_notional / price;
        var put = size is > 0 ? Math.Min((double)size.Value, most) : most;
        context.Found(new Opportunity(
            "quote-triangle", route, _triangle!.Near.Base, net * Bps.One, put, put * net, context.Now));
    }

    private static decimal? Least(decimal? a, decimal? b) =>
        a is > 0 && b is > 0 ? Math.Min(a.Value, b.Value) : a is > 0 ? a : b;
}
