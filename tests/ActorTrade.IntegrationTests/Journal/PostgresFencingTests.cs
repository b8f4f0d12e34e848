using System.Collections.Concurrent;
using ActorTrade.Cluster.Sharding;
using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Postgres;
using ActorTrade.Journal.Sharding;
using ActorTrade.Kernel;
using ActorTrade.TestServers;

namespace ActorTrade.IntegrationTests.Journal;

/// <summary>Two nodes on one database: whatever the older one still sends, no history forks.</summary>
public sealed class PostgresFencingTests : IAsyncLifetime
{
    private static readonly ShardId Shard = new("trade", 3);
    private static readonly ShardId Other = new("trade", 5);
    private static readonly IReadOnlyList<EntityId> Ours = PostgresProbe.EntitiesOf(Shard, 4);
    private static readonly EntityId Theirs = PostgresProbe.EntitiesOf(Other, 1)[0];

    private readonly string _schema = PostgresProbe.NewSchema();
    private readonly ConcurrentQueue<ShardId> _fenced = new();
    private PostgresServer _server = null!;
    private PostgresJournal _zombie = null!;
    private PostgresJournal _owner = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await SharedServers.PostgresAsync();
        _zombie = await PostgresProbe.OpenAsync(_schema);
        _owner = await PostgresProbe.OpenAsync(_schema, o => o with { Owner = "node-2" });
        _zombie.OnFenced(_fenced.Enqueue);
        await _zombie.TakeOverAsync(Shard);
        await _zombie.TakeOverAsync(Other);
    }

    public async ValueTask DisposeAsync()
    {
        await _zombie.DisposeAsync();
        await _owner.DisposeAsync();
        await _server.ExecuteAsync($"drop schema {_schema} cascade");
    }

    [Fact]
    public async Task Entities_of_a_shard_that_is_not_held_are_not_recovered()
    {
        var refusal = await Assert.ThrowsAsync<ShardNotHeldException>(() => _owner.RecoverAsync(Ours[0]));
        Assert.Equal(Shard, refusal.Shard);
    }

    [Fact]
    public async Task A_take_over_raises_the_epoch_and_fences_every_entity_of_the_shard_touched_or_not()
    {
        var streams = await RecoverAllAsync(_zombie);
        Assert.Equal(AppendOutcome.Stored, await _zombie.AppendAsync(streams[0], 1, "a"));
        var taken = await _owner.TakeOverAsync(Shard);
        Assert.Equal((2L, null), (taken.Epoch, taken.Failure));
        var touched = await _owner.RecoverAsync(Ours[0]);
        Assert.Equal(["a"], touched.Texts);
        foreach (var stream in streams)
        {
            Assert.Equal(
                AppendOutcome.Fenced, await _zombie.AppendAsync(stream, stream == streams[0] ? 2 : 1, "zombie"));
        }

        Assert.Equal([Shard], _fenced);
        Assert.Equal(AppendOutcome.Stored, await _owner.AppendAsync(touched.Stream, 2, "b"));
        Assert.Equal(["a", "b"], _owner.ReadAll(0).Select(e => e.Text()));
        await Assert.ThrowsAsync<ShardNotHeldException>(() => _zombie.RecoverAsync(Ours[1]));
    }

    [Fact]
    public async Task A_late_append_does_not_sink_the_others_of_its_commit()
    {
        var late = (await _zombie.RecoverAsync(Ours[0])).Stream;
        var good = (await _zombie.RecoverAsync(Theirs)).Stream;
        await _owner.TakeOverAsync(Shard);
        var appends = await InOneCommitAsync(() => (
            _zombie.Queue(late, 1, null, "late"),
            Enumerable.Range(1, 50).Select(i => _zombie.Queue(good, i, null, $"{i}")).ToList()));
        Assert.Equal(AppendOutcome.Fenced, await appends.Item1.Outcome);
        Assert.All(
            await Task.WhenAll(appends.Item2.Select(a => a.Outcome)), o => Assert.Equal(AppendOutcome.Stored, o));
        Assert.Equal([Shard], _fenced);
    }

    [Fact]
    public async Task A_sequence_number_somebody_else_has_taken_fences_that_entity_alone()
    {
        var streams = await RecoverAllAsync(_zombie);
        await _server.ExecuteAsync(
            $"insert into {_schema}.journal select '{Ours[1]}', 1, 0, null, 'probe.noted.v1', 'x', 1; "
            + $"insert into {_schema}.journal select '{Ours[2]}', 2, 0, null, 'probe.noted.v1', 'x', 2");
        var appends = await InOneCommitAsync(() => streams
            .Select(s => new[] { _zombie.Queue(s, 1, null, "one"), _zombie.Queue(s, 2, null, "two") }).ToList());
        foreach (var (pair, isTaken) in appends.Zip(new[] { false, true, true, false }))
        {
            var expected = isTaken ? AppendOutcome.Fenced : AppendOutcome.Stored;
            Assert.Equal([expected, expected], await Task.WhenAll(pair.Select(a => a.Outcome)));
        }

        Assert.Empty(_fenced);
        Assert.Equal(["x"], (await _zombie.RecoverAsync(Ours[1])).Texts);
        Assert.Equal(["one", "two"], (await _zombie.RecoverAsync(Ours[3])).Texts);
    }

    [Fact]
    public async Task Two_writers_of_one_entity_never_mix_their_histories()
    {
        // Each believes the entity belongs to a shard of its own, so the epochs cannot part them.
        await using var one = await PostgresProbe.OpenAsync(_schema, Unfenced("one"));
        await using var two = await PostgresProbe.OpenAsync(_schema, Unfenced("two"));
        var stored = new ConcurrentQueue<string>();
        await Task.WhenAll(RaceAsync(one, "one"), RaceAsync(two, "two"));
        var events = one.ReadAll(0).ToList();
        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => (long)i), events.Select(e => e.SequenceNr));
        Assert.Equal(stored.Order(StringComparer.Ordinal), events.Select(e => e.Text()).Where((_, i) => i % 4 == 0)
            .Order(StringComparer.Ordinal));
        Assert.All(events.Chunk(4), batch => Assert.Single(batch.Select(e => e.Text()).Distinct()));

        async Task RaceAsync(PostgresJournal journal, string name)
        {
            var recovery = await journal.RecoverAsync(Ours[0]);
            var (stream, last) = (recovery.Stream, recovery.Last);
            for (var round = 0; round < 100; round++)
            {
                var text = $"{name} {round}";
                if (await journal.AppendAsync(stream, last + 1, text, text, text, text) == AppendOutcome.Stored)
                {
                    stored.Enqueue(text);
                    last += 4;
                    continue;
                }

                recovery = await journal.RecoverAsync(Ours[0]);
                (stream, last) = (recovery.Stream, recovery.Last);
            }
        }

        Func<PostgresJournalOptions, PostgresJournalOptions> Unfenced(string role) =>
            o => o with { ShardOf = _ => new ShardId(role, 0), TakesShardsOnDemand = true };
    }

    [Fact]
    public async Task A_shard_given_up_stores_what_was_queued_and_nothing_after()
    {
        var stream = (await _zombie.RecoverAsync(Ours[0])).Stream;
        var queued = Enumerable.Range(1, 200).Select(i => _zombie.Queue(stream, i, null, $"{i}")).ToList();
        _zombie.Release(Shard);
        var late = _zombie.Queue(stream, 201, null, "late");
        Assert.All(await Task.WhenAll(queued.Select(a => a.Outcome)), o => Assert.Equal(AppendOutcome.Stored, o));
        Assert.Equal(AppendOutcome.Fenced, await late.Outcome);
        await Assert.ThrowsAsync<ShardNotHeldException>(() => _zombie.RecoverAsync(Ours[0]));
        Assert.Empty(_fenced);
        await _owner.TakeOverAsync(Shard);
        Assert.Equal(200, (await _owner.RecoverAsync(Ours[0])).Last);
    }

    [Fact]
    public async Task Taking_a_shard_again_fences_what_this_node_held_before()
    {
        var before = (await _zombie.RecoverAsync(Ours[0])).Stream;
        Assert.Equal(2, (await _zombie.TakeOverAsync(Shard)).Epoch);
        Assert.Equal(AppendOutcome.Fenced, await _zombie.AppendAsync(before, 1, "before"));
        var after = (await _zombie.RecoverAsync(Ours[0])).Stream;
        Assert.Equal(AppendOutcome.Stored, await _zombie.AppendAsync(after, 1, "after"));
        Assert.Empty(_fenced);
    }

    [Fact]
    public async Task A_snapshot_of_a_fenced_node_is_not_kept()
    {
        var stream = (await _zombie.RecoverAsync(Ours[0])).Stream;
        await _zombie.AppendAsync(stream, 1, "1", "2");
        await _owner.TakeOverAsync(Shard);
        var owned = (await _owner.RecoverAsync(Ours[0])).Stream;
        _zombie.SaveSnapshot(stream, new StoredSnapshot(2, "probe.state.v1", new byte[] { 2 }));
        await _zombie.DisposeAsync();
        Assert.Empty(_owner.ReadSnapshots());
        _owner.SaveSnapshot(owned, new StoredSnapshot(1, "probe.state.v1", new byte[] { 1 }));
        await _owner.DisposeAsync();
        _owner = await PostgresProbe.OpenAsync(_schema);
        Assert.Equal(1, Assert.Single(_owner.ReadSnapshots()).Snapshot.SequenceNr);
    }

    [Fact]
    public async Task A_take_over_gives_the_wake_ups_never_later_than_wanted()
    {
        var due = TimeProvider.System.GetUtcNow().AddHours(1);
        var streams = await RecoverAllAsync(_zombie);
        await _zombie.Queue(streams[0], 1, due.AddMinutes(-1), "a").Outcome;
        await _zombie.Queue(streams[0], 2, due, "a").Outcome;
        await _zombie.Queue(streams[1], 1, JournalProbe.At, "b").Outcome;
        await _zombie.Queue(streams[1], 2, null, "b").Outcome;
        await _zombie.Queue(streams[2], 1, JournalProbe.At, "c").Outcome;
        var taken = await _owner.TakeOverAsync(Shard);
        Assert.Equal(
            [(Ours[0], due.AddMinutes(-1)), (Ours[2], JournalProbe.At)],
            taken.WakeUps.OrderBy(w => Ours.ToList().IndexOf(w.Entity)));
        Assert.Equal(
            [(Ours[0], due), (Ours[2], JournalProbe.At)],
            _owner.ReadWakeUps().OrderBy(w => Ours.ToList().IndexOf(w.Entity)));
    }

    [Fact]
    public async Task A_taken_over_entity_answers_repeats_with_the_first_answer()
    {
        var counter = Enumerable.Range(0, int.MaxValue).Select(i => new EntityId("counter", $"{i}"))
            .First(e => PostgresProbe.ShardOf(e) == Shard);
        await using var firstSystem = new ActorSystem("first");
        await using var secondSystem = new ActorSystem("second");
        var first = ShardsOf(firstSystem, _zombie);
        var command = Guid.NewGuid();
        var answer = await AddAsync(first, counter, 7, command);
        await _owner.TakeOverAsync(Shard);
        var second = ShardsOf(secondSystem, _owner);
        var repeated = await AddAsync(second, counter, 7, command);
        Assert.Equal(answer.SequenceNr, repeated.SequenceNr);
        Assert.Equal(answer.Events, repeated.Events);
        Assert.Equal(2, (await AddAsync(second, counter, 1, Guid.NewGuid())).SequenceNr);
        var late = await first.AskAsync(
            counter, new Counter.Command.Add(1), HeaderOf(Guid.NewGuid()), PostgresProbe.Patience, TimeProvider.System);
        Assert.IsType<Answer.OutcomeUnknown>(late);
        Assert.Equal(2, _owner.ReadAll(0).Count());
    }

    private static LocalShards ShardsOf(ActorSystem system, PostgresJournal journal) =>
        new(system, journal, [Counter.Definition], Counter.Catalog, () => SystemMode.Active);

    private static CommandHeader HeaderOf(Guid command) =>
        new(command, "tester", TimeProvider.System.GetUtcNow().AddMinutes(5));

    private static async Task<Answer.Accepted> AddAsync(
        LocalShards shards, EntityId counter, long amount, Guid command) =>
        Assert.IsType<Answer.Accepted>(await shards.AskAsync(
            counter, new Counter.Command.Add(amount), HeaderOf(command), PostgresProbe.Patience, TimeProvider.System));

    private static async Task<List<EntityStream>> RecoverAllAsync(PostgresJournal journal)
    {
        var streams = new List<EntityStream>();
        foreach (var entity in Ours)
        {
            streams.Add((await journal.RecoverAsync(entity)).Stream);
        }

        return streams;
    }

    // What is queued while a statement waits becomes one commit: an open lock on an epoch holds the writer up.
    private async Task<T> InOneCommitAsync<T>(Func<T> queue)
    {
        var blocker = PostgresProbe.EntitiesOf(new ShardId("trade", 7), 1)[0];
        await _zombie.TakeOverAsync(new ShardId("trade", 7));
        var stream = (await _zombie.RecoverAsync(blocker)).Stream;
        await using var connection = new Npgsql.NpgsqlConnection(_server.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new Npgsql.NpgsqlCommand(
            $"select 1 from {_schema}.shard_epoch where role = 'trade' and shard = 7 for update", connection);
        await command.ExecuteNonQueryAsync();
        var first = _zombie.Queue(stream, 1, null, "blocked");
        await PostgresProbe.EventuallyAsync(() => IsWaitingAsync().GetAwaiter().GetResult());
        var queued = queue();
        await transaction.CommitAsync();
        Assert.Equal(AppendOutcome.Stored, await first.Outcome);
        return queued;
    }

    private async Task<bool> IsWaitingAsync() => await _server.ScalarAsync(
        "select exists(select 1 from pg_stat_activity where application_name = 'node-1' and wait_event_type = 'Lock' "
        + $"and query like '%insert into journal%' and pid in (select pid from pg_locks l join pg_class c "
        + $"on c.oid = l.relation where c.relnamespace = '{_schema}'::regnamespace))") is true;
}
