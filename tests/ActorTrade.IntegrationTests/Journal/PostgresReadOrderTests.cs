using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Postgres;
using ActorTrade.Journal.Projections;
using ActorTrade.TestServers;
using Npgsql;

namespace ActorTrade.IntegrationTests.Journal;

/// <summary>Transactions become visible in another order than they began: no reader may miss one for that.</summary>
public sealed class PostgresReadOrderTests(OwnPostgres postgres) : IClassFixture<OwnPostgres>, IAsyncLifetime
{
    private static readonly EntityId Slow = new("counter", "slow");
    private static readonly EntityId Fast = new("counter", "fast");

    private readonly string _schema = PostgresProbe.NewSchema();
    private readonly TemporaryDirectory _directory = new();
    private readonly PostgresServer _server = postgres.Server;
    private PostgresJournal _journal = null!;

    public async ValueTask InitializeAsync() => _journal = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Nothing_is_skipped_while_another_writer_holds_its_transaction_open()
    {
        await using var open = await OpenWriterAsync();
        await AppendAsync(Fast, 1, 1, 2);
        Assert.Empty(_journal.ReadAll(0));
        await open.CommitAsync();
        var read = _journal.ReadAll(0).ToList();
        Assert.Equal([(Slow, 1L), (Fast, 1L), (Fast, 2L)], read.Select(e => (e.Entity, e.SequenceNr)));
        Assert.Equal(read.Skip(1).Select(e => e.Ordering), _journal.ReadAll(read[0].Ordering).Select(e => e.Ordering));
        await Eventually.TrueAsync(() => _journal.CountAfter(read[0].Ordering) == 2, "two events are counted");
        Assert.Equal(read[^1].Ordering, _journal.LastOrdering);
    }

    [Fact]
    public async Task A_projection_waits_for_the_open_transaction_and_counts_every_event_once()
    {
        await AppendAsync(Fast, 1, 1);
        await using var model = ReadModel.Open(
            _directory.Path, _journal, ProjectedEvent.Decoder(Counter.Catalog), [new Seen()]);
        await model.WaitForAsync(_journal.LastOrdering);
        var open = await OpenWriterAsync();
        await AppendAsync(Fast, 2, 2, 3);
        var last = _journal.LastOrdering;
        var waiting = model.WaitForAsync(last);
        Assert.True(model.Lag > 0);
        Assert.False(waiting.IsCompleted);
        Assert.Single(model.Query("select * from seen"));
        await open.CommitAsync();
        await waiting.WaitAsync(PostgresProbe.Patience);
        Assert.Equal(
            ["counter-fast 1", "counter-slow 1", "counter-fast 2", "counter-fast 3"],
            model.Query("select what from seen order by ordering").Select(r => r["what"]));
        await Eventually.TrueAsync(() => model.Lag == 0, "nothing is behind");
        await open.DisposeAsync();
    }

    [Fact]
    public async Task Commits_of_other_nodes_are_told_to_listeners()
    {
        await using var other = await OpenAsync("node-2");
        var heard = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listening = _journal.OnCommitted(last => heard.TrySetResult(last));
        var stream = (await other.RecoverAsync(Fast)).Stream;
        await other.Queue(stream, 1, null, [Counter.Added(1)]).Outcome;
        Assert.Equal(other.LastOrdering, await heard.Task.WaitAsync(PostgresProbe.Patience));
        Assert.Equal(other.LastOrdering, _journal.LastOrdering);
    }

    [Fact]
    public async Task Many_writers_and_a_reader_agree()
    {
        var journals = new List<PostgresJournal> { _journal, await OpenAsync("node-2"), await OpenAsync("node-3") };
        var writing = Task.WhenAll(journals.Select((journal, n) => Task.Run(() => WriteAsync(journal, n))));
        var read = new List<StoredEvent>();
        while (!writing.IsCompleted)
        {
            read.AddRange(_journal.ReadAll(read.Count == 0 ? 0 : read[^1].Ordering));
        }

        await writing;
        read.AddRange(_journal.ReadAll(read[^1].Ordering));
        Assert.Equal(3 * 400, read.Count);
        Assert.All(read.Zip(read.Skip(1)), pair => Assert.True(pair.First.Ordering < pair.Second.Ordering));
        Assert.All(read.GroupBy(e => e.Entity), events => Assert.Equal(
            Enumerable.Range(1, 400).Select(i => (long)i), events.Select(e => e.SequenceNr)));
        foreach (var journal in journals.Skip(1))
        {
            await journal.DisposeAsync();
        }

        static async Task WriteAsync(PostgresJournal journal, int number)
        {
            var entity = PostgresProbe.EntitiesOf(new("trade", number), 1)[0];
            var stream = (await journal.RecoverAsync(entity)).Stream;
            for (var i = 1; i <= 400; i++)
            {
                Assert.Equal(AppendOutcome.Stored, await journal.AppendAsync(stream, i, $"{i}"));
            }
        }
    }

    private Task<PostgresJournal> OpenAsync(string owner = "node-1") => PostgresProbe.OpenAsync(
        _schema,
        o => o with
        {
            Owner = owner,
            TakesShardsOnDemand = true,
            ReadPatience = TimeSpan.FromMilliseconds(50),
        },
        _server);

    private async Task AppendAsync(EntityId entity, long first, params long[] amounts)
    {
        var stream = (await _journal.RecoverAsync(entity)).Stream;
        var append = _journal.Queue(stream, first, null, [.. amounts.Select(a => Counter.Added(a))]);
        Assert.Equal(AppendOutcome.Stored, await append.Outcome);
    }

    private async Task<OpenWriter> OpenWriterAsync()
    {
        var connection = new NpgsqlConnection(_server.ConnectionString + $";Search Path={_schema};Pooling=false");
        await connection.OpenAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(
            """
            insert into journal select $1, 1, 0, null, 'counter.added.v1', $2,
                base + (pg_current_xact_id()::text::bigint << 16) from ordering_base
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Slow.ToString() });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Counter.Added(7).Payload });
        await command.ExecuteNonQueryAsync();
        return new OpenWriter(connection, transaction);
    }

    private sealed class OpenWriter(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        public Task CommitAsync() => transaction.CommitAsync();

        public async ValueTask DisposeAsync() => await connection.DisposeAsync();
    }

    private sealed class Seen : IProjection
    {
        public string Name => "seen";

        public int Version => 1;

        public IReadOnlyList<TableDefinition> Tables =>
            [new("seen", [new("ordering", ColumnType.Integer), new("what", ColumnType.Text)], ["ordering"])];

        public IEnumerable<RowChange> Project(ProjectedEvent projected) =>
        [
            new RowChange.Insert(
                "seen", new("ordering", projected.Ordering), new("what", $"{projected.Entity} {projected.SequenceNr}")),
        ];
    }
}
