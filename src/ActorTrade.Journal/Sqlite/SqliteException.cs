namespace ActorTrade.Journal.Sqlite;

/// <summary>SQLite refused.</summary>
/// <param name="extendedCode">SQLite's extended result code; its low eight bits are the primary code.</param>
public sealed class SqliteException(int extendedCode, string message)
    : Exception($"SQLite error {extendedCode}: {message}")
{
    public int ExtendedCode { get; } = extendedCode;

    /// <summary>The primary result code, such as 13 for a full disk.</summary>
    public int Code => ExtendedCode & 0xFF;

    /// <summary>The file's pages do not have the form SQLite wrote.</summary>
    public bool IsDamage => Code is SqliteNative.Corrupt or SqliteNative.NotADatabase;
}

/// <summary>No usable SQLite library is installed on this machine.</summary>
public sealed class SqliteMissingException(string what, Exception? inner) : Exception(
    $"{what}. Install SQLite 3.24 or newer: 'apt-get install libsqlite3-0' on Debian and Ubuntu, "
    + "'brew install sqlite' on macOS; Windows 10 and later bring winsqlite3.dll.",
    inner);
