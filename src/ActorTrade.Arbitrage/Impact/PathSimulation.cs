using ActorTrade.Arbitrage.Markets;
using ActorTrade.Arbitrage.Sizing;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Arbitrage.Impact;

/// <summary>
/// What many trades would do, each on its own, on the market as it was when this was made. The work is in parts that
/// share nothing but what they read, so a host may run them on as many threads as it likes, in any order.
/// </summary>
public sealed class PathSimulation
{
    private const int TrialsOfPart = 256;

    private readonly (ExactPath Path, double Spot, double FeeKept)[] _paths;
    private readonly UInt256[] _amounts;
    private readonly PathOutcome[] _outcomes;

    public PathSimulation(PoolMarket market, IReadOnlyList<(MarketPath Path, UInt256 AmountIn)> trials)
    {
        ArgumentNullException.ThrowIfNull(market);
        ArgumentNullException.ThrowIfNull(trials);
        var known = new Dictionary<MarketPath, (ExactPath, double, double)>(ReferenceEqualityComparer.Instance);
        _paths = new (ExactPath, double, double)[trials.Count];
        _amounts = [.. trials.Select(t => t.AmountIn)];
        _outcomes = new PathOutcome[trials.Count];
        for (var i = 0; i < trials.Count; i++)
        {
            var path = trials[i].Path;
            if (!known.TryGetValue(path, out _paths[i]))
            {
                known.Add(path, _paths[i] = Load(market, path));
            }
        }
    }

    public int PartCount => (_amounts.Length + TrialsOfPart - 1) / TrialsOfPart;

    /// <summary>What came out, in the order of the trials; complete when every part has run.</summary>
    public IReadOnlyList<PathOutcome> Outcomes => _outcomes;

    /// <summary>Runs one part. Different parts may run at the same time.</summary>
    public void Run(int part)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(part);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(part, PartCount);
        var end = Math.Min((part + 1) * TrialsOfPart, _amounts.Length);
        for (var i = part * TrialsOfPart; i < end; i++)
        {
            var (path, spot, feeKept) = _paths[i];
            var error = path.Run(_amounts[i], out var amountOut);
            var price = error == QuoteError.None ? (double)amountOut / (double)_amounts[i] : double.NaN;
            _outcomes[i] = new PathOutcome(
                error, _amounts[i], amountOut, price, 1 - (price / spot), 1 - (price / (spot * feeKept)));
        }
    }

    /// <summary>Runs every part here.</summary>
    public IReadOnlyList<PathOutcome> RunAll()
    {
        for (var part = 0; part < PartCount; part++)
        {
            Run(part);
        }

        return _outcomes;
    }

    private static (ExactPath Path, double Spot, double FeeKept) Load(PoolMarket market, MarketPath path)
    {
        var (spot, feeKept) = (1d, 1d);
        foreach (var e in path.Edges)
        {
            ref readonly var edge = ref market.EdgeAt(e);
            spot *= market.CurveOf(edge.Pool).SpotPrice(edge.IndexIn, edge.IndexOut);
            feeKept *= market.FeeKept(e) * edge.Kept;
        }

        return (new ExactPath(market, path.Edges.AsSpan()), spot, feeKept);
    }
}

/// <summary>What one trade over a path would do.</summary>
/// <param name="Error">Why not, where a pool refuses; the numbers then mean nothing.</param>
/// <param name="Price">Base units out for one in.</param>
/// <param name="PriceImpact">How much worse than the product of the spot prices, fees included; 0.01 is one
/// percent.</param>
/// <param name="Slippage">The same without the fees: what the size alone costs.</param>
public readonly record struct PathOutcome(
    QuoteError Error, UInt256 AmountIn, UInt256 AmountOut, double Price, double PriceImpact, double Slippage);
