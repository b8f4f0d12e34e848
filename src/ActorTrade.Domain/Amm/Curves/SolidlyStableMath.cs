using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>Whose stable curve: the same formula, with other roundings and another end of the iteration.</summary>
public enum SolidlyVersion
{
    /// <summary>Velodrome V2: ends where y is the least with f(x, y) at least k, as far as rounding lets it.</summary>
    VelodromeV2,

    /// <summary>Aerodrome, of Velodrome V2's first form: one comparison scales x and y by the tokens' decimals a second
    /// time, which matters where these are not 18.</summary>
    Aerodrome,

    /// <summary>Solidly, Velodrome V1 and most forks: ends when y moves by at most one, and may then be one
    /// off.</summary>
    Solidly,
}

/// <summary>x³y + y³x = k on amounts of 18 decimals, in the order of divisions of each contract.</summary>
/// <remarks>
/// Source: velodrome-finance/contracts and aerodrome-finance/contracts <c>Pool</c> and the original
/// <c>BaseV1Pair</c>: <c>_k</c>, <c>_f</c>, <c>_d</c>, <c>_get_y</c>. Every division rounds down. A product above 256
/// bits reverts there; here the method answers false. Below 2^90 of 18 decimals, a thousand million tokens, nothing
/// gets near.
/// </remarks>
internal readonly struct SolidlyStableMath(SolidlyVersion version, UInt256 unit0, UInt256 unit1)
{
    private const int RoundsMax = 255;

    private static readonly UInt256 One = 1_000_000_000_000_000_000UL;

    /// <summary>x·10^18/unit of a token, rounded down.</summary>
    public bool TryNormalise(UInt256 amount, int token, out UInt256 normalised)
    {
        var fits = UInt256.TryMultiply(amount, One, out var product);
        normalised = product / (token == 0 ? unit0 : unit1);
        return fits;
    }

    public bool TryDenormalise(UInt256 normalised, int token, out UInt256 amount)
    {
        var fits = UInt256.TryMultiply(normalised, token == 0 ? unit0 : unit1, out var product);
        amount = product / One;
        return fits;
    }

    /// <summary>k of two amounts in the tokens' own units.</summary>
    public bool TryK(UInt256 amount0, UInt256 amount1, out UInt256 k)
    {
        k = default;
        return TryNormalise(amount0, 0, out var x) && TryNormalise(amount1, 1, out var y) && TryProduct(x, y, out k);
    }

    /// <summary>The y at which the curve of k stands for x, sought from another y.</summary>
    public QuoteError FindY(UInt256 x, UInt256 k, ref UInt256 y)
    {
        for (var round = 0; round < RoundsMax; round++)
        {
            if (!TryF(x, y, out var f) || !TrySlope(x, y, out var slope) || slope.IsZero)
            {
                return QuoteError.ArithmeticOverflow;
            }

            var isBelow = f < k;
            if (!UInt256.TryMultiply(isBelow ? k - f : f - k, One, out var scaled))
            {
                return QuoteError.ArithmeticOverflow;
            }

            var change = scaled / slope;
            var error = version == SolidlyVersion.Solidly
                ? QuoteError.None
                : EndOrNudge(x, k, f, isBelow, ref y, ref change);
            if (error != QuoteError.None || (change.IsZero && version != SolidlyVersion.Solidly))
            {
                return error;
            }

            if (!(isBelow ? UInt256.TryAdd(y, change, out y) : UInt256.TrySubtract(y, change, out y)))
            {
                return QuoteError.ArithmeticOverflow;
            }

            if (version == SolidlyVersion.Solidly && change <= UInt256.One)
            {
                return QuoteError.None;
            }
        }

        return version == SolidlyVersion.Solidly ? QuoteError.None : QuoteError.NotConverged;
    }

    // Velodrome's end: a change of zero with y right (y may be raised by one), else a change of one.
    private QuoteError EndOrNudge(
        UInt256 x, UInt256 k, UInt256 f, bool isBelow, ref UInt256 y, ref UInt256 change)
    {
        if (!change.IsZero || f == k)
        {
            return QuoteError.None;
        }

        if (isBelow)
        {
            UInt256 above = default;
            var fits = version == SolidlyVersion.Aerodrome
                ? TryK(x, y + UInt256.One, out above)
                : TryF(x, y + UInt256.One, out above);
            if (!fits)
            {
                return QuoteError.ArithmeticOverflow;
            }

            if (above > k)
            {
                y += UInt256.One;
                return QuoteError.None;
            }
        }
        else if (y.IsZero || !TryF(x, y - UInt256.One, out var below))
        {
            return QuoteError.ArithmeticOverflow;
        }
        else if (below < k)
        {
            return QuoteError.None;
        }

        change = UInt256.One;
        return QuoteError.None;
    }

    private bool TryF(UInt256 x, UInt256 y, out UInt256 f) =>
        version == SolidlyVersion.Solidly ? TrySum(x, y, out f) : TryProduct(x, y, out f);

    // (x·y)·(x² + y²).
    private static bool TryProduct(UInt256 x, UInt256 y, out UInt256 f)
    {
        f = default;
        return TryMul(x, y, out var a) && TryMul(x, x, out var xx) && TryMul(y, y, out var yy)
            && UInt256.TryAdd(xx, yy, out var b) && TryMul(a, b, out f);
    }

    // x·y³ + x³·y.
    private static bool TrySum(UInt256 x, UInt256 y, out UInt256 f)
    {
        f = default;
        return TryCube(x, out var xxx) && TryCube(y, out var yyy) && TryMul(x, yyy, out var left)
            && TryMul(xxx, y, out var right) && UInt256.TryAdd(left, right, out f);
    }

    // 3·x·y² + x³.
    private static bool TrySlope(UInt256 x, UInt256 y, out UInt256 slope)
    {
        slope = default;
        return TryMul(y, y, out var yy) && UInt256.TryMultiply(x, 3u, out var triple)
            && TryMul(triple, yy, out var left) && TryCube(x, out var xxx)
            && UInt256.TryAdd(left, xxx, out slope);
    }

    private static bool TryCube(UInt256 x, out UInt256 cube)
    {
        cube = default;
        return TryMul(x, x, out var square) && TryMul(square, x, out cube);
    }

    // floor(a·b / 10^18).
    private static bool TryMul(UInt256 a, UInt256 b, out UInt256 result)
    {
        var fits = UInt256.TryMultiply(a, b, out var product);
        result = product / One;
        return fits;
    }
}
