using ActorTrade.Arbitrage.Markets;
using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Replay;

/// <summary>One pool of a route, and which token is given there for which.</summary>
internal sealed record RouteHop(string Pool, RecordedPool? Recorded, TokenId TokenIn, TokenId TokenOut)
{
    public bool IsHouse => Recorded is null;

    public SwapHop ToSwapHop() => new(PoolId.Parse(Pool), TokenIn, TokenOut);
}

/// <summary>A cycle of pools by their names, so that it is the same one after the graph is made anew; the gain is in
/// the token it begins with.</summary>
internal sealed record ArbitrageRoute
{
    public ArbitrageRoute(PoolMarket market, IReadOnlyList<CycleHop> cycle, Func<string, RecordedPool?> recordedOf)
    {
        Cycle = cycle;
        Hops =
        [
            .. cycle.Select(h => (h, Pool: market.PoolAt(h.Pool))).Select(h => new RouteHop(
                h.Pool.Id, recordedOf(h.Pool.Id), TokenId.Parse(h.Pool.Tokens[h.h.TokenIn].Symbol),
                TokenId.Parse(h.Pool.Tokens[h.h.TokenOut].Symbol))),
        ];
        Decimals = market.PoolAt(cycle[0].Pool).Tokens[cycle[0].TokenIn].Decimals.Value;
        Key = string.Join(' ', Hops.Select(h => $"{h.TokenIn} {h.Pool}"));
        HouseFirst = Hops.FindIndex(static h => h.IsHouse);
        HouseCount = Hops.Count(static h => h.IsHouse);
    }

    /// <summary>By the graph's numbers.</summary>
    public IReadOnlyList<CycleHop> Cycle { get; }

    public List<RouteHop> Hops { get; }

    public TokenId Token => Hops[0].TokenIn;

    public int Decimals { get; }

    public string Key { get; }

    /// <summary>Where the legs in house pools begin; -1 without one.</summary>
    public int HouseFirst { get; }

    public int HouseCount { get; }

    public bool IsHouseOnly => HouseCount == Hops.Count;

    /// <summary>The legs in house pools follow each other, so that one route of the ledger does them all or
    /// none.</summary>
    public bool IsHouseTogether =>
        HouseCount > 0 && Hops.Skip(HouseFirst).Take(HouseCount).All(static h => h.IsHouse);

    public IEnumerable<RecordedPool> Recorded => Hops.Where(static h => !h.IsHouse).Select(static h => h.Recorded!);

    public bool SharesPoolWith(ArbitrageRoute other) => Hops.Any(h => other.Hops.Any(o => o.Pool == h.Pool));
}
