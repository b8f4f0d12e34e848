using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorTrade.Operator;

/// <summary>
/// What an operator's client and a Lighthouse agree on: HTTP with JSON, a bearer token, and a palette of commands that
/// the endpoint describes and the client only asks for.
/// </summary>
/// <remarks>
/// Both sides are tolerant: unknown members and kinds are passed over, absent ones have their defaults. The version
/// rises when an older client would show something wrong; a client that meets a higher one says so and goes on.
/// </remarks>
public static class OperatorProtocol
{
    public const int Version = 1;

    /// <summary>TCP port.</summary>
    public const int PortDefault = 9110;

    /// <summary>GET: the <see cref="PaletteBook"/>.</summary>
    public const string PalettePath = "/palette";

    /// <summary>POST of a <see cref="RunRequest"/>: a <see cref="CommandResult"/>, or, of a command that streams, one
    /// <see cref="StreamItem"/> a line.</summary>
    public const string RunPath = "/run";

    /// <summary>GET with <c>source</c> and <c>prefix</c>: a JSON list of at most
    /// <see cref="CompletionsMax"/> words.</summary>
    public const string CompletePath = "/complete";

    public const int CompletionsMax = 200;

    /// <summary>The longest request, in bytes; a file that a command sends is part of it.</summary>
    public const int RequestBytesMax = 1024 * 1024;

    public const string StreamMediaType = "application/x-ndjson";

    /// <summary>A stream without news says that it lives this often.</summary>
    public static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(5);

    /// <summary>A client that heard nothing for this long takes the endpoint for gone.</summary>
    public static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(20);

    /// <summary>camelCase, absent instead of null, one line.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,

        // The text goes to terminals and programs, never into a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}

/// <summary>What a process of the platform ends with; scripts depend on it.</summary>
public enum ExitCode
{
    Ok = 0,
    Error = 1,
    NotFound = 2,
    NotRunning = 3,
    Configuration = 4,
    Timeout = 5,
}
