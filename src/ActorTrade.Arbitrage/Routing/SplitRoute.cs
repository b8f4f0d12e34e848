using System.Collections.Immutable;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Arbitrage.Routing;

/// <summary>Why there is no route.</summary>
public enum RouteError
{
    /// <summary>There is one.</summary>
    None,

    /// <summary>A token that no pool of the market has, or that must not be traded.</summary>
    UnknownToken,

    /// <summary>The same token on both sides.</summary>
    SameToken,

    ZeroAmount,

    /// <summary>No path of so many hops leads there.</summary>
    NoPath,

    /// <summary>Paths there are, but their pools refuse the amount: too small to give anything, or more than they
    /// take.</summary>
    AmountRefused,
}

/// <summary>
/// A trade of one token for another over one or more pools, replayed in integers: its legs one after the other give
/// exactly what stands there, each spending what the ones before it brought.
/// </summary>
public sealed record SplitRoute
{
    public required ListedToken TokenIn { get; init; }

    public required ListedToken TokenOut { get; init; }

    public required UInt256 AmountIn { get; init; }

    public required UInt256 AmountOut { get; init; }

    /// <summary>In the order in which they are to be executed.</summary>
    public required ImmutableArray<RouteLeg> Legs { get; init; }

    public required long GasUnits { get; init; }

    /// <summary>In base units of <see cref="TokenOut"/>, rounded up; zero where gas has no price.</summary>
    public required UInt256 GasCost { get; init; }

    /// <summary>What the best path gives alone, without a split.</summary>
    public required UInt256 SinglePathAmountOut { get; init; }

    /// <summary>How much worse than the best path's price at size zero, fees included, it executes; 0.01 is one
    /// percent.</summary>
    public required double PriceImpact { get; init; }

    public SignedAmount NetAmountOut => (SignedAmount)AmountOut - GasCost;
}

/// <param name="AmountIn">What is sent to the pool, base units of <paramref name="TokenIn"/>.</param>
/// <param name="AmountOut">What arrives from it.</param>
/// <param name="Quote">The pool's side of it.</param>
public sealed record RouteLeg(
    int PoolNumber,
    string PoolId,
    ListedToken TokenIn,
    ListedToken TokenOut,
    UInt256 AmountIn,
    UInt256 AmountOut,
    CurveQuote Quote);
