using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Projections;
using ActorTrade.Journal.Sqlite;
using ActorTrade.Journal.Verification;

namespace ActorTrade.IntegrationTests.Journal;

public sealed class JournalVerifierTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_whole_journal_is_clean_and_its_hash_follows_from_its_states()
    {
        await FillAsync();
        var observer = new TotalObserver(expected: 1 + 2 + 3 + 4 + 10 + 20);
        var report = Verify(observer: observer);
        Assert.Empty(report.Problems);
        Assert.True(report.IsClean);
        Assert.Equal((6L, 2L, 1L, 1L), (report.Events, report.Entities, report.Snapshots, report.SnapshotsCompared));
        Assert.Equal(64, report.StateHash.Length);
        Assert.Equal(["counter-a", "counter-b"], observer.Folded);

        using var other = new TemporaryDirectory();
        await FillAsync(other.Path, interleaved: true, withSnapshot: false);
        Assert.Equal(report.StateHash, Verify(other.Path).StateHash);
        using var different = new TemporaryDirectory();
        await FillAsync(different.Path, last: 21);
        Assert.NotEqual(report.StateHash, Verify(different.Path).StateHash);
    }

    [Theory]
    [InlineData("update events set payload = x'01' where ordering = 2", 2, "checksum")]
    [InlineData("delete from events where ordering = 3", 3, "missing")]
    [InlineData("update events set sequence_nr = 9 where ordering = 6", 6, "checksum")]
    [InlineData("update heads set sequence_nr = 3, ordering = 3 where entity = 1", 0, "checksum")]
    [InlineData("delete from heads where entity = 2", 6, "head")]
    [InlineData("delete from events where ordering = 6", 6, "missing")]
    [InlineData("update snapshots set sequence_nr = 1", 0, "snapshot")]
    [InlineData("delete from names", 1, "missing")]
    public async Task Damage_is_reported_with_its_position(string damage, long position, string word)
    {
        await FillAsync();
        using (var connection = SqliteConnection.OpenForWriting(_directory.File("journal.db")))
        {
            connection.Execute(damage);
        }

        var report = Verify();
        Assert.False(report.IsClean);
        Assert.Contains(report.Problems, p => p.Ordering == position
            && p.What.Contains(word, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_snapshot_that_says_otherwise_than_the_events_is_found()
    {
        await FillAsync(wrongBy: 1);
        var problem = Assert.Single(Verify().Problems);
        Assert.Contains("differs", problem.What, StringComparison.Ordinal);
        Assert.Equal(4, problem.Ordering);
    }

    [Fact]
    public async Task A_broken_law_and_an_unknown_kind_are_found()
    {
        await FillAsync();
        Assert.Contains(Verify(observer: new TotalObserver(expected: 41)).Problems, p => p.What == "the total is 40");
        var report = JournalVerifier.Verify(_directory.Path, [], Counter.Catalog);
        Assert.Contains("no entity kind 'counter'", Assert.Single(report.Problems).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_asks_for_the_journal_alone_and_for_one_that_is_there()
    {
        Assert.Throws<FileNotFoundException>(() => Verify());
        await using var journal = SqliteJournal.Open(_directory.Path);
        Assert.Throws<JournalHeldException>(() => Verify());
    }

    private VerificationReport Verify(string? directory = null, IVerificationObserver? observer = null) =>
        JournalVerifier.Verify(
        directory ?? _directory.Path, [Counter.Definition], Counter.Catalog, observer is null ? [] : [observer]);

    private async Task FillAsync(
        string? directory = null, bool interleaved = false, bool withSnapshot = true, long wrongBy = 0, long last = 20)
    {
        await using var journal = SqliteJournal.Open(directory ?? _directory.Path);
        var a = (await journal.RecoverAsync(new EntityId("counter", "a"))).Stream;
        var b = (await journal.RecoverAsync(new EntityId("counter", "b"))).Stream;
        var first = journal.Queue(a, 1, null, [Counter.Added(1), Counter.Added(2)]);
        if (interleaved)
        {
            await journal.Queue(b, 1, null, [Counter.Added(10)]).Outcome;
        }

        await journal.Queue(a, 3, null, [Counter.Added(3), Counter.Added(4)]).Outcome;
        if (!interleaved)
        {
            await journal.Queue(b, 1, null, [Counter.Added(10)]).Outcome;
        }

        await journal.Queue(b, 2, null, [Counter.Added(last)]).Outcome;
        if (withSnapshot)
        {
            journal.SaveSnapshot(a, Counter.SnapshotOf(2, 3 + wrongBy, 2));
        }

        Assert.Equal(AppendOutcome.Stored, await first.Outcome);
    }

    private sealed class TotalObserver(long expected) : IVerificationObserver
    {
        private long _total;

        public List<string> Folded { get; } = [];

        public void Event(in ProjectedEvent projected) => _total += ((Counter.Event.Added)projected.Event).Amount;

        void IVerificationObserver.Folded(EntityId entity, IEntityFold fold) => Folded.Add(entity.ToString());

        public IReadOnlyList<string> Finished() => _total == expected ? [] : [$"the total is {_total}"];
    }
}
