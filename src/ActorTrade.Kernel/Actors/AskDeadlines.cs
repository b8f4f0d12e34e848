using System.Numerics;

namespace ActorTrade.Kernel;

/// <summary>
/// The deadlines of all asks of a system on one timer. A timer object for each ask would cost more than the ask, so
/// asks are linked into slots by due time, and the one timer is set to the earliest. An ask that is answered, as
/// nearly all are, costs two short locks and leaves nothing behind; the timer then fires once for nothing after its
/// deadline.
/// </summary>
/// <remarks>
/// A slot holds several laps of the wheel; each ask knows its own due time. No ask is missed: the sweep forgets the
/// timer (<see cref="armedFor"/>) before it locks the slots, and an ask reads it under its slot's lock after linking
/// in, so either the sweep sees the ask or the ask sees that it must set the timer.
/// </remarks>
internal sealed class AskDeadlines : IDisposable
{
    private const int SlotsPerStripe = 64;

    private readonly TimeProvider time;
    private readonly SystemCounters counters;
    private readonly Slot[] slots;
    private readonly int stripes;
    private readonly long lapTicks;
    private readonly long roundingTicks;
    private readonly Lock timerGate = new();
    private readonly ITimer timer;
    private long armedFor = long.MaxValue;
    private bool disposed;

    public AskDeadlines(TimeProvider time, SystemCounters counters)
    {
        this.time = time;
        this.counters = counters;

        // On a simulated clock the order of time-outs must not depend on thread ids, and due times stay exact.
        var real = ReferenceEquals(time, TimeProvider.System);
        stripes = real ? (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, 32)) : 1;
        roundingTicks = real ? Math.Max(1, time.TimestampFrequency / 1000) : 1;
        lapTicks = Math.Max(1, time.TimestampFrequency / 16);
        slots = new Slot[SlotsPerStripe * stripes];
        for (var i = 0; i < slots.Length; i++)
        {
            slots[i] = new Slot();
        }

        timer = time.CreateTimer(
            static state => ((AskDeadlines)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Starts the clock of an ask; the deadline has been checked.</summary>
    public void Add(PendingAsk ask, TimeSpan deadline)
    {
        var due = time.GetTimestamp() + ToTimestampTicks(deadline);

        // Rounded up, so that asks of the same millisecond share one setting of the timer.
        due += roundingTicks - 1;
        ask.DueAt = due - (due % roundingTicks);
        var lap = (int)((ulong)(ask.DueAt / lapTicks) % SlotsPerStripe);
        ask.Slot = (lap * stripes) + (Environment.CurrentManagedThreadId & (stripes - 1));

        var slot = slots[ask.Slot];
        bool isEarliest;
        lock (slot)
        {
            slot.Link(ask);
            isEarliest = ask.DueAt < Volatile.Read(ref armedFor);
        }

        if (isEarliest)
        {
            lock (timerGate)
            {
                Arm(ask.DueAt);
            }
        }
    }

    public void Remove(PendingAsk ask)
    {
        var slot = slots[ask.Slot];
        lock (slot)
        {
            slot.Unlink(ask);
        }
    }

    /// <summary>
    /// Ends every ask that waits for this actor. Walks all pending asks: for the rare stop with asks left.
    /// </summary>
    public void EndAll(ICell asked, AskStatus status) =>
        End(Collect(ask => ReferenceEquals(ask.Asked, asked), out _), status);

    /// <summary>Counts an ask that ended without a reply.</summary>
    public void OnEnded(AskStatus status)
    {
        if (status == AskStatus.TimedOut)
        {
            counters.OnAskTimedOut();
        }
    }

    public void Dispose()
    {
        lock (timerGate)
        {
            disposed = true;
            timer.Dispose();
        }

        End(Collect(static _ => true, out _), AskStatus.Stopped);
    }

    private static void End(List<PendingAsk> asks, AskStatus status)
    {
        // Outside the slots' locks, because each ask takes its own again to unlink. By due time, then by age: the
        // sort is stable, and a slot keeps the order of asking.
        foreach (var ask in asks.OrderBy(static ask => ask.DueAt))
        {
            ask.End(status);
        }
    }

    private void Sweep()
    {
        lock (timerGate)
        {
            Volatile.Write(ref armedFor, long.MaxValue);
            var now = time.GetTimestamp();
            End(Collect(ask => ask.DueAt <= now, out var earliest), AskStatus.TimedOut);
            Arm(earliest);
        }
    }

    private List<PendingAsk> Collect(Func<PendingAsk, bool> wanted, out long earliestOther)
    {
        var found = new List<PendingAsk>();
        earliestOther = long.MaxValue;
        foreach (var slot in slots)
        {
            lock (slot)
            {
                for (var ask = slot.First; ask is not null; ask = ask.Next)
                {
                    if (wanted(ask))
                    {
                        found.Add(ask);
                    }
                    else
                    {
                        earliestOther = Math.Min(earliestOther, ask.DueAt);
                    }
                }
            }
        }

        return found;
    }

    /// <summary>Sets the timer if nothing earlier is set. Under the timer's gate.</summary>
    private void Arm(long dueAt)
    {
        if (disposed || dueAt >= armedFor)
        {
            return;
        }

        Volatile.Write(ref armedFor, dueAt);
        var wait = time.GetElapsedTime(time.GetTimestamp(), dueAt);
        wait = wait < TimeSpan.Zero ? TimeSpan.Zero : wait;

        // A timer of the runtime counts whole milliseconds; rounded up, it does not fire too early.
        timer.Change(
            roundingTicks > 1 ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : wait,
            Timeout.InfiniteTimeSpan);
    }

    private long ToTimestampTicks(TimeSpan deadline) => time.TimestampFrequency == TimeSpan.TicksPerSecond
        ? deadline.Ticks
        : (long)(deadline.Ticks * (time.TimestampFrequency / (double)TimeSpan.TicksPerSecond));

    private sealed class Slot
    {
        private PendingAsk? last;

        public PendingAsk? First { get; private set; }

        public void Link(PendingAsk ask)
        {
            ask.Previous = last;
            if (last is null)
            {
                First = ask;
            }
            else
            {
                last.Next = ask;
            }

            last = ask;
        }

        public void Unlink(PendingAsk ask)
        {
            if (ask.Previous is null)
            {
                First = ask.Next;
            }
            else
            {
                ask.Previous.Next = ask.Next;
            }

            if (ask.Next is null)
            {
                last = ask.Previous;
            }
            else
            {
                ask.Next.Previous = ask.Previous;
            }

            ask.Previous = null;
            ask.Next = null;
        }
    }
}
