using System.Collections.Concurrent;
using System.Diagnostics;
using ActorTrade.Cluster.Sharding;
using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Postgres;
using ActorTrade.Kernel;
using ActorTrade.TestServers;

namespace ActorTrade.IntegrationTests.Journal;

/// <summary>A server of its own, which is stopped, killed and started again under load.</summary>
public sealed class PostgresOutageTests(OwnPostgres postgres) : IClassFixture<OwnPostgres>
{
    private static readonly TimeSpan AskPatience = TimeSpan.FromSeconds(10);
    private readonly PostgresServer _server = postgres.Server;
    private readonly string _schema = PostgresProbe.NewSchema();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Asks_fail_fast_while_it_is_away_and_nothing_acknowledged_is_lost_or_doubled(bool isKilled)
    {
        await using var journal = await OpenAsync();
        var system = new ActorSystem(nameof(PostgresOutageTests));
        var shards = new LocalShards(
            system, journal, [Counter.Definition], Counter.Catalog, () => SystemMode.Active);
        var load = new Load(shards);
        var running = load.RunAsync(16);
        await PostgresProbe.EventuallyAsync(() => load.Accepted > 200);
        await (isKilled ? _server.KillAsync() : _server.StopAsync());
        await PostgresProbe.EventuallyAsync(() => !journal.HasRoom);
        load.SlowestRefusal = TimeSpan.Zero;
        var refusedBefore = load.Refused;
        await PostgresProbe.EventuallyAsync(() => load.Refused > refusedBefore + 200);
        Assert.True(load.SlowestRefusal < AskPatience / 2, $"A refusal took {load.SlowestRefusal}.");
        await _server.StartAgainAsync();
        var back = Stopwatch.StartNew();
        var before = load.Accepted;
        await PostgresProbe.EventuallyAsync(() => load.Accepted > before + 200);
        Assert.True(back.Elapsed < TimeSpan.FromSeconds(10), $"Resumed after {back.Elapsed}.");
        load.Stop();
        await running;
        Assert.Null(journal.Failure);
        await system.DisposeAsync();
        AssertHistory(journal, load);
    }

    [Fact]
    public async Task A_statement_cut_off_hears_unknown_and_the_shard_goes_on_under_a_higher_epoch()
    {
        await using var journal = await OpenAsync();
        var id = new EntityId("counter", "a");
        var stream = (await journal.RecoverAsync(id)).Stream;
        Assert.Equal(AppendOutcome.Stored, await journal.AppendAsync(stream, 1, "a"));
        var blocked = await BlockAsync(id);
        var append = journal.Queue(stream, 2, null, "cut off");
        await PostgresProbe.EventuallyAsync(() => IsWaitingAsync().GetAwaiter().GetResult());
        await _server.ExecuteAsync(
            "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'");
        Assert.Equal(AppendOutcome.Unknown, await append.Outcome);
        await blocked.DisposeAsync();
        await PostgresProbe.EventuallyAsync(() => journal.HasRoom);
        await using var database = new PostgresDatabase(_server.ConnectionString, _schema, "tests");
        Assert.Equal(2, Assert.Single(await database.ReadOwnersAsync()).Epoch);
        var recovery = await journal.RecoverAsync(id);
        Assert.Equal(["a"], recovery.Texts);
        Assert.Equal(AppendOutcome.Fenced, await journal.AppendAsync(stream, 2, "old"));
        Assert.Equal(AppendOutcome.Stored, await journal.AppendAsync(recovery.Stream, 2, "b"));
    }

    [Fact]
    public async Task A_statement_that_waits_too_long_has_failed()
    {
        await using var journal = await OpenAsync(o => o with { StatementTimeout = TimeSpan.FromMilliseconds(300) });
        var id = new EntityId("counter", "a");
        var stream = (await journal.RecoverAsync(id)).Stream;
        await using (await BlockAsync(id))
        {
            Assert.Equal(AppendOutcome.Failed, await journal.AppendAsync(stream, 1, "late"));
        }

        var recovery = await journal.RecoverAsync(id);
        Assert.Empty(recovery.Events);
        Assert.Equal(AppendOutcome.Stored, await journal.AppendAsync(recovery.Stream, 1, "a"));
    }

    [Fact]
    public async Task What_waits_behind_a_server_that_does_not_answer_fails_in_time()
    {
        await using var journal = await OpenAsync(o => o with { AppendPatience = TimeSpan.FromMilliseconds(200) });
        var id = new EntityId("counter", "a");
        var stream = (await journal.RecoverAsync(id)).Stream;
        var other = (await journal.RecoverAsync(new EntityId("counter", "b"))).Stream;
        await using (await BlockAsync(id))
        {
            var stuck = journal.Queue(stream, 1, null, "stuck");
            await PostgresProbe.EventuallyAsync(() => IsWaitingAsync().GetAwaiter().GetResult());
            Assert.Equal(AppendOutcome.Failed, await journal.AppendAsync(other, 1, "behind"));
            Assert.False(journal.HasRoom);
            Assert.False(stuck.Outcome.IsCompleted);
            await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.RecoverAsync(id));
        }
    }

    private static void AssertHistory(PostgresJournal journal, Load load)
    {
        var stored = journal.ReadAll(0).GroupBy(e => e.Entity).ToDictionary(
            g => g.Key, g => g.Select(e => Counter.CommandOf(e)).ToList());
        foreach (var (entity, commands) in load.AcceptedCommands)
        {
            Assert.Empty(commands.Except(stored[entity]));
        }

        Assert.All(stored.Values, commands => Assert.Equal(commands.Count, commands.Distinct().Count()));
    }

    private Task<PostgresJournal> OpenAsync(Func<PostgresJournalOptions, PostgresJournalOptions>? with = null) =>
        PostgresProbe.OpenAsync(
            _schema, o => (with ?? (x => x))(o) with { TakesShardsOnDemand = true }, _server);

    private async Task<IAsyncDisposable> BlockAsync(EntityId entity)
    {
        var connection = new Npgsql.NpgsqlConnection(_server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await connection.BeginTransactionAsync();
        await using var command = new Npgsql.NpgsqlCommand(
            $"select 1 from {_schema}.shard_epoch where shard = {PostgresProbe.ShardOf(entity).Number} for update",
            connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private async Task<bool> IsWaitingAsync() => await _server.ScalarAsync(
        "select exists(select 1 from pg_stat_activity where wait_event_type = 'Lock')") is true;

    /// <summary>Callers that add to counters, each repeating under the same command id until it hears a fact.</summary>
    private sealed class Load(LocalShards shards)
    {
        private volatile bool _isStopping;
        private int _accepted;
        private int _refused;
        private long _slowestRefusal;

        public int Accepted => Volatile.Read(ref _accepted);

        public int Refused => Volatile.Read(ref _refused);

        public TimeSpan SlowestRefusal
        {
            get => TimeSpan.FromTicks(Interlocked.Read(ref _slowestRefusal));
            set => Interlocked.Exchange(ref _slowestRefusal, value.Ticks);
        }

        public ConcurrentDictionary<EntityId, ConcurrentQueue<Guid>> AcceptedCommands { get; } = new();

        public void Stop() => _isStopping = true;

        public Task RunAsync(int callers) =>
            Task.WhenAll(Enumerable.Range(0, callers).Select(n => CallAsync(new EntityId("counter", $"{n % 8}"))));

        private async Task CallAsync(EntityId entity)
        {
            var accepted = AcceptedCommands.GetOrAdd(entity, _ => new ConcurrentQueue<Guid>());
            while (!_isStopping)
            {
                var command = Guid.NewGuid();
                while (!await AskAsync(entity, command) && !_isStopping)
                {
                    await Task.Delay(5);
                }

                if (!_isStopping)
                {
                    accepted.Enqueue(command);
                }
            }
        }

        private async Task<bool> AskAsync(EntityId entity, Guid command)
        {
            var asked = Stopwatch.StartNew();
            var header = new CommandHeader(command, "tester", TimeProvider.System.GetUtcNow().AddMinutes(5));
            var answer = await shards.AskAsync(
                entity, new Counter.Command.Add(1), header, AskPatience, TimeProvider.System);
            if (answer is Answer.Accepted)
            {
                Interlocked.Increment(ref _accepted);
                return true;
            }

            Interlocked.Increment(ref _refused);
            Assert.True(answer is Answer.Refused or Answer.OutcomeUnknown, $"{answer}");
            if (asked.Elapsed > SlowestRefusal)
            {
                SlowestRefusal = asked.Elapsed;
            }

            return false;
        }
    }
}
