using ActorTrade.Domain;
using ActorTrade.Execution.Bots;
using ActorTrade.Journal.Projections;
using ActorTrade.Journal.Verification;
using ActorTrade.Domain.Ledger;
using ActorTrade.Market.Statistics;
using ActorTrade.Node.Hosting;

namespace ActorTrade.Node.Replay;

/// <summary>What a replay leaves when its journal is closed.</summary>
internal sealed record ReplayOutcome
{
    public required ReplayOptions Options { get; init; }

    public required ReplayDirectory Directory { get; init; }

    public required ReplayRecorder Recorder { get; init; }

    public required string OrderListHash { get; init; }

    public required ReplayPeriod? Period { get; init; }

    public required long Ticks { get; init; }

    public required TimeSpan Elapsed { get; init; }

    public required TimeSpan Cpu { get; init; }

    public required IReadOnlyList<SymbolReport> Symbols { get; init; }

    public required BadRowReport BadRows { get; init; }

    public required IReadOnlyList<IgnoredReport> Ignored { get; init; }

    public required IReadOnlyDictionary<string, BotRunnerStats> Runners { get; init; }

    public required SignalReport Signals { get; init; }

    /// <summary>Null where the data has no recorded pool.</summary>
    public required ArbitrageReport? Arbitrage { get; init; }

    public required IReadOnlyList<string> Failures { get; init; }
}

/// <summary>
/// Makes the report. States and sums are not taken from the replay's memory: the closed journal is verified whole and
/// folded anew.
/// </summary>
internal static class ReplayReporter
{
    public static ReplayReport Write(ReplayOutcome outcome)
    {
        var books = new QuiescentBooks();
        var verified = JournalVerifier.Verify(outcome.Directory.Path, EntityKinds.All, EntityKinds.Catalog(), [books]);
        var recorder = outcome.Recorder;
        var bots = recorder.Bots.ToList();
        return new ReplayReport(
            NodeHost.Version,
            outcome.Options.Seed,
            outcome.Period,
            outcome.Ticks,
            Math.Round(outcome.Elapsed.TotalSeconds, 3),
            Math.Round(outcome.Cpu.TotalSeconds, 3),
            Math.Round(outcome.Ticks / Math.Max(outcome.Elapsed.TotalSeconds, 1e-9)),
            outcome.Symbols,
            outcome.BadRows,
            outcome.Ignored,
            [.. bots.Select(b => BotOf(b, outcome.Runners.GetValueOrDefault(b.Terms.Bot.Value)))],
            TotalOf(bots),
            new OrderReport(
                recorder.Created,
                recorder.Filled,
                recorder.Cancelled,
                recorder.Expired,
                recorder.Rejected,
                recorder.Denied,
                recorder.OpenOrders,
                recorder.Fills,
                recorder.InDoubt),
            new SwapReport(bots.Sum(b => b.SwapsIntended), bots.Sum(b => b.SwapsSettled), bots.Sum(b => b.SwapsFailed)),
            outcome.Signals,
            OpportunitiesOf(recorder),
            outcome.Arbitrage,
            outcome.OrderListHash,
            verified.StateHash,
            [.. books.Tokens.Select(ConservationOf)],
            new JournalReport(
                verified.Events,
                SizeOf(outcome.Directory.Path),
                verified.Entities,
                verified.Snapshots,
                outcome.Directory.Kept),
            [.. outcome.Failures, .. verified.Problems.Select(p => p.What)]);
    }

    private static BotReport BotOf(BotAccount bot, BotRunnerStats? runner)
    {
        var s = bot.Statistics();
        return new BotReport(
            bot.Terms.Bot.Value,
            bot.Terms.Strategy,
            [.. bot.Terms.Instruments.Select(i => i.Symbol.ToString())],
            bot.State.ToString(),
            bot.Currency.Value,
            s.StartEquity,
            s.EndEquity,
            s.NetProfit,
            s.TotalReturn,
            s.Cagr,
            s.Sharpe,
            s.Sortino,
            s.Calmar,
            s.MaxDrawdown,
            s.ProfitFactor,
            s.WinRate,
            s.Expectancy,
            s.Trades,
            s.Fees,
            bot.Orders,
            bot.Fills,
            bot.SwapsSettled,
            runner?.Ticks ?? 0,
            runner?.Signals ?? 0,
            runner?.Intents ?? 0,
            runner?.Accepted ?? 0,
            runner?.Denied ?? 0,
            runner?.DeniedByCode ?? new Dictionary<string, long>(),
            runner?.Opportunities ?? new Dictionary<string, long>());
    }

    private static TotalReport TotalOf(List<BotAccount> bots)
    {
        var converted = bots.Select(b => (Bot: b, Books: b.InTotalCurrency())).ToList();
        var counted = converted.Where(c => c.Books is not null).Select(c => c.Books!.Value).ToList();
        string[] excluded = [.. converted.Where(c => c.Books is null).Select(c => c.Bot.Terms.Bot.Value)];
        if (counted.Count == 0)
        {
            var nothing = new PerformanceStatistics(0, 0, 0, null, null, null, null, null, 0, null, null, null, 0, 0);
            return TotalReport.Of(Valuation.TotalCurrency, nothing, excluded);
        }

        var statistics = PerformanceStatistics.Of(
            PerformanceStatistics.Sum([.. counted.Select(c => c.Curve)]),
            [.. counted.SelectMany(c => c.Trades)],
            counted.Sum(c => c.OpenFees));
        return TotalReport.Of(Valuation.TotalCurrency, statistics, excluded);
    }

    private static OpportunityReport OpportunitiesOf(ReplayRecorder recorder)
    {
        var kinds = recorder.Opportunities;
        return new OpportunityReport(
            kinds.Sum(k => k.Count),
            kinds.Where(k => k.Kind.EndsWith("triangle", StringComparison.Ordinal)).Sum(k => k.Count),
            [.. kinds]);
    }

    private static ConservationReport ConservationOf(TokenConservation t) => new(
        t.Token.Value,
        t.Minted.ToString(),
        t.Burned.ToString(),
        t.VenueIn.ToString(),
        t.VenueOut.ToString(),
        t.Held.ToString(),
        t.InTransit.ToString(),
        t.Ok);

    private static long SizeOf(string directory) =>
        new DirectoryInfo(directory).EnumerateFiles("journal.db*").Sum(f => f.Length);

    /// <summary>The first law over the whole journal, and that nothing is under way any more.</summary>
    private sealed class QuiescentBooks : IVerificationObserver
    {
        private readonly ConservationLedger _ledger = new();

        public IReadOnlyList<TokenConservation> Tokens => _ledger.Report();

        public void Event(in ProjectedEvent projected) =>
            _ledger.Apply(projected.Ordering, projected.Entity, projected.Event);

        public IReadOnlyList<string> Finished() =>
            [.. _ledger.CheckQuiescent().Select(v => $"money is not conserved: {v}")];
    }
}
