using ActorTrade.Domain.Markets;

namespace ActorTrade.Arbitrage.Venues;

/// <summary>The newest quote of every pair at every venue.</summary>
/// <remarks>Bounded by the pairs and venues that exist; ticks without both sides, or with a price that is not above
/// zero, change nothing.</remarks>
public sealed class QuoteBoard
{
    private readonly Dictionary<(string Venue, Symbol Symbol), VenueQuote> _quotes = [];

    public IReadOnlyCollection<VenueQuote> Quotes => _quotes.Values;

    /// <summary>Takes a tick; false where it is no quote, or older than the one that is there.</summary>
    public bool Take(Tick tick)
    {
        ArgumentNullException.ThrowIfNull(tick);
        return tick is { Bid: { } bid, Ask: { } ask }
            && Take(new VenueQuote(
                tick.Venue, tick.Symbol, tick.At, bid, ask, Known(tick.BidSize), Known(tick.AskSize)));
    }

    /// <summary>As <see cref="Take(Tick)"/>, for a quote.</summary>
    public bool Take(VenueQuote quote)
    {
        ArgumentNullException.ThrowIfNull(quote);
        var key = (quote.Venue, quote.Symbol);
        if (quote.Bid <= 0 || quote.Ask <= 0 || (_quotes.TryGetValue(key, out var before) && before.At > quote.At))
        {
            return false;
        }

        _quotes[key] = quote;
        return true;
    }

    // Venues that do not know their sizes send zero.
    private static decimal? Known(decimal? size) => size > 0 ? size : null;
}

/// <param name="At">The instant at the venue, UTC.</param>
/// <param name="Bid">Quote tokens for one base token sold there.</param>
/// <param name="Ask">Quote tokens for one base token bought there.</param>
/// <param name="BidSize">Base tokens at the bid; null where not known.</param>
/// <param name="AskSize">Base tokens at the ask.</param>
public sealed record VenueQuote(
    string Venue, Symbol Symbol, DateTimeOffset At, decimal Bid, decimal Ask, decimal? BidSize, decimal? AskSize);
