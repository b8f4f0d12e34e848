namespace ActorTrade.Kernel;

/// <summary>The typed address of an actor. Safe to share between threads and to keep after the actor stopped.</summary>
/// <remarks>The kernel's own references are the actors' cells. A test may derive a fake.</remarks>
public abstract class ActorRef<TMessage> : IActorRef
    where TMessage : class
{
    /// <inheritdoc/>
    public abstract string Path { get; }

    /// <inheritdoc/>
    public abstract bool IsStopped { get; }

    /// <summary>
    /// Puts the message into the mailbox and returns at once. Messages of one sender keep their order.
    /// </summary>
    /// <returns>
    /// False if the mailbox is full or the actor has stopped; counted in <c>actortrade.mailbox.refused</c>.
    /// </returns>
    public abstract bool Tell(TMessage message);

    /// <summary>
    /// Like <see cref="Tell"/>, but passes the capacity: for replies and completions, whose number the receiver itself
    /// bounds by what it has asked for. Anything else must use <see cref="Tell"/>, or the mailbox has no limit.
    /// </summary>
    /// <returns>False only if the actor has stopped.</returns>
    public abstract bool TellReserved(TMessage message);

    /// <summary>
    /// Sends a message that carries a place for the reply. The task always completes, never faults, and its
    /// continuations never run inside the actor's turn.
    /// </summary>
    /// <param name="message">Makes the message around the reply address; called once, on the caller's thread.</param>
    /// <param name="deadline">
    /// More than zero, at most <see cref="AskLimits.DeadlineMax"/>. Answers later than this are ignored. On the real
    /// clock the time-out comes up to about 2 ms late, never early.
    /// </param>
    public abstract Task<AskResult<TReply>> Ask<TReply>(Func<IReplyTo<TReply>, TMessage> message, TimeSpan deadline);

    /// <inheritdoc/>
    public override string ToString() => Path;
}
