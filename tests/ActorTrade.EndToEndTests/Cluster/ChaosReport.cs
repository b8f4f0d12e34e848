using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using ActorTrade.TestServers;

namespace ActorTrade.EndToEndTests.Cluster;

/// <summary>How much is done: a few rounds with bounds for a busy machine in the tests, all of them with the goals
/// themselves in a chaos run (<c>make chaos</c>).</summary>
internal static class ChaosRun
{
    private const string Variable = "ACTORTRADE_CHAOS_ROUNDS";

    /// <summary>Rounds of a chaos run; null in the tests.</summary>
    public static int? Rounds { get; } =
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;

    public static bool IsFull => Rounds is not null;
}

/// <summary>What a test measured, against its goals: into the test's output, and for a chaos run into
/// <c>artifacts/chaos/NAME.json</c>, from which the table is made.</summary>
internal sealed class ChaosReport(string name, ITestOutputHelper output)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly List<Row> _rows = [];

    /// <summary>Adds a measured share of times.</summary>
    /// <param name="what">What took the time.</param>
    /// <param name="goal">For the share, in a chaos run.</param>
    /// <param name="bound">For the longest, in the tests.</param>
    /// <param name="share">0.95 for the 95th percentile; 1 for the longest.</param>
    public void Times(string what, IEnumerable<TimeSpan> values, TimeSpan goal, TimeSpan bound, double share = 1)
    {
        var sorted = values.Order().ToList();
        Assert.NotEmpty(sorted);
        var at = sorted[(int)Math.Ceiling(sorted.Count * share) - 1];
        var label = share < 1 ? $"p{share * 100:0}" : "longest";
        var text = $"p50 {Text(sorted[(sorted.Count - 1) / 2])}, {label} {Text(at)}"
            + (share < 1 ? $", longest {Text(sorted[^1])}" : "") + $" of {sorted.Count}";
        var holds = ChaosRun.IsFull ? at <= goal : sorted[^1] <= bound;
        _rows.Add(new Row(what, $"{label} ≤ {Text(goal)}", text, at <= goal, holds));
    }

    /// <summary>Adds a number that must be what it is.</summary>
    public void Count(string what, long value, long goal) =>
        _rows.Add(new Row(what, goal.ToString(CultureInfo.InvariantCulture), $"{value}", value == goal, value == goal));

    /// <summary>Adds something for the reader, without a goal.</summary>
    public void Note(string what, string text) => _rows.Add(new Row(what, "–", text, true, true));

    /// <summary>Writes it down, and fails where something does not hold.</summary>
    public void Close()
    {
        foreach (var row in _rows)
        {
            output.WriteLine($"{name}: {row.What}: {row.Measured} (goal {row.Goal}{(row.IsMet ? "" : ": MISSED")})");
        }

        if (ChaosRun.IsFull)
        {
            var folder = Directory.CreateDirectory(Path.Combine(ServerScript.RepositoryRoot, "artifacts", "chaos"));
            File.WriteAllText(
                Path.Combine(folder.FullName, $"{name}.json"),
                JsonSerializer.Serialize(new { name, rows = _rows }, Json));
        }

        Assert.All(_rows, row => Assert.True(row.Holds, $"{row.What}: {row.Measured}, goal {row.Goal}"));
    }

    private static string Text(TimeSpan time) => time.TotalSeconds >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms");

    private sealed record Row(string What, string Goal, string Measured, bool IsMet, bool Holds);
}
