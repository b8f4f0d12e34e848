using ActorTrade.Cluster.Operation;

namespace ActorTrade.Node.Operation;

/// <summary>
/// The newest lines of the node's log, for operators who look from afar. Safe for concurrent use; writing never waits
/// for a reader.
/// </summary>
public sealed class LogRing(TimeProvider time)
{
    /// <summary>Lines kept; the oldest go.</summary>
    public const int LinesMax = 10_000;

    private const int TextMax = 2_000;
    private static readonly string[] Levels = ["debug", "info", "warn", "error"];
    private readonly Lock _gate = new();
    private readonly Queue<LogLine> _lines = new();
    private long _written;

    /// <summary>Keeps a line.</summary>
    /// <param name="level">debug, info, warn or error.</param>
    /// <param name="source">Who says it, such as an actor's path.</param>
    /// <param name="text">One sentence; cut where it is longer than 2,000 characters.</param>
    public void Write(string level, string source, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var cut = text.Length <= TextMax ? text : text[..TextMax] + "…";
        lock (_gate)
        {
            _lines.Enqueue(new LogLine(_written++, time.GetUtcNow(), level, source, cut));
            if (_lines.Count > LinesMax)
            {
                _lines.Dequeue();
            }
        }
    }

    /// <summary>The lines that a reader has not had yet, oldest first; the last ones to begin with.</summary>
    public LogAnswer Read(LogRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var max = Math.Clamp(request.Max, 1, NodeQuestions.RowsMax);
        var least = Math.Max(0, Array.IndexOf(Levels, request.Level));
        LogLine[] kept;
        lock (_gate)
        {
            kept = [.. _lines];
        }

        var fitting = kept.Where(l => l.Number > request.After && IsWanted(l, least, request.Contains)).ToList();
        var lines = request.After < 0 ? fitting.TakeLast(max).ToList() : [.. fitting.Take(max)];
        var last = kept.Length == 0 ? request.After : Math.Max(request.After, kept[^1].Number);
        var next = request.After >= 0 && fitting.Count > max ? lines[^1].Number : last;
        var lost = request.After < 0 || kept.Length == 0 ? 0 : Math.Max(0, kept[0].Number - request.After - 1);

        // A node that has written nothing yet is read from its first line on.
        return new LogAnswer(lines, Math.Max(next, -1), lost);
    }

    private static bool IsWanted(LogLine line, int least, string? contains) =>
        Array.IndexOf(Levels, line.Level) >= least
        && (contains is null
            || line.Text.Contains(contains, StringComparison.OrdinalIgnoreCase)
            || line.Source.Contains(contains, StringComparison.OrdinalIgnoreCase));
}
