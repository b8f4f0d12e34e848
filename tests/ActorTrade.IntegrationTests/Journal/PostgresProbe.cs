using ActorTrade.EventSourcing;
using ActorTrade.Journal.Postgres;
using ActorTrade.Journal.Sharding;
using ActorTrade.TestServers;
using Npgsql;

namespace ActorTrade.IntegrationTests.Journal;

/// <summary>A server for one class of tests that the others must not disturb.</summary>
public sealed class OwnPostgres : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>Journals in PostgreSQL for tests: 16 shards, small pools.</summary>
internal static class PostgresProbe
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly ShardMap Map = new(16);
    private static int _schemas;

    /// <summary>A schema on the shared server that nobody else uses.</summary>
    public static string NewSchema() => $"test_{Interlocked.Increment(ref _schemas)}";

    public static ShardId ShardOf(EntityId entity) => new("trade", Map.ShardOf(entity));

    /// <summary>Entities of one shard.</summary>
    public static IReadOnlyList<EntityId> EntitiesOf(ShardId shard, int count) =>
        [.. Enumerable.Range(0, int.MaxValue).Select(i => new EntityId("probe", $"{i}"))
            .Where(e => ShardOf(e) == shard).Take(count)];

    public static async Task<PostgresJournal> OpenAsync(
        string schema, Func<PostgresJournalOptions, PostgresJournalOptions>? with = null,
        PostgresServer? server = null)
    {
        var options = Options(server ?? await SharedServers.PostgresAsync(), schema);
        return await PostgresJournal.OpenAsync(with is null ? options : with(options));
    }

    // Other tests' statements hold readers up for a moment, and the machine may be busy.
    public static PostgresJournalOptions Options(PostgresServer server, string schema) => new()
    {
        ConnectionString = server.ConnectionString,
        Schema = schema,
        Owner = "node-1",
        ShardOf = ShardOf,
        ReadPatience = TimeSpan.FromSeconds(5),
        RecoveriesAtOnce = 2,
        PoolSizeMax = 8,
    };

    public static Task<ShardTakeOver> TakeOverAsync(this IShardFences fences, ShardId shard)
    {
        var taken = new TaskCompletionSource<ShardTakeOver>(TaskCreationOptions.RunContinuationsAsynchronously);
        fences.TakeOver(shard, taken.SetResult);
        return taken.Task.WaitAsync(Patience);
    }

    public static async Task EventuallyAsync(Func<bool> holds)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, "It did not come true in time.");
            await Task.Delay(5);
        }
    }

    public static async Task ExecuteAsync(this PostgresServer server, string sql) => await server.ScalarAsync(sql);

    public static async Task<object?> ScalarAsync(this PostgresServer server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
