namespace ActorTrade.Cluster.Simulated;

/// <summary>How a simulated broker and the clients of it are set up.</summary>
public sealed record SimulatedBrokerSettings
{
    /// <summary>The least time a message takes between a node and the broker, one way.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>What chance adds to it at most.</summary>
    public TimeSpan Jitter { get; init; } = TimeSpan.FromMilliseconds(4);

    /// <summary>The broker gives a silent connection up after 2 to 2.9 heartbeats, a client after 3 to 3.6: for a time
    /// two nodes believe to own a shard. Each sends one every half of it.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Messages of a shard that may be delivered and not acknowledged.</summary>
    public int Prefetch { get; init; } = 64;

    /// <summary>Messages of a topic that may be on the way to one subscriber; the others wait in its queue.</summary>
    public int TopicPrefetch { get; init; } = 16;

    /// <summary>From the loss of a connection, or an attempt that was refused, to the next attempt.</summary>
    public TimeSpan ReconnectAfter { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>A publication without confirmation is <c>Unknown</c> after this.</summary>
    public TimeSpan ConfirmationTimeout { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>What the simulated broker and its clients do wrong, as shares of all occasions. Cuts, pauses, crashes and
/// restarts are done to them, not drawn.</summary>
/// <param name="PublicationLost">It never reaches a queue, and is not confirmed.</param>
/// <param name="ConfirmationLost">It does, but is not confirmed.</param>
/// <param name="TopicMessageLost">One subscriber does not get it.</param>
/// <param name="InFlightLost">The broker ends a connection, and what was on its way to the node is gone; otherwise it
/// arrives, at a node that is no owner any more.</param>
/// <param name="DeliveredAfterClose">After the owner has closed the channel, what was on its way is delivered until
/// the channel's last call; otherwise it is dropped.</param>
public sealed record SimulatedBrokerFaults(
    double PublicationLost,
    double ConfirmationLost,
    double TopicMessageLost,
    double InFlightLost,
    double DeliveredAfterClose)
{
    public static readonly SimulatedBrokerFaults None = new(0, 0, 0, 0, 0);
}
