using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Listing;

/// <summary>What a token is worth, and by what.</summary>
/// <param name="Value">Of one whole token, in whole reference tokens.</param>
/// <param name="Depth">The least value, in reference tokens, of what a pool on the way to the reference holds on its
/// priced side: so much it would take to move this price far. Infinite of a reference itself.</param>
/// <param name="Hops">Pools between the token and a reference; 0 of a reference itself.</param>
/// <param name="PoolId">The pool nearest to the token; null of a reference itself.</param>
public readonly record struct TokenPrice(double Value, double Depth, int Hops, string? PoolId);

/// <summary>
/// Prices of tokens in one reference unit, by the spot prices of pools. For display, filters and order, never for
/// money: doubles, and as easy to move as the pools they come from, which is why each says its depth.
/// </summary>
public sealed class TokenPrices
{
    public const int HopsMaxDefault = 4;

    private readonly Dictionary<ListedToken, TokenPrice> _prices;

    /// <summary>Prices that are known from elsewhere, such as an oracle.</summary>
    public TokenPrices(IEnumerable<KeyValuePair<ListedToken, TokenPrice>> prices) => _prices = new(prices);

    public static TokenPrices None { get; } = new([]);

    public int Count => _prices.Count;

    public TokenPrice? Of(ListedToken token) => _prices.TryGetValue(token, out var price) ? price : null;

    /// <summary>
    /// Prices along the deepest way: among all paths of pools from a token to a reference, the one whose shallowest
    /// pool is the deepest (a widest-path search). So a small pool with an absurd price says nothing about a token that
    /// a large one trades, and a token that only small pools trade has a price of small depth.
    /// </summary>
    /// <param name="references">Tokens of known worth, as one dollar for dollar tokens.</param>
    /// <param name="depthMin">In reference tokens: shallower pools price nothing.</param>
    public static TokenPrices Derive(
        IReadOnlyCollection<ListedPool> pools,
        IEnumerable<KeyValuePair<ListedToken, double>> references,
        double depthMin = 0,
        int hopsMax = HopsMaxDefault)
    {
        ArgumentNullException.ThrowIfNull(pools);
        ArgumentNullException.ThrowIfNull(references);
        var search = new WidestPaths(pools, depthMin, hopsMax);
        foreach (var (token, value) in references)
        {
            search.Settle(token, new TokenPrice(value, double.PositiveInfinity, Hops: 0, PoolId: null));
        }

        return new TokenPrices(search.Run());
    }

    /// <summary>What a pool holds, in reference tokens; null where one of its tokens has no price.</summary>
    public double? ValueOf(ListedPool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        double sum = 0;
        for (var i = 0; i < pool.Tokens.Length; i++)
        {
            var balance = PoolBalances.Of(pool.Curve, i);
            if (balance.IsZero)
            {
                continue;
            }

            if (Of(pool.Tokens[i]) is not { } price)
            {
                return null;
            }

            sum += Units.ToDoubleLossy(balance, pool.Tokens[i].Decimals) * price.Value;
        }

        return sum;
    }

    /// <summary>Settles tokens in the order of their depth, as Dijkstra's search does with distances.</summary>
    private sealed class WidestPaths(IReadOnlyCollection<ListedPool> pools, double depthMin, int hopsMax)
    {
        private readonly ILookup<ListedToken, ListedPool> _poolsOf =
            pools.SelectMany(p => p.Tokens, (pool, token) => (pool, token)).ToLookup(p => p.token, p => p.pool);

        private readonly Dictionary<ListedToken, TokenPrice> _settled = [];

        // Deepest first; equals by the pool's id, so that the same pools give the same prices.
        private readonly PriorityQueue<(ListedPool Pool, ListedToken From, ListedToken To, double Depth),
            (double Depth, string Pool, string Token)> _open = new(
            Comparer<(double Depth, string Pool, string Token)>.Create((a, b) =>
                a.Depth != b.Depth ? b.Depth.CompareTo(a.Depth)
                : string.CompareOrdinal(a.Pool, b.Pool) is var byPool and not 0 ? byPool
                : string.CompareOrdinal(a.Token, b.Token)));

        public void Settle(ListedToken token, TokenPrice price)
        {
            if (!_settled.TryAdd(token, price) || price.Hops >= hopsMax)
            {
                return;
            }

            foreach (var pool in _poolsOf[token])
            {
                var held = Units.ToDoubleLossy(
                    PoolBalances.Of(pool.Curve, pool.IndexOf(token.Address)), token.Decimals) * price.Value;
                var depth = Math.Min(price.Depth, held);
                if (!(depth > 0) || depth < depthMin)
                {
                    continue;
                }

                foreach (var other in pool.Tokens.Where(t => !_settled.ContainsKey(t)))
                {
                    _open.Enqueue((pool, token, other, depth), (depth, pool.Id, other.Address));
                }
            }
        }

        public Dictionary<ListedToken, TokenPrice> Run()
        {
            while (_open.TryDequeue(out var way, out _))
            {
                if (_settled.ContainsKey(way.To))
                {
                    continue;
                }

                var from = _settled[way.From];
                var spot = way.Pool.Curve.SpotPrice(
                    way.Pool.IndexOf(way.To.Address), way.Pool.IndexOf(way.From.Address));
                var value = spot * Math.Pow(10, way.To.Decimals - way.From.Decimals) * from.Value;
                if (double.IsFinite(value) && value > 0)
                {
                    Settle(way.To, new TokenPrice(value, way.Depth, from.Hops + 1, way.Pool.Id));
                }
            }

            return _settled;
        }
    }
}
