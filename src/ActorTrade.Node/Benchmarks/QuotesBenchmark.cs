namespace ActorTrade.Node.Benchmarks;

/// <summary>One kind of pool.</summary>
/// <param name="PerSecond">Exact quotes a second of processor time, on one core.</param>
/// <param name="PeerPerSecond">The published package's, in Node; null where it is absent.</param>
public sealed record QuotesResult(string Name, double PerSecond, double? PeerPerSecond);

/// <summary>
/// Exact quotes a second on one core beside the published packages, round by round in turn, so that whatever else the
/// machine does hits both.
/// </summary>
public static class QuotesBenchmark
{
    private const int Rounds = 5;

    // Until the runtime has compiled the case's methods for the last time.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The median of each figure; a case takes about <paramref name="perCase"/>, after a second to warm up.
    /// </summary>
    public static IReadOnlyList<QuotesResult> Run(TimeSpan perCase)
    {
        using var peer = OraclePeer.TryStart();
        var slice = perCase / (Rounds * (peer is null ? 1 : 2));
        return [.. QuoteCases.All().Select(c => Measure(c, peer, slice))];
    }

    private static QuotesResult Measure(QuoteCase quotes, OraclePeer? peer, TimeSpan slice)
    {
        quotes.Measure(WarmUp);
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            ours.Add(quotes.Measure(slice));
            if (peer is not null && quotes.Question is not null)
            {
                theirs.Add(peer.Measure(quotes.Question, slice));
            }
        }

        return new QuotesResult(quotes.Name, Median(ours), theirs.Count == 0 ? null : Median(theirs));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
