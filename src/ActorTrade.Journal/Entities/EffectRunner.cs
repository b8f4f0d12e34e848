using ActorTrade.EventSourcing;
using ActorTrade.Kernel;

namespace ActorTrade.Journal.Entities;

/// <summary>
/// Sends an entity's effects and keeps those that wait for an answer, one a command id. What was refused for the moment
/// or whose outcome is unknown is sent again with the same id after a growing wait; what has not been answered at all
/// is sent again when the entity is woken. One whose answer the entity could not digest is not sent at all. Used by the
/// entity's actor in its own turns.
/// </summary>
internal sealed class EffectRunner(
    EntityEnvironment environment, IEntityDefinition definition, EntityActor owner,
    IActorContext<IEntityMessage> context, EntityCrashes? crashes)
{
    private readonly Dictionary<Guid, EffectInFlight> _inFlight = [];
    private (long SequenceNr, IReadOnlyList<Effect> Effects)? _heldBack;

    public int Count => _inFlight.Count;

    /// <summary>The command that tells the entity what an effect's answer was.</summary>
    public static Guid ContinuationOf(Effect effect) => DeterministicGuid.Derive(effect.CommandId, uint.MaxValue);

    public static IReadOnlyList<Effect>? Join(IReadOnlyList<Effect>? first, IReadOnlyList<Effect> second) =>
        second.Count == 0 ? first
        : first is null || first.Count == 0 ? second
        : [.. first, .. second];

    public void Run(IReadOnlyList<Effect> effects)
    {
        for (var i = 0; i < effects.Count; i++)
        {
            var effect = effects[i];
            if (_inFlight.TryGetValue(effect.CommandId, out var flight))
            {
                SendAgainIfOverdue(flight);
            }
            else if (_inFlight.Count < definition.Limits.EffectsInFlightMax
                && crashes?.IsSetAside(ContinuationOf(effect)) != true)
            {
                flight = new EffectInFlight(owner, context.Self, effect);
                _inFlight.Add(effect.CommandId, flight);
                Send(flight);
            }
        }
    }

    /// <summary>
    /// Runs what a state asks for that may be ahead of the disk: nobody is told of what is not durable, for should its
    /// append fail, it never was.
    /// </summary>
    public void RunWhenDurable(IReadOnlyList<Effect> effects, long sequenceNr, long durableNr)
    {
        if (sequenceNr <= durableNr)
        {
            Run(effects);
        }
        else
        {
            _heldBack ??= (sequenceNr, effects);
        }
    }

    /// <summary>Runs what durable events ask for, and what was held back until now and has not ended
    /// meanwhile.</summary>
    public void RunDurable(IReadOnlyList<Effect>? effects, IEntityFold fold, long durableNr)
    {
        Run(effects ?? []);
        if (_heldBack is not { } held || held.SequenceNr > durableNr)
        {
            return;
        }

        _heldBack = null;
        var still = fold.Outstanding().Select(e => e.CommandId).ToHashSet();
        Run([.. held.Effects.Where(e => still.Contains(e.CommandId))]);
    }

    public void SendAgain(EffectInFlight flight)
    {
        if (_inFlight.TryGetValue(flight.Effect.CommandId, out var known) && known == flight)
        {
            Send(flight);
        }
    }

    /// <summary>Takes the answer in. True if it is one to go on with; else the effect will be sent again.</summary>
    public bool Answered(EffectInFlight flight)
    {
        if (!_inFlight.TryGetValue(flight.Effect.CommandId, out var known) || known != flight)
        {
            return false;
        }

        if (flight.Answer is Answer.Accepted or Answer.Rejected)
        {
            _inFlight.Remove(flight.Effect.CommandId);
            return true;
        }

        environment.Metrics.OnEffectRetry();
        var factor = Math.Pow(2, Math.Min(flight.Attempts - 1, 20));
        var wait = TimeSpan.FromTicks(
            (long)Math.Min(environment.EffectRetryMin.Ticks * factor, environment.EffectRetryMax.Ticks));
        context.ScheduleOnce(flight.Effect.CommandId.ToString("N"), wait, new EffectRetryDue(flight));
        return false;
    }

    private void SendAgainIfOverdue(EffectInFlight flight)
    {
        if (context.Time.GetUtcNow() - flight.SentAt >= environment.EffectPatience)
        {
            environment.Metrics.OnEffectRetry();
            Send(flight);
        }
    }

    private void Send(EffectInFlight flight)
    {
        var now = context.Time.GetUtcNow();
        flight.SentAt = now;
        flight.Attempts++;
        var header = new CommandHeader(flight.Effect.CommandId, CommandContext.Self, now + environment.EffectPatience);
        environment.Entities.Send(flight.Effect.Target, flight.Effect.Command, header, flight);
    }
}
