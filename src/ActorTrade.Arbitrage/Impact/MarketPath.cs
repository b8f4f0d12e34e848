using System.Collections.Immutable;
using ActorTrade.Arbitrage.Markets;
using ActorTrade.Domain.Amm.Listing;

namespace ActorTrade.Arbitrage.Impact;

/// <summary>A way through a market: pools one after the other, each once.</summary>
public sealed class MarketPath
{
    private MarketPath(ImmutableArray<int> edges) => Edges = edges;

    internal ImmutableArray<int> Edges { get; }

    /// <exception cref="ArgumentException">No hop; a pool that is not in the market, or stands there twice; or one
    /// that does not trade the two tokens.</exception>
    /// <param name="start">The token that is sold.</param>
    /// <param name="hops">The pools' ids, and what each gives.</param>
    public static MarketPath Of(
        PoolMarket market, ListedToken start, params IReadOnlyList<(string PoolId, ListedToken TokenOut)> hops)
    {
        ArgumentNullException.ThrowIfNull(market);
        ArgumentOutOfRangeException.ThrowIfZero(hops.Count);
        var edges = ImmutableArray.CreateBuilder<int>(hops.Count);
        var token = start;
        foreach (var (id, tokenOut) in hops)
        {
            var pool = market.PoolNumberOf(id);
            if (pool < 0 || edges.Any(e => market.EdgeAt(e).Pool == pool))
            {
                throw new ArgumentException($"The pool {id} is not in the market, or stands in the path twice.");
            }

            var tokens = market.PoolAt(pool).Tokens;
            var (indexIn, indexOut) = (tokens.IndexOf(token), tokens.IndexOf(tokenOut));
            if (indexIn < 0 || indexOut < 0 || indexIn == indexOut)
            {
                throw new ArgumentException($"The pool {id} does not trade {token.Symbol} for {tokenOut.Symbol}.");
            }

            edges.Add(market.EdgeNumber(pool, indexIn, indexOut));
            token = tokenOut;
        }

        return new MarketPath(edges.MoveToImmutable());
    }
}
