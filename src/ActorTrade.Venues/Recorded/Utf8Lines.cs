namespace ActorTrade.Venues.Recorded;

/// <summary>Reads a stream line by line as UTF-8 bytes, without a string per line.</summary>
/// <remarks>
/// LF and CRLF end a line; the last line needs no end; a byte order mark at the start is dropped. A line is valid until
/// the next call. A line longer than <see cref="LineBytesMax"/> is an <see cref="InvalidDataException"/>, so a file
/// without line ends cannot fill the memory.
/// </remarks>
internal sealed class Utf8Lines(Stream stream) : IDisposable
{
    public const int LineBytesMax = 16 * 1024;

    private readonly byte[] _buffer = new byte[2 * LineBytesMax];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>The number of the line last returned, from 1.</summary>
    public long LineNumber { get; private set; }

    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        var searched = 0;
        while (true)
        {
            var pending = _buffer.AsSpan(_start, _end - _start);
            var at = pending[searched..].IndexOf((byte)'\n');
            if (at >= 0)
            {
                line = Trimmed(pending[..(searched + at)]);
                _start += searched + at + 1;
                return true;
            }

            searched = pending.Length;
            if (searched > LineBytesMax)
            {
                throw new InvalidDataException($"a line is longer than {LineBytesMax} bytes");
            }

            if (_ended)
            {
                _start = _end;
                line = pending.IsEmpty ? default : Trimmed(pending);
                return !pending.IsEmpty;
            }

            Fill();
        }
    }

    public void Dispose() => stream.Dispose();

    private ReadOnlySpan<byte> Trimmed(ReadOnlySpan<byte> line)
    {
        LineNumber++;
        if (LineNumber == 1 && line.StartsWith("\uFEFF"u8))
        {
            line = line[3..];
        }

        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _ended = read == 0;
        _end += read;
    }
}

/// <summary>Walks the comma-separated fields of one line.</summary>
internal ref struct Utf8Fields(ReadOnlySpan<byte> line)
{
    private ReadOnlySpan<byte> _rest = line;
    private bool _ended;

    public bool TryNext(out ReadOnlySpan<byte> field)
    {
        if (_ended)
        {
            field = default;
            return false;
        }

        var comma = _rest.IndexOf((byte)',');
        if (comma < 0)
        {
            field = _rest;
            _ended = true;
            return true;
        }

        field = _rest[..comma];
        _rest = _rest[(comma + 1)..];
        return true;
    }
}
