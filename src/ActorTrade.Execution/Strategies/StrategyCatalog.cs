using System.Diagnostics.CodeAnalysis;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Execution.Pools;

namespace ActorTrade.Execution.Strategies;

/// <summary>A kind of strategy: what it needs, what can be set, and how one is made.</summary>
/// <param name="SymbolCount">Symbols one bot of it trades: 1, or 3 that form a triangle.</param>
/// <param name="UsesSignals">It does nothing without signals of its symbol.</param>
/// <param name="UsesPools">It does nothing without pools of its tokens.</param>
public sealed record StrategyKind(
    string Name,
    string Summary,
    int SymbolCount,
    bool UsesSignals,
    bool UsesPools,
    IReadOnlyList<StrategyParameter> Parameters,
    Func<IReadOnlyList<Instrument>, StrategySettings, IStrategy> Create);

/// <summary>The strategies there are, by name.</summary>
public static class StrategyCatalog
{
    /// <summary>In the order in which they are listed to people.</summary>
    public static IReadOnlyList<StrategyKind> Kinds { get; } =
    [
        new("trend", "Long from an upward cross of two moving averages to the next downward one.",
            1, UsesSignals: true, UsesPools: false, Trend.Parameters, (i, s) => new Trend(i[0], s)),
        new("mean-reversion", "Buys what fell too far, sells when it has come back.",
            1, UsesSignals: true, UsesPools: false, MeanReversion.Parameters, (i, s) => new MeanReversion(i[0], s)),
        new("grid", "Buys a lot at each level the price falls to, sells it one level higher.",
            1, UsesSignals: false, UsesPools: false, Grid.Parameters, (i, s) => new Grid(i[0], s)),
        new("dca", "Buys a fixed notional in every interval.",
            1, UsesSignals: false, UsesPools: false, Dca.Parameters, (i, s) => new Dca(i[0], s)),
        new("arbitrage", "Trades house pools, of every curve, against the venue's price.",
            1, UsesSignals: false, UsesPools: true, PoolArbitrage.Parameters, (i, s) => new PoolArbitrage(i[0], s)),
        new("triangle", "Trades cycles over two to four house pools and counts those of the venues' quotes.",
            3, UsesSignals: false, UsesPools: true, TriangularArbitrage.Parameters,
            (i, s) => new TriangularArbitrage(i, s)),
    ];

    public static StrategyKind? Find(string name) => Kinds.FirstOrDefault(k => k.Name == name);

    /// <summary>Makes the strategy of a bot; the error begins with the field or parameter that is wrong.</summary>
    public static bool TryCreate(
        string strategy,
        IReadOnlyList<Instrument> instruments,
        IReadOnlyList<BotParameter> parameters,
        [NotNullWhen(true)] out IStrategy? created,
        [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(instruments);
        created = null;
        if (Find(strategy) is not { } kind)
        {
            error = $"Strategy: '{strategy}' is none of {string.Join(", ", Kinds.Select(k => k.Name))}.";
            return false;
        }

        if (!Fits(kind, instruments))
        {
            error = kind.SymbolCount == 1
                ? $"Instruments: {strategy} trades one symbol."
                : $"Instruments: {strategy} trades three symbols such as BTCUSD, BTCEUR and EURUSD.";
            return false;
        }

        if (!StrategySettings.TryRead(kind.Parameters, parameters, out var settings, out error))
        {
            return false;
        }

        created = kind.Create(instruments, settings);
        return true;
    }

    /// <summary>
    /// The sets of instruments on which a bot of the kind makes sense: each symbol,
    /// each symbol with a pool, or each triangle.
    /// </summary>
    public static IEnumerable<IReadOnlyList<Instrument>> Suitable(
        StrategyKind kind, IReadOnlyList<Instrument> instruments, PoolBook pools)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(instruments);
        ArgumentNullException.ThrowIfNull(pools);
        return kind.SymbolCount == 1
            ? instruments.Where(i => !kind.UsesPools
                || pools.OfPair(i.Base, i.Quote).Any()).Select(i => (Instrument[])[i])
            : Triples(instruments).Where(triple => Fits(kind, triple));
    }

    /// <summary>Limits with which a bot with so much capital can trade freely but not ruin itself.</summary>
    /// <param name="capital">Whole quote tokens.</param>
    /// <param name="price">Quote tokens per base token, about; for the position's limit.</param>
    public static BotLimits DefaultLimits(decimal capital, decimal price)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(capital, 0);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(price, 0);
        return new BotLimits(
            OrderNotionalMax: capital / 5,
            PositionMax: Math.Max(capital / price, 0.00000001m),
            DailyLossMax: capital / 20,
            OpenOrdersMax: 16,
            OrdersPerDayMax: 2_000,
            PriceCollar: new Bps(500),
            FeeMax: new Bps(100));
    }

    private static bool Fits(StrategyKind kind, IReadOnlyList<Instrument> instruments) =>
        instruments.Count == kind.SymbolCount
        && (kind.SymbolCount == 1 || QuoteTriangle.Of([.. instruments.Select(i => i.Symbol)]) is not null);

    private static IEnumerable<IReadOnlyList<Instrument>> Triples(IReadOnlyList<Instrument> all)
    {
        for (var a = 0; a < all.Count; a++)
        {
            for (var b = a + 1; b < all.Count; b++)
            {
                for (var c = b + 1; c < all.Count; c++)
                {
                    yield return [all[a], all[b], all[c]];
                }
            }
        }
    }
}
