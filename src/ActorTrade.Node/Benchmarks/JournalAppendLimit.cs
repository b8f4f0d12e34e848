using System.Diagnostics;
using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Sqlite;

namespace ActorTrade.Node.Benchmarks;

/// <summary>What the journal alone can append: no actors, no decisions, the same bytes in the same batches.</summary>
/// <param name="Events">Events acknowledged.</param>
/// <param name="Requests">Appends acknowledged.</param>
/// <param name="Commits">Commits they were gathered into.</param>
/// <param name="Seconds">Wall-clock time from the first append to the last acknowledgement.</param>
public sealed record AppendLimitResult(long Events, long Requests, long Commits, double Seconds)
{
    public double EventsPerSecond => Events / Seconds;

    public double EventsPerCommit => (double)Events / Math.Max(1, Commits);
}

/// <summary>
/// Measures the append limit of a directory's disk through <see cref="SqliteJournal"/>. A fixed number of requests is
/// kept in flight, each acknowledged one being replaced by the next, so commits gather as they do under real load.
/// </summary>
public static class JournalAppendLimit
{
    /// <param name="directory">Where to make the journal; should be empty and is left as it is afterwards.</param>
    /// <param name="shapes">The requests to repeat, in turn: each is the events of one
    /// command, with real names and bytes.</param>
    /// <param name="entities">Entities the requests go to in turn.</param>
    /// <param name="inFlight">Requests unanswered at any time; sets the size of the commits.</param>
    /// <param name="duration">How long to append.</param>
    public static async Task<AppendLimitResult> MeasureAsync(
        string directory,
        IReadOnlyList<NewEvent[]> shapes,
        int entities,
        int inFlight,
        TimeSpan duration,
        SqliteJournalOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(shapes);
        ArgumentOutOfRangeException.ThrowIfZero(shapes.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(entities, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inFlight, 1);
        await using var journal = SqliteJournal.Open(directory, options);
        var load = new Load(journal, shapes, duration);
        for (var i = 0; i < entities; i++)
        {
            load.Streams.Add(await RecoverAsync(journal, new EntityId("limit", $"{i}")));
        }

        var commits = journal.Statistics().Commits;
        load.Start(inFlight);
        await load.Ended;
        return new AppendLimitResult(
            load.Events, load.Requests, journal.Statistics().Commits - commits, load.Elapsed.TotalSeconds);
    }

    private static Task<LimitStream> RecoverAsync(SqliteJournal journal, EntityId entity)
    {
        var sink = new StreamSink();
        journal.Recover(entity, sink);
        return sink.Stream.Task;
    }

    private sealed class LimitStream(EntityStream stream, long last)
    {
        public EntityStream Stream { get; } = stream;

        public long Next { get; set; } = last + 1;
    }

    // All of it but the start runs on the journal's thread, one completion after the other.
    private sealed class Load(SqliteJournal journal, IReadOnlyList<NewEvent[]> shapes, TimeSpan duration)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Stopwatch _watch = new();
        private readonly object _gate = new();
        private int _running;
        private int _turn;

        public List<LimitStream> Streams { get; } = [];

        public Task Ended => _ended.Task;

        public long Events { get; private set; }

        public long Requests { get; private set; }

        public TimeSpan Elapsed { get; private set; }

        public void Start(int inFlight)
        {
            lock (_gate)
            {
                _running = inFlight;
                _watch.Start();
                for (var i = 0; i < inFlight; i++)
                {
                    Send();
                }
            }
        }

        public void Completed(LimitAppend append, AppendOutcome outcome)
        {
            lock (_gate)
            {
                if (outcome != AppendOutcome.Stored)
                {
                    _ended.TrySetException(
                        new InvalidOperationException($"An append ended as {outcome}.", journal.Failure));
                    return;
                }

                Requests++;
                Events += append.Events.Length;
                if (_watch.Elapsed < duration)
                {
                    Send();
                }
                else if (--_running == 0)
                {
                    Elapsed = _watch.Elapsed;
                    _ended.TrySetResult();
                }
            }
        }

        private void Send()
        {
            var stream = Streams[_turn % Streams.Count];
            var events = shapes[_turn % shapes.Count];
            _turn = _turn == int.MaxValue ? 0 : _turn + 1;
            var append = new LimitAppend(this)
            {
                Stream = stream.Stream,
                FirstSequenceNr = stream.Next,
                At = DateTimeOffset.UnixEpoch,
                WakeAt = null,
                Events = events,
            };
            stream.Next += events.Length;
            journal.Append(append);
        }
    }

    private sealed class LimitAppend(Load load) : AppendRequest
    {
        public override void Completed(AppendOutcome outcome) => load.Completed(this, outcome);
    }

    private sealed class StreamSink : IRecoverySink
    {
        public TaskCompletionSource<LimitStream> Stream { get; } = new(
            TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Restore(StoredSnapshot snapshot) => true;

        public void Apply(in StoredEvent stored)
        {
        }

        public void Recovered(EntityStream stream, long lastSequenceNr) =>
            Stream.SetResult(new LimitStream(stream, lastSequenceNr));

        public void Failed(Exception reason) => Stream.SetException(reason);
    }
}
