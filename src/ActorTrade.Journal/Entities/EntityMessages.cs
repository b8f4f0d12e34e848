using ActorTrade.EventSourcing;
using ActorTrade.Kernel;

namespace ActorTrade.Journal.Entities;

/// <summary>What an entity's actor receives.</summary>
public interface IEntityMessage;

/// <summary>What becomes of a message that is not taken.</summary>
internal static class UntakenMessages
{
    /// <summary>Tells whoever waits for the message that it was not taken.</summary>
    public static void Refuse(this IEntityMessage message, RefusalReason reason = RefusalReason.Unavailable)
    {
        var sink = message switch
        {
            CommandMessage command => command.AnswerTo,
            QueryMessage query => query.AnswerTo,
            _ => null,
        };
        sink?.Answered(new Answer.Refused(reason));
    }

    /// <summary>Sends it to whoever serves the entity now. A suspect goes back to who suspects it.</summary>
    public static void SendOn(this IEntityMessage message, IEntities entities, EntityId target)
    {
        switch (message)
        {
            case CommandMessage { IsSuspect: true }:
                message.Refuse();
                break;
            case CommandMessage command:
                entities.Send(target, command.Command, command.Header, command.AnswerTo);
                break;
            case QueryMessage query:
                entities.Query(target, query.AnswerTo);
                break;
        }
    }
}

/// <summary>A command on its way to an entity.</summary>
public sealed class CommandMessage(ICommand command, CommandHeader header, IAnswerSink? answerTo) : IEntityMessage
{
    public ICommand Command { get; } = command;

    public CommandHeader Header { get; } = header;

    public IAnswerSink? AnswerTo { get; } = answerTo;

    /// <summary>It was delivered so often that it probably ends the process that runs it: it is journaled as poisoned
    /// and not run.</summary>
    public bool IsSuspect { get; init; }
}

/// <summary>A request for the entity's view.</summary>
public sealed class QueryMessage(IAnswerSink answerTo) : IEntityMessage
{
    public IAnswerSink AnswerTo { get; } = answerTo;
}

/// <summary>The entity's wake-up is due.</summary>
public sealed class WakeMessage : IEntityMessage
{
    public static readonly WakeMessage Instance = new();
}

/// <summary>The entity has been idle and may stop, if nothing is under way.</summary>
public sealed class PassivateMessage : IEntityMessage
{
    public static readonly PassivateMessage Instance = new();
}

/// <summary>The entity's shard goes to another node: finish what is on its way to the journal, then leave.</summary>
public sealed class DepartMessage : IEntityMessage
{
    public static readonly DepartMessage Instance = new();
}

/// <summary>Only wakes the actor up to see that it is dropped; see <see cref="IEntityMailbox.IsDropped"/>.</summary>
public sealed class DropMessage : IEntityMessage
{
    public static readonly DropMessage Instance = new();
}

/// <summary>A passivated entity's last moment: whatever is still in the mailbox has been sent on.</summary>
internal sealed class LeaveMessage : IEntityMessage
{
    public static readonly LeaveMessage Instance = new();
}

/// <summary>The end of a recovery, for the instance that asked for it.</summary>
internal sealed class RecoveryEnded(
    EntityActor owner, EntityRecovery? recovery, EntityStream? stream, long events, Exception? failure) : IEntityMessage
{
    public EntityActor Owner { get; } = owner;

    public EntityRecovery? Recovery { get; } = recovery;

    public EntityStream? Stream { get; } = stream;

    public long Events { get; } = events;

    public Exception? Failure { get; } = failure;
}

/// <summary>An append that the journal has decided on, for the instance that asked for
/// it; it is its own confirmation.</summary>
internal sealed class EntityAppend(EntityActor owner, ActorRef<IEntityMessage> self) : AppendRequest, IEntityMessage
{
    public EntityActor Owner { get; } = owner;

    public AppendOutcome Outcome { get; private set; }

    public required long LastSequenceNr { get; init; }

    /// <summary>What the events ask of others, once durable.</summary>
    public IReadOnlyList<Effect>? Effects { get; init; }

    /// <summary>The only event, where it is the host's.</summary>
    public HostEvent.CommandPoisoned? Poison { get; init; }

    /// <summary>The poison is what the entity told itself: it is set aside.</summary>
    public bool IsOwnPoison { get; init; }

    public override void Completed(AppendOutcome outcome)
    {
        Outcome = outcome;
        self.TellReserved(this);
    }
}

/// <summary>An effect under way; it is the sink of its answer and the message that brings it home.</summary>
internal sealed class EffectInFlight(
    EntityActor owner, ActorRef<IEntityMessage> self, Effect effect) : IEntityMessage, IAnswerSink
{
    public EntityActor Owner { get; } = owner;

    public Effect Effect { get; } = effect;

    public DateTimeOffset SentAt { get; set; }

    public int Attempts { get; set; }

    public Answer? Answer { get; private set; }

    public void Answered(Answer answer)
    {
        Answer = answer;
        self.TellReserved(this);
    }
}

/// <summary>The time to send a refused effect again.</summary>
internal sealed class EffectRetryDue(EffectInFlight flight) : IEntityMessage
{
    public EffectInFlight Flight { get; } = flight;
}
