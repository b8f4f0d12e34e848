using ActorTrade.Domain.Amm.Listing;

namespace ActorTrade.Arbitrage.Markets;

/// <summary>What the market's own pools say tokens are worth.</summary>
public static class MarketPrices
{
    /// <summary>
    /// For each token of the market, base units of <paramref name="unit"/> that one base unit of it is worth; NaN where
    /// no pool leads there. Each price goes along the path whose shallowest pool is deepest, at spot prices: good
    /// enough to rank and to count gas, not to trade.
    /// </summary>
    public static double[] In(PoolMarket market, ListedToken unit)
    {
        ArgumentNullException.ThrowIfNull(market);
        var prices = new double[market.TokenCount];
        Array.Fill(prices, double.NaN);
        var start = market.NumberOf(unit);
        if (start < 0)
        {
            return prices;
        }

        // Prim's tree, widest edge first.
        var queue = new PriorityQueue<(int Token, double Price), double>();
        queue.Enqueue((start, 1), 0);
        while (queue.TryDequeue(out var reached, out _))
        {
            if (!double.IsNaN(prices[reached.Token]))
            {
                continue;
            }

            prices[reached.Token] = reached.Price;
            foreach (var e in market.EdgesFrom(reached.Token))
            {
                ref readonly var edge = ref market.EdgeAt(e);
                var depth = market.DepthIn(e) * reached.Price;
                var spot = market.CurveOf(edge.Pool).SpotPrice(edge.IndexOut, edge.IndexIn);
                if (double.IsNaN(prices[edge.TokenOut]) && depth > 0 && double.IsFinite(depth) && spot > 0)
                {
                    queue.Enqueue((edge.TokenOut, reached.Price * spot), -depth);
                }
            }
        }

        return prices;
    }
}
