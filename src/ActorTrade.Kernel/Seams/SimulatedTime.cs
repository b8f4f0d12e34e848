namespace ActorTrade.Kernel;

/// <summary>
/// A clock that stands still until told to move. Timers fire inside <see cref="Advance"/>, ordered by due time, then by
/// when they were set; while one fires, the clock shows its due time.
/// </summary>
public sealed class SimulatedTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly PriorityQueue<(SimulatedTimer Timer, long Setting), (long DueAt, long Setting)> due = new();
    private long nowTicks;
    private long settings;

    /// <summary>Starts the clock at the given instant, by default 2020-01-01T00:00:00Z.</summary>
    public SimulatedTime(DateTimeOffset? start = null) =>
        nowTicks = (start ?? new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero)).UtcTicks;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>When the next timer fires; null if none is set.</summary>
    public DateTimeOffset? NextTimerDue
    {
        get
        {
            lock (gate)
            {
                return DropStale() ? new DateTimeOffset(Peek(), TimeSpan.Zero) : null;
            }
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref nowTicks), TimeSpan.Zero);

    /// <inheritdoc/>
    public override long GetTimestamp() => Interlocked.Read(ref nowTicks);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new SimulatedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock by the given time and fires every timer that falls due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        AdvanceTo(GetUtcNow() + by);
    }

    /// <summary>
    /// Moves the clock to the given instant, which is not before now, firing what falls due on the way.
    /// </summary>
    public void AdvanceTo(DateTimeOffset instant)
    {
        var target = instant.UtcTicks;
        ArgumentOutOfRangeException.ThrowIfLessThan(target, Interlocked.Read(ref nowTicks), nameof(instant));
        while (FireNext(target))
        {
        }

        lock (gate)
        {
            nowTicks = Math.Max(nowTicks, target);
        }
    }

    /// <summary>
    /// Moves the clock to the next timer and fires that one only; others of the same instant stay due.
    /// </summary>
    /// <returns>False if no timer is set; the clock stays.</returns>
    public bool AdvanceToNextTimer() => FireNext(long.MaxValue);

    private bool FireNext(long target)
    {
        SimulatedTimer timer;
        lock (gate)
        {
            if (!DropStale() || Peek() > target)
            {
                return false;
            }

            nowTicks = Math.Max(nowTicks, Peek());
            timer = due.Dequeue().Timer;
            timer.Fired();
        }

        timer.Invoke();
        return true;
    }

    private bool DropStale()
    {
        while (due.TryPeek(out var entry, out _))
        {
            if (entry.Timer.Setting == entry.Setting)
            {
                return true;
            }

            due.Dequeue();
        }

        return false;
    }

    private long Peek() => due.TryPeek(out _, out var priority) ? priority.DueAt : long.MaxValue;

    private sealed class SimulatedTimer(SimulatedTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period = Timeout.InfiniteTimeSpan;
        private bool disposed;

        // 0 = not set; otherwise the number of the setting that counts, so that older queue entries are stale.
        public long Setting { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            lock (time.gate)
            {
                if (disposed)
                {
                    return false;
                }

                // Zero means "once" for System.Threading.Timer too.
                period = newPeriod == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : newPeriod;
                Set(dueTime);
                return true;
            }
        }

        public void Fired() => Set(period);

        public void Invoke() => callback(state);

        public void Dispose()
        {
            lock (time.gate)
            {
                disposed = true;
                Setting = 0;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Set(TimeSpan dueTime)
        {
            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                Setting = 0;
                return;
            }

            Setting = ++time.settings;
            time.due.Enqueue((this, Setting), (time.nowTicks + dueTime.Ticks, Setting));
        }
    }
}
