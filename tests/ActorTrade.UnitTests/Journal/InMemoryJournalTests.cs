using System.Text;
using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Simulated;
using ActorTrade.Kernel;

namespace ActorTrade.UnitTests.Journal;

public sealed class InMemoryJournalTests
{
    private static readonly EntityId Alice = new("account", "alice");
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(2);
    private readonly SimulatedTime _time = new();
    private readonly SimulatedDisk _disk = new();
    private InMemoryJournal _journal;

    public InMemoryJournalTests()
    {
        _journal = new InMemoryJournal(_disk, _time, Delay);
    }

    [Fact]
    public void Nothing_happens_before_the_commit_is_due_and_all_of_it_then()
    {
        var stream = Recover().Stream!;
        var first = Append(stream, 1, "a");
        var second = Append(stream, 2, "b");
        _time.Advance(Delay - TimeSpan.FromTicks(1));
        Assert.Empty(first.Outcomes);
        Assert.Equal(0, _journal.LastOrdering);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal([AppendOutcome.Stored], first.Outcomes);
        Assert.Equal([AppendOutcome.Stored], second.Outcomes);
        Assert.Equal(1, _journal.Statistics().Commits);
    }

    [Fact]
    public void An_append_has_at_least_one_event()
    {
        var stream = Recover().Stream!;
        Assert.Throws<ArgumentException>(() => Append(stream, 1));
    }

    [Fact]
    public void A_failed_commit_stores_nothing_and_fences_what_was_decided_on_it()
    {
        var stream = Recover().Stream!;
        var faults = new Queue<CommitFault>([CommitFault.Fail]);
        _journal.Faults = () => faults.TryDequeue(out var fault) ? fault : CommitFault.None;
        var failed = Append(stream, 1, "a");
        _time.Advance(Delay);
        var again = Append(stream, 1, "b");
        _time.Advance(Delay);
        Assert.Equal([AppendOutcome.Failed], failed.Outcomes);
        Assert.Equal([AppendOutcome.Fenced], again.Outcomes);
        Assert.Empty(Recover().Texts);
        Assert.Null(_journal.Failure);
    }

    [Theory]
    [InlineData(CommitFault.UnknownStored, 2)]
    [InlineData(CommitFault.UnknownLost, 0)]
    public void Only_a_recovery_tells_an_unknown_outcome(CommitFault fault, int stored)
    {
        var stream = Recover().Stream!;
        _journal.Faults = () => fault;
        var heard = 0;
        using var listener = _journal.OnCommitted(_ => heard++);
        var append = Append(stream, 1, "a", "b");
        _time.Advance(Delay);
        _journal.Faults = null;
        Assert.Equal([AppendOutcome.Unknown], append.Outcomes);
        Assert.Equal(0, heard);
        var next = Append(stream, 3, "c");
        _time.Advance(Delay);
        Assert.Equal([AppendOutcome.Fenced], next.Outcomes);
        Assert.Equal(stored, Recover().Texts.Count);
    }

    [Theory]
    [InlineData(CommitAtCrash.Lost, 1)]
    [InlineData(CommitAtCrash.Stored, 3)]
    public void A_crash_keeps_or_loses_the_commit_under_way_whole_and_nobody_hears(CommitAtCrash underWay, int stored)
    {
        var stream = Recover().Stream!;
        Append(stream, 1, "a");
        _time.Advance(Delay);
        var pending = Append(stream, 2, "b", "c");
        var bad = Append(stream, 9, "x");
        Assert.Throws<InvalidOperationException>(() => _journal.Reopen());
        _journal.Crash(underWay);
        var late = Append(stream, 2, "late");
        var sink = new Sink();
        _journal.Recover(Alice, sink);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(pending.Outcomes);
        Assert.Empty(bad.Outcomes);
        Assert.Empty(late.Outcomes);
        Assert.Null(sink.Stream);
        Assert.NotNull(_journal.Failure);
        _journal = _journal.Reopen();
        Assert.Equal(stored, Recover().Texts.Count);
        Assert.Equal(stored, _journal.LastOrdering);
        var old = Append(stream, stored + 1, "old");
        _time.Advance(Delay);
        Assert.Equal([AppendOutcome.Fenced], old.Outcomes);
    }

    [Fact]
    public void Snapshots_can_be_lost_and_dropped()
    {
        var stream = Recover().Stream!;
        Append(stream, 1, "a", "b");
        var losses = new Queue<bool>([true, false]);
        _journal.LosesSnapshot = () => losses.Dequeue();
        _journal.SaveSnapshot(stream, new StoredSnapshot(2, "x", new byte[1]));
        _time.Advance(Delay);
        Assert.Empty(_journal.ReadSnapshots());
        _journal.SaveSnapshot(stream, new StoredSnapshot(1, "x", new byte[1]));
        _time.Advance(Delay);
        Assert.Equal(["b"], Recover().Texts);
        _journal.Crash();
        _journal = _journal.Reopen(dropsSnapshots: true);
        Assert.Equal(["a", "b"], Recover().Texts);
    }

    /// <summary>What was acknowledged survives any faults, once and in order, and the
    /// same seed tells the same story.</summary>
    [Fact]
    public void Whatever_faults_happen_acknowledged_events_are_there_once_and_in_order()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            Assert.Equal(Story(seed), Story(seed));
        }
    }

    private static string Story(int seed)
    {
        var random = new Random(seed);
        var time = new SimulatedTime();
        var journal = new InMemoryJournal(new SimulatedDisk(), time, Delay)
        {
            Faults = () => random.Next(6) == 0 ? (CommitFault)random.Next(1, 4) : CommitFault.None,
            LosesSnapshot = () => random.Next(3) == 0,
        };
        var log = new StringBuilder();
        var acknowledged = new List<string>();
        var running = new List<Request>();
        Sink? holder = null;
        long next = 0;
        for (var step = 0; step < 200; step++)
        {
            if (holder is null || random.Next(25) == 0)
            {
                holder = new Sink();
                journal.Recover(Alice, holder);
                time.Advance(Delay);
                next = holder.Last + 1;
            }

            var request = new Request
            {
                Stream = holder.Stream!,
                FirstSequenceNr = next++,
                At = time.GetUtcNow(),
                WakeAt = null,
                Events = [new NewEvent("x", Encoding.UTF8.GetBytes($"{step}"))],
            };
            running.Add(request);
            journal.Append(request);
            if (random.Next(3) == 0)
            {
                time.Advance(Delay);
            }

            if (running.Any(r => r.Outcomes.Any(o => o != AppendOutcome.Stored)) || random.Next(30) == 0)
            {
                if (random.Next(2) == 0)
                {
                    journal.Crash((CommitAtCrash)random.Next(2));
                    journal = journal.Reopen(dropsSnapshots: random.Next(2) == 0);
                }

                Settle();
                holder = null;
            }
        }

        time.Advance(Delay);
        Settle();
        var stored = journal.ReadAll(0).Select(e => Encoding.UTF8.GetString(e.Payload.Span)).ToList();
        Assert.Equal(acknowledged, stored.Where(acknowledged.Contains));
        Assert.Equal(stored.Distinct(), stored);
        Assert.Equal(
            Enumerable.Range(1, stored.Count).Select(i => (long)i), journal.ReadAll(0).Select(e => e.SequenceNr));
        return log.AppendJoin(',', stored).ToString();

        void Settle()
        {
            foreach (var request in running)
            {
                Assert.True(request.Outcomes.Count <= 1);
                log.Append(request.Outcomes.Count == 0 ? '-' : (char)('0' + (int)request.Outcomes[0]));
                if (request.Outcomes is [AppendOutcome.Stored])
                {
                    acknowledged.Add(Encoding.UTF8.GetString(request.Events[0].Payload));
                }
            }

            running.Clear();
        }
    }

    private Sink Recover()
    {
        var sink = new Sink();
        _journal.Recover(Alice, sink);
        _time.Advance(Delay);
        Assert.NotNull(sink.Stream);
        return sink;
    }

    private Request Append(EntityStream stream, long first, params string[] texts)
    {
        var request = new Request
        {
            Stream = stream,
            FirstSequenceNr = first,
            At = _time.GetUtcNow(),
            WakeAt = null,
            Events = texts.Select(t => new NewEvent("x", Encoding.UTF8.GetBytes(t))).ToArray(),
        };
        _journal.Append(request);
        return request;
    }

    private sealed class Request : AppendRequest
    {
        public List<AppendOutcome> Outcomes { get; } = [];

        public override void Completed(AppendOutcome outcome) => Outcomes.Add(outcome);
    }

    private sealed class Sink : IRecoverySink
    {
        public EntityStream? Stream { get; private set; }

        public long Last { get; private set; }

        public List<string> Texts { get; } = [];

        public bool Restore(StoredSnapshot snapshot) => true;

        public void Apply(in StoredEvent stored) => Texts.Add(Encoding.UTF8.GetString(stored.Payload.Span));

        public void Recovered(EntityStream stream, long lastSequenceNr) => (Stream, Last) = (stream, lastSequenceNr);

        public void Failed(Exception reason) => throw reason;
    }
}
