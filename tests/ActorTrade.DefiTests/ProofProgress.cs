using System.Diagnostics;
using System.Globalization;

namespace ActorTrade.DefiTests;

/// <summary>
/// Tells on the error stream how far a check is and how long it still takes, every ten seconds, and at its end how long
/// it took: <c>proved</c>, cases, seconds and name, which <c>eng/prove.sh</c> sums. Silent where no number of cases was
/// asked for.
/// </summary>
internal sealed class ProofProgress(string check, long cases)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    private readonly Stopwatch? _clock = ProofCases.IsProving ? Stopwatch.StartNew() : null;
    private TimeSpan _next = Between;

    /// <param name="done">Cases before this one.</param>
    public void Tell(long done)
    {
        if (_clock is null || _clock.Elapsed < _next)
        {
            return;
        }

        _next = _clock.Elapsed + Between;
        var left = _clock.Elapsed * ((double)(cases - done) / Math.Max(1, done));
        var (percent, seconds) = (100.0 * done / cases, left.TotalSeconds);
        Write($"  {Tenths(_clock.Elapsed)} s, {percent:F0} %, about {seconds:F0} s left: {check}");
    }

    public void TellEnd()
    {
        if (_clock is not null)
        {
            Write($"proved {cases} {Tenths(_clock.Elapsed)} {check}");
        }
    }

    private static string Tenths(TimeSpan time) => time.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture);

    private static void Write(FormattableString line) =>
        Console.Error.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
