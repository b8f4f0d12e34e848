using System.Diagnostics.CodeAnalysis;
using ActorTrade.Domain.Markets;

namespace ActorTrade.Market.Views;

/// <summary>The last known state of one symbol at one venue.</summary>
/// <param name="QuoteAt">When bid or ask last changed or was repeated; null before the first quote.</param>
/// <param name="LastAt">When the last trade happened; null before the first trade.</param>
/// <param name="Sequence">The sequence of the newest tick.</param>
public sealed record MarketQuote(
    Symbol Symbol,
    string Venue,
    decimal? Bid,
    decimal? Ask,
    decimal? BidSize,
    decimal? AskSize,
    DateTimeOffset? QuoteAt,
    decimal? Last,
    DateTimeOffset? LastAt,
    long Sequence)
{
    /// <summary>When the newest tick happened.</summary>
    public DateTimeOffset At => (QuoteAt, LastAt) switch
    {
        ({ } quote, { } last) => quote > last ? quote : last,
        ({ } quote, null) => quote,
        _ => LastAt.GetValueOrDefault(),
    };

    /// <summary>Halfway between bid and ask; null where a side is missing.</summary>
    public decimal? Mid => Bid is { } bid && Ask is { } ask ? bid + ((ask - bid) / 2) : null;

    /// <summary>How old the quote is; null where there is none.</summary>
    public TimeSpan? QuoteAge(DateTimeOffset now) => now - QuoteAt;

    /// <summary>How old the newest tick is.</summary>
    public TimeSpan Age(DateTimeOffset now) => now - At;
}

/// <summary>What became of a tick in a <see cref="MarketView"/>.</summary>
public enum MarketViewOutcome
{
    Applied,

    /// <summary>Older than what the view knows of this symbol and venue; counted.</summary>
    Late,

    /// <summary>The view holds as many symbols and venues as it may, and this is a new one; counted.</summary>
    Full,

    /// <summary>It has neither bid nor ask nor last.</summary>
    Empty,
}

/// <summary>The latest quote and trade of each symbol and venue. Keeps a limited number of them.</summary>
/// <remarks>Not thread-safe: it belongs to one actor. What it hands out is immutable and may travel.</remarks>
public sealed class MarketView
{
    private readonly Dictionary<(Symbol Symbol, string Venue), MarketQuote> _quotes = [];
    private readonly int _quotesMax;

    /// <param name="quotesMax">Symbols × venues, at least 1.</param>
    public MarketView(int quotesMax = 10_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quotesMax, 1);
        _quotesMax = quotesMax;
    }

    public int Count => _quotes.Count;

    public long LateTicks { get; private set; }

    public long RefusedTicks { get; private set; }

    /// <summary>
    /// Everything known, ordered by symbol, then venue, so that a report of it is the same in every run.
    /// </summary>
    public IEnumerable<MarketQuote> All =>
        _quotes.Values.OrderBy(q => q.Symbol).ThenBy(q => q.Venue, StringComparer.Ordinal);

    /// <summary>Takes a tick. A side that the tick leaves out keeps its last value.</summary>
    public MarketViewOutcome Apply(Tick tick)
    {
        ArgumentNullException.ThrowIfNull(tick);
        var quoted = tick.Bid is not null || tick.Ask is not null;
        if (!quoted && tick.Last is null)
        {
            return MarketViewOutcome.Empty;
        }

        var key = (tick.Symbol, tick.Venue);
        var known = _quotes.GetValueOrDefault(key);
        if (known is not null && tick.At < known.At)
        {
            LateTicks++;
            return MarketViewOutcome.Late;
        }

        if (known is null && _quotes.Count >= _quotesMax)
        {
            RefusedTicks++;
            return MarketViewOutcome.Full;
        }

        _quotes[key] = new MarketQuote(
            tick.Symbol,
            tick.Venue,
            tick.Bid ?? known?.Bid,
            tick.Ask ?? known?.Ask,
            tick.Bid is null ? known?.BidSize : tick.BidSize,
            tick.Ask is null ? known?.AskSize : tick.AskSize,
            quoted ? tick.At : known?.QuoteAt,
            tick.Last ?? known?.Last,
            tick.Last is null ? known?.LastAt : tick.At,
            tick.Sequence);
        return MarketViewOutcome.Applied;
    }

    public bool TryGet(Symbol symbol, string venue, [MaybeNullWhen(false)] out MarketQuote quote) =>
        _quotes.TryGetValue((symbol, venue), out quote);

    /// <summary>The quotes of a symbol at all venues, ordered by venue.</summary>
    public IEnumerable<MarketQuote> Of(Symbol symbol) =>
        _quotes.Values.Where(q => q.Symbol == symbol).OrderBy(q => q.Venue, StringComparer.Ordinal);
}
