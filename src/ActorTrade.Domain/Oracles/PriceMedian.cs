using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Oracles;

/// <summary>One source's price of a pair.</summary>
/// <param name="Weight">How much it counts, at least 1; all the same for a plain median.</param>
public sealed record WeightedPrice(OraclePrice Price, int Weight = 1);

/// <summary>What a consumer accepts of a price made of several sources.</summary>
/// <param name="AgeMax">Older prices are dropped.</param>
/// <param name="Quorum">Sources that must be left, at least 1.</param>
/// <param name="DeviationBpsMax">Prices farther from the median are dropped, in 1e-4.</param>
/// <param name="ConfidenceMin">Less certain prices are dropped.</param>
public sealed record MedianTerms(TimeSpan AgeMax, int Quorum, int DeviationBpsMax, double ConfidenceMin = 0);

/// <summary>A source that did not count, and why: <c>price-too-old</c>, <c>low-confidence</c> or
/// <c>price-deviates</c>.</summary>
public sealed record DroppedSource(string Source, string Code, Price Price, TimeSpan Age);

/// <summary>The median and who spoke for it.</summary>
public sealed record MedianPrice(OraclePrice Price, IReadOnlyList<string> Used, IReadOnlyList<DroppedSource> Dropped);

/// <summary>
/// One price of several named sources: the weighted median, which no minority of the weight can move beyond what the
/// others say. Outliers are dropped by their distance from it, and named.
/// </summary>
/// <remarks>
/// The median is the lowest price at which half of the weight is reached, so it is always a price that a source said;
/// where two are in the middle it is the lower. It is taken twice: of all fresh sources, and of those near it.
/// </remarks>
public static class PriceMedian
{
    /// <returns>Null where there is a price.</returns>
    public static OracleRefusal? Of(
        IReadOnlyList<WeightedPrice> sources,
        MedianTerms terms,
        out MedianPrice? price,
        out IReadOnlyList<DroppedSource> dropped)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentOutOfRangeException.ThrowIfLessThan(terms.Quorum, 1, nameof(terms));
        price = null;
        var gone = new List<DroppedSource>();
        dropped = gone;
        var fresh = new List<WeightedPrice>(sources.Count);
        foreach (var source in sources)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(source.Weight, 1, nameof(sources));
            if (ReasonToDrop(source.Price, terms) is { } code)
            {
                gone.Add(new DroppedSource(source.Price.Source, code, source.Price.Price, source.Price.Age));
            }
            else
            {
                fresh.Add(source);
            }
        }

        if (fresh.Count < terms.Quorum)
        {
            return new OracleRefusal.NoQuorum(fresh.Count, terms.Quorum);
        }

        var first = MedianOf(fresh).Price;
        var near = new List<WeightedPrice>(fresh.Count);
        foreach (var source in fresh)
        {
            if (TimeWeightedOracle.DeviationBps(source.Price.Price, first) > terms.DeviationBpsMax)
            {
                gone.Add(new DroppedSource(
                    source.Price.Source, "price-deviates", source.Price.Price, source.Price.Age));
            }
            else
            {
                near.Add(source);
            }
        }

        if (near.Count < terms.Quorum)
        {
            return new OracleRefusal.NoQuorum(near.Count, terms.Quorum);
        }

        price = Combined(near, sources, gone);
        return null;
    }

    private static string? ReasonToDrop(OraclePrice price, MedianTerms terms) =>
        price.Age > terms.AgeMax ? "price-too-old"
        : price.Confidence < terms.ConfidenceMin ? "low-confidence"
        : null;

    // As old as the oldest price that counts, as certain as their mean, less what was dropped.
    private static MedianPrice Combined(
        List<WeightedPrice> near, IReadOnlyList<WeightedPrice> sources, List<DroppedSource> gone)
    {
        var median = MedianOf(near);
        var all = sources.Sum(s => (double)s.Weight);
        var certain = near.Sum(s => s.Weight * s.Price.Confidence);
        return new MedianPrice(
            new OraclePrice(
                median.Price,
                "median",
                near.Max(s => s.Price.Window),
                near.Max(s => s.Price.Age),
                certain / all,
                near.Count),
            [.. near.Select(s => s.Price.Source)],
            gone);
    }

    private static OraclePrice MedianOf(List<WeightedPrice> sources)
    {
        var byPrice = sources.OrderBy(s => s.Price.Price).ThenBy(s => s.Price.Source, StringComparer.Ordinal).ToList();
        var total = byPrice.Sum(s => (long)s.Weight);
        long reached = 0;
        foreach (var source in byPrice)
        {
            reached += source.Weight;
            if (2 * reached >= total)
            {
                return source.Price;
            }
        }

        throw new InvalidOperationException("Weights above zero reach half of their sum.");
    }
}
