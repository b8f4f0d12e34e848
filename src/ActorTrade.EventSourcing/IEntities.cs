namespace ActorTrade.EventSourcing;

/// <summary>The way to every entity, wherever it lives: this process, another one, or an outside
/// venue that speaks the same way.</summary>
public interface IEntities
{
    /// <summary>
    /// Hands a command to its target. Never waits and never throws for a target's sake: whatever happens is the answer.
    /// </summary>
    /// <param name="answerTo">Hears one answer, or none where the target's process
    /// dies; null where nobody waits.</param>
    void Send(EntityId target, ICommand command, CommandHeader header, IAnswerSink? answerTo);

    /// <summary>Asks for the target's view. Reads pass in every <see cref="SystemMode"/>.</summary>
    void Query(EntityId target, IAnswerSink answerTo);
}

/// <summary>Who sends a command, under which id, and until when it may be taken.</summary>
/// <param name="Origin">
/// Where a person's request came from, for the audit: the address, a space, the user agent. Null for the cluster's own.
/// </param>
public readonly record struct CommandHeader(
    Guid CommandId, string Principal, DateTimeOffset ExpiresAt, string? Origin = null);

/// <summary>Hears an answer on the answering thread; must only hand it on (post a message, complete a task).</summary>
public interface IAnswerSink
{
    void Answered(Answer answer);
}
