using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Postgres;
using ActorTrade.Journal.Sqlite;
using ActorTrade.Journal.Verification;
using ActorTrade.TestServers;

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

    private VerificationReport Verify() =>
        JournalVerifier.Verify(_journal, [Counter.Definition], Counter.Catalog);

    private async Task ReopenAsync()
    {
        await _journal.DisposeAsync();
        _journal = await OpenAsync();
    }

    private Task<PostgresJournal> OpenAsync() =>
        PostgresProbe.OpenAsync(_schema, o => o with { TakesShardsOnDemand = true });
}
