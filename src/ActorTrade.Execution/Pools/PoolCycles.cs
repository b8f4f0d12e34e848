using System.Collections.Immutable;
using ActorTrade.Arbitrage.Cycles;
using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Execution.Pools;

/// <summary>A route through pools that returns to its first token, and what an input brings there by the pools' own
/// integer mathematics.</summary>
/// <param name="AmountIn">Base units of the token it begins and ends with.</param>
/// <param name="AmountOut">More than <paramref name="AmountIn"/>.</param>
public sealed record PoolCycle(SwapHop[] Route, UInt256 AmountIn, UInt256 AmountOut)
{
    public TokenId Start => Route[0].TokenIn;

    public UInt256 Profit => AmountOut - AmountIn;

    /// <summary>Such as "USD→EUR→BTC→USD".</summary>
    public string Name => string.Join('→', Route.Select(h => h.TokenIn).Append(Start));
}

/// <summary>The token a cycle may begin and end with, and how much of it may be put in.</summary>
/// <param name="AmountInMax">Base units.</param>
public sealed record CycleStart(TokenId Token, TokenDecimals Decimals, UInt256 AmountInMax);

/// <summary>
/// The cycles of two to four pools that gain, of every curve, kept up with the pool book: what changed there is changed
/// in the graph, and asks for its own cycles only.
/// </summary>
/// <remarks>A whole token of one start counts as one of any other. Sizes are searched in doubles and replayed in
/// integers (<see cref="OpportunityScanner"/>), so nothing is told that does not gain there. One reader.</remarks>
public sealed class PoolCycles
{
    // Of the longest, those found last are left out; far more than pools of a house make.
    private const int CyclesMax = 100_000;

    private readonly ScannedPools _pools;
    private readonly Dictionary<PoolId, PoolQuote> _seen = [];
    private long _versionSeen = -1;

    /// <param name="starts">The preferred first.</param>
    public PoolCycles(IReadOnlyList<CycleStart> starts)
    {
        ArgumentNullException.ThrowIfNull(starts);
        var tokens = starts.ToDictionary(s => ListedToken.OfLedger(s.Token, s.Decimals));
        var options = new ScanOptions
        {
            BaseTokens = [.. tokens.Keys],
            NativePerUnit = tokens.Keys.ToDictionary(t => t, t => Math.Pow(10, -t.Decimals.Value)),
            InputMax = tokens.ToDictionary(t => t.Key, t => t.Value.AmountInMax),
            Cycles = new CycleIndexOptions { HopsMax = Account.RouteHopsMax, CyclesMax = CyclesMax },
        };
        _pools = new ScannedPools(_ => options);
    }

    /// <summary>What gains most in the book's state, the best first.</summary>
    public IEnumerable<PoolCycle> Best(PoolBook book, int count)
    {
        ArgumentNullException.ThrowIfNull(book);
        if (book.Version != _versionSeen)
        {
            Take(book);
        }

        return _pools.Scanner is { } scanner ? scanner.Best(count).Select(CycleOf) : [];
    }

    private static PoolCycle CycleOf(Opportunity found) => new(
        [
            .. found.Hops.Select(h => new SwapHop(
                PoolId.Parse(h.Pool.Id), TokenId.Parse(h.TokenIn.Symbol), TokenId.Parse(h.TokenOut.Symbol))),
        ],
        found.AmountIn,
        found.AmountOut);

    private void Take(PoolBook book)
    {
        _versionSeen = book.Version;
        foreach (var quote in book.Pools)
        {
            if (_seen.TryGetValue(quote.Pool, out var known) && ReferenceEquals(known, quote))
            {
                continue;
            }

            _seen[quote.Pool] = quote;
            if (quote.Curve is { } curve)
            {
                // Of decimals only those of the starts matter.
                ImmutableArray<ListedToken> tokens =
                    [.. quote.Tokens.Select(t => ListedToken.OfLedger(t, default))];
                _pools.Set(new ListedPool(quote.Pool.Value, 0, tokens, curve), asOf: 0);
            }
            else
            {
                _pools.Remove(quote.Pool.Value);
            }
        }

        _pools.TakeChanges(now: 0, out _);
    }
}
