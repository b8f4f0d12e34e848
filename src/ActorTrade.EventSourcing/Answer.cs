namespace ActorTrade.EventSourcing;

/// <summary>What the sender of a command or query hears.</summary>
public abstract record Answer
{
    private Answer()
    {
    }

    /// <summary>The command is in the journal. A repeat hears the same events.</summary>
    /// <param name="Events">The facts the command led to; empty where there was nothing to record.</param>
    /// <param name="SequenceNr">The entity's sequence number after them.</param>
    /// <param name="At">When it was decided.</param>
    public sealed record Accepted(IReadOnlyList<IEvent> Events, long SequenceNr, DateTimeOffset At) : Answer
    {
        /// <summary>The only event of the given type.</summary>
        public TEvent Single<TEvent>()
            where TEvent : IEvent => Events.OfType<TEvent>().Single();
    }

    /// <summary>The entity's rules do not allow it; nothing was stored.</summary>
    public sealed record Rejected(IRejection Rejection) : Answer;

    /// <summary>It was not handed to the entity's rules; nothing was stored, and this sending never will be.</summary>
    public sealed record Refused(RefusalReason Reason) : Answer;

    /// <summary>It may or may not be in the journal. Ask again with the same command id.</summary>
    public sealed record OutcomeUnknown(string Why) : Answer;

    /// <summary>The answer to a query.</summary>
    public sealed record Viewed(object View, long SequenceNr) : Answer;
}

/// <summary>Why a command did not reach the entity's rules.</summary>
public enum RefusalReason
{
    /// <summary>Its <see cref="CommandContext.ExpiresAt"/> had passed.</summary>
    Expired,

    /// <summary>Too much is waiting before it: send it again later.</summary>
    MailboxFull,

    /// <summary>The entity already remembers as many unexpired command ids as it may.</summary>
    TooManyRemembered,

    /// <summary>No entity kind of this name is served here.</summary>
    UnknownCategory,

    /// <summary>The entity or its journal cannot work at the moment.</summary>
    Unavailable,

    /// <summary>The sender may not ask this of anyone.</summary>
    NotPermitted,

    /// <summary>
    /// The entity's rules threw at it again and again, and it will not be run again; that is in the journal. Send it
    /// neither under this id nor under another before someone has looked.
    /// </summary>
    Poisoned,
}
