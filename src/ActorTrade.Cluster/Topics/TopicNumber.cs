using System.Buffers.Text;
using System.Text;
using ActorTrade.Cluster.Wire;

namespace ActorTrade.Cluster.Topics;

/// <summary>Whose message it is on its topic, and which.</summary>
/// <param name="From">The publisher's node, unlike any earlier process's.</param>
/// <param name="Number">From 1, one more for each message of this publisher on this topic.</param>
public readonly record struct TopicNumber(string From, long Number);

/// <summary>
/// A numbered message of a topic: a line of text with the publisher and the number, then the body as its kind says.
/// </summary>
/// <remarks>
/// <c>node-1-5f2c 17⏎{…}</c>. Further words in the line come from newer versions and are passed over. The line can be
/// read without knowing the body, so losses are also seen among messages of kinds that are not known here.
/// </remarks>
public static class NumberedMessage
{
    /// <summary>A longer first line is no such message's.</summary>
    public const int LineMax = 512;

    private const byte Space = (byte)' ';
    private const byte NewLine = (byte)'\n';
    private const int DigitsMax = 19;

    public static byte[] Write(TopicNumber number, ReadOnlySpan<byte> body)
    {
        ArgumentException.ThrowIfNullOrEmpty(number.From);
        ArgumentOutOfRangeException.ThrowIfLessThan(number.Number, 1);
        Span<byte> digits = stackalloc byte[DigitsMax];
        Utf8Formatter.TryFormat(number.Number, digits, out var count);
        var from = Encoding.UTF8.GetByteCount(number.From);
        var message = new byte[from + 1 + count + 1 + body.Length];
        Encoding.UTF8.GetBytes(number.From, message);
        message[from] = Space;
        digits[..count].CopyTo(message.AsSpan(from + 1));
        message[from + 1 + count] = NewLine;
        body.CopyTo(message.AsSpan(from + 1 + count + 1));
        return message;
    }

    /// <exception cref="WireFormatException">It has no such line.</exception>
    public static TopicNumber Read(ReadOnlyMemory<byte> message, out ReadOnlyMemory<byte> body)
    {
        var start = message.Span[..Math.Min(message.Length, LineMax)];
        var end = start.IndexOf(NewLine);
        var space = end < 0 ? -1 : start[..end].IndexOf(Space);
        if (space <= 0
            || !Utf8Parser.TryParse(start[(space + 1)..end], out long number, out var read)
            || number < 1
            || (space + 1 + read < end && start[space + 1 + read] != Space))
        {
            throw new WireFormatException("A message of a topic does not begin with its publisher and number.");
        }

        body = message[(end + 1)..];
        return new TopicNumber(Encoding.UTF8.GetString(start[..space]), number);
    }
}
