using System.Globalization;
using ActorTrade.Market.Simulation;
using ActorTrade.Node.Replay;

namespace ActorTrade.Node.Benchmarks;

/// <summary>How fast recorded ticks go through the real actors, with one bot a symbol and a journal.</summary>
/// <param name="Rounds">Rounds of which the rates are the median.</param>
/// <param name="Ticks">Ticks of one round.</param>
/// <param name="Symbols">Symbols in the data.</param>
/// <param name="Bots">Bots that traded it.</param>
/// <param name="TicksPerSecond">By the clock, reading the file and the last flush of the journal included.</param>
/// <param name="CpuMicrosecondsPerTick">Processor time of the whole process, all threads.</param>
/// <param name="EventsPerTick">Events journaled for each tick.</param>
/// <param name="IsRepeatable">Every round had the same order list and states.</param>
public sealed record TicksBenchmarkResult(
    int Rounds,
    long Ticks,
    int Symbols,
    int Bots,
    double TicksPerSecond,
    double CpuMicrosecondsPerTick,
    double EventsPerTick,
    bool IsRepeatable);

/// <summary>Generates a data set from a seed and replays it several times.</summary>
public static class TicksBenchmark
{
    private const ulong Seed = 1;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly DateTimeOffset Start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="directory">Where the data and the journals are made; all of it is deleted.</param>
    /// <param name="ticks">Ticks of one round, about.</param>
    /// <param name="rounds">At least 1; one more, not counted, warms up.</param>
    /// <param name="kinds">Which bots; by default one trend follower a symbol.</param>
    public static TicksBenchmarkResult Run(
        string directory, int ticks = 1_000_000, int rounds = 3, IReadOnlyList<string>? kinds = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        Directory.CreateDirectory(directory);
        var file = Path.Combine(directory, "synthetic.csv");
        Generate(file, ticks);
        try
        {
            var reports = new List<ReplayReport>();
            for (var round = 0; round <= rounds; round++)
            {
                var journal = Path.Combine(directory, $"journal-{round}");
                reports.Add(ReplayRun.Execute(new ReplayOptions([file])
                {
                    Seed = Seed,
                    BotKinds = kinds ?? ["trend"],
                    JournalDirectory = journal,
                }));
                Directory.Delete(journal, recursive: true);
            }

            return ResultOf(reports);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static TicksBenchmarkResult ResultOf(List<ReplayReport> reports)
    {
        var first = reports[0];
        var counted = reports.Skip(1).ToList();
        return new TicksBenchmarkResult(
            counted.Count,
            first.Ticks,
            first.Symbols.Count,
            first.Bots.Count,
            Median(counted.Select(r => r.TicksPerSecond)),
            Median(counted.Select(r => r.CpuSeconds / r.Ticks * 1e6)),
            (double)first.Journal.Events / first.Ticks,
            reports.All(r => r.IsSound && r.OrderListHash == first.OrderListHash && r.StateHash == first.StateHash));
    }

    private static void Generate(string file, int ticks)
    {
        using var writer = new StreamWriter(file);
        writer.WriteLine("timestamp,symbol,venue,bid,ask,bid_size,ask_size,last,volume");
        foreach (var t in new SimulatedMarket(Seed, Start, Interval).Ticks().Take(ticks))
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{t.At.ToUnixTimeMilliseconds()},{t.Symbol.Base}/{t.Symbol.Quote},{t.Venue},"
                + $"{t.Bid},{t.Ask},{t.BidSize},{t.AskSize},{t.Last},{t.Volume}"));
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1
            ? sorted[sorted.Count / 2]
            : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
