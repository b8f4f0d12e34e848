using System.Numerics;
using ActorTrade.Domain.Amm.Curves;

namespace ActorTrade.DefiTests.Oracles;

/// <summary>
/// Solidly's stable pair as its contracts are written; a number above 256 bits, or below zero, reverts as an exception.
/// </summary>
internal sealed class SolidlyOracle(SolidlyVersion version, BigInteger unit0, BigInteger unit1)
{
    private static readonly BigInteger E18 = BigInteger.Pow(10, 18);

    /// <summary>The output of an input without its fee.</summary>
    public BigInteger AmountOut(BigInteger amountIn, int tokenIn, BigInteger reserve0, BigInteger reserve1)
    {
        var xy = K(reserve0, reserve1);
        reserve0 = U(reserve0 * E18) / unit0;
        reserve1 = U(reserve1 * E18) / unit1;
        var (a, b) = tokenIn == 0 ? (reserve0, reserve1) : (reserve1, reserve0);
        amountIn = U(amountIn * E18) / (tokenIn == 0 ? unit0 : unit1);
        var y = U(b - Y(U(amountIn + a), xy, b));
        return U(y * (tokenIn == 0 ? unit1 : unit0)) / E18;
    }

    public BigInteger K(BigInteger x, BigInteger y) => Product(U(x * E18) / unit0, U(y * E18) / unit1);

    private static BigInteger Product(BigInteger x, BigInteger y)
    {
        var a = U(x * y) / E18;
        var b = U((U(x * x) / E18) + (U(y * y) / E18));
        return U(a * b) / E18;
    }

    private static BigInteger Slope(BigInteger x, BigInteger y) =>
        U((U(U(3 * x) * (U(y * y) / E18)) / E18) + (U(U(x * x) / E18 * x) / E18));

    private static BigInteger U(BigInteger value) =>
        value.Sign >= 0 && value < BigInteger.One << 256 ? value : throw new OverflowException("revert");

    private BigInteger F(BigInteger x, BigInteger y) => version == SolidlyVersion.Solidly
        ? U((U(x * (U(U(y * y) / E18 * y) / E18)) / E18) + (U(U(U(x * x) / E18 * x) / E18 * y) / E18))
        : Product(x, y);

    private BigInteger Y(BigInteger x0, BigInteger xy, BigInteger y) =>
        version == SolidlyVersion.Solidly ? OldY(x0, xy, y) : NewY(x0, xy, y);

    private BigInteger OldY(BigInteger x0, BigInteger xy, BigInteger y)
    {
        for (var i = 0; i < 255; i++)
        {
            var before = y;
            var k = F(x0, y);
            y = k < xy ? U(y + (U((xy - k) * E18) / Slope(x0, y))) : U(y - (U((k - xy) * E18) / Slope(x0, y)));
            if (BigInteger.Abs(y - before) <= 1)
            {
                return y;
            }
        }

        return y;
    }

    private BigInteger NewY(BigInteger x0, BigInteger xy, BigInteger y)
    {
        for (var i = 0; i < 255; i++)
        {
            var k = F(x0, y);
            if (k < xy)
            {
                var dy = U((xy - k) * E18) / Slope(x0, y);
                if (dy == 0)
                {
                    if ((version == SolidlyVersion.Aerodrome ? K(x0, y + 1) : F(x0, y + 1)) > xy)
                    {
                        return y + 1;
                    }

                    dy = 1;
                }

                y = U(y + dy);
            }
            else
            {
                var dy = U((k - xy) * E18) / Slope(x0, y);
                if (dy == 0)
                {
                    if (k == xy || F(x0, U(y - 1)) < xy)
                    {
                        return y;
                    }

                    dy = 1;
                }

                y = U(y - dy);
            }
        }

        throw new TimeoutException("!y");
    }
}
