using System.Collections.Concurrent;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Cluster.Routing;

/// <summary>A command or query sent to another node, whose answer is still out.</summary>
/// <param name="Id">0 where nobody waits for the answer.</param>
/// <param name="Command">Null for a query.</param>
internal sealed record PendingCall(
    long Id, ShardId Shard, EntityId Target, ICommand? Command, CommandHeader Header, IAnswerSink? Sink,
    string? TraceParent)
{
    /// <summary>It was sent more than once.</summary>
    public bool IsRepeated { get; set; }

    /// <summary>Without an answer by then it is sent again.</summary>
    public DateTimeOffset AskAgainAt { get; set; }

    public TimeSpan AskAgainAfter { get; set; }
}

/// <summary>
/// The calls whose answers are out, until their deadline: past it the outcome is unknown. Each hears one answer,
/// whichever comes first.
/// </summary>
internal sealed class PendingCalls(int max, TimeSpan asksAgainAfter)
{
    public static readonly TimeSpan AsksAgainAfterDefault = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<long, PendingCall> _calls = new();
    private long _lastId;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Null where as many are out as may be.</summary>
    public PendingCall? Add(
        ShardId shard,
        EntityId target,
        ICommand? command,
        CommandHeader header,
        IAnswerSink sink,
        string? traceParent,
        DateTimeOffset now)
    {
        if (Interlocked.Increment(ref _count) > max)
        {
            Interlocked.Decrement(ref _count);
            return null;
        }

        var call = new PendingCall(
            Interlocked.Increment(ref _lastId), shard, target, command, header, sink, traceParent)
        {
            AskAgainAt = now + asksAgainAfter,
            AskAgainAfter = asksAgainAfter,
        };
        _calls[call.Id] = call;
        return call;
    }

    public void Answer(long id, Answer answer)
    {
        if (_calls.TryRemove(id, out var call))
        {
            Interlocked.Decrement(ref _count);
            call.Sink!.Answered(call.IsRepeated ? Repeats.Honest(answer) : answer);
        }
    }

    /// <summary>Calls out at the moment, in the order they were made.</summary>
    public IReadOnlyList<PendingCall> Snapshot() => [.. _calls.Values.OrderBy(c => c.Id)];

    /// <summary>Calls whose answer has not come for long, in the order they were made; each is due less often the
    /// longer it is out.</summary>
    public IReadOnlyList<PendingCall> Overdue(DateTimeOffset now)
    {
        var overdue = _calls.Values
            .Where(c => c.AskAgainAt <= now && c.Header.ExpiresAt > now)
            .OrderBy(c => c.Id)
            .ToList();
        foreach (var call in overdue)
        {
            call.AskAgainAfter *= 2;
            call.AskAgainAt = now + call.AskAgainAfter;
        }

        return overdue;
    }

    /// <summary>Ends the calls whose deadline has passed by more than the way back may take.</summary>
    public void Expire(DateTimeOffset now, TimeSpan grace)
    {
        foreach (var call in _calls.Values.Where(c => c.Header.ExpiresAt + grace < now).OrderBy(c => c.Id))
        {
            Answer(call.Id, new Answer.OutcomeUnknown("No answer before the command's deadline."));
        }
    }
}
