using System.Numerics;

namespace ActorTrade.DefiTests.Oracles;

/// <summary>Uniswap V2 as its library and pair are written, in integers without end.</summary>
internal static class ConstantProductOracle
{
    public static readonly BigInteger ReserveMax = (BigInteger.One << 112) - 1;

    public static BigInteger AmountOut(BigInteger x, BigInteger rIn, BigInteger rOut, uint numerator, uint denominator)
    {
        var withFee = x * (denominator - numerator);
        return withFee * rOut / ((rIn * denominator) + withFee);
    }

    public static BigInteger AmountIn(
        BigInteger y, BigInteger rIn, BigInteger rOut, uint numerator, uint denominator) =>
        (rIn * y * denominator / ((rOut - y) * (denominator - numerator))) + 1;

    /// <summary>The pair's own check: (b0·F - in0·f)·(b1·F - in1·f) ≥ R0·R1·F².</summary>
    public static bool PairAccepts(
        BigInteger x, BigInteger y, BigInteger rIn, BigInteger rOut, uint numerator, uint denominator) =>
        y > 0 && y < rOut
        && (((rIn + x) * denominator) - (x * numerator)) * ((rOut - y) * denominator)
            >= rIn * rOut * denominator * denominator;
}
