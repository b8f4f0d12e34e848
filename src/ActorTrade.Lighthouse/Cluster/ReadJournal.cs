using ActorTrade.Cluster.Hosting;
using ActorTrade.Domain;
using ActorTrade.Domain.Ledger;
using ActorTrade.Journal;
using ActorTrade.Journal.Postgres;
using ActorTrade.Journal.Verification;

namespace ActorTrade.Lighthouse.Cluster;

/// <summary>The journal in PostgreSQL, read while nodes write.</summary>
internal sealed class ReadJournal(ClusterServers servers) : IJournalInspection
{
    private static readonly TimeSpan OpenWithin = TimeSpan.FromSeconds(2);

    public Task<JournalVerification> VerifyAsync(Action<long> progress, CancellationToken cancelled) => WithAsync(
        journal => Task.Factory.StartNew(
            () => Verify(journal, progress), cancelled, TaskCreationOptions.LongRunning, TaskScheduler.Default),
        cancelled);

    public Task<JournalSize> SizeAsync(CancellationToken cancelled) => WithAsync(
        journal =>
        {
            var statistics = journal.Statistics();
            return Task.FromResult(new JournalSize(
                statistics.Events, statistics.Bytes, statistics.Entities, statistics.Snapshots));
        },
        cancelled);

    private static JournalVerification Verify(PostgresJournal journal, Action<long> progress)
    {
        var conservation = new ConservationLedger();
        var report = JournalVerifier.Verify(
            journal, EntityKinds.All, EntityKinds.Catalog(), [new LawCheck(conservation)], progress);
        return new JournalVerification(report, conservation.Report());
    }

    private async Task<T> WithAsync<T>(Func<PostgresJournal, Task<T>> read, CancellationToken cancelled)
    {
        try
        {
            await using var journal = await servers.OpenJournalAsync(
                OpenWithin, _ => { }, TimeProvider.System, cancelled);
            return await read(journal);
        }
        catch (Exception e) when (e is Npgsql.NpgsqlException or ServersAwayException or JournalUnavailableException
            or SchemaTooNewException or ShardCountMismatchException or JournalDamagedException)
        {
            throw new InspectionException(e.Message);
        }
    }
}
