using System.Runtime.InteropServices;

namespace ActorTrade.Journal.Sqlite;

/// <summary>One connection, used by one thread at a time.</summary>
internal sealed unsafe class SqliteConnection : IDisposable
{
    private nint _handle;

    private SqliteConnection(nint handle)
    {
        _handle = handle;
    }

    /// <summary>Whether a transaction is open; SQLite itself undoes one after some errors.</summary>
    public bool InTransaction => SqliteNative.GetAutocommit(_handle) == 0;

    public static SqliteConnection OpenForWriting(string path) =>
        Open(path, SqliteNative.OpenReadWrite | SqliteNative.OpenCreate | SqliteNative.OpenNoMutex);

    /// <summary>For queries only. A write-ahead log needs the directory to be writable even so.</summary>
    public static SqliteConnection OpenForReading(string path) =>
        Open(path, SqliteNative.OpenReadOnly | SqliteNative.OpenNoMutex);

    public SqliteStatement Prepare(string sql)
    {
        var code = SqliteNative.Prepare(_handle, sql, -1, SqliteNative.PreparePersistent, out var statement, out _);
        return code == SqliteNative.Ok ? new SqliteStatement(this, statement) : throw Error(code);
    }

    public void Execute(string sql)
    {
        var code = SqliteNative.Execute(_handle, sql, 0, 0, 0);
        if (code != SqliteNative.Ok)
        {
            throw Error(code);
        }
    }

    /// <summary>The first column of the first row; null without a row.</summary>
    public object? Scalar(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Value(0) : null;
    }

    public SqliteException Error(int code) =>
        new(code, Marshal.PtrToStringUTF8((nint)SqliteNative.ErrorMessage(_handle)) ?? "unknown error");

    public void Dispose()
    {
        if (_handle != 0)
        {
            SqliteNative.Close(_handle);
            _handle = 0;
        }
    }

    private static SqliteConnection Open(string path, int flags)
    {
        SqliteNative.Require();
        var code = SqliteNative.Open(path, out var handle, flags, null);
        var connection = new SqliteConnection(handle);
        if (code != SqliteNative.Ok)
        {
            using (connection)
            {
                throw connection.Error(code);
            }
        }

        SqliteNative.ExtendedResultCodes(handle, 1);
        SqliteNative.BusyTimeout(handle, 5000);
        return connection;
    }
}
