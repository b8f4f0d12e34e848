using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Market.Statistics;

namespace ActorTrade.Node.Replay;

/// <summary>What one token is worth in another at the last known prices: directly, or by the inverse pair.</summary>
internal sealed class Valuation(Func<Symbol, decimal?> priceOf)
{
    /// <summary>What all bots together are valued in.</summary>
    public const string TotalCurrency = "USD";

    /// <summary>
    /// Units of <paramref name="into"/> for one <paramref name="token"/>; null where no pair has a price.
    /// </summary>
    public decimal? Rate(TokenId token, TokenId into)
    {
        if (token == into)
        {
            return 1;
        }

        if (priceOf(new Symbol(token.Value, into.Value)) is { } direct)
        {
            return direct;
        }

        return priceOf(new Symbol(into.Value, token.Value)) is > 0 and { } inverse ? 1 / inverse : null;
    }
}

/// <summary>
/// What something was worth over time, with the rate into the total's currency beside it. At most <see
/// cref="PointsMax"/> points: when it is full every second one is dropped and from then on only every second is taken,
/// and so on.
/// </summary>
internal sealed class EquityCurve
{
    public const int PointsMax = 10_000;

    private readonly List<(EquityPoint Point, decimal? Rate)> _points = [];
    private int _takesEvery = 1;
    private int _skipped;

    public IReadOnlyList<EquityPoint> Points => [.. _points.Select(p => p.Point)];

    /// <param name="isLast">It is taken in any case.</param>
    public void Add(DateTimeOffset at, decimal equity, decimal? rate, bool isLast = false)
    {
        if (_points.Count > 0 && _points[^1].Point.At == at)
        {
            _points[^1] = (new EquityPoint(at, equity), rate);
            return;
        }

        if (++_skipped < _takesEvery && !isLast)
        {
            return;
        }

        _skipped = 0;
        _points.Add((new EquityPoint(at, equity), rate));
        if (_points.Count == PointsMax)
        {
            var kept = _points.Where((_, i) => i % 2 == 0).ToList();
            _points.Clear();
            _points.AddRange(kept);
            _takesEvery *= 2;
        }
    }

    /// <summary>
    /// The curve times the rates; a point before the first known rate takes that one. Null where none is known.
    /// </summary>
    public (IReadOnlyList<EquityPoint> Points, decimal FirstRate, decimal LastRate)? Converted()
    {
        if (_points.Select(p => p.Rate).FirstOrDefault(r => r is not null) is not { } first)
        {
            return null;
        }

        var rate = first;
        var converted = new List<EquityPoint>(_points.Count);
        foreach (var (point, known) in _points)
        {
            rate = known ?? rate;
            converted.Add(new EquityPoint(point.At, point.Equity * rate));
        }

        return (converted, first, rate);
    }
}
