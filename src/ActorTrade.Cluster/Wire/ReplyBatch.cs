using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.Cluster.Wire;

/// <summary>A reply inside a batch.</summary>
/// <param name="Id">The request's. −1 where not even that could be read.</param>
/// <param name="Answer">Where it could not be read, <see cref="Answer.OutcomeUnknown"/>: that is all one knows.</param>
/// <param name="Problem">Not null: it could not be read here, and says why.</param>
public readonly record struct WireReply(long Id, Answer Answer, string? Problem);

/// <summary>Gathers answers to one node into a batch. To be used again; by one owner at a time.</summary>
public sealed class ReplyBatchWriter(WireCatalog catalog) : BatchWriter<WireReply>(ReplyBatch.Form, "")
{
    /// <exception cref="ArgumentException">It holds what no kind of the catalogue has; nothing was added.</exception>
    public void Append(long id, Answer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        Append(new WireReply(id, answer, Problem: null));
    }

    private protected override void Write(RecordWriter writer, in WireReply entry)
    {
        writer.WriteInt64(entry.Id);
        switch (entry.Answer)
        {
            case Answer.Accepted accepted:
                writer.WriteByte(ReplyBatch.Accepted);
                writer.WriteInt64(accepted.SequenceNr);
                writer.WriteInstant(accepted.At);
                writer.WriteUInt64((ulong)accepted.Events.Count);
                for (var i = 0; i < accepted.Events.Count; i++)
                {
                    catalog.WriteEvent(writer, accepted.Events[i]);
                }

                break;
            case Answer.Rejected rejected:
                writer.WriteByte(ReplyBatch.Rejected);
                catalog.WriteRejection(writer, rejected.Rejection);
                break;
            case Answer.Refused refused:
                writer.WriteByte(ReplyBatch.Refused);
                writer.WriteInt32((int)refused.Reason);
                break;
            case Answer.OutcomeUnknown unknown:
                writer.WriteByte(ReplyBatch.OutcomeUnknown);
                writer.WriteString(unknown.Why);
                break;
            case Answer.Viewed viewed:
                writer.WriteByte(ReplyBatch.Viewed);
                writer.WriteInt64(viewed.SequenceNr);
                catalog.WriteView(writer, viewed.View);
                break;
            default:
                throw new ArgumentException($"{entry.Answer.GetType()} has no form on the wire.", nameof(entry));
        }
    }
}

/// <summary>Answers from one node's entities to senders on another.</summary>
/// <param name="Replies">In the order they were added.</param>
public sealed record ReplyBatch(IReadOnlyList<WireReply> Replies)
{
    internal const byte Form = 1;
    internal const byte Accepted = 1;
    internal const byte Rejected = 2;
    internal const byte Refused = 3;
    internal const byte OutcomeUnknown = 4;
    internal const byte Viewed = 5;

    /// <exception cref="WireFormatException">It is no batch of a form that this version knows.</exception>
    public static ReplyBatch Read(WireCatalog catalog, ReadOnlyMemory<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new ReplyBatch(WireBatch.Read(catalog, bytes, Form, ReadOne).Entries);
    }

    private static WireReply ReadOne(WireCatalog catalog, RecordReader reader)
    {
        var id = -1L;
        try
        {
            id = reader.ReadInt64();
            return new WireReply(id, ReadAnswer(catalog, reader), Problem: null);
        }
        catch (Exception e) when (WireBatch.IsUnreadable(e))
        {
            return new WireReply(id, new Answer.OutcomeUnknown(e.Message), e.Message);
        }
    }

    private static Answer ReadAnswer(WireCatalog catalog, RecordReader reader) => reader.ReadByte() switch
    {
        Accepted => ReadAccepted(catalog, reader),
        Rejected => new Answer.Rejected(catalog.ReadRejection(reader)),
        Refused => new Answer.Refused(ReasonOf(reader.ReadInt32())),
        OutcomeUnknown => new Answer.OutcomeUnknown(reader.ReadString()),
        Viewed => ReadViewed(catalog, reader),
        var other => throw new RecordDamagedException($"The answer {other} is not known to this version."),
    };

    private static Answer.Accepted ReadAccepted(WireCatalog catalog, RecordReader reader)
    {
        var sequenceNr = reader.ReadInt64();
        var at = reader.ReadInstant();
        var events = new IEvent[reader.ReadCount()];
        for (var i = 0; i < events.Length; i++)
        {
            events[i] = catalog.ReadEvent(reader);
        }

        return new Answer.Accepted(events, sequenceNr, at);
    }

    private static Answer.Viewed ReadViewed(WireCatalog catalog, RecordReader reader)
    {
        var sequenceNr = reader.ReadInt64();
        return new Answer.Viewed(catalog.ReadView(reader), sequenceNr);
    }

    // A newer version's reason is still a refusal: nothing was stored.
    private static RefusalReason ReasonOf(int number) =>
        Enum.IsDefined((RefusalReason)number) ? (RefusalReason)number : RefusalReason.Unavailable;
}
