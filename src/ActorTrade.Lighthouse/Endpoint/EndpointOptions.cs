using System.Net;

namespace ActorTrade.Lighthouse.Endpoint;

/// <summary>Where operators are listened to, and bounds.</summary>
public sealed record EndpointOptions
{
    /// <summary>Name and version, for people.</summary>
    public string Server { get; init; } = "lighthouse";

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Streams at the same time; further ones are refused.</summary>
    public int TailsMax { get; init; } = 32;

    /// <summary>How long a command may take that is no stream.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Connections at the same time.</summary>
    public int ConnectionsMax { get; init; } = 256;
}

/// <summary>The endpoint cannot listen where it was told to.</summary>
public sealed class AddressTakenException(IPAddress address, int port, Exception inner)
    : Exception($"Cannot listen on {address}:{port}: {inner.Message} Set Lighthouse:Port to a free one.", inner);
