using ActorTrade.Journal.Sqlite;

namespace ActorTrade.Journal.Projections;

/// <summary>Makes and drops the tables of projections, and keeps where each of them stands.</summary>
internal sealed class ReadModelSchema(SqliteConnection connection)
{
    /// <summary>Places, and which tables belong to whom, so that an older version's can be dropped.</summary>
    public void Prepare() => connection.Execute("""
        create table if not exists projections(name text primary key, version integer not null, ordering integer not null)
            without rowid;
        create table if not exists projection_tables(table_name text primary key, projection text not null) without rowid;
        """);

    /// <summary>
    /// The ordering up to which the projection stands: 0 where it is new, has another version than its rows, or stands
    /// behind the journal's end (the journal was put back to an older copy); its tables are then made anew.
    /// </summary>
    public long PlaceOf(IProjection projection, long lastOrdering)
    {
        using (var place = connection.Prepare("select version, ordering from projections where name = ?1"))
        {
            if (place.Bind(1, projection.Name).Step() && place.Int64(0) == projection.Version
                && place.Int64(1) <= lastOrdering)
            {
                return place.Int64(1);
            }
        }

        connection.Execute("begin immediate");
        DropTables(projection);
        foreach (var table in projection.Tables)
        {
            Create(projection, table);
        }

        Keep(projection, 0);
        connection.Execute("commit");
        return 0;
    }

    /// <summary>Keeps the place, in the caller's transaction.</summary>
    public void Keep(IProjection projection, long ordering)
    {
        using var keep = connection.Prepare(
            "insert or replace into projections(name, version, ordering) values(?1, ?2, ?3)");
        keep.Bind(1, projection.Name).Bind(2, projection.Version).Bind(3, ordering).Run();
    }

    private void DropTables(IProjection projection)
    {
        var old = new List<string>();
        using (var rows = connection.Prepare("select table_name from projection_tables where projection = ?1"))
        {
            rows.Bind(1, projection.Name);
            while (rows.Step())
            {
                old.Add(rows.Text(0));
            }
        }

        foreach (var table in old)
        {
            connection.Execute($"drop table if exists {table}");
        }

        using var forget = connection.Prepare("delete from projection_tables where projection = ?1");
        forget.Bind(1, projection.Name).Run();
    }

    private void Create(IProjection projection, TableDefinition table)
    {
        var columns = table.Columns.Select(c => $"{c.Name} {SqlOf(c.Type)}{(c.IsNullable ? "" : " not null")}");
        var uniques = table.Uniques.Select(u => $", unique({string.Join(',', u)})");
        connection.Execute(
            $"create table {table.Name}({string.Join(',', columns)}, primary key({string.Join(',', table.Key)})"
            + $"{string.Concat(uniques)})");
        foreach (var index in table.Indexes)
        {
            connection.Execute(
                $"create index {table.Name}_by_{string.Join('_', index)} on {table.Name}({string.Join(',', index)})");
        }

        using var own = connection.Prepare("insert into projection_tables(table_name, projection) values(?1, ?2)");
        own.Bind(1, table.Name).Bind(2, projection.Name).Run();
    }

    private static string SqlOf(ColumnType type) => type switch
    {
        ColumnType.Text => "text",
        ColumnType.Integer => "integer",
        _ => "real",
    };
}
