namespace ActorTrade.Arbitrage.Routing;

/// <summary>The paths that give most for the whole amount, without a split.</summary>
internal static class SinglePaths
{
    // Kept at a token, for each number of hops: the best amounts for each set of tokens passed before, for the best of
    // all may have passed the token that comes next; and of such sets the best.
    private const int SameTokensMax = 2;
    private const int LabelsMax = 32;

    /// <summary>
    /// Takes every token's best amounts forward, hop by hop; of each number of hops the best <paramref name="count"/>
    /// paths. No token is passed twice.
    /// </summary>
    /// <param name="gasOf">What a hop through an edge costs, in the bought token.</param>
    public static List<int[]> Best(
        RouteNetwork network, double amount, int hopsMax, int count, Func<int, double> gasOf)
    {
        var found = new List<int[]>();
        List<Label> labels = [new Label(RouteNetwork.Source, amount, null, -1)];
        for (var hop = 0; hop < hopsMax; hop++)
        {
            var reached = new List<Label>();
            var arrived = new List<(double Net, Label Label)>();
            foreach (var label in labels)
            {
                foreach (var e in network.Out[label.Node])
                {
                    var to = network.To[e];
                    var output = label.Passes(to) ? 0 : network.Output(e, label.Amount);
                    if (!(output > 0))
                    {
                        continue;
                    }

                    var next = new Label(to, output, label, e);
                    if (to == RouteNetwork.Target)
                    {
                        arrived.Add((output - next.Edges().Sum(gasOf), next));
                    }
                    else if (hop + 1 < hopsMax)
                    {
                        reached.Add(next);
                    }
                }
            }

            found.AddRange(arrived.OrderByDescending(a => a.Net).Take(count).Select(a => a.Label.Edges().ToArray()));
            labels =
            [
                .. reached.GroupBy(l => l.Node).SelectMany(g => g
                    .GroupBy(l => l.Passed)
                    .SelectMany(same => same.OrderByDescending(l => l.Amount).Take(SameTokensMax))
                    .OrderByDescending(l => l.Amount)
                    .Take(LabelsMax)),
            ];
        }

        return found;
    }

    // An amount at a token, and how it came there.
    private sealed record Label(int Node, double Amount, Label? Before, int Edge)
    {
        /// <summary>The tokens before this one, whatever their order: at most two and the source.</summary>
        public (int, int) Passed => Before?.Before is not { } second ? (-1, -1)
            : second.Before is null ? (Before.Node, -1)
            : (Math.Min(Before.Node, second.Node), Math.Max(Before.Node, second.Node));

        public bool Passes(int node) => Node == node || (Before?.Passes(node) ?? false);

        public IEnumerable<int> Edges() => Before is null ? [] : Before.Edges().Append(Edge);
    }
}
