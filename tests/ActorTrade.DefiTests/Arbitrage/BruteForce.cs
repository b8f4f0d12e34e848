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

    /// <summary>The size of a cycle that gains most: a grid over all magnitudes, then ever finer grids around the best
    /// point, down to single units.</summary>
    public static (UInt256 Input, SignedAmount Gain) BestSize(PoolMarket market, int[] edges, FlashLender lender)
    {
        var (best, gain) = (UInt256.Zero, SignedAmount.Zero);
        void Try(double size)
        {
            if (size is >= 1 and < 1e40)
            {
                var input = (UInt256)size;
                if (Gain(market, edges, lender, input) is { } got && got > gain)
                {
                    (best, gain) = (input, got);
                }
            }
        }

        for (var k = 0; k <= Steps * 4; k++)
        {
            Try(Math.Pow(10, k * 30.0 / (Steps * 4)));
        }

        for (var width = (double)best / 20; width >= 0.5; width /= 20)
        {
            var centre = (double)best;
            for (var k = -Steps; k <= Steps; k++)
            {
                Try(centre + (width * 2 * k / Steps));
            }
        }

        return (best, gain);
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
}
