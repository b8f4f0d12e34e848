using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Replay;

/// <summary>
/// Carries out what is worth it: the legs in house pools as one route of the ledger, whole or not at all, then those in
/// recorded pools notionally. A route through house pools alone is a flash route and needs no money.
/// </summary>
internal sealed class ArbitrageLegs(
    PoolsSideBySide pools, ArbitrageHoldings holdings, IHouseArbitrageur arbitrageur, Func<ArbitrageRoute, UInt256> gas)
{
    /// <summary>Prepares a trade for what is held; null where too little is.</summary>
    public CycleTrade? Within(ArbitrageRoute route, CycleTrade best)
    {
        if (route.IsHouseOnly)
        {
            return best;
        }

        var heldAt = new UInt256[route.Hops.Count];
        for (var k = 0; k < heldAt.Length; k++)
        {
            var hop = route.Hops[k];
            heldAt[k] = k > 0 && route.Hops[k - 1].IsHouse == hop.IsHouse ? UInt256.MaxValue
                : hop.IsHouse ? arbitrageur.Held(hop.TokenIn)
                : holdings.OnChain(hop.TokenIn);
        }

        return CycleTrade.Within(pools.Market, route.Cycle, best.AmountIn, heldAt);
    }

    /// <summary>Does a trade, at least as it was quoted. What house pools give beyond that stays with the account, and
    /// counts there.</summary>
    /// <returns>Why nothing was done; null where it was.</returns>
    public string? TryDo(ArbitrageRoute route, CycleTrade trade)
    {
        var (first, last) = (route.HouseFirst, route.HouseFirst + route.HouseCount - 1);
        var leg = arbitrageur.Swap(
            [.. route.Hops.Skip(first).Take(route.HouseCount).Select(h => h.ToSwapHop())],
            trade.Hops[first].Sent,
            trade.Hops[last].Received,
            route.IsHouseOnly);
        if (leg.Refusal is not null)
        {
            return "swap-refused";
        }

        holdings.Begin(route.Token, route.Decimals, UInt256.Zero);
        for (var k = 0; k < route.Hops.Count; k++)
        {
            if (!route.Hops[k].IsHouse)
            {
                var (hop, done) = (route.Hops[k], trade.Hops[k]);
                holdings.Trade(hop.TokenIn, done.Sent, hop.TokenOut, done.Received);
                pools.Move(route.Cycle[k], done.Sent);
            }
        }

        holdings.Pay(TokenId.Parse(ArbitrageOptions.NativeToken), gas(route));
        return null;
    }
}
