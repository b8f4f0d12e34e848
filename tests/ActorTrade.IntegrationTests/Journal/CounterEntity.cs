using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Journal;
using ActorTrade.Journal.Entities;

namespace ActorTrade.IntegrationTests.Journal;

/// <summary>The smallest entity with a state: it adds numbers.</summary>
public static class Counter
{
    public abstract record Command : ICommand
    {
        public sealed record Add(long Amount) : Command;
    }

    public abstract record Event : IEvent
    {
        [StoredName("counter.added.v1")]
        public sealed record Added(long Amount) : Event;
    }

    public sealed record Refusal(string Code) : IRejection;

    [StoredName("counter.snapshot.v1")]
    public sealed record Snapshot(long Total, long Count);

    public sealed record State(long Total, long Count);

    public static readonly EntityDefinition<State, Command, Event, Refusal> Definition = Define(
        s => new Snapshot(s.Total, s.Count));

    /// <summary>Its snapshot forgets how many numbers there were.</summary>
    public static readonly EntityDefinition<State, Command, Event, Refusal> Forgetful = Define(
        s => new Snapshot(s.Total, 0));

    public static readonly EventCatalog Catalog = new([Definition]);

    /// <summary>An event as the host stores it.</summary>
    public static NewEvent Added(long amount, Guid commandId = default)
    {
        var context = new CommandContext(commandId, "tester", JournalProbe.At, JournalProbe.At, SystemMode.Active);
        var bytes = EventEnvelope.Write(Catalog, new RecordWriter(), context, remember: false, new Event.Added(amount));
        return new NewEvent("counter.added.v1", bytes);
    }

    /// <summary>Which command caused a stored event.</summary>
    public static Guid CommandOf(StoredEvent stored) =>
        EventEnvelope.Read(Catalog, new RecordReader(), stored).CommandId;

    /// <summary>A snapshot as the host stores it.</summary>
    public static StoredSnapshot SnapshotOf(long sequenceNr, long total, long count)
    {
        var writer = new RecordWriter();
        writer.WriteByte(1);
        writer.WriteUInt64(0);
        Catalog.Write(writer, new Snapshot(total, count));
        return new StoredSnapshot(sequenceNr, "counter.snapshot.v1", writer.ToArray());
    }

    private static EntityDefinition<State, Command, Event, Refusal> Define(Func<State, object> capture) => new()
    {
        Category = "counter",
        Create = _ => new State(0, 0),
        Decide = (_, command, _) => new Event.Added(((Command.Add)command).Amount),
        Evolve = (state, @event) => new State(state.Total + ((Event.Added)@event).Amount, state.Count + 1),
        View = state => state,
        SnapshotType = typeof(Snapshot),
        Capture = capture,
        Restore = snapshot => new State(((Snapshot)snapshot).Total, ((Snapshot)snapshot).Count),
    };
}
