using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Journal.Entities;

namespace ActorTrade.SimulationTests.Entities;

/// <summary>
/// The smallest entity that uses all of its host: it adds numbers, asks another of its kind, rings at an instant, and
/// can be told to break.
/// </summary>
internal static class Probe
{
    public const string Category = "probe";
    public const int MailboxCapacity = 8;
    public const int RememberedMax = 8;
    public const int SnapshotEvery = 4;

    /// <summary>The rules throw when a probe is to add it.</summary>
    public const long PoisonToAdd = 666;

    /// <summary>The rules throw when a probe hears that another has added it.</summary>
    public const long PoisonToHear = 13;

    /// <summary>The rules throw when an alarm at this millisecond of a second rings.</summary>
    public const int PoisonToRing = 13;

    public static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(30);

    public static readonly EntityDefinition<State, Command, Event, Refusal> Definition = new()
    {
        Category = Category,
        Create = static _ => new State(0, 0, null, 0, [], []),
        Decide = Decide,
        Evolve = Evolve,
        React = static (_, e) => e is Event.Asked x ? [Ask(x)] : [],
        Outstanding = static state => [.. state.Open.Select(Ask)],
        WakeAt = static state =>
            state.Open.Select(o => (DateTimeOffset?)(o.At + LookAgainAfter)).Append(state.Alarm).Min(),
        OnWake = static (state, now) => state.Alarm <= now ? new Command.Ring() : null,
        View = static state => state,
        SnapshotType = typeof(Snapshot),
        Capture = static s => new Snapshot(s.Total, s.Count, s.Alarm, s.Rings, s.Open, s.Heard),
        Restore = static stored => stored is Snapshot s
            ? new State(s.Total, s.Count, s.Alarm, s.Rings, s.Open, s.Heard)
            : throw new ArgumentException("This is no probe."),
        Limits = new EntityLimits
        {
            MailboxCapacity = MailboxCapacity,
            RememberedCommandsMax = RememberedMax,
            SnapshotEveryEvents = SnapshotEvery,
        },
        Upcasters =
        [
            new Upcaster("probe.added.v0", typeof(AddedV0), o => new Event.Added(((AddedV0)o).Hundreds * 100L)),
        ],
    };

    public static readonly EventCatalog Catalog = new([Definition]);

    public abstract record Command : ICommand
    {
        public sealed record Add(long Amount) : Command;

        /// <summary>Rejected where there is not so much.</summary>
        public sealed record Take(long Amount) : Command;

        /// <summary>Adds so often, in as many events.</summary>
        public sealed record AddTwice(long Amount) : Command;

        public sealed record Nothing : Command;

        /// <summary>Has another probe add, and is answered when that has been heard.</summary>
        public sealed record AskOther(Guid Id, string Other, long Amount) : Command, INaturallyIdempotent;

        public sealed record RecordHeard(Guid Id, bool IsAccepted) : Command, INaturallyIdempotent;

        public sealed record SetAlarm(DateTimeOffset At) : Command;

        public sealed record Ring : Command, INaturallyIdempotent;

        /// <summary>The rules throw before there is an event.</summary>
        public sealed record ThrowInDecide : Command;

        /// <summary>As that, but the entity would know a repeat by itself.</summary>
        public sealed record ThrowNaturally : Command, INaturallyIdempotent;

        /// <summary>The rules throw so often as the first number says, which they count down, then add one.</summary>
        public sealed record ThrowSome(int[] Left) : Command;

        /// <summary>The rules throw after a good event of the same command.</summary>
        public sealed record ThrowInEvolve : Command;
    }

    public abstract record Event : IEvent
    {
        [StoredName("probe.added.v1")]
        public sealed record Added(long Amount) : Event;

        [StoredName("probe.asked.v1")]
        public sealed record Asked(Guid Id, string Other, long Amount, DateTimeOffset At) : Event;

        [StoredName("probe.heard.v1")]
        public sealed record Heard(Guid Id, bool IsAccepted) : Event;

        [StoredName("probe.alarm-set.v1")]
        public sealed record AlarmSet(DateTimeOffset At) : Event;

        [StoredName("probe.rang.v1")]
        public sealed record Rang(DateTimeOffset At) : Event;

        [StoredName("probe.broken.v1")]
        public sealed record Broken : Event;
    }

    public sealed record Refusal(string Code, long Total) : IRejection;

    /// <summary>The form of an earlier version, which counted in hundreds.</summary>
    public sealed record AddedV0(int Hundreds);

    [StoredName("probe.snapshot.v1")]
    public sealed record Snapshot(
        long Total, long Count, DateTimeOffset? Alarm, int Rings, Event.Asked[] Open, Event.Heard[] Heard);

    public sealed record State(
        long Total, long Count, DateTimeOffset? Alarm, int Rings, Event.Asked[] Open, Event.Heard[] Heard);

    /// <summary>An event of the earlier version, as the host stored it then.</summary>
    public static byte[] StoredV0(int hundreds)
    {
        var context = new CommandContext(Guid.NewGuid(), "tester", default, default, SystemMode.Active);
        var today = EventEnvelope.Write(Catalog, new RecordWriter(), context, remember: false, new Event.Added(0));
        var writer = new RecordWriter();
        writer.WriteRaw(today.AsSpan(0, today.Length - 1));
        RecordCodec.For(typeof(AddedV0)).Write(writer, new AddedV0(hundreds));
        return writer.ToArray();
    }

    private static Decision<Event, Refusal> Decide(
        State state, Command command, CommandContext context) => command switch
        {
            Command.Add { Amount: PoisonToAdd } => throw new InvalidOperationException("It is poison to add."),
            Command.Add c => new Event.Added(c.Amount),
            Command.ThrowSome c when c.Left[0]-- <= 0 => new Event.Added(1),
            Command.Take c when c.Amount > state.Total => new Refusal("too-little", state.Total),
            Command.Take c => new Event.Added(-c.Amount),
            Command.AddTwice c => new Event[] { new Event.Added(c.Amount), new Event.Added(c.Amount) },
            Command.Nothing => Decision<Event, Refusal>.Nothing,
            Command.AskOther c when state.Heard.FirstOrDefault(h => h.Id == c.Id) is { } heard =>
                Decision<Event, Refusal>.Earlier(heard),
            Command.AskOther c when state.Open.FirstOrDefault(o => o.Id == c.Id) is { } open =>
                Decision<Event, Refusal>.Earlier(open).AnsweredBy(c.Id),
            Command.AskOther c =>
                Decision<Event, Refusal>.Accept(new Event.Asked(c.Id, c.Other, c.Amount, context.Now)).AnsweredBy(c.Id),
            Command.RecordHeard c when state.Open.Any(o => o.Id == c.Id && o.Amount == PoisonToHear) =>
                throw new InvalidOperationException("It is poison to hear."),
            Command.RecordHeard c when state.Open.Any(o => o.Id == c.Id) =>
                Decision<Event, Refusal>.Accept(new Event.Heard(c.Id, c.IsAccepted)).Ending(c.Id),
            Command.RecordHeard => Decision<Event, Refusal>.Nothing,
            Command.SetAlarm c => new Event.AlarmSet(c.At),
            Command.Ring when state.Alarm?.Millisecond == PoisonToRing =>
                throw new InvalidOperationException("It is poison to ring."),
            Command.Ring => new Event.Rang(context.Now),
            Command.ThrowInEvolve => new Event[] { new Event.Added(1_000_000), new Event.Broken() },
            _ => throw new InvalidOperationException("The rules are broken."),
        };

    private static State Evolve(State state, Event e) => e switch
    {
        Event.Added x => state with { Total = state.Total + x.Amount, Count = state.Count + 1 },
        Event.Asked x => state with { Open = [.. state.Open, x] },
        Event.Heard x => state with
        {
            Open = [.. state.Open.Where(o => o.Id != x.Id)],
            Heard = [.. state.Heard, x],
        },
        Event.AlarmSet x => state with { Alarm = x.At },
        Event.Rang => state with { Alarm = null, Rings = state.Rings + 1 },
        _ => throw new InvalidOperationException("The rules are broken."),
    };

    private static Effect Ask(Event.Asked e) => new(
        new EntityId(Category, e.Other),
        e.Amount >= 0 ? new Command.Add(e.Amount) : new Command.Take(-e.Amount),
        DeterministicGuid.Derive(e.Id, 1),
        answer => new Command.RecordHeard(e.Id, answer is Answer.Accepted));
}
