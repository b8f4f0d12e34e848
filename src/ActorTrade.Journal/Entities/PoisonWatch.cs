using ActorTrade.EventSourcing;

namespace ActorTrade.Journal.Entities;

/// <summary>
/// Knows what the rules of one entity are at work on, so that a throw is counted against it, and what of it must not be
/// run again. Belongs to one instance of the entity's actor; the counts are in the process's <see cref="CrashTable"/>.
/// </summary>
/// <remarks>
/// A command at which the rules throw is run <see cref="EntityCrashes.AttemptsMax"/> times in all, each on the state of
/// a new recovery and before whatever waits behind it; then that it is poisoned is journaled, its sender hears it, and
/// a repeat of its id is not run, here or elsewhere. What the entity tells itself (an effect's answer, a wake-up) runs
/// as often, journaled in the same way, and set aside: the entity goes on without it, and it stays outstanding until
/// another process serves the entity, which may have other rules. So one id costs a process at most
/// <see cref="EntityCrashes.AttemptsMax"/> restarts of the entity and one event for as long as it is remembered.
/// </remarks>
internal sealed class PoisonWatch(EntityEnvironment environment, EntityId entity)
{
    private bool _isRunning;
    private Guid _running;
    private CommandMessage? _message;

    /// <summary>Null where nothing crashed, which is nearly always.</summary>
    public EntityCrashes? Crashes { get; private set; } = environment.Crashes.Find(entity);

    /// <param name="message">Null where the entity tells itself something.</param>
    public void Begin(Guid commandId, CommandMessage? message)
    {
        _isRunning = true;
        _running = commandId;
        _message = message;
    }

    /// <summary>The rules did not throw.</summary>
    public void End()
    {
        _isRunning = false;
        _message = null;
        Forget(_running);
    }

    /// <summary>Counts a crash, and keeps what was in hand for the next instance: first the same again.</summary>
    public void Crashed(Exception cause, Queue<IEntityMessage> behind)
    {
        if (Note(cause))
        {
            Crashes!.Carry(_message, behind);
        }
    }

    /// <summary>The supervisor gave the entity up; it still counts.</summary>
    public void Stopped()
    {
        if (Note(cause: null))
        {
            _message?.Refuse();
        }
    }

    public bool Condemns(CommandMessage message, out Crash crash)
    {
        crash = default;
        return message.IsSuspect || Condemns(message.Header.CommandId, out crash);
    }

    public bool Condemns(Guid commandId, out Crash crash)
    {
        crash = default;
        return Crashes?.Condemns(commandId, out crash) == true;
    }

    public bool IsSetAside(Guid commandId) => Crashes?.IsSetAside(commandId) == true;

    /// <summary>Says what must not be run again.</summary>
    public static HostEvent.CommandPoisoned FactOf(string command, in CommandContext context, in Crash crash) => new(
        context.CommandId,
        command,
        context.Principal,
        crash.ErrorType ?? "",
        crash.Error ?? "Delivered too often without an end: it may have ended its process.",
        crash.Attempts);

    /// <summary>The fact is durable.</summary>
    public void Journaled(HostEvent.CommandPoisoned fact, bool isOwn)
    {
        if (isOwn)
        {
            Crashes?.SetAside(fact.CommandId);
        }
        else
        {
            Forget(fact.CommandId);
        }

        environment.Metrics.OnPoisoned();
        environment.OnPoison(entity, fact);
    }

    private bool Note(Exception? cause)
    {
        if (!_isRunning)
        {
            return false;
        }

        _isRunning = false;
        Crashes = environment.Crashes.Of(entity);
        Crashes.Crashed(_running, cause);
        return true;
    }

    private void Forget(Guid commandId)
    {
        if (Crashes is not { } crashes)
        {
            return;
        }

        crashes.Forget(commandId);
        if (crashes.IsEmpty)
        {
            environment.Crashes.ForgetIfEmpty(entity, crashes);
            Crashes = null;
        }
    }
}
