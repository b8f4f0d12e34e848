using System.Collections.Immutable;
using ActorTrade.Arbitrage.Cycles;
using ActorTrade.Arbitrage.Markets;
using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Venues.Recorded;

namespace ActorTrade.Node.Replay;

/// <summary>
/// The recorded pools and all house pools in one graph. A house pool is what its journaled events say, a recorded pool
/// what its recorded events say. A token of the ledger and one of the chain with the same name count as one: their
/// decimals agree, since the house registers them as the chain has them.
/// </summary>
internal sealed class PoolsSideBySide
{
    // As many as a scanner takes.
    private const int BaseTokensMax = 255;

    private readonly IReadOnlyList<RecordedPool> _recorded;
    private readonly SortedDictionary<string, PoolState> _house = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _houseEvents = new(StringComparer.Ordinal);
    private readonly ScannedPools _pools;
    private readonly SortedSet<string> _changed = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _decimals;
    private readonly Dictionary<int, ArbitrageRoute> _routes = [];

    public PoolsSideBySide(IReadOnlyList<RecordedPool> recorded)
    {
        _recorded = recorded;
        _decimals = DecimalsOf(recorded.Select(r => r.Terms));

        // Recorded pools first, in an order that does not change.
        var places = recorded.Select((r, place) => (r.Id, place)).ToDictionary(r => r.Id, r => r.place);
        _pools = new ScannedPools(OptionsOf, Comparer<string>.Create((one, other) =>
            (places.GetValueOrDefault(one, int.MaxValue), places.GetValueOrDefault(other, int.MaxValue)) switch
            {
                var (a, b) when a != b => a.CompareTo(b),
                _ => string.CompareOrdinal(one, other),
            }));
    }

    /// <summary>Null until two pools have a state.</summary>
    public OpportunityScanner? Scanner => _pools.Scanner;

    public PoolMarket Market => Scanner!.Market;

    /// <summary>The token's decimals on its chain, of every token of a recorded pool.</summary>
    public static SortedDictionary<string, int> DecimalsOf(IEnumerable<UniswapV3Pool> pools)
    {
        var decimals = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var pool in pools)
        {
            decimals.TryAdd(pool.Token0, pool.Decimals0);
            decimals.TryAdd(pool.Token1, pool.Decimals1);
        }

        return decimals;
    }

    public RecordedPool? RecordedOf(string id) => _recorded.FirstOrDefault(r => r.Id == id);

    public PoolState? HouseOf(string id) => _house.GetValueOrDefault(id);

    public ArbitrageRoute RouteOf(int cycle) => _routes.TryGetValue(cycle, out var known)
        ? known
        : _routes[cycle] = new ArbitrageRoute(Market, Scanner!.HopsOf(cycle), RecordedOf);

    /// <summary>The decimals of a token of the ledger; those of a recorded pool stand.</summary>
    public void OnToken(Token.Event.Registered registered) =>
        _decimals.TryAdd(registered.Token.Value, registered.Decimals);

    public void OnHouse(string id, Pool.Event e)
    {
        if (e is Pool.Event.Created or Pool.Event.CurveCreated)
        {
            _house[id] = new PoolState(PoolId.Parse(id));
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
            _pools.Move(hop.Pool, pool.Curve.Apply(quote));
        }
    }

    /// <summary>Takes the changes into the graph.</summary>
    /// <param name="isNew">The graph was made anew: numbers of cycles and pools from before mean nothing now.</param>
    /// <returns>The cycles through changed pools; all of them when the graph was made anew.</returns>
    public IReadOnlyCollection<int> TakeChanges(DateTimeOffset now, out bool isNew)
    {
        isNew = false;
        if (_changed.Count == 0)
        {
            return [];
        }

        foreach (var id in _changed)
        {
            Relist(id);
        }

        _changed.Clear();
        var cycles = _pools.TakeChanges(now.ToUnixTimeMilliseconds(), out isNew);
        if (isNew)
        {
            _routes.Clear();
        }

        return cycles;
    }

    public IReadOnlyList<ArbitragePool> Report() =>
    [
        .. _recorded.Select(r => new ArbitragePool(
            r.Id, "recorded", r.Terms.Symbol.ToString(), r.Terms.FeePips, r.Events, r.Unusable, "concentrated")),
        .. _house.Select(h => new ArbitragePool(
            h.Key, "house", string.Join('/', h.Value.Tokens), h.Value.Fees.Total.Value, _houseEvents[h.Key], 0,
            h.Value.Curve?.Kind ?? "constant-product")),
    ];

    // A recorded pool without a state, or a house pool without liquidity, is not listed.
    private void Relist(string id)
    {
        if (RecordedOf(id) is { } recorded)
        {
            ImmutableArray<ListedToken> pair = [TokenOf(recorded.Terms.Token0), TokenOf(recorded.Terms.Token1)];
            List(id, pair, recorded.Curve, recorded.At);
        }
        else
        {
            var state = _house[id];
            ImmutableArray<ListedToken> tokens = state.Tokens.All(t => _decimals.ContainsKey(t.Value))
                ? [.. state.Tokens.Select(t => TokenOf(t.Value))]
                : [];
            var curve = tokens.Length > 0 && HousePoolCurve.TryOf(state.ToView(), out var known) ? known : null;
            List(id, tokens, curve, DateTimeOffset.MaxValue);
        }
    }

    private void List(string id, ImmutableArray<ListedToken> tokens, Curve? curve, DateTimeOffset at)
    {
        if (curve is null)
        {
            _pools.Remove(id);
        }
        else
        {
            _pools.Set(new ListedPool(id, 0, tokens, curve), at.ToUnixTimeMilliseconds());
        }
    }

    // Gas is counted by who takes: it does not change the best size. What tokens are worth is, too: a whole one counts
    // as any other, so that nothing is left out for want of a price.
    private ScanOptions OptionsOf(IReadOnlyList<ListedPool> pools)
    {
        ListedToken[] bases =
        [
            .. _recorded.Select(r => r.Terms.Symbol.Quote)
                .Concat(_recorded.Select(r => r.Terms.Symbol.Base))
                .Concat(pools.SelectMany(p => p.Tokens).Select(t => t.Symbol).Order(StringComparer.Ordinal))
                .Distinct().Take(BaseTokensMax).Select(TokenOf),
        ];
        return new ScanOptions
        {
            BaseTokens = bases,
            NativePerUnit = bases.ToDictionary(t => t, t => Math.Pow(10, -t.Decimals.Value)),
            Cycles = new CycleIndexOptions { HopsMax = 4, ParallelPoolsMax = int.MaxValue },
        };
    }

    private ListedToken TokenOf(string code) =>
        ListedToken.OfLedger(TokenId.Parse(code), new TokenDecimals(_decimals[code]));
}
