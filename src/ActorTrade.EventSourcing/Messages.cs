namespace ActorTrade.EventSourcing;

/// <summary>A request to an entity to change, in the imperative. It may be rejected.</summary>
public interface ICommand;

/// <summary>
/// A command that carries its own id of the thing it does (a trade id, a hold id), by which the entity itself
/// recognises a repeat and gives the first answer. The host then keeps no memory of its command id.
/// </summary>
public interface INaturallyIdempotent : ICommand;

/// <summary>A fact about an entity, in the past tense; stored for ever under its
/// <see cref="StoredNameAttribute"/>.</summary>
public interface IEvent;

/// <summary>Why an entity's rules do not allow a command. Nothing was stored.</summary>
public interface IRejection
{
    /// <summary>Stable, lower-case, dashed; the code a client programs against.</summary>
    string Code { get; }
}

/// <summary>The name and version under which a record is stored; never the class name, never changed.</summary>
/// <param name="name">Dotted and versioned, such as <c>account.funds-held.v1</c>.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class StoredNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>What the whole system allows at the moment; carried to every decision.</summary>
public enum SystemMode
{
    /// <summary>Being set up; no new work.</summary>
    Init = 0,

    /// <summary>Normal operation.</summary>
    Active = 1,

    /// <summary>No new trades; what runs is finished, cancels and reads pass.</summary>
    Paused = 2,

    /// <summary>As paused, for work on the system.</summary>
    Maintenance = 3,

    /// <summary>Nothing new at all, also no money out; what runs is finished or undone.</summary>
    Emergency = 4,
}

/// <summary>What a decision may know beside the state and the command.</summary>
/// <param name="CommandId">Made by the sender; a repeat carries the same id.</param>
/// <param name="Principal">Who asks: a user, a bot, an operator, or <see cref="Self"/>.</param>
/// <param name="Now">The time of the decision, UTC.</param>
/// <param name="ExpiresAt">After this the command is refused; until then its id is remembered.</param>
/// <param name="Mode">What the system allows.</param>
/// <param name="Origin">Where a person's request came from; see <see cref="CommandHeader"/>.</param>
public readonly record struct CommandContext(
    Guid CommandId,
    string Principal,
    DateTimeOffset Now,
    DateTimeOffset ExpiresAt,
    SystemMode Mode,
    string? Origin = null)
{
    /// <summary>The principal of a command that another entity's or the entity's own reaction sends.</summary>
    public const string Self = "system";
}
