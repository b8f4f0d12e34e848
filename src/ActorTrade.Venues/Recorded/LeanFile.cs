using System.Text;
using ActorTrade.Domain.Markets;

namespace ActorTrade.Venues.Recorded;

/// <summary>
/// Whether the bars of a LEAN file are trades or quotes; <see cref="FromRows"/> where the name does not say it.
/// </summary>
public enum LeanTickType
{
    FromRows,
    Trade,
    Quote,
}

/// <summary>What the path of a LEAN archive says about its content.</summary>
/// <remarks>
/// Names: <c>…/TICKER/yyyyMMdd_{trade|quote}.zip</c> for seconds and minutes, <c>…/TICKER[_{trade|quote}].zip</c> for
/// hours and days. Market and resolution are words of the folder names, the nearest folder first: LEAN's
/// <c>crypto/coinbase/minute/btcusd</c> and a flat <c>coinbase-minute/btcusd</c> both say "coinbase" and "minute".
/// </remarks>
/// <param name="Day">Midnight of the day in the file name, without a zone; null for hours and days.</param>
public sealed record LeanFile(
    LeanMarket Market,
    LeanResolution Resolution,
    LeanTickType TickType,
    Symbol Symbol,
    string Ticker,
    DateTime? Day)
{
    private const int FoldersMax = 6;
    private static readonly char[] WordBreaks = ['-', '_', ' ', '.'];

    public TimeSpan BarLength => Resolution switch
    {
        LeanResolution.Second => TimeSpan.FromSeconds(1),
        LeanResolution.Minute => TimeSpan.FromMinutes(1),
        LeanResolution.Hour => TimeSpan.FromHours(1),
        _ => TimeSpan.FromDays(1),
    };

    /// <summary>The file the path describes, or null and the reason why it is none.</summary>
    public static LeanFile? FromPath(string path, out string? reason)
    {
        var name = Path.GetFileNameWithoutExtension(path).ToLowerInvariant();
        var folders = Folders(path);
        var words = folders.SelectMany(f => f.Split(WordBreaks)).ToList();
        var market = words.Select(LeanMarket.Of).FirstOrDefault(m => m is not null);
        if (market is null)
        {
            reason = $"no folder of the path names a market ({string.Join(", ", LeanMarket.Words)})";
            return null;
        }

        if (words.Select(ResolutionOf).FirstOrDefault(r => r is not null) is not { } resolution)
        {
            reason = "no folder of the path names a resolution (second, minute, hour, daily)";
            return null;
        }

        return resolution is LeanResolution.Second or LeanResolution.Minute
            ? DayFile(name, folders, market, resolution, out reason)
            : WholeFile(name, market, resolution, out reason);
    }

    private static LeanFile? DayFile(
        string name, List<string> folders, LeanMarket market, LeanResolution resolution, out string? reason)
    {
        var underscore = name.IndexOf('_', StringComparison.Ordinal);
        var day = underscore == 8 && Utf8Values.TryCompactDate(Encoding.ASCII.GetBytes(name[..8]), out var ticks)
            ? new DateTime(ticks)
            : (DateTime?)null;
        var type = underscore < 0 ? LeanTickType.FromRows : TickTypeOf(name[(underscore + 1)..]);
        if (day is null || type == LeanTickType.FromRows || folders.Count == 0)
        {
            reason = "expected a name like btcusd/20180404_quote.zip";
            return null;
        }

        return Create(market, resolution, type, ticker: folders[0], day, out reason);
    }

    private static LeanFile? WholeFile(string name, LeanMarket market, LeanResolution resolution, out string? reason)
    {
        var underscore = name.LastIndexOf('_');
        var type = underscore < 0 ? LeanTickType.FromRows : TickTypeOf(name[(underscore + 1)..]);
        var ticker = type == LeanTickType.FromRows ? name : name[..underscore];
        return Create(market, resolution, type, ticker, day: null, out reason);
    }

    private static LeanFile? Create(
        LeanMarket market,
        LeanResolution resolution,
        LeanTickType type,
        string ticker,
        DateTime? day,
        out string? reason)
    {
        reason = null;
        if (market.Security == LeanSecurity.Equity)
        {
            return new LeanFile(market, resolution, type, Tickers.Stock(ticker), ticker, day);
        }

        if (Tickers.TryPair(ticker, out var symbol))
        {
            return new LeanFile(market, resolution, type, symbol, ticker, day);
        }

        reason = $"'{ticker}' is not a pair with a known quote currency";
        return null;
    }

    private static List<string> Folders(string path)
    {
        var folders = new List<string>();
        for (var folder = Path.GetDirectoryName(path);
            !string.IsNullOrEmpty(folder) && folders.Count < FoldersMax;
            folder = Path.GetDirectoryName(folder))
        {
            folders.Add(Path.GetFileName(folder).ToLowerInvariant());
        }

        return folders;
    }

    private static LeanResolution? ResolutionOf(string word) => word switch
    {
        "second" => LeanResolution.Second,
        "minute" => LeanResolution.Minute,
        "hour" => LeanResolution.Hour,
        "daily" => LeanResolution.Daily,
        _ => null,
    };

    private static LeanTickType TickTypeOf(string word) => word switch
    {
        "trade" => LeanTickType.Trade,
        "quote" => LeanTickType.Quote,
        _ => LeanTickType.FromRows,
    };
}
