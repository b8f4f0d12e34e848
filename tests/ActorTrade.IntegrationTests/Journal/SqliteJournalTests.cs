using System.Diagnostics;
using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Sqlite;

namespace ActorTrade.IntegrationTests.Journal;

/// <summary>What only a file can suffer: locks, torn ends, damage, full disks, other versions.</summary>
public sealed class SqliteJournalTests : IDisposable
{
    private static readonly EntityId Alice = new("account", "alice");
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_second_opening_is_refused_and_told_who_holds_it()
    {
        await using (var journal = SqliteJournal.Open(_directory.Path))
        {
            var refusal = Assert.Throws<JournalHeldException>(() => SqliteJournal.Open(_directory.Path));
            Assert.Contains($"process {Environment.ProcessId} ", refusal.Holder, StringComparison.Ordinal);
            Assert.Contains(_directory.Path, refusal.Message, StringComparison.Ordinal);
        }

        await using var again = SqliteJournal.Open(_directory.Path);
    }

    [Theory]
    [InlineData(CommitDurability.Full, 2)]
    [InlineData(CommitDurability.Normal, 1)]
    public void The_writer_commits_as_durably_as_asked(CommitDurability durability, long expected)
    {
        using var connection = JournalStore.Open(_directory.File("journal.db"), new() { Durability = durability });
        Assert.Equal(expected, connection.Scalar("pragma synchronous"));
        Assert.Equal("wal", connection.Scalar("pragma journal_mode"));
        Assert.Equal(4000L, connection.Scalar("pragma wal_autocheckpoint"));
    }

    [Fact]
    public async Task A_torn_end_is_cut_to_whole_commits_wherever_it_is_torn()
    {
        await FillAsync(commits: 12, eventsPerCommit: 3);
        var log = await LogAfterCrashAsync();
        for (var length = log.Length; length >= 0; length -= 1237)
        {
            await using var copy = Copy(log[..length], out var opened);
            var last = opened.LastOrdering;
            Assert.True(last % 3 == 0, $"{last} events is no whole number of commits at length {length}");
            Assert.Equal(last, opened.ReadAll(0).LongCount());
            Assert.Equal(last, (await opened.RecoverAsync(Alice)).Last);
            Assert.True(length < log.Length || last == 36);
        }
    }

    [Fact]
    public async Task A_log_garbled_before_its_last_commit_is_refused_and_in_its_last_commit_is_cut()
    {
        await FillAsync(commits: 12, eventsPerCommit: 3);
        var log = await LogAfterCrashAsync();
        var refused = 0;
        var cut = 0;
        for (var place = 40; place < log.Length; place += 997)
        {
            var garbled = (byte[])log.Clone();
            garbled[place] ^= 0x40;
            try
            {
                await using var copy = Copy(garbled, out var opened);
                Assert.Equal(33, opened.LastOrdering);
                cut++;
            }
            catch (JournalDamagedException)
            {
                refused++;
            }
        }

        Assert.True(cut > 0 && refused > cut, $"{cut} cut, {refused} refused");
    }

    [Fact]
    public async Task Damage_in_the_part_read_at_opening_is_refused_with_its_position()
    {
        await FillAsync(commits: 5, eventsPerCommit: 2);
        using (var connection = OpenFile())
        {
            connection.Execute("update meta set value = '0' where key = 'heads_ordering'; delete from heads");
            connection.Execute("update events set at = at + 1 where ordering = 7");
        }

        Assert.Equal(7, Assert.Throws<JournalDamagedException>(() => SqliteJournal.Open(_directory.Path)).Ordering);
    }

    [Theory]
    [InlineData("update events set payload = x'00' where ordering = 7", 7)]
    [InlineData("update events set wake_at = 1 where ordering = 4", 4)]
    [InlineData("delete from events where ordering = 5", 5)]
    [InlineData("update events set entity = 2 where ordering = 3", 3)]
    public async Task Damage_further_back_stops_the_reading_with_its_position(string damage, long position)
    {
        await FillAsync(commits: 5, eventsPerCommit: 2);
        using (var connection = OpenFile())
        {
            connection.Execute(damage);
        }

        await using (var journal = SqliteJournal.Open(_directory.Path))
        {
            Assert.Equal(position, Assert.Throws<JournalDamagedException>(() => journal.ReadAll(0).Count()).Ordering);
            Assert.IsType<JournalDamagedException>(journal.Failure);
        }

        await using var again = SqliteJournal.Open(_directory.Path);
        Assert.Equal(
            position, (await Assert.ThrowsAsync<JournalDamagedException>(() => again.RecoverAsync(Alice))).Ordering);
        Assert.NotNull(again.Failure);
    }

    [Theory]
    [InlineData("delete from events where ordering = 10")]
    [InlineData("delete from events where ordering > 5")]
    [InlineData("update heads set ordering = 9, sequence_nr = 9")]
    [InlineData("update entities set id = 'account-mallory'")]
    [InlineData("update names set stored_name = 'probe.noted.v2'")]
    [InlineData("delete from meta")]
    public async Task Tables_that_contradict_each_other_are_refused(string damage)
    {
        await FillAsync(commits: 5, eventsPerCommit: 2);
        using (var connection = OpenFile())
        {
            connection.Execute(damage);
        }

        Assert.Throws<JournalDamagedException>(() => SqliteJournal.Open(_directory.Path));
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused()
    {
        File.WriteAllText(_directory.File("journal.db"), new string('x', 5000));
        Assert.Throws<JournalDamagedException>(() => SqliteJournal.Open(_directory.Path));

        // And the refusal lets go of the directory.
        File.Delete(_directory.File("journal.db"));
        _ = SqliteJournal.Open(_directory.Path).DisposeAsync().AsTask();
    }

    [Fact]
    public async Task A_damaged_snapshot_is_passed_over()
    {
        await FillAsync(commits: 5, eventsPerCommit: 2, withSnapshot: true);
        using (var connection = OpenFile())
        {
            connection.Execute("update snapshots set payload = x'0102'");
        }

        await using var journal = SqliteJournal.Open(_directory.Path);
        var recovery = await journal.RecoverAsync(Alice);
        Assert.Null(recovery.Snapshot);
        Assert.Equal(10, recovery.Events.Count);
        Assert.Equal(1, journal.Statistics().DamagedSnapshots);
        Assert.Null(journal.Failure);
    }

    [Fact]
    public async Task A_newer_format_is_refused()
    {
        await FillAsync(commits: 1, eventsPerCommit: 1);
        using (var connection = OpenFile())
        {
            connection.Execute("update meta set value = '2' where key = 'format'");
        }

        var refusal = Assert.Throws<JournalFormatException>(() => SqliteJournal.Open(_directory.Path));
        Assert.Equal((2, 1), (refusal.Found, refusal.Known));
    }

    [Fact]
    public async Task A_full_disk_fails_the_commit_and_the_journal_goes_on()
    {
        var options = new SqliteJournalOptions { PagesMax = 40 };
        await using var journal = SqliteJournal.Open(_directory.Path, options);
        var stream = (await journal.RecoverAsync(Alice)).Stream;
        Assert.Equal(AppendOutcome.Stored, await journal.AppendAsync(stream, 1, "small"));
        var large = journal.Queue(stream, 2, null, new string('x', 400_000));
        Assert.Equal(AppendOutcome.Failed, await large.Outcome);
        Assert.Equal(AppendOutcome.Fenced, await journal.AppendAsync(stream, 2, "not recovered yet"));
        Assert.Null(journal.Failure);
        var recovery = await journal.RecoverAsync(Alice);
        Assert.Equal(["small"], recovery.Texts);
        Assert.Equal(AppendOutcome.Stored, await journal.AppendAsync(recovery.Stream, 2, "again"));

        // A new entity and a new kind of record in a failed commit leave no trace.
        var bob = new EntityId("account", "bob");
        var bobs = (await journal.RecoverAsync(bob)).Stream;
        NewEvent[] events = [new("probe.other.v1", new byte[400_000])];
        Assert.Equal(AppendOutcome.Failed, await journal.Queue(bobs, 1, null, events).Outcome);
        bobs = (await journal.RecoverAsync(bob)).Stream;
        Assert.Equal(
            AppendOutcome.Stored, await journal.Queue(bobs, 1, null, [new NewEvent("probe.third.v1", [1])]).Outcome);
        await journal.DisposeAsync();
        await using var reopened = SqliteJournal.Open(_directory.Path);
        Assert.Equal(
            [(1L, Alice, "probe.noted.v1"), (2L, Alice, "probe.noted.v1"), (3L, bob, "probe.third.v1")],
            reopened.ReadAll(0).Select(e => (e.Ordering, e.Entity, e.StoredName)));
    }

    [Fact]
    public async Task A_request_beyond_its_limit_fails_alone()
    {
        await using var journal = SqliteJournal.Open(_directory.Path, new() { RequestBytesMax = 10 });
        var stream = (await journal.RecoverAsync(Alice)).Stream;
        var ok = journal.Queue(stream, 1, null, "1234567890");
        var large = journal.Queue(stream, 2, null, "12345678901");
        var next = journal.Queue(stream, 3, null, "a");
        Assert.Equal(AppendOutcome.Stored, await ok.Outcome);
        Assert.Equal(AppendOutcome.Failed, await large.Outcome);
        Assert.Equal(AppendOutcome.Fenced, await next.Outcome);
        Assert.Equal(AppendOutcome.Stored, await journal.AppendAsync(stream, 2, "b"));
    }

    [Fact]
    public async Task Heads_written_a_few_at_a_time_always_tell_the_same_as_the_events()
    {
        var options = new SqliteJournalOptions { HeadsEveryEvents = 50 };
        var random = new Random(3);
        var counts = new long[300];
        for (var round = 0; round < 6; round++)
        {
            await using var journal = SqliteJournal.Open(_directory.Path, options);
            var streams = new EntityStream[counts.Length];
            for (var i = 0; i < counts.Length; i++)
            {
                var recovery = await journal.RecoverAsync(new EntityId("probe", $"{i}"));
                Assert.Equal(counts[i], recovery.Last);
                streams[i] = recovery.Stream;
            }

            for (var i = 0; i < 40; i++)
            {
                var appends = Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.Next(counts.Length)).Distinct()
                    .Select(e => journal.Queue(streams[e], ++counts[e], null, "x").Outcome).ToList();
                Assert.All(await Task.WhenAll(appends), o => Assert.Equal(AppendOutcome.Stored, o));
            }

            // As after a crash: the file as it lies there in the middle of a round of heads.
            using var crashed = new TemporaryDirectory();
            foreach (var name in new[] { "journal.db", "journal.db-wal" })
            {
                File.Copy(_directory.File(name), crashed.File(name));
            }

            await using var copy = SqliteJournal.Open(crashed.Path);
            Assert.Equal(counts.Sum(), copy.LastOrdering);
            for (var i = 0; i < counts.Length; i += 7)
            {
                Assert.Equal(counts[i], (await copy.RecoverAsync(new EntityId("probe", $"{i}"))).Last);
            }
        }
    }

    [Fact]
    public async Task Asking_for_entities_that_do_not_exist_leaves_a_bounded_trace()
    {
        await using var journal = SqliteJournal.Open(_directory.Path, new() { EmptyEntitiesMax = 10 });
        var first = (await journal.RecoverAsync(Alice)).Stream;
        for (var i = 0; i < 20; i++)
        {
            await journal.RecoverAsync(new EntityId("nobody", $"{i}"));
        }

        Assert.Equal(AppendOutcome.Fenced, await journal.AppendAsync(first, 1, "forgotten"));
        Assert.Equal(
            AppendOutcome.Stored, await journal.AppendAsync((await journal.RecoverAsync(Alice)).Stream, 1, "a"));
        Assert.Equal(1, journal.Statistics().Entities);
    }

    [Fact]
    public async Task Room_is_bounded_by_what_waits()
    {
        await using var journal = SqliteJournal.Open(_directory.Path, new() { WaitingBytesMax = 1000 });
        var stream = (await journal.RecoverAsync(Alice)).Stream;
        Assert.True(journal.HasRoom);
        var request = new BlockingAppend(
            journal)
        { Stream = stream, FirstSequenceNr = 1, At = default, WakeAt = null, Events = [new("x", [])] };
        journal.Append(request);
        await request.Reached.Task;
        var waiting = journal.Queue(stream, 2, null, new string('x', 1001));
        Assert.False(journal.HasRoom);
        request.Go.Set();
        await waiting.Outcome;
        var patience = Stopwatch.StartNew();
        Assert.True(SpinWait.SpinUntil(() => journal.HasRoom, TimeSpan.FromSeconds(20)), $"after {patience.Elapsed}");
    }

    private async Task FillAsync(int commits, int eventsPerCommit, bool withSnapshot = false)
    {
        await using var journal = SqliteJournal.Open(_directory.Path);
        var stream = (await journal.RecoverAsync(Alice)).Stream;
        for (var i = 0; i < commits; i++)
        {
            var texts = Enumerable.Range(1, eventsPerCommit).Select(e => $"{i}:{e} {new string('.', 300)}").ToArray();
            Assert.Equal(AppendOutcome.Stored, await journal.AppendAsync(stream, (i * eventsPerCommit) + 1, texts));
        }

        if (withSnapshot)
        {
            journal.SaveSnapshot(stream, new StoredSnapshot(4, "probe.state.v1", new byte[] { 4 }));
        }

        if (commits == 12)
        {
            // As a crash would leave it: the log not copied into the file yet.
            File.Copy(_directory.File("journal.db"), _directory.File("crashed.db"));
            File.Copy(_directory.File("journal.db-wal"), _directory.File("crashed.db-wal"));
        }
    }

    private Task<byte[]> LogAfterCrashAsync() => File.ReadAllBytesAsync(_directory.File("crashed.db-wal"));

    private Opened Copy(byte[] log, out SqliteJournal journal)
    {
        var directory = new TemporaryDirectory();
        File.Copy(_directory.File("crashed.db"), directory.File("journal.db"));
        File.Copy(_directory.File("journal.holder"), directory.File("journal.holder"));
        File.WriteAllBytes(directory.File("journal.db-wal"), log);
        try
        {
            journal = SqliteJournal.Open(directory.Path);
        }
        catch
        {
            directory.Dispose();
            throw;
        }

        return new Opened(journal, directory);
    }

    private SqliteConnection OpenFile() => SqliteConnection.OpenForWriting(_directory.File("journal.db"));

    private sealed record Opened(SqliteJournal Journal, TemporaryDirectory Directory) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Journal.DisposeAsync();
            Directory.Dispose();
        }
    }

    // Holds the writer in its completion, so that something surely waits behind it.
    private sealed class BlockingAppend(SqliteJournal journal) : AppendRequest
    {
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ManualResetEventSlim Go { get; } = new();

        public override void Completed(AppendOutcome outcome)
        {
            Assert.Equal(1, journal.LastOrdering);
            Reached.SetResult();
            Go.Wait();
        }
    }
}
