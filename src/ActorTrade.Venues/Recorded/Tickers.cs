using ActorTrade.Domain.Markets;

namespace ActorTrade.Venues.Recorded;

/// <summary>
/// Turns the ways venues write a pair (<c>btcusd</c>, <c>BTC-USD</c>, <c>BTC/USD</c>) into a <see cref="Symbol"/>.
/// </summary>
public static class Tickers
{
    private static readonly char[] Separators = ['/', '-', '_'];

    /// <summary>
    /// Quote currencies of a pair written without a separator; longer ones first, so USDT is not read as T.
    /// </summary>
    private static readonly string[] QuoteCurrencies =
    [
        "USDT", "USDC", "TUSD", "BUSD", "FDUSD", "USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK",
        "DKK", "PLN", "TRY", "MXN", "ZAR", "SGD", "HKD", "CNH", "BTC", "ETH", "BNB", "DAI",
    ];

    private static readonly string[] QuotesLongestFirst = [.. QuoteCurrencies.OrderByDescending(q => q.Length)];

    /// <summary>False where neither a separator nor a known quote currency says where the base ends.</summary>
    public static bool TryPair(string ticker, out Symbol symbol)
    {
        symbol = default;
        var separator = ticker.IndexOfAny(Separators);
        if (separator >= 0)
        {
            return Symbol.TryParse($"{ticker[..separator]}/{ticker[(separator + 1)..]}", out symbol);
        }

        var upper = ticker.ToUpperInvariant();
        var quote = QuotesLongestFirst.FirstOrDefault(q => upper.EndsWith(q, StringComparison.Ordinal));
        return quote is not null && Symbol.TryParse($"{upper[..^quote.Length]}/{quote}", out symbol);
    }

    /// <summary>A US stock, quoted in dollars.</summary>
    public static Symbol Stock(string ticker) => new(ticker.ToUpperInvariant(), "USD");
}
