namespace ActorTrade.Kernel;

/// <summary>
/// One process of a simulation of several: its own view of the shared dispatcher and clock. Paused, it runs nothing
/// while time goes on, and afterwards goes on with what waited; crashed, nothing of it runs ever again.
/// </summary>
/// <remarks>
/// A pause ends as that of a stopped operating system process does: what is overdue (turns, timers, what lies in its
/// sockets) runs in an order the dispatcher chooses, and a periodic timer fires once, not once for each period missed.
/// A crash or pause from inside one of its own turns takes effect when that turn ends.
/// </remarks>
public sealed class SimulatedProcess
{
    private readonly SimulatedDispatcher dispatcher;
    private readonly SimulatedTime time;
    private readonly List<IThreadPoolWorkItem> held = [];
    private readonly List<Action> crashListeners = [];

    /// <param name="name">Unlike any other process's, earlier ones included.</param>
    /// <param name="dispatcher">Shared by all processes of the simulation.</param>
    /// <param name="time">The true time, shared by all.</param>
    public SimulatedProcess(string name, SimulatedDispatcher dispatcher, SimulatedTime time)
    {
        Name = name;
        this.dispatcher = dispatcher;
        this.time = time;
        Dispatcher = new ProcessDispatcher(this);
        Time = new ProcessTime(this);
    }

    /// <summary>Names it on the network.</summary>
    public string Name { get; }

    /// <summary>Runs the process's turns, and the continuations of their awaits, while it runs.</summary>
    public IDispatcher Dispatcher { get; }

    /// <summary>The process's clock and timers, which fire while it runs.</summary>
    public TimeProvider Time { get; }

    /// <summary>How far its wall clock is ahead of the true one; may change at any time. Timers and time-stamps do not
    /// feel it.</summary>
    public TimeSpan ClockSkew { get; set; }

    /// <summary>True between <see cref="Pause"/> and <see cref="Resume"/>.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>True for ever after <see cref="Crash"/>.</summary>
    public bool HasCrashed { get; private set; }

    /// <summary>Stops it, as SIGSTOP does.</summary>
    public void Pause() => IsPaused = true;

    /// <summary>Lets it go on, as SIGCONT does.</summary>
    public void Resume()
    {
        IsPaused = false;
        var waited = held.ToArray();
        held.Clear();
        foreach (var work in waited)
        {
            Dispatcher.Schedule(work);
        }
    }

    /// <summary>Ends it, as SIGKILL does. Its operating system closes its sockets, which those at the other end may
    /// hear.</summary>
    public void Crash()
    {
        if (HasCrashed)
        {
            return;
        }

        HasCrashed = true;
        held.Clear();
        crashListeners.ForEach(crashed => crashed());
    }

    /// <summary>Runs when the process crashes, outside it: for what its machine does then.</summary>
    public void OnCrash(Action crashed) => crashListeners.Add(crashed);

    private sealed class ProcessDispatcher : SynchronizationContext, IDispatcher
    {
        private readonly SimulatedProcess process;

        public ProcessDispatcher(SimulatedProcess process) => this.process = process;

        public void Schedule(IThreadPoolWorkItem work)
        {
            if (!process.HasCrashed)
            {
                process.dispatcher.Schedule(new Turn(this, work));
            }
        }

        public override void Post(SendOrPostCallback d, object? state) => Schedule(new Posted(d, state));

        public override void Send(SendOrPostCallback d, object? state) => d(state);

        public override SynchronizationContext CreateCopy() => this;

        public void Execute(IThreadPoolWorkItem work)
        {
            if (process.IsPaused && !process.HasCrashed)
            {
                process.held.Add(work);
            }
            else if (!process.HasCrashed)
            {
                // The dispatcher restores its own context afterwards.
                SetSynchronizationContext(this);
                work.Execute();
            }
        }
    }

    private sealed class Turn(ProcessDispatcher owner, IThreadPoolWorkItem work) : IThreadPoolWorkItem
    {
        public void Execute() => owner.Execute(work);
    }

    private sealed class Posted(SendOrPostCallback callback, object? state) : IThreadPoolWorkItem
    {
        public void Execute() => callback(state);
    }

    private sealed class ProcessTime(SimulatedProcess process) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override long TimestampFrequency => process.time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => process.time.GetUtcNow() + process.ClockSkew;

        public override long GetTimestamp() => process.time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new ProcessTimer(process, callback, state);
            timer.Change(dueTime, period);
            return timer;
        }
    }

    private sealed class ProcessTimer : ITimer
    {
        private readonly SimulatedProcess process;
        private readonly TimerCallback callback;
        private readonly object? state;
        private readonly ITimer inner;
        private long setting;
        private bool isHeld;

        public ProcessTimer(SimulatedProcess process, TimerCallback callback, object? state)
        {
            this.process = process;
            this.callback = callback;
            this.state = state;
            inner = process.time.CreateTimer(
                static me => ((ProcessTimer)me!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            setting++;
            return inner.Change(dueTime, period);
        }

        public void Dispose()
        {
            setting++;
            inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        public void FireLate(long heldSetting)
        {
            isHeld = false;
            if (heldSetting == setting)
            {
                callback(state);
            }
        }

        private void Fire()
        {
            if (process.HasCrashed)
            {
                inner.Dispose();
            }
            else if (!process.IsPaused)
            {
                callback(state);
            }
            else if (!isHeld)
            {
                isHeld = true;
                process.held.Add(new LateFiring(this, setting));
            }
        }
    }

    private sealed class LateFiring(ProcessTimer timer, long setting) : IThreadPoolWorkItem
    {
        public void Execute() => timer.FireLate(setting);
    }
}
