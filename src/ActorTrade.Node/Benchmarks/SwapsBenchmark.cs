using ActorTrade.Journal;
using ActorTrade.Journal.Sqlite;

namespace ActorTrade.Node.Benchmarks;

/// <summary>The durable swap path against the limit of the journal on the same disk in the same run.</summary>
/// <param name="Limit">Closed load with many accounts and pools, as much as goes through.</param>
/// <param name="HalfLoad">Paced load at half the rate of <paramref name="Limit"/>.</param>
/// <param name="HotPool">Closed load on one pool.</param>
/// <param name="OneAtATime">One swap in flight: a commit for each step.</param>
/// <param name="EventsPerSwap">Events journaled for each swap of the limit run.</param>
/// <param name="EventsPerSecond">Events journaled a second in the limit run.</param>
/// <param name="RawEventsPerSecond">What the journal alone appends of the same bytes; median of the rounds.</param>
/// <param name="OneCommandPerCommitPerSecond">Appends a second of the journal alone with one in flight.</param>
public sealed record SwapsBenchmarkResult(
    SwapLoadResult Limit,
    SwapLoadResult HalfLoad,
    SwapLoadResult HotPool,
    SwapLoadResult OneAtATime,
    double EventsPerSwap,
    double EventsPerSecond,
    double RawEventsPerSecond,
    double OneCommandPerCommitPerSecond)
{
    public double EventsToRawLimit => EventsPerSecond / RawEventsPerSecond;

    public double HotPoolToOneCommandPerCommit => HotPool.SwapsPerSecond / OneCommandPerCommitPerSecond;
}

/// <summary>Runs the swap benchmark in a directory of its own.</summary>
public static class SwapsBenchmark
{
    private const int Accounts = 2_000;
    private const int Pools = 200;
    private const int InFlight = 2_048;

    public static async Task<SwapsBenchmarkResult> RunAsync(string directory, TimeSpan perCase)
    {
        var warmUp = TimeSpan.FromSeconds(Math.Min(2, perCase.TotalSeconds / 2));
        var swapsDirectory = Path.Combine(directory, "swaps");
        SwapLoadResult limit, half, hot, one;
        double events;
        await using (var journal = SqliteJournal.Open(swapsDirectory))
        await using (var field = await SwapField.CreateAsync(journal, Accounts, Pools))
        {
            one = await SwapLoad.ClosedAsync(field, 1, Pools, TimeSpan.FromSeconds(0.5), perCase / 2);
            var swapsBefore = field.Shards.Metrics.Events;
            var watch = System.Diagnostics.Stopwatch.StartNew();
            limit = await SwapLoad.ClosedAsync(field, InFlight, Pools, warmUp, perCase);
            events = (field.Shards.Metrics.Events - swapsBefore) / watch.Elapsed.TotalSeconds;
            half = await SwapLoad.PacedAsync(field, limit.SwapsPerSecond / 2, Pools, warmUp, perCase);
            hot = await SwapLoad.ClosedAsync(field, InFlight, 1, warmUp, perCase);
        }

        var shapes = Sample(swapsDirectory);
        var raw = await JournalAppendLimit.MeasureAsync(
            Path.Combine(directory, "raw"), shapes, Accounts + Pools, InFlight, perCase);
        var single = await JournalAppendLimit.MeasureAsync(
            Path.Combine(directory, "single"), shapes, 1, inFlight: 1, perCase / 2);
        return new SwapsBenchmarkResult(
            limit,
            half,
            hot,
            one,
            events / limit.SwapsPerSecond,
            events,
            raw.EventsPerSecond,
            single.Requests / single.Seconds);
    }

    // The last events of the run, one a request, so that the raw limit appends the same bytes in the same pieces.
    private static List<NewEvent[]> Sample(string directory)
    {
        var journal = SqliteJournal.Open(directory);
        try
        {
            return journal.ReadAll(Math.Max(0, journal.LastOrdering - 5_000))
                .Select(e => new[] { new NewEvent(e.StoredName, e.Payload.ToArray()) })
                .ToList();
        }
        finally
        {
            journal.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
