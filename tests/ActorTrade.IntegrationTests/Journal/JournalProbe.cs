using System.Text;
using ActorTrade.EventSourcing;
using ActorTrade.Journal;

namespace ActorTrade.IntegrationTests.Journal;

/// <summary>An append that can be awaited, and counts how often it heard its outcome.</summary>
internal sealed class ProbeAppend : AppendRequest
{
    private readonly TaskCompletionSource<AppendOutcome> _outcome = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private int _completions;

    public Task<AppendOutcome> Outcome => _outcome.Task;

    public int Completions => Volatile.Read(ref _completions);

    public override void Completed(AppendOutcome outcome)
    {
        Interlocked.Increment(ref _completions);
        _outcome.TrySetResult(outcome);
    }
}

/// <summary>What a recovery gave.</summary>
internal sealed class ProbeRecovery : IRecoverySink
{
    private readonly TaskCompletionSource<ProbeRecovery> _done = new(
        TaskCreationOptions.RunContinuationsAsynchronously);

    public bool TakesSnapshots { get; init; } = true;

    public StoredSnapshot? Snapshot { get; private set; }

    public List<StoredEvent> Events { get; } = [];

    public EntityStream Stream { get; private set; } = null!;

    public long Last { get; private set; }

    public Task<ProbeRecovery> Done => _done.Task;

    public IEnumerable<string> Texts => Events.Select(e => Encoding.UTF8.GetString(e.Payload.Span));

    public bool Restore(StoredSnapshot snapshot)
    {
        Snapshot = TakesSnapshots ? snapshot : null;
        return TakesSnapshots;
    }

    public void Apply(in StoredEvent stored) => Events.Add(stored);

    public void Recovered(EntityStream stream, long lastSequenceNr)
    {
        Stream = stream;
        Last = lastSequenceNr;
        _done.SetResult(this);
    }

    public void Failed(Exception reason) => _done.SetException(reason);
}

internal static class JournalProbe
{
    public static readonly DateTimeOffset At = new(2024, 2, 29, 12, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task<ProbeRecovery> RecoverAsync(this IJournal journal, EntityId entity, bool takesSnapshots = true)
    {
        var sink = new ProbeRecovery { TakesSnapshots = takesSnapshots };
        journal.Recover(entity, sink);
        return sink.Done.WaitAsync(Patience);
    }

    public static ProbeAppend Queue(
        this IJournal journal, EntityStream stream, long first, DateTimeOffset? wakeAt, params string[] texts)
    {
        var events = texts.Select(t => new NewEvent("probe.noted.v1", Encoding.UTF8.GetBytes(t))).ToArray();
        return journal.Queue(stream, first, wakeAt, events);
    }

    public static ProbeAppend Queue(
        this IJournal journal, EntityStream stream, long first, DateTimeOffset? wakeAt, NewEvent[] events)
    {
        var request = new ProbeAppend
        {
            Stream = stream,
            FirstSequenceNr = first,
            At = At,
            WakeAt = wakeAt,
            Events = events
        };
        journal.Append(request);
        return request;
    }

    public static Task<AppendOutcome> AppendAsync(
        this IJournal journal, EntityStream stream, long first, params string[] texts) =>
        journal.Queue(stream, first, null, texts).Outcome.WaitAsync(Patience);

    public static string Text(this StoredEvent stored) => Encoding.UTF8.GetString(stored.Payload.Span);
}

/// <summary>A directory of the test's own, removed at its end.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("actortrade-journal-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
