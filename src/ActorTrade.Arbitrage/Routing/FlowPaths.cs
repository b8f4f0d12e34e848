namespace ActorTrade.Arbitrage.Routing;

/// <summary>Takes a flow over a network apart into paths.</summary>
internal static class FlowPaths
{
    // Of what is spent; less is rounding.
    private const double NoiseShare = 1e-9;

    /// <summary>
    /// Paths that together carry the flow, the largest first, each with the part of the spent amount it carries; at
    /// most <paramref name="countMax"/>.
    /// </summary>
    public static List<(int[] Edges, double Amount)> Of(RouteNetwork network, FlowSolver flow, int countMax)
    {
        // The part of each edge's input that no path carries yet.
        var left = flow.Inputs.ToArray();
        var paths = new List<(int[] Edges, double Amount)>();
        var spent = network.Out[RouteNetwork.Source].Sum(e => left[e]);
        while (paths.Count < countMax && Widest(network, flow, left) is { } path)
        {
            // In units of the sold token: a hop's flow is what its part of the arriving amount stands for.
            var amount = double.PositiveInfinity;
            var perUnit = 1d;
            foreach (var e in path)
            {
                amount = Math.Min(amount, left[e] / perUnit);
                perUnit *= flow.Outputs[e] / flow.Inputs[e];
            }

            if (!(amount > spent * NoiseShare))
            {
                break;
            }

            perUnit = amount;
            foreach (var e in path)
            {
                left[e] = left[e] <= perUnit * (1 + 1e-9) ? 0 : left[e] - perUnit;
                perUnit *= flow.Outputs[e] / flow.Inputs[e];
            }

            paths.Add((path, amount));
        }

        paths.Sort((a, b) => b.Amount.CompareTo(a.Amount));
        return paths;
    }

    /// <summary>
    /// The paths whose edges together lead in no circle, the larger before the smaller. Where a market's prices
    /// contradict each other the best flow goes in circles; what is routed cannot, for every leg is paid by those
    /// before it.
    /// </summary>
    public static List<(int[] Edges, double Amount)> WithoutCircles(
        RouteNetwork network, List<(int[] Edges, double Amount)> paths)
    {
        var after = new HashSet<int>[network.NodeCount];
        var kept = new List<(int[] Edges, double Amount)>();
        foreach (var path in paths)
        {
            var added = path.Edges.Where(e => Follow(after, network.From[e]).Add(network.To[e])).ToList();
            if (added.Any(e => Reaches(after, network.To[e], network.From[e])))
            {
                added.ForEach(e => after[network.From[e]].Remove(network.To[e]));
            }
            else
            {
                kept.Add(path);
            }
        }

        return kept;
    }

    private static HashSet<int> Follow(HashSet<int>[] after, int node) => after[node] ??= [];

    private static bool Reaches(HashSet<int>[] after, int from, int to)
    {
        var (seen, open) = (new HashSet<int> { from }, new Stack<int>([from]));
        while (open.TryPop(out var node))
        {
            if (node == to)
            {
                return true;
            }

            foreach (var next in after[node] ?? [])
            {
                if (seen.Add(next))
                {
                    open.Push(next);
                }
            }
        }

        return false;
    }

    // From the source always along the edge with most left in it; a token that was passed is not passed again.
    private static int[]? Widest(RouteNetwork network, FlowSolver flow, double[] left)
    {
        var path = new List<int>();
        var passed = new HashSet<int>();
        for (var node = RouteNetwork.Source; node != RouteNetwork.Target;)
        {
            var next = -1;
            foreach (var e in network.Out[node])
            {
                var isFree = left[e] > 0 && flow.Outputs[e] > 0 && !passed.Contains(network.To[e]);
                if (isFree && (next < 0 || left[e] > left[next]))
                {
                    next = e;
                }
            }

            if (next < 0)
            {
                return null;
            }

            passed.Add(node);
            path.Add(next);
            node = network.To[next];
        }

        return [.. path];
    }
}
