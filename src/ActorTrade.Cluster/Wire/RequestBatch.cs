using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.Cluster.Wire;

/// <summary>A request inside a batch.</summary>
/// <param name="Id">The sender's; comes back with the reply. −1 where not even that could be read.</param>
/// <param name="Target">Empty where it could not be read.</param>
/// <param name="Command">Null for a query.</param>
/// <param name="Header">Of the command; of a query only until when somebody waits for its answer.</param>
/// <param name="TraceParent">W3C trace context; null for none.</param>
/// <param name="Problem">
/// Not null: it could not be read here (a newer version's, or damaged), and says why. The command is null then too.
/// </param>
public readonly record struct WireRequest(
    long Id, EntityId Target, ICommand? Command, CommandHeader Header, string? TraceParent, string? Problem);

/// <summary>Gathers requests to one node into a batch. To be used again; by one owner at a time.</summary>
/// <param name="catalog">The names.</param>
/// <param name="replyTo">The node that waits for the replies.</param>
public sealed class RequestBatchWriter(WireCatalog catalog, string replyTo)
    : BatchWriter<WireRequest>(RequestBatch.Form, replyTo)
{
    /// <summary>Adds a command, or with null a query.</summary>
    /// <exception cref="ArgumentException">No kind of the catalogue has the command; nothing was added.</exception>
    public void Append(
        long id, EntityId target, ICommand? command, in CommandHeader header, string? traceParent = null) =>
        Append(new WireRequest(id, target, command, header, traceParent, Problem: null));

    private protected override void Write(RecordWriter writer, in WireRequest entry)
    {
        var (command, header, traceParent) = (entry.Command, entry.Header, entry.TraceParent);
        writer.WriteInt64(entry.Id);
        writer.WriteByte((byte)(
            (command is null ? 0 : RequestBatch.HasCommand)
            | (header.Origin is null ? 0 : RequestBatch.HasOrigin)
            | (traceParent is null ? 0 : RequestBatch.HasTrace)));
        writer.WriteString(entry.Target.Category);
        writer.WriteString(entry.Target.Key);
        if (traceParent is not null)
        {
            writer.WriteString(traceParent);
        }

        if (command is null)
        {
            writer.WriteInstant(header.ExpiresAt);
            return;
        }

        writer.WriteGuid(header.CommandId);
        writer.WriteString(header.Principal);
        writer.WriteInstant(header.ExpiresAt);
        if (header.Origin is { } origin)
        {
            writer.WriteString(origin);
        }

        catalog.WriteCommand(writer, command);
    }
}

/// <summary>Requests from one node to entities of another.</summary>
/// <param name="ReplyTo">The node that waits for the replies.</param>
/// <param name="Requests">In the order they were added.</param>
public sealed record RequestBatch(string ReplyTo, IReadOnlyList<WireRequest> Requests)
{
    internal const byte Form = 1;
    internal const int HasCommand = 1;
    internal const int HasOrigin = 2;
    internal const int HasTrace = 4;

    /// <exception cref="WireFormatException">It is no batch of a form that this version knows.</exception>
    public static RequestBatch Read(WireCatalog catalog, ReadOnlyMemory<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var (replyTo, requests) = WireBatch.Read(catalog, bytes, Form, ReadOne);
        return new RequestBatch(replyTo, requests);
    }

    private static WireRequest ReadOne(WireCatalog catalog, RecordReader reader)
    {
        var request = new WireRequest(-1, default, null, default, null, null);
        try
        {
            request = request with { Id = reader.ReadInt64() };
            var flags = reader.ReadByte();
            if ((flags & ~(HasCommand | HasOrigin | HasTrace)) != 0)
            {
                return request with { Problem = $"The request has the unknown flags {flags}." };
            }

            request = request with { Target = new EntityId(reader.ReadString(), reader.ReadString()) };
            if ((flags & HasTrace) != 0)
            {
                request = request with { TraceParent = reader.ReadString() };
            }

            if ((flags & HasCommand) == 0)
            {
                return request with { Header = new CommandHeader(Guid.Empty, "", reader.ReadInstant()) };
            }

            var header = new CommandHeader(reader.ReadGuid(), reader.ReadString(), reader.ReadInstant());
            request = request with
            {
                Header = (flags & HasOrigin) == 0 ? header : header with { Origin = reader.ReadString() },
            };
            return request with { Command = catalog.ReadCommand(reader) };
        }
        catch (Exception e) when (WireBatch.IsUnreadable(e))
        {
            return request with { Problem = e.Message };
        }
    }
}
