using ActorTrade.Cluster.Transport;
using ActorTrade.Journal.Sharding;
using ActorTrade.Kernel;

namespace ActorTrade.Cluster.RabbitMq;

/// <summary>
/// The broker on RabbitMQ: a quorum queue with a single active consumer for each shard, a direct exchange to nodes, a
/// topic exchange.
/// </summary>
/// <remarks>
/// A <see cref="BrokerSession"/> is one connection with all that hangs on it; this runs one session after the other and
/// keeps what outlives them: subscriptions and listeners. Registrations do not outlive a session.
/// </remarks>
public sealed class RabbitMqBroker : IBroker
{
    private readonly Lock _gate = new();
    private readonly List<TopicSubscription> _subscriptions = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly RabbitMqOptions _options;
    private readonly TimeProvider _time;
    private readonly IRandomSource _random;
    private readonly QueueNames _names;
    private readonly BrokerFaults _faults;
    private readonly ConnectionListeners _listeners;
    private Action<BrokerMessage>? _nodeMessage;
    private volatile BrokerSession? _current;
    private BrokerSession? _attaching;
    private Task? _running;
    private int _sessions;
    private int _subscribed;
    private long _topicsDropped;

    /// <summary>Does nothing before <see cref="Start"/>.</summary>
    /// <param name="random">Chance for the waits between attempts to connect.</param>
    /// <param name="fault">Hears what went wrong and will be tried again, for a log: failed attempts to connect, lost
    /// connections, queues of another kind, callbacks that threw.</param>
    /// <exception cref="ArgumentException">An option is outside its bounds.</exception>
    public RabbitMqBroker(
        RabbitMqOptions options, TimeProvider time, IRandomSource random, Action<Exception>? fault = null)
    {
        options.Validate();
        _options = options;
        _time = time;
        _random = random;
        _names = new QueueNames(options.Cluster);
        _faults = new BrokerFaults(fault);
        _listeners = new ConnectionListeners(_faults);
    }

    /// <inheritdoc/>
    public string Node => _options.Node;

    /// <inheritdoc/>
    public bool IsConnected => _current is not null;

    /// <summary>Messages to topics that were not sent: no connection, or a bound was reached.</summary>
    public long TopicsDropped => Interlocked.Read(ref _topicsDropped);

    /// <summary>Begins to connect, and goes on until disposed. After <see cref="OnNodeMessage"/>.</summary>
    public void Start()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            _running ??= RunAsync();
        }
    }

    /// <inheritdoc/>
    public IShardChannel Register(ShardId shard, IShardConsumer consumer)
    {
        MessageProperties.CheckName(_names.Shard(shard), nameof(shard));
        if (_current?.Register(shard, consumer) is { } registered)
        {
            return registered;
        }

        var refused = new ShardChannel(shard, consumer, null, _faults);
        refused.Refuse("There is no connection to the broker.");
        return refused;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The body has more than 16 MiB, or a name more than 255 bytes.</exception>
    public void PublishToShard(ShardId shard, BrokerMessage message, Action<PublishOutcome> published)
    {
        var queue = _names.Shard(shard);
        MessageProperties.Check(message, queue);
        var publication = new Publication("", queue, message, shard, published, _time.GetTimestamp());
        if (_current?.TryPublishToShard(publication) != true)
        {
            Refuse(publication);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The body has more than 16 MiB, or a name more than 255 bytes.</exception>
    public void PublishToNode(string node, BrokerMessage message, Action<PublishOutcome> published)
    {
        MessageProperties.Check(message, node);
        var publication = new Publication(_names.NodeExchange, node, message, null, published, _time.GetTimestamp());
        if (_current?.TryPublishToNode(publication) != true)
        {
            Refuse(publication);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The body has more than 16 MiB, or a name more than 255 bytes.</exception>
    public void PublishToTopic(string topic, BrokerMessage message)
    {
        MessageProperties.Check(message, topic);
        var publication = new Publication(_names.TopicExchange, topic, message, null, null, _time.GetTimestamp());
        if (_current?.TryPublishToTopic(publication) != true)
        {
            Interlocked.Increment(ref _topicsDropped);
        }
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(string pattern, int queueMax, Action<TopicMessage> received)
    {
        MessageProperties.CheckName(pattern, nameof(pattern));
        ArgumentOutOfRangeException.ThrowIfLessThan(queueMax, 1);
        TopicSubscription subscription;
        BrokerSession? session;
        lock (_gate)
        {
            subscription = new TopicSubscription(++_subscribed, pattern, queueMax, received, Unsubscribe);
            _subscriptions.Add(subscription);
            session = _attaching;
        }

        _ = session?.AttachAsync(subscription);
        return subscription;
    }

    /// <inheritdoc/>
    public void OnNodeMessage(Action<BrokerMessage> received)
    {
        if (Interlocked.CompareExchange(ref _nodeMessage, received, null) is not null)
        {
            throw new InvalidOperationException("The receiver of the node's messages is set once.");
        }
    }

    /// <inheritdoc/>
    public IDisposable OnConnection(Action<bool> changed) => _listeners.Add(changed);

    /// <summary>
    /// Closes registrations, waits for publications and closes the connections, in this order and within 2 s, whether
    /// the server answers or not.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        Task? loop;
        Task stopped;
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            loop = _running;
            stopped = _stopping.CancelAsync();
        }

        await stopped;
        if (loop is not null)
        {
            await loop;
        }
    }

    // One session after the other. The wait grows only while no session opens; the first attempt after a loss waits
    // too, since the whole cluster lost its connections at the same moment.
    private async Task RunAsync()
    {
        await Task.Yield();
        var failures = 0;
        while (!_stopping.IsCancellationRequested)
        {
            var session = new BrokerSession(_options, _names, ++_sessions, _time, _faults);
            try
            {
                await OpenAsync(session);
                failures = 0;
                await UseAsync(session);
            }
            catch (Exception e)
            {
                // Of whatever kind: the only way on is another attempt.
                failures++;
                await session.EndAsync(e.Message);
                ReportUnlessStopping(e);
            }

            await WaitAsync(failures);
        }
    }

    private async Task OpenAsync(BrokerSession session)
    {
        TopicSubscription[] wanted;
        lock (_gate)
        {
            wanted = [.. _subscriptions];
        }

        await session.OpenAsync(wanted, message => _nodeMessage?.Invoke(message), _stopping.Token);
        lock (_gate)
        {
            _attaching = session;
            wanted = [.. _subscriptions.Except(wanted)];
        }

        foreach (var subscription in wanted)
        {
            await session.AttachAsync(subscription).WaitAsync(_stopping.Token);
        }
    }

    private async Task UseAsync(BrokerSession session)
    {
        if (session.Broken.IsCompleted)
        {
            throw new IOException(await session.Broken);
        }

        _current = session;
        _listeners.Tell(true);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (_stopping.Token.Register(stopped.SetResult))
        {
            await Task.WhenAny(session.Broken, stopped.Task);
        }

        _current = null;
        lock (_gate)
        {
            _attaching = null;
        }

        if (session.Broken.IsCompleted)
        {
            var why = await session.Broken;
            await session.EndAsync(why);
            ReportUnlessStopping(new IOException(why));
        }
        else
        {
            await session.CloseAsync();
        }

        _listeners.Tell(false);
    }

    private async Task WaitAsync(int failures)
    {
        var wait = Math.Min(
            _options.RetryMin.TotalMilliseconds * Math.Pow(2, Math.Min(Math.Max(failures - 1, 0), 20)),
            _options.RetryMax.TotalMilliseconds);
        try
        {
            await Task.Delay(
                TimeSpan.FromMilliseconds(wait * (1 + _random.NextDouble()) / 2), _time, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // Disposed: the loop ends.
        }
    }

    private void ReportUnlessStopping(Exception e)
    {
        if (!_stopping.IsCancellationRequested)
        {
            _faults.Report(e);
        }
    }

    private void Unsubscribe(TopicSubscription subscription)
    {
        BrokerSession? session;
        lock (_gate)
        {
            _subscriptions.Remove(subscription);
            session = _attaching;
        }

        _ = session?.DetachAsync(subscription);
    }

    // Not from within the call: callbacks run on the broker's threads.
    private void Refuse(Publication publication) => ThreadPool.UnsafeQueueUserWorkItem(
        _ => _faults.Run(() => publication.Finish(PublishOutcome.Unknown)), null);
}
