using ActorTrade.Cluster.Wire;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.SimulationTests.Cluster;

/// <summary>One kind of entity in two versions of the program: the newer knows a command and a field more.</summary>
internal static class Gauge
{
    public const string Category = "gauge";

    public static readonly NodeVersion Older = Version("1.0", Define<OldCommand>(c => ((OldCommand.Note)c).Amount));

    public static readonly NodeVersion Newer = Version("1.1", Define<NewCommand>(
        c => c is NewCommand.Note note ? note.Amount : -1_000));

    public abstract record OldCommand : ICommand
    {
        [StoredName("gauge.note.v1")]
        public sealed record Note(long Amount) : OldCommand;
    }

    public abstract record NewCommand : ICommand
    {
        [StoredName("gauge.note.v1")]
        public sealed record Note(long Amount, string? Why = null) : NewCommand;

        [StoredName("gauge.lower.v1")]
        public sealed record Lower : NewCommand;
    }

    public abstract record Event : IEvent
    {
        [StoredName("gauge.noted.v1")]
        public sealed record Noted(long Amount) : Event;
    }

    public sealed record Refusal(string Code) : IRejection;

    public sealed record State(long Total);

    public static EntityId IdOf(string key) => new(Category, key);

    private static EntityDefinition<State, TCommand, Event, Refusal> Define<TCommand>(Func<TCommand, long> amountOf)
        where TCommand : class, ICommand => new()
        {
            Category = Category,
            Create = static _ => new State(0),
            Decide = (_, command, _) => new Event.Noted(amountOf(command)),
            Evolve = static (state, e) => new State(state.Total + ((Event.Noted)e).Amount),
            View = static state => state,
        };

    private static NodeVersion Version(string name, IEntityDefinition definition)
    {
        var catalog = new EventCatalog([definition]);
        return new NodeVersion(name, [definition], catalog, new WireCatalog([definition], catalog));
    }
}
