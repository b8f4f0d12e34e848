using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Postgres;
using ActorTrade.Journal.Sqlite;
using ActorTrade.Journal.Verification;
using ActorTrade.TestServers;
using Npgsql;

namespace ActorTrade.IntegrationTests.Journal;

public sealed class PostgresVerificationTests : IAsyncLifetime
{
    private readonly string _schema = PostgresProbe.NewSchema();
    private PostgresServer _server = null!;
    private PostgresJournal _journal = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await SharedServers.PostgresAsync();
        _journal = await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        await _server.ExecuteAsync($"drop schema {_schema} cascade");
    }

    [Fact]
    public async Task The_same_events_verify_to_the_same_hash_as_in_sqlite()
    {
        using var directory = new TemporaryDirectory();
        await using (var sqlite = SqliteJournal.Open(directory.Path))
        {
            await FillAsync(sqlite, snapshotTotal: 6);
        }

        await FillAsync(_journal, snapshotTotal: 6);
        await ReopenAsync();
        var report = Verify();
        Assert.Empty(report.Problems);
        Assert.Equal((6L, 2L, 1L), (report.Events, report.Entities, report.Snapshots));
        Assert.Equal(1, report.SnapshotsCompared);
        var inFile = JournalVerifier.Verify(directory.Path, [Counter.Definition], Counter.Catalog);
        Assert.Equal(inFile.StateHash, report.StateHash);
    }

    [Fact]
    public async Task A_missing_event_and_a_wrong_snapshot_are_found()
    {
        await FillAsync(_journal, snapshotTotal: 7);
        await ReopenAsync();
        await _server.ExecuteAsync(
            $"delete from {_schema}.journal where persistence_id = 'counter-b' and sequence_nr = 2");
        var problems = Verify().Problems.Select(p => p.What).ToList();
        Assert.Equal(2, problems.Count);
        Assert.Contains("it is event 3 of counter-b, after event 1", problems);
        Assert.Contains("counter-a folded from its snapshot at 3 differs from its events", problems);
    }

    [Fact]
    public async Task A_journal_that_others_write_to_is_found_whole()
    {
        await using var second = await OpenAsync("node-2");
        await using var third = await OpenAsync("node-3");
        using var stop = new CancellationTokenSource();
        PostgresJournal[] writers = [_journal, second, third];
        var writing = Task.WhenAll(writers.Select((journal, n) => Task.Run(() => WriteAsync(journal, n, stop.Token))));
        long events = 0;
        for (var round = 0; round < 10; round++)
        {
            var report = await VerifyAnewAsync();
            Assert.Empty(report.Problems);
            Assert.True(report.Events >= events);
            events = report.Events;
        }

        await stop.CancelAsync();
        await writing;
        Assert.True(events > 0);
        Assert.Equal(3, (await VerifyAnewAsync()).SnapshotsCompared);

        async Task<VerificationReport> VerifyAnewAsync()
        {
            await using var reader = await OpenAsync("reader");
            return Verify(reader);
        }
    }

    [Fact]
    public async Task A_snapshot_whose_event_an_open_transaction_hides_is_waited_for()
    {
        await using var other = new NpgsqlConnection(_server.ConnectionString + ";Pooling=false");
        await other.OpenAsync();
        await using var open = await other.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("select pg_current_xact_id()::text", other))
        {
            await command.ExecuteScalarAsync();
        }

        await FillAsync(_journal, snapshotTotal: 6);
        await PostgresProbe.EventuallyAsync(() => _journal.ReadSnapshots().Any());
        await using var reader = await OpenAsync("reader", TimeSpan.FromMilliseconds(20));
        var looks = 0;
        var verifying = Task.Run(() => Verify(reader, _ => Interlocked.Increment(ref looks)));
        await PostgresProbe.EventuallyAsync(() => Volatile.Read(ref looks) > 1);
        Assert.False(verifying.IsCompleted);
        await open.CommitAsync();
        var report = await verifying.WaitAsync(PostgresProbe.Patience);
        Assert.Empty(report.Problems);
        Assert.Equal((6L, 1L), (report.Events, report.SnapshotsCompared));
    }

    [Fact]
    public async Task A_snapshot_whose_event_is_lost_is_found()
    {
        await FillAsync(_journal, snapshotTotal: 6);
        await ReopenAsync();
        await _server.ExecuteAsync(
            $"delete from {_schema}.journal where persistence_id = 'counter-a' and sequence_nr = 3");
        var problem = Assert.Single(Verify().Problems);
        Assert.Equal("the snapshot of counter-a is of event 3, which is missing", problem.What);
    }

    // A snapshot every third event.
    private static async Task WriteAsync(PostgresJournal journal, int number, CancellationToken stop)
    {
        var stream = (await journal.RecoverAsync(new EntityId("counter", $"busy-{number}"))).Stream;
        for (var i = 1; !stop.IsCancellationRequested; i += 3)
        {
            var append = journal.Queue(stream, i, null, [Counter.Added(1), Counter.Added(2), Counter.Added(3)]);
            Assert.Equal(AppendOutcome.Stored, await append.Outcome);
            journal.SaveSnapshot(stream, Counter.SnapshotOf(i + 2, (i + 2) * 2, i + 2));
        }
    }

    private static async Task FillAsync(IJournal journal, long snapshotTotal)
    {
        foreach (var key in new[] { "a", "b" })
        {
            var stream = (await journal.RecoverAsync(new EntityId("counter", key))).Stream;
            await journal.Queue(stream, 1, null, [Counter.Added(1), Counter.Added(2), Counter.Added(3)]).Outcome;
            if (key == "a")
            {
                journal.SaveSnapshot(stream, Counter.SnapshotOf(3, snapshotTotal, 3));
            }
        }
    }

    private VerificationReport Verify() => Verify(_journal);

    private static VerificationReport Verify(IJournal journal, Action<long>? progress = null) =>
        JournalVerifier.Verify(journal, [Counter.Definition], Counter.Catalog, progress: progress);

    private async Task ReopenAsync()
    {
        await _journal.DisposeAsync();
        _journal = await OpenAsync();
    }

    private Task<PostgresJournal> OpenAsync(string owner = "node-1", TimeSpan? patience = null) =>
        PostgresProbe.OpenAsync(
            _schema,
            o => o with
            {
                Owner = owner,
                TakesShardsOnDemand = true,
                ReadPatience = patience ?? o.ReadPatience,
            });
}
