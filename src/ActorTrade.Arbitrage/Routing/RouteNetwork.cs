using ActorTrade.Arbitrage.Markets;

namespace ActorTrade.Arbitrage.Routing;

/// <summary>
/// The part of a market that lies between two tokens: every edge on a path of at most so many hops. Node 0 is what is
/// sold, node 1 what is bought.
/// </summary>
internal sealed class RouteNetwork
{
    public const int Source = 0;
    public const int Target = 1;

    private RouteNetwork(PoolMarket market, List<(int Edge, int From, int To)> edges, int nodes)
    {
        NodeCount = nodes;
        MarketEdge = [.. edges.Select(e => e.Edge)];
        From = [.. edges.Select(e => e.From)];
        To = [.. edges.Select(e => e.To)];
        Root = new double[edges.Count];
        Slope = new double[edges.Count];
        Profiles = new EdgeProfile?[edges.Count];
        In = Group(To);
        Out = Group(From);
        for (var e = 0; e < edges.Count; e++)
        {
            Load(market, e);
        }
    }

    public int NodeCount { get; }

    public int EdgeCount => MarketEdge.Length;

    /// <summary>The market's number of each edge.</summary>
    public int[] MarketEdge { get; }

    public int[] From { get; }

    public int[] To { get; }

    /// <summary>1/√rate at size zero.</summary>
    public double[] Root { get; }

    /// <summary>How that grows with the input; only where there is no profile.</summary>
    public double[] Slope { get; }

    /// <summary>Null where root and slope are the whole edge.</summary>
    public EdgeProfile?[] Profiles { get; }

    /// <summary>The edges into each node.</summary>
    public int[][] In { get; }

    /// <summary>The edges out of each node.</summary>
    public int[][] Out { get; }

    /// <param name="isClosed">Tokens that may not be passed, by number.</param>
    public static RouteNetwork Find(PoolMarket market, int source, int target, int hopsMax, Func<int, bool> isClosed)
    {
        var fromSource = Hops(market, source, target, hopsMax, isClosed);
        var toTarget = Hops(market, target, source, hopsMax, isClosed);
        var nodes = new Dictionary<int, int> { [source] = Source, [target] = Target };
        var edges = new List<(int, int, int)>();
        foreach (var (token, hops) in fromSource)
        {
            if (token == target || hops >= hopsMax)
            {
                continue;
            }

            foreach (var e in market.EdgesFrom(token))
            {
                var next = market.EdgeAt(e).TokenOut;
                if (next != source && market.Rates[e] > 0
                    && toTarget.TryGetValue(next, out var left) && hops + 1 + left <= hopsMax)
                {
                    edges.Add((e, NodeOf(token), NodeOf(next)));
                }
            }
        }

        return new RouteNetwork(market, edges, nodes.Count);

        int NodeOf(int token)
        {
            if (!nodes.TryGetValue(token, out var node))
            {
                nodes.Add(token, node = nodes.Count);
            }

            return node;
        }
    }

    /// <summary>The network of some of its edges.</summary>
    public RouteNetwork With(PoolMarket market, IEnumerable<int> edges) =>
        new(market, [.. edges.Select(e => (MarketEdge[e], From[e], To[e]))], NodeCount);

    /// <summary>Takes an edge's profile from the market anew.</summary>
    public void Load(PoolMarket market, int e)
    {
        var edge = MarketEdge[e];
        Root[e] = 1 / Math.Sqrt(market.Rates[edge]);
        if (market.IsClosedForm(edge))
        {
            Slope[e] = market.Curvatures[edge] * Root[e];
        }
        else
        {
            Profiles[e] = market.ProfileOf(edge);
        }
    }

    /// <summary>What an edge takes and gives until its marginal rate is 1/root².</summary>
    /// <param name="perRoot">How fast its input grows with root there.</param>
    public void Until(int e, double root, out double input, out double output, out double perRoot)
    {
        if (Profiles[e] is { } profile)
        {
            profile.Until(root, out input, out output, out perRoot);
            return;
        }

        if (root <= Root[e])
        {
            (input, output, perRoot) = (0, 0, 0);
            return;
        }

        perRoot = 1 / Slope[e];
        input = (root - Root[e]) * perRoot;
        output = input / (Root[e] * root);
    }

    /// <summary>What an edge gives for an input.</summary>
    public double Output(int e, double input) =>
        Profiles[e] is { } profile ? profile.Output(input) : input / (Root[e] * (Root[e] + (Slope[e] * input)));

    // Hops to each token that is no farther than needed; a closed one is not entered. Edges exist in both directions,
    // so hops from a token are hops to it.
    private static Dictionary<int, int> Hops(
        PoolMarket market, int start, int end, int hopsMax, Func<int, bool> isClosed)
    {
        var hops = new Dictionary<int, int> { [start] = 0 };
        var queue = new Queue<int>([start]);
        while (queue.TryDequeue(out var token))
        {
            var next = hops[token] + 1;
            if (token == end || next > hopsMax)
            {
                continue;
            }

            // The last hop must be the end: farther tokens are of no use.
            foreach (var e in market.EdgesFrom(token))
            {
                var to = market.EdgeAt(e).TokenOut;
                if ((to == end || (next < hopsMax && !isClosed(to))) && hops.TryAdd(to, next))
                {
                    queue.Enqueue(to);
                }
            }
        }

        return hops;
    }

    private int[][] Group(int[] node)
    {
        var groups = new List<int>[NodeCount];
        for (var e = 0; e < node.Length; e++)
        {
            (groups[node[e]] ??= []).Add(e);
        }

        return [.. groups.Select(g => g is null ? [] : g.ToArray())];
    }
}
