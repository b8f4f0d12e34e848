using ActorTrade.Arbitrage.Markets;

namespace ActorTrade.Arbitrage.Cycles;

/// <summary>
/// Depth-first search of all simple cycles of exactly 2, then 3, then 4 hops, so that a bound cuts the longest ones.
/// A token from which the base cannot be reached in the hops that are left is not entered.
/// </summary>
internal sealed class CycleSearch
{
    private readonly PoolMarket _market;
    private readonly IReadOnlyList<int> _bases;
    private readonly CycleIndexOptions _options;
    private readonly int[][] _edgesFrom;
    private readonly bool[] _isClosed;
    private readonly int[] _path = new int[CycleIndex.HopsMax];
    private readonly int[] _hopsToBase;

    public CycleSearch(PoolMarket market, IReadOnlyList<int> bases, CycleIndexOptions options)
    {
        (_market, _bases, _options) = (market, bases, options);
        _isClosed = new bool[market.TokenCount];
        for (var t = 0; t < market.TokenCount; t++)
        {
            var token = market.TokenAt(t);
            _isClosed[t] = options.BlockedTokens.Contains(token)
                || (token.TransferFee.Value > 0 && !options.AllowsTransferFees);
        }

        _edgesFrom = UsableEdges.From(market, options, _isClosed);
        _hopsToBase = new int[market.TokenCount];
    }

    public List<int> Edges { get; } = [];

    public List<byte> Bases { get; } = [];

    public bool IsTruncated { get; private set; }

    public void Run()
    {
        for (var hops = 2; hops <= _options.HopsMax; hops++)
        {
            var closed = _isClosed.ToArray();
            for (var b = 0; b < _bases.Count && !IsTruncated; b++)
            {
                var token = _bases[b];
                if (closed[token])
                {
                    continue;
                }

                MeasureHops(token, closed);

                // Closed while on the path, and from then on for the bases that follow: those cycles are found.
                closed[token] = true;
                Extend(token, token, 0, hops, closed, b);
            }
        }
    }

    private void Extend(int token, int start, int depth, int hops, bool[] closed, int place)
    {
        var left = hops - depth;
        foreach (var edge in _edgesFrom[token])
        {
            var next = _market.EdgeAt(edge).TokenOut;
            if (left == 1 ? next != start : closed[next] || _hopsToBase[next] > left - 1)
            {
                continue;
            }

            if (IsPoolOnPath(_market.EdgeAt(edge).Pool, depth))
            {
                continue;
            }

            _path[depth] = edge;
            if (left == 1)
            {
                Keep(hops, place);
            }
            else
            {
                closed[next] = true;
                Extend(next, start, depth + 1, hops, closed, place);
                closed[next] = false;
            }

            if (IsTruncated)
            {
                return;
            }
        }
    }

    private bool IsPoolOnPath(int pool, int depth)
    {
        for (var i = 0; i < depth; i++)
        {
            if (_market.EdgeAt(_path[i]).Pool == pool)
            {
                return true;
            }
        }

        return false;
    }

    private void Keep(int hops, int place)
    {
        if (Bases.Count == _options.CyclesMax)
        {
            IsTruncated = true;
            return;
        }

        for (var i = 0; i < CycleIndex.HopsMax; i++)
        {
            Edges.Add(i < hops ? _path[i] : _market.NeutralEdge);
        }

        Bases.Add((byte)place);
    }

    // An edge u to v exists where v to u does, so the hops to the base are those from it.
    private void MeasureHops(int start, bool[] closed)
    {
        Array.Fill(_hopsToBase, int.MaxValue);
        _hopsToBase[start] = 0;
        var queue = new Queue<int>([start]);
        while (queue.TryDequeue(out var token) && _hopsToBase[token] < CycleIndex.HopsMax)
        {
            foreach (var edge in _edgesFrom[token])
            {
                var next = _market.EdgeAt(edge).TokenOut;
                if (_hopsToBase[next] == int.MaxValue && !closed[next])
                {
                    _hopsToBase[next] = _hopsToBase[token] + 1;
                    queue.Enqueue(next);
                }
            }
        }
    }
}
