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

/// <summary>
/// What request and reply batches share: a byte with the form's version, the number of entries in four bytes (least
/// first), a text, then each entry after its length. An entry that cannot be read does not hinder the others, and what
/// a newer version adds at an entry's end is left unread.
/// </summary>
internal static class WireBatch
{
    private const int CountAt = 1;

    // A reader holds a large memory of texts; a batch is read in one go on one thread.
    [ThreadStatic]
    private static RecordReader? _reader;

    public delegate T ReadEntry<out T>(WireCatalog catalog, RecordReader reader);

    public static RecordReader Reader => _reader ??= new RecordReader();

    public static void Begin(RecordWriter writer, byte form, string text)
    {
        writer.Clear();
        writer.WriteByte(form);
        writer.WriteRaw([0, 0, 0, 0]);
        writer.WriteString(text);
    }

    public static byte[] Finish(RecordWriter writer, int count)
    {
        var bytes = writer.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(CountAt), count);
        return bytes;
    }

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
