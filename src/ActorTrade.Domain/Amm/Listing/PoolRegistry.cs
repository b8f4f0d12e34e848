using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.PoolFiles;

namespace ActorTrade.Domain.Amm.Listing;

/// <summary>What became of a pool or of a new state that the registry was told.</summary>
public enum RegistryOutcome
{
    Added,
    Updated,

    /// <summary>The registry has a newer state; this one was not taken.</summary>
    OlderThanKnown,

    /// <summary>No pool of this id was added before.</summary>
    UnknownPool,

    /// <summary>The curve has another number of tokens, or is of another kind, than the pool.</summary>
    OtherPool,

    /// <summary>
    /// A token is known with other decimals or another transfer fee. One of the two sources is wrong, and every price
    /// from it would be by a power of ten; the pool was not taken.
    /// </summary>
    TokenConflict,

    /// <summary>There are <see cref="PoolRegistry.PoolsMax"/> pools.</summary>
    Full,
}

/// <summary>
/// The pools and tokens that are known, over all chains: the newest state of each pool, when it was taken, and which
/// tokens only look the same. Tokens are kept apart by chain and address, pools by their id. Not for several threads at
/// once.
/// </summary>
/// <remarks>
/// Time is passed in. A state that is older than the known one is never taken, so late and repeated updates in any
/// order end with the same registry.
/// </remarks>
public sealed class PoolRegistry
{
    public const int PoolsMax = 1_000_000;

    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<ListedToken, ListedToken> _tokens = [];

    public int Count => _entries.Count;

    /// <summary>Every token of every pool, once.</summary>
    public IReadOnlyCollection<ListedToken> Tokens => _tokens.Keys;

    /// <summary>Adds a pool, or takes its state where it is known.</summary>
    public RegistryOutcome Put(ListedPool pool, DateTimeOffset updatedAt)
    {
        ArgumentNullException.ThrowIfNull(pool);
        if (_slots.TryGetValue(pool.Id, out var slot))
        {
            ref var known = ref CollectionsMarshal.AsSpan(_entries)[slot];
            return known.Pool.ChainId == pool.ChainId && known.Pool.Tokens.SequenceEqual(pool.Tokens)
                ? Update(ref known, pool.Curve, updatedAt)
                : RegistryOutcome.OtherPool;
        }

        if (pool.Tokens.Any(IsInConflict))
        {
            return RegistryOutcome.TokenConflict;
        }

        if (_entries.Count >= PoolsMax)
        {
            return RegistryOutcome.Full;
        }

        foreach (var token in pool.Tokens)
        {
            _tokens.TryAdd(token, token);
        }

        _slots.Add(pool.Id, _entries.Count);
        _entries.Add(new Entry(pool, updatedAt));
        return RegistryOutcome.Added;
    }

    /// <summary>The newest state of a known pool.</summary>
    public RegistryOutcome Update(string id, Curve curve, DateTimeOffset updatedAt)
    {
        ArgumentNullException.ThrowIfNull(curve);
        return _slots.TryGetValue(id, out var slot)
            ? Update(ref CollectionsMarshal.AsSpan(_entries)[slot], curve, updatedAt)
            : RegistryOutcome.UnknownPool;
    }

    /// <summary>The pool of an id in its newest state; null where there is none.</summary>
    public FiledPool? Find(string id) => _slots.TryGetValue(id, out var slot) ? _entries[slot].ToFiled() : null;

    /// <summary>Every pool in its newest state, in the order in which they were added.</summary>
    public IEnumerable<FiledPool> Pools() => _entries.Select(e => e.ToFiled());

    /// <summary>Takes a file's pools. Those without an instant count as taken at <paramref name="readAt"/>.</summary>
    /// <returns>The pools that were not taken, and why.</returns>
    public IReadOnlyList<(ListedPool Pool, RegistryOutcome Why)> Load(PoolFile file, DateTimeOffset readAt)
    {
        ArgumentNullException.ThrowIfNull(file);
        return
        [
            .. file.Pools.Select(p => (p.Pool, Why: Put(p.Pool, p.UpdatedAt ?? readAt)))
                .Where(p => p.Why is not (RegistryOutcome.Added or RegistryOutcome.Updated)),
        ];
    }

    /// <summary>
    /// Tokens of one symbol (without regard to case) that are different tokens, in the order of symbol, chain and
    /// address: bridged forms on one chain, and others that only bear the name.
    /// </summary>
    public IEnumerable<(string Symbol, ImmutableArray<ListedToken> Tokens)> Twins() =>
        _tokens.Keys.GroupBy(t => t.Symbol.ToUpperInvariant(), StringComparer.Ordinal)
            .Where(g => g.Count() > 1)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (g.Key, InOrder(g)));

    /// <summary>The tokens that a person may mean: one by its address, or all of a symbol.</summary>
    /// <param name="chainId">Null for those of every chain.</param>
    public ImmutableArray<ListedToken> TokensNamed(string addressOrSymbol, long? chainId = null) => InOrder(
        _tokens.Keys.Where(t => (chainId is null || t.ChainId == chainId)
            && (string.Equals(t.Address, addressOrSymbol, StringComparison.OrdinalIgnoreCase)
                || string.Equals(t.Symbol, addressOrSymbol, StringComparison.OrdinalIgnoreCase))));

    /// <summary>The pools that a filter lets through, the largest first; those of unknown value last.</summary>
    /// <param name="prices">What tokens are worth, as from <see cref="TokenPrices.Derive"/>.</param>
    /// <param name="now">Against which the age of a state is measured.</param>
    public IReadOnlyList<PoolListing> List(PoolFilter filter, TokenPrices prices, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(prices);
        return
        [
            .. _entries.Where(e => filter.Allows(e.Pool) && filter.AllowsAge(now - e.UpdatedAt))
                .Select(e => new PoolListing(e.Pool, e.UpdatedAt, now - e.UpdatedAt, prices.WorthOf(e.Pool)))
                .Where(p => filter.TvlMin is not { } min || p.Tvl >= min)
                .OrderByDescending(p => p.Tvl ?? -1).ThenBy(p => p.Pool.Id, StringComparer.Ordinal),
        ];
    }

    private static RegistryOutcome Update(ref Entry entry, Curve curve, DateTimeOffset updatedAt)
    {
        if (updatedAt < entry.UpdatedAt)
        {
            return RegistryOutcome.OlderThanKnown;
        }

        if (curve.GetType() != entry.Pool.Curve.GetType() || curve.TokenCount != entry.Pool.Tokens.Length)
        {
            return RegistryOutcome.OtherPool;
        }

        entry = new Entry(entry.Pool.With(curve), updatedAt);
        return RegistryOutcome.Updated;
    }

    private static ImmutableArray<ListedToken> InOrder(IEnumerable<ListedToken> tokens) =>
        [.. tokens.OrderBy(t => t.ChainId).ThenBy(t => t.Address, StringComparer.Ordinal)];

    private bool IsInConflict(ListedToken token) =>
        _tokens.TryGetValue(token, out var known)
        && (known.Decimals != token.Decimals || known.TransferFee != token.TransferFee);

    private readonly record struct Entry(ListedPool Pool, DateTimeOffset UpdatedAt)
    {
        public FiledPool ToFiled() => new(Pool, UpdatedAt);
    }
}
