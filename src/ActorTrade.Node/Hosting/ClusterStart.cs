using ActorTrade.Cluster.Hosting;
using ActorTrade.Cluster.RabbitMq;
using ActorTrade.Configuration;
using ActorTrade.Journal.Postgres;
using ActorTrade.Node.Configuration;

namespace ActorTrade.Node.Hosting;

/// <summary>Starts a node that is one of several: connects to the servers, joins, waits until it is ready.</summary>
internal static class ClusterStart
{
    // Servers that start at the same time as the node are worth waiting for.
    private static readonly TimeSpan ServersWithin = TimeSpan.FromSeconds(60);

    /// <param name="configuration">With <c>Cluster:Enabled</c>.</param>
    /// <param name="options">The node's own.</param>
    /// <param name="address">Where its page will be; empty until it is known.</param>
    /// <param name="waiting">Told, in words, what the start waits for.</param>
    /// <exception cref="ConfigurationException">A setting makes no sense.</exception>
    /// <exception cref="ServersAwayException">A server is not reached in time.</exception>
    public static async Task<NodeHost> StartAsync(
        NodeConfiguration configuration,
        NodeHostOptions options,
        Func<string> address,
        Action<string> waiting,
        CancellationToken cancelled)
    {
        var servers = configuration.Servers();
        var time = TimeProvider.System;
        var journal = await servers.OpenJournalAsync(ServersWithin, waiting, time, cancelled);
        var broker = servers.Broker(time, e => waiting(servers.BrokerFault(e, time)));
        var host = await OpenAsync(servers, options, journal, broker, address);
        try
        {
            broker.Start();
            waiting("Joining the cluster…");
            await host.ReadyAsync();
            return host;
        }
        catch
        {
            // Whatever it was: no actor, no table and no connection stays behind.
            await host.DisposeAsync();
            throw;
        }
    }

    private static async Task<NodeHost> OpenAsync(
        ClusterServers servers,
        NodeHostOptions options,
        PostgresJournal journal,
        RabbitMqBroker broker,
        Func<string> address)
    {
        try
        {
            var member = servers.Member(servers.Roles, NodeHost.Version, address);
            var cluster = new NodeCluster(broker, journal, member, servers.Shards);
            return NodeHost.Open(options, new NodeSeams { Cluster = cluster });
        }
        catch
        {
            // They were not handed over.
            await broker.DisposeAsync();
            await journal.DisposeAsync();
            throw;
        }
    }
}
