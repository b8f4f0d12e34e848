using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.UnitTests.Orders;

/// <summary>
/// One entity of any kind, hosted by hand: it decides, folds and journals, and keeps the effects that no one has
/// answered, so that a test can answer them in any order, twice, or lose them in a crash.
/// </summary>
internal sealed class EntityBench(IEntityDefinition definition, string key, EventCatalog catalog)
{
    private readonly Dictionary<Guid, Effect> _waiting = [];

    public IEntityFold Fold { get; private set; } = definition.CreateFold(key);

    public List<IEvent> Journal { get; } = [];

    /// <summary>What React asked for, less what was answered.</summary>
    public IReadOnlyDictionary<Guid, Effect> Waiting => _waiting;

    /// <summary>
    /// An event may ask again for what is under way, as a restored connection does; the host sends it once.
    /// </summary>
    public bool MayAskAgain { get; init; }

    /// <summary>Called after each event.</summary>
    public Action<IEvent>? OnEvent { get; init; }

    public DecisionResult Send(ICommand command, CommandContext context)
    {
        var decision = Fold.Decide(command, context);
        if (!decision.IsEarlier)
        {
            foreach (var e in decision.Events)
            {
                Apply(e);
            }
        }

        return decision;
    }

    /// <summary>The command to itself that follows from the answer; null for none.</summary>
    public DecisionResult? Answer(Effect effect, Answer answer, CommandContext context)
    {
        _waiting.Remove(effect.CommandId);
        return effect.Continue(answer) is { } next ? Send(next, context) : null;
    }

    /// <summary>
    /// Memory is lost: a new fold from the stored bytes of all events; only what is outstanding is asked again.
    /// </summary>
    public void Crash()
    {
        var fold = definition.CreateFold(key);
        foreach (var e in Journal)
        {
            fold.Apply((IEvent)Roundtrip(e));
        }

        Recover(fold);
    }

    /// <summary>As <see cref="Crash"/>, from a snapshot.</summary>
    public void CrashWithSnapshot()
    {
        var fold = definition.CreateFold(key);
        fold.Restore(Roundtrip(Fold.Capture()!));
        Recover(fold);
    }

    /// <summary>The stored bytes of the state.</summary>
    public string StateBytes() => Convert.ToHexString(Bytes(Fold.Capture()!));

    private void Recover(IEntityFold fold)
    {
        var before = StateBytes();
        var outstanding = Fold.Outstanding().Select(e => (e.CommandId, e.Target, e.Command)).ToList();
        var wakeAt = Fold.WakeAt();
        Fold = fold;
        Assert.Equal(before, StateBytes());
        var again = fold.Outstanding().Select(e => (e.CommandId, e.Target, e.Command)).ToList();
        if (!outstanding.SequenceEqual(again))
        {
            // Commands with arrays inside are equal only by their contents.
            Assert.Equivalent(outstanding, again, strict: true);
        }

        Assert.Equal(wakeAt, fold.WakeAt());
        _waiting.Clear();
        foreach (var effect in fold.Outstanding())
        {
            _waiting.Add(effect.CommandId, effect);
        }
    }

    private void Apply(IEvent e)
    {
        Fold.Apply(e);
        Journal.Add(e);
        foreach (var effect in Fold.React(e))
        {
            Assert.True(
                _waiting.TryAdd(effect.CommandId, effect) || MayAskAgain, $"{e} asked twice for {effect.Command}.");
        }

        OnEvent?.Invoke(e);
    }

    private byte[] Bytes(object record)
    {
        var writer = new RecordWriter();
        catalog.Write(writer, record);
        return writer.ToArray();
    }

    private object Roundtrip(object record)
    {
        var reader = new RecordReader();
        reader.Reset(Bytes(record));
        return catalog.Read(catalog.NameOf(record), reader);
    }
}
