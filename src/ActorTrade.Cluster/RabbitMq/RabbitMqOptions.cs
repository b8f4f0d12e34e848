using System.Text.RegularExpressions;

namespace ActorTrade.Cluster.RabbitMq;

/// <summary>How one process uses its RabbitMQ server.</summary>
public sealed record RabbitMqOptions
{
    private static readonly Regex Word = new("^[A-Za-z0-9_-]{1,100}$", RegexOptions.CultureInvariant);

    /// <summary><c>amqp://user:password@host:port/virtual-host</c>, or <c>amqps</c>.</summary>
    public required Uri Uri { get; init; }

    /// <summary>Mutual TLS, where the server asks for it; the certificate is the sign-in, and the address an
    /// <c>amqps</c> one without a user. The files are read for each connection. Null for none.</summary>
    public BrokerTlsOptions? Tls { get; init; }

    /// <summary>Begins the name of every queue and exchange, so that several clusters can share a server. 1 to 100
    /// letters, digits, dashes and underscores.</summary>
    public required string Cluster { get; init; }

    /// <summary>Names this process, unlike any earlier one's; the same characters as <see cref="Cluster"/>.</summary>
    public required string Node { get; init; }

    /// <summary>Asked for by this side, the lower of both counts. The server gives a silent node's shards to others
    /// after 2.3 to 2.9 of them. 1 s or more.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Messages delivered and not acknowledged, a shard. 1 or more.</summary>
    public ushort Prefetch { get; init; } = 256;

    /// <summary>The wait after the first failed connection; doubles up to <see cref="RetryMax"/>. Each wait is cut by
    /// chance to between a half and all of it, so that the nodes of a cluster do not come back at once.</summary>
    public TimeSpan RetryMin { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between two attempts to connect.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A publication not confirmed after this long, its wait on this side included, is
    /// <see cref="Transport.PublishOutcome.Unknown"/>.</summary>
    public TimeSpan ConfirmTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest that connecting, with all that belongs to it, may take before it is tried anew; also the
    /// longest wait for an answer of the server to a declaration.</summary>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Publications without an outcome, a publishing channel; one more is
    /// <see cref="Transport.PublishOutcome.Unknown"/> at once, a topic's is dropped.</summary>
    public int OutstandingMax { get; init; } = 8192;

    /// <summary>Bytes of bodies without an outcome, a publishing channel; treated as
    /// <see cref="OutstandingMax"/>.</summary>
    public long OutstandingBytesMax { get; init; } = 64L * 1024 * 1024;

    /// <summary>Messages that may wait for this node; while there are more, senders hear
    /// <see cref="Transport.PublishOutcome.Unknown"/>.</summary>
    public int NodeQueueMax { get; init; } = 100_000;

    /// <summary>Without the address's user and password, which belong in no log.</summary>
    public override string ToString() => $"{Node} of {Cluster} at {Uri.Host}:{Uri.Port}";

    /// <exception cref="ArgumentException">A value is outside its bounds.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Uri);
        Require(Word.IsMatch(Cluster), nameof(Cluster));
        Require(Word.IsMatch(Node), nameof(Node));
        Require(Heartbeat >= TimeSpan.FromSeconds(1), nameof(Heartbeat));
        Require(Prefetch >= 1, nameof(Prefetch));
        Require(RetryMin > TimeSpan.Zero && RetryMax >= RetryMin, nameof(RetryMin));
        Require(ConfirmTimeout > TimeSpan.Zero, nameof(ConfirmTimeout));
        Require(OpenTimeout > TimeSpan.Zero, nameof(OpenTimeout));
        Require(OutstandingMax >= 1, nameof(OutstandingMax));
        Require(OutstandingBytesMax >= 1, nameof(OutstandingBytesMax));
        Require(NodeQueueMax >= 1, nameof(NodeQueueMax));
    }

    private static void Require(bool holds, string name)
    {
        if (!holds)
        {
            throw new ArgumentException($"RabbitMQ: {name} is outside its bounds.", name);
        }
    }
}
