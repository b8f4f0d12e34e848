using System.Runtime.CompilerServices;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Arbitrage.Markets;

/// <summary>
/// Pools and the tokens between them as a graph with dense numbers, updated in place. What a pool does is kept twice:
/// exactly (its <see cref="Curve"/>), which decides, and as two doubles for each direction of trade (an edge), with
/// which the search runs.
/// </summary>
/// <remarks>
/// An edge is one token of a pool given for another; a pool of n tokens has n·(n-1). Near zero it turns x into
/// rate·x / (1 + curvature·x): with reserves and γ = 1 - fee, rate is γ·R_out/R_in and curvature γ/R_in. For a
/// constant-product pool that is the whole truth, for a concentrated one up to the end of its tick range, for the
/// others a fit (<see cref="EdgeProfile"/>). Amounts are base units.
/// <para>The set of pools and tokens is fixed; a market with other pools is a new one. Not thread-safe: one writer,
/// and readers that do not run at the same time as it.</para>
/// </remarks>
public sealed class PoolMarket
{
    private readonly ListedPool[] _pools;
    private readonly Curve[] _curves;
    private readonly UInt256[] _reserves;
    private readonly bool[] _hasNewReserves;
    private readonly long[] _asOf;
    private readonly ListedToken[] _tokens;
    private readonly Dictionary<ListedToken, int> _tokenNumbers = [];
    private readonly Dictionary<string, int> _poolNumbers = new(StringComparer.Ordinal);
    private readonly int[] _firstEdge;
    private readonly Edge[] _edges;
    private readonly int[] _firstOfToken;
    private readonly int[] _edgesOfToken;
    private readonly double[] _rate;
    private readonly double[] _curvature;
    private readonly EdgeProfile?[] _profiles;
    private readonly bool[] _isClosedForm;

    // γ of a pair of constant product whose tokens take no transfer fee, so that its reserves are all an update needs;
    // else 0.
    private readonly double[] _plainFeeKept;

    /// <summary>Throws <see cref="ArgumentException"/> when two pools have one id.</summary>
    /// <param name="asOf">When the states were read, in the caller's unit: a block number, or milliseconds.</param>
    public PoolMarket(IEnumerable<ListedPool> pools, long asOf = 0)
    {
        ArgumentNullException.ThrowIfNull(pools);
        _pools = [.. pools];
        _curves = [.. _pools.Select(p => p.Curve)];
        _reserves = new UInt256[2 * _pools.Length];
        _hasNewReserves = new bool[_pools.Length];
        _asOf = new long[_pools.Length];
        _firstEdge = new int[_pools.Length + 1];
        for (var p = 0; p < _pools.Length; p++)
        {
            if (!_poolNumbers.TryAdd(_pools[p].Id, p))
            {
                throw new ArgumentException($"Two pools have the id {_pools[p].Id}; ids are unique in a market.");
            }

            foreach (var token in _pools[p].Tokens)
            {
                _tokenNumbers.TryAdd(token, _tokenNumbers.Count);
            }

            _firstEdge[p + 1] = _firstEdge[p] + (_pools[p].Tokens.Length * (_pools[p].Tokens.Length - 1));
        }

        _tokens = [.. _tokenNumbers.OrderBy(t => t.Value).Select(t => t.Key)];
        _edges = [.. Enumerable.Range(0, _pools.Length).SelectMany(EdgesOf)];
        (_firstOfToken, _edgesOfToken) = ByToken();

        // One edge more, the neutral one: it changes nothing, and fills short cycles up to four hops.
        _rate = new double[_edges.Length + 1];
        _rate[^1] = 1;
        _curvature = new double[_edges.Length + 1];
        _profiles = new EdgeProfile?[_edges.Length];
        _plainFeeKept = new double[_pools.Length];
        _isClosedForm = new bool[_edges.Length + 1];
        _isClosedForm[^1] = true;
        for (var p = 0; p < _pools.Length; p++)
        {
            Update(p, _curves[p], asOf);
        }
    }

    public int PoolCount => _pools.Length;

    public int TokenCount => _tokens.Length;

    public int EdgeCount => _edges.Length;

    /// <summary>Changes with every update, so that whoever keeps something derived knows that it is old.</summary>
    public long Version { get; private set; }

    /// <summary>The edge that gives what it takes, without fee or depth.</summary>
    internal int NeutralEdge => _edges.Length;

    internal ReadOnlySpan<double> Rates => _rate;

    internal ReadOnlySpan<double> Curvatures => _curvature;

    public ListedToken TokenAt(int token) => _tokens[token];

    /// <summary>The token's number; -1 where no pool has it.</summary>
    public int NumberOf(ListedToken token) => _tokenNumbers.GetValueOrDefault(token, -1);

    /// <summary>The pool's number; -1 where there is none of this id.</summary>
    public int PoolNumberOf(string id) => _poolNumbers.GetValueOrDefault(id, -1);

    /// <summary>The pool with its newest state.</summary>
    public ListedPool PoolAt(int pool)
    {
        if (_hasNewReserves[pool])
        {
            var before = (ConstantProductCurve)_curves[pool];
            _curves[pool] = new ConstantProductCurve(
                _reserves[2 * pool], _reserves[(2 * pool) + 1], before.FeeNumerator, before.FeeDenominator);
            _hasNewReserves[pool] = false;
        }

        return ReferenceEquals(_pools[pool].Curve, _curves[pool])
            ? _pools[pool]
            : _pools[pool] = _pools[pool].With(_curves[pool]);
    }

    /// <summary>When the pool's state was read, in the caller's unit.</summary>
    public long AsOf(int pool) => _asOf[pool];

    /// <summary>Takes a pool's new state. Throws <see cref="ArgumentException"/> when it has another number of
    /// tokens.</summary>
    public void Update(int pool, Curve curve, long asOf)
    {
        ArgumentNullException.ThrowIfNull(curve);
        if (curve.TokenCount != _pools[pool].Tokens.Length)
        {
            throw new ArgumentException(
                $"The state has {curve.TokenCount} tokens, the pool {_pools[pool].Id} {_pools[pool].Tokens.Length}.");
        }

        _curves[pool] = curve;
        _hasNewReserves[pool] = false;
        _plainFeeKept[pool] = curve is ConstantProductCurve plain && HasPlainTokens(pool) ? FeeKept(plain) : 0;
        if (curve is ConstantProductCurve product)
        {
            TakeReserves(pool, FeeKept(product), (double)product.Reserve0, (double)product.Reserve1);
        }
        else if (curve is SolidlyVolatileCurve volatileCurve)
        {
            TakeReserves(
                pool,
                (double)(volatileCurve.FeeDenominator - volatileCurve.FeeNumerator) / volatileCurve.FeeDenominator,
                (double)volatileCurve.Reserve0, (double)volatileCurve.Reserve1);
        }
        else
        {
            for (var e = _firstEdge[pool]; e < _firstEdge[pool + 1]; e++)
            {
                var rate = curve.MarginalPrice(_edges[e].IndexIn, _edges[e].IndexOut) * _edges[e].Kept;
                _rate[e] = double.IsFinite(rate) && rate > 0 ? rate : 0;
                _curvature[e] = double.NaN;
                _profiles[e] = null;
                _isClosedForm[e] = false;
            }
        }

        Changed(pool, asOf);
    }

    /// <summary>
    /// Takes the new reserves of a constant-product pool; allocates nothing. Throws <see cref="ArgumentException"/>
    /// for a pool of another kind and <see cref="InvalidCurveException"/> for a reserve that no pair can hold.
    /// </summary>
    public void UpdateReserves(int pool, UInt256 reserve0, UInt256 reserve1, long asOf)
    {
        if (reserve0 > ConstantProductCurve.ReserveMax || reserve1 > ConstantProductCurve.ReserveMax)
        {
            throw new InvalidCurveException("reserves", $"{reserve0} or {reserve1} is above 2^112 - 1.");
        }

        var feeKept = _plainFeeKept[pool];
        if (feeKept > 0 && !reserve0.IsZero && !reserve1.IsZero)
        {
            var (r0, r1) = ((double)reserve0, (double)reserve1);
            var (perReserve0, perReserve1) = (feeKept / r0, feeKept / r1);
            var e = _firstEdge[pool];
            (_curvature[e], _curvature[e + 1]) = (perReserve0, perReserve1);
            (_rate[e], _rate[e + 1]) = (perReserve0 * r1, perReserve1 * r0);
        }
        else if (_curves[pool] is ConstantProductCurve product)
        {
            TakeReserves(pool, FeeKept(product), (double)reserve0, (double)reserve1);
        }
        else
        {
            throw new ArgumentException($"The pool {_pools[pool].Id} is not of constant product.", nameof(pool));
        }

        _reserves[2 * pool] = reserve0;
        _reserves[(2 * pool) + 1] = reserve1;
        _hasNewReserves[pool] = true;
        Changed(pool, asOf);
    }

    /// <summary>The edge that gives <paramref name="tokenOut"/> of a pool for <paramref name="tokenIn"/>, both numbers
    /// in the pool's order.</summary>
    internal int EdgeNumber(int pool, int tokenIn, int tokenOut) =>
        _firstEdge[pool] + (tokenIn * (_pools[pool].Tokens.Length - 1))
        + (tokenOut < tokenIn ? tokenOut : tokenOut - 1);

    /// <summary>The edges that take a token.</summary>
    internal ReadOnlySpan<int> EdgesFrom(int token) =>
        _edgesOfToken.AsSpan(_firstOfToken[token], _firstOfToken[token + 1] - _firstOfToken[token]);

    /// <summary>The edge of the same pool the other way round.</summary>
    internal int Reverse(int edge)
    {
        ref readonly var e = ref _edges[edge];
        return EdgeNumber(e.Pool, e.IndexOut, e.IndexIn);
    }

    internal ref readonly Edge EdgeAt(int edge) => ref _edges[edge];

    /// <summary>Whether rate and curvature are all there is to know about the edge.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsClosedForm(int edge) => _isClosedForm[edge];

    /// <summary>As <see cref="Curvatures"/>, but there where the edge's profile has to be made first.</summary>
    internal double CurvatureOf(int edge) =>
        double.IsNaN(_curvature[edge]) ? _curvature[edge] = ProfileOf(edge).InitialCurvature : _curvature[edge];

    /// <summary>The whole edge as pieces of constant product. Made when first asked for after an update.</summary>
    internal EdgeProfile ProfileOf(int edge)
    {
        if (_profiles[edge] is { } known)
        {
            return known;
        }

        if (_isClosedForm[edge])
        {
            // Not kept: it changes with every update, and whoever needs speed reads rate and curvature.
            return EdgeProfile.OfProduct(_rate[edge], _curvature[edge]);
        }

        ref readonly var e = ref _edges[edge];
        return _profiles[edge] = EdgeProfile.Of(_curves[e.Pool], e, _rate[edge]);
    }

    /// <summary>Puts a finer profile in place of the edge's.</summary>
    internal void Refine(int edge, EdgeProfile profile) => _profiles[edge] = profile;

    internal Curve CurveOf(int pool) => PoolAt(pool).Curve;

    /// <summary>What of one unit is left after the pool's own fee, for an infinitely small trade: γ.</summary>
    internal double FeeKept(int edge)
    {
        ref readonly var e = ref _edges[edge];
        var curve = CurveOf(e.Pool);
        return curve.MarginalPrice(e.IndexIn, e.IndexOut) / curve.SpotPrice(e.IndexIn, e.IndexOut);
    }

    /// <summary>The depth of the edge in the token it takes, as the virtual reserve of its first piece.</summary>
    internal double DepthIn(int edge)
    {
        var curvature = CurvatureOf(edge);
        return _rate[edge] > 0 && curvature > 0 ? FeeKept(edge) / curvature : 0;
    }

    private bool HasPlainTokens(int pool) => _edges[_firstEdge[pool]] is { KeptIn: 1, KeptOut: 1 };

    private static double FeeKept(ConstantProductCurve curve) =>
        (double)(curve.FeeDenominator - curve.FeeNumerator) / curve.FeeDenominator;

    private void TakeReserves(int pool, double feeKept, double reserve0, double reserve1)
    {
        var e = _firstEdge[pool];
        var isEmpty = reserve0 == 0 || reserve1 == 0;

        // In the order of UpdateReserves, so that both ways give the same to the last bit.
        var (perReserve0, perReserve1) = isEmpty ? (0, 0) : (feeKept / reserve0, feeKept / reserve1);
        _curvature[e] = perReserve0 * _edges[e].KeptIn;
        _curvature[e + 1] = perReserve1 * _edges[e + 1].KeptIn;
        _rate[e] = perReserve0 * reserve1 * _edges[e].Kept;
        _rate[e + 1] = perReserve1 * reserve0 * _edges[e + 1].Kept;
        _isClosedForm[e] = true;
        _isClosedForm[e + 1] = true;
        _profiles[e] = null;
        _profiles[e + 1] = null;
    }

    private void Changed(int pool, long asOf)
    {
        _asOf[pool] = asOf;
        Version++;
    }

    private (int[] First, int[] Edges) ByToken()
    {
        var first = new int[_tokens.Length + 1];
        foreach (var edge in _edges)
        {
            first[edge.TokenIn + 1]++;
        }

        for (var t = 0; t < _tokens.Length; t++)
        {
            first[t + 1] += first[t];
        }

        var next = first[..^1];
        var edges = new int[_edges.Length];
        for (var e = 0; e < _edges.Length; e++)
        {
            edges[next[_edges[e].TokenIn]++] = e;
        }

        return (first, edges);
    }

    private IEnumerable<Edge> EdgesOf(int pool)
    {
        var tokens = _pools[pool].Tokens;
        for (var i = 0; i < tokens.Length; i++)
        {
            for (var j = 0; j < tokens.Length; j++)
            {
                if (i != j)
                {
                    yield return new Edge(
                        pool, i, j, _tokenNumbers[tokens[i]], _tokenNumbers[tokens[j]],
                        1 - ((double)tokens[i].TransferFee.Value / FeePips.One),
                        1 - ((double)tokens[j].TransferFee.Value / FeePips.One));
                }
            }
        }
    }
}

/// <summary>One token of a pool given for another.</summary>
/// <param name="IndexIn">The taken token's number in the pool's order.</param>
/// <param name="TokenIn">The taken token's number in the market.</param>
/// <param name="KeptIn">What of a transfer of the taken token arrives: 1 but for fee-on-transfer tokens.</param>
/// <param name="KeptOut">The same of the given token.</param>
internal readonly record struct Edge(
    int Pool, int IndexIn, int IndexOut, int TokenIn, int TokenOut, double KeptIn, double KeptOut)
{
    public double Kept => KeptIn * KeptOut;
}
