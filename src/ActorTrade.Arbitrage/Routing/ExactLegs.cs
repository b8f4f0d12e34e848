using ActorTrade.Arbitrage.Markets;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Arbitrage.Routing;

/// <summary>
/// A flow in doubles made into legs in integers: at each token the amount that is really there is shared out in
/// proportion, the largest leg taking what is left over; each leg is quoted on the pool as the legs before it left it.
/// </summary>
internal sealed class ExactLegs(PoolMarket market, RouteNetwork network)
{
    private readonly Dictionary<int, Curve> _after = [];
    private readonly UInt256[] _held = new UInt256[network.NodeCount];

    public List<RouteLeg> Legs { get; } = [];

    public UInt256 AmountOut => _held[RouteNetwork.Target];

    /// <summary>Runs the flow; false where a pool refuses its leg, or the edges go in a circle.</summary>
    /// <param name="shares">What each edge takes, in doubles; zero is no leg.</param>
    public bool TryRun(double[] shares, UInt256 amountIn)
    {
        _held[RouteNetwork.Source] = amountIn;
        foreach (var node in InOrder(shares))
        {
            if (!TrySpend(node, shares))
            {
                return false;
            }
        }

        return !AmountOut.IsZero && Legs.Count == shares.Count(s => s > 0);
    }

    private bool TrySpend(int node, double[] shares)
    {
        var edges = network.Out[node].Where(e => shares[e] > 0).OrderBy(e => shares[e]).ToList();
        var total = edges.Sum(e => shares[e]);
        var held = _held[node];
        var left = held;
        for (var i = 0; i < edges.Count; i++)
        {
            var isLast = i == edges.Count - 1;
            var amount = isLast ? left
                : UInt256.Min((UInt256)Math.Floor((double)held * (shares[edges[i]] / total)), left);
            if (!TryTrade(edges[i], amount))
            {
                return false;
            }

            left -= amount;
        }

        return true;
    }

    private bool TryTrade(int e, UInt256 amount)
    {
        ref readonly var edge = ref market.EdgeAt(network.MarketEdge[e]);
        var pool = market.PoolAt(edge.Pool);
        if (_after.TryGetValue(edge.Pool, out var changed))
        {
            pool = pool.With(changed);
        }

        var error = pool.QuoteExactIn(edge.IndexIn, edge.IndexOut, amount, out var quote, out var received);
        if (error != QuoteError.None || !quote.Leftover.IsZero)
        {
            return false;
        }

        if (pool.Tokens.Length > 2)
        {
            _after[edge.Pool] = pool.Curve.Apply(quote);
        }

        _held[network.To[e]] += received;
        Legs.Add(new RouteLeg(
            edge.Pool, pool.Id, pool.Tokens[edge.IndexIn], pool.Tokens[edge.IndexOut], amount, received, quote));
        return true;
    }

    // Each token after all that bring to it. Tokens in a circle do not come up, and their legs are missing.
    private List<int> InOrder(double[] shares)
    {
        var waiting = new int[network.NodeCount];
        for (var e = 0; e < shares.Length; e++)
        {
            waiting[network.To[e]] += shares[e] > 0 ? 1 : 0;
        }

        var order = new List<int> { RouteNetwork.Source };
        for (var i = 0; i < order.Count; i++)
        {
            foreach (var e in network.Out[order[i]])
            {
                if (shares[e] > 0 && --waiting[network.To[e]] == 0 && network.To[e] != RouteNetwork.Target)
                {
                    order.Add(network.To[e]);
                }
            }
        }

        return order;
    }
}
