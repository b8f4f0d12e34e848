using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;

namespace ActorTrade.Node.Benchmarks;

/// <summary>What a load of swaps did.</summary>
/// <param name="Swaps">Swaps answered as settled within the measured time.</param>
/// <param name="Refused">Swaps answered otherwise.</param>
/// <param name="Seconds">The measured time.</param>
/// <param name="P50Ms">Median from sending (or being due) to the durable answer.</param>
/// <param name="P99Ms">99th percentile of the same.</param>
public sealed record SwapLoadResult(long Swaps, long Refused, double Seconds, double P50Ms, double P99Ms)
{
    public double SwapsPerSecond => Swaps / Seconds;
}

/// <summary>Many traders who each swap back and forth: closed (the next swap when the last is
/// settled) or paced (at fixed times).</summary>
internal sealed class SwapLoad
{
    private static readonly TimeSpan DeadlineAhead = TimeSpan.FromSeconds(5);
    private readonly SwapField _field;
    private readonly Histogram _latencies = new();
    private readonly long _measureFrom;
    private readonly long _measureTo;
    private long _swaps;
    private long _refused;
    private long _running;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SwapLoad(SwapField field, TimeSpan warmUp, TimeSpan duration)
    {
        _field = field;
        _measureFrom = Stopwatch.GetTimestamp() + (long)(warmUp.TotalSeconds * Stopwatch.Frequency);
        _measureTo = _measureFrom + (long)(duration.TotalSeconds * Stopwatch.Frequency);
    }

    /// <param name="field">Whose accounts and pools.</param>
    /// <param name="inFlight">Swaps under way at any time.</param>
    /// <param name="pools">How many of the field's pools take part.</param>
    /// <param name="warmUp">Not measured.</param>
    /// <param name="duration">Measured.</param>
    public static async Task<SwapLoadResult> ClosedAsync(
        SwapField field, int inFlight, int pools, TimeSpan warmUp, TimeSpan duration)
    {
        var load = new SwapLoad(field, warmUp, duration) { _running = inFlight };
        for (var i = 0; i < inFlight; i++)
        {
            new Trader(load, i, pools, isClosed: true).SendNext(Stopwatch.GetTimestamp());
        }

        await load._ended.Task;
        return load.Result(duration);
    }

    /// <summary>Sends at a fixed rate whatever the answers do; latency counts from the time a swap was due.</summary>
    public static async Task<SwapLoadResult> PacedAsync(
        SwapField field, double perSecond, int pools, TimeSpan warmUp, TimeSpan duration)
    {
        var load = new SwapLoad(field, warmUp, duration);
        var pacer = new Thread(() => load.Pace(perSecond, pools)) { IsBackground = true, Name = "pacer" };
        pacer.Start();
        using var rest = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while ((pacer.IsAlive || Interlocked.Read(ref load._running) > 0) && await rest.WaitForNextTickAsync())
        {
        }

        return load.Result(duration);
    }

    // A thread of its own, as clients outside would be: on the pool it would wait behind the work it measures.
    [SuppressMessage("ApiDesign", "RS0030", Justification = "The load comes from outside the actors, at fixed times.")]
    private void Pace(double perSecond, int pools)
    {
        var start = Stopwatch.GetTimestamp();
        for (long sent = 0; Stopwatch.GetTimestamp() < _measureTo; Thread.Sleep(1))
        {
            var due = (long)(Stopwatch.GetElapsedTime(start).TotalSeconds * perSecond);
            for (; sent < due; sent++)
            {
                Interlocked.Increment(ref _running);
                var dueAt = start + (long)(sent / perSecond * Stopwatch.Frequency);
                new Trader(this, (int)(sent % _field.Accounts.Length), pools, isClosed: false).SendNext(dueAt);
            }
        }
    }

    private SwapLoadResult Result(TimeSpan duration) => new(
        Interlocked.Read(ref _swaps),
        Interlocked.Read(ref _refused),
        duration.TotalSeconds,
        _latencies.Percentile(0.50),
        _latencies.Percentile(0.99));

    private sealed class Trader(SwapLoad load, int index, int pools, bool isClosed) : IAnswerSink
    {
        private readonly EntityId _account = Account.IdOf(load._field.Accounts[index % load._field.Accounts.Length]);
        private long _dueAt;
        private int _turn = index & 1;

        public void SendNext(long dueAt)
        {
            _dueAt = dueAt;
            _turn ^= 1;
            var now = load._field.System.Time.GetUtcNow();
            var tradeId = load._field.System.Random.NextGuid();
            var pool = load._field.Pools[index % pools];
            SwapHop[] route = _turn == 0
                ? [new SwapHop(pool, SwapField.BaseToken, SwapField.QuoteToken)]
                : [new SwapHop(pool, SwapField.QuoteToken, SwapField.BaseToken)];
            var command = new Account.Command.StartSwap(
                tradeId, route, _turn == 0 ? 1_000u : 700_000u, UInt256.One, now + DeadlineAhead);
            load._field.Entities.Send(
                _account, command, new CommandHeader(tradeId, "bench", now + DeadlineAhead), this);
        }

        public void Answered(Answer answer)
        {
            var now = Stopwatch.GetTimestamp();
            if (now >= load._measureFrom && now < load._measureTo)
            {
                if (answer is Answer.Accepted { Events: [Account.Event.TradeSettled, ..] })
                {
                    Interlocked.Increment(ref load._swaps);
                    load._latencies.Add(now - _dueAt);
                }
                else
                {
                    Interlocked.Increment(ref load._refused);
                }
            }

            if (isClosed && now < load._measureTo)
            {
                SendNext(now);
            }
            else if (Interlocked.Decrement(ref load._running) == 0 && isClosed)
            {
                load._ended.TrySetResult();
            }
        }
    }

    /// <summary>Counts of latencies in buckets 2 % apart, from 1 µs to about 10
    /// minutes; safe for concurrent use.</summary>
    private sealed class Histogram
    {
        private const double Step = 1.02;
        private readonly long[] _counts = new long[1024];

        public void Add(long stopwatchTicks)
        {
            var micros = Math.Max(1, stopwatchTicks * 1e6 / Stopwatch.Frequency);
            Interlocked.Increment(ref _counts[Math.Min(_counts.Length - 1, (int)Math.Log(micros, Step))]);
        }

        /// <summary>Upper edge of the bucket, in milliseconds.</summary>
        public double Percentile(double share)
        {
            var target = (long)Math.Ceiling(_counts.Sum() * share);
            long seen = 0;
            for (var i = 0; i < _counts.Length; i++)
            {
                seen += _counts[i];
                if (seen >= target && seen > 0)
                {
                    return Math.Pow(Step, i + 1) / 1000;
                }
            }

            return 0;
        }
    }
}
