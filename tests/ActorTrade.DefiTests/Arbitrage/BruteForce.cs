using ActorTrade.Arbitrage.Markets;
using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Arbitrage;

/// <summary>The slow, obvious search: every cycle by trying all sequences of edges, every size on a dense
/// grid.</summary>
internal static class BruteForce
{
    private const int Steps = 400;

    /// <summary>Each simple cycle through a base token, in every rotation that starts at one.</summary>
    public static IEnumerable<int[]> Cycles(PoolMarket market, int[] bases, int hopsMax)
    {
        foreach (var start in bases)
        {
            var open = new Stack<int[]>();
            open.Push([]);
            while (open.TryPop(out var path))
            {
                var token = path.Length == 0 ? start : market.EdgeAt(path[^1]).TokenOut;
                if (path.Length > 0 && token == start)
                {
                    yield return path;
                    continue;
                }

                for (var e = 0; e < market.EdgeCount && path.Length < hopsMax; e++)
                {
                    var edge = market.EdgeAt(e);
                    if (edge.TokenIn == token && path.All(o => market.EdgeAt(o).Pool != edge.Pool)
                        && path.All(o => market.EdgeAt(o).TokenIn != edge.TokenOut || edge.TokenOut == start))
                    {
                        open.Push([.. path, e]);
                    }
                }
            }
        }
    }

    /// <summary>The cycle that gains most, and its size; null where none gains. A grid over all magnitudes, then ever
    /// finer grids around the best point, down to single units; a cycle that on the first grid gains less than a
    /// quarter of what another does is not looked at any closer.</summary>
    public static (int[] Edges, UInt256 Input, SignedAmount Gain)? BestCycle(
        PoolMarket market, IEnumerable<int[]> cycles, FlashLender lender)
    {
        var coarse = cycles.Select(edges => (Edges: edges, Best: BestOnGrid(market, edges, lender))).ToList();
        var top = coarse.Select(static c => (double)c.Best.Gain.Magnitude).DefaultIfEmpty(0).Max();
        if (top == 0)
        {
            return null;
        }

        return coarse.Where(c => (double)c.Best.Gain.Magnitude >= top / 4)
            .Select(c => (c.Edges, Best: Refined(market, c.Edges, lender, c.Best)))
            .Select(static c => (c.Edges, c.Best.Input, c.Best.Gain))
            .MaxBy(static c => c.Gain);
    }

    /// <summary>What a size gains in integers; null where a pool refuses it.</summary>
    public static SignedAmount? Gain(PoolMarket market, int[] edges, FlashLender lender, UInt256 input)
    {
        var amount = input;
        foreach (var e in edges)
        {
            var edge = market.EdgeAt(e);
            if (market.PoolAt(edge.Pool).QuoteExactIn(
                edge.IndexIn, edge.IndexOut, amount, out var quote, out amount) != QuoteError.None
                || !quote.Leftover.IsZero)
            {
                return null;
            }
        }

        return lender.TryRepayment(input, out var repayment) ? (SignedAmount)amount - repayment : null;
    }

    // Sizes of 1 to 10^30, each 1.044 times the one before; zero where none gains.
    private static (UInt256 Input, SignedAmount Gain) BestOnGrid(PoolMarket market, int[] edges, FlashLender lender)
    {
        var best = (Input: UInt256.Zero, Gain: SignedAmount.Zero);
        for (var k = 0; k <= Steps * 4; k++)
        {
            best = Better(market, edges, lender, best, Math.Pow(10, k * 30.0 / (Steps * 4)));
        }

        return best;
    }

    private static (UInt256 Input, SignedAmount Gain) Refined(
        PoolMarket market, int[] edges, FlashLender lender, (UInt256 Input, SignedAmount Gain) best)
    {
        for (var width = (double)best.Input / 20; width >= 0.5; width /= 20)
        {
            var centre = (double)best.Input;
            for (var k = -Steps; k <= Steps; k++)
            {
                best = Better(market, edges, lender, best, centre + (width * 2 * k / Steps));
            }
        }

        return best;
    }

    private static (UInt256 Input, SignedAmount Gain) Better(
        PoolMarket market, int[] edges, FlashLender lender, (UInt256 Input, SignedAmount Gain) best, double size)
    {
        if (size is not (>= 1 and < 1e40))
        {
            return best;
        }

        var input = (UInt256)size;
        return Gain(market, edges, lender, input) is { } gain && gain > best.Gain ? (input, gain) : best;
    }
}
