using ActorTrade.EventSourcing;

namespace ActorTrade.Journal.Entities;

/// <summary>
/// Who still waits for an entity: until what their answer rests on is durable, in the order of decisions, or until an
/// affair has ended.
/// </summary>
internal sealed class WaitingAnswers
{
    private readonly Queue<Pending> _pending = new();
    private readonly Dictionary<Guid, List<IAnswerSink>> _affairs = [];

    public bool HasPending => _pending.Count > 0;

    public bool IsEmpty => _pending.Count == 0 && _affairs.Count == 0;

    public void UntilDurable(long sequenceNr, IAnswerSink sink, Answer answer) =>
        _pending.Enqueue(new Pending(sequenceNr, sink, answer));

    public void ForEndOf(Guid affair, IAnswerSink sink)
    {
        if (!_affairs.TryGetValue(affair, out var sinks))
        {
            _affairs.Add(affair, sinks = new List<IAnswerSink>(1));
        }

        sinks.Add(sink);
    }

    /// <summary>Who waited for the affair, and does so no longer; null for nobody.</summary>
    public List<IAnswerSink>? End(Guid affair) => _affairs.Remove(affair, out var sinks) ? sinks : null;

    /// <summary>Everything up to this sequence number is durable.</summary>
    public void Durable(long sequenceNr)
    {
        while (_pending.TryPeek(out var pending) && pending.SequenceNr <= sequenceNr)
        {
            _pending.Dequeue().Sink.Answered(pending.Answer);
        }
    }

    /// <summary>Nobody will answer them: they hear that the outcome is unknown.</summary>
    public void Drop(string why)
    {
        var unknown = new Answer.OutcomeUnknown(why);
        foreach (var pending in _pending)
        {
            pending.Sink.Answered(unknown);
        }

        foreach (var sink in _affairs.Values.SelectMany(sinks => sinks))
        {
            sink.Answered(unknown);
        }

        _pending.Clear();
        _affairs.Clear();
    }

    private readonly record struct Pending(long SequenceNr, IAnswerSink Sink, Answer Answer);
}
