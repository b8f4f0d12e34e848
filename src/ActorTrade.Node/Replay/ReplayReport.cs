using System.Text.Json;
using System.Text.Json.Serialization;
using ActorTrade.Market.Statistics;

namespace ActorTrade.Node.Replay;

/// <summary>What a replay did. The fields are described in docs/replay-report.md; their names are stable.</summary>
public sealed record ReplayReport(
    string Version,
    ulong Seed,
    ReplayPeriod? Period,
    long Ticks,
    double ElapsedSeconds,
    double CpuSeconds,
    double TicksPerSecond,
    IReadOnlyList<SymbolReport> Symbols,
    BadRowReport BadRows,
    IReadOnlyList<IgnoredReport> IgnoredFiles,
    IReadOnlyList<BotReport> Bots,
    TotalReport Total,
    OrderReport Orders,
    SwapReport Swaps,
    SignalReport Signals,
    OpportunityReport Opportunities,
    ArbitrageReport? Arbitrage,
    string OrderListHash,
    string StateHash,
    IReadOnlyList<ConservationReport> Conservation,
    JournalReport Journal,
    IReadOnlyList<string> Problems)
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.Strict,
    };

    /// <summary>No law was broken and nothing went wrong.</summary>
    [JsonIgnore]
    public bool IsSound => Problems.Count == 0 && Conservation.All(c => c.Ok);

    public string ToJson() => JsonSerializer.Serialize(this, Form);
}

/// <summary>First and last tick, UTC.</summary>
public sealed record ReplayPeriod(DateTimeOffset From, DateTimeOffset To);

public sealed record SymbolReport(string Symbol, long Ticks, decimal? FirstPrice, decimal? LastPrice);

/// <param name="Count">All of them.</param>
/// <param name="Rows">The first thousand.</param>
public sealed record BadRowReport(long Count, IReadOnlyList<BadRowEntry> Rows);

public sealed record BadRowEntry(string File, long Line, string Reason);

public sealed record IgnoredReport(string File, string Reason);

/// <summary>One bot: how it did, in its currency, and what it did.</summary>
public sealed record BotReport(
    string Id,
    string Kind,
    IReadOnlyList<string> Symbols,
    string State,
    string Currency,
    decimal StartEquity,
    decimal EndEquity,
    decimal NetProfit,
    decimal? TotalReturn,
    double? Cagr,
    double? Sharpe,
    double? Sortino,
    double? Calmar,
    decimal MaxDrawdown,
    decimal? ProfitFactor,
    decimal? WinRate,
    decimal? Expectancy,
    int Trades,
    decimal Fees,
    long Orders,
    long Fills,
    long Swaps,
    long TicksSeen,
    long SignalsHeard,
    long Intents,
    long Accepted,
    long Denied,
    IReadOnlyDictionary<string, long> DeniedByCode,
    IReadOnlyDictionary<string, long> Opportunities);

/// <summary>All bots together, in one currency.</summary>
/// <param name="Excluded">Bots whose currency could not be converted.</param>
public sealed record TotalReport(
    string Currency,
    decimal StartEquity,
    decimal EndEquity,
    decimal NetProfit,
    decimal? TotalReturn,
    double? Cagr,
    double? Sharpe,
    double? Sortino,
    double? Calmar,
    decimal MaxDrawdown,
    decimal? ProfitFactor,
    decimal? WinRate,
    decimal? Expectancy,
    int Trades,
    decimal Fees,
    IReadOnlyList<string> Excluded)
{
    public static TotalReport Of(string currency, PerformanceStatistics s, IReadOnlyList<string> excluded) => new(
        currency, s.StartEquity, s.EndEquity, s.NetProfit, s.TotalReturn, s.Cagr, s.Sharpe, s.Sortino, s.Calmar,
        s.MaxDrawdown, s.ProfitFactor, s.WinRate, s.Expectancy, s.Trades, s.Fees, excluded);
}

/// <param name="Open">Without a final state at the end; none, when all settled.</param>
public sealed record OrderReport(
    long Created,
    long Filled,
    long Cancelled,
    long Expired,
    long Rejected,
    long Denied,
    long Open,
    long Fills,
    long InDoubt);

/// <summary>Swaps of bots on pools.</summary>
public sealed record SwapReport(long Intended, long Settled, long Failed);

public sealed record SignalReport(long Total, IReadOnlyDictionary<string, long> ByKind);

/// <param name="Triangular">Of the kinds quote-triangle and pool-triangle.</param>
public sealed record OpportunityReport(long Total, long Triangular, IReadOnlyList<OpportunityKind> ByKind);

/// <param name="Profit">Sum of the estimated profits, in whole tokens of <paramref name="Token"/>.</param>
public sealed record OpportunityKind(
    string Kind, string Route, string Token, long Count, double BestGainBps, double Profit);

/// <summary>Base units, as decimal strings. Minted + VenueIn - Burned - VenueOut = Held + InTransit.</summary>
public sealed record ConservationReport(
    string Token,
    string Minted,
    string Burned,
    string VenueIn,
    string VenueOut,
    string Held,
    string InTransit,
    bool Ok);

public sealed record JournalReport(long Events, long Bytes, long Entities, long Snapshots, string? Directory);
