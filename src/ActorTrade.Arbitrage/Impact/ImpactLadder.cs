using System.Collections.Immutable;
using ActorTrade.Arbitrage.Markets;
using ActorTrade.Arbitrage.Routing;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Arbitrage.Impact;

/// <summary>What trades of rising sizes would do to the price: how much can be traded at which cost.</summary>
public static class ImpactLadder
{
    /// <summary>Over one path, each size on the market as it is.</summary>
    public static ImmutableArray<PathOutcome> OfPath(
        PoolMarket market, MarketPath path, IEnumerable<UInt256> sizes) =>
        [.. new PathSimulation(market, [.. sizes.Select(size => (path, size))]).RunAll()];

    /// <summary>With the best split for each size; null for a size that has no route.</summary>
    public static ImmutableArray<SplitRoute?> OfBestRoute(
        SplitRouter router, ListedToken tokenIn, ListedToken tokenOut, IEnumerable<UInt256> sizes)
    {
        ArgumentNullException.ThrowIfNull(router);
        var steps = ImmutableArray.CreateBuilder<SplitRoute?>();
        foreach (var size in sizes)
        {
            router.Route(tokenIn, tokenOut, size, out var route);
            steps.Add(route);
        }

        return steps.ToImmutable();
    }

    /// <summary>Sizes from <paramref name="least"/> on, each so many times the one before, for either ladder.</summary>
    /// <param name="factor">2 or more.</param>
    public static ImmutableArray<UInt256> Sizes(UInt256 least, int count, uint factor = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 2u);
        var sizes = ImmutableArray.CreateBuilder<UInt256>(count);
        for (var size = least; sizes.Count < count; size *= factor)
        {
            sizes.Add(size);
        }

        return sizes.MoveToImmutable();
    }
}
