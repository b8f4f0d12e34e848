using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActorTrade.Domain.Numerics;

/// <summary>
/// a·b·2^96 / divisor for 128-bit factors, where the quotient is below 2^128: the shape of nearly every formula of
/// concentrated liquidity. The numbers stay in registers; the oracle in tests is BigInteger.
/// </summary>
/// <remarks>
/// Knuth's Algorithm D, unrolled. The divisor is shifted until its top bit is set, and the dividend alike. As the
/// quotient is below 2^128, the dividend then fits six limbs, and two digits are left, of which the first is often
/// zero.
/// </remarks>
internal static class WideRatio
{
    /// <summary>
    /// floor(a·b·2^96 / divisor). False where the quotient exceeds 128 bits; the divisor is not zero.
    /// </summary>
    public static bool TryMulDiv96(
        UInt128 a,
        UInt128 b,
        UInt128 divisorHigh,
        UInt128 divisorLow,
        out UInt128 quotient,
        out bool isExact)
    {
        unchecked
        {
            // n5 to n1 are the product shifted by 96; n0 is zero.
            var high = WideDivision.Multiply(a, b, out var low);
            var n1 = (ulong)low << 32;
            var n2 = (ulong)(low >> 32);
            var n3 = (ulong)(low >> 96) | ((ulong)high << 32);
            var n4 = (ulong)(high >> 32);
            var n5 = (ulong)(high >> 96);
            if (divisorHigh <= new UInt128(n5, n4)
                && (divisorHigh < new UInt128(n5, n4) || divisorLow <= new UInt128(n3, n2)))
            {
                (quotient, isExact) = (default, false);
                return false;
            }

            if (divisorHigh == 0)
            {
                // Then n5 and n4 are zero, too.
                quotient = WideDivision.Divide(new UInt128(n3, n2), new UInt128(n1, 0), divisorLow, out var rest);
                isExact = rest == 0;
                return true;
            }

            var (d3, d2) = ((ulong)(divisorHigh >> 64), (ulong)divisorHigh);
            var (d1, d0) = ((ulong)(divisorLow >> 64), (ulong)divisorLow);
            if (d3 == 0)
            {
                // By a whole limb, into the spare ones: n5 is zero.
                (d3, d2, d1, d0) = (d2, d1, d0, 0);
                (n5, n4, n3, n2, n1) = (n4, n3, n2, n1, 0);
            }

            quotient = Divide(n5, n4, n3, n2, n1, d3, d2, d1, d0, out isExact);
            return true;
        }
    }

    // (n5·2^320 + … + n1·2^64) / (d3·2^192 + … + d0), below 2^128; d3 is not zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static UInt128 Divide(
        ulong n5,
        ulong n4,
        ulong n3,
        ulong n2,
        ulong n1,
        ulong d3,
        ulong d2,
        ulong d1,
        ulong d0,
        out bool isExact)
    {
        unchecked
        {
            // Shifts count modulo 64, so one by 64 is made of two.
            var shift = BitOperations.LeadingZeroCount(d3);
            var under = 63 - shift;
            d3 = (d3 << shift) | (d2 >> 1 >> under);
            d2 = (d2 << shift) | (d1 >> 1 >> under);
            d1 = (d1 << shift) | (d0 >> 1 >> under);
            d0 <<= shift;
            var w4 = (n5 << shift) | (n4 >> 1 >> under);
            var w3 = (n4 << shift) | (n3 >> 1 >> under);
            var w2 = (n3 << shift) | (n2 >> 1 >> under);
            var w1 = (n2 << shift) | (n1 >> 1 >> under);
            var w0 = n1 << shift;

            var q1 = w4 == 0 && w3 < d3 ? 0 : Digit(ref w0, ref w1, ref w2, ref w3, w4, d0, d1, d2, d3);
            w4 = w3;
            (w3, w2, w1, w0) = (w2, w1, w0, 0);
            var q0 = Digit(ref w0, ref w1, ref w2, ref w3, w4, d0, d1, d2, d3);
            isExact = (w0 | w1 | w2 | w3) == 0;
            return new UInt128(q1, q0);
        }
    }

    // One digit of (w4..w0) / (d3..d0), which is below 2^64; w3..w0 become the remainder.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Digit(
        ref ulong w0, ref ulong w1, ref ulong w2, ref ulong w3, ulong w4, ulong d0, ulong d1, ulong d2, ulong d3)
    {
        unchecked
        {
            var digit = Estimate(w4, w3, w2, d3, d2);
            var borrow = Less(ref w0, digit, d0, 0);
            borrow = Less(ref w1, digit, d1, borrow);
            borrow = Less(ref w2, digit, d2, borrow);
            borrow = Less(ref w3, digit, d3, borrow);
            if (w4 >= borrow)
            {
                return digit;
            }

            // One multiple too many: rare, about one in 2^63.
            var low = new UInt128(w1, w0) + new UInt128(d1, d0);
            var carry = low < new UInt128(d1, d0) ? UInt128.One : UInt128.Zero;
            var high = new UInt128(w3, w2) + new UInt128(d3, d2) + carry;
            (w0, w1, w2, w3) = ((ulong)low, (ulong)(low >> 64), (ulong)high, (ulong)(high >> 64));
            return digit - 1;
        }
    }

    // Right or one too large, by the two top limbs of the divisor.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Estimate(ulong w4, ulong w3, ulong w2, ulong d3, ulong d2)
    {
        unchecked
        {
            ulong digit;
            ulong rest;
            var isFinal = false;
            if (w4 < d3)
            {
                (digit, rest) = WideArithmetic.Divide128By64(w4, w3, d3);
            }
            else
            {
                digit = ulong.MaxValue;
                rest = w3 + d3;
                isFinal = rest < d3;
            }

            while (!isFinal)
            {
                var high = WideArithmetic.MultiplyHigh(digit, d2);
                if (high < rest || (high == rest && digit * d2 <= w2))
                {
                    break;
                }

                digit--;
                rest += d3;
                isFinal = rest < d3;
            }

            return digit;
        }
    }

    // limb -= digit·d + borrow; the new borrow, which is below 2^64.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Less(ref ulong limb, ulong digit, ulong d, ulong borrow)
    {
        unchecked
        {
            var (high, low) = (WideArithmetic.MultiplyHigh(digit, d), digit * d);
            low += borrow;
            high += low < borrow ? 1UL : 0UL;
            high += limb < low ? 1UL : 0UL;
            limb -= low;
            return high;
        }
    }
}
