using System.Buffers.Binary;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.Cluster.Wire;

/// <summary>A batch has not the form of one: another version's, or damaged on its way. None of it was read.</summary>
public sealed class WireFormatException : Exception
{
    public WireFormatException(string message)
        : base(message)
    {
    }

    public WireFormatException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>What writes a batch; see <see cref="WireBatch"/> for its form.</summary>
/// <param name="form">The form's version.</param>
/// <param name="text">Before the entries.</param>
public abstract class BatchWriter<T>(byte form, string text)
    where T : struct
{
    private readonly RecordWriter _writer = new();

    public int Count { get; private set; }

    /// <summary>Bytes of the batch as it stands; 0 where it is empty.</summary>
    public int Length => Count == 0 ? 0 : _writer.Length;

    public void Clear() => Count = 0;

    public byte[] ToArray()
    {
        BeginIfEmpty();
        var bytes = _writer.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(WireBatch.CountAt), Count);
        return bytes;
    }

    private protected abstract void Write(RecordWriter writer, in T entry);

    private protected void Append(in T entry)
    {
        BeginIfEmpty();
        var before = _writer.Length;
        try
        {
            var mark = _writer.BeginLength();
            Write(_writer, entry);
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

    private void BeginIfEmpty()
    {
        if (Count == 0)
        {
            _writer.Clear();
            _writer.WriteByte(form);
            _writer.WriteRaw([0, 0, 0, 0]);
            _writer.WriteString(text);
        }
    }
}

/// <summary>
/// What request and reply batches share: a byte with the form's version, the number of entries in four bytes (least
/// first), a text, then each entry after its length. An entry that cannot be read does not hinder the others, and what
/// a newer version adds at an entry's end is left unread.
/// </summary>
internal static class WireBatch
{
    public const int CountAt = 1;

    // A reader holds a large memory of texts; a batch is read in one go on one thread.
    [ThreadStatic]
    private static RecordReader? _reader;

    public delegate T ReadEntry<out T>(WireCatalog catalog, RecordReader reader);

    public static RecordReader Reader => _reader ??= new RecordReader();

    /// <exception cref="WireFormatException">The batch itself cannot be read; entries never throw.</exception>
    public static (string Text, List<T> Entries) Read<T>(
        WireCatalog catalog, ReadOnlyMemory<byte> bytes, byte form, ReadEntry<T> readEntry)
    {
        var reader = Reader;
        try
        {
            reader.Reset(bytes);
            if (reader.ReadByte() is var found && found != form)
            {
                throw new WireFormatException($"The batch has form {found}; this version reads form {form}.");
            }

            var count = BinaryPrimitives.ReadInt32LittleEndian(reader.ReadRaw(4));
            var text = reader.ReadString();
            return (text, ReadEntries(catalog, bytes[reader.Position..], count, readEntry));
        }
        catch (RecordDamagedException e)
        {
            throw new WireFormatException(e.Message, e);
        }
        finally
        {
            // Not to keep the message alive.
            reader.Reset(default);
        }
    }

    /// <summary>What reading a damaged or newer entry may throw; a value's own constructor may refuse it.</summary>
    public static bool IsUnreadable(Exception e) => e is RecordDamagedException or UnknownStoredNameException
        or ArgumentException or FormatException or OverflowException;

    private static List<T> ReadEntries<T>(
        WireCatalog catalog, ReadOnlyMemory<byte> rest, int count, ReadEntry<T> readEntry)
    {
        // Each entry takes two bytes at the least, so a count beyond that is damage and reserves nothing.
        if (count < 0 || count > rest.Length / 2)
        {
            throw new WireFormatException($"The batch has {rest.Length} bytes for {count} entries.");
        }

        var reader = Reader;
        var entries = new List<T>(count);
        while (entries.Count < count)
        {
            reader.Reset(rest);
            var length = reader.ReadCount();
            var begin = reader.Position;
            reader.Reset(rest.Slice(begin, length));
            entries.Add(readEntry(catalog, reader));
            rest = rest[(begin + length)..];
        }

        return rest.IsEmpty ? entries : throw new WireFormatException("Bytes follow the last entry.");
    }
}
