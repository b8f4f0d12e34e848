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
