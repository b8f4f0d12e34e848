using ActorTrade.Domain;
using ActorTrade.Domain.System;
using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Simulated;
using ActorTrade.Kernel;
using ActorTrade.Market.Simulation;
using ActorTrade.Node.Hosting;
using ActorTrade.Node.Trading;

namespace ActorTrade.SimulationTests.Market;

public sealed class FloorRestartTests
{
    private readonly SimulatedDispatcher _dispatcher = new();
    private readonly SimulatedTime _time = new(new DateTimeOffset(2026, 1, 1, 8, 59, 0, TimeSpan.Zero));
    private readonly WatchedJournal _journal;
    private readonly NodeHost _host;

    public FloorRestartTests()
    {
        _journal = new WatchedJournal(new InMemoryJournal(new SimulatedDisk(), _time, TimeSpan.FromMilliseconds(1)));
        _host = NodeHost.Open(
            new NodeHostOptions { DataDirectory = "none", KeepsTables = false, FirstStart = null },
            new NodeSeams
            {
                Dispatcher = _dispatcher,
                Time = _time,
                Random = new SeededRandom(1),
                Journal = _journal,
            });
        var header = new CommandHeader(
            DeterministicGuid.FromText("activate"), CommandContext.Self, _time.GetUtcNow() + TimeSpan.FromMinutes(1));
        _host.Door.Send(TradingSystem.Id, new TradingSystem.Command.Activate("test"), header, answerTo: null);
        Run(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_floor_that_was_stopped_leaves_nothing_and_the_next_goes_on()
    {
        // Entities stay loaded, so what is left over is counted by who lives besides them.
        var (before, listeners) = (OutsideEntities(), _journal.Listeners);
        var interval = TimeSpan.FromSeconds(1);
        var fed = 0L;
        for (var round = 1; round <= 3; round++)
        {
            var market = LiveMarket.Start(
                _host,
                TickSource.Simulated(1, interval, _time.GetUtcNow(), fed),
                new FloorOptions { SignalInterval = TimeSpan.FromSeconds(5), BotKinds = ["dca", "trend"] });
            Run(TimeSpan.FromSeconds(70));
            Assert.Equal(10, market.Bots);
            Assert.Empty(market.Problems);
            Assert.True(OutsideEntities() > before + 10);
            Assert.True(_journal.Listeners > listeners);
            fed = market.Status().Ticks;
            Assert.Equal(round * 350, fed, 10.0);

            var stopped = _dispatcher.Start(market.StopAsync);
            Run(TimeSpan.FromSeconds(1));

            Assert.True(stopped.IsCompletedSuccessfully);
            Assert.Equal(before, OutsideEntities());
            Assert.Equal(listeners, _journal.Listeners);
            Run(TimeSpan.FromSeconds(20));
            var quiet = _host.Shards.Metrics.Commands;
            Run(TimeSpan.FromSeconds(20));
            Assert.Equal(quiet, _host.Shards.Metrics.Commands);
        }

        var registered = _journal.ReadAll(0).Count(e => e.StoredName == "bot.registered.v1");
        Assert.Equal(10, registered);
    }

    [Fact]
    public void Quotes_of_a_second_floor_are_not_taken_for_repeats_of_the_first()
    {
        var tick = new SimulatedMarket(1, _time.GetUtcNow(), TimeSpan.FromSeconds(1)).Ticks().First();
        var quotes = new QuoteIds();
        foreach (var tenure in new[] { "a", "b", "a" })
        {
            var desk = new TradingFloor(
                new FloorServices(_host.System, quotes, _journal, EntityKinds.Catalog(), () => SystemMode.Active),
                new FloorOptions { OpensPools = false, RegistersBots = false, Tenure = tenure });
            desk.Start();
            desk.Observe(tick);
            var stopped = _dispatcher.Start(desk.StopAsync);
            Run(TimeSpan.FromSeconds(1));
            Assert.True(stopped.IsCompletedSuccessfully);
        }

        Assert.Equal(3, quotes.Ids.Count);
        Assert.NotEqual(quotes.Ids[0], quotes.Ids[1]);
        Assert.Equal(quotes.Ids[0], quotes.Ids[2]);
    }

    private long OutsideEntities() => _host.System.Counters.LiveActors - _host.Shards.Loaded;

    private void Run(TimeSpan time)
    {
        var until = _time.GetUtcNow() + time;
        do
        {
            _dispatcher.RunUntilIdle();
        }
        while (_time.NextTimerDue <= until && _time.AdvanceToNextTimer());

        _time.AdvanceTo(until);
    }

    /// <summary>Notes the ids of the quotes that are sent, and answers nothing.</summary>
    private sealed class QuoteIds : IEntities
    {
        public List<Guid> Ids { get; } = [];

        public void Send(EntityId target, ICommand command, CommandHeader header, IAnswerSink? answerTo)
        {
            if (command is Domain.Orders.PaperVenue.Command.Quote)
            {
                Ids.Add(header.CommandId);
            }
        }

        public void Query(EntityId target, IAnswerSink answerTo)
        {
        }
    }

    /// <summary>Counts who listens.</summary>
    private sealed class WatchedJournal(IJournal inner) : IJournal
    {
        public int Listeners { get; private set; }

        public long LastOrdering => inner.LastOrdering;

        public bool HasRoom => inner.HasRoom;

        public Exception? Failure => inner.Failure;

        public void Recover(EntityId entity, IRecoverySink sink) => inner.Recover(entity, sink);

        public void Append(AppendRequest request) => inner.Append(request);

        public void SaveSnapshot(EntityStream stream, StoredSnapshot snapshot) => inner.SaveSnapshot(stream, snapshot);

        public IEnumerable<StoredEvent> ReadAll(long afterOrdering) => inner.ReadAll(afterOrdering);

        public IEnumerable<(EntityId Entity, StoredSnapshot Snapshot)> ReadSnapshots() => inner.ReadSnapshots();

        public IReadOnlyList<(EntityId Entity, DateTimeOffset WakeAt)> ReadWakeUps() => inner.ReadWakeUps();

        public IDisposable OnCommitted(Action<long> committed)
        {
            Listeners++;
            var subscription = inner.OnCommitted(committed);
            return new Ended(() =>
            {
                Listeners--;
                subscription.Dispose();
            });
        }

        public JournalStatistics Statistics() => inner.Statistics();

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private sealed class Ended(Action end) : IDisposable
        {
            public void Dispose() => end();
        }
    }
}
