using System.Diagnostics;
using ActorTrade.Arbitrage.Cycles;
using ActorTrade.Arbitrage.Markets;
using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Arbitrage.Sizing;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Benchmarks;

/// <summary>How fast a market's changes become ranked opportunities.</summary>
/// <param name="Cycles">Indexed; the index ends there.</param>
/// <param name="Gaining">Cycles that gain at the start.</param>
/// <param name="SizingsPerSecond">Three-hop cycles composed, their best input and what it gains.</param>
/// <param name="UpdatesPerSecond">Reserves taken into the graph.</param>
/// <param name="BytesPerUpdate">Allocated.</param>
/// <param name="ChangeP50Microseconds">One pool's new reserves, all its cycles evaluated and ranked.</param>
/// <param name="CyclesPerChange">Cycles through the pool that changes, on average.</param>
/// <param name="ToOpportunityP50Microseconds">The same, and the best opportunity replayed in integers.</param>
/// <param name="FullMilliseconds">All cycles evaluated and ranked; median.</param>
public sealed record ArbitrageBenchmarkResult(
    int Pools,
    int Cycles,
    int Gaining,
    double SizingsPerSecond,
    double UpdatesPerSecond,
    double BytesPerUpdate,
    double CyclesPerChange,
    double ChangeP50Microseconds,
    double ChangeP99Microseconds,
    double ToOpportunityP50Microseconds,
    double ToOpportunityP99Microseconds,
    double FullMilliseconds);

/// <summary>One core; a market of 10,000 pairs from a seed, 100,000 cycles of up to four hops.</summary>
public static class ArbitrageBenchmark
{
    private const int Pools = 10_000;
    private const int CyclesMax = 100_000;
    private const int PathsOfSizing = 4_096;

    /// <param name="perCase">How long each of the five cases runs.</param>
    public static ArbitrageBenchmarkResult Run(TimeSpan perCase)
    {
        var market = PairMarket.Create(Pools, seed: 1);
        var scanner = new OpportunityScanner(market, new ScanOptions
        {
            BaseTokens = [.. Enumerable.Range(0, 4).Select(PairMarket.Token)],
            Lenders = [FlashLender.BalancerLike(), FlashLender.AaveLike()],
            GasPrice = 1e9,
            NativeToken = PairMarket.Token(0),
            Cycles = new CycleIndexOptions { HopsMax = 4, CyclesMax = CyclesMax },
        });
        var gaining = scanner.GainingCount;
        var changes = new Changes(market);
        var full = Latencies(perCase, scanner.EvaluateAll);
        var (updates, bytes) = Updates(perCase, changes);
        scanner.EvaluateAll();
        long cycles = 0;
        var change = Latencies(perCase, () =>
        {
            var pool = changes.Next();
            scanner.Refresh(pool);
            cycles += scanner.Cycles.CyclesOf(pool).Length;
        });
        var toOpportunity = Latencies(perCase, () =>
        {
            scanner.Refresh(changes.Next());
            _ = scanner.Best(1);
        });
        return new ArbitrageBenchmarkResult(
            market.PoolCount, scanner.Cycles.Count, gaining, Sizings(perCase), updates, bytes,
            (double)cycles / change.Count, At(change, 0.5), At(change, 0.99), At(toOpportunity, 0.5),
            At(toOpportunity, 0.99), At(full, 0.5) / 1_000);
    }

    private static double Sizings(TimeSpan perCase)
    {
        var random = new SplitMix(2);
        var hops = new MobiusPath[3 * PathsOfSizing];
        for (var i = 0; i < hops.Length; i++)
        {
            // Every path gains, so that none is dismissed before it is sized.
            hops[i] = MobiusPath.OfReserves(1e21 * (1 + random.Next()), 1e21 * (2.1 + random.Next()), 0.997);
        }

        long sized = 0;
        double sum = 0;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < perCase)
        {
            for (var i = 0; i + 2 < hops.Length; i += 3)
            {
                var path = hops[i].Then(hops[i + 1]).Then(hops[i + 2]);
                sum += path.OptimalInput(1.0005) + path.OptimalGain(1.0005);
            }

            sized += PathsOfSizing;
        }

        // The sum is asked for, or the compiler would leave out what it is made of.
        return sum > 0 ? sized / clock.Elapsed.TotalSeconds : throw new InvalidOperationException("Nothing gained.");
    }

    private static (double PerSecond, double Bytes) Updates(TimeSpan perCase, Changes changes)
    {
        long done = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < perCase)
        {
            for (var i = 0; i < 10_000; i++)
            {
                changes.Next();
            }

            done += 10_000;
        }

        var seconds = clock.Elapsed.TotalSeconds;
        return (done / seconds, (double)(GC.GetAllocatedBytesForCurrentThread() - before) / done);
    }

    // In microseconds, sorted; what runs first, until the code is compiled as well as it will be, is not counted.
    private static List<double> Latencies(TimeSpan perCase, Action action)
    {
        var samples = new List<double>(1_000_000);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < perCase * 1.5)
        {
            var start = Stopwatch.GetTimestamp();
            action();
            var taken = Stopwatch.GetElapsedTime(start);
            if (clock.Elapsed > perCase / 2)
            {
                samples.Add(taken.TotalMicroseconds);
            }
        }

        samples.Sort();
        return samples;
    }

    private static double At(List<double> sorted, double share) => sorted[(int)((sorted.Count - 1) * share)];

    /// <summary>Pools in a fixed order without a pattern, each moved by up to half a percent around where it began.
    /// </summary>
    private sealed class Changes
    {
        private readonly PoolMarket _market;
        private readonly (UInt256 Reserve0, UInt256 Reserve1)[] _states;
        private readonly int[] _pools;
        private int _next;

        public Changes(PoolMarket market)
        {
            _market = market;
            var random = new SplitMix(3);
            _pools = new int[1 << 16];
            _states = new (UInt256, UInt256)[_pools.Length];
            for (var i = 0; i < _pools.Length; i++)
            {
                _pools[i] = (int)(market.PoolCount * random.Next());
                var curve = (ConstantProductCurve)market.PoolAt(_pools[i]).Curve;
                var moved = (ulong)(1_000_000 * (0.995 + (0.01 * random.Next())));
                _states[i] = (curve.Reserve0, UInt256.MulDivDown(curve.Reserve1, moved, 1_000_000));
            }
        }

        /// <summary>Moves the next pool and tells which.</summary>
        public int Next()
        {
            var i = _next++ & (_pools.Length - 1);
            _market.UpdateReserves(_pools[i], _states[i].Reserve0, _states[i].Reserve1, asOf: 0);
            return _pools[i];
        }
    }
}
