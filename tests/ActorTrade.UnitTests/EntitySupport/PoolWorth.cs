using System.Numerics;
using ActorTrade.Domain.Pools;

namespace ActorTrade.UnitTests.EntitySupport;

/// <summary>
/// The slow oracle of a pool's promise: of all combinations in which its open legs can commit and abort, the one that
/// leaves the least reserve0 × reserve1 for one share squared. It must never fall, whatever happens to the pool.
/// </summary>
internal sealed record PoolWorth(BigInteger LeastProduct, BigInteger Shares)
{
    private const int LegsMax = 10;

    public static PoolWorth? Of(PoolState pool)
    {
        if (pool.TotalShares.IsZero || pool.Legs.Count > LegsMax)
        {
            return null;
        }

        var legs = pool.Legs.Values.ToList();
        BigInteger? least = null;
        for (var commits = 0; commits < 1 << legs.Count; commits++)
        {
            var (reserve0, reserve1) = ((BigInteger)pool.Reserve0, (BigInteger)pool.Reserve1);
            for (var i = 0; i < legs.Count; i++)
            {
                if ((commits & (1 << i)) == 0)
                {
                    continue;
                }

                var leg = legs[i];
                var paid = (BigInteger)(leg.AmountIn - leg.ProtocolFee);
                reserve0 += pool.IsToken0(leg.TokenIn) ? paid : -(BigInteger)leg.AmountOut;
                reserve1 += pool.IsToken0(leg.TokenIn) ? -(BigInteger)leg.AmountOut : paid;
            }

            Assert.True(reserve0.Sign > 0 && reserve1.Sign > 0, "Open legs can empty the pool.");
            least = least is { } known && known < reserve0 * reserve1 ? known : reserve0 * reserve1;
        }

        return new PoolWorth(least!.Value, (BigInteger)pool.TotalShares);
    }
}

internal static class PoolWorthAssertions
{
    public static void AssertNotBelow(this PoolWorth? now, PoolWorth? before, string after)
    {
        if (now is not null && before is not null)
        {
            Assert.True(
                now.LeastProduct * before.Shares * before.Shares >= before.LeastProduct * now.Shares * now.Shares,
                $"The pool fell from {before} to {now}: {after}");
        }
    }
}
