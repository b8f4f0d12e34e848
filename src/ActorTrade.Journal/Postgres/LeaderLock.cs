using Npgsql;

namespace ActorTrade.Journal.Postgres;

/// <summary>
/// One of several processes leads: the one whose database session holds an advisory lock. Lost with the session, so two
/// may both believe to lead for a moment; what they decide must bear that.
/// </summary>
/// <param name="source">Connections to the database.</param>
/// <param name="name">What is led, unique in the database.</param>
public sealed class LeaderLock(NpgsqlDataSource source, string name) : IAsyncDisposable
{
    private NpgsqlConnection? _connection;
    private bool _isHeld;

    /// <summary>Takes the lock or finds that it is still held; not from two threads at once.</summary>
    /// <exception cref="NpgsqlException">The server is away; the lock is lost.</exception>
    public async Task<bool> TryHoldAsync(CancellationToken cancellation = default)
    {
        try
        {
            _connection ??= await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            var sql = _isHeld ? "select true" : "select pg_try_advisory_lock(hashtextextended($1, 0))";
            await using var command = new NpgsqlCommand(sql, _connection);
            if (!_isHeld)
            {
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            }

            return _isHeld = (bool)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
        }
        catch
        {
            // Whatever it was: a session in doubt does not hold the lock.
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isHeld = false;
        if (_connection is { } connection)
        {
            // The pool would keep the session, and with it the lock.
            _connection = null;
            NpgsqlConnection.ClearPool(connection);
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
