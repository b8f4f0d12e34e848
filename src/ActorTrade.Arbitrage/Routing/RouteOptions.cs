using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Amm.Listing;

namespace ActorTrade.Arbitrage.Routing;

/// <summary>Which pools a route may use, and what a leg costs.</summary>
public sealed record RouteOptions
{
    /// <summary>A pool is considered if it lies on a path of at most so many hops. 1 to 4.</summary>
    public int HopsMax { get; init; } = 2;

    /// <summary>A route has at most so many paths.</summary>
    public int PathsMax { get; init; } = 16;

    public GasTable Gas { get; init; } = GasTable.Default;

    /// <summary>Base units of <see cref="NativeToken"/> for one unit of gas; 0 splits without regard to it.</summary>
    public double GasPrice { get; init; }

    /// <summary>What gas is paid in, as a token of the pools; needed where gas has a price.</summary>
    public ListedToken? NativeToken { get; init; }

    public IReadOnlyCollection<ListedToken> BlockedTokens { get; init; } = [];

    /// <summary>Whether a route may pass through tokens that keep part of every transfer. What is sold or bought may be
    /// one in any case.</summary>
    public bool AllowsTransferFees { get; init; }
}
