namespace ActorTrade.Venues.Recorded;

/// <summary>The dividend and split factors of one US stock, as LEAN stores them.</summary>
/// <remarks>
/// Rows <c>yyyyMMdd,price factor,split factor[,reference price]</c> in ascending order. A row holds for all
/// dates up to and including its own (it is the last trading day before the event); the last row lies in the
/// far future. Adjusted price = raw price × price factor × split factor. Adjusted prices know later events: use
/// them for indicators, never to settle trades.
/// </remarks>
public sealed class FactorFile
{
    private readonly List<(DateTime Until, decimal Factor)> _rows;

    private FactorFile(List<(DateTime, decimal)> rows) => _rows = rows;

    /// <exception cref="RecordedDataException">A row cannot be read or is out of order, or there is none.</exception>
    public static FactorFile Load(string path)
    {
        var rows = new List<(DateTime Until, decimal Factor)>();
        using var lines = new Utf8Lines(File.OpenRead(path));
        while (lines.TryRead(out var line))
        {
            if (line.IsEmpty)
            {
                continue;
            }

            if (!TryParse(line, out var until, out var factor) || (rows.Count > 0 && until <= rows[^1].Until))
            {
                throw new RecordedDataException(
                    new BadRow(path, lines.LineNumber, "expected ascending yyyyMMdd,price factor,split factor"));
            }

            rows.Add((until, factor));
        }

        return rows.Count > 0
            ? new FactorFile(rows)
            : throw new RecordedDataException(new BadRow(path, 1, "the factor file has no rows"));
    }

    /// <summary>What to multiply the raw prices of this day by. After the last row it is that row's factor.</summary>
    public decimal FactorOn(DateTime day)
    {
        var (low, high) = (0, _rows.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_rows[middle].Until < day)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return _rows[low].Factor;
    }

    /// <summary>
    /// The factor file that belongs to an equity archive, or null: <c>factor_files</c> beside it or in a folder above.
    /// </summary>
    internal static string? Find(string archive, string ticker)
    {
        var name = ticker.ToLowerInvariant() + ".csv";
        for (var folder = Directory.GetParent(archive); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "factor_files", name);
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    private static bool TryParse(ReadOnlySpan<byte> line, out DateTime until, out decimal factor)
    {
        (until, factor) = (default, 0);
        var fields = new Utf8Fields(line);
        if (!fields.TryNext(out var date) || !Utf8Values.TryCompactDate(date, out var ticks)
            || !fields.TryNext(out var price) || !Utf8Values.TryDecimal(price, out var priceFactor)
            || !fields.TryNext(out var split) || !Utf8Values.TryDecimal(split, out var splitFactor)
            || priceFactor <= 0 || splitFactor <= 0)
        {
            return false;
        }

        (until, factor) = (new DateTime(ticks), priceFactor * splitFactor);
        return true;
    }
}
