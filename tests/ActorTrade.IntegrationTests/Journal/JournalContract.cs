using System.Collections.Concurrent;
using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.TestServers;

namespace ActorTrade.IntegrationTests.Journal;

/// <summary>What every journal must do. Each implementation derives from it.</summary>
public abstract class JournalContract : IAsyncLifetime
{
    private static readonly EntityId Alice = new("account", "alice");
    private static readonly EntityId Bob = new("account", "bob");

    protected IJournal Journal { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Journal = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await Journal.DisposeAsync();
        await CleanAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Orderings go 1, 2, 3 and so on; otherwise they only rise.</summary>
    protected virtual bool OrderingsAreContiguous => true;

    /// <summary>Opens the test's journal, with what earlier openings of this test stored.</summary>
    protected abstract Task<IJournal> OpenAsync();

    protected virtual Task CleanAsync() => Task.CompletedTask;

    [Fact]
    public async Task An_entity_without_events_recovers_at_zero()
    {
        var recovery = await Journal.RecoverAsync(Alice);
        Assert.Equal(0, recovery.Last);
        Assert.Empty(recovery.Events);
        Assert.Null(recovery.Snapshot);
        Assert.Equal(Alice, recovery.Stream.Entity);
        Assert.Equal(0, Journal.LastOrdering);
    }

    [Fact]
    public async Task What_is_stored_is_recovered_in_every_field()
    {
        var stream = (await Journal.RecoverAsync(Alice)).Stream;
        var wakeAt = JournalProbe.At.AddMinutes(5).AddTicks(7);
        Assert.Equal(AppendOutcome.Stored, await Journal.Queue(stream, 1, wakeAt, "one", "").Outcome);
        var recovery = await Journal.RecoverAsync(Alice);
        Assert.Equal(2, recovery.Last);
        Assert.Equal(["one", ""], recovery.Texts);
        var stored = recovery.Events[0];
        Assert.Equal((Alice, 1L), (stored.Entity, stored.SequenceNr));
        AssertOrder(recovery.Events, 2);
        Assert.Equal(JournalProbe.At, stored.At);
        Assert.Equal(wakeAt, stored.WakeAt);
        Assert.Equal("probe.noted.v1", stored.StoredName);
        Assert.Equal(recovery.Events[1].Ordering, Journal.LastOrdering);
    }

    [Fact]
    public async Task A_second_recovery_fences_the_first_holder()
    {
        var first = (await Journal.RecoverAsync(Alice)).Stream;
        Assert.Equal(AppendOutcome.Stored, await Journal.AppendAsync(first, 1, "a"));
        var second = await Journal.RecoverAsync(Alice);
        Assert.True(second.Stream.Epoch > first.Epoch);
        Assert.Equal(AppendOutcome.Fenced, await Journal.AppendAsync(first, 2, "zombie"));
        Assert.Equal(AppendOutcome.Stored, await Journal.AppendAsync(second.Stream, 2, "b"));
        Assert.Equal(AppendOutcome.Fenced, await Journal.AppendAsync(first, 3, "zombie"));
        Assert.Equal(["a", "b"], (await Journal.RecoverAsync(Alice)).Texts);
    }

    [Fact]
    public async Task A_recovery_sees_everything_queued_before_it_or_fences_it()
    {
        var stream = (await Journal.RecoverAsync(Alice)).Stream;
        long stored = 0;
        for (var round = 0; round < 50; round++)
        {
            var queued = Enumerable.Range(
                1, 20).Select(i => Journal.Queue(stream, stored + i, null, $"{stored + i}")).ToList();
            var recovery = await Journal.RecoverAsync(Alice);
            var outcomes = await Task.WhenAll(queued.Select(q => q.Outcome));
            var kept = outcomes.TakeWhile(o => o == AppendOutcome.Stored).Count();
            Assert.All(outcomes.Skip(kept), o => Assert.Equal(AppendOutcome.Fenced, o));
            stored += kept;
            Assert.Equal(stored, recovery.Last);
            Assert.Equal(stored, recovery.Events.Count);
            stream = recovery.Stream;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(long.MaxValue)]
    public async Task A_sequence_number_that_does_not_follow_is_fenced(long first)
    {
        var stream = (await Journal.RecoverAsync(Alice)).Stream;
        await Journal.AppendAsync(stream, 1, "a", "b");
        Assert.Equal(AppendOutcome.Fenced, await Journal.AppendAsync(stream, first, "x"));
        Assert.Equal(AppendOutcome.Stored, await Journal.AppendAsync(stream, 3, "c"));
    }

    [Fact]
    public async Task One_bad_request_does_not_sink_the_others_of_its_commit()
    {
        var alice = (await Journal.RecoverAsync(Alice)).Stream;
        var bob = (await Journal.RecoverAsync(Bob)).Stream;
        var good = new List<ProbeAppend>();
        var bad = new List<ProbeAppend>();
        for (var i = 1; i <= 100; i++)
        {
            good.Add(Journal.Queue(alice, i, null, $"{i}"));
            bad.Add(Journal.Queue(bob, i + 1, null, $"{i}"));
        }

        Assert.All(await Task.WhenAll(good.Select(g => g.Outcome)), o => Assert.Equal(AppendOutcome.Stored, o));
        Assert.All(await Task.WhenAll(bad.Select(g => g.Outcome)), o => Assert.Equal(AppendOutcome.Fenced, o));
        Assert.Equal(0, (await Journal.RecoverAsync(Bob)).Last);
    }

    [Fact]
    public async Task Pipelined_appends_of_many_threads_are_all_stored_once_and_hear_one_outcome()
    {
        const int threads = 4;
        const int each = 500;
        var requests = new List<ProbeAppend>[threads];
        var streams = new EntityStream[threads];
        for (var t = 0; t < threads; t++)
        {
            streams[t] = (await Journal.RecoverAsync(new EntityId("probe", $"{t}"))).Stream;
        }

        Parallel.For(0, threads, t => requests[t] =
            Enumerable.Range(1, each).Select(i => Journal.Queue(streams[t], i, null, $"{t}:{i}")).ToList());
        var all = requests.SelectMany(r => r).ToList();
        Assert.All(await Task.WhenAll(all.Select(r => r.Outcome)), o => Assert.Equal(AppendOutcome.Stored, o));
        Assert.All(all, r => Assert.Equal(1, r.Completions));
        var read = Journal.ReadAll(0).ToList();
        AssertOrder(read, threads * each);
        Assert.Equal(read[^1].Ordering, Journal.LastOrdering);
        foreach (var entity in read.GroupBy(e => e.Entity))
        {
            Assert.Equal(Enumerable.Range(1, each).Select(i => $"{entity.Key.Key}:{i}"), entity.Select(e => e.Text()));
        }
    }

    [Fact]
    public async Task A_large_payload_and_a_long_past_come_back_whole()
    {
        var stream = (await Journal.RecoverAsync(Alice)).Stream;
        var large = new byte[5_000_000];
        new Random(7).NextBytes(large);
        NewEvent[] events =
            [new("probe.large.v1", large),
                .. Enumerable.Range(0, 6000).Select(i => new NewEvent("probe.small.v1", [(byte)(i % 256)]))];
        Assert.Equal(AppendOutcome.Stored, await Journal.Queue(stream, 1, null, events).Outcome);
        var recovery = await Journal.RecoverAsync(Alice);
        Assert.Equal(6001, recovery.Last);
        Assert.True(recovery.Events[0].Payload.Span.SequenceEqual(large));
        Assert.Equal(Enumerable.Range(1, 6001).Select(i => (long)i), recovery.Events.Select(e => e.SequenceNr));
        Assert.Equal((byte)(5999 % 256), recovery.Events[^1].Payload.Span[0]);
    }

    [Theory]
    [InlineData("Zoë-Δ-東京-🦊")]
    [InlineData("with 'quotes' and \"more\"; --")]
    [InlineData("a-b-c")]
    public async Task Any_text_is_a_key(string key)
    {
        var id = new EntityId("account", key);
        await Journal.AppendAsync((await Journal.RecoverAsync(id)).Stream, 1, key);
        await ReopenAsync();
        Assert.Equal(id, Assert.Single(Journal.ReadAll(0)).Entity);
        Assert.Equal([key], (await Journal.RecoverAsync(id)).Texts);
    }

    [Fact]
    public async Task Wake_ups_are_those_of_the_last_event()
    {
        var alice = (await Journal.RecoverAsync(Alice)).Stream;
        var bob = (await Journal.RecoverAsync(Bob)).Stream;
        var due = JournalProbe.At.AddHours(1);
        await Journal.Queue(alice, 1, due, "a").Outcome;
        await Journal.Queue(bob, 1, due, "b").Outcome;
        await Journal.Queue(bob, 2, null, "b").Outcome;
        await Journal.Queue(alice, 2, due.AddHours(1), "a").Outcome;
        await Journal.Queue(alice, 9, due.AddHours(2), "fenced").Outcome;
        Assert.Equal([(Alice, due.AddHours(1))], Journal.ReadWakeUps());
        await ReopenAsync();
        Assert.Equal([(Alice, due.AddHours(1))], Journal.ReadWakeUps());
    }

    [Fact]
    public async Task A_recovery_starts_at_the_newest_snapshot_and_can_do_without()
    {
        var stream = (await Journal.RecoverAsync(Alice)).Stream;
        await Journal.AppendAsync(stream, 1, "1", "2", "3", "4");
        Journal.SaveSnapshot(stream, new StoredSnapshot(2, "probe.state.v1", new byte[] { 2 }));
        Journal.SaveSnapshot(stream, new StoredSnapshot(3, "probe.state.v1", new byte[] { 3 }));
        Journal.SaveSnapshot(stream, new StoredSnapshot(1, "probe.state.v1", new byte[] { 1 }));
        await Journal.AppendAsync(stream, 5, "5");
        await ReopenAsync();
        var recovery = await Journal.RecoverAsync(Alice);
        Assert.Equal(3, recovery.Snapshot!.SequenceNr);
        Assert.Equal("probe.state.v1", recovery.Snapshot.StoredName);
        Assert.Equal(new byte[] { 3 }, recovery.Snapshot.Payload.ToArray());
        Assert.Equal(["4", "5"], recovery.Texts);
        Assert.Equal(5, recovery.Last);
        Assert.Equal(["1", "2", "3", "4", "5"], (await Journal.RecoverAsync(Alice, takesSnapshots: false)).Texts);
        Assert.Equal(3, Assert.Single(Journal.ReadSnapshots()).Snapshot.SequenceNr);
    }

    [Fact]
    public async Task A_snapshot_of_what_is_not_stored_or_of_a_fenced_holder_is_not_kept()
    {
        var old = (await Journal.RecoverAsync(Alice)).Stream;
        await Journal.AppendAsync(old, 1, "1", "2");
        var stream = (await Journal.RecoverAsync(Alice)).Stream;
        Journal.SaveSnapshot(old, new StoredSnapshot(2, "probe.state.v1", new byte[] { 2 }));
        Journal.SaveSnapshot(stream, new StoredSnapshot(4, "probe.state.v1", new byte[] { 4 }));
        await Journal.AppendAsync(stream, 3, "3");
        Assert.Null((await Journal.RecoverAsync(Alice)).Snapshot);
        Assert.Empty(Journal.ReadSnapshots());
    }

    [Fact]
    public async Task Pages_give_the_chosen_kinds_of_entities_and_leave_none_out()
    {
        var account = (await Journal.RecoverAsync(Alice)).Stream;
        var bot = (await Journal.RecoverAsync(new EntityId("bot", "a-b"))).Stream;
        for (var i = 1; i <= 20; i++)
        {
            await Journal.AppendAsync(account, i, $"a{i}");
            await Journal.AppendAsync(bot, i, $"b{i}");
        }

        var (read, readTo, pages) = (new List<string>(), 0L, 0);
        EventPage page;
        do
        {
            page = Journal.ReadPage(readTo, ["bot", "pool"], 7);
            read.AddRange(page.Events.Select(e => e.Text()));
            readTo = page.ReadTo;
            pages++;
        }
        while (!page.IsLast);

        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"b{i}"), read);
        Assert.True(pages > 2);
        await Journal.AppendAsync(bot, 21, "b21");
        Assert.Equal("b21", Assert.Single(Journal.ReadPage(readTo, ["bot"], 7).Events).Text());
    }

    [Fact]
    public async Task Reading_all_starts_after_any_place()
    {
        var stream = (await Journal.RecoverAsync(Alice)).Stream;
        var texts = Enumerable.Range(1, 10_000).Select(i => $"{i}").ToArray();
        await Journal.AppendAsync(stream, 1, texts);
        var orderings = AssertOrder([.. Journal.ReadAll(0)], texts.Length);
        foreach (var after in new[] { 0, 1, 4095, 4096, 4097, 9_999, 10_000 })
        {
            var place = after == 0 ? 0 : orderings[after - 1];
            Assert.Equal(texts.Skip(after), Journal.ReadAll(place).Select(e => e.Text()));
            var expected = texts.Length - after;

            // A remote store that is slow at the moment gives an older number.
            await Eventually.TrueAsync(() => Journal.CountAfter(place) == expected, $"{expected} events are counted");
        }

        Assert.Empty(Journal.ReadAll(orderings[^1] + 1));
    }

    [Fact]
    public async Task Listeners_hear_of_each_commit_until_they_leave()
    {
        var stream = (await Journal.RecoverAsync(Alice)).Stream;
        var heard = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var all = new ConcurrentQueue<long>();
        var listener = Journal.OnCommitted(last =>
        {
            all.Enqueue(last);
            heard.TrySetResult(last);
        });
        await Journal.AppendAsync(stream, 1, "a", "b");
        Assert.Equal(Journal.LastOrdering, await heard.Task);
        listener.Dispose();
        await Journal.AppendAsync(stream, 3, "c");
        await Journal.AppendAsync(stream, 4, "d");

        // A journal that others write too may tell again once readers have caught up.
        Assert.Equal([Journal.ReadAll(0).ElementAt(1).Ordering], OrderingsAreContiguous ? all : all.Distinct());
    }

    [Fact]
    public async Task All_is_there_after_closing_and_opening_and_old_streams_are_fenced()
    {
        var ids = Enumerable.Range(0, 50).Select(i => new EntityId("probe", $"{i}")).ToList();
        var streams = new Dictionary<EntityId, EntityStream>();
        foreach (var id in ids)
        {
            streams[id] = (await Journal.RecoverAsync(id)).Stream;
        }

        var random = new Random(42);
        var expected = ids.ToDictionary(id => id, _ => new List<string>());
        for (var round = 0; round < 3; round++)
        {
            var running = new List<ProbeAppend>();
            for (var i = 0; i < 200; i++)
            {
                var id = ids[random.Next(ids.Count)];
                var texts = Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"{random.Next()}").ToArray();
                running.Add(Journal.Queue(streams[id], expected[id].Count + 1, null, texts));
                expected[id].AddRange(texts);
            }

            Assert.All(await Task.WhenAll(running.Select(r => r.Outcome)), o => Assert.Equal(AppendOutcome.Stored, o));
            var before = Journal.LastOrdering;
            await ReopenAsync();
            Assert.Equal(before, Journal.LastOrdering);
            Assert.Equal(
                AppendOutcome.Fenced, await Journal.AppendAsync(streams[ids[0]], expected[ids[0]].Count + 1, "old"));
            foreach (var id in ids)
            {
                var recovery = await Journal.RecoverAsync(id);
                Assert.Equal(expected[id], recovery.Texts);
                streams[id] = recovery.Stream;
            }
        }
    }

    [Fact]
    public async Task Statistics_count_what_is_there()
    {
        var alice = (await Journal.RecoverAsync(Alice)).Stream;
        await Journal.RecoverAsync(Bob);
        await Journal.AppendAsync(alice, 1, "a", "b");
        Journal.SaveSnapshot(alice, new StoredSnapshot(2, "probe.state.v1", new byte[] { 2 }));
        await Journal.AppendAsync(alice, 3, "c");
        var statistics = await StatisticsAsync(s => s is { Events: 3, Snapshots: 1 });
        Assert.Equal((3L, 1L, 1L), (statistics.Events, statistics.Entities, statistics.Snapshots));
        Assert.True(statistics.Bytes > 0);
        Assert.True(statistics.Commits is 2 or 3);
    }

    [Fact]
    public async Task A_closed_journal_still_answers()
    {
        var stream = (await Journal.RecoverAsync(Alice)).Stream;
        var queued = Journal.Queue(stream, 1, null, "a");
        await Journal.DisposeAsync();
        Assert.Equal(AppendOutcome.Stored, await queued.Outcome);
        Assert.Equal(AppendOutcome.Failed, await Journal.AppendAsync(stream, 2, "b"));
        await Assert.ThrowsAnyAsync<Exception>(() => Journal.RecoverAsync(Alice));
    }

    // Gaps aside, the order is that of the sequence numbers here.
    private List<long> AssertOrder(IReadOnlyList<StoredEvent> events, int count)
    {
        var orderings = events.Select(e => e.Ordering).ToList();
        Assert.Equal(count, orderings.Count);
        if (OrderingsAreContiguous)
        {
            Assert.Equal(Enumerable.Range(1, count).Select(i => (long)i), orderings);
        }

        Assert.True(orderings[0] > 0);
        Assert.All(orderings.Zip(orderings.Skip(1)), pair => Assert.True(pair.First < pair.Second));
        return orderings;
    }

    // Snapshots are stored beside the commits, and sizes may be a second old.
    private async Task<JournalStatistics> StatisticsAsync(Func<JournalStatistics, bool> isExpected)
    {
        var statistics = Journal.Statistics();
        var until = TimeProvider.System.GetTimestamp();
        while (!isExpected(statistics) && TimeProvider.System.GetElapsedTime(until) < TimeSpan.FromSeconds(30))
        {
            await Task.Delay(20);
            statistics = Journal.Statistics();
        }

        return statistics;
    }

    protected async Task ReopenAsync()
    {
        await Journal.DisposeAsync();
        Journal = await OpenAsync();
    }
}
