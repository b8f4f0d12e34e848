using ActorTrade.Cluster.Operation;
using ActorTrade.Kernel;

namespace ActorTrade.Node.Operation;

/// <summary>Which actors failed how often, and why the last time. Remembers the latest paths, up to a bound.</summary>
public sealed class FailureLedger
{
    /// <summary>Paths remembered; the one that failed longest ago goes.</summary>
    public const int PathsMax = 1_000;

    private const int CauseMax = 500;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RestartLine> _lines = new(StringComparer.Ordinal);

    /// <param name="log">Told of every failure.</param>
    public FailureLedger(ActorSystem system, LogRing log)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(log);
        _time = system.Time;
        system.ActorFailed += failure =>
        {
            var line = Note(failure);
            log.Write("warn", line.Path, $"{line.LastCause} Then: {line.Directive}.");
        };
    }

    /// <summary>The latest failure first.</summary>
    public IReadOnlyList<RestartLine> Latest(int top)
    {
        lock (_gate)
        {
            return [.. _lines.Values.OrderByDescending(l => l.LastAt).Take(top)];
        }
    }

    private RestartLine Note(ActorFailure failure)
    {
        var path = failure.Actor.Path;
        var cause = $"{failure.Cause.GetType().Name}: {failure.Cause.Message}";
        cause = cause.Length <= CauseMax ? cause : cause[..CauseMax] + "…";
        var delay = failure.Delay > TimeSpan.Zero ? $" after {failure.Delay.TotalMilliseconds:0} ms" : "";
        var directive = failure.Directive.ToString().ToLowerInvariant() + delay;
        lock (_gate)
        {
            var count = _lines.TryGetValue(path, out var known) ? known.Count + 1 : 1;
            if (known is null && _lines.Count >= PathsMax)
            {
                _lines.Remove(_lines.Values.MinBy(l => l.LastAt)!.Path);
            }

            return _lines[path] = new RestartLine(path, count, _time.GetUtcNow(), cause, directive);
        }
    }
}
