using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Listing;

/// <summary>What a pool's providers have in it, by the state of its curve.</summary>
public static class PoolBalances
{
    /// <summary>Base units of a token. Of a concentrated pool: what its known positions hold at its price, without fees
    /// not yet collected. None of a pool's own shares, which are a claim on the rest.</summary>
    public static UInt256 Of(Curve curve, int token) => curve switch
    {
        ConstantProductCurve pool => token == 0 ? pool.Reserve0 : pool.Reserve1,
        SolidlyVolatileCurve pool => token == 0 ? pool.Reserve0 : pool.Reserve1,
        SolidlyStableCurve pool => token == 0 ? pool.Reserve0 : pool.Reserve1,
        StableSwapCurve pool => pool.Balances[token],
        BalancerStable pool when token == pool.BptIndex => UInt256.Zero,
        BalancerCurve pool => pool.Balances[token],
        Tricrypto pool => pool.Balances[token],
        ConcentratedCurve pool => OfPositions(pool, token),
        _ => throw new ArgumentOutOfRangeException(nameof(curve), curve.Kind, "No rule for what such pools hold."),
    };

    // Each range between two ticks has the liquidity of the sum below it.
    private static UInt256 OfPositions(ConcentratedCurve pool, int token)
    {
        var sum = UInt256.Zero;
        for (var i = 0; i + 1 < pool.Ticks.Count; i++)
        {
            var (lower, upper) = (pool.Ticks[i].Index, pool.Ticks[i + 1].Index);
            var liquidity = pool.Ticks.LiquidityAt(lower);
            if (liquidity > 0)
            {
                var (amount0, amount1) = pool.AmountsOf(lower, upper, (UInt128)liquidity, Rounding.Down);
                sum += token == 0 ? amount0 : amount1;
            }
        }

        return sum;
    }
}
