using ActorTrade.Arbitrage.Cycles;

namespace ActorTrade.Arbitrage.Markets;

/// <summary>Which edges a search may walk, by the token they take.</summary>
internal static class UsableEdges
{
    /// <summary>
    /// The edges out of each token that is not closed, into one that is not, in pools that are deep enough; of pools
    /// that trade the same pair the deepest. An edge is kept in both directions or in none.
    /// </summary>
    public static int[][] From(PoolMarket market, CycleIndexOptions options, bool[] isClosed)
    {
        var prices = options.LiquidityMin > 0 && options.LiquidityToken is { } unit
            ? MarketPrices.In(market, unit)
            : null;
        var byPair = new Dictionary<(int, int), List<(int Pool, int Edge, double Depth)>>();
        for (var e = 0; e < market.EdgeCount; e++)
        {
            ref readonly var edge = ref market.EdgeAt(e);
            if (edge.TokenIn > edge.TokenOut || isClosed[edge.TokenIn] || isClosed[edge.TokenOut])
            {
                continue;
            }

            var depth = market.DepthIn(e);
            if (depth <= 0 || (prices is not null && !(depth * prices[edge.TokenIn] >= options.LiquidityMin)))
            {
                continue;
            }

            if (!byPair.TryGetValue((edge.TokenIn, edge.TokenOut), out var parallel))
            {
                byPair.Add((edge.TokenIn, edge.TokenOut), parallel = []);
            }

            parallel.Add((edge.Pool, e, depth));
        }

        var from = new List<int>[market.TokenCount];
        for (var t = 0; t < from.Length; t++)
        {
            from[t] = [];
        }

        foreach (var parallel in byPair.Values)
        {
            foreach (var (_, e, _) in parallel.OrderByDescending(p => p.Depth).Take(options.ParallelPoolsMax))
            {
                ref readonly var edge = ref market.EdgeAt(e);
                from[edge.TokenIn].Add(e);
                from[edge.TokenOut].Add(market.Reverse(e));
            }
        }

        return [.. from.Select(list => list.Order().ToArray())];
    }
}
