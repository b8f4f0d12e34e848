using ActorTrade.Cluster.Transport;
using ActorTrade.Journal.Sharding;
using RabbitMQ.Client;

namespace ActorTrade.Cluster.RabbitMq;

/// <summary>
/// One registration on a shard's queue, on a channel of its own, so that what closes one channel costs one shard.
/// </summary>
/// <remarks>
/// One worker at a time opens the channel, then writes acknowledgements as they gather, and at the end closes: so
/// acknowledgements precede the closing, and what was acknowledged together travels as one. The channel is closed and
/// the consumer never cancelled: cancelling activates the next in line while this one still holds its messages, which
/// then come after newer ones.
/// </remarks>
internal sealed class ShardChannel : IShardChannel, IThreadPoolWorkItem
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly List<ulong> _unacknowledged = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IShardConsumer _consumer;
    private readonly BrokerSession? _session;
    private readonly BrokerFaults _faults;
    private List<ulong> _acknowledged = [];
    private List<ulong> _written = [];
    private IChannel? _channel;
    private string? _why;
    private bool _working;
    private bool _closing;
    private bool _delivering;
    private bool _over;

    /// <param name="session">Null where there is no connection: then it only ever closes.</param>
    public ShardChannel(ShardId shard, IShardConsumer consumer, BrokerSession? session, BrokerFaults faults)
    {
        Shard = shard;
        _consumer = consumer;
        _session = session;
        _faults = faults;
    }

    /// <inheritdoc/>
    public ShardId Shard { get; }

    /// <summary>Completes after <see cref="IShardConsumer.Closed"/> ran.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Called once, after the session knows the channel.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _working = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Instead of <see cref="Start"/> where there is no session: only says why.</summary>
    public void Refuse(string reason) => Close(reason);

    /// <inheritdoc/>
    public void Acknowledge(ulong tag)
    {
        lock (_gate)
        {
            // An unknown tag or a second acknowledgement would make the server close the channel.
            var at = _closing || _over ? -1 : _unacknowledged.BinarySearch(tag);
            if (at < 0)
            {
                return;
            }

            _unacknowledged.RemoveAt(at);
            _acknowledged.Add(tag);
            if (_working)
            {
                return;
            }

            _working = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <inheritdoc/>
    public void Close() => Close(null);

    /// <summary>The session is over: nothing can be written any more.</summary>
    public void Lost(string reason)
    {
        lock (_gate)
        {
            _why = _closing || _over ? _why : reason;
        }

        End();
    }

    async void IThreadPoolWorkItem.Execute()
    {
        try
        {
            if (_channel is null && _session is not null && !IsClosing())
            {
                await OpenAsync(_session);
            }

            while (await WriteAsync())
            {
            }
        }
        catch (QueueMismatchException e)
        {
            _faults.Report(e);
            Lost(e.Message);
            await CloseChannelAsync();
        }
        catch (Exception e)
        {
            // Whatever it was, this registration is not to be relied on; the next one may be.
            Lost(e.Message);
            await CloseChannelAsync();
        }
    }

    private void Close(string? reason)
    {
        lock (_gate)
        {
            if (_closing || _over)
            {
                return;
            }

            _closing = true;
            _why = reason;
            if (_working)
            {
                return;
            }

            _working = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private bool IsClosing()
    {
        lock (_gate)
        {
            return _closing || _over;
        }
    }

    private async Task OpenAsync(BrokerSession open)
    {
        await open.Queues.DeclareAsync(Shard);
        _channel = await open.OpenConsumingChannelAsync();
        _channel.ChannelShutdownAsync += (_, e) =>
        {
            Lost(e.ReplyText);
            return Task.CompletedTask;
        };
        await _channel.BasicQosAsync(0, open.Options.Prefetch, false, open.Ending);
        if (!IsClosing())
        {
            await _channel.BasicConsumeAsync(
                open.Names.Shard(Shard), autoAck: false, new Deliveries(this, _channel), open.Ending);
        }
    }

    // True while there may be more to write.
    private async ValueTask<bool> WriteAsync()
    {
        var lowest = ulong.MaxValue;
        lock (_gate)
        {
            if (_over || (_acknowledged.Count == 0 && !_closing))
            {
                _working = false;
                return false;
            }

            (_acknowledged, _written) = (_written, _acknowledged);
            lowest = _unacknowledged.Count == 0 ? lowest : _unacknowledged[0];
        }

        if (_written.Count == 0)
        {
            await CloseChannelAsync();
            End();
            return true;
        }

        await AcknowledgeAsync(_written, lowest);
        _written.Clear();
        return true;
    }

    // All below the lowest unacknowledged one travel as one; what the client still buffers has higher tags.
    private async ValueTask AcknowledgeAsync(List<ulong> tags, ulong lowest)
    {
        tags.Sort();
        var together = tags.FindLastIndex(tag => tag < lowest) + 1;
        if (together > 0)
        {
            await _channel!.BasicAckAsync(tags[together - 1], multiple: true);
        }

        for (var i = together; i < tags.Count; i++)
        {
            await _channel!.BasicAckAsync(tags[i], multiple: false);
        }
    }

    private async Task CloseChannelAsync()
    {
        if (_channel is null)
        {
            return;
        }

        try
        {
            await _channel.CloseAsync().WaitAsync(CloseTimeout, _session!.Time);
        }
        catch (TimeoutException)
        {
            // The queue gives the messages to nobody else before this channel is gone: the connection must go.
            _session!.Break($"The server does not answer the closing of the channel of {Shard}.");
        }
        catch (Exception e) when (BrokerFaults.IsTransport(e))
        {
            // Closed already, from the other side or with the connection.
        }
    }

    private void Deliver(ulong tag, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body)
    {
        lock (_gate)
        {
            // The client still raises what it had buffered before the closing.
            if (_closing || _over)
            {
                return;
            }

            _unacknowledged.Add(tag);
            _delivering = true;
        }

        var delivery = new ShardDelivery(
            tag, MessageProperties.Read(properties, body), MessageProperties.Deliveries(properties));
        _faults.Run(() => _consumer.Delivered(this, delivery));
        lock (_gate)
        {
            _delivering = false;
            if (!_over)
            {
                return;
            }
        }

        TellClosed();
    }

    // Closed is the last call: a delivery under way on another thread makes it instead.
    private void End()
    {
        lock (_gate)
        {
            if (_over)
            {
                return;
            }

            _over = true;
            _unacknowledged.Clear();
            if (_delivering)
            {
                return;
            }
        }

        TellClosed();
    }

    private void TellClosed()
    {
        _faults.Run(() => _consumer.Closed(this, _why));
        _session?.Forget(this);
        _ended.TrySetResult();
    }

    /// <summary>Hears the client; its methods run one after the other.</summary>
    private sealed class Deliveries(ShardChannel owner, IChannel _channel) : AsyncDefaultBasicConsumer(_channel)
    {
        public override Task HandleBasicDeliverAsync(
            string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
            IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
        {
            owner.Deliver(deliveryTag, properties, body);
            return Task.CompletedTask;
        }

        public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken)
        {
            owner.Close("The server cancelled the consumer: its queue was deleted or moved.");
            return base.HandleBasicCancelAsync(consumerTag, cancellationToken);
        }
    }
}
