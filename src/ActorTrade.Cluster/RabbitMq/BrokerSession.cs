using ActorTrade.Cluster.Transport;
using ActorTrade.Journal.Sharding;
using RabbitMQ.Client;

namespace ActorTrade.Cluster.RabbitMq;

/// <summary>
/// One connection to the server in our sense: a TCP connection for consuming, one for publishing, and all channels on
/// them. It is open as a whole or not at all, breaks as a whole, and is never mended: the next one is another.
/// </summary>
internal sealed class BrokerSession
{
    private const int ShardLanes = 4;
    private const int NodeLanes = 2;
    private const ushort GoodBye = 200;
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromMilliseconds(500);
    private static readonly CreateChannelOptions Confirming = new(
        publisherConfirmationsEnabled: true,
        publisherConfirmationTrackingEnabled: false,
        outstandingPublisherConfirmationsRateLimiter: null);

    private static readonly CreateChannelOptions Plain = new(
        publisherConfirmationsEnabled: false,
        publisherConfirmationTrackingEnabled: false,
        outstandingPublisherConfirmationsRateLimiter: null,
        consumerDispatchConcurrency: 1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource<string> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<ShardChannel> _registrations = [];
    private readonly Dictionary<TopicSubscription, Task<IChannel>> _subscriptions = [];
    private readonly PublishLane[] _lanes = new PublishLane[ShardLanes + NodeLanes + 1];
    private readonly BrokerFaults _faults;
    private readonly int _number;
    private IConnection? _consuming;
    private IConnection? _publishing;
    private ShardQueues? _queues;
    private bool _over;

    public BrokerSession(RabbitMqOptions options, QueueNames names, int number, TimeProvider time, BrokerFaults faults)
    {
        Options = options;
        Names = names;
        Time = time;
        _number = number;
        _faults = faults;
        Ending = _ending.Token;
    }

    public RabbitMqOptions Options { get; }

    public QueueNames Names { get; }

    public TimeProvider Time { get; }

    public ShardQueues Queues => _queues ?? throw new InvalidOperationException("The session is not open.");

    /// <summary>Cancelled when the session ends.</summary>
    public CancellationToken Ending { get; }

    /// <summary>Completes with the reason once the session cannot be used any more.</summary>
    public Task<string> Broken => _broken.Task;

    /// <summary>Connects and sets up all that belongs to the node; complete when it can be used.</summary>
    public async Task OpenAsync(
        IReadOnlyList<TopicSubscription> wanted, Action<BrokerMessage> nodeMessage, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(Options.OpenTimeout, Time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop, Ending);
        var factory = BrokerConnections.Factory(Options, Time);
        _consuming = await ConnectAsync(factory, "consume", any.Token);
        _publishing = await ConnectAsync(factory, "publish", any.Token);
        _queues = new ShardQueues(_publishing, Names, Time, Ending);
        await DeclareExchangesAsync(_publishing, any.Token);
        for (var i = 0; i < _lanes.Length; i++)
        {
            var confirms = i < ShardLanes + NodeLanes;
            var channel = await _publishing.CreateChannelAsync(confirms ? Confirming : Plain, any.Token);
            _lanes[i] = new PublishLane(channel, confirms, Options, _queues, _faults, Break);
        }

        await OpenQueueAsync(new TransientQueue(
            Names.Node(Options.Node, _number), Names.NodeExchange, Options.Node, Options.NodeQueueMax,
            "reject-publish", (_, message) => nodeMessage(message), Break, _faults)).WaitAsync(any.Token);
        foreach (var subscription in wanted)
        {
            await AttachAsync(subscription).WaitAsync(any.Token);
        }

        _ = ExpireAsync();
    }

    /// <summary>Ends the session from inside: whoever runs it hears <see cref="Broken"/>.</summary>
    public void Break(string why) => _broken.TrySetResult(why);

    /// <summary>Null where the session is over.</summary>
    public ShardChannel? Register(ShardId shard, IShardConsumer consumer)
    {
        var channel = new ShardChannel(shard, consumer, this, _faults);
        lock (_gate)
        {
            if (_over)
            {
                return null;
            }

            _registrations.Add(channel);
        }

        channel.Start();
        return channel;
    }

    public void Forget(ShardChannel channel)
    {
        lock (_gate)
        {
            _registrations.Remove(channel);
        }
    }

    /// <summary>One shard's publications take one lane, so that they keep their order.</summary>
    public bool TryPublishToShard(Publication publication) =>
        _lanes[publication.Shard!.Value.Number % ShardLanes].TryPublish(publication);

    /// <summary>One node's publications take one lane.</summary>
    public bool TryPublishToNode(Publication publication) =>
        _lanes[ShardLanes + ((publication.RoutingKey.GetHashCode(StringComparison.Ordinal) & 0xFF) % NodeLanes)]
            .TryPublish(publication);

    public bool TryPublishToTopic(Publication publication) => _lanes[^1].TryPublish(publication);

    public async Task<IChannel> OpenConsumingChannelAsync() => await _consuming!.CreateChannelAsync(Plain, Ending);

    /// <summary>Gives the subscription its queue; the session breaks if that fails.</summary>
    public async Task AttachAsync(TopicSubscription subscription)
    {
        Task<IChannel> opening;
        lock (_gate)
        {
            if (_over || subscription.Ended || _subscriptions.ContainsKey(subscription))
            {
                return;
            }

            opening = OpenQueueAsync(new TransientQueue(
                Names.Subscription(Options.Node, _number, subscription.Number), Names.TopicExchange,
                subscription.Pattern, subscription.QueueMax, "drop-head", subscription.Receive, Break, _faults));
            _subscriptions.Add(subscription, opening);
        }

        try
        {
            await opening;
        }
        catch (Exception e) when (BrokerFaults.IsTransport(e))
        {
            Break("A subscription failed: " + e.Message);
        }
    }

    /// <summary>Closes the subscription's channel, whose queue goes with it.</summary>
    public async Task DetachAsync(TopicSubscription subscription)
    {
        Task<IChannel>? opening;
        lock (_gate)
        {
            _subscriptions.Remove(subscription, out opening);
        }

        if (opening is null)
        {
            return;
        }

        try
        {
            var channel = await opening;
            await channel.CloseAsync();
        }
        catch (Exception e) when (BrokerFaults.IsTransport(e))
        {
            // Closed with the connection.
        }
    }

    /// <summary>Closes from this side: acknowledgements and publications first, as far as they go in a second.
    /// </summary>
    public async Task CloseAsync()
    {
        var channels = StopRegistrations();
        foreach (var channel in channels)
        {
            channel.Close();
        }

        await WithinAsync(Task.WhenAll(channels.Select(c => c.Ended)), DrainTimeout);
        await WithinAsync(Task.WhenAll(_lanes.Select(l => l?.DrainedAsync() ?? Task.CompletedTask)), DrainTimeout);
        await EndAsync("The node closes.");
    }

    /// <summary>
    /// Ends everything on this side first, so that nothing is delivered or promised any more, then the connections.
    /// Every registration has heard of it when this completes.
    /// </summary>
    public async Task EndAsync(string why)
    {
        var channels = StopRegistrations();
        foreach (var channel in channels)
        {
            channel.Lost(why);
        }

        foreach (var lane in _lanes)
        {
            lane?.Close();
        }

        await CancelAsync();
        await Task.WhenAll(
            AbortAsync(_consuming),
            AbortAsync(_publishing),
            WithinAsync(Task.WhenAll(channels.Select(c => c.Ended)), DrainTimeout));
    }

    private async Task CancelAsync()
    {
        try
        {
            await _ending.CancelAsync();
        }
        catch (AggregateException e)
        {
            // Of the client's own waits; the next session must come nevertheless.
            _faults.Report(e);
        }
    }

    private ShardChannel[] StopRegistrations()
    {
        lock (_gate)
        {
            _over = true;
            _subscriptions.Clear();
            return [.. _registrations];
        }
    }

    private async Task<IConnection> ConnectAsync(ConnectionFactory factory, string use, CancellationToken stop)
    {
        var connection = await factory.CreateConnectionAsync($"{Options.Cluster}/{Options.Node}/{use}", stop);
        connection.ConnectionShutdownAsync += (_, e) =>
        {
            Break($"The connection to {use} was lost: {e.ReplyText}");
            return Task.CompletedTask;
        };
        return connection;
    }

    private async Task DeclareExchangesAsync(IConnection connection, CancellationToken stop)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: stop);
        await channel.ExchangeDeclareAsync(
            Names.NodeExchange, ExchangeType.Direct, durable: true, autoDelete: false, cancellationToken: stop);
        await channel.ExchangeDeclareAsync(
            Names.TopicExchange, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: stop);
        await channel.CloseAsync(stop);
    }

    private async Task<IChannel> OpenQueueAsync(TransientQueue queue)
    {
        var channel = await OpenConsumingChannelAsync();
        channel.ChannelShutdownAsync += (_, e) =>
        {
            if (e.Initiator != ShutdownInitiator.Application)
            {
                Break($"A channel for receiving was closed: {e.ReplyText}");
            }

            return Task.CompletedTask;
        };
        await queue.OpenAsync(channel, Ending);
        return channel;
    }

    private async Task ExpireAsync()
    {
        var period = Options.ConfirmTimeout / 8;
        var before = (long)(Options.ConfirmTimeout.TotalSeconds * Time.TimestampFrequency);
        using var timer = new PeriodicTimer(period, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(Ending))
            {
                foreach (var lane in _lanes)
                {
                    lane.Expire(Time.GetTimestamp() - before);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The session ended, and every lane with it.
        }
    }

    private async Task AbortAsync(IConnection? connection)
    {
        if (connection is null)
        {
            return;
        }

        // The client's own waiting has been seen to outlast its bound where the server hangs; it goes on without us.
        await WithinAsync(
            connection.CloseAsync(GoodBye, "The node closes the connection.", AbortTimeout, abort: true),
            AbortTimeout * 2);
        await WithinAsync(connection.DisposeAsync().AsTask(), AbortTimeout);
    }

    private async Task WithinAsync(Task task, TimeSpan timeout)
    {
        try
        {
            await task.WaitAsync(timeout, Time);
        }
        catch (Exception e) when (BrokerFaults.IsTransport(e))
        {
            // Too late or gone already: either way there is nothing left to wait for.
        }
    }
}
