using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Books;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.UnitTests.EntitySupport;

/// <summary>
/// Given/When/Then for one entity: decides, applies and reacts as the host does, without actors, disk or time of its
/// own.
/// </summary>
internal sealed class EntityHarness
{
    private readonly IEntityDefinition _definition;
    private readonly List<IEvent> _journal = [];

    public EntityHarness(IEntityDefinition definition, string key)
    {
        _definition = definition;
        Id = new EntityId(definition.Category, key);
        Fold = definition.CreateFold(key);
    }

    public static DateTimeOffset Start { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static EventCatalog Catalog { get; } = new(
        [Account.Definition, Pool.Definition, OrderBook.Definition, OrderDesk.Definition, Token.Definition]);

    public EntityId Id { get; }

    public IEntityFold Fold { get; private set; }

    public DateTimeOffset Now { get; set; } = Start;

    public SystemMode Mode { get; set; } = SystemMode.Active;

    public IReadOnlyList<IEvent> Journal => _journal;

    /// <summary>What the last accepted command's events ask of others.</summary>
    public IReadOnlyList<Effect> Effects { get; private set; } = [];

    /// <summary>Hears each event when it has become part of the state.</summary>
    public Action<EntityId, IEvent>? Observer { get; set; }

    public TState State<TState>() => (TState)Fold.State;

    public EntityHarness Given(params IEvent[] events)
    {
        foreach (var e in events)
        {
            Apply(e);
        }

        return this;
    }

    public EntityHarness Given(params ICommand[] commands)
    {
        foreach (var command in commands)
        {
            Assert.Null(When(command).Rejection);
        }

        return this;
    }

    public DecisionResult When(ICommand command, string principal = CommandContext.Self, TimeSpan? expiresIn = null)
    {
        var expiresAt = Now + (expiresIn ?? TimeSpan.FromSeconds(10));
        var context = new CommandContext(Guid.Empty, principal, Now, expiresAt, Mode);
        var decision = Fold.Decide(command, context);
        Effects = [];
        if (!decision.IsEarlier)
        {
            var effects = new List<Effect>();
            foreach (var e in decision.Events)
            {
                Apply(e);
                effects.AddRange(Fold.React(e));
            }

            Effects = effects;
        }

        return decision;
    }

    /// <summary>The one event the command led to.</summary>
    public TEvent Happens<TEvent>(ICommand command, string principal = CommandContext.Self)
        where TEvent : IEvent
    {
        var decision = When(command, principal);
        Assert.Null(decision.Rejection);
        Assert.False(decision.IsEarlier);
        return Assert.IsType<TEvent>(Assert.Single(decision.Events));
    }

    public TRejection IsRejected<TRejection>(ICommand command, string principal = CommandContext.Self)
        where TRejection : IRejection
    {
        var decision = When(command, principal);
        Assert.Empty(decision.Events);
        return Assert.IsType<TRejection>(decision.Rejection);
    }

    /// <summary>The command is answered with what happened before, and nothing is stored.</summary>
    public TEvent IsRepeat<TEvent>(ICommand command, string principal = CommandContext.Self)
        where TEvent : IEvent
    {
        var decision = When(command, principal);
        Assert.Null(decision.Rejection);
        Assert.True(decision.IsEarlier);
        return Assert.IsType<TEvent>(Assert.Single(decision.Events));
    }

    public byte[] SnapshotBytes() => Bytes(Fold.Capture()!);

    /// <summary>Goes on from its own snapshot, through its stored bytes.</summary>
    public void RestartFromSnapshot()
    {
        var captured = Fold.Capture()!;
        var bytes = Bytes(captured);
        var fold = _definition.CreateFold(Id.Key);
        fold.Restore(Read(Catalog.NameOf(captured), bytes));
        Fold = fold;
        Assert.Equal(bytes, SnapshotBytes());
    }

    /// <summary>Goes on from its journal alone, through its stored bytes.</summary>
    public void RestartFromJournal()
    {
        var before = SnapshotBytes();
        Fold = _definition.CreateFold(Id.Key);
        foreach (var e in _journal)
        {
            Fold.Apply((IEvent)Read(Catalog.NameOf(e), Bytes(e)));
        }

        Assert.Equal(before, SnapshotBytes());
    }

    public static byte[] Bytes(object record)
    {
        var writer = new RecordWriter();
        Catalog.Write(writer, record);
        return writer.ToArray();
    }

    public static object Read(string storedName, byte[] bytes)
    {
        var reader = new RecordReader();
        reader.Reset(bytes);
        return Catalog.Read(storedName, reader);
    }

    private void Apply(IEvent e)
    {
        Fold.Apply(e);
        _journal.Add(e);
        Observer?.Invoke(Id, e);
    }
}
