namespace ActorTrade.Domain.Markets;

/// <summary>
/// A traded pair: "BTCUSD" is the price of one BTC in USD. Codes are upper-case letters and digits, 2 to 10.
/// </summary>
public readonly record struct Symbol(string Base, string Quote) : IComparable<Symbol>
{
    private const int CodeLengthMin = 2;
    private const int CodeLengthMax = 10;

    /// <summary>
    /// Reads "BTC/USD", "BTC-USD", or six characters "BTCUSD" split in the middle; lower case becomes upper case.
    /// </summary>
    public static bool TryParse(string? text, out Symbol symbol)
    {
        symbol = default;
        if (text is null || text.Length > (2 * CodeLengthMax) + 1)
        {
            return false;
        }

        var separator = text.AsSpan().IndexOfAny('/', '-');
        if (separator < 0 && text.Length != 6)
        {
            return false;
        }

        var left = separator < 0 ? text[..3] : text[..separator];
        var right = separator < 0 ? text[3..] : text[(separator + 1)..];
        if (!IsCode(left) || !IsCode(right))
        {
            return false;
        }

        symbol = new Symbol(left.ToUpperInvariant(), right.ToUpperInvariant());
        return true;
    }

    /// <summary>As <see cref="TryParse"/>; throws <see cref="FormatException"/>.</summary>
    public static Symbol Parse(string text) => TryParse(text, out var symbol)
        ? symbol
        : throw new FormatException("Symbol: expected BASE/QUOTE, BASE-QUOTE or six characters like BTCUSD.");

    public int CompareTo(Symbol other)
    {
        var order = string.CompareOrdinal(Base, other.Base);
        return order != 0 ? order : string.CompareOrdinal(Quote, other.Quote);
    }

    /// <summary>
    /// "BTCUSD" when both codes have three characters, else "DOGE/USD": the form that <see cref="TryParse"/> reads
    /// back.
    /// </summary>
    public override string ToString() => Base?.Length == 3 && Quote?.Length == 3 ? Base + Quote : $"{Base}/{Quote}";

    private static bool IsCode(string text)
    {
        if (text.Length is < CodeLengthMin or > CodeLengthMax)
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>
/// One market data update as a venue sent it: a quote, a trade, or both. What the venue did not say is null.
/// </summary>
/// <param name="Symbol">The pair.</param>
/// <param name="Venue">Where it came from.</param>
/// <param name="At">The instant at the venue, UTC.</param>
/// <param name="Bid">Best price a buyer offers, quote tokens per base token.</param>
/// <param name="Ask">Best price a seller asks, quote tokens per base token.</param>
/// <param name="BidSize">Base tokens at the bid.</param>
/// <param name="AskSize">Base tokens at the ask.</param>
/// <param name="Last">Price of the last trade, quote tokens per base token.</param>
/// <param name="Volume">Base tokens traded since the tick before.</param>
/// <param name="Sequence">Rises by source and symbol; orders ticks of the same instant.</param>
public sealed record Tick(
    Symbol Symbol,
    string Venue,
    DateTimeOffset At,
    decimal? Bid,
    decimal? Ask,
    decimal? BidSize,
    decimal? AskSize,
    decimal? Last,
    decimal? Volume,
    long Sequence)
{
    /// <summary>Halfway between bid and ask; null when a side is missing.</summary>
    public decimal? Mid => Bid is { } bid && Ask is { } ask ? bid + ((ask - bid) / 2) : null;
}
