using System.Globalization;
using ActorTrade.Cluster.Operation;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary>Rows of the nodes' tables as a result: kinds and tones by the names of the columns.</summary>
internal static class RowTable
{
    private static readonly HashSet<string> Amounts =
    [
        "quantity", "filled", "limit_price", "available", "held", "reserve_0", "reserve_1", "amount", "bought", "price",
    ];

    // Rows follow the journal by milliseconds; more is worth a word.
    private const long LagWorthSaying = 1_000;

    public static CommandResult Of(RowsAnswer rows)
    {
        var columns = rows.Columns.Select(c => new Column { Name = Heading(c), Kind = KindOf(c) }).ToList();
        var table = ResultBlock.TableOf(
            null, columns, rows.Rows.Select(r => new Row([.. r.Select((text, i) => CellOf(rows.Columns[i], text))])));
        return rows.Lag < LagWorthSaying
            ? CommandResult.Of(table)
            : CommandResult.Of(
                table, ResultBlock.Line($"These rows are {rows.Lag:N0} events behind the journal; see 'doctor'."));
    }

    /// <summary>What a state means to an operator.</summary>
    public static string? ToneOf(string state) => state switch
    {
        "Running" or "Filled" or "Working" or "Open" => Tones.Ok,
        "InDoubt" or "pending" or "Paused" => Tones.Warn,
        "Rejected" or "Denied" or "failed" or "Refused" => Tones.Fail,
        "Cancelled" or "Expired" or "Stopped" or "Ended" => Tones.Muted,
        _ => null,
    };

    private static Cell CellOf(string column, string? text) =>
        column is "state" or "status" ? new Cell(text ?? "", ToneOf(text ?? "")) : new Cell(text ?? "");

    private static string KindOf(string column) =>
        Amounts.Contains(column) ? ColumnKinds.Amount
        : column == "timestamp" || column.EndsWith("_at", StringComparison.Ordinal) ? ColumnKinds.Time
        : ColumnKinds.Text;

    private static string Heading(string column)
    {
        var words = column.EndsWith("_id", StringComparison.Ordinal) ? column[..^3] : column;
        words = words == "timestamp" ? "time" : words.Replace('_', ' ');
        return char.ToUpper(words[0], CultureInfo.InvariantCulture) + words[1..];
    }
}
