using ActorTrade.Arbitrage.Markets;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Arbitrage.Routing;

/// <summary>
/// Best execution of one token for another: over which pools, and how much through each. Solved in doubles for all
/// pools of the network at once (<see cref="FlowSolver"/>), counted with gas, and replayed in integers; never worse
/// than the best single path, which is replayed too.
/// </summary>
public sealed class SplitRouter
{
    // Single paths that are replayed in integers, for each number of hops. Several, for what looks best in doubles may
    // be refused, or give nothing for dust.
    private const int SinglePathsMax = 8;

    // Of curves that pieces only approach: how often the pieces are refined where the flow came out.
    private const int RefinementsMax = 4;

    private readonly PoolMarket _market;
    private readonly RouteOptions _options;
    private readonly HashSet<int> _blocked;
    private double[] _nativePerUnit = [];
    private double _gasPrice;

    /// <exception cref="ArgumentException">Gas has a price and no native token.</exception>
    public SplitRouter(PoolMarket market, RouteOptions options)
    {
        ArgumentNullException.ThrowIfNull(market);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.HopsMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.HopsMax, Cycles.CycleIndex.HopsMax);
        (_market, _options) = (market, options);
        _blocked = [.. options.BlockedTokens.Select(market.NumberOf)];
        Revalue(options.GasPrice);
    }

    /// <summary>Counts with another price of gas, and values tokens by the market as it is now: both are otherwise as
    /// they were when the router was made.</summary>
    public void Revalue(double gasPrice)
    {
        if (gasPrice > 0 && _options.NativeToken is null)
        {
            throw new ArgumentException("Gas has a price, so the native token must be named.", nameof(gasPrice));
        }

        _gasPrice = gasPrice;
        _nativePerUnit = gasPrice > 0 ? MarketPrices.In(_market, _options.NativeToken!) : [];
    }

    /// <summary>The best route for an exact input, on the market's pools as they are now.</summary>
    public RouteError Route(ListedToken tokenIn, ListedToken tokenOut, UInt256 amountIn, out SplitRoute? route)
    {
        route = null;
        var (source, target) = (_market.NumberOf(tokenIn), _market.NumberOf(tokenOut));
        if (source < 0 || target < 0 || _blocked.Contains(source) || _blocked.Contains(target))
        {
            return RouteError.UnknownToken;
        }

        if (source == target)
        {
            return RouteError.SameToken;
        }

        if (amountIn.IsZero)
        {
            return RouteError.ZeroAmount;
        }

        var network = RouteNetwork.Find(_market, source, target, _options.HopsMax, IsClosed);
        if (network.In[RouteNetwork.Target].Length == 0)
        {
            return RouteError.NoPath;
        }

        var gasInTarget = GasInTarget(target);
        var single = BestSingle(network, amountIn, gasInTarget);
        var best = Better(single, BestSplit(network, amountIn, gasInTarget, out var isWhole));

        // What is left of a flow without its circles, or of more paths than are allowed, may be worse than all of a
        // flow along shorter paths; those of two hops have no circles.
        for (var hops = _options.HopsMax - 1; !isWhole && hops > 1; hops--)
        {
            var shorter = RouteNetwork.Find(_market, source, target, hops, IsClosed);
            best = Better(best, BestSplit(shorter, amountIn, gasInTarget, out isWhole));
        }

        if (best is null)
        {
            return RouteError.AmountRefused;
        }

        route = best with { SinglePathAmountOut = single?.AmountOut ?? UInt256.Zero };
        return RouteError.None;
    }

    private static SplitRoute? Better(SplitRoute? a, SplitRoute? b) =>
        a is null || (b is not null && b.NetAmountOut > a.NetAmountOut) ? b : a;

    private bool IsClosed(int token) =>
        _blocked.Contains(token)
        || (!_options.AllowsTransferFees && _market.TokenAt(token).TransferFee.Value > 0);

    private SplitRoute? BestSingle(RouteNetwork network, UInt256 amountIn, double gasInTarget)
    {
        SplitRoute? best = null;
        double GasOf(int e) => gasInTarget <= 0 ? 0
            : gasInTarget * GasOfPool(_market.EdgeAt(network.MarketEdge[e]).Pool);
        foreach (var path in SinglePaths.Best(network, (double)amountIn, _options.HopsMax, SinglePathsMax, GasOf))
        {
            var shares = new double[network.EdgeCount];
            foreach (var e in path)
            {
                shares[e] = 1;
            }

            best = Better(best, Replay(network, shares, amountIn, gasInTarget));
        }

        return best;
    }

    // The optimum over all pools, then over the largest paths only: where gas has a price, the number of paths that
    // nets most.
    private SplitRoute? BestSplit(
        RouteNetwork network, UInt256 amountIn, double gasInTarget, out bool isWhole)
    {
        isWhole = true;
        var flow = Refined(network, amountIn);
        if (flow is null)
        {
            return null;
        }

        var paths = FlowPaths.Of(network, flow, gasInTarget > 0 ? _options.PathsMax : int.MaxValue);
        var best = paths.Count <= _options.PathsMax ? Replay(network, Shares(flow), amountIn, gasInTarget) : null;
        isWhole = best is not null;
        paths = FlowPaths.WithoutCircles(network, paths);
        for (var count = Math.Min(paths.Count, _options.PathsMax); count > 1; count--)
        {
            if (gasInTarget <= 0 && best is not null)
            {
                break;
            }

            var kept = network.With(_market, paths.Take(count).SelectMany(p => p.Edges).Distinct());
            if (Refined(kept, amountIn) is { } flowOfKept)
            {
                best = Better(best, Replay(kept, Shares(flowOfKept), amountIn, gasInTarget));
            }
        }

        return best;
    }

    private FlowSolver? Refined(RouteNetwork network, UInt256 amountIn)
    {
        var solver = new FlowSolver(network);
        for (var refinement = 0; ; refinement++)
        {
            if (!solver.Solve((double)amountIn))
            {
                return null;
            }

            if (refinement == RefinementsMax || !Refine(network, solver))
            {
                return solver;
            }
        }
    }

    // Puts a knot where the flow came out, on every edge that pieces only approach. False where there is none.
    private bool Refine(RouteNetwork network, FlowSolver solver)
    {
        var isRefined = false;
        for (var e = 0; e < network.EdgeCount; e++)
        {
            if (solver.Inputs[e] > 0 && network.Profiles[e] is { IsExact: false } profile)
            {
                var edge = network.MarketEdge[e];
                var finer = profile.WithKnot(
                    _market.CurveOf(_market.EdgeAt(edge).Pool), _market.EdgeAt(edge), solver.Inputs[e]);
                isRefined |= !ReferenceEquals(finer, profile);
                _market.Refine(edge, finer);
                network.Load(_market, e);
            }
        }

        return isRefined;
    }

    private static double[] Shares(FlowSolver flow)
    {
        var least = flow.Inputs.Max() * 1e-12;
        return [.. flow.Inputs.Select((input, e) => input > least && flow.Outputs[e] >= 1 ? input : 0)];
    }

    private SplitRoute? Replay(RouteNetwork network, double[] shares, UInt256 amountIn, double gasInTarget)
    {
        var legs = new ExactLegs(_market, network);
        if (!legs.TryRun(shares, amountIn))
        {
            return null;
        }

        var gas = _options.Gas.Transaction
            + legs.Legs.Sum(l => GasOfPool(l.PoolNumber));
        var bestRoot = new FlowSolver(network).LeastRoot();
        return new SplitRoute
        {
            TokenIn = _market.TokenAt(TokenOf(network, network.Out[RouteNetwork.Source][0], isOut: false)),
            TokenOut = _market.TokenAt(TokenOf(network, network.In[RouteNetwork.Target][0], isOut: true)),
            AmountIn = amountIn,
            AmountOut = legs.AmountOut,
            Legs = [.. legs.Legs],
            GasUnits = gas,
            GasCost = (UInt256)Math.Ceiling(gas * gasInTarget),
            SinglePathAmountOut = UInt256.Zero,
            PriceImpact = 1 - ((double)legs.AmountOut / (double)amountIn * bestRoot * bestRoot),
        };
    }

    private long GasOfPool(int pool) => _options.Gas.OfHop(_market.CurveOf(pool).Kind).Units;

    private int TokenOf(RouteNetwork network, int e, bool isOut)
    {
        ref readonly var edge = ref _market.EdgeAt(network.MarketEdge[e]);
        return isOut ? edge.TokenOut : edge.TokenIn;
    }

    // Base units of the bought token for one unit of gas; without a price of the native token, gas cannot be counted.
    private double GasInTarget(int target) =>
        _gasPrice > 0 && _nativePerUnit[target] > 0 ? _gasPrice / _nativePerUnit[target] : 0;
}
