namespace ActorTrade.Kernel;

/// <summary>
/// A unit of state with one writer. It handles one message after the other; no two calls of its methods ever overlap,
/// and what one call wrote the next one sees, whatever thread it runs on.
/// </summary>
/// <remarks>
/// Nothing here may block. Asynchronous work starts in a turn and comes back as a message through
/// <see cref="IActorContext{TMessage}.PipeToSelf{T}"/>. An exception that leaves a method suspends the actor, and the
/// parent's <see cref="SupervisorStrategy"/> decides.
/// </remarks>
public abstract class Actor<TMessage>
    where TMessage : class
{
    private IActorContext<TMessage>? context;

    /// <summary>The actor's own address, its surroundings and its children. Not yet there in the constructor.</summary>
    protected IActorContext<TMessage> Context =>
        context ?? throw new InvalidOperationException("The context comes with PreStart; the constructor has none.");

    /// <summary>How this actor treats the failures of its children. Read anew at every failure.</summary>
    protected virtual SupervisorStrategy SupervisorStrategy => SupervisorStrategy.Default;

    internal SupervisorStrategy Strategy => SupervisorStrategy;

    /// <summary>Handles one message.</summary>
    protected abstract void Receive(TMessage message);

    /// <summary>Runs before the first message, in the actor's own first turn.</summary>
    protected virtual void PreStart()
    {
    }

    /// <summary>Runs once the children have stopped, as the last call. Replies given here still arrive.</summary>
    protected virtual void PostStop()
    {
    }

    /// <summary>Runs on the old instance before a restart. By default calls <see cref="PostStop"/>.</summary>
    protected virtual void PreRestart(Exception cause) => PostStop();

    /// <summary>
    /// Runs on the new instance, after its children-to-be's names are free. By default calls <see cref="PreStart"/>.
    /// </summary>
    protected virtual void PostRestart(Exception cause) => PreStart();

    /// <summary>
    /// Runs once after each turn, that is after a batch of one to <see cref="SpawnOptions.TurnLimit"/> messages: the
    /// place to flush what the batch gathered. After a failure it waits for the supervisor: it runs when the actor is
    /// resumed and is left out when it is restarted or stopped.
    /// </summary>
    protected virtual void OnTurnEnd()
    {
    }

    internal void Attach(IActorContext<TMessage> to) => context = to;

    internal void InvokeReceive(TMessage message) => Receive(message);

    internal void InvokePreStart() => PreStart();

    internal void InvokePostStop() => PostStop();

    internal void InvokePreRestart(Exception cause) => PreRestart(cause);

    internal void InvokePostRestart(Exception cause) => PostRestart(cause);

    internal void InvokeOnTurnEnd() => OnTurnEnd();
}
