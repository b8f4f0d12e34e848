namespace ActorTrade.Domain.Amm.Listing;

/// <summary>Which pools of a registry are wanted. What is null does not matter.</summary>
/// <param name="Dex">As pools name it, without regard to case.</param>
/// <param name="Kind">A kind of the pool file, as in <c>concentrated</c>.</param>
/// <param name="Token">An address or a symbol, without regard to case.</param>
/// <param name="TvlMin">In whole reference tokens; pools of unknown value are left out.</param>
/// <param name="AgeMax">Of the pool's state.</param>
public sealed record PoolFilter(
    long? ChainId = null,
    string? Dex = null,
    string? Kind = null,
    string? Token = null,
    double? TvlMin = null,
    TimeSpan? AgeMax = null)
{
    public bool Allows(ListedPool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        return (ChainId is null || pool.ChainId == ChainId)
            && (Dex is null || string.Equals(pool.Dex, Dex, StringComparison.OrdinalIgnoreCase))
            && (Kind is null || string.Equals(pool.Curve.Kind, Kind, StringComparison.OrdinalIgnoreCase))
            && (Token is null || pool.Tokens.Any(t =>
                string.Equals(t.Address, Token, StringComparison.OrdinalIgnoreCase)
                || string.Equals(t.Symbol, Token, StringComparison.OrdinalIgnoreCase)));
    }

    public bool AllowsAge(TimeSpan age) => AgeMax is null || age <= AgeMax;
}

/// <summary>A pool as a registry lists it.</summary>
/// <param name="Age">Of the state; negative where the clock of its source is ahead.</param>
/// <param name="Worth">What it holds, and how well that is known; null where one of its tokens has no price.</param>
public sealed record PoolListing(ListedPool Pool, DateTimeOffset UpdatedAt, TimeSpan Age, Worth? Worth)
{
    /// <summary>What it holds, in reference tokens; null where one of its tokens has no price.</summary>
    public double? Tvl => Worth?.Value;
}
