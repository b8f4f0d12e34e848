using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.Journal.Entities;

/// <summary>
/// An entity's state and what its host must know beside it, folded from a snapshot and the events after it. The same
/// fold serves the running entity, its recovery, and the verification of the journal.
/// </summary>
public sealed class EntityRecovery
{
    private const byte SnapshotForm = 1;

    private readonly IEntityDefinition _definition;
    private readonly EventCatalog _catalog;
    // Its memory of texts is larger than most entities; a recovery runs on one thread at a time.
    [ThreadStatic]
    private static RecordReader? _sharedReader;


    public EntityRecovery(IEntityDefinition definition, EventCatalog catalog, string key)
    {
        ArgumentNullException.ThrowIfNull(definition);
        _definition = definition;
        _catalog = catalog;
        Fold = definition.CreateFold(key);
        Remembered = new RememberedCommands(definition.Limits.RememberedCommandsMax);
    }

    private static RecordReader Reader => _sharedReader ??= new RecordReader();

    public IEntityFold Fold { get; }

    public long SequenceNr { get; private set; }

    internal RememberedCommands Remembered { get; }

    /// <summary>Takes over a snapshot. False where its form is unknown; then nothing has changed.</summary>
    public bool Restore(StoredSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (_definition.SnapshotType is not { } type || !_catalog.Knows(snapshot.StoredName, type))
        {
            return false;
        }

        try
        {
            Reader.Reset(snapshot.Payload);
            if (Reader.ReadByte() != SnapshotForm)
            {
                return false;
            }

            Remembered.Read(Reader, _catalog);
            Fold.Restore(_catalog.Read(snapshot.StoredName, Reader));
        }
        catch (Exception e) when (e is RecordDamagedException or UnknownStoredNameException)
        {
            // A snapshot is only an optimisation: the events say the same.
            Remembered.Clear();
            return false;
        }

        SequenceNr = snapshot.SequenceNr;
        return true;
    }

    /// <exception cref="RecordDamagedException">The event cannot be read, or does not follow the last one.</exception>
    public EventEnvelope Apply(in StoredEvent stored)
    {
        if (stored.SequenceNr != SequenceNr + 1)
        {
            throw new RecordDamagedException(
                $"{stored.Entity} goes on with sequence number {stored.SequenceNr} after {SequenceNr}.");
        }

        var envelope = EventEnvelope.Read(_catalog, Reader, stored);
        if (envelope.Event is not HostEvent)
        {
            Fold.Apply(envelope.Event);
        }

        SequenceNr = stored.SequenceNr;
        if (envelope.RememberUntil is { } until)
        {
            Remembered.AddRecovered(envelope.CommandId, until, envelope.Event, stored.SequenceNr, stored.At);
        }

        return envelope;
    }

    /// <summary>The entity's own state in stored form, or null where it takes no snapshots:
    /// what two folds are compared by.</summary>
    public byte[]? CaptureState()
    {
        if (Fold.Capture() is not { } captured)
        {
            return null;
        }

        var writer = new RecordWriter();
        writer.WriteString(_catalog.NameOf(captured));
        _catalog.Write(writer, captured);
        return writer.ToArray();
    }

    /// <summary>A snapshot of a state and the commands remembered with it, at a sequence number.</summary>
    internal static StoredSnapshot? Capture(
        IEntityFold fold, RememberedCommands remembered, EventCatalog catalog, RecordWriter writer, long sequenceNr)
    {
        if (fold.Capture() is not { } captured)
        {
            return null;
        }

        writer.Clear();
        writer.WriteByte(SnapshotForm);
        remembered.Write(writer, catalog);
        catalog.Write(writer, captured);
        return new StoredSnapshot(sequenceNr, catalog.NameOf(captured), writer.ToArray());
    }
}
