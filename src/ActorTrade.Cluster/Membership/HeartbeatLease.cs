namespace ActorTrade.Cluster.Membership;

/// <summary>
/// How long this process has not heard itself: a heartbeat that comes back proves that the broker heard it when it
/// left, not when it came. Measured by the clock that nobody sets. Used by one actor.
/// </summary>
internal sealed class HeartbeatLease(TimeProvider time)
{
    private const int SentKept = 100;

    private readonly Queue<(long Sequence, long At)> _sent = new();
    private long _heardAt = time.GetTimestamp();
    private long _last;

    /// <summary>Since the newest of its heartbeats left that came back; since the beginning where none did.</summary>
    public TimeSpan Silence => time.GetElapsedTime(_heardAt);

    /// <summary>The number of the heartbeat that leaves now, one more each time.</summary>
    public long Next()
    {
        _sent.Enqueue((++_last, time.GetTimestamp()));
        if (_sent.Count > SentKept)
        {
            _sent.Dequeue();
        }

        return _last;
    }

    /// <summary>One has come back.</summary>
    public void Hear(long sequence)
    {
        while (_sent.TryPeek(out var sent) && sent.Sequence <= sequence)
        {
            _heardAt = _sent.Dequeue().At;
        }
    }
}
