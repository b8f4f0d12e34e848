using System.Diagnostics;
using ActorTrade.Arbitrage.Routing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Benchmarks;

/// <summary>How fast the best split of a trade is found.</summary>
/// <param name="LegsPerRoute">On average.</param>
/// <param name="SplitShare">Routes of more than one path.</param>
/// <param name="GainBps">What the split gives more than the best single path, on average of those split.</param>
public sealed record RoutingBenchmarkResult(
    int Pools, long Routes, double LegsPerRoute, double SplitShare, double GainBps, double P50Ms, double P99Ms);

/// <summary>One core; two hops; every request another pair of the twenty tokens that are traded most.</summary>
public static class RoutingBenchmark
{
    private const int Requests = 512;
    private const int TokensAsked = 20;

    public static RoutingBenchmarkResult Run(int pools, TimeSpan duration)
    {
        var market = PairMarket.Create(pools, seed: 1);
        var router = new SplitRouter(market, new RouteOptions { PathsMax = 1_000 });
        var random = new SplitMix(4);
        var requests = Enumerable.Range(0, Requests)
            .Select(_ => (
                In: PairMarket.Token((int)(TokensAsked * random.Next())),
                Out: PairMarket.Token((int)(TokensAsked * random.Next())),
                Amount: (UInt256)(1e18 * Math.Exp(6 * random.Next()))))
            .Where(r => router.Route(r.In, r.Out, r.Amount, out SplitRoute? _) == RouteError.None)
            .ToList();
        var samples = new List<double>();
        var (legs, split, gain) = (0L, 0L, 0d);
        var clock = Stopwatch.StartNew();
        for (var i = 0; clock.Elapsed < duration * 1.5; i = (i + 1) % requests.Count)
        {
            var start = Stopwatch.GetTimestamp();
            router.Route(requests[i].In, requests[i].Out, requests[i].Amount, out var route);
            var taken = Stopwatch.GetElapsedTime(start);
            if (clock.Elapsed < duration / 2)
            {
                continue;
            }

            samples.Add(taken.TotalMilliseconds);
            legs += route!.Legs.Length;
            if (route.AmountOut > route.SinglePathAmountOut)
            {
                split++;
                gain += ((double)route.AmountOut / (double)route.SinglePathAmountOut) - 1;
            }
        }

        samples.Sort();
        return new RoutingBenchmarkResult(
            pools, samples.Count, (double)legs / samples.Count, (double)split / samples.Count,
            split == 0 ? 0 : 10_000 * gain / split, samples[samples.Count / 2], samples[samples.Count * 99 / 100]);
    }
}
