using ActorTrade.Operator;

namespace ActorTrade.Pbm.Output;

/// <summary>
/// Lays results out as lines: columns aligned to their widest value, numbers to the right. Where the terminal is too
/// narrow the columns that may wrap take several lines; where that is not enough, each row becomes a small list.
/// </summary>
/// <param name="width">Columns of the terminal; null where output is redirected and lines may be as long as they
/// are.</param>
/// <param name="isColoured">Whether tones become colours.</param>
internal sealed class TextLayout(int? width, bool isColoured)
{
    private const string Gap = "  ";
    private const int WrappedMin = 16;

    public IEnumerable<string> Lines(CommandResult result)
    {
        var isFirst = true;
        foreach (var block in result.Blocks)
        {
            if (!isFirst && block.Kind != BlockKinds.Lines)
            {
                yield return "";
            }

            isFirst = false;
            foreach (var line in Lines(block))
            {
                yield return line;
            }
        }
    }

    public IEnumerable<string> Lines(ResultBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        var title = block.Title is { } t ? [Coloured(ValueText.Clean(t), "title")] : Array.Empty<string>();
        return title.Concat(block.Kind switch
        {
            BlockKinds.Facts => Facts(block.Facts),
            BlockKinds.Table => Table(block.Columns, block.Rows),
            BlockKinds.Lines => block.Lines.Select(ValueText.Clean),
            _ => [$"(This version of pbm cannot show a '{ValueText.Clean(block.Kind)}'; use --json, or a newer pbm.)"],
        });
    }

    /// <summary>A line of a stream.</summary>
    public string Line(StreamItem item)
    {
        var time = item.At is { } at
            ? Coloured(at.UtcDateTime.ToString(
                "HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture), Tones.Muted) + Gap
            : "";
        var subject = item.Subject is { } s ? ValueText.Clean(s).PadRight(10) + Gap : "";
        return time + subject + Coloured(ValueText.Clean(item.Text ?? ""), item.Tone);
    }

    public string Coloured(string text, string? tone)
    {
        var code = tone switch
        {
            Tones.Ok => "32",
            Tones.Warn => "33",
            Tones.Fail => "31;1",
            Tones.Muted => "2",
            "title" => "1",
            _ => null,
        };
        return isColoured && code is not null && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
    }

    private IEnumerable<string> Facts(IReadOnlyList<Fact> facts)
    {
        var names = facts.Count == 0 ? 0 : facts.Max(f => f.Name.Length);
        var room = width is { } w ? Math.Max(WrappedMin, w - names - 2 - Gap.Length) : int.MaxValue;
        foreach (var fact in facts)
        {
            var isFirst = true;
            foreach (var part in Wrap(ValueText.Of(fact.Value, fact.Kind), room))
            {
                var name = isFirst ? ValueText.Clean(fact.Name) : "";
                yield return ("  " + Coloured(name, Tones.Muted) + new string(' ', names - name.Length) + Gap
                    + Coloured(part, fact.Tone)).TrimEnd();
                isFirst = false;
            }
        }
    }

    private IEnumerable<string> Table(IReadOnlyList<Column> columns, IReadOnlyList<Row> rows)
    {
        if (rows.Count == 0)
        {
            return [Coloured("(none)", Tones.Muted)];
        }

        var texts = rows.Select(r => columns.Select((c, i) => ValueText.Of(CellOf(r, i).Text, c.Kind)).ToArray())
            .ToArray();
        var widths = columns.Select((c, i) => Math.Max(Heading(c).Length, texts.Max(t => t[i].Length))).ToArray();
        return Fit(columns, widths) ? Aligned(columns, rows, texts, widths) : Stacked(columns, rows, texts);
    }

    // Narrows the columns that may wrap; false where the rest alone is too wide.
    private bool Fit(IReadOnlyList<Column> columns, int[] widths)
    {
        if (width is not { } available)
        {
            return true;
        }

        var excess = widths.Sum() + ((widths.Length - 1) * Gap.Length) - available;
        for (; excess > 0; excess--)
        {
            var widest = Enumerable.Range(0, widths.Length)
                .Where(i => columns[i].Wraps && widths[i] > WrappedMin)
                .OrderByDescending(i => widths[i])
                .FirstOrDefault(-1);
            if (widest < 0)
            {
                return false;
            }

            widths[widest]--;
        }

        return true;
    }

    private IEnumerable<string> Aligned(
        IReadOnlyList<Column> columns, IReadOnlyList<Row> rows, string[][] texts, int[] widths)
    {
        yield return Coloured(
            string.Join(Gap, columns.Select((c, i) => Pad(Heading(c), widths[i], c.IsRight))).TrimEnd(), Tones.Muted);
        for (var row = 0; row < rows.Count; row++)
        {
            var parts = columns.Select((c, i) => c.Wraps ? Wrap(texts[row][i], widths[i]) : [texts[row][i]]).ToArray();
            var height = parts.Max(p => p.Count);
            for (var line = 0; line < height; line++)
            {
                yield return LineOf(columns, rows[row], parts, widths, line);
            }
        }
    }

    private string LineOf(
        IReadOnlyList<Column> columns, Row row, IReadOnlyList<string>[] parts, int[] widths, int line)
    {
        var last = Enumerable.Range(0, columns.Count).LastOrDefault(i => line < parts[i].Count && parts[i][line] != "");
        var cells = columns.Take(last + 1).Select((column, i) =>
        {
            var text = line < parts[i].Count ? parts[i][line] : "";
            var padding = new string(' ', Math.Max(0, widths[i] - text.Length));
            var shown = Coloured(text, CellOf(row, i).Tone);
            return column.IsRight ? padding + shown : i == last ? shown : shown + padding;
        });
        return string.Join(Gap, cells);
    }

    private IEnumerable<string> Stacked(IReadOnlyList<Column> columns, IReadOnlyList<Row> rows, string[][] texts)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            if (row > 0)
            {
                yield return "";
            }

            var facts = columns.Select((c, i) => new Fact(Heading(c), texts[row][i], CellOf(rows[row], i).Tone))
                .Where(f => f.Value.Length > 0);
            foreach (var line in Facts([.. facts]))
            {
                yield return line;
            }
        }
    }

    private static Cell CellOf(Row row, int column) =>
        column < row.Cells.Count ? row.Cells[column] ?? new Cell("") : new Cell("");

    private static string Heading(Column column) => column.Unit is { } unit ? $"{column.Name} ({unit})" : column.Name;

    private static string Pad(string text, int to, bool isRight) => isRight ? text.PadLeft(to) : text.PadRight(to);

    // At spaces where there are any, else in the middle of a word.
    private static List<string> Wrap(string text, int room)
    {
        var lines = new List<string>();
        while (text.Length > room)
        {
            var space = text.LastIndexOf(' ', room);
            var end = space > 0 ? space : room;
            lines.Add(text[..end].TrimEnd());
            text = text[end..].TrimStart();
        }

        lines.Add(text);
        return lines;
    }
}
