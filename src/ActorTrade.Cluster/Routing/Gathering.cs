using ActorTrade.Cluster.Transport;

namespace ActorTrade.Cluster.Routing;

/// <summary>
/// What goes to one destination: sent at once when nothing is in flight, else gathered into the next message. So a
/// quiet destination has no delay and a busy one large messages, without a timer.
/// </summary>
/// <typeparam name="T">One request or reply.</typeparam>
internal abstract class Gathering<T>
{
    private readonly Lock _gate = new();
    private readonly int _waitingMax;
    private readonly Queue<Batch> _ready = new();
    private Batch? _filling;
    private int _waiting;
    private bool _isInFlight;

    /// <param name="waitingMax">Items that may wait behind the message in flight.</param>
    protected Gathering(int waitingMax) => _waitingMax = waitingMax;

    /// <summary>Items that wait for the message in flight.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Nothing waits, and what became of all that was sent is known.</summary>
    public bool IsQuiet
    {
        get
        {
            lock (_gate)
            {
                return !_isInFlight && _waiting == 0;
            }
        }
    }

    /// <summary>False, and nothing was done, where too much waits.</summary>
    public bool TryAdd(in T item)
    {
        Batch? next;
        lock (_gate)
        {
            if (_waiting >= _waitingMax)
            {
                return false;
            }

            _filling ??= NewBatch();
            _filling.Add(item);
            _waiting++;
            if (_filling.IsFull)
            {
                _ready.Enqueue(_filling);
                _filling = null;
            }

            next = Next();
        }

        Send(next);
        return true;
    }

    protected abstract Batch NewBatch();

    protected abstract void Publish(Batch batch, Action<PublishOutcome> published);

    /// <summary>What becomes of the items of a message that is not known to have arrived.</summary>
    protected abstract void NotConfirmed(Batch batch, PublishOutcome outcome);

    // Called with the gate held. One message at a time keeps the order.
    private Batch? Next()
    {
        if (_isInFlight || (_ready.Count == 0 && _filling is null))
        {
            return null;
        }

        var next = _ready.Count > 0 ? _ready.Dequeue() : _filling!;
        if (ReferenceEquals(next, _filling))
        {
            _filling = null;
        }

        _waiting -= next.Count;
        _isInFlight = true;
        return next;
    }

    private void Send(Batch? batch)
    {
        if (batch is not null)
        {
            Publish(batch, outcome => Published(batch, outcome));
        }
    }

    private void Published(Batch batch, PublishOutcome outcome)
    {
        if (outcome != PublishOutcome.Confirmed)
        {
            NotConfirmed(batch, outcome);
        }

        Batch? next;
        lock (_gate)
        {
            _isInFlight = false;
            next = Next();
        }

        Send(next);
    }

    /// <summary>The items of one message.</summary>
    internal abstract class Batch
    {
        public abstract int Count { get; }

        public abstract bool IsFull { get; }

        public abstract void Add(in T item);
    }
}
