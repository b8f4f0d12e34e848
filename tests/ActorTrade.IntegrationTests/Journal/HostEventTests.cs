using System.Text;
using ActorTrade.Domain;
using ActorTrade.Domain.Ledger;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Journal;
using ActorTrade.Journal.Entities;
using ActorTrade.Journal.Projections;
using ActorTrade.Journal.Sqlite;
using ActorTrade.Journal.Verification;
using ActorTrade.Node.Commands;
using ActorTrade.Node.ReadModel;

namespace ActorTrade.IntegrationTests.Journal;

/// <summary>Whoever reads the journal takes a host's facts as they are: part of the order, not of the entity.</summary>
public sealed class HostEventTests : IDisposable
{
    private static readonly EntityId Alice = new("account", "alice");

    private static readonly HostEvent.CommandPoisoned Poisoned = new(
        new Guid(7, 7, 7, new byte[8]), "account.start-swap.v1", "alice", "OverflowException", "Too much.", 3);

    private readonly TemporaryDirectory _directory = new();
    private readonly TemporaryDirectory _without = new();

    public void Dispose()
    {
        _directory.Dispose();
        _without.Dispose();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Verification_folds_around_it(long snapshotAt)
    {
        await FillAsync(
            _directory.Path, snapshotAt, Counter.Added(1), Counter.Added(2), Stored(Counter.Catalog), Counter.Added(4));
        await FillAsync(_without.Path, snapshotAt: 0, Counter.Added(1), Counter.Added(2), Counter.Added(4));

        var report = Verify(_directory.Path);
        Assert.Empty(report.Problems);
        Assert.Equal((4L, 1L), (report.Events, report.SnapshotsCompared));
        Assert.Equal(Verify(_without.Path).StateHash, report.StateHash);
    }

    [Fact]
    public void It_moves_no_money_is_exported_and_audited()
    {
        var catalog = EntityKinds.Catalog();
        var (name, payload) = Stored(catalog);
        var stored = new StoredEvent(9, Alice, 4, JournalProbe.At, WakeAt: null, name, payload);
        var projected = ProjectedEvent.Decoder(catalog)(stored);

        Assert.Equal(Poisoned, projected.Event);
        Assert.Empty(Postings.Of(Alice, projected.Event));
        Assert.Single(new AuditTable().Project(projected));
        Assert.Empty(new TransactionsTable().Project(projected));
        var output = new MemoryStream();
        using (var lines = new EventLines(output, catalog))
        {
            lines.Write(stored);
        }

        var line = Encoding.UTF8.GetString(output.ToArray());
        Assert.Contains("\"event\":\"host.command-poisoned.v1\"", line, StringComparison.Ordinal);
        Assert.Contains("\"command\":\"account.start-swap.v1\"", line, StringComparison.Ordinal);
    }

    private static NewEvent Stored(EventCatalog catalog)
    {
        var context = new CommandContext(
            Poisoned.CommandId, "alice", JournalProbe.At, JournalProbe.At.AddHours(1), SystemMode.Active);
        return new NewEvent(
            catalog.NameOf(Poisoned),
            EventEnvelope.Write(catalog, new RecordWriter(), context, remember: true, Poisoned));
    }

    private static VerificationReport Verify(string directory) =>
        JournalVerifier.Verify(directory, [Counter.Definition], Counter.Catalog);

    private static async Task FillAsync(string directory, long snapshotAt, params NewEvent[] events)
    {
        await using var journal = SqliteJournal.Open(directory);
        var stream = (await journal.RecoverAsync(new EntityId("counter", "a"))).Stream;
        Assert.Equal(AppendOutcome.Stored, await journal.Queue(stream, 1, null, [.. events]).Outcome);
        if (snapshotAt > 0)
        {
            journal.SaveSnapshot(stream, Counter.SnapshotOf(snapshotAt, 3, 2));
        }
    }
}
