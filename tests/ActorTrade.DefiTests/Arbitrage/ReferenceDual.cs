using ActorTrade.Arbitrage.Markets;

namespace ActorTrade.DefiTests.Arbitrage;

/// <summary>
/// The most that can come out of a network of constant-product pools, by minimising the dual: slow, and of the values
/// alone. Whatever the prices ν, Σ over edges of max_d(ν_out·f(d) - ν_in·d) + ν_source·amount is at least the optimum
/// (with ν = 1 for the bought token), and the least of it is the optimum. Each of the two-hop network's middle tokens
/// is minimised on its own, by ternary search in the logarithm of its price, inside one over the sold token's.
/// </summary>
internal static class ReferenceDual
{
    private const int Steps = 160;

    public static double Optimum(PoolMarket market, int source, int target, double amount)
    {
        var direct = Edges(market, e => e.TokenIn == source && e.TokenOut == target);
        var middles = Enumerable.Range(0, market.TokenCount).Where(t => t != source && t != target)
            .Select(t => (
                In: Edges(market, e => e.TokenIn == source && e.TokenOut == t),
                Out: Edges(market, e => e.TokenIn == t && e.TokenOut == target)))
            .Where(m => m.In.Count > 0 && m.Out.Count > 0)
            .ToList();
        var top = direct.Select(d => d.Rate)
            .Concat(middles.Select(m => m.In.Max(i => i.Rate) * m.Out.Max(o => o.Rate))).Max();

        return Least(Math.Log(top) - 30, Math.Log(top) + 1, logPrice =>
        {
            var price = Math.Exp(logPrice);
            var value = (price * amount) + direct.Sum(d => Gain(d, price, 1));
            foreach (var (into, outOf) in middles)
            {
                var high = outOf.Max(o => o.Rate);
                var low = price / into.Max(i => i.Rate);
                value += low >= high ? 0 : Least(Math.Log(low) - 0.1, Math.Log(high) + 0.1, logMiddle =>
                {
                    var middle = Math.Exp(logMiddle);
                    return into.Sum(i => Gain(i, price, middle)) + outOf.Sum(o => Gain(o, middle, 1));
                });
            }

            return value;
        });
    }

    // max over d of priceOut·rate·d / (1 + curvature·d) - priceIn·d.
    private static double Gain((double Rate, double Curvature) edge, double priceIn, double priceOut)
    {
        var root = Math.Sqrt(priceOut * edge.Rate) - Math.Sqrt(priceIn);
        return root > 0 ? root * root / edge.Curvature : 0;
    }

    private static double Least(double low, double high, Func<double, double> value)
    {
        for (var step = 0; step < Steps && high - low > 1e-11; step++)
        {
            var (left, right) = (low + ((high - low) * 0.4), low + ((high - low) * 0.6));
            if (value(left) < value(right))
            {
                high = right;
            }
            else
            {
                low = left;
            }
        }

        return value(0.5 * (low + high));
    }

    private static List<(double Rate, double Curvature)> Edges(PoolMarket market, Func<Edge, bool> isWanted) =>
        [
            .. Enumerable.Range(0, market.EdgeCount).Where(e => isWanted(market.EdgeAt(e)))
                .Select(e => (market.Rates[e], market.CurvatureOf(e))),
        ];
}
