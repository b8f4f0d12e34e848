using System.Collections.Immutable;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Execution.Pools;

/// <summary>The latest known state of one pool of the ledger, of whatever kind; amounts in base units.</summary>
/// <param name="Tokens">In the pool's order.</param>
/// <param name="Curve">What the pool does, to the unit, as whoever trades with it sees it; null while it cannot be
/// traded.</param>
/// <param name="SequenceNr">Of the pool's event after which this was so; a newer one replaces it.</param>
public sealed record PoolQuote(PoolId Pool, ImmutableArray<TokenId> Tokens, Curve? Curve, long SequenceNr)
{
    public bool Has(TokenId token) => Tokens.Contains(token);

    /// <summary>What the pool gives for an exact input, rounded down; zero where it cannot quote.</summary>
    public UInt256 AmountOut(TokenId tokenIn, TokenId tokenOut, UInt256 amountIn) =>
        Curve is not null
        && Curve.QuoteExactIn(Tokens.IndexOf(tokenIn), Tokens.IndexOf(tokenOut), amountIn, out var quote)
            == QuoteError.None
        && quote.Leftover.IsZero
            ? quote.AmountOut
            : default;
}

/// <summary>
/// The latest quotes of all pools. Immutable, so that the feed of pool events hands it to every bot without a copy. It
/// may lag behind the pools: what is traded on it carries a least amount out, and the pool has the last word.
/// </summary>
public sealed class PoolBook
{
    /// <summary>More pools are refused.</summary>
    public const int PoolsMax = 10_000;

    private readonly ImmutableSortedDictionary<PoolId, PoolQuote> _pools;

    private PoolBook(ImmutableSortedDictionary<PoolId, PoolQuote> pools, long version) =>
        (_pools, Version) = (pools, version);

    public static PoolBook Empty { get; } = new(ImmutableSortedDictionary<PoolId, PoolQuote>.Empty, 0);

    /// <summary>Rises with every change.</summary>
    public long Version { get; }

    public int Count => _pools.Count;

    /// <summary>In the order of their ids.</summary>
    public IEnumerable<PoolQuote> Pools => _pools.Values;

    /// <summary>The book with this quote; the same book where it knows the pool as new or newer.</summary>
    /// <exception cref="InvalidOperationException">There are <see cref="PoolsMax"/>
    /// pools and this is another.</exception>
    public PoolBook With(PoolQuote quote)
    {
        ArgumentNullException.ThrowIfNull(quote);
        if (_pools.TryGetValue(quote.Pool, out var known))
        {
            return known.SequenceNr >= quote.SequenceNr
                ? this
                : new PoolBook(_pools.SetItem(quote.Pool, quote), Version + 1);
        }

        return _pools.Count < PoolsMax
            ? new PoolBook(_pools.Add(quote.Pool, quote), Version + 1)
            : throw new InvalidOperationException($"The pool book holds {PoolsMax} pools.");
    }

    public PoolQuote? Find(PoolId pool) => _pools.GetValueOrDefault(pool);

    /// <summary>The pools that have both tokens of a pair, in the order of their ids.</summary>
    public IEnumerable<PoolQuote> OfPair(TokenId a, TokenId b) => _pools.Values.Where(p => p.Has(a) && p.Has(b));
}
