using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using ActorTrade.Journal.Sqlite;

namespace ActorTrade.Journal.Projections;

/// <summary>
/// Tables for people, filled from the journal, in an SQLite file of their own. They are never the
/// truth: delete the file and it is made again. Rows and the place in the journal change in one
/// transaction, so each event counts exactly once.
/// </summary>
/// <remarks>
/// Queries see committed rows only, which follow the journal by a few milliseconds;
/// <see cref="WaitForAsync"/> waits for an event just acknowledged. While a projection is filled anew its
/// tables are incomplete, and <see cref="Lag"/> says by how much.
/// </remarks>
public sealed partial class ReadModel : IAsyncDisposable
{
    public const string FileName = "readmodel.db";

    /// <summary>Rows a query may give; a query for more is refused, so ask with a limit.</summary>
    public const int QueryRowsMax = 10_000;

    private readonly IJournal _journal;
    private readonly string _path;
    private readonly ProjectionRunner _runner;
    private readonly IDisposable _subscription;
    private readonly ConcurrentBag<SqliteConnection> _connections = [];
    private volatile bool _isClosed;

    private ReadModel(IJournal journal, string path, ProjectionRunner runner)
    {
        _journal = journal;
        _path = path;
        _runner = runner;
        _subscription = journal.OnCommitted(_ => runner.Wake());
        runner.Start();
    }

    /// <summary>Every projection has taken the events up to here.</summary>
    public long Ordering => Math.Min(_runner.Ordering, _journal.LastOrdering);

    /// <summary>Durable events that are not in the tables yet; a large number may be cut.</summary>
    public long Lag => _runner.Ordering is var reached && reached < _journal.LastOrdering
        ? _journal.CountAfter(reached)
        : 0;

    /// <summary>Not null once a projection could not go on; its tables stay as they were.</summary>
    public Exception? Failure => _runner.Failure;

    /// <summary>Opens or makes the read model of a directory and begins to bring it up to the journal.</summary>
    /// <param name="decode">Used by one thread, such as <see cref="ProjectedEvent.Decoder"/>.</param>
    /// <exception cref="ArgumentException">Two projections share a name or a table, or a name is not plain.</exception>
    public static ReadModel Open(
        string directory, IJournal journal, Func<StoredEvent, ProjectedEvent> decode,
        IReadOnlyList<IProjection> projections)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(projections);
        RequirePlain(projections);
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, FileName);
        var connection = SqliteConnection.OpenForWriting(path);
        try
        {
            // After a power cut rows and place may both be some commits older; the journal has the events.
            connection.Execute("pragma journal_mode=WAL");
            connection.Execute("pragma synchronous=NORMAL");
            return new ReadModel(journal, path, new ProjectionRunner(journal, decode, connection, projections));
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs a query; its parameters are <c>?1</c>, <c>?2</c> and so on. Whole numbers
    /// come as long, amounts as text.</summary>
    /// <exception cref="SqliteException">The query is wrong, or would write.</exception>
    /// <exception cref="InvalidOperationException">It gives more than <see cref="QueryRowsMax"/> rows.</exception>
    public IReadOnlyList<IReadOnlyDictionary<string, object?>> Query(string sql, params object?[] parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (!_connections.TryTake(out var connection))
        {
            connection = SqliteConnection.OpenForReading(_path);
        }

        try
        {
            using var statement = connection.Prepare(sql);
            for (var i = 0; i < parameters.Length; i++)
            {
                statement.Bind(i + 1, RowWriter.Stored(parameters[i]));
            }

            return RowsOf(statement);
        }
        finally
        {
            _connections.Add(connection);
            if (_isClosed && _connections.TryTake(out var late))
            {
                late.Dispose();
            }
        }
    }

    /// <summary>Ends when the event is in the tables; fails if a projection stops before.</summary>
    public Task WaitForAsync(long ordering) => _runner.WaitForAsync(ordering);

    public async ValueTask DisposeAsync()
    {
        _subscription.Dispose();
        await _runner.StopAsync().ConfigureAwait(false);
        _isClosed = true;
        while (_connections.TryTake(out var connection))
        {
            connection.Dispose();
        }
    }

    private static List<IReadOnlyDictionary<string, object?>> RowsOf(SqliteStatement statement)
    {
        var rows = new List<IReadOnlyDictionary<string, object?>>();
        var names = Enumerable.Range(0, statement.ColumnCount).Select(statement.ColumnName).ToArray();
        while (statement.Step())
        {
            if (rows.Count == QueryRowsMax)
            {
                throw new InvalidOperationException(
                    $"The query gives more than {QueryRowsMax} rows: ask with a limit.");
            }

            var row = new Dictionary<string, object?>(names.Length, StringComparer.Ordinal);
            for (var i = 0; i < names.Length; i++)
            {
                row[names[i]] = statement.Value(i);
            }

            rows.Add(row);
        }

        return rows;
    }

    // Names become part of the SQL text.
    private static void RequirePlain(IReadOnlyList<IProjection> projections)
    {
        var tables = projections.SelectMany(p => p.Tables).ToList();
        var names = tables.Select(t => t.Name).Concat(tables.SelectMany(t => t.Columns).Select(c => c.Name));
        if (names.FirstOrDefault(n => !Plain().IsMatch(n)) is { } odd)
        {
            throw new ArgumentException(
                $"'{odd}' is no name of a table or column: use lower-case letters, digits and '_'.");
        }

        if (tables.DistinctBy(t => t.Name).Count() < tables.Count
            || projections.DistinctBy(p => p.Name).Count() < projections.Count)
        {
            throw new ArgumentException("Two projections share a name or a table.");
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9_]*$")]
    private static partial Regex Plain();
}
