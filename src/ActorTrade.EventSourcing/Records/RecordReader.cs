using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace ActorTrade.EventSourcing.Records;

/// <summary>Reads what <see cref="RecordWriter"/> wrote. Bytes that do not fit throw
/// <see cref="RecordDamagedException"/>.</summary>
public sealed class RecordReader
{
    private const int RememberedTexts = 1024;
    private readonly string?[] _texts = new string?[RememberedTexts];

    // The array behind the memory, since asking a memory for its span at every byte costs more than the byte.
    private byte[] _bytes = [];
    private int _start;
    private int _position;
    private int _end;

    /// <summary>Nothing is left; a field that is missing here was added after the record was written.</summary>
    public bool AtEnd => _position >= _end;

    public int Position => _position - _start;

    private int Left => _end - _position;

    public void Reset(ReadOnlyMemory<byte> bytes)
    {
        if (!MemoryMarshal.TryGetArray(bytes, out var segment))
        {
            segment = bytes.ToArray();
        }

        _bytes = segment.Array ?? [];
        _start = _position = segment.Offset;
        _end = segment.Offset + segment.Count;
    }

    public byte ReadByte() => _position < _end ? _bytes[_position++] : throw EndsTooEarly();

    public bool ReadBool() => ReadByte() switch
    {
        0 => false,
        1 => true,
        var other => throw new RecordDamagedException($"A truth value is {other}."),
    };

    public ulong ReadUInt64()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = ReadByte();
            if (shift == 63 && next > 1)
            {
                break;
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new RecordDamagedException("An integer is longer than 64 bits.");
    }

    public long ReadInt64()
    {
        var raw = ReadUInt64();
        return unchecked((long)(raw >> 1) ^ -(long)(raw & 1));
    }

    public int ReadInt32()
    {
        var value = ReadInt64();
        return value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : throw new RecordDamagedException("An integer is longer than 32 bits.");
    }

    public ulong ReadFixedUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public double ReadDouble() => BitConverter.Int64BitsToDouble(unchecked((long)ReadFixedUInt64()));

    public decimal ReadDecimal()
    {
        var span = Take(16);
        Span<int> bits = stackalloc int[4];
        for (var i = 0; i < 4; i++)
        {
            bits[i] = BinaryPrimitives.ReadInt32LittleEndian(span[(4 * i)..]);
        }

        try
        {
            return new decimal(bits);
        }
        catch (ArgumentException e)
        {
            throw new RecordDamagedException("A decimal number has an impossible scale.", e);
        }
    }

    public Guid ReadGuid() => new(Take(16));

    public DateTimeOffset ReadInstant()
    {
        var ticks = ReadInt64();
        return ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : throw new RecordDamagedException("An instant lies outside the calendar.");
    }

    public TimeSpan ReadTimeSpan() => new(ReadInt64());

    public string ReadString()
    {
        var length = ReadUInt64();
        if (length > (ulong)Left)
        {
            throw new RecordDamagedException("A text is longer than its record.");
        }

        return TextOf(Take((int)length));
    }

    public ReadOnlySpan<byte> ReadRaw(int count) => Take(count);

    /// <summary>The number of elements that follow; each takes at least one byte, so
    /// a larger number is damage.</summary>
    public int ReadCount()
    {
        var count = ReadUInt64();
        return count <= (ulong)Left
            ? (int)count
            : throw new RecordDamagedException("A list is longer than its record.");
    }

    /// <summary>
    /// Reads a length and goes into what it spans: nothing outside is read before <see cref="Leave"/>, to which the
    /// outer end goes that is given. Where reading fails in between, the reader must be reset.
    /// </summary>
    public int Enter()
    {
        var length = ReadCount();
        var outer = _end;
        _end = _position + length;
        return outer;
    }

    /// <summary>Goes on after the end of what was entered, read or not.</summary>
    public void Leave(int outer)
    {
        _position = _end;
        _end = outer;
    }

    // Names of tokens, accounts and pools recur in almost every record: the last text
    // of each hash is kept and given again.
    private string TextOf(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > 64)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        uint hash = 2166136261;
        foreach (var b in utf8)
        {
            hash = unchecked((hash ^ b) * 16777619);
        }

        ref var slot = ref _texts[hash % RememberedTexts];
        if (slot is not null && slot.Length == utf8.Length && Equal(slot, utf8))
        {
            return slot;
        }

        return slot = Encoding.UTF8.GetString(utf8);
    }

    private static bool Equal(string text, ReadOnlySpan<byte> utf8)
    {
        for (var i = 0; i < utf8.Length; i++)
        {
            if (utf8[i] >= 0x80 || text[i] != utf8[i])
            {
                return false;
            }
        }

        return true;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > Left)
        {
            throw EndsTooEarly();
        }

        var span = _bytes.AsSpan(_position, count);
        _position += count;
        return span;
    }

    private static RecordDamagedException EndsTooEarly() => new("The record ends too early.");
}

/// <summary>Stored bytes do not have the form of their record.</summary>
public sealed class RecordDamagedException : Exception
{
    public RecordDamagedException(string message)
        : base(message)
    {
    }

    public RecordDamagedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
