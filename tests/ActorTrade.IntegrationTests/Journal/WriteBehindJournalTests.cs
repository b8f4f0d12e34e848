using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Replay;
using ActorTrade.Journal.Sqlite;
using ActorTrade.Kernel;

namespace ActorTrade.IntegrationTests.Journal;

/// <summary>
/// The journal of a replay: what it confirms by the clock must be in the durable one, in the same order.
/// </summary>
public sealed class WriteBehindJournalTests : IAsyncLifetime
{
    private static readonly EntityId Alice = new("account", "alice");
    private static readonly EntityId Bob = new("account", "bob");
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(1);
    private readonly string _directory = Directory.CreateTempSubdirectory("actortrade-behind-").FullName;
    private readonly SimulatedTime _time = new();
    private WriteBehindJournal _journal = null!;

    public ValueTask InitializeAsync()
    {
        _journal = Open(new WriteBehindOptions { CommitDelay = Delay, InFlightMax = 64, RecentEvents = 32 });
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Nothing_is_heard_before_the_simulated_commit_and_all_of_it_then()
    {
        var recovery = new ProbeRecovery();
        _journal.Recover(Alice, recovery);
        Assert.False(recovery.Done.IsCompleted);
        _time.Advance(Delay);
        Assert.True(recovery.Done.IsCompleted);
        Assert.Equal(0, recovery.Last);

        var append = _journal.Queue(recovery.Stream, 1, null, "a", "b");
        Assert.Equal((0, 0), (append.Completions, _journal.LastOrdering));
        var committed = new List<long>();
        using var listening = _journal.OnCommitted(committed.Add);
        _time.Advance(Delay);
        Assert.Equal(AppendOutcome.Stored, await append.Outcome);
        Assert.Equal((2, 2L), (committed.Single(), _journal.LastOrdering));
    }

    [Fact]
    public void Entities_take_turns_and_the_durable_journal_has_the_same_order()
    {
        var random = new SeededRandom(7);
        var streams = Enumerable.Range(0, 40).Select(i => Recover(new EntityId("account", $"a{i}")).Stream).ToArray();
        var last = new long[streams.Length];
        for (var i = 0; i < 2_000; i++)
        {
            var at = random.NextInt(streams.Length);
            var texts = Enumerable.Range(0, 1 + random.NextInt(3)).Select(n => $"{i}.{n}").ToArray();
            _journal.Queue(streams[at], last[at] + 1, null, texts);
            last[at] += texts.Length;
            if (random.NextInt(4) == 0)
            {
                _time.Advance(Delay);
            }
        }

        _time.Advance(Delay);
        var recent = _journal.ReadAll(_journal.LastOrdering - 32).Select(Text).ToList();
        var all = _journal.ReadAll(0).Select(Text).ToList();
        Assert.Equal(last.Sum(), all.Count);
        Assert.Equal(all.TakeLast(32), recent);
        _journal.Flush();
        Assert.Equal(all.Count, _journal.Statistics().Events);

        static string Text(StoredEvent e) =>
            $"{e.Ordering} {e.Entity} {e.SequenceNr} {System.Text.Encoding.UTF8.GetString(e.Payload.Span)}";
    }

    [Fact]
    public async Task An_unloaded_entity_is_read_back_and_its_earlier_holder_is_fenced()
    {
        var before = Recover(Alice).Stream;
        _journal.Queue(before, 1, null, "a", "b", "c");
        _time.Advance(Delay);
        _journal.SaveSnapshot(before, new StoredSnapshot(2, "probe.snapshot.v1", new byte[] { 1, 2 }));
        _journal.Queue(before, 4, null, "d");
        _time.Advance(Delay);

        var again = Recover(Alice);
        Assert.Equal(4, again.Last);
        Assert.Equal(2, again.Snapshot!.SequenceNr);
        Assert.Equal(["c", "d"], again.Texts);
        var late = _journal.Queue(before, 5, null, "late");
        var next = _journal.Queue(again.Stream, 5, null, "e");
        _time.Advance(Delay);
        Assert.Equal(AppendOutcome.Fenced, await late.Outcome);
        Assert.Equal(AppendOutcome.Stored, await next.Outcome);
        _journal.Flush();
        Assert.Equal(5, _journal.Statistics().Events);
    }

    [Fact]
    public async Task A_sequence_number_that_does_not_follow_is_fenced()
    {
        var stream = Recover(Alice).Stream;
        var wrong = _journal.Queue(stream, 2, null, "a");
        _time.Advance(Delay);
        Assert.Equal(AppendOutcome.Fenced, await wrong.Outcome);
        Assert.Equal(0, _journal.LastOrdering);
        _journal.Flush();
    }

    [Fact]
    public async Task What_cannot_be_written_fails_the_flush()
    {
        await _journal.DisposeAsync();
        _journal = Open(new WriteBehindOptions { CommitDelay = Delay }, requestBytesMax: 10);
        var stream = Recover(Bob).Stream;
        var append = _journal.Queue(stream, 1, null, new string('x', 100));
        _time.Advance(Delay);
        Assert.Equal(AppendOutcome.Stored, await append.Outcome);
        Assert.Throws<InvalidOperationException>(_journal.Flush);
        Assert.NotNull(_journal.Failure);
    }

    [Fact]
    public async Task A_journal_that_holds_events_is_refused()
    {
        _journal.Queue(Recover(Alice).Stream, 1, null, "a");
        _time.Advance(Delay);
        await _journal.DisposeAsync();
        await using var durable = SqliteJournal.Open(_directory);
        Assert.Equal(1, durable.LastOrdering);
        Assert.Throws<ArgumentException>(() => new WriteBehindJournal(durable, _time));
    }

    private WriteBehindJournal Open(WriteBehindOptions options, long requestBytesMax = 1 << 20) => new(
        SqliteJournal.Open(_directory, new SqliteJournalOptions { RequestBytesMax = requestBytesMax }), _time, options);

    private ProbeRecovery Recover(EntityId entity)
    {
        var recovery = new ProbeRecovery();
        _journal.Recover(entity, recovery);
        _time.Advance(Delay);
        return recovery;
    }
}
