using System.Collections.Concurrent;
using System.Diagnostics;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Pools;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Journal;
using ActorTrade.Journal.Entities;
using ActorTrade.Journal.Sqlite;

namespace ActorTrade.Node.Benchmarks;

/// <summary>How fast a node comes back; rates are the median of three rounds.</summary>
/// <param name="Events">Events in the journal.</param>
/// <param name="Entities">Entities with events.</param>
/// <param name="ReadEventsPerSecond">Reading alone, in commit order, checksums included.</param>
/// <param name="RefoldEventsPerSecond">Reading, decoding and folding all entities
/// from nothing, on three threads.</param>
/// <param name="OpenSeconds">Opening the journal after a clean close.</param>
/// <param name="ReadySeconds">From opening until every entity has answered a query, snapshots on.</param>
/// <param name="ReadyWithoutSnapshotsSeconds">The same after every snapshot was deleted.</param>
public sealed record RecoveryBenchmarkResult(
    long Events,
    long Entities,
    double ReadEventsPerSecond,
    double RefoldEventsPerSecond,
    double OpenSeconds,
    double ReadySeconds,
    double ReadyWithoutSnapshotsSeconds);

/// <summary>Fills a journal with swaps and measures reading it, folding it, and restarting on it.</summary>
public static class RecoveryBenchmark
{
    private const int Accounts = 1_000;
    private const int Pools = 100;
    private const int PageSize = 512;
    private const int FoldingThreads = 2;
    private const int Rounds = 3;

    public static async Task<RecoveryBenchmarkResult> RunAsync(string directory, long events)
    {
        await FillAsync(directory, events);
        long count;
        double read, refold;
        await using (var journal = SqliteJournal.Open(directory))
        {
            count = journal.LastOrdering;
            read = count / MedianTime(() => Read(journal));
            refold = count / MedianTime(() => Refold(journal));
        }

        var (open, ready, entities) = await RestartAsync(directory, new SqliteJournalOptions());
        var (_, without, _) = await RestartAsync(directory, new SqliteJournalOptions { DropsSnapshots = true });
        return new RecoveryBenchmarkResult(count, entities, read, refold, open, ready, without);
    }

    private static async Task FillAsync(string directory, long events)
    {
        await using var journal = SqliteJournal.Open(directory);
        await using var field = await SwapField.CreateAsync(journal, Accounts, Pools);
        while (journal.LastOrdering < events)
        {
            await SwapLoad.ClosedAsync(field, 2_048, Pools, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        }
    }

    private static void Read(SqliteJournal journal)
    {
        foreach (var _ in journal.ReadAll(0))
        {
        }
    }

    // One thread reads and checks; two fold, each the entities whose hash is its own.
    private static void Refold(SqliteJournal journal)
    {
        var catalog = new EventCatalog(SwapField.Definitions);
        var workers = Enumerable.Range(0, FoldingThreads).Select(i => new FoldingThread(i, catalog)).ToArray();
        foreach (var page in journal.ReadAll(0).Chunk(PageSize))
        {
            foreach (var worker in workers)
            {
                worker.Pages.Add(page);
            }
        }

        foreach (var worker in workers)
        {
            worker.Finish();
        }
    }

    private static async Task<(double Open, double Ready, long Entities)> RestartAsync(
        string directory, SqliteJournalOptions options)
    {
        var watch = Stopwatch.StartNew();
        await using var journal = SqliteJournal.Open(directory, options);
        var open = watch.Elapsed.TotalSeconds;
        await using var field = SwapField.Attach(journal, Accounts, Pools);
        EntityId[] entities =
        [
            .. field.Accounts.Select(Account.IdOf),
            .. field.Pools.Select(Pool.IdOf),
        ];
        foreach (var chunk in entities.Chunk(256))
        {
            await Task.WhenAll(chunk.Select(e => QueryAsync(field, e)));
        }

        return (open, watch.Elapsed.TotalSeconds, journal.Statistics().Entities);
    }

    private static async Task QueryAsync(SwapField field, EntityId entity)
    {
        var answer = await field.Shards.QueryAsync(entity, TimeSpan.FromMinutes(2), field.System.Time);
        if (answer is not Answer.Viewed)
        {
            throw new InvalidOperationException($"{entity} answered {answer}.");
        }
    }

    private static double MedianTime(Action action)
    {
        var seconds = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            action();
            seconds[round] = watch.Elapsed.TotalSeconds;
        }

        return seconds.Order().ElementAt(Rounds / 2);
    }

    private sealed class FoldingThread
    {
        private readonly Dictionary<EntityId, EntityRecovery> _entities = [];
        private readonly Thread _thread;
        private readonly int _number;
        private readonly EventCatalog _catalog;

        public FoldingThread(int number, EventCatalog catalog)
        {
            _number = number;
            _catalog = catalog;
            _thread = new Thread(Run) { IsBackground = true, Name = $"refold-{number}" };
            _thread.Start();
        }

        public BlockingCollection<StoredEvent[]> Pages { get; } = new(boundedCapacity: 64);

        public void Finish()
        {
            Pages.CompleteAdding();
            _thread.Join();
            Pages.Dispose();
        }

        private void Run()
        {
            foreach (var page in Pages.GetConsumingEnumerable())
            {
                foreach (var stored in page)
                {
                    if (Math.Abs((long)stored.Entity.GetHashCode()) % FoldingThreads == _number)
                    {
                        Fold(stored);
                    }
                }
            }
        }

        private void Fold(in StoredEvent stored)
        {
            if (!_entities.TryGetValue(stored.Entity, out var entity))
            {
                var category = stored.Entity.Category;
                var definition = SwapField.Definitions.First(d => d.Category == category);
                entity = new EntityRecovery(definition, _catalog, stored.Entity.Key);
                _entities.Add(stored.Entity, entity);
            }

            entity.Apply(stored);
        }
    }
}
