using RabbitMQ.Client;

namespace ActorTrade.Cluster.RabbitMq;

/// <summary>How the client library is set up.</summary>
internal static class BrokerConnections
{
    private const ushort ChannelMax = 2047;

    /// <summary>
    /// Its own recovery is off: it would bring back channels and consumers whose messages have gone to others, behind
    /// the back of whoever believes to serve the shard.
    /// </summary>
    public static ConnectionFactory Factory(RabbitMqOptions options, TimeProvider time)
    {
        var factory = new ConnectionFactory
        {
            Uri = options.Uri,
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedHeartbeat = options.Heartbeat,
            RequestedChannelMax = ChannelMax,
            RequestedConnectionTimeout = options.OpenTimeout,
            HandshakeContinuationTimeout = options.OpenTimeout,
            ContinuationTimeout = options.OpenTimeout,
            ConsumerDispatchConcurrency = 1,
        };
        if (options.Tls is { } tls)
        {
            BrokerTls.Apply(factory, tls, time);
        }

        return factory;
    }
}
