using ActorTrade.Cluster.Transport;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace ActorTrade.Cluster.RabbitMq;

/// <summary>
/// One publishing channel: sends in the order of the calls, and tells of each publication once what became of it.
/// </summary>
/// <remarks>
/// Confirmations are counted here and not by the client, which would make a task and a header of each publication and
/// delays them behind its limiter. The server numbers the publications of a channel from 1, and so does the lane; a
/// returned one is told by its message id, its confirmation follows and finds it gone. What waits to be sent and what
/// waits to be confirmed count together against the bounds.
/// </remarks>
internal sealed class PublishLane : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Queue<Publication> _waiting = new();
    private readonly Dictionary<ulong, Publication> _unconfirmed = [];
    private readonly List<Publication> _settled = [];
    private readonly BasicProperties _properties = new();
    private readonly IChannel _channel;
    private readonly ShardQueues _queues;
    private readonly BrokerFaults _faults;
    private readonly Action<string> _broke;
    private readonly bool _confirms;
    private readonly int _outstandingMax;
    private readonly long _outstandingBytesMax;
    private ulong _next = 1;
    private ulong _low = 1;
    private int _outstanding;
    private long _outstandingBytes;
    private bool _sending;
    private bool _closing;
    private bool _closed;
    private TaskCompletionSource? _drained;

    /// <param name="channel">With confirmations switched on, and not tracked by the client, unless
    /// <paramref name="confirms"/> is false.</param>
    /// <param name="broke">Hears when the channel cannot be used any more.</param>
    public PublishLane(
        IChannel channel, bool confirms, RabbitMqOptions options, ShardQueues queues, BrokerFaults faults,
        Action<string> broke)
    {
        _channel = channel;
        _confirms = confirms;
        _queues = queues;
        _faults = faults;
        _broke = broke;
        _outstandingMax = options.OutstandingMax;
        _outstandingBytesMax = options.OutstandingBytesMax;
        channel.BasicAcksAsync += (_, e) => Settle(e.DeliveryTag, e.Multiple, PublishOutcome.Confirmed);
        channel.BasicNacksAsync += (_, e) => Settle(e.DeliveryTag, e.Multiple, PublishOutcome.Unknown);
        channel.BasicReturnAsync += Returned;
        channel.ChannelShutdownAsync += (_, e) =>
        {
            broke($"A publishing channel was closed: {e.ReplyText}");
            return Task.CompletedTask;
        };
    }

    /// <summary>Takes the publication over, or says that a bound is reached or the lane closed.</summary>
    public bool TryPublish(Publication publication)
    {
        lock (_gate)
        {
            var bytes = _outstandingBytes + publication.Message.Body.Length;
            if (_closing || _outstanding >= _outstandingMax || (bytes > _outstandingBytesMax && _outstanding > 0))
            {
                return false;
            }

            _outstanding++;
            _outstandingBytes = bytes;
            _waiting.Enqueue(publication);
            if (_sending)
            {
                return true;
            }

            _sending = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    /// <summary>Those handed over before the timestamp become <see cref="PublishOutcome.Unknown"/>.</summary>
    public void Expire(long before)
    {
        List<Publication> expired = [];
        lock (_gate)
        {
            while (_waiting.TryPeek(out var publication) && publication.At < before)
            {
                expired.Add(Left(_waiting.Dequeue()));
            }

            for (var sequence = _low; sequence < _next; sequence++)
            {
                if (!_unconfirmed.TryGetValue(sequence, out var publication))
                {
                    continue;
                }

                if (publication.At >= before)
                {
                    break;
                }

                expired.Add(Take(sequence)!);
            }
        }

        Finish(expired, PublishOutcome.Unknown);
    }

    /// <summary>Takes nothing more; completes when every publication has its outcome.</summary>
    public Task DrainedAsync()
    {
        lock (_gate)
        {
            _closing = true;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_outstanding == 0)
            {
                _drained.TrySetResult();
            }

            return _drained.Task;
        }
    }

    /// <summary>Takes nothing more; what has no outcome becomes <see cref="PublishOutcome.Unknown"/>.</summary>
    public void Close()
    {
        List<Publication> left;
        lock (_gate)
        {
            _closing = true;
            _closed = true;
            left = [.. _unconfirmed.Values, .. _waiting];
            _unconfirmed.Clear();
            _waiting.Clear();
            left.ForEach(p => Left(p));
        }

        Finish(left, PublishOutcome.Unknown);
    }

    // One sends at a time: whoever finds nobody sending starts this.
    async void IThreadPoolWorkItem.Execute()
    {
        try
        {
            while (TryNext() is { } publication)
            {
                if (publication.Shard is null || await IsDeclaredAsync(publication))
                {
                    await SendAsync(publication);
                }
            }
        }
        catch (Exception e)
        {
            // Whatever it was, nothing more can be sent in order on this channel.
            _faults.Report(e);
            _broke("A publishing channel failed: " + e.Message);
        }
    }

    private Publication? TryNext()
    {
        lock (_gate)
        {
            if (_waiting.TryDequeue(out var publication))
            {
                return publication;
            }

            _sending = false;
            return null;
        }
    }

    private async ValueTask<bool> IsDeclaredAsync(Publication publication)
    {
        try
        {
            await _queues.DeclareAsync(publication.Shard!.Value);
            return true;
        }
        catch (QueueMismatchException e)
        {
            _faults.Report(e);
            Drop(publication, PublishOutcome.Unroutable);
            return false;
        }
        catch (Exception e)
        {
            // Of whatever kind: the publication is in nobody's hands but ours and must have its outcome.
            _faults.Report(e);
            Drop(publication, PublishOutcome.Unknown);
            return false;
        }
    }

    private async ValueTask SendAsync(Publication publication)
    {
        ulong sequence = 0;
        var late = false;
        lock (_gate)
        {
            late = _closed;
            if (!late && _confirms)
            {
                sequence = _next++;
                _unconfirmed.Add(sequence, publication);
            }
        }

        if (late)
        {
            Drop(publication, PublishOutcome.Unknown);
            return;
        }

        MessageProperties.Write(_properties, publication.Message, publication.Shard is not null, sequence);
        await _channel.BasicPublishAsync(
            publication.Exchange, publication.RoutingKey, mandatory: _confirms, _properties, publication.Message.Body);
        if (!_confirms)
        {
            Drop(publication, PublishOutcome.Unknown);
        }
    }

    private void Drop(Publication publication, PublishOutcome outcome)
    {
        lock (_gate)
        {
            Left(publication);
        }

        _faults.Run(() => publication.Finish(outcome));
    }

    // On the connection's reading thread, as Returned: one after the other.
    private Task Settle(ulong tag, bool multiple, PublishOutcome outcome)
    {
        lock (_gate)
        {
            if (multiple)
            {
                for (var sequence = _low; sequence <= tag && sequence < _next; sequence++)
                {
                    Settle(sequence);
                }
            }
            else
            {
                Settle(tag);
            }
        }

        Finish(_settled, outcome);
        _settled.Clear();
        return Task.CompletedTask;
    }

    private void Settle(ulong sequence)
    {
        if (Take(sequence) is { } publication)
        {
            _settled.Add(publication);
        }
    }

    private Task Returned(object sender, BasicReturnEventArgs e)
    {
        Publication? publication;
        lock (_gate)
        {
            publication = Take(MessageProperties.Sequence(e.BasicProperties));
        }

        if (publication is not null)
        {
            _faults.Run(() => publication.Finish(PublishOutcome.Unroutable));
        }

        return Task.CompletedTask;
    }

    private Publication? Take(ulong sequence)
    {
        if (!_unconfirmed.Remove(sequence, out var publication))
        {
            return null;
        }

        while (_low < _next && !_unconfirmed.ContainsKey(_low))
        {
            _low++;
        }

        return Left(publication);
    }

    private Publication Left(Publication publication)
    {
        _outstanding--;
        _outstandingBytes -= publication.Message.Body.Length;
        if (_outstanding == 0)
        {
            _drained?.TrySetResult();
        }

        return publication;
    }

    private void Finish(List<Publication> publications, PublishOutcome outcome)
    {
        foreach (var publication in publications)
        {
            _faults.Run(() => publication.Finish(outcome));
        }
    }
}
