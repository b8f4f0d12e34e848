using System.Numerics;

namespace ActorTrade.Journal.Projections;

/// <summary>
/// Turns events into rows for people to query. A pure description: it sees one event at a time,
/// keeps nothing, and says which rows change.
/// </summary>
public interface IProjection
{
    /// <summary>Under which its place is kept; lower case, never changed.</summary>
    string Name { get; }

    /// <summary>Raise it when the tables or their meaning change: the tables are then dropped
    /// and filled from the first event.</summary>
    int Version { get; }

    /// <summary>Tables that belong to this projection alone.</summary>
    IReadOnlyList<TableDefinition> Tables { get; }

    /// <summary>What the event changes, in order; nothing for events that do not concern it.</summary>
    IEnumerable<RowChange> Project(ProjectedEvent projected);
}

/// <summary>How a column stores its values.</summary>
public enum ColumnType
{
    /// <summary>Text; also amounts (exact integers of any size, in decimal), instants (ISO 8601 UTC) and ids.</summary>
    Text = 0,

    /// <summary>Whole numbers of 64 bits, and truth values as 0 and 1.</summary>
    Integer = 1,

    /// <summary>Floating numbers; never for money.</summary>
    Real = 2,
}

/// <param name="Name">Lower-case letters, digits and '_'.</param>
public sealed record ColumnDefinition(string Name, ColumnType Type, bool IsNullable = false);

/// <param name="Name">Lower-case letters, digits and '_'; unique in the read model.</param>
/// <param name="Key">The columns of the primary key, in order.</param>
public sealed record TableDefinition(string Name, IReadOnlyList<ColumnDefinition> Columns, IReadOnlyList<string> Key)
{
    /// <summary>Further indexes: the columns of each.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Indexes { get; init; } = [];

    /// <summary>Column lists whose values are unique together.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Uniques { get; init; } = [];
}

/// <summary>
/// A column and its value: null, text, a whole number, a truth value, a floating number, an amount
/// (<see cref="BigInteger"/>), an instant (<see cref="DateTimeOffset"/>) or a <see cref="Guid"/>.
/// </summary>
public readonly record struct Cell(string Column, object? Value);

/// <summary>A change of one row of a read model.</summary>
public abstract record RowChange
{
    private RowChange(string table)
    {
        Table = table;
    }

    public string Table { get; }

    /// <summary>A new row. A row of the same key is a bug of the projection and stops it.</summary>
    public sealed record Insert(string Table, params Cell[] Cells) : RowChange(Table);

    /// <summary>A new row, or the given columns of the row of that key.</summary>
    public sealed record Upsert(string Table, params Cell[] Cells) : RowChange(Table);

    /// <summary>Columns of the rows that match <paramref name="Where"/>; there may be none.</summary>
    public sealed record Update(string Table, Cell[] Where, params Cell[] Cells) : RowChange(Table);

    /// <summary>
    /// Adds to an amount in a text column, exactly; the result may be negative. A row of that key is made if there is
    /// none, with only the key and the amount, so its other columns must be nullable.
    /// </summary>
    public sealed record AddToAmount(string Table, Cell[] Key, string Column, BigInteger Delta) : RowChange(Table);
}
