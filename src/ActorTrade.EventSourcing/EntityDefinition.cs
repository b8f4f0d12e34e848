namespace ActorTrade.EventSourcing;

/// <summary>Chooses, and may refuse. Reads no clock, no chance, no I/O; does not change the state.</summary>
public delegate Decision<TEvent, TRejection> Decide<in TState, in TCommand, TEvent, TRejection>(
    TState state, TCommand command, CommandContext context)
    where TEvent : class, IEvent
    where TRejection : class, IRejection;

/// <summary>An entity kind as its host sees it, whatever its types.</summary>
public interface IEntityDefinition
{
    /// <summary>Lower-case name of the kind; the first part of its entities' ids.</summary>
    string Category { get; }

    EntityLimits Limits { get; }

    /// <summary>Base type of its commands.</summary>
    Type CommandType { get; }

    /// <summary>Base type of its events; its nested cases are what the journal stores.</summary>
    Type EventType { get; }

    /// <summary>Base type of its rejections.</summary>
    Type RejectionType { get; }

    /// <summary>The record that answers a query; null where it answers none across processes.</summary>
    Type? ViewType { get; }

    /// <summary>The record stored as a snapshot, or null where the kind takes none.</summary>
    Type? SnapshotType { get; }

    /// <summary>Old stored events that are read as newer ones.</summary>
    IReadOnlyList<Upcaster> Upcasters { get; }

    /// <summary>A new fold of one entity, from nothing.</summary>
    IEntityFold CreateFold(string key);
}

/// <summary>One entity being folded from its events; owned by one thread at a time.</summary>
public interface IEntityFold
{
    object State { get; }

    void Apply(IEvent @event);

    DecisionResult Decide(ICommand command, CommandContext context);

    /// <summary>What the event, now part of the state, asks of others.</summary>
    IReadOnlyList<Effect> React(IEvent @event);

    /// <summary>All that the state still waits for; run after a recovery and at a wake-up.</summary>
    IReadOnlyList<Effect> Outstanding();

    /// <summary>When the entity wants to be woken although nobody asks; null for never.</summary>
    DateTimeOffset? WakeAt();

    /// <summary>What the entity tells itself when woken; null for nothing.</summary>
    ICommand? OnWake(DateTimeOffset now);

    object View();

    object? Capture();

    void Restore(object snapshot);
}

/// <summary>A decision without its types, for the host.</summary>
public readonly record struct DecisionResult(
    IReadOnlyList<IEvent> Events, bool IsEarlier, IRejection? Rejection, Guid AnswerKey, Guid EndingKey);

/// <summary>Bounds of one entity kind.</summary>
public sealed record EntityLimits
{
    /// <summary>Commands that may wait in one entity's mailbox; at the bound a command is refused.</summary>
    public int MailboxCapacity { get; init; } = 4096;

    /// <summary>Unexpired command ids one entity remembers; at the bound a command is refused.</summary>
    public int RememberedCommandsMax { get; init; } = 65_536;

    /// <summary>Effects of one entity that may be unanswered at once; more wait for the next wake-up.</summary>
    public int EffectsInFlightMax { get; init; } = 65_536;

    /// <summary>At least this many events lie between two snapshots of one entity.</summary>
    public int SnapshotEveryEvents { get; init; } = 500;
}

/// <summary>Reads a stored event of an older form as one of today's.</summary>
/// <param name="StoredName">The old name.</param>
/// <param name="OldType">The record of the old form, kept beside the entity.</param>
/// <param name="Convert">A pure conversion to today's event.</param>
public sealed record Upcaster(string StoredName, Type OldType, Func<object, IEvent> Convert);

/// <summary>The whole of an entity kind: pure functions and limits. One static
/// instance a kind, in the entity's file.</summary>
/// <remarks>
/// <para>The state belongs to one actor. <see cref="Evolve"/> gives the next state and may be the same object, changed
/// in place (a hot pool remembers many trades, and copying them for each event would cost more than the trade);
/// <see cref="Decide"/> must leave it as it is, and nothing handed out of these functions may refer to it.</para>
/// <para><see cref="React"/> is told each event when it has become part of the state; its effects run once the event is
/// durable. <see cref="Outstanding"/> must give, for any state, the effects of which no answer is recorded yet.</para>
/// </remarks>
public sealed class EntityDefinition<TState, TCommand, TEvent, TRejection> : IEntityDefinition
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class, IEvent
    where TRejection : class, IRejection
{
    private static readonly Effect[] NoEffects = [];

    public required string Category { get; init; }

    /// <summary>The state before any event, of the entity with this key.</summary>
    public required Func<string, TState> Create { get; init; }

    public required Decide<TState, TCommand, TEvent, TRejection> Decide { get; init; }

    /// <summary>Records; never refuses.</summary>
    public required Func<TState, TEvent, TState> Evolve { get; init; }

    /// <summary>A copy of what readers may see.</summary>
    public required Func<TState, object> View { get; init; }

    /// <summary>The record that <see cref="View"/> gives.</summary>
    public Type? ViewType { get; init; }

    public Func<TState, TEvent, IReadOnlyList<Effect>> React { get; init; } = static (_, _) => NoEffects;

    public Func<TState, IReadOnlyList<Effect>> Outstanding { get; init; } = static _ => NoEffects;

    public Func<TState, DateTimeOffset?> WakeAt { get; init; } = static _ => null;

    public Func<TState, DateTimeOffset, TCommand?> OnWake { get; init; } = static (_, _) => null;

    /// <summary>The record that stores a snapshot, with its <see cref="StoredNameAttribute"/>.</summary>
    public Type? SnapshotType { get; init; }

    public Func<TState, object>? Capture { get; init; }

    public Func<object, TState>? Restore { get; init; }

    public EntityLimits Limits { get; init; } = new();

    public IReadOnlyList<Upcaster> Upcasters { get; init; } = [];

    public Type CommandType => typeof(TCommand);

    public Type EventType => typeof(TEvent);

    public Type RejectionType => typeof(TRejection);

    public IEntityFold CreateFold(string key) => new Fold(this, Create(key));

    /// <summary>The id of the entity of this kind with the given key.</summary>
    public EntityId Id(string key) => new(Category, key);

    private sealed class Fold(
        EntityDefinition<TState, TCommand, TEvent, TRejection> definition, TState state) : IEntityFold
    {
        private TState _state = state;

        public object State => _state;

        public void Apply(IEvent @event) => _state = definition.Evolve(_state, (TEvent)@event);

        public DecisionResult Decide(ICommand command, CommandContext context)
        {
            var decision = definition.Decide(_state, (TCommand)command, context);
            return new DecisionResult(
                decision.Events, decision.IsEarlier, decision.Rejection, decision.AnswerKey, decision.EndingKey);
        }

        public IReadOnlyList<Effect> React(IEvent @event) => definition.React(_state, (TEvent)@event);

        public IReadOnlyList<Effect> Outstanding() => definition.Outstanding(_state);

        public DateTimeOffset? WakeAt() => definition.WakeAt(_state);

        public ICommand? OnWake(DateTimeOffset now) => definition.OnWake(_state, now);

        public object View() => definition.View(_state);

        public object? Capture() => definition.Capture?.Invoke(_state);

        public void Restore(object snapshot) =>
            _state = (definition.Restore ?? throw new InvalidOperationException(
                $"{definition.Category} takes no snapshots."))(snapshot);
    }
}
