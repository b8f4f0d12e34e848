using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Oracles;

/// <summary>One concentrated pool twice: in integers without end, and as the curve.</summary>
internal static class RandomPools
{
    /// <param name="feeProtocol">Of both tokens; 0 is none.</param>
    public static (ConcentratedOracle Oracle, ConcentratedCurve Curve) Concentrated(
        ProofCase c, int feeProtocol = 0, int liquidityBits = 120)
    {
        var spacing = c.OneOf(1, 10, 60, 200, 16383);
        var fee = c.OneOf(100, 500, 3000, 10000, 0, 999_999);
        var oracle = new ConcentratedOracle { FeePips = fee, TickSpacing = spacing, FeeProtocol = feeProtocol };
        var centre = c.Chance(8)
            ? c.Between(ConcentratedOracle.TickMin, ConcentratedOracle.TickMax - 1)
            : c.Between(-200_000, 200_000);
        oracle.Tick = centre;
        var (low, high) = (ConcentratedOracle.SqrtAt(centre), ConcentratedOracle.SqrtAt(centre + 1));
        oracle.SqrtPrice = low + (c.Bits(160) % (high - low));
        var widest = ConcentratedOracle.TickMax / spacing;
        for (var i = c.Between(0, 5); i >= 0; i--)
        {
            var middle = (centre / spacing) + c.Between(-20, 20);
            var lower = Math.Clamp(middle - c.OneOf(1, 3, 40, 700, 2 * widest), -widest, widest - 1);
            var upper = Math.Clamp(middle + c.OneOf(1, 3, 40, 700, 2 * widest), lower + 1, widest);
            oracle.Add(lower * spacing, upper * spacing, c.Positive(liquidityBits));
        }

        return (oracle, CurveOf(oracle));
    }

    public static ConcentratedCurve CurveOf(ConcentratedOracle oracle) =>
        new(
            oracle.FeePips,
            (UInt256)oracle.SqrtPrice,
            oracle.Tick,
            (UInt128)oracle.Liquidity,
            new TickTable(
                oracle.TickSpacing,
                [.. oracle.Ticks.Select(static t => new TickLiquidity(t.Index, (UInt128)t.Gross, (Int128)t.Net))]),
            oracle.FeeProtocol,
            oracle.FeeProtocol);
}
