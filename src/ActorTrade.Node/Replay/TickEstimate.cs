using System.IO.Compression;
using ActorTrade.Venues.Recorded;

namespace ActorTrade.Node.Replay;

/// <summary>About how many ticks files hold, from their sizes: good enough for a progress bar.</summary>
internal sealed class TickEstimate(IReadOnlyList<RecordedSource> sources)
{
    private const double BytesARow = 64;

    /// <summary>At least 1.</summary>
    public double Ticks { get; } = Math.Max(1, sources.Sum(s => BytesOf(s) / BytesARow));

    private static double BytesOf(RecordedSource source)
    {
        if (source.Format != RecordedFormat.LeanBars)
        {
            return new FileInfo(source.Path).Length;
        }

        try
        {
            using var archive = ZipFile.OpenRead(source.Path);
            return archive.Entries.Sum(e => (double)e.Length);
        }
        catch (InvalidDataException)
        {
            // A damaged archive is reported by its reader.
            return 0;
        }
    }
}
