namespace ActorTrade.EventSourcing;

/// <summary>
/// A fact that the host of an entity records in the entity's stream, about its work and not about the entity. It takes
/// a sequence number like any event, never reaches the entity's rules, and moves no money. The same for every kind.
/// </summary>
public abstract record HostEvent : IEvent
{
    /// <summary>Longest texts in an event, in characters; what is longer is cut.</summary>
    public const int ErrorLengthMax = 500;

    private HostEvent()
    {
    }

    /// <summary>
    /// A command made the entity's rules throw again and again, or ended its process, and will not be run again. A
    /// repeat of its id is refused as <see cref="RefusalReason.Poisoned"/> for as long as the event is remembered.
    /// </summary>
    /// <param name="CommandId">Who sent it and under which origin is kept with every event.</param>
    /// <param name="Command">The command's name, such as <c>account.start-swap.v1</c>; of what the entity told itself,
    /// <c>wake-up</c>, or <c>answer to</c> and the effect's command.</param>
    /// <param name="ErrorType">The exception's class; empty where the process ended and nobody saw one.</param>
    /// <param name="Error">Its message, cut to <see cref="ErrorLengthMax"/>.</param>
    /// <param name="Attempts">How often it was run here; 0 where others saw it end their process.</param>
    [StoredName("host.command-poisoned.v1")]
    public sealed record CommandPoisoned(
        Guid CommandId, string Command, string Principal, string ErrorType, string Error, int Attempts) : HostEvent;
}
