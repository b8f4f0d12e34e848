using System.Diagnostics.Metrics;

namespace ActorTrade.Kernel;

/// <summary>
/// What one actor system has counted since its start. The same numbers leave the process through the meter
/// <see cref="MeterName"/>, each with the label <c>system</c>.
/// </summary>
public sealed class SystemCounters : IDisposable
{
    /// <summary>The meter of the kernel's instruments.</summary>
    public const string MeterName = "ActorTrade.Kernel";

    private readonly Meter meter;
    private long refusedFull;
    private long refusedStopped;
    private long deadLetters;
    private long failures;
    private long restarts;
    private long live;
    private long asksTimedOut;

    internal SystemCounters(string system)
    {
        meter = new Meter(MeterName, version: null, tags: [new("system", system)]);
        meter.CreateObservableCounter(
            "actortrade.mailbox.refused",
            () => new Measurement<long>[]
            {
                new(RefusedFull, new KeyValuePair<string, object?>("reason", "full")),
                new(RefusedStopped, new KeyValuePair<string, object?>("reason", "stopped")),
            },
            "{message}");
        meter.CreateObservableCounter("actortrade.mailbox.dead_letters", () => DeadLetters, "{message}");
        meter.CreateObservableCounter("actortrade.actor.failures", () => Failures, "{failure}");
        meter.CreateObservableCounter("actortrade.actor.restarts", () => Restarts, "{restart}");
        meter.CreateObservableUpDownCounter("actortrade.actor.live", () => LiveActors, "{actor}");
        meter.CreateObservableCounter("actortrade.ask.timed_out", () => AsksTimedOut, "{ask}");
    }

    /// <summary>Messages refused because a mailbox was full.</summary>
    public long RefusedFull => Interlocked.Read(ref refusedFull);

    /// <summary>Messages refused because the actor had stopped.</summary>
    public long RefusedStopped => Interlocked.Read(ref refusedStopped);

    /// <summary>Messages accepted and then dropped because the actor stopped before it handled them.</summary>
    public long DeadLetters => Interlocked.Read(ref deadLetters);

    /// <summary>Exceptions that left an actor's method.</summary>
    public long Failures => Interlocked.Read(ref failures);

    /// <summary>New instances that took over from a failed one.</summary>
    public long Restarts => Interlocked.Read(ref restarts);

    /// <summary>Actors spawned and not yet completely stopped.</summary>
    public long LiveActors => Interlocked.Read(ref live);

    /// <summary>Asks that passed their deadline.</summary>
    public long AsksTimedOut => Interlocked.Read(ref asksTimedOut);

    /// <summary>Ends the instruments; the numbers stay readable.</summary>
    public void Dispose() => meter.Dispose();

    internal void OnRefused(bool stopped) => Interlocked.Increment(ref stopped ? ref refusedStopped : ref refusedFull);

    internal void OnDeadLetters(int count) => Interlocked.Add(ref deadLetters, count);

    internal void OnFailed() => Interlocked.Increment(ref failures);

    internal void OnRestarted() => Interlocked.Increment(ref restarts);

    internal void OnSpawned() => Interlocked.Increment(ref live);

    internal void OnStopped() => Interlocked.Decrement(ref live);

    internal void OnAskTimedOut() => Interlocked.Increment(ref asksTimedOut);
}
