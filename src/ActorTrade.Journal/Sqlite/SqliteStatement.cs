using System.Runtime.InteropServices;
using System.Text;

namespace ActorTrade.Journal.Sqlite;

/// <summary>A prepared statement of one connection. Parameters count from 1, columns from 0, as in SQLite.</summary>
internal sealed unsafe class SqliteStatement(SqliteConnection connection, nint handle) : IDisposable
{
    // SQLITE_TRANSIENT: SQLite copies the bytes.
    private const nint Copied = -1;

    private nint _handle = handle;

    public int ColumnCount => SqliteNative.ColumnCount(_handle);

    public int ParameterCount => SqliteNative.ParameterCount(_handle);

    public SqliteStatement Bind(int index, long value)
    {
        Check(SqliteNative.BindInt64(_handle, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        fixed (byte* first = bytes)
        {
            // A null pointer would bind NULL, and an empty array pins to one.
            byte empty = 0;
            Check(SqliteNative.BindText(_handle, index, bytes.Length == 0 ? &empty : first, bytes.Length, Copied));
        }

        return this;
    }

    /// <summary>Binds null, text, an integer, a truth value (0 or 1) or a floating number.</summary>
    /// <exception cref="ArgumentException">The value is of another type.</exception>
    public SqliteStatement Bind(int index, object? value)
    {
        switch (value)
        {
            case null:
                Check(SqliteNative.BindNull(_handle, index));
                break;
            case string text:
                Bind(index, text);
                break;
            case bool truth:
                Bind(index, truth ? 1L : 0L);
                break;
            case double number:
                Check(SqliteNative.BindDouble(_handle, index, number));
                break;
            case long or int or short or byte or uint:
                Bind(index, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            default:
                throw new ArgumentException($"A value of type {value.GetType()} cannot be stored in a column.");
        }

        return this;
    }

    public int ParameterIndex(string name) => SqliteNative.ParameterIndex(_handle, name);

    /// <summary>True while there is a row.</summary>
    /// <exception cref="SqliteException">SQLite refused; the statement is reset.</exception>
    public bool Step()
    {
        var code = SqliteNative.Step(_handle);
        switch (code)
        {
            case SqliteNative.Row:
                return true;
            case SqliteNative.Done:
                return false;
            default:
                var error = connection.Error(code);
                SqliteNative.Reset(_handle);
                throw error;
        }
    }

    /// <summary>Runs a statement without rows and makes it ready to run again.</summary>
    public void Run()
    {
        while (Step())
        {
        }

        Reset();
    }

    /// <summary>
    /// Runs a statement without rows with a blob that is not copied: it is pinned for
    /// the call, and SQLite is done with it after.
    /// </summary>
    public void RunWithBlob(int index, ReadOnlySpan<byte> blob)
    {
        fixed (byte* first = blob)
        {
            Check(blob.IsEmpty
                ? SqliteNative.BindZeroBlob(_handle, index, 0)
                : SqliteNative.BindBlob(_handle, index, first, blob.Length, 0));
            Step();
            Reset();
        }
    }

    public void Reset() => SqliteNative.Reset(_handle);

    public long Int64(int column) => SqliteNative.ColumnInt64(_handle, column);

    /// <summary>Valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Blob(int column)
    {
        var first = SqliteNative.ColumnBlob(_handle, column);
        return new ReadOnlySpan<byte>(first, SqliteNative.ColumnBytes(_handle, column));
    }

    public string Text(int column)
    {
        var first = SqliteNative.ColumnText(_handle, column);
        return first is null ? "" : Encoding.UTF8.GetString(first, SqliteNative.ColumnBytes(_handle, column));
    }

    public string ColumnName(int column) =>
        Marshal.PtrToStringUTF8((nint)SqliteNative.ColumnName(_handle, column)) ?? "";

    /// <summary>The column as long, double, string, byte[] or null.</summary>
    public object? Value(int column) => SqliteNative.ColumnType(_handle, column) switch
    {
        1 => Int64(column),
        2 => SqliteNative.ColumnDouble(_handle, column),
        3 => Text(column),
        4 => Blob(column).ToArray(),
        _ => null,
    };

    public void Dispose()
    {
        if (_handle != 0)
        {
            SqliteNative.FinalizeStatement(_handle);
            _handle = 0;
        }
    }

    private void Check(int code)
    {
        if (code != SqliteNative.Ok)
        {
            throw connection.Error(code);
        }
    }
}
