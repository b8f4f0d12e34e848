using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.Journal.Entities;

/// <summary>
/// The command ids an entity has accepted, with their answers, until they expire. A command is refused
/// after its expiry, so forgetting its id then cannot let a late repeat through. Bounded: at the bound new
/// commands are refused, none forgotten early. A poisoned command is remembered by the fact that says so.
/// </summary>
internal sealed class RememberedCommands(int max)
{
    private readonly Dictionary<Guid, Remembered> _byId = [];
    private readonly PriorityQueue<Guid, long> _byExpiry = new();

    public int Count => _byId.Count;

    public bool HasRoom(DateTimeOffset now)
    {
        if (_byId.Count >= max)
        {
            ForgetExpired(now);
        }

        return _byId.Count < max;
    }

    /// <summary>Some poisoned command is or was among them: then every command is looked up.</summary>
    public bool HoldsPoison { get; private set; }

    public bool TryGet(Guid commandId, out Answer answer)
    {
        var found = _byId.TryGetValue(commandId, out var remembered);
        answer = !found ? null!
            : IsPoison(remembered.Answer) ? new Answer.Refused(RefusalReason.Poisoned)
            : remembered.Answer;
        return found;
    }

    public void Add(Guid commandId, DateTimeOffset until, Answer.Accepted answer)
    {
        if (_byId.TryAdd(commandId, new Remembered(until, answer)))
        {
            _byExpiry.Enqueue(commandId, until.UtcTicks);
            HoldsPoison |= IsPoison(answer);
        }
    }

    /// <summary>Adds one recovered event to the answer of its command.</summary>
    public void AddRecovered(Guid commandId, DateTimeOffset until, IEvent @event, long sequenceNr, DateTimeOffset at)
    {
        if (_byId.TryGetValue(commandId, out var earlier))
        {
            var events = earlier.Answer.Events.Append(@event).ToArray();
            _byId[commandId] = earlier with { Answer = new Answer.Accepted(events, sequenceNr, at) };
            return;
        }

        Add(commandId, until, new Answer.Accepted([@event], sequenceNr, at));
    }

    public void ForgetExpired(DateTimeOffset now)
    {
        while (_byExpiry.TryPeek(out var id, out var until) && until < now.UtcTicks)
        {
            _byExpiry.Dequeue();
            _byId.Remove(id);
        }
    }

    public void Clear()
    {
        _byId.Clear();
        _byExpiry.Clear();
    }

    public void Write(RecordWriter writer, EventCatalog catalog)
    {
        writer.WriteUInt64((ulong)_byId.Count);
        var inner = new RecordWriter();
        foreach (var (id, remembered) in _byId.OrderBy(r => r.Value.Answer.SequenceNr).ThenBy(r => r.Key))
        {
            writer.WriteGuid(id);
            writer.WriteInstant(remembered.Until);
            writer.WriteInt64(remembered.Answer.SequenceNr);
            writer.WriteInstant(remembered.Answer.At);
            writer.WriteUInt64((ulong)remembered.Answer.Events.Count);
            foreach (var @event in remembered.Answer.Events)
            {
                inner.Clear();
                catalog.Write(inner, @event);
                writer.WriteString(catalog.NameOf(@event));
                writer.WriteUInt64((ulong)inner.Length);
                writer.WriteRaw(inner.Written);
            }
        }
    }

    public void Read(RecordReader reader, EventCatalog catalog)
    {
        var inner = new RecordReader();
        for (var left = reader.ReadCount(); left > 0; left--)
        {
            var id = reader.ReadGuid();
            var until = reader.ReadInstant();
            var sequenceNr = reader.ReadInt64();
            var at = reader.ReadInstant();
            var events = new IEvent[reader.ReadCount()];
            for (var i = 0; i < events.Length; i++)
            {
                var name = reader.ReadString();
                inner.Reset(reader.ReadRaw(reader.ReadCount()).ToArray());
                events[i] = (IEvent)catalog.Read(name, inner);
            }

            Add(id, until, new Answer.Accepted(events, sequenceNr, at));
        }
    }

    private static bool IsPoison(Answer.Accepted answer) => answer.Events is [HostEvent.CommandPoisoned];

    private readonly record struct Remembered(DateTimeOffset Until, Answer.Accepted Answer);
}
