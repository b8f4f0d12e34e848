using System.Runtime.InteropServices;

namespace ActorTrade.Venues.Recorded;

/// <summary>Merges recorded files into one stream in the order of time.</summary>
/// <remarks>
/// Order: instant, then <see cref="RecordedSource.SortKey"/>, then line. It depends on the files alone, so two replays
/// see the same stream. Ticks are numbered from 0 in that order. A bad row follows the good row before it in its file.
/// <para> A k-way merge: one row per open file is in memory. A file whose name tells its day is opened when the stream
/// reaches that day and closed at its end, so years of day files need no more memory than one day.
/// </para>
/// </remarks>
public static class RecordedStream
{
    private const long Unopened = -1;

    /// <summary>All rows of the sources. Enumerating again reads again.</summary>
    /// <exception cref="RecordedDataException">A file cannot be used, or strict and a row is bad.</exception>
    public static IEnumerable<RecordedRow> Read(IReadOnlyList<RecordedSource> sources, RecordedOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        return Merge([.. sources.OrderBy(s => s.SortKey, StringComparer.Ordinal)], options ?? RecordedOptions.Default);
    }

    private static IEnumerable<RecordedRow> Merge(RecordedSource[] sources, RecordedOptions options)
    {
        var readers = new RowReader?[sources.Length];
        var rows = new RawRow[sources.Length];
        var queue = new PriorityQueue<int, Position>(sources.Length);
        var sequence = 0L;
        for (var i = 0; i < sources.Length; i++)
        {
            queue.Enqueue(i, new Position(sources[i].EarliestUtc?.UtcTicks ?? 0, i, Unopened));
        }

        try
        {
            while (queue.TryDequeue(out var source, out var position))
            {
                if (position.Line == Unopened)
                {
                    readers[source] = sources[source].Open(options);
                }
                else
                {
                    yield return Emit(readers[source]!.File, in rows[source], options.Strict, ref sequence);
                }

                // As long as the same file is the earliest, the queue is only looked at.
                while (Advance(readers, rows, source, out position)
                    && (!queue.TryPeek(out _, out var next) || position.CompareTo(next) < 0))
                {
                    yield return Emit(readers[source]!.File, in rows[source], options.Strict, ref sequence);
                }

                if (readers[source] is not null)
                {
                    queue.Enqueue(source, position);
                }
            }
        }
        finally
        {
            foreach (var reader in readers)
            {
                reader?.Dispose();
            }
        }
    }

    private static bool Advance(RowReader?[] readers, RawRow[] rows, int source, out Position position)
    {
        var reader = readers[source]!;
        if (reader.TryRead(ref rows[source]))
        {
            position = new Position(reader.LastUtcTicks, source, rows[source].Line);
            return true;
        }

        reader.Dispose();
        readers[source] = null;
        position = default;
        return false;
    }

    private static RecordedRow Emit(string file, in RawRow row, bool strict, ref long sequence)
    {
        if (row.BadReason is null)
        {
            return RecordedRow.Of(row.ToTick(sequence++));
        }

        var bad = new BadRow(file, row.Line, row.BadReason);
        return strict ? throw new RecordedDataException(bad) : RecordedRow.Of(bad);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Position(long UtcTicks, int Source, long Line) : IComparable<Position>
    {
        public int CompareTo(Position other)
        {
            var byTime = UtcTicks.CompareTo(other.UtcTicks);
            if (byTime != 0)
            {
                return byTime;
            }

            var bySource = Source.CompareTo(other.Source);
            return bySource != 0 ? bySource : Line.CompareTo(other.Line);
        }
    }
}
