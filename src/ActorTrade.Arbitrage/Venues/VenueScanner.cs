using System.Collections.Immutable;

namespace ActorTrade.Arbitrage.Venues;

/// <summary>
/// Finds loops that gain over the quotes of venues: a pair bought at one venue and sold at another, and triangles of
/// three pairs, at one venue or several. Crypto, currencies and shares alike: a share is a base whose quote is its
/// currency.
/// </summary>
/// <remarks>
/// Every quote is two legs, its bid from base to quote and its ask back; a loop is a simple cycle of 2 or 3 currencies
/// over them, told once, from its preferred currency. The gain is the product of the rates, each with its fee, less
/// one: what the quotes say, before they move. Money that must first be brought from one venue to the other is the
/// caller's to count.
/// </remarks>
public sealed class VenueScanner(QuoteBoard board, VenueScanOptions options)
{
    /// <summary>The loops that gain more than asked for on quotes young enough, the largest gain first.</summary>
    public ImmutableArray<VenueLoop> Scan(DateTimeOffset now)
    {
        var legsFrom = board.Quotes.Where(q => now - q.At <= options.AgeMax).SelectMany(q => Legs(q, now))
            .ToLookup(l => l.CurrencyIn, StringComparer.Ordinal);
        var found = new List<VenueLoop>();
        foreach (var start in legsFrom.Select(g => g.Key))
        {
            foreach (var first in legsFrom[start])
            {
                foreach (var second in legsFrom[first.CurrencyOut])
                {
                    Keep(found, start, [first, second]);
                    foreach (var third in options.LegsMax >= 3 && second.CurrencyOut != start
                        ? legsFrom[second.CurrencyOut] : [])
                    {
                        Keep(found, start, [first, second, third]);
                    }
                }
            }
        }

        return
        [
            .. found.OrderByDescending(l => l.Gain).ThenBy(
                l => string.Join(' ', l.Legs.Select(g => $"{g.Venue} {g.Symbol} {g.Side}")), StringComparer.Ordinal),
        ];
    }

    private void Keep(List<VenueLoop> found, string start, ReadOnlySpan<VenueLeg> legs)
    {
        if (legs[^1].CurrencyOut != start || !IsFirst(start, legs))
        {
            return;
        }

        var rate = 1m;
        decimal? most = null;
        var isKnown = true;
        foreach (var leg in legs)
        {
            isKnown &= leg.AmountMax is not null;
            most = isKnown ? Math.Min(most ?? decimal.MaxValue, leg.AmountMax!.Value / rate) : null;
            rate *= leg.Rate;
        }

        if (rate - 1 > options.GainMin)
        {
            found.Add(new VenueLoop { Currency = start, Legs = [.. legs], Gain = rate - 1, AmountMax = most });
        }
    }

    // Of a loop's rotations only the one that starts at the preferred currency; and no leg straight back over one
    // quote.
    private bool IsFirst(string start, ReadOnlySpan<VenueLeg> legs)
    {
        foreach (var leg in legs[1..])
        {
            if (Order(leg.CurrencyIn).CompareTo(Order(start)) <= 0)
            {
                return false;
            }
        }

        return legs.Length > 2 || legs[0].Venue != legs[1].Venue || legs[0].Symbol != legs[1].Symbol;
    }

    private PreferredOrder Order(string currency)
    {
        for (var i = 0; i < options.StartCurrencies.Count; i++)
        {
            if (options.StartCurrencies[i] == currency)
            {
                return new PreferredOrder(i, currency);
            }
        }

        return new PreferredOrder(int.MaxValue, currency);
    }

    private IEnumerable<VenueLeg> Legs(VenueQuote quote, DateTimeOffset now)
    {
        var (fee, age) = (options.FeeOf(quote.Venue, quote.Symbol), now - quote.At);
        yield return new VenueLeg(quote.Venue, quote.Symbol, LegSide.Sell, quote.Bid, quote.BidSize, fee, age);
        yield return new VenueLeg(quote.Venue, quote.Symbol, LegSide.Buy, quote.Ask, quote.AskSize, fee, age);
    }

    private readonly record struct PreferredOrder(int Place, string Currency)
    {
        public int CompareTo(PreferredOrder other)
        {
            var byPlace = Place.CompareTo(other.Place);
            return byPlace != 0 ? byPlace : string.CompareOrdinal(Currency, other.Currency);
        }
    }
}
