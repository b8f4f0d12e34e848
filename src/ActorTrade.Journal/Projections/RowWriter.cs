using System.Globalization;
using System.Numerics;
using ActorTrade.Journal.Sqlite;

namespace ActorTrade.Journal.Projections;

/// <summary>Runs row changes in the open transaction of one connection. Statements are
/// prepared once for each form of change.</summary>
internal sealed class RowWriter(
    SqliteConnection connection, IReadOnlyDictionary<string, TableDefinition> tables) : IDisposable
{
    // A projection writes a handful of forms; one that makes up columns as it goes is a bug.
    private const int FormsMax = 2000;

    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">The table or a column is not one of the projection's,
    /// or a value cannot be stored.</exception>
    public void Write(RowChange change)
    {
        if (!tables.TryGetValue(change.Table, out var table))
        {
            throw new ArgumentException($"The table '{change.Table}' belongs to no projection.");
        }

        switch (change)
        {
            case RowChange.Insert insert:
                Run("insert", table, insert.Cells, [], () => InsertSql(table, insert.Cells));
                break;
            case RowChange.Upsert upsert:
                Run("upsert", table, upsert.Cells, [], () => UpsertSql(table, upsert.Cells));
                break;
            case RowChange.Update update:
                Run("update", table, update.Cells, update.Where, () => UpdateSql(table, update.Cells, update.Where));
                break;
            case RowChange.AddToAmount add:
                Add(table, add);
                break;
            default:
                throw new ArgumentException($"{change.GetType()} is no change this read model knows.");
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }
    }

    /// <summary>The form in which a value lies in its column.</summary>
    public static object? Stored(object? value) => value switch
    {
        BigInteger amount => amount.ToString(CultureInfo.InvariantCulture),
        DateTimeOffset instant =>
            instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture),
        Guid id => id.ToString(),
        _ => value,
    };

    private void Add(TableDefinition table, RowChange.AddToAmount add)
    {
        Cell[] column = [new Cell(add.Column, null)];
        var select = Prepare("select", table, column, add.Key, () => SelectSql(table, add.Column, add.Key));
        Bind(select, add.Key, 1);
        BigInteger? before = null;
        if (select.Step())
        {
            before = select.Value(0) is string text
                ? BigInteger.Parse(text, CultureInfo.InvariantCulture)
                : BigInteger.Zero;
        }

        select.Reset();
        Cell[] cells = [new Cell(add.Column, (before ?? BigInteger.Zero) + add.Delta)];
        if (before is null)
        {
            Cell[] row = [.. add.Key, .. cells];
            Run("insert", table, row, [], () => InsertSql(table, row));
        }
        else
        {
            Run("update", table, cells, add.Key, () => UpdateSql(table, cells, add.Key));
        }
    }

    private void Run(string kind, TableDefinition table, Cell[] cells, Cell[] where, Func<string> sql)
    {
        var statement = Prepare(kind, table, cells, where, sql);
        Bind(statement, where, Bind(statement, cells, 1));
        statement.Run();
    }

    private SqliteStatement Prepare(string kind, TableDefinition table, Cell[] cells, Cell[] where, Func<string> sql)
    {
        var form = $"{kind} {table.Name} {Names(cells)} {Names(where)}";
        if (!_statements.TryGetValue(form, out var statement))
        {
            Require(table, cells);
            Require(table, where);
            if (_statements.Count >= FormsMax)
            {
                throw new ArgumentException($"More than {FormsMax} forms of row changes.");
            }

            statement = connection.Prepare(sql());
            _statements.Add(form, statement);
        }

        return statement;
    }

    private static int Bind(SqliteStatement statement, Cell[] cells, int first)
    {
        foreach (var cell in cells)
        {
            statement.Bind(first++, Stored(cell.Value));
        }

        return first;
    }

    private static string InsertSql(TableDefinition table, Cell[] cells) =>
        $"insert into {table.Name}({Names(cells)}) values({string.Join(',', cells.Select((_, i) => $"?{i + 1}"))})";

    private static string UpsertSql(TableDefinition table, Cell[] cells)
    {
        var others = cells.Where(
            c => !table.Key.Contains(c.Column)).Select(c => $"{c.Column}=excluded.{c.Column}").ToList();
        var action = others.Count == 0 ? "nothing" : $"update set {string.Join(',', others)}";
        return $"{InsertSql(table, cells)} on conflict({string.Join(',', table.Key)}) do {action}";
    }

    private static string UpdateSql(TableDefinition table, Cell[] cells, Cell[] where) =>
        $"update {table.Name} set {string.Join(',', cells.Select((c, i) => $"{c.Column}=?{i + 1}"))} "
        + $"where {Conditions(where, cells.Length + 1)}";

    private static string SelectSql(TableDefinition table, string column, Cell[] key) =>
        $"select {column} from {table.Name} where {Conditions(key, 1)}";

    private static string Conditions(Cell[] where, int first) =>
        string.Join(" and ", where.Select((c, i) => $"{c.Column}=?{first + i}"));

    private static string Names(Cell[] cells) => string.Join(',', cells.Select(c => c.Column));

    private static void Require(TableDefinition table, Cell[] cells)
    {
        foreach (var cell in cells)
        {
            if (table.Columns.All(c => c.Name != cell.Column))
            {
                throw new ArgumentException($"The table '{table.Name}' has no column '{cell.Column}'.");
            }
        }
    }
}
