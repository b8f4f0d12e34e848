using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Postgres;
using ActorTrade.TestServers;

namespace ActorTrade.IntegrationTests.Journal;

public sealed class PostgresSchemaTests : IAsyncLifetime
{
    private static readonly EntityId Id = new("probe", "a");
    private readonly string _schema = PostgresProbe.NewSchema();
    private PostgresServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await SharedServers.PostgresAsync();

    public async ValueTask DisposeAsync() =>
        await _server.ExecuteAsync($"drop schema if exists {_schema} cascade");

    [Fact]
    public async Task Nodes_that_start_together_make_the_schema_once()
    {
        var journals = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OpenAsync()));
        foreach (var journal in journals)
        {
            await journal.DisposeAsync();
        }

        await using var database = new PostgresDatabase(_server.ConnectionString, _schema, "tests");
        var status = await database.ReadStatusAsync();
        Assert.Equal(PostgresDatabase.SchemaVersionKnown, status.SchemaVersion);
        Assert.Equal((false, true), (status.IsReplica, status.IsDurable));
    }

    [Fact]
    public async Task A_newer_schema_is_refused_with_both_versions_and_what_to_do()
    {
        await (await OpenAsync()).DisposeAsync();
        await _server.ExecuteAsync($"insert into {_schema}.schema_version(version) values(99)");
        var refusal = await Assert.ThrowsAsync<SchemaTooNewException>(() => OpenAsync());
        Assert.Equal((PostgresDatabase.SchemaVersionKnown, 99), (refusal.Known, refusal.Found));
        Assert.Contains("99", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Start the newer program", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_number_of_shards_is_refused_with_both_numbers()
    {
        await (await OpenAsync(("trade", 16), ("market", 4))).DisposeAsync();
        await (await OpenAsync(("trade", 16), ("chain", 8))).DisposeAsync();
        var refusal = await Assert.ThrowsAsync<ShardCountMismatchException>(() => OpenAsync(("market", 8)));
        Assert.Equal(("market", 8, 4), (refusal.Role, refusal.Configured, refusal.Stored));
        await using var database = new PostgresDatabase(_server.ConnectionString, _schema, "tests");
        Assert.Equal(
            [("chain", 8), ("market", 4), ("trade", 16)],
            (await database.ReadIdentityAsync()).Select(r => (r.Role, r.Shards)));
    }

    [Fact]
    public async Task Operators_see_who_owns_which_shard()
    {
        await using var journal = await OpenAsync();
        await journal.TakeOverAsync(new("trade", 2));
        await journal.TakeOverAsync(new("trade", 1));
        await journal.TakeOverAsync(new("trade", 2));
        await using var database = new PostgresDatabase(_server.ConnectionString, _schema, "tests");
        Assert.Equal(
            [("trade/1", 1L, "node-1"), ("trade/2", 2L, "node-1")],
            (await database.ReadOwnersAsync()).Select(o => (o.Shard.ToString(), o.Epoch, o.Owner)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task In_a_server_younger_than_the_dump_new_events_still_come_last(bool isSeenAtStart)
    {
        await using (var journal = await OpenAsync())
        {
            await journal.AppendAsync(await TakeAsync(journal), 1, "a", "b");
        }

        // As after loading a dump from a server that had counted a billion more transactions; loaded under a running
        // node, the first commit meets an ordering that is taken.
        await using var running = await OpenAsync();
        var stream = await TakeAsync(running);
        await _server.ExecuteAsync(
            isSeenAtStart
                ? $"update {_schema}.journal set ordering = ordering + (1000000000::bigint << 16)"
                : $"insert into {_schema}.journal select 'probe-z', n, 0, null, 'x', 'x', base + ((n + "
                    + "pg_snapshot_xmax(pg_current_snapshot())::text::bigint) << 16) "
                    + $"from {_schema}.ordering_base, generate_series(1, 5000) n");
        await using var reopened = isSeenAtStart ? await OpenAsync() : null;
        var journalNow = reopened ?? running;
        stream = isSeenAtStart ? await TakeAsync(journalNow) : stream;
        Assert.Equal(AppendOutcome.Stored, await journalNow.AppendAsync(stream, 3, "c"));
        Assert.Equal("c", journalNow.ReadAll(0).Last().Text());
    }

    [Fact]
    public async Task A_schema_name_that_is_not_plain_is_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => PostgresProbe.OpenAsync("x; drop table journal"));

    private static async Task<EntityStream> TakeAsync(PostgresJournal journal)
    {
        await journal.TakeOverAsync(PostgresProbe.ShardOf(Id));
        return (await journal.RecoverAsync(Id)).Stream;
    }

    private Task<PostgresJournal> OpenAsync(params (string Role, int Count)[] shards) => PostgresProbe.OpenAsync(
        _schema, o => o with { ShardCounts = shards.ToDictionary(s => s.Role, s => s.Count) });
}
