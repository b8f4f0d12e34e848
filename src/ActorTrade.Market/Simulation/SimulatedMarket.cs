using ActorTrade.Domain.Markets;
using ActorTrade.Kernel;

namespace ActorTrade.Market.Simulation;

/// <summary>How one simulated symbol moves.</summary>
/// <param name="Anchor">The price it starts at and is drawn back to.</param>
/// <param name="VolatilityPerDay">Standard deviation of a day's return, as a fraction.</param>
/// <param name="SpreadBps">Full spread in 1e-4 of the mid price.</param>
/// <param name="Decimals">Decimal places of a price; one unit is the smallest spread.</param>
/// <param name="CrossOf"> Where set, the price follows the quotient of these two symbols with a small deviation of its
/// own that comes and goes: the triangle is open now and then, as in real markets.
/// </param>
public sealed record SimulatedSymbol(
    Symbol Symbol,
    decimal Anchor,
    double VolatilityPerDay,
    double SpreadBps,
    int Decimals,
    (Symbol Numerator, Symbol Denominator)? CrossOf = null);

/// <summary>
/// An endless market from a seed, so that a node without data shows life. Not a model to test strategies on.
/// </summary>
/// <remarks>
/// Each step a price takes a geometric step with a pull to its anchor: p ← p × (1 + σ√dt × z + κdt × (anchor
/// − p) / anchor), z about normal (a sum of twelve uniform numbers), limited to a tenth and ten times the
/// anchor. Only + − × ÷ and √ of doubles, which IEEE 754 defines to the last bit, so the same seed gives the
/// same ticks on every machine. Every step gives each symbol a quote, in the order of the list; about one in
/// three is also a trade at the bid or the ask.
/// </remarks>
public sealed class SimulatedMarket
{
    public const string Venue = "simulated";

    /// <summary>How fast a price is drawn back: a third of the distance in a day.</summary>
    private const double PullPerDay = 0.33;

    /// <summary>Standard deviation and daily decay of a cross rate's own deviation.</summary>
    private const double CrossDeviation = 0.0015;
    private const double CrossPullPerStep = 0.05;

    private readonly ulong _seed;
    private readonly IReadOnlyList<SimulatedSymbol> _symbols;
    private readonly DateTimeOffset _start;
    private readonly TimeSpan _interval;

    /// <param name="seed">The same seed and parameters give the same ticks.</param>
    /// <param name="start">The first ticks come one interval later.</param>
    /// <param name="interval">From 1 ms to 1 d.</param>
    /// <param name="symbols"><see cref="Default"/> if null; a cross stands after the two symbols it follows.</param>
    public SimulatedMarket(
        ulong seed, DateTimeOffset start, TimeSpan interval, IReadOnlyList<SimulatedSymbol>? symbols = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(interval, TimeSpan.FromDays(1));
        _symbols = symbols ?? Default;
        foreach (var (symbol, index) in _symbols.Select((s, i) => (s, i)))
        {
            var known = _symbols.Take(index).Select(s => s.Symbol).ToList();
            if (symbol.Anchor <= 0
                || (symbol.CrossOf is { } c && !(known.Contains(c.Numerator) && known.Contains(c.Denominator))))
            {
                throw new ArgumentException(
                    $"{symbol.Symbol}: expected an anchor above 0 and a cross of symbols before it.", nameof(symbols));
            }
        }

        (_seed, _start, _interval) = (seed, start.ToUniversalTime(), interval);
    }

    /// <summary>
    /// BTC, ETH and EUR in dollars and two cross rates, so that trends, pairs and triangles have something to do.
    /// </summary>
    public static IReadOnlyList<SimulatedSymbol> Default { get; } = MakeDefault();

    /// <summary>The ticks, without end. Enumerating again begins anew.</summary>
    public IEnumerable<Tick> Ticks()
    {
        var random = new SeededRandom(_seed);
        var prices = _symbols.Select(s => (double)s.Anchor).ToArray();
        var deviations = new double[_symbols.Count];
        var sequence = 0L;
        for (var at = _start + _interval; ; at += _interval)
        {
            for (var i = 0; i < prices.Length; i++)
            {
                prices[i] = _symbols[i].CrossOf is { } cross
                    ? Cross(cross, prices, ref deviations[i], random)
                    : Step(_symbols[i], prices[i], random);
                yield return Quote(_symbols[i], prices[i], at, sequence++, random);
            }
        }
    }

    private static SimulatedSymbol[] MakeDefault()
    {
        var (btc, eth, eur) = (new Symbol("BTC", "USD"), new Symbol("ETH", "USD"), new Symbol("EUR", "USD"));
        return
        [
            new SimulatedSymbol(btc, 60_000, VolatilityPerDay: 0.04, SpreadBps: 1, Decimals: 2),
            new SimulatedSymbol(eth, 3_000, VolatilityPerDay: 0.05, SpreadBps: 2, Decimals: 2),
            new SimulatedSymbol(eur, 1.1m, VolatilityPerDay: 0.006, SpreadBps: 1, Decimals: 5),
            new SimulatedSymbol(new Symbol("ETH", "BTC"), 0.05m, 0, SpreadBps: 3, Decimals: 6, CrossOf: (eth, btc)),
            new SimulatedSymbol(new Symbol("BTC", "EUR"), 54_545, 0, SpreadBps: 2, Decimals: 2, CrossOf: (btc, eur)),
        ];
    }

    private static double Normal(SeededRandom random)
    {
        var sum = -6.0;
        for (var i = 0; i < 12; i++)
        {
            sum += random.NextDouble();
        }

        return sum;
    }

    private static Tick Quote(
        SimulatedSymbol symbol, double price, DateTimeOffset at, long sequence, SeededRandom random)
    {
        var unit = 1m;
        for (var i = 0; i < symbol.Decimals; i++)
        {
            unit /= 10;
        }

        var half = (decimal)(price * symbol.SpreadBps / 20_000);
        var bid = Math.Max(unit, Math.Floor(((decimal)price - half) / unit) * unit);
        var ask = Math.Max(bid + unit, Math.Ceiling(((decimal)price + half) / unit) * unit);
        var (bidSize, askSize) = (Size(random), Size(random));
        var draw = random.NextInt(6);
        decimal? last = draw switch
        {
            0 => bid,
            1 => ask,
            _ => null,
        };
        var volume = last is null ? (decimal?)null : Size(random) / 10;
        return new Tick(symbol.Symbol, Venue, at, bid, ask, bidSize, askSize, last, volume, sequence);
    }

    private static decimal Size(SeededRandom random) => (random.NextInt(1_000_000) + 1) / 100_000m;

    private double Step(SimulatedSymbol symbol, double price, SeededRandom random)
    {
        var days = _interval.TotalDays;
        var anchor = (double)symbol.Anchor;
        var pull = PullPerDay * days * (anchor - price) / anchor;
        var next = price * (1 + (symbol.VolatilityPerDay * Math.Sqrt(days) * Normal(random)) + pull);
        return Math.Clamp(next, anchor / 10, anchor * 10);
    }

    private double Cross(
        (Symbol Numerator, Symbol Denominator) cross, double[] prices, ref double deviation, SeededRandom random)
    {
        // Stationary: the deviation's own standard deviation stays CrossDeviation whatever the interval.
        var push = CrossDeviation * Math.Sqrt((2 * CrossPullPerStep) - (CrossPullPerStep * CrossPullPerStep));
        deviation += (push * Normal(random)) - (CrossPullPerStep * deviation);
        return PriceOf(cross.Numerator, prices) / PriceOf(cross.Denominator, prices) * (1 + deviation);
    }

    private double PriceOf(Symbol symbol, double[] prices)
    {
        for (var i = 0; i < prices.Length; i++)
        {
            if (_symbols[i].Symbol == symbol)
            {
                return prices[i];
            }
        }

        throw new InvalidOperationException($"The constructor let the unknown {symbol} pass.");
    }
}
