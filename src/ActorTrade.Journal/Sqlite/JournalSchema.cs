using System.Globalization;

namespace ActorTrade.Journal.Sqlite;

/// <summary>
/// The form of the file. Events are only ever appended, in the order of their key, and no second index is
/// kept: that makes an append four times as fast. An entity is found through its head in memory, and each
/// event names the place of the entity's event before it, so one entity is read by walking back. Every
/// row carries a checksum of all its columns.
/// </summary>
/// <remarks>
/// The table of heads is written now and then and says where the entities' events end, as of <c>heads_ordering</c> or
/// later; opening reads it and then only the events after that. It can always be made again from the events.
/// </remarks>
internal static class JournalSchema
{
    public const long Format = 1;

    public const string FileName = "journal.db";

    private const string Tables = """
        begin immediate;
        create table meta(key text primary key, value text not null) without rowid;
        create table entities(entity integer primary key, id text not null, checksum integer not null);
        create table names(name integer primary key, stored_name text not null, checksum integer not null);
        create table events(ordering integer primary key, entity integer not null, sequence_nr integer not null,
            previous_ordering integer not null, at integer not null, wake_at integer not null, name integer not null,
            checksum integer not null, payload blob not null);
        create table heads(entity integer primary key, ordering integer not null, sequence_nr integer not null,
            wake_at integer not null, checksum integer not null);
        create table snapshots(entity integer primary key, sequence_nr integer not null, name integer not null,
            checksum integer not null, payload blob not null);
        insert into meta(key, value) values('format', '1'), ('heads_ordering', '0');
        commit;
        """;

    /// <summary>Makes the tables in a new file, and refuses a file of a newer format.</summary>
    public static void Prepare(SqliteConnection connection, string path)
    {
        if (connection.Scalar("select count(*) from sqlite_schema") is 0L)
        {
            connection.Execute(Tables);
        }

        var found = Meta(connection, "format");
        if (found > Format)
        {
            throw new JournalFormatException(path, found, Format);
        }
    }

    public static long Meta(SqliteConnection connection, string key)
    {
        using var statement = connection.Prepare("select value from meta where key = ?1");
        statement.Bind(1, key);
        return statement.Step() && long.TryParse(
            statement.Text(0), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new JournalDamagedException(0, $"the entry '{key}' of the table meta is missing or not a number");
    }
}
