using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ActorTrade.Cluster.Wire;

/// <summary>
/// Reads JSON that another process wrote: one of another version, or somebody who does not belong here. Unknown fields
/// are passed over; what is missing is null or zero, and the caller says what must be there.
/// </summary>
public static class WireJson
{
    /// <summary>Null where the bytes have no such form.</summary>
    public static T? ReadOrNull<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> form)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, form);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <param name="what">What it should be, for the exception's text: "A heartbeat".</param>
    /// <exception cref="WireFormatException">The bytes have no such form; says where.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> form, string what)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, form) ?? throw new WireFormatException($"{what} is empty.");
        }
        catch (JsonException e)
        {
            throw new WireFormatException($"{what} cannot be read: {e.Message}", e);
        }
    }
}
