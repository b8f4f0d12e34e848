using System.Runtime.CompilerServices;
using ActorTrade.Arbitrage.Markets;

namespace ActorTrade.Arbitrage.Cycles;

/// <summary>
/// The simple cycles of 2 to 4 hops through a set of base tokens, found once, in flat arrays; and for each pool the
/// cycles it is in, so that its change asks for these alone. No pool and no token stands twice in a cycle.
/// </summary>
/// <remarks>
/// A cycle is kept once: it starts at the first, in the order given, of the base tokens it passes. The two directions
/// are two cycles. Each takes four edge numbers, the missing ones being the market's neutral edge, so that every cycle
/// is read alike.
/// </remarks>
public sealed class CycleIndex
{
    public const int HopsMax = 4;

    private readonly PoolMarket _market;
    private readonly int[] _edges;
    private readonly byte[] _base;
    private readonly int[] _firstOfPool;
    private readonly int[] _cyclesOfPool;

    private CycleIndex(PoolMarket market, int[] edges, byte[] bases, bool isTruncated)
    {
        (_market, _edges, _base, IsTruncated) = (market, edges, bases, isTruncated);
        (_firstOfPool, _cyclesOfPool) = Invert();
    }

    public int Count => _base.Length;

    /// <summary>The search ended at its bound: there are cycles that are not here, the longest first.</summary>
    public bool IsTruncated { get; }

    /// <param name="baseTokens">Numbers of the tokens in which profit is wanted, at most 255.</param>
    public static CycleIndex Build(PoolMarket market, IReadOnlyList<int> baseTokens, CycleIndexOptions options)
    {
        ArgumentNullException.ThrowIfNull(market);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(baseTokens.Count, byte.MaxValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.HopsMax, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.HopsMax, HopsMax);
        var search = new CycleSearch(market, baseTokens, options);
        search.Run();
        return new CycleIndex(market, [.. search.Edges], [.. search.Bases], search.IsTruncated);
    }

    /// <summary>The cycles a pool is in.</summary>
    public ReadOnlySpan<int> CyclesOf(int pool) =>
        _cyclesOfPool.AsSpan(_firstOfPool[pool], _firstOfPool[pool + 1] - _firstOfPool[pool]);

    /// <summary>Which of the base tokens, by its place in the list, the cycle starts and ends at.</summary>
    public int BaseOf(int cycle) => _base[cycle];

    /// <summary>The cycle's edges, without the neutral ones.</summary>
    internal ReadOnlySpan<int> EdgesOf(int cycle)
    {
        var edges = _edges.AsSpan(cycle * HopsMax, HopsMax);
        var length = HopsMax;
        while (edges[length - 1] == _market.NeutralEdge)
        {
            length--;
        }

        return edges[..length];
    }

    /// <summary>The cycle's four edges, neutral ones among them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadOnlySpan<int> FourEdgesOf(int cycle) => _edges.AsSpan(cycle * HopsMax, HopsMax);

    private (int[] First, int[] Cycles) Invert()
    {
        var first = new int[_market.PoolCount + 1];
        foreach (var edge in _edges)
        {
            if (edge != _market.NeutralEdge)
            {
                first[_market.EdgeAt(edge).Pool + 1]++;
            }
        }

        for (var p = 0; p < _market.PoolCount; p++)
        {
            first[p + 1] += first[p];
        }

        var next = first[..^1];
        var cycles = new int[first[^1]];
        for (var i = 0; i < _edges.Length; i++)
        {
            if (_edges[i] != _market.NeutralEdge)
            {
                cycles[next[_market.EdgeAt(_edges[i]).Pool]++] = i / HopsMax;
            }
        }

        return (first, cycles);
    }
}
