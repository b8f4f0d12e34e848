using ActorTrade.Cluster.Transport;
using RabbitMQ.Client;

namespace ActorTrade.Cluster.RabbitMq;

/// <summary>
/// A bounded queue that belongs to one connection and is gone with it: a node's own, or a subscription's.
/// </summary>
/// <remarks>
/// Messages are acknowledged in portions and not automatically: with automatic acknowledgement the server pushes all it
/// has, the client buffers without a bound, and the queue's own bound never counts.
/// </remarks>
internal sealed class TransientQueue
{
    private const int PrefetchMax = 256;

    private readonly Action<string, BrokerMessage> _received;
    private readonly Action<string> _lost;
    private readonly BrokerFaults _faults;
    private readonly ushort _prefetch;

    /// <param name="max">Messages that may wait, on the server and here.</param>
    /// <param name="overflow">What the server does with one more: <c>drop-head</c> or <c>reject-publish</c>.</param>
    /// <param name="received">Hears the routing key and the message.</param>
    /// <param name="lost">Hears where the queue goes before its connection.</param>
    public TransientQueue(
        string name, string exchange, string key, int max, string overflow, Action<string, BrokerMessage> received,
        Action<string> lost, BrokerFaults faults)
    {
        Name = name;
        Exchange = exchange;
        Key = key;
        _received = received;
        _lost = lost;
        _faults = faults;
        _prefetch = (ushort)Math.Clamp(max / 4, 1, PrefetchMax);
        Arguments = new Dictionary<string, object?>
        {
            ["x-max-length"] = Math.Max(1, max - _prefetch),
            ["x-overflow"] = overflow,
        };
    }

    private string Name { get; }

    private string Exchange { get; }

    private string Key { get; }

    private Dictionary<string, object?> Arguments { get; }

    /// <summary>Declares, binds and consumes; when it completes, what is published from now on is heard.</summary>
    public async Task OpenAsync(IChannel channel, CancellationToken ended)
    {
        await channel.BasicQosAsync(0, _prefetch, false, ended);
        await channel.QueueDeclareAsync(
            Name, durable: false, exclusive: true, autoDelete: true, Arguments, cancellationToken: ended);
        await channel.BasicConsumeAsync(Name, autoAck: false, new Messages(this, channel), ended);
        await channel.QueueBindAsync(Name, Exchange, Key, cancellationToken: ended);
    }

    private sealed class Messages(TransientQueue owner, IChannel channel) : AsyncDefaultBasicConsumer(channel)
    {
        private readonly int _portion = Math.Max(1, owner._prefetch / 4);
        private int _heard;

        public override async Task HandleBasicDeliverAsync(
            string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
            IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
        {
            var message = MessageProperties.Read(properties, body);
            owner._faults.Run(() => owner._received(routingKey, message));
            _heard++;
            if (_heard < _portion)
            {
                return;
            }

            _heard = 0;
            try
            {
                await Channel.BasicAckAsync(deliveryTag, multiple: true, cancellationToken);
            }
            catch (Exception e) when (BrokerFaults.IsTransport(e))
            {
                // Closed meanwhile, and the queue with it.
            }
        }

        public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken)
        {
            owner._lost($"The queue {owner.Name} was deleted.");
            return base.HandleBasicCancelAsync(consumerTag, cancellationToken);
        }
    }
}
