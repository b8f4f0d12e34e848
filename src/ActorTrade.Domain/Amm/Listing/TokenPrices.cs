using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Listing;

/// <summary>What a token is worth, and by what.</summary>
/// <param name="Value">Of one whole token, in whole reference tokens.</param>
/// <param name="Depth">The least value, in reference tokens, of what a pool on the way to the reference holds on its
/// priced side: so much it would take to move this price far. Infinite of a reference itself.</param>
/// <param name="Hops">Pools between the token and a reference; 0 of a reference itself.</param>
/// <param name="PoolId">The pool nearest to the token; null of a reference itself.</param>
/// <param name="IsSpot">Some pool on the way has no time-weighted price and gave that of the moment, which one trade
/// moves.</param>
/// <param name="Age">Since the price of any pool on the way last changed: the longest, of those with a time-weighted
/// price.</param>
/// <param name="Confidence">The product of those of the time-weighted prices on the way; 1 where there is none.</param>
public readonly record struct TokenPrice(
    double Value,
    double Depth,
    int Hops,
    string? PoolId,
    bool IsSpot = false,
    TimeSpan Age = default,
    double Confidence = 1);

/// <summary>A pool's time-weighted price.</summary>
/// <param name="Price">Base units of token 1 for one of token 0; above zero.</param>
public readonly record struct PoolMean(double Price, TimeSpan Age, double Confidence);

/// <summary>What something is worth, and how well that is known.</summary>
/// <param name="Value">In whole reference tokens.</param>
/// <param name="IsSpot">Some part of it is priced by the price of a moment.</param>
/// <param name="Age">Of the oldest time-weighted price in it.</param>
/// <param name="Confidence">Of the least certain part.</param>
public readonly record struct Worth(double Value, bool IsSpot, TimeSpan Age, double Confidence)
{
    public static Worth Nothing { get; } = new(0, false, TimeSpan.Zero, 1);

    /// <summary>With so many whole tokens of a price more.</summary>
    public Worth Plus(double amount, in TokenPrice price) =>
        Plus(new Worth(amount * price.Value, price.IsSpot, price.Age, price.Confidence));

    public Worth Plus(in Worth other) => new(
        Value + other.Value,
        IsSpot || other.IsSpot,
        Age > other.Age ? Age : other.Age,
        Math.Min(Confidence, other.Confidence));
}

/// <summary>
/// Prices of tokens in one reference unit, by the time-weighted prices of pools where these are known, else by those of
/// the moment, and marked so. For display, filters and order, never for
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
    /// <param name="means">Time-weighted prices by the pool's id, between its tokens 0 and 1.</param>
    public static TokenPrices Derive(
        IReadOnlyCollection<ListedPool> pools,
        IEnumerable<KeyValuePair<ListedToken, double>> references,
        double depthMin = 0,
        int hopsMax = HopsMaxDefault,
        IReadOnlyDictionary<string, PoolMean>? means = null)
    {
        ArgumentNullException.ThrowIfNull(pools);
        ArgumentNullException.ThrowIfNull(references);
        var search = new WidestPaths(pools, depthMin, hopsMax, means ?? new Dictionary<string, PoolMean>());
        foreach (var (token, value) in references)
        {
            search.Settle(token, new TokenPrice(value, double.PositiveInfinity, Hops: 0, PoolId: null));
        }

        return new TokenPrices(search.Run());
    }

    /// <summary>What a pool holds, in reference tokens; null where one of its tokens has no price.</summary>
    public double? ValueOf(ListedPool pool) => WorthOf(pool)?.Value;

    /// <summary>The same, with how well it is known.</summary>
    public Worth? WorthOf(ListedPool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        var sum = Worth.Nothing;
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

            sum = sum.Plus(Units.ToDoubleLossy(balance, pool.Tokens[i].Decimals), price);
        }

        return sum;
    }

    /// <summary>Settles tokens in the order of their depth, as Dijkstra's search does with distances.</summary>
    private sealed class WidestPaths(
        IReadOnlyCollection<ListedPool> pools,
        double depthMin,
        int hopsMax,
        IReadOnlyDictionary<string, PoolMean> means)
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
                var (price, mean) = PriceOf(
                    way.Pool, way.Pool.IndexOf(way.To.Address), way.Pool.IndexOf(way.From.Address));
                var value = price * Math.Pow(10, way.To.Decimals - way.From.Decimals) * from.Value;
                if (double.IsFinite(value) && value > 0)
                {
                    Settle(way.To, new TokenPrice(
                        value,
                        way.Depth,
                        from.Hops + 1,
                        way.Pool.Id,
                        from.IsSpot || mean is null,
                        mean is { } m && m.Age > from.Age ? m.Age : from.Age,
                        from.Confidence * (mean?.Confidence ?? 1)));
                }
            }

            return _settled;
        }

        // Of one token in another; the mean is null where there is but the price of the moment.
        private (double Price, PoolMean? Mean) PriceOf(ListedPool pool, int of, int into) =>
            means.TryGetValue(pool.Id, out var mean) && (of, into) is (0, 1) or (1, 0)
                ? (of == 0 ? mean.Price : 1 / mean.Price, mean)
                : (pool.Curve.SpotPrice(of, into), null);
    }
}
