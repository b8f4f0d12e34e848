using System.Globalization;
using System.Text;
using ActorTrade.Cluster.Transport;
using RabbitMQ.Client;

namespace ActorTrade.Cluster.RabbitMq;

/// <summary>A message as AMQP properties and back: the kind is the type, the trace context a header.</summary>
internal static class MessageProperties
{
    /// <summary>Bytes; a greater body is refused before anything is sent.</summary>
    public const int BodyMax = 16 * 1024 * 1024;

    /// <summary>UTF-8 bytes of a name on the wire: AMQP counts a short string in one byte.</summary>
    private const int NameMax = 255;

    private const string TraceParent = "traceparent";
    private const string DeliveryCount = "x-delivery-count";

    /// <exception cref="ArgumentException">The body, the kind or the address is too long for the wire.</exception>
    public static void Check(in BrokerMessage message, string address)
    {
        if (message.Body.Length > BodyMax)
        {
            throw new ArgumentException(
                $"The body of {message.Kind} has {message.Body.Length} bytes; a message may have {BodyMax}.",
                nameof(message));
        }

        CheckName(message.Kind, nameof(message));
        CheckName(address, nameof(address));
    }

    /// <exception cref="ArgumentException">The name is empty or too long for the wire.</exception>
    public static void CheckName(string name, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, parameter);
        if (name.Length > NameMax || Encoding.UTF8.GetByteCount(name) > NameMax)
        {
            throw new ArgumentException($"A name on the wire may have {NameMax} bytes: {name[..40]}…", parameter);
        }
    }

    /// <summary>Overwrites every property that a message of ours may have.</summary>
    public static void Write(BasicProperties properties, in BrokerMessage message, bool persistent, ulong sequence)
    {
        properties.Type = message.Kind;
        properties.DeliveryMode = persistent ? DeliveryModes.Persistent : DeliveryModes.Transient;
        properties.MessageId = sequence == 0 ? null : sequence.ToString(CultureInfo.InvariantCulture);
        properties.Expiration = message.ExpiresAfter is { } after ? Milliseconds(after) : null;
        properties.Headers = message.TraceParent is { } trace
            ? new Dictionary<string, object?>(1) { [TraceParent] = trace }
            : null;
    }

    /// <summary>The publication a returned message was, by its channel's numbering; 0 where it says none.</summary>
    public static ulong Sequence(IReadOnlyBasicProperties properties) =>
        ulong.TryParse(properties.MessageId, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;

    /// <summary>Copies: the client reuses the body's memory.</summary>
    public static BrokerMessage Read(IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body) =>
        new(properties.Type ?? "", body.ToArray(), ExpiresAfter(properties), Trace(properties));

    /// <summary>How often a quorum queue has delivered the message before.</summary>
    public static int Deliveries(IReadOnlyBasicProperties properties)
    {
        object? count = null;
        properties.Headers?.TryGetValue(DeliveryCount, out count);
        return count is long or int or short or byte
            ? (int)Math.Clamp(Convert.ToInt64(count, CultureInfo.InvariantCulture), 0, int.MaxValue)
            : 0;
    }

    // The server counts whole milliseconds in 32 bits; a message that has expired already may still be delivered at
    // once to a consumer that waits, never later.
    private static string Milliseconds(TimeSpan after) =>
        ((long)Math.Clamp(after.TotalMilliseconds, 0, int.MaxValue)).ToString(CultureInfo.InvariantCulture);

    private static TimeSpan? ExpiresAfter(IReadOnlyBasicProperties properties) =>
        long.TryParse(properties.Expiration, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds <= int.MaxValue
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;

    private static string? Trace(IReadOnlyBasicProperties properties)
    {
        object? trace = null;
        properties.Headers?.TryGetValue(TraceParent, out trace);
        return trace switch
        {
            byte[] bytes => Encoding.UTF8.GetString(bytes),
            string text => text,
            _ => null,
        };
    }
}
