namespace ActorTrade.Cluster.RabbitMq;

/// <summary>
/// Tells whoever listens whether there is a connection: one call after the other, on the thread pool, and to a new
/// listener the present state first.
/// </summary>
internal sealed class ConnectionListeners(BrokerFaults faults) : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Queue<(Listener Listener, bool Connected)> _calls = new();
    private readonly List<Listener> _listeners = [];
    private bool _connected;
    private bool _calling;

    public IDisposable Add(Action<bool> changed)
    {
        lock (_gate)
        {
            var listener = new Listener(this, changed);
            _listeners.Add(listener);
            Enqueue(listener);
            return listener;
        }
    }

    /// <summary>Tells of a change; the same again is told nobody.</summary>
    public void Tell(bool state)
    {
        lock (_gate)
        {
            if (_connected == state)
            {
                return;
            }

            _connected = state;
            _listeners.ForEach(Enqueue);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            (Listener Listener, bool Connected) call;
            lock (_gate)
            {
                if (!_calls.TryDequeue(out call))
                {
                    _calling = false;
                    return;
                }
            }

            if (!call.Listener.Removed)
            {
                faults.Run(() => call.Listener.Changed(call.Connected));
            }
        }
    }

    private void Enqueue(Listener listener)
    {
        _calls.Enqueue((listener, _connected));
        if (!_calling)
        {
            _calling = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private sealed class Listener(ConnectionListeners owner, Action<bool> changed) : IDisposable
    {
        public Action<bool> Changed { get; } = changed;

        public bool Removed { get; private set; }

        public void Dispose()
        {
            lock (owner._gate)
            {
                Removed = true;
                owner._listeners.Remove(this);
            }
        }
    }
}
