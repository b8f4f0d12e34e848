using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Pools;

/// <summary>
/// All balances that commits and aborts of a pool's open legs can lead to. A trade or deposit that is fair at each of
/// them stays fair whatever happens to the legs: with every combination x of committed legs and the trade's own change
/// e, the invariant at x + e is at least that at x, so the least of all combinations never falls.
/// </summary>
internal static class LegOutcomes
{
    /// <summary>Each combination once; the balances as they are first.</summary>
    public static IReadOnlyList<UInt256[]> Of(PoolState state)
    {
        var outcomes = new List<UInt256[]>(1 << state.Legs.Count) { state.Reserves.ToArray() };
        foreach (var leg in state.Legs.Values.OrderBy(l => l.LegId))
        {
            var (one, other) = (state.IndexOf(leg.TokenIn), state.IndexOf(leg.TokenOut));
            var without = outcomes.Count;
            for (var i = 0; i < without; i++)
            {
                var with = (UInt256[])outcomes[i].Clone();
                with[one] += leg.AmountIn - leg.ProtocolFee;
                with[other] -= leg.AmountOut;
                outcomes.Add(with);
            }
        }

        return outcomes;
    }
}
