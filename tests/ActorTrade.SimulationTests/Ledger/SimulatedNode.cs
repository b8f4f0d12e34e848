using ActorTrade.Cluster.Sharding;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Journal;
using ActorTrade.Kernel;
using ActorTrade.Node.Trading;

namespace ActorTrade.SimulationTests.Ledger;

/// <summary>
/// One process of the node on simulated time and threads: the real actors and shards on a given journal. Killed, nothing of it
/// runs any more: neither its turns nor what its timers would start.
/// </summary>
internal sealed class SimulatedNode
{
    private readonly MortalDispatcher _dispatcher;

    public SimulatedNode(
        SimulatedDispatcher dispatcher,
        SimulatedTime time,
        IRandomSource random,
        IJournal journal,
        IReadOnlyList<IEntityDefinition> definitions,
        EventCatalog catalog,
        List<Exception> failures,
        Func<SystemMode> mode,
        Func<IEntities, IEntities> network)
    {
        _dispatcher = new MortalDispatcher(dispatcher);
        var system = new ActorSystem("node", new ActorSystemOptions
        {
            Dispatcher = _dispatcher,
            Time = time,
            Random = random,
            GuardianStrategy = new SupervisorStrategy
            {
                MaxRestarts = 1_000,
                Backoff = new Backoff(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1)),
            },
        });
        system.ActorFailed += failure => failures.Add(failure.Cause);
        Shards = new LocalShards(
            system,
            journal,
            definitions,
            catalog,
            mode,
            new LocalShardsOptions { PassivateAfter = TimeSpan.FromSeconds(8) },
            network);
        system.Spawn(() => new BookFeed(journal, catalog, Shards, static _ => true), "book-feed");
    }

    public LocalShards Shards { get; }

    public void Kill() => _dispatcher.IsAlive = false;

    private sealed class MortalDispatcher(IDispatcher inner) : IDispatcher
    {
        public bool IsAlive { get; set; } = true;

        public void Schedule(IThreadPoolWorkItem work)
        {
            if (IsAlive)
            {
                inner.Schedule(new Turn(this, work));
            }
        }

        private sealed class Turn(MortalDispatcher owner, IThreadPoolWorkItem work) : IThreadPoolWorkItem
        {
            public void Execute()
            {
                if (owner.IsAlive)
                {
                    work.Execute();
                }
            }
        }
    }
}
