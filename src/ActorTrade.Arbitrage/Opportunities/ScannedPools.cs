using ActorTrade.Arbitrage.Markets;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;

namespace ActorTrade.Arbitrage.Opportunities;

/// <summary>
/// Pools that come, change and go, under one scanner. A changed pool is changed in place and asks only for its own
/// cycles; the graph is made anew where a pool came or went, or where one changed that could not be traded when the
/// graph was made.
/// </summary>
/// <remarks>Not thread-safe, as the market it keeps.</remarks>
/// <param name="optionsOf">What to scan for in these pools; asked each time the graph is made.</param>
/// <param name="order">Of the pools' ids in the graph, and so of its numbers; ordinal where null.</param>
public sealed class ScannedPools(
    Func<IReadOnlyList<ListedPool>, ScanOptions> optionsOf, IComparer<string>? order = null)
{
    private readonly SortedDictionary<string, (ListedPool Pool, long AsOf)> _pools =
        new(order ?? StringComparer.Ordinal);

    private readonly SortedSet<string> _changed = new(order ?? StringComparer.Ordinal);
    private readonly HashSet<string> _unusable = new(StringComparer.Ordinal);
    private bool _isOther;

    /// <summary>Null until two pools are there.</summary>
    public OpportunityScanner? Scanner { get; private set; }

    /// <summary>Takes a pool's state; seen by the scanner after <see cref="TakeChanges"/>.</summary>
    /// <param name="asOf">When it was so, in the caller's unit.</param>
    public void Set(ListedPool pool, long asOf)
    {
        ArgumentNullException.ThrowIfNull(pool);
        _isOther |= !_pools.TryGetValue(pool.Id, out var known) || !known.Pool.Tokens.SequenceEqual(pool.Tokens);
        _pools[pool.Id] = (pool, asOf);
        _changed.Add(pool.Id);
    }

    /// <summary>Forgets a pool; nothing where there is none of this id.</summary>
    public void Remove(string id)
    {
        _isOther |= _pools.Remove(id);
        _changed.Remove(id);
    }

    /// <summary>Takes what was set and removed into the graph.</summary>
    /// <param name="isNew">The graph was made anew: numbers of cycles and pools from before mean nothing now.</param>
    /// <returns>The cycles through changed pools; all of them when the graph was made anew, none where fewer than two
    /// pools are left.</returns>
    public IReadOnlyCollection<int> TakeChanges(long now, out bool isNew)
    {
        if (_pools.Count < 2)
        {
            isNew = Scanner is not null;
            Scanner = null;
            return [];
        }

        isNew = Scanner is null || _isOther || _unusable.Overlaps(_changed);
        if (isNew)
        {
            MakeGraph(now);
        }

        var cycles = new SortedSet<int>();
        var numbers = new List<int>(_changed.Count);
        foreach (var id in _changed)
        {
            var (pool, asOf) = _pools[id];
            var number = Scanner!.Market.PoolNumberOf(id);
            Scanner.Market.Update(number, pool.Curve, asOf);
            numbers.Add(number);
            cycles.UnionWith(Scanner.Cycles.CyclesOf(number).ToArray());
        }

        Scanner!.Refresh([.. numbers]);
        _changed.Clear();
        return cycles;
    }

    /// <summary>Puts a pool into a state in place, until it is set anew.</summary>
    public void Move(int pool, Curve after)
    {
        var market = Scanner!.Market;
        market.Update(pool, after, market.AsOf(pool));
        Scanner.Refresh(pool);
        var listed = market.PoolAt(pool);
        _pools[listed.Id] = (listed, market.AsOf(pool));
    }

    private void MakeGraph(long now)
    {
        ListedPool[] pools = [.. _pools.Values.Select(p => p.Pool)];
        var market = new PoolMarket(pools, now);
        Scanner = new OpportunityScanner(market, optionsOf(pools));
        _changed.UnionWith(_pools.Keys);
        _isOther = false;

        // The index leaves out what has no depth, such as a pool whose price stands on the border of its known ticks;
        // it asks in this direction.
        _unusable.Clear();
        for (var e = 0; e < market.EdgeCount; e++)
        {
            ref readonly var edge = ref market.EdgeAt(e);
            if (edge.TokenIn < edge.TokenOut && !(market.DepthIn(e) > 0))
            {
                _unusable.Add(pools[edge.Pool].Id);
            }
        }
    }
}
