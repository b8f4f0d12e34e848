using Npgsql;
using NpgsqlTypes;

namespace ActorTrade.Journal.Postgres;

/// <summary>The writer's connection and what runs on it.</summary>
internal sealed class WriterSession : IDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly string _schema;

    private WriterSession(NpgsqlConnection connection, string schema)
    {
        _connection = connection;
        _schema = schema;
        PostgresSchema.Check(connection, schema);
        Run("select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'");

        // The statement is planned once, while the table of wake-ups is small, and would compare each of its rows with
        // each wake-up that ends for as long as the session lasts: 593 ms instead of 5 for 500 events and 4,000 rows.
        // What cannot do without nested loops is costed so high then that the server would compile it each time.
        Run("set enable_nestloop = off; set jit = off");
        Append = new AppendStatement(connection);
    }

    public AppendStatement Append { get; }

    public static WriterSession Open(PostgresSources sources, string schema)
    {
        var connection = sources.Primary.OpenConnection();
        try
        {
            return new WriterSession(connection, schema);
        }
        catch
        {
            // Whatever it was, the connection does not stay behind.
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Whether the server is there.</summary>
    public void Ping() => Run("select 1");

    /// <summary>
    /// Raises the epochs of shards that this node holds: waits for whatever may still run under the old ones, and keeps
    /// it from storing anything if it has not begun.
    /// </summary>
    /// <returns>Those that another node has taken.</returns>
    public IReadOnlyList<HeldShard> Renew(IReadOnlyCollection<HeldShard> shards)
    {
        var lost = new List<HeldShard>();
        foreach (var shard in shards.OrderBy(s => s.Shard))
        {
            using var command = new NpgsqlCommand(
                "update shard_epoch set epoch = epoch + 1 where role = $1 and shard = $2 and epoch = $3 "
                + "returning epoch",
                _connection);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = shard.Shard.Role });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = shard.Shard.Number });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = shard.Epoch });
            if (command.ExecuteScalar() is long epoch)
            {
                shard.Epoch = epoch;
            }
            else
            {
                lost.Add(shard);
            }
        }

        return lost;
    }

    /// <summary>Which of these entities already have an event of these numbers.</summary>
    public HashSet<string> Taken(IReadOnlyCollection<(string Id, long SequenceNr)> places)
    {
        using var command = new NpgsqlCommand(
            """
            select distinct j.persistence_id
            from unnest($1, $2) as u(id, sequence_nr)
            join journal j on j.persistence_id = u.id and j.sequence_nr = u.sequence_nr
            """,
            _connection);
        command.Parameters.Add(new NpgsqlParameter<string[]>
        {
            TypedValue = [.. places.Select(p => p.Id)],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
        });
        command.Parameters.Add(new NpgsqlParameter<long[]>
        {
            TypedValue = [.. places.Select(p => p.SequenceNr)],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint,
        });
        var taken = new HashSet<string>(StringComparer.Ordinal);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            taken.Add(reader.GetString(0));
        }

        return taken;
    }

    /// <summary>For a server that turns out to be younger than what was loaded into it.</summary>
    public void RaiseBase() =>
        PostgresSchema.RaiseBaseAsync(_connection, CancellationToken.None).GetAwaiter().GetResult();

    public void Dispose()
    {
        // A connection that is lost has nothing to give back; the pool drops it.
        Append.Dispose();
        _connection.Dispose();
    }

    private void Run(string sql)
    {
        using var command = new NpgsqlCommand(sql, _connection);
        command.ExecuteNonQuery();
    }
}
