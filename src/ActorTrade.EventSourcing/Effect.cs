namespace ActorTrade.EventSourcing;

/// <summary>
/// Something an entity's committed events ask of another: a command to it and what to tell oneself about its answer.
/// Described by pure functions, run by the host after the commit, and run again after a crash until it is answered; so
/// its command id is derived from what it is for, never made anew.
/// </summary>
/// <param name="Target">Whom to ask.</param>
/// <param name="Command">What to ask. Must be idempotent by its own ids or by <paramref name="CommandId"/>.</param>
/// <param name="CommandId">The same for every sending of this effect.</param>
/// <param name="Continue"> Turns the answer (only <see cref="Answer.Accepted"/> or
/// <see cref="Answer.Rejected"/>; others are retried by the host) into a command to the entity itself, or null
/// where nothing is to be recorded. Must not capture mutable state.
/// </param>
public sealed record Effect(EntityId Target, ICommand Command, Guid CommandId, Func<Answer, ICommand?> Continue);
