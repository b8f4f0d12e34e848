namespace ActorTrade.EventSourcing;

/// <summary>
/// What <c>Decide</c> says to a command: events that happen now, the earlier events of a repeated command, or a
/// rejection. The answer to a command is the facts: whoever repeats it gets the same events again.
/// </summary>
/// <remarks>
/// A command that starts a long affair (a swap) is accepted now but answered later: <see cref="AnsweredBy"/>
/// names the affair, and the decision that ends it names it again with <see cref="Ending"/>; its last event
/// is then the answer to everyone who waits.
/// </remarks>
public readonly struct Decision<TEvent, TRejection>
    where TEvent : class, IEvent
    where TRejection : class, IRejection
{
    private static readonly TEvent[] NoEvents = [];
    private readonly TEvent[]? _events;

    private Decision(TEvent[]? events, bool isEarlier, TRejection? rejection, Guid answeredBy, Guid ending)
    {
        _events = events;
        IsEarlier = isEarlier;
        Rejection = rejection;
        AnswerKey = answeredBy;
        EndingKey = ending;
    }

    /// <summary>Accepted, and there is nothing to record.</summary>
    public static Decision<TEvent, TRejection> Nothing => default;

    /// <summary>New facts, or with <see cref="IsEarlier"/> the facts that answered
    /// the command the first time.</summary>
    public IReadOnlyList<TEvent> Events => _events ?? NoEvents;

    /// <summary>The events happened before; they answer a repeat and are not stored again.</summary>
    public bool IsEarlier { get; }

    /// <summary>Not null where the command is rejected; then there are no events.</summary>
    public TRejection? Rejection { get; }

    /// <summary>Not empty: the answer waits for the decision that ends this affair.</summary>
    public Guid AnswerKey { get; }

    /// <summary>Not empty: the last of these events answers everyone who waits for this affair.</summary>
    public Guid EndingKey { get; }

    public static Decision<TEvent, TRejection> Accept(params TEvent[] events) =>
        new(events, false, null, default, default);

    /// <summary>The command happened before; these events were and are its answer.</summary>
    public static Decision<TEvent, TRejection> Earlier(params TEvent[] events) =>
        new(events, true, null, default, default);

    public static Decision<TEvent, TRejection> Reject(TRejection rejection) =>
        new(null, false, rejection, default, default);

    public static implicit operator Decision<TEvent, TRejection>(TEvent @event) => Accept(@event);

    public static implicit operator Decision<TEvent, TRejection>(TEvent[] events) => Accept(events);

    public static implicit operator Decision<TEvent, TRejection>(TRejection rejection) => Reject(rejection);

    /// <summary>Answer the sender when the affair ends, not now.</summary>
    public Decision<TEvent, TRejection> AnsweredBy(Guid affair) =>
        new(_events, IsEarlier, Rejection, affair, EndingKey);

    /// <summary>The last of these events ends the affair and answers those who wait for it.</summary>
    public Decision<TEvent, TRejection> Ending(Guid affair) => new(_events, IsEarlier, Rejection, AnswerKey, affair);
}
