using ActorTrade.Cluster.Sharding;
using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Simulated;
using ActorTrade.Kernel;

namespace ActorTrade.SimulationTests.Entities;

/// <summary>What one caller heard, and when.</summary>
internal sealed class Caller(TimeProvider time, List<Caller> order) : IAnswerSink
{
    public List<Answer> Answers { get; } = [];

    public DateTimeOffset? HeardAt { get; private set; }

    public bool HasHeard => Answers.Count > 0;

    /// <summary>The only answer.</summary>
    public Answer Answer => Assert.Single(Answers);

    public Answer.Accepted Accepted => Assert.IsType<Answer.Accepted>(Answer);

    public Probe.State State => (Probe.State)Assert.IsType<Answer.Viewed>(Answer).View;

    public void Answered(Answer answer)
    {
        Answers.Add(answer);
        HeardAt ??= time.GetUtcNow();
        order.Add(this);
    }

    public void AssertRefused(RefusalReason reason) => Assert.Equal(new Answer.Refused(reason), Answer);

    public void AssertUnknown() => Assert.IsType<Answer.OutcomeUnknown>(Answer);
}

/// <summary>The real shards and entity actors over a simulated disk, with time that moves only when told.</summary>
internal sealed class HostBench
{
    public static readonly TimeSpan CommitDelay = TimeSpan.FromMilliseconds(10);
    private readonly SimulatedDispatcher _dispatcher = new();
    private readonly LocalShardsOptions _options;
    private readonly Func<IEntities, HostBench, IEntities>? _network;
    private readonly Queue<CommitFault> _faults = new();
    private readonly SupervisorStrategy? _strategy;
    private int _ids;

    public HostBench(
        LocalShardsOptions? options = null,
        Func<IEntities, HostBench, IEntities>? network = null,
        int waitingRequestsMax = 1_000,
        SupervisorStrategy? strategy = null)
    {
        _options = options ?? new LocalShardsOptions();
        _network = network;
        _strategy = strategy;
        Journal = new InMemoryJournal(new SimulatedDisk(), Time, CommitDelay, waitingRequestsMax)
        {
            Faults = NextFault,
        };
        (System, Shards) = Start();
    }

    public SimulatedTime Time { get; } = new();

    public InMemoryJournal Journal { get; private set; }

    public LocalShards Shards { get; private set; }

    public ActorSystem System { get; private set; }

    /// <summary>Everyone in the order of hearing.</summary>
    public List<Caller> Heard { get; } = [];

    public List<Exception> Failures { get; } = [];

    public DateTimeOffset Now => Time.GetUtcNow();

    public long Commits => Journal.Statistics().Commits;

    public IReadOnlyList<StoredEvent> Stored(string key) =>
        [.. Journal.ReadAll(0).Where(e => e.Entity == IdOf(key))];

    public static EntityId IdOf(string key) => new(Probe.Category, key);

    public Guid NewId() => new(++_ids, 5, 5, new byte[8]);

    public Caller Send(
        string key, Probe.Command command, Guid? id = null, TimeSpan? expiresIn = null, string principal = "tester",
        LocalShards? through = null)
    {
        var caller = new Caller(Time, Heard);
        var header = new CommandHeader(id ?? NewId(), principal, Now + (expiresIn ?? TimeSpan.FromMinutes(1)));
        (through ?? Shards).Send(IdOf(key), command, header, caller);
        return caller;
    }

    /// <summary>Sends and waits for the answer.</summary>
    public Caller Do(string key, Probe.Command command, Guid? id = null, TimeSpan? expiresIn = null)
    {
        var caller = Send(key, command, id, expiresIn);
        Run(TimeSpan.FromSeconds(1));
        return caller;
    }

    public Caller Query(string key, LocalShards? through = null)
    {
        var caller = new Caller(Time, Heard);
        (through ?? Shards).Query(IdOf(key), caller);
        return caller;
    }

    public Probe.State StateOf(string key)
    {
        var caller = Query(key);
        Run(TimeSpan.FromSeconds(1));
        return caller.State;
    }

    /// <summary>Everything that is ready now, without time going on.</summary>
    public void RunNow() => _dispatcher.RunUntilIdle(100_000);

    public void RunOne() => _dispatcher.RunOne();

    /// <summary>Something is ready to run.</summary>
    public bool IsBusy => !_dispatcher.IsIdle;

    public void Run(TimeSpan span)
    {
        var until = Now + span;
        RunNow();
        while (Time.NextTimerDue <= until)
        {
            Time.AdvanceToNextTimer();
            RunNow();
        }

        Time.AdvanceTo(until);
        RunNow();
    }

    /// <summary>From here on each commit takes the next of these, then none.</summary>
    public void FailNext(params CommitFault[] faults)
    {
        foreach (var fault in faults)
        {
            _faults.Enqueue(fault);
        }
    }

    /// <summary>The process dies and another starts on its disk.</summary>
    public void Restart(bool dropsSnapshots = false, CommitAtCrash underWay = CommitAtCrash.Lost)
    {
        Journal.Crash(underWay);
        System.StopAsync(TimeSpan.FromMinutes(1));
        RunNow();
        Journal = Journal.Reopen(dropsSnapshots);
        (System, Shards) = Start();
    }

    /// <summary>A second process that believes that it owns the same entities.</summary>
    public LocalShards StartRival() => Start().Shards;

    private (ActorSystem System, LocalShards Shards) Start()
    {
        var system = new ActorSystem("bench", new ActorSystemOptions
        {
            Dispatcher = _dispatcher,
            Time = Time,
            Random = new SeededRandom(1),
            GuardianStrategy = _strategy ?? new SupervisorStrategy
            {
                Backoff = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5), Jitter: 0),
            },
        });
        system.ActorFailed += failure => Failures.Add(failure.Cause);
        Func<IEntities, IEntities>? network = _network is null ? null : inner => _network(inner, this);
        var shards = new LocalShards(
            system, Journal, [Probe.Definition], Probe.Catalog, () => SystemMode.Active, _options, network);
        return (system, shards);
    }

    private CommitFault NextFault() => _faults.TryDequeue(out var fault) ? fault : CommitFault.None;
}
