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
{
    private readonly RecordWriter _writer = new();

    public int Count { get; private set; }

    /// <summary>Bytes of the batch as it stands; 0 where it is empty.</summary>
    public int Length => Count == 0 ? 0 : _writer.Length;

    public void Clear() => Count = 0;

    /// <summary>Adds a command, or with null a query.</summary>
    /// <exception cref="ArgumentException">No kind of the catalogue has the command; nothing was added.</exception>
    public void Append(
        long id, EntityId target, ICommand? command, in CommandHeader header, string? traceParent = null)
    {
        if (Count == 0)
        {
            WireBatch.Begin(_writer, RequestBatch.Form, replyTo);
        }

        var before = _writer.Length;
        try
        {
            var mark = _writer.BeginLength();
            Write(id, target, command, header, traceParent);
            _writer.EndLength(mark);
            Count++;
        }
        catch
        {
            // Whatever it was: no half an entry stays behind.
            _writer.Truncate(before);
            throw;
        }
    }

    public byte[] ToArray()
    {
        if (Count == 0)
        {
            WireBatch.Begin(_writer, RequestBatch.Form, replyTo);
        }

        return WireBatch.Finish(_writer, Count);
    }

    private void Write(long id, EntityId target, ICommand? command, in CommandHeader header, string? traceParent)
    {
        _writer.WriteInt64(id);
        _writer.WriteByte((byte)(
            (command is null ? 0 : RequestBatch.HasCommand)
            | (header.Origin is null ? 0 : RequestBatch.HasOrigin)
            | (traceParent is null ? 0 : RequestBatch.HasTrace)));
        _writer.WriteString(target.Category);
        _writer.WriteString(target.Key);
        if (traceParent is not null)
        {
            _writer.WriteString(traceParent);
        }

        if (command is null)
        {
            _writer.WriteInstant(header.ExpiresAt);
            return;
        }

        _writer.WriteGuid(header.CommandId);
        _writer.WriteString(header.Principal);
        _writer.WriteInstant(header.ExpiresAt);
        if (header.Origin is { } origin)
        {
            _writer.WriteString(origin);
        }

        catalog.WriteCommand(_writer, command);
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
