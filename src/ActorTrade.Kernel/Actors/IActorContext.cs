namespace ActorTrade.Kernel;

/// <summary>
/// What an actor can do besides handling a message. Every method is for the actor's own turn; from another thread it
/// throws <see cref="InvalidOperationException"/>. The properties may be read from anywhere.
/// </summary>
public interface IActorContext<TMessage>
    where TMessage : class
{
    /// <summary>The actor's own address.</summary>
    ActorRef<TMessage> Self { get; }

    /// <summary>The system the actor lives in.</summary>
    ActorSystem System { get; }

    /// <summary>The only clock an actor may read.</summary>
    TimeProvider Time { get; }

    /// <summary>The only chance an actor may take.</summary>
    IRandomSource Random { get; }

    /// <summary>Starts a child. The factory runs in the child's first turn and again at every restart.</summary>
    /// <param name="factory">Makes a fresh instance at every call.</param>
    /// <param name="name">Unique among the live children; not empty, without '/'.</param>
    /// <param name="options">Mailbox capacity and turn limit; <see cref="SpawnOptions.Default"/> if null.</param>
    /// <exception cref="ArgumentException">The name is malformed.</exception>
    /// <exception cref="InvalidOperationException">The name is taken, or this actor is stopping.</exception>
    ActorRef<T> Spawn<T>(Func<Actor<T>> factory, string name, SpawnOptions? options = null)
        where T : class;

    /// <summary>
    /// Stops a child after the message it is handling; what waits in its mailbox becomes dead letters.
    /// </summary>
    /// <exception cref="ArgumentException">It is not a child of this actor.</exception>
    void Stop(IActorRef child);

    /// <summary>Stops this actor after the present message.</summary>
    void StopSelf();

    /// <summary>
    /// Asks for <paramref name="whenTerminated"/> to be delivered exactly once when the other actor has stopped, also
    /// if it already has. It comes after all messages the other one sent to this actor. A second watch of the same
    /// actor replaces the message. A watch survives restarts of either side.
    /// </summary>
    void Watch(IActorRef other, TMessage whenTerminated);

    /// <summary>Ends a watch. A notice that already lies in the mailbox still arrives.</summary>
    void Unwatch(IActorRef other);

    /// <summary>
    /// Delivers the message once after the delay, ahead of waiting messages and beside the capacity. A timer with the
    /// same key is replaced. A cancelled or replaced timer never delivers. Timers end with the actor and at a
    /// restart.
    /// </summary>
    void ScheduleOnce(string key, TimeSpan delay, TMessage message);

    /// <summary>
    /// Like <see cref="ScheduleOnce"/>, again and again. Ticks that come while one waits to be handled are merged into
    /// it, so a slow actor is never flooded by its own timer.
    /// </summary>
    void SchedulePeriodic(string key, TimeSpan period, TMessage message);

    /// <summary>Cancels a timer; nothing happens if there is none of this key.</summary>
    void CancelTimer(string key);

    /// <summary>
    /// Turns the end of a task into one message to this actor, beside the capacity: the actor bounds how many it
    /// starts. The two functions run outside the turn and must not touch the actor's state. A cancelled task counts
    /// as failed.
    /// </summary>
    void PipeToSelf<T>(Task<T> task, Func<T, TMessage> success, Func<Exception, TMessage> failure);
}
