using ActorTrade.Cluster.Transport;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Cluster.RabbitMq;

/// <summary>One message on its way to the server.</summary>
/// <param name="shard">The shard whose queue it goes to, which must be declared first; null for an exchange.</param>
/// <param name="published">Hears the outcome; null for nobody.</param>
/// <param name="at">When it was handed over, a timestamp of the broker's clock.</param>
internal sealed class Publication(
    string exchange,
    string routingKey,
    BrokerMessage message,
    ShardId? shard,
    Action<PublishOutcome>? published,
    long at)
{
    public string Exchange { get; } = exchange;

    public string RoutingKey { get; } = routingKey;

    public BrokerMessage Message { get; } = message;

    public ShardId? Shard { get; } = shard;

    public long At { get; } = at;

    /// <summary>Whoever takes the publication out of its lane calls this, so it is called once.</summary>
    public void Finish(PublishOutcome outcome) => published?.Invoke(outcome);
}
