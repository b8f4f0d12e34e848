using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.Journal.Entities;

/// <summary>An event with the command that caused it, as the host stores them together.</summary>
/// <param name="RememberUntil">Until then a repeat of the command is answered with its events;
/// null where the entity itself knows.</param>
public readonly record struct EventEnvelope(
    Guid CommandId, string Principal, DateTimeOffset? RememberUntil, IEvent Event, string? Origin = null)
{
    private const byte FormVersion = 1;
    private const byte HasRememberUntil = 0x80;
    private const byte HasOrigin = 0x40;

    /// <summary>The bytes of one event: form, command id, principal, how long to remember, the record.</summary>
    public static byte[] Write(
        EventCatalog catalog, RecordWriter writer, in CommandContext context, bool remember, IEvent @event)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(writer);
        writer.Clear();
        var flags = (remember ? HasRememberUntil : 0) | (context.Origin is null ? 0 : HasOrigin);
        writer.WriteByte((byte)(FormVersion | flags));
        writer.WriteGuid(context.CommandId);
        writer.WriteString(context.Principal);
        if (remember)
        {
            writer.WriteInstant(context.ExpiresAt);
        }

        if (context.Origin is { } origin)
        {
            writer.WriteString(origin);
        }

        catalog.Write(writer, @event);
        return writer.ToArray();
    }

    /// <exception cref="RecordDamagedException">The bytes have another form.</exception>
    public static EventEnvelope Read(EventCatalog catalog, RecordReader reader, in StoredEvent stored)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(reader);
        reader.Reset(stored.Payload);
        var form = reader.ReadByte();
        if ((form & ~(HasRememberUntil | HasOrigin)) != FormVersion)
        {
            throw new RecordDamagedException($"The envelope has the unknown form {form}.");
        }

        var commandId = reader.ReadGuid();
        var principal = reader.ReadString();
        DateTimeOffset? rememberUntil = (form & HasRememberUntil) != 0 ? reader.ReadInstant() : null;
        var origin = (form & HasOrigin) != 0 ? reader.ReadString() : null;
        return new EventEnvelope(
            commandId, principal, rememberUntil, (IEvent)catalog.Read(stored.StoredName, reader), origin);
    }
}
