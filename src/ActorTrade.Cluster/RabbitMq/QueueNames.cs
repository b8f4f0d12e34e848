using System.Globalization;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Cluster.RabbitMq;

/// <summary>The names of a cluster's queues and exchanges; all begin with the cluster's.</summary>
internal sealed class QueueNames(string cluster)
{
    /// <summary>Direct; a node's queue is bound under the node's name.</summary>
    public string NodeExchange { get; } = cluster + ".nodes";

    public string TopicExchange { get; } = cluster + ".topics";

    public string Shard(ShardId shard) =>
        string.Create(CultureInfo.InvariantCulture, $"{cluster}.shard.{shard.Role}.{shard.Number}");

    /// <summary>
    /// Each connection has a queue of its own: the server may still hold the one before, exclusive to a connection it
    /// has not yet found dead.
    /// </summary>
    public string Node(string node, int session) =>
        string.Create(CultureInfo.InvariantCulture, $"{cluster}.node.{node}.{session}");

    public string Subscription(string node, int session, int subscription) =>
        string.Create(CultureInfo.InvariantCulture, $"{cluster}.subscription.{node}.{session}.{subscription}");
}
