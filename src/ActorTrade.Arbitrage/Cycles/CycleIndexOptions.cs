using ActorTrade.Domain.Amm.Listing;

namespace ActorTrade.Arbitrage.Cycles;

/// <summary>Which cycles are worth keeping.</summary>
public sealed record CycleIndexOptions
{
    /// <summary>Two pools of one pair are the shortest cycle. 2 to 4.</summary>
    public int HopsMax { get; init; } = 3;

    /// <summary>Where the search ends; <see cref="CycleIndex.IsTruncated"/> says that it did.</summary>
    public int CyclesMax { get; init; } = 1_000_000;

    /// <summary>Of several pools that trade the same pair, only the deepest so many are used.</summary>
    public int ParallelPoolsMax { get; init; } = 8;

    /// <summary>Tokens no cycle may pass, such as those whose transfers are known to be blocked.</summary>
    public IReadOnlyCollection<ListedToken> BlockedTokens { get; init; } = [];

    /// <summary>Whether tokens that keep part of every transfer may be passed. Their simulation depends on what the
    /// token says of itself, so they are left out unless asked for.</summary>
    public bool AllowsTransferFees { get; init; }

    /// <summary>Pools with less in them are left out; in base units of <see cref="LiquidityToken"/>. 0 keeps
    /// all.</summary>
    public double LiquidityMin { get; init; }

    /// <summary>What liquidity is measured in, by the market's own prices; needed where there is a minimum.</summary>
    public ListedToken? LiquidityToken { get; init; }
}
