namespace ActorTrade.Operator;

/// <summary>What a command found or did, as data: the client decides how it looks.</summary>
public sealed record CommandResult
{
    public int Protocol { get; init; } = OperatorProtocol.Version;

    public IReadOnlyList<ResultBlock> Blocks { get; init; } = [];

    /// <summary>What the client ends with.</summary>
    public int ExitCode { get; init; }

    public static CommandResult Of(params ResultBlock[] blocks) => new() { Blocks = blocks };
}

/// <summary>A part of a result: facts, a table or lines. Shown one under the other.</summary>
public sealed record ResultBlock
{
    /// <summary>One of <see cref="BlockKinds"/>; a client passes over what it does not know, and says so.</summary>
    public string Kind { get; init; } = BlockKinds.Lines;

    public string? Title { get; init; }

    public IReadOnlyList<Fact> Facts { get; init; } = [];

    public IReadOnlyList<Column> Columns { get; init; } = [];

    public IReadOnlyList<Row> Rows { get; init; } = [];

    public IReadOnlyList<string> Lines { get; init; } = [];

    public static ResultBlock Line(params string[] lines) => new() { Kind = BlockKinds.Lines, Lines = lines };

    public static ResultBlock FactsOf(string? title, params Fact[] facts) =>
        new() { Kind = BlockKinds.Facts, Title = title, Facts = facts };

    public static ResultBlock TableOf(string? title, IReadOnlyList<Column> columns, IEnumerable<Row> rows) =>
        new() { Kind = BlockKinds.Table, Title = title, Columns = columns, Rows = [.. rows] };
}

public static class BlockKinds
{
    public const string Facts = "facts";
    public const string Table = "table";
    public const string Lines = "lines";
}

/// <summary>A name and a value.</summary>
/// <param name="Tone">One of <see cref="Tones"/>; null for none.</param>
/// <param name="Kind">As of a <see cref="Column"/>.</param>
public sealed record Fact(string Name, string Value, string? Tone = null, string Kind = ColumnKinds.Text);

/// <summary>A column of a table.</summary>
public sealed record Column
{
    /// <summary>The heading; also the name of the value in JSON, in camelCase.</summary>
    public string Name { get; init; } = "";

    /// <summary>One of <see cref="ColumnKinds"/>: how a value is to be read and shown.</summary>
    public string Kind { get; init; } = ColumnKinds.Text;

    /// <summary>Shown beside the heading; null for none.</summary>
    public string? Unit { get; init; }

    /// <summary>True: gives way first where the terminal is narrow, by taking several lines.</summary>
    public bool Wraps { get; init; }

    public bool IsRight => Kind is ColumnKinds.Number or ColumnKinds.Amount or ColumnKinds.Bytes
        or ColumnKinds.Duration or ColumnKinds.Share;
}

/// <summary>How values are written on the wire; a kind that is not known is a text.</summary>
public static class ColumnKinds
{
    public const string Text = "text";

    /// <summary>A whole number, in digits.</summary>
    public const string Number = "number";

    /// <summary>An amount, exact, with a decimal point where it has one.</summary>
    public const string Amount = "amount";

    /// <summary>A whole number of bytes.</summary>
    public const string Bytes = "bytes";

    /// <summary>Seconds, with a fraction.</summary>
    public const string Duration = "duration";

    /// <summary>From 0 to 1.</summary>
    public const string Share = "share";

    /// <summary>An instant: ISO 8601, UTC.</summary>
    public const string Time = "time";
}

/// <summary>How a value is to be taken; colour on a terminal.</summary>
public static class Tones
{
    public const string Ok = "ok";
    public const string Warn = "warn";
    public const string Fail = "fail";
    public const string Muted = "muted";
}

/// <summary>A row; as many cells as there are columns, an absent one is empty.</summary>
public sealed record Row(IReadOnlyList<Cell> Cells)
{
    public static Row Of(params Cell[] cells) => new(cells);
}

/// <summary>A value.</summary>
public sealed record Cell(string Text, string? Tone = null)
{
    public static implicit operator Cell(string? text) => FromString(text);

    public static Cell FromString(string? text) => new(text ?? "");
}

/// <summary>A line of a stream.</summary>
public sealed record StreamItem
{
    /// <summary>One of <see cref="StreamKinds"/>; others are passed over.</summary>
    public string Kind { get; init; } = StreamKinds.Line;

    public DateTimeOffset? At { get; init; }

    /// <summary>What it is about, such as a node; null for nothing in particular.</summary>
    public string? Subject { get; init; }

    public string? Text { get; init; }

    public string? Tone { get; init; }

    /// <summary>Of a <see cref="StreamKinds.Block"/>.</summary>
    public ResultBlock? Block { get; init; }

    /// <summary>Of an <see cref="StreamKinds.End"/> that failed.</summary>
    public OperatorError? Error { get; init; }

    /// <summary>Of an <see cref="StreamKinds.End"/>.</summary>
    public int ExitCode { get; init; }

    public static StreamItem Beat { get; } = new() { Kind = StreamKinds.Beat };

    public static StreamItem Line(DateTimeOffset at, string? subject, string text, string? tone = null) =>
        new() { At = at, Subject = subject, Text = text, Tone = tone };
}

public static class StreamKinds
{
    public const string Line = "line";
    public const string Block = "block";

    /// <summary>The endpoint lives and has nothing to say.</summary>
    public const string Beat = "beat";

    /// <summary>How far a long command is; replaces the last progress on a terminal.</summary>
    public const string Progress = "progress";

    /// <summary>The last one. A stream that ends without it was cut off.</summary>
    public const string End = "end";
}
