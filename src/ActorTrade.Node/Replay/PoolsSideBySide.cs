using System.Collections.Immutable;
using ActorTrade.Arbitrage.Cycles;
using ActorTrade.Arbitrage.Markets;
using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Venues.Recorded;

namespace ActorTrade.Node.Replay;

/// <summary>
/// The recorded pools, and the house pools of the same pairs, in one graph. A house pool is what its journaled events
/// say, a recorded pool what its recorded events say. A token of the ledger and one of the chain with the same name
/// count as one: their decimals agree, since the house registers them as the chain has them.
/// </summary>
internal sealed class PoolsSideBySide(IReadOnlyList<RecordedPool> recorded)
{
    private readonly SortedDictionary<string, PoolState> _house = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _houseEvents = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _changed = new(StringComparer.Ordinal);
    private string[] _ids = [];

    /// <summary>Null until two pools of one pair have a state.</summary>
    public OpportunityScanner? Scanner { get; private set; }

    public PoolMarket Market => Scanner!.Market;

    public IReadOnlyList<RecordedPool> Recorded => recorded;

    /// <summary>The token's decimals on its chain, of every token of a recorded pool.</summary>
    public static IReadOnlyDictionary<string, int> DecimalsOf(IEnumerable<UniswapV3Pool> pools)
    {
        var decimals = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var pool in pools)
        {
            decimals.TryAdd(pool.Token0, pool.Decimals0);
            decimals.TryAdd(pool.Token1, pool.Decimals1);
        }

        return decimals;
    }

    public RecordedPool? RecordedOf(string id) => recorded.FirstOrDefault(r => r.Id == id);

    public PoolState? HouseOf(string id) => _house.GetValueOrDefault(id);

    /// <summary>An event of a house pool; of pools without a recorded one of their pair it is ignored.</summary>
    public void OnHouse(string id, Pool.Event e)
    {
        if (e is Pool.Event.Created created && recorded.Any(r => IsPairOf(r.Terms, created)))
        {
            _house[id] = new PoolState(created.Pool);
        }

        if (_house.TryGetValue(id, out var state))
        {
            _house[id] = state.Evolve(e);
            _houseEvents[id] = _houseEvents.GetValueOrDefault(id) + 1;
            _changed.Add(id);
        }
    }

    public void OnRecorded(RecordedPool pool) => _changed.Add(pool.Id);

    /// <summary>Moves a recorded pool by a trade that the recording does not have, until its next event.</summary>
    public void Move(CycleHop hop, UInt256 amountIn)
    {
        var pool = Market.PoolAt(hop.Pool);
        if (pool.Curve.QuoteExactIn(hop.TokenIn, hop.TokenOut, amountIn, out var quote) == Domain.Amm.QuoteError.None)
        {
            Market.Update(hop.Pool, pool.Curve.Apply(quote), Market.AsOf(hop.Pool));
            Scanner!.Refresh(hop.Pool);
        }
    }

    /// <summary>Takes the changes into the graph.</summary>
    /// <returns>The cycles through changed pools; all of them when pools came or went.</returns>
    public IReadOnlyList<int> TakeChanges(DateTimeOffset now)
    {
        if (_changed.Count == 0)
        {
            return [];
        }

        var pools = Listed();

        var ids = pools.Select(p => p.Pool.Id).ToArray();
        if (pools.Count >= 2 && !ids.SequenceEqual(_ids))
        {
            _changed.UnionWith(ids);
            Scanner = new OpportunityScanner(
                new PoolMarket(pools.Select(p => p.Pool), now.ToUnixTimeMilliseconds()), OptionsOf());

            // A pool whose price stands on the border of its known ticks is left out of the index: once more, then.
            _ids = ids.All(id => Scanner.Cycles.CyclesOf(Market.PoolNumberOf(id)).Length > 0) ? ids : [];
        }

        if (pools.Count < 2 || Scanner is null)
        {
            return [];
        }

        var cycles = new SortedSet<int>();
        foreach (var (pool, at) in pools.Where(p => _changed.Contains(p.Pool.Id)))
        {
            var number = Market.PoolNumberOf(pool.Id);
            Market.Update(number, pool.Curve, at.ToUnixTimeMilliseconds());
            Scanner.Refresh(number);
            cycles.UnionWith(Scanner.Cycles.CyclesOf(number).ToArray());
        }

        _changed.Clear();
        return [.. cycles];
    }

    public IReadOnlyList<ArbitragePool> Report() =>
    [
        .. recorded.Select(r => new ArbitragePool(
            r.Id, "recorded", r.Terms.Symbol.ToString(), r.Terms.FeePips, r.Events, r.Unusable)),
        .. _house.Select(h => new ArbitragePool(
            h.Key, "house", $"{h.Value.Terms!.Token0}/{h.Value.Terms.Token1}", h.Value.Fees.Total.Value,
            _houseEvents[h.Key], 0)),
    ];

    private static bool IsPairOf(UniswapV3Pool terms, Pool.Event.Created pool) =>
        (pool.Token0.Value == terms.Token0 && pool.Token1.Value == terms.Token1)
        || (pool.Token0.Value == terms.Token1 && pool.Token1.Value == terms.Token0);

    // Pools whose state is known, recorded ones first; each in an order that does not change.
    private List<(ListedPool Pool, DateTimeOffset At)> Listed()
    {
        var decimals = DecimalsOf(recorded.Select(r => r.Terms));
        ListedToken TokenOf(string code) => new(0, code, code, new TokenDecimals(decimals[code]));
        var pools = new List<(ListedPool, DateTimeOffset)>();
        foreach (var pool in recorded.Where(r => r.Curve is not null))
        {
            ImmutableArray<ListedToken> tokens = [TokenOf(pool.Terms.Token0), TokenOf(pool.Terms.Token1)];
            pools.Add((new ListedPool(pool.Id, 0, tokens, pool.Curve!), pool.At));
        }

        foreach (var (id, state) in _house.Where(h => !h.Value.TotalShares.IsZero && IsWithinBounds(h.Value)))
        {
            var fee = (uint)state.Fees.Total.Value;
            var curve = new ConstantProductCurve(state.Reserve0, state.Reserve1, fee, FeePips.One);
            ImmutableArray<ListedToken> tokens =
                [TokenOf(state.Terms!.Token0.Value), TokenOf(state.Terms.Token1.Value)];
            pools.Add((new ListedPool(id, 0, tokens, curve), DateTimeOffset.MaxValue));
        }

        return pools;
    }

    private static bool IsWithinBounds(PoolState state) =>
        state.Reserve0 <= ConstantProductCurve.ReserveMax && state.Reserve1 <= ConstantProductCurve.ReserveMax;

    // Gas is counted by who takes: it does not change the best size.
    private ScanOptions OptionsOf()
    {
        var decimals = DecimalsOf(recorded.Select(r => r.Terms));
        return new ScanOptions
        {
            BaseTokens =
            [
                .. recorded.Select(r => r.Terms.Symbol.Quote).Distinct()
                    .Select(q => new ListedToken(0, q, q, new TokenDecimals(decimals[q]))),
            ],
            Cycles = new CycleIndexOptions { HopsMax = 2, ParallelPoolsMax = int.MaxValue },
        };
    }
}
