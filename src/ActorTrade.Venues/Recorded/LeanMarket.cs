namespace ActorTrade.Venues.Recorded;

/// <summary>What LEAN calls security type: it decides time zone and price scale of a file.</summary>
public enum LeanSecurity
{
    Crypto,
    Forex,
    Equity,
}

/// <summary>The length of the bars of a LEAN file.</summary>
public enum LeanResolution
{
    Second,
    Minute,
    Hour,
    Daily,
}

/// <summary>A market of LEAN data: the clock its rows are stamped with and the scale of its prices.</summary>
/// <remarks>
/// The clock belongs to the vendor, not to the asset: OANDA samples are UTC, FXCM samples are UTC−05:00 without
/// daylight saving, US equities are New York local time. Reading one vendor with the clock of the other makes almost
/// every minute look crossed. Source: LEAN's market-hours-database, <c>dataTimeZone</c>.
/// </remarks>
public sealed record LeanMarket(string Venue, LeanSecurity Security)
{
    private const string NewYork = "America/New_York";

    private static readonly Dictionary<string, LeanMarket> ByWord = new List<LeanMarket>
    {
        new("coinbase", LeanSecurity.Crypto),
        new("gdax", LeanSecurity.Crypto),
        new("bitfinex", LeanSecurity.Crypto),
        new("binance", LeanSecurity.Crypto),
        new("bybit", LeanSecurity.Crypto),
        new("kraken", LeanSecurity.Crypto),
        new("crypto", LeanSecurity.Crypto),
        new("oanda", LeanSecurity.Forex),
        new("fxcm", LeanSecurity.Forex),
        new("forex", LeanSecurity.Forex),
        new("usa", LeanSecurity.Equity),
        new("equity", LeanSecurity.Equity),
    }.ToDictionary(m => m.Venue, StringComparer.Ordinal);

    /// <summary>US equity prices are stored × 10,000 (deci-cents); crypto and forex as plain decimals.</summary>
    public decimal PriceScale => Security == LeanSecurity.Equity ? 10_000 : 1;

    internal static IEnumerable<string> Words => ByWord.Keys;

    internal static LeanMarket? Of(string word) => ByWord.GetValueOrDefault(word);

    /// <exception cref="TimeZoneNotFoundException">The machine has no IANA time zone data (on Debian: package
    /// tzdata).</exception>
    internal TimeZoneInfo Zone() => (Venue, Security) switch
    {
        ("fxcm", _) => TimeZoneInfo.CreateCustomTimeZone("UTC-05", TimeSpan.FromHours(-5), "UTC-05", "UTC-05"),
        (_, LeanSecurity.Equity) => TimeZoneInfo.FindSystemTimeZoneById(NewYork),
        _ => TimeZoneInfo.Utc,
    };
}
