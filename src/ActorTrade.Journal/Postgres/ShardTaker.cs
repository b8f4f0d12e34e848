using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;
using Npgsql;
using NpgsqlTypes;

namespace ActorTrade.Journal.Postgres;

/// <summary>
/// Takes shards over, as many at once as wait. Raising an epoch waits for the earlier owner's append that is under way,
/// so whoever reads afterwards sees all that was ever acknowledged.
/// </summary>
internal sealed class ShardTaker(JournalPlace place, PostgresSources sources, PostgresJournalOptions options)
{
    private const string TakeSql =
        """
        insert into shard_epoch as e(role, shard, epoch, owner)
        select c.role, c.shard, 1, $3 from unnest($1, $2) as c(role, shard) order by c.role, c.shard
        on conflict (role, shard) do update set epoch = e.epoch + 1, owner = excluded.owner, taken_at = now()
        returning role, shard, epoch
        """;

    // One whose time has passed is looked up: most of those want nothing any more, and recovering each would be dear.
    // Nobody can append to these shards meanwhile.
    private const string WakesSql =
        """
        with candidates as materialized (
            select w.persistence_id, w.role, w.shard, w.due,
                case when w.due > $3 then w.due else (
                    select j.wake_at from journal j where j.persistence_id = w.persistence_id
                    order by j.sequence_nr desc limit 1) end as wanted
            from unnest($1, $2) as c(role, shard) join entity_wake w on w.role = c.role and w.shard = c.shard),
        forgotten as (
            delete from entity_wake w using candidates c
            where c.wanted is null and w.persistence_id = c.persistence_id)
        select role, shard, persistence_id, wanted from candidates where wanted is not null
        """;

    public void Take(List<ShardRequest> requests)
    {
        var shards = requests.Where(r => !(r.OnlyIfNotHeld && IsHeld(r.Shard)))
            .Select(r => r.Shard).Distinct().Order().ToArray();
        var results = shards.Length == 0 ? [] : TakeOrSayWhyNot(shards);
        foreach (var request in requests)
        {
            try
            {
                request.Taken(results.GetValueOrDefault(request.Shard) ?? new(request.Shard, 0, [], null));
            }
            catch (Exception e)
            {
                // A bug of the listener must not keep the others from hearing.
                place.Fail(e);
            }
        }
    }

    private bool IsHeld(ShardId shard)
    {
        lock (place.Gate)
        {
            return place.Holding(shard) is not null;
        }
    }

    private Dictionary<ShardId, ShardTakeOver> TakeOrSayWhyNot(ShardId[] shards)
    {
        try
        {
            return Take(shards);
        }
        catch (Exception e)
        {
            // Whatever it was, those who asked decide whether to try again.
            var reason = e is NpgsqlException or TimeoutException ? new JournalUnavailableException(e.Message, e) : e;
            return shards.ToDictionary(s => s, s => new ShardTakeOver(s, 0, [], reason));
        }
    }

    private Dictionary<ShardId, ShardTakeOver> Take(ShardId[] shards)
    {
        using var connection = sources.Primary.OpenConnection();
        var epochs = new Dictionary<ShardId, long>();
        using (var command = Command(connection, TakeSql, shards))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = options.Owner });
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                epochs[new ShardId(reader.GetString(0), reader.GetInt32(1))] = reader.GetInt64(2);
            }
        }

        var wakes = shards.ToDictionary(s => s, _ => new List<(EntityId Entity, DateTimeOffset WakeAt)>());
        using (var command = Command(connection, WakesSql, shards))
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = options.Time.GetUtcNow().UtcTicks });
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                wakes[new ShardId(reader.GetString(0), reader.GetInt32(1))]
                    .Add((EntityId.Parse(reader.GetString(2)), StoredRow.TimeOf(reader.GetInt64(3))));
            }
        }

        foreach (var shard in shards)
        {
            place.Take(new HeldShard(shard, epochs[shard]));
        }

        return shards.ToDictionary(s => s, s => new ShardTakeOver(s, epochs[s], wakes[s], null));
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, ShardId[] shards)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter<string[]>
        {
            TypedValue = [.. shards.Select(s => s.Role)],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
        });
        command.Parameters.Add(new NpgsqlParameter<int[]>
        {
            TypedValue = [.. shards.Select(s => s.Number)],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer,
        });
        return command;
    }
}

/// <summary>A wish to hold a shard.</summary>
internal sealed record ShardRequest(ShardId Shard, Action<ShardTakeOver> Taken)
{
    /// <summary>Nothing is taken, and epoch 0 told, where this node already holds it.</summary>
    public bool OnlyIfNotHeld { get; init; }
}
