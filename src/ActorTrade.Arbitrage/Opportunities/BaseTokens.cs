using ActorTrade.Arbitrage.Markets;
using ActorTrade.Domain.Amm.Listing;

namespace ActorTrade.Arbitrage.Opportunities;

/// <summary>The tokens in which a scanner wants profit, and what they are worth.</summary>
internal static class BaseTokens
{
    private const int CountByDefault = 8;

    /// <summary>The wanted tokens the market has; where none are wanted, those in most pools.</summary>
    public static int[] Of(PoolMarket market, IReadOnlyList<ListedToken> wanted)
    {
        if (wanted.Count > 0)
        {
            return [.. wanted.Select(market.NumberOf).Where(t => t >= 0).Distinct()];
        }

        var uses = new int[market.TokenCount];
        for (var e = 0; e < market.EdgeCount; e++)
        {
            uses[market.EdgeAt(e).TokenIn]++;
        }

        return
        [
            .. Enumerable.Range(0, market.TokenCount).OrderByDescending(t => uses[t]).ThenBy(t => t)
                .Take(CountByDefault),
        ];
    }

    /// <summary>Base units of the native token for one of each base token; 0 where nothing says, so that nothing is
    /// found in it.</summary>
    public static double[] Values(PoolMarket market, int[] bases, ScanOptions options)
    {
        if (bases.Length == 0)
        {
            return [];
        }

        var prices = MarketPrices.In(market, options.NativeToken ?? market.TokenAt(bases[0]));
        return
        [
            .. bases.Select(t => options.NativePerUnit.TryGetValue(market.TokenAt(t), out var given) ? given
                : double.IsFinite(prices[t]) ? prices[t] : 0),
        ];
    }
}
