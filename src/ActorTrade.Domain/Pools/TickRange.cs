using System.Globalization;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Pools;

/// <summary>A range of ticks of a concentrated pool, from the lower one to just below the upper one.</summary>
public readonly record struct TickRange(int Lower, int Upper)
{
    /// <summary>The token of shares in a pool: of one range where there is one, else of the whole pool.</summary>
    public static TokenId SharesOf(PoolId pool, TickRange? range) =>
        range is { } r ? TokenId.SharesOf(pool, r.Lower, r.Upper) : TokenId.SharesOf(pool);

    /// <summary>The range whose shares a token stands for; null for any other token.</summary>
    public static TickRange? Of(TokenId shares) =>
        shares.IsShares && shares.Value.Split(':') is [_, _, var lower, var upper]
        && int.TryParse(lower, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var from)
        && int.TryParse(upper, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var to)
            ? new TickRange(from, to)
            : null;
}
