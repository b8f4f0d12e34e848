using System.Buffers.Binary;
using System.Text;

namespace ActorTrade.EventSourcing.Records;

/// <summary>
/// Writes stored fields one after the other into a buffer that is used again. Integers are LEB128 (signed ones
/// zig-zag), so small values are short; text is UTF-8 after its length in bytes. Not safe for concurrent use.
/// </summary>
public sealed class RecordWriter
{
    private byte[] _buffer = new byte[512];
    private int _length;

    /// <summary>What has been written since <see cref="Clear"/>; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public int Length => _length;

    public void Clear() => _length = 0;

    /// <summary>Takes back what was written after a length.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)_length);
        _length = length;
    }

    /// <summary>Begins something that stands after its own length in bytes; what is given goes to
    /// <see cref="EndLength"/>.</summary>
    public int BeginLength()
    {
        WriteByte(0);
        return _length;
    }

    /// <summary>Writes the length, as <see cref="WriteUInt64"/> does, before what was begun.</summary>
    public void EndLength(int begun)
    {
        var count = _length - begun;
        if (count < 0x80)
        {
            _buffer[begun - 1] = (byte)count;
            return;
        }

        // Longer than the one byte that was kept free: move it on.
        var extra = 0;
        for (var rest = count >> 7; rest > 0; rest >>= 7)
        {
            extra++;
        }

        Reserve(extra);
        _buffer.AsSpan(begun, count).CopyTo(_buffer.AsSpan(begun + extra));
        var end = _length;
        _length = begun - 1;
        WriteUInt64((ulong)count);
        _length = end;
    }

    public byte[] ToArray() => Written.ToArray();

    public void WriteByte(byte value) => Reserve(1)[0] = value;

    public void WriteBool(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    public void WriteUInt64(ulong value)
    {
        var span = Reserve(10);
        var used = 0;
        while (value >= 0x80)
        {
            span[used++] = (byte)(0x80 | (value & 0x7F));
            value >>= 7;
        }

        span[used++] = (byte)value;
        _length -= 10 - used;
    }

    public void WriteInt64(long value) => WriteUInt64(unchecked((ulong)((value << 1) ^ (value >> 63))));

    public void WriteInt32(int value) => WriteInt64(value);

    /// <summary>Eight bytes, little-endian, for values that use all their bits.</summary>
    public void WriteFixedUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);

    public void WriteDouble(double value) => WriteFixedUInt64(unchecked((ulong)BitConverter.DoubleToInt64Bits(value)));

    public void WriteDecimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var span = Reserve(16);
        for (var i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(span[(4 * i)..], bits[i]);
        }
    }

    public void WriteGuid(Guid value) => value.TryWriteBytes(Reserve(16));

    /// <summary>UTC ticks of 100 ns.</summary>
    public void WriteInstant(DateTimeOffset value) => WriteInt64(value.UtcTicks);

    public void WriteTimeSpan(TimeSpan value) => WriteInt64(value.Ticks);

    public void WriteString(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var count = Encoding.UTF8.GetByteCount(value);
        WriteUInt64((ulong)count);
        Encoding.UTF8.GetBytes(value, Reserve(count));
    }

    /// <summary>Bytes as they are, without their length.</summary>
    public void WriteRaw(ReadOnlySpan<byte> value) => value.CopyTo(Reserve(value.Length));

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _length < count)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        }

        var span = _buffer.AsSpan(_length, count);
        _length += count;
        return span;
    }
}
