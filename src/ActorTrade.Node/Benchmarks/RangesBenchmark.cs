using System.Diagnostics;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.EventSourcing;

namespace ActorTrade.Node.Benchmarks;

/// <summary>What a swap costs a house pool of ranges, in processor time.</summary>
/// <param name="Ticks">Ticks where ranges end.</param>
/// <param name="SwapNanoseconds">Decided and applied, and its outcome acknowledged.</param>
/// <param name="BytesASwap">Allocated, with what the pool remembers of it.</param>
public sealed record RangesBenchmarkCase(int Ticks, double SwapNanoseconds, double BytesASwap);

/// <summary>
/// A concentrated house pool's decisions and state on one core, without actors and journal: ranges around the price,
/// one within the other, and swaps to and fro that cross ticks.
/// </summary>
public static class RangesBenchmark
{
    private const int Spacing = 10;
    private const int SwapsBetweenAcknowledgements = 32;
    private const ulong Deposit = 1_000_000_000_000;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TokenId Base = TokenId.Parse("BASE");
    private static readonly TokenId Quote = TokenId.Parse("QUOTE");
    private static readonly AccountId Trader = AccountId.Parse("trader");

    /// <param name="perCase">How long each number of ticks is measured.</param>
    public static IReadOnlyList<RangesBenchmarkCase> Run(TimeSpan perCase)
    {
        // Not counted: what the first case would pay for compiling.
        Measure(10, perCase / 4);
        return [.. new[] { 10, 100, 2 * Pool.RangesMax }.Select(n => Measure(n, perCase))];
    }

    private static RangesBenchmarkCase Measure(int ticks, TimeSpan each)
    {
        var pool = new MeasuredPool(ticks / 2);
        var swaps = 0;
        var begun = Stopwatch.GetTimestamp();
        var used = Environment.CpuUsage.TotalTime;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        while (Stopwatch.GetElapsedTime(begun) < each)
        {
            pool.SwapSome();
            swaps += SwapsBetweenAcknowledgements;
        }

        return new RangesBenchmarkCase(
            ticks,
            (Environment.CpuUsage.TotalTime - used).TotalNanoseconds / swaps,
            (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / swaps);
    }

    private sealed class MeasuredPool
    {
        private readonly IEntityFold _pool = Pool.Definition.CreateFold("BASE-QUOTE");
        private readonly UInt256 _amount;
        private DateTimeOffset _now = Start;
        private uint _trades;

        public MeasuredPool(int ranges)
        {
            Apply(new Pool.Command.CreateCurve(
                [Base, Quote],
                new CurveTerms.Concentrated(new FeePips(500), Spacing, UInt256.One << 96),
                new FeePips(500)));
            for (var i = 1; i <= ranges; i++)
            {
                var range = new TickRange(-Spacing * i, Spacing * i);
                Require<Pool.Event.Joined>(Apply(new Pool.Command.Join(
                    NextId(), Trader, [new(Base, Deposit), new(Quote, Deposit)], false, range, UInt256.One,
                    Deadline)));
            }

            // All of the narrowest range and some of the next: one tick is crossed each way.
            _amount = Deposit * (ulong)ranges / 3;
            _amount = ranges < 4 ? Deposit : _amount;
        }

        private DateTimeOffset Deadline => _now + TimeSpan.FromSeconds(1);

        public void SwapSome()
        {
            var ids = new Guid[SwapsBetweenAcknowledgements];
            for (var i = 0; i < ids.Length; i++)
            {
                ids[i] = NextId();
                var (tokenIn, tokenOut) = i % 2 == 0 ? (Base, Quote) : (Quote, Base);
                Require<Pool.Event.Swapped>(Apply(new Pool.Command.Swap(
                    ids[i], Trader, tokenIn, tokenOut, _amount, UInt256.One, Deadline)));
            }

            Apply(new Pool.Command.Acknowledge(ids));
            _now += TimeSpan.FromMilliseconds(10);
        }

        private static void Require<TEvent>(IReadOnlyList<IEvent> events)
        {
            if (events is not [TEvent, ..])
            {
                throw new InvalidOperationException($"The pool answered with {events[0]}.");
            }
        }

        private Guid NextId() => DeterministicGuid.Derive(Guid.Empty, ++_trades);

        private IReadOnlyList<IEvent> Apply(ICommand command)
        {
            var decision = _pool.Decide(
                command, new CommandContext(default, CommandContext.Self, _now, _now, SystemMode.Active));
            foreach (var e in decision.Events)
            {
                _pool.Apply(e);
            }

            return decision.Rejection is { } rejection
                ? throw new InvalidOperationException($"The pool answered with {rejection}.")
                : decision.Events;
        }
    }
}
