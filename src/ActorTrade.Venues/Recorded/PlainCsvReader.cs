using System.Text;
using ActorTrade.Domain.Markets;

namespace ActorTrade.Venues.Recorded;

/// <summary>Reads a CSV file with a header: the form for one's own data. Described in docs/data-formats.md.</summary>
internal sealed class PlainCsvReader : RowReader
{
    public const string DefaultVenue = "recorded";

    /// <summary>More names than any market has: a file beyond it carries prices in a name column.</summary>
    private const int NamesMax = 100_000;
    private const int NameLengthMax = 64;

    private readonly Column[] _columns;
    private readonly NameTable<Symbol> _symbols = new(t => Tickers.TryPair(t, out var symbol) ? symbol : null);
    private readonly NameTable<Venue> _venues = new(t => new Venue(t));

    private PlainCsvReader(string path, Utf8Lines lines, Column[] columns)
        : base(path, lines, equalTimesAllowed: true) => _columns = columns;

    private enum Column
    {
        Timestamp,
        Symbol,
        Venue,
        Bid,
        Ask,
        BidSize,
        AskSize,
        Last,
        Volume,
    }

    /// <exception cref="RecordedDataException">
    /// The header is missing, has an unknown or doubled column, or lacks <c>timestamp</c>, <c>symbol</c> or any price.
    /// </exception>
    public static PlainCsvReader Open(string path)
    {
        var lines = new Utf8Lines(System.IO.File.OpenRead(path));
        try
        {
            var header = lines.TryRead(out var line) ? Encoding.UTF8.GetString(line) : "";
            return new PlainCsvReader(path, lines, Columns(path, header));
        }
        catch (InvalidDataException e)
        {
            lines.Dispose();
            throw new RecordedDataException(new BadRow(path, 1, e.Message), e);
        }
        catch (RecordedDataException)
        {
            lines.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Whether a file found in a folder is meant as one of these: its header has a timestamp and a symbol.
    /// </summary>
    public static bool LooksLike(string path)
    {
        using var lines = new Utf8Lines(System.IO.File.OpenRead(path));
        try
        {
            var names = lines.TryRead(out var line) ? Encoding.UTF8.GetString(line).Split(',') : [];
            return names.Any(n => Named(n) == Column.Timestamp) && names.Any(n => Named(n) == Column.Symbol);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    protected override Parsed Parse(ReadOnlySpan<byte> line, ref RawRow row)
    {
        row.Bid = row.Ask = row.BidSize = row.AskSize = row.Last = row.Volume = null;
        row.Venue = DefaultVenue;
        var fields = new Utf8Fields(line);
        foreach (var column in _columns)
        {
            if (!fields.TryNext(out var field))
            {
                return Bad(ref row, $"expected {_columns.Length} fields");
            }

            if (!TrySet(column, field, ref row))
            {
                return Bad(ref row, Expected(column, field));
            }
        }

        if (fields.TryNext(out _))
        {
            return Bad(ref row, $"more than {_columns.Length} fields");
        }

        var priced = row.Bid is not null || row.Ask is not null || row.Last is not null;
        return priced ? Parsed.Tick : Bad(ref row, "no bid, ask or last");
    }

    private static Column[] Columns(string path, string header)
    {
        var columns = new List<Column>();
        foreach (var name in header.Split(','))
        {
            if (Named(name) is not { } column)
            {
                throw Wrong(path, $"unknown column '{name.Trim()}'; known are {string.Join(", ", KnownNames())}");
            }

            if (columns.Contains(column))
            {
                throw Wrong(path, $"column '{name.Trim()}' stands twice");
            }

            columns.Add(column);
        }

        if (!columns.Contains(Column.Timestamp) || !columns.Contains(Column.Symbol)
            || !(columns.Contains(Column.Bid) || columns.Contains(Column.Ask) || columns.Contains(Column.Last)))
        {
            throw Wrong(path, "a header needs timestamp, symbol and at least one of bid, ask, last");
        }

        return [.. columns];
    }

    private static RecordedDataException Wrong(string path, string reason) => new(new BadRow(path, 1, reason));

    private static IEnumerable<string> KnownNames() => Enum.GetValues<Column>().Select(NameOf);

    private static Column? Named(string name)
    {
        foreach (var column in Enum.GetValues<Column>())
        {
            if (string.Equals(NameOf(column), name.Trim(), StringComparison.OrdinalIgnoreCase))
            {
                return column;
            }
        }

        return null;
    }

    private static string NameOf(Column column) => column switch
    {
        Column.BidSize => "bid_size",
        Column.AskSize => "ask_size",
        _ => column.ToString().ToLowerInvariant(),
    };

    private static string Expected(Column column, ReadOnlySpan<byte> field)
    {
        var found = Encoding.UTF8.GetString(field[..Math.Min(field.Length, NameLengthMax)]);
        var expected = column switch
        {
            Column.Timestamp => "ISO 8601 or Unix milliseconds",
            Column.Symbol => "a pair like BTC/USD",
            Column.Venue => "a name",
            Column.Bid or Column.Ask or Column.Last => "a price above 0",
            _ => "a number of 0 or more",
        };
        return $"{NameOf(column)} '{found}': expected {expected}";
    }

    private bool TrySet(Column column, ReadOnlySpan<byte> field, ref RawRow row)
    {
        switch (column)
        {
            case Column.Timestamp:
                return Utf8Values.TryInstant(field, out row.UtcTicks);
            case Column.Symbol:
                return _symbols.TryGet(field, out row.Symbol);
            case Column.Venue:
                if (field.IsEmpty)
                {
                    return true;
                }

                var known = _venues.TryGet(field, out var venue);
                row.Venue = venue.Name;
                return known;
            case Column.Bid:
                return TryPrice(field, out row.Bid);
            case Column.Ask:
                return TryPrice(field, out row.Ask);
            case Column.Last:
                return TryPrice(field, out row.Last);
            case Column.BidSize:
                return TrySize(field, out row.BidSize);
            case Column.AskSize:
                return TrySize(field, out row.AskSize);
            default:
                return TrySize(field, out row.Volume);
        }
    }

    private static bool TryPrice(ReadOnlySpan<byte> field, out decimal? price) =>
        TrySize(field, out price) && price is null or > 0;

    private static bool TrySize(ReadOnlySpan<byte> field, out decimal? size)
    {
        size = null;
        if (field.IsEmpty)
        {
            return true;
        }

        var ok = Utf8Values.TryDecimal(field, out var value) && value >= 0;
        size = value;
        return ok;
    }

    private readonly record struct Venue(string Name);

    /// <summary>Names as values without a string per row; the last one is found without a look-up.</summary>
    private sealed class NameTable<T>(Func<string, T?> parse)
        where T : struct
    {
        private readonly Dictionary<string, T> _known = new(StringComparer.Ordinal);
        private byte[] _lastName = [];
        private T _last;

        public bool TryGet(ReadOnlySpan<byte> name, out T value)
        {
            value = _last;
            if (!name.IsEmpty && name.SequenceEqual(_lastName))
            {
                return true;
            }

            if (name.IsEmpty || name.Length > NameLengthMax)
            {
                return false;
            }

            Span<char> chars = stackalloc char[NameLengthMax];
            var length = Encoding.UTF8.GetChars(name, chars);
            if (!_known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(chars[..length], out value))
            {
                var text = new string(chars[..length]);
                if (parse(text) is not { } parsed || _known.Count >= NamesMax)
                {
                    return false;
                }

                value = parsed;
                _known.Add(text, value);
            }

            (_lastName, _last) = (name.ToArray(), value);
            return true;
        }
    }
}
