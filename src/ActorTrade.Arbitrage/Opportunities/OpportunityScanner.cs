using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ActorTrade.Arbitrage.Cycles;
using ActorTrade.Arbitrage.Markets;
using ActorTrade.Arbitrage.Sizing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Arbitrage.Opportunities;

/// <summary>
/// Finds what gains in a market of pools, in two stages. Stage one keeps a ranking of all cycles by what they would
/// gain net of loan and gas, in doubles: a product of rates dismisses most, a closed form or a march over pieces sizes
/// the rest. Stage two replays the best in integers, and only what gains there is told.
/// </summary>
/// <remarks>
/// Use: make it, and <see cref="Best"/>. After the market's pools have changed, <see cref="Refresh(int)"/> for each, or
/// <see cref="EvaluateAll"/>. Where every hop is of constant product the ranking is exact to about 1e-12; a cycle
/// through other curves may stand a little off its place, and is put right among the best.
/// </remarks>
public sealed class OpportunityScanner
{
    private const int LendersMax = 8;

    // Of cycles that gain in doubles, how many more than asked for are replayed: some gain nothing in integers.
    private const int Spare = 8;

    private readonly CycleRanking _ranking;
    private readonly int[] _bases;
    private readonly double[] _baseValue;
    private readonly double _costMin;
    private readonly double[] _cost;
    private readonly double[] _rootOfCost;
    private readonly double[] _lent;
    private readonly int[] _lendingPool;
    private readonly byte[] _lendersOf;
    private readonly float[] _gasOf;
    private readonly int[] _seenIn;
    private int _round;

    /// <summary>Indexes the cycles and evaluates them all.</summary>
    /// <exception cref="ArgumentException">Gas has a price and no native token; no lender, or more than
    /// eight.</exception>
    public OpportunityScanner(PoolMarket market, ScanOptions options)
    {
        ArgumentNullException.ThrowIfNull(market);
        ArgumentNullException.ThrowIfNull(options);
        if (options.GasPrice > 0 && options.NativeToken is null)
        {
            throw new ArgumentException("Gas has a price, so the native token must be named.", nameof(options));
        }

        if (options.Lenders.Count is 0 or > LendersMax)
        {
            throw new ArgumentException($"{options.Lenders.Count} lenders; there must be 1 to 8.", nameof(options));
        }

        Market = market;
        Options = options;
        GasPrice = options.GasPrice;
        _bases = BaseTokens.Of(market, options.BaseTokens);
        Cycles = CycleIndex.Build(market, _bases, options.Cycles);
        _ranking = new CycleRanking(Cycles.Count);
        _baseValue = BaseTokens.Values(market, _bases, options);
        _cost = [.. options.Lenders.Select(l => l.Cost)];
        _rootOfCost = [.. _cost.Select(Math.Sqrt)];
        _lendingPool = [.. options.Lenders.Select(l => l.PoolId is null ? -1 : market.PoolNumberOf(l.PoolId))];
        _lent = new double[_bases.Length * LendersMax];
        _costMin = _cost.Min();
        for (var b = 0; b < _bases.Length; b++)
        {
            for (var l = 0; l < _cost.Length; l++)
            {
                _lent[(b * LendersMax) + l] = (double)CapOf(b, l);
            }

        }

        (_lendersOf, _gasOf) = (new byte[Cycles.Count], new float[Cycles.Count]);
        for (var c = 0; c < Cycles.Count; c++)
        {
            Describe(c);
        }

        _seenIn = new int[Cycles.Count];
        EvaluateAll();
    }

    public PoolMarket Market { get; }

    public ScanOptions Options { get; }

    public CycleIndex Cycles { get; }

    /// <summary>How many cycles gain by the doubles of stage one.</summary>
    public int GainingCount => _ranking.Count;

    /// <summary>Base units of the native token for one unit of gas.</summary>
    public double GasPrice { get; private set; }

    /// <summary>What one unit becomes around a cycle at size zero, the pools' fees taken off; above one there is a
    /// gain, if there is any size for it.</summary>
    public double RateOf(int cycle)
    {
        var edges = Cycles.FourEdgesOf(cycle);
        var rates = Market.Rates;
        return rates[edges[0]] * rates[edges[1]] * rates[edges[2]] * rates[edges[3]];
    }

    /// <summary>The hops of a cycle: pools by number, tokens by their place in the pool.</summary>
    public IReadOnlyList<CycleHop> HopsOf(int cycle)
    {
        var hops = new List<CycleHop>();
        foreach (var edge in Cycles.EdgesOf(cycle))
        {
            ref readonly var e = ref Market.EdgeAt(edge);
            hops.Add(new CycleHop(e.Pool, e.IndexIn, e.IndexOut));
        }

        return hops;
    }

    /// <summary>Counts with another price of gas, values the base tokens by the market as it is now, and evaluates
    /// every cycle: both are otherwise as they were when the scanner was made.</summary>
    public void Revalue(double gasPrice)
    {
        if (gasPrice > 0 && Options.NativeToken is null)
        {
            throw new ArgumentException("Gas has a price, so the native token must be named.", nameof(gasPrice));
        }

        GasPrice = gasPrice;
        BaseTokens.Values(Market, _bases, Options).CopyTo(_baseValue, 0);
        EvaluateAll();
    }

    /// <summary>Evaluates every cycle anew.</summary>
    public void EvaluateAll()
    {
        for (var c = 0; c < Cycles.Count; c++)
        {
            _ranking.Set(c, Estimate(c));
        }
    }

    /// <summary>Evaluates the cycles through a pool whose state has changed.</summary>
    public void Refresh(int pool)
    {
        foreach (var cycle in Cycles.CyclesOf(pool))
        {
            _ranking.Set(cycle, Estimate(cycle));
        }
    }

    /// <summary>As for one pool, for several that changed together: each cycle once.</summary>
    public void Refresh(ReadOnlySpan<int> pools)
    {
        _round++;
        foreach (var pool in pools)
        {
            foreach (var cycle in Cycles.CyclesOf(pool))
            {
                if (_seenIn[cycle] != _round)
                {
                    _seenIn[cycle] = _round;
                    _ranking.Set(cycle, Estimate(cycle));
                }
            }
        }
    }

    /// <summary>The best opportunities, best first, at most <paramref name="count"/>; each gains in integers.</summary>
    /// <param name="now">In the unit of the market's times.</param>
    public ImmutableArray<Opportunity> Best(int count, long now = 0)
    {
        var found = new List<Opportunity>();
        var leastOfBest = new PriorityQueue<double, double>();
        foreach (var cycle in _ranking.Best((int)Math.Min((long)count + Spare, Cycles.Count)))
        {
            // Enough is found, and what comes now is known to be no better.
            if (leastOfBest.Count == count && count > 0 && IsExactSize(Cycles.EdgesOf(cycle))
                && _ranking.GainOf(cycle) < leastOfBest.Peek())
            {
                continue;
            }

            if (Replay(cycle, now) is { } opportunity)
            {
                found.Add(opportunity);
                leastOfBest.Enqueue(opportunity.NetValue, opportunity.NetValue);
                if (leastOfBest.Count > count)
                {
                    leastOfBest.Dequeue();
                }
            }
        }

        return [.. found.OrderByDescending(o => o.NetValue).ThenBy(o => o.Cycle).Take(count)];
    }

    /// <summary>
    /// The best, then the best that uses none of its pools, and so on: what may be sent at the same time. Looks at the
    /// best <paramref name="depth"/> cycles.
    /// </summary>
    public ImmutableArray<Opportunity> BestWithoutOverlaps(int count, long now = 0, int depth = 1_000) =>
        [.. Opportunity.WithoutOverlaps(Best(Math.Max(count, depth), now)).Take(count)];

    /// <summary>
    /// Does to the market what the opportunity would, and evaluates what that touches: the next best is then of the
    /// market after it.
    /// </summary>
    public void Take(Opportunity opportunity, long asOf)
    {
        ArgumentNullException.ThrowIfNull(opportunity);
        foreach (var hop in opportunity.Hops)
        {
            Market.Update(hop.PoolNumber, hop.Pool.Curve.Apply(hop.Quote), asOf);
        }

        Refresh([.. opportunity.Hops.Select(h => h.PoolNumber)]);
    }

    /// <summary>Stage two of one cycle: its best size in integers; null where nothing is gained.</summary>
    public Opportunity? Replay(int cycle, long now = 0)
    {
        var edges = Cycles.EdgesOf(cycle);
        if (IsTooOld(edges, now))
        {
            return null;
        }

        EstimateGain(cycle, out var lender, out var size);
        if (lender < 0)
        {
            return null;
        }

        var path = new ExactPath(Market, edges);
        var trial = ExactSizing.Of(path, Options.Lenders[lender], CapOf(Cycles.BaseOf(cycle), lender))
            .Maximise(size, IsExactSize(edges));
        if (!trial.IsPossible || trial.Gain <= SignedAmount.Zero)
        {
            return null;
        }

        var opportunity = OpportunityReport.Of(this, cycle, Options.Lenders[lender], _baseValue[Cycles.BaseOf(cycle)],
            path.Trace(trial.Input), now);
        return opportunity.NetProfit > SignedAmount.Zero && opportunity.NetValue > Options.NetValueMin
            ? opportunity
            : null;
    }

    // Most cycles end here: the product of the rates at size zero is not above what a loan costs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Estimate(int cycle)
    {
        var edges = Cycles.FourEdgesOf(cycle);
        var rates = Market.Rates;
        var rate = rates[edges[0]] * rates[edges[1]] * rates[edges[2]] * rates[edges[3]];
        return rate > _costMin ? EstimateGain(cycle, out _, out _) : 0;
    }

    // What the cycle gains net with its best lender, in the native token.
    private double EstimateGain(int cycle, out int lender, out double size)
    {
        (lender, size) = (-1, 0);
        var b = Cycles.BaseOf(cycle);
        var isClosed = TryCompose(Cycles.FourEdgesOf(cycle), out var path);
        var best = 0d;
        var rootOfRate = Math.Sqrt(path.Rate);
        for (var l = 0; l < _cost.Length; l++)
        {
            if ((_lendersOf[cycle] & (1 << l)) == 0 || path.Rate <= _cost[l])
            {
                continue;
            }

            var cap = _lent[(b * LendersMax) + l];
            double input;
            double gain;
            if (isClosed)
            {
                var root = rootOfRate - _rootOfCost[l];
                input = root / (_rootOfCost[l] * path.Curvature);
                gain = root * root / path.Curvature;
                if (input > cap)
                {
                    (input, gain) = (cap, path.Output(cap) - (_cost[l] * cap));
                }
            }
            else
            {
                (input, gain) = PathMarch.Size(Market, Cycles.EdgesOf(cycle), _cost[l], cap);
            }

            var net = (gain * _baseValue[b]) - ((_gasOf[cycle] + Options.Lenders[l].GasUnits) * GasPrice);
            if (net > best)
            {
                (best, lender, size) = (net, l, input);
            }
        }

        return best;
    }

    // False where a hop is not one piece of constant product; the rate is right all the same.
    private bool TryCompose(ReadOnlySpan<int> edges, out MobiusPath path)
    {
        var rates = Market.Rates;
        var curvatures = Market.Curvatures;
        path = MobiusPath.Neutral;
        var isClosed = true;
        foreach (var edge in edges)
        {
            isClosed &= Market.IsClosedForm(edge);
            path = path.Then(new MobiusPath(rates[edge], curvatures[edge]));
        }

        return isClosed;
    }

    private void Describe(int cycle)
    {
        var edges = Cycles.EdgesOf(cycle);
        long gas = Options.Gas.Transaction;
        var lenders = (1 << _cost.Length) - 1;
        foreach (var edge in edges)
        {
            var pool = Market.EdgeAt(edge).Pool;
            gas += Options.Gas.OfHop(Market.CurveOf(pool).Kind).Units;
            for (var l = 0; l < _lendingPool.Length; l++)
            {
                lenders &= _lendingPool[l] == pool ? ~(1 << l) : ~0;
            }
        }

        var b = Cycles.BaseOf(cycle);
        for (var l = 0; l < _cost.Length; l++)
        {
            lenders &= _lent[(b * LendersMax) + l] >= 1 ? ~0 : ~(1 << l);
        }

        _lendersOf[cycle] = (byte)lenders;
        _gasOf[cycle] = gas;
    }

    private bool IsExactSize(ReadOnlySpan<int> edges)
    {
        var isExact = true;
        foreach (var edge in edges)
        {
            isExact &= Market.IsClosedForm(edge);
        }

        return isExact;
    }

    private bool IsTooOld(ReadOnlySpan<int> edges, long now)
    {
        foreach (var edge in edges)
        {
            if (now - Market.AsOf(Market.EdgeAt(edge).Pool) > Options.AgeMax)
            {
                return true;
            }
        }

        return false;
    }

    private UInt256 CapOf(int place, int lender)
    {
        var token = Market.TokenAt(_bases[place]);
        var lent = Options.Lenders[lender].AvailableOf(token);
        return Options.InputMax.TryGetValue(token, out var most) ? UInt256.Min(lent, most) : lent;
    }
}

/// <summary>One pool of a cycle, and which of its tokens are given and taken there.</summary>
public readonly record struct CycleHop(int Pool, int TokenIn, int TokenOut);
