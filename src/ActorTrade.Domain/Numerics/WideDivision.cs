using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActorTrade.Domain.Numerics;

/// <summary>
/// Products and quotients of 128-bit numbers over an exact 256-bit product: what most pools' amounts need, without the
/// loops over limbs of <see cref="WideArithmetic"/>. The oracle in tests is BigInteger.
/// </summary>
internal static class WideDivision
{
    /// <summary>a·b: the high 128 bits, and the low ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt128 Multiply(UInt128 a, UInt128 b, out UInt128 low)
    {
        unchecked
        {
            var (a1, a0) = ((ulong)(a >> 64), (ulong)a);
            var (b1, b0) = ((ulong)(b >> 64), (ulong)b);
            var (p00High, p00Low) = (WideArithmetic.MultiplyHigh(a0, b0), a0 * b0);
            if ((a1 | b1) == 0)
            {
                low = new UInt128(p00High, p00Low);
                return default;
            }

            var (p01High, p01Low) = (WideArithmetic.MultiplyHigh(a0, b1), a0 * b1);
            var (p10High, p10Low) = (WideArithmetic.MultiplyHigh(a1, b0), a1 * b0);
            var (p11High, p11Low) = (WideArithmetic.MultiplyHigh(a1, b1), a1 * b1);

            var middle = p00High + p01Low;
            var carry = middle < p01Low ? 1UL : 0UL;
            middle += p10Low;
            carry += middle < p10Low ? 1UL : 0UL;

            var upper = p11Low + p01High;
            var top = p11High + (upper < p01High ? 1UL : 0UL);
            upper += p10High;
            top += upper < p10High ? 1UL : 0UL;
            upper += carry;
            top += upper < carry ? 1UL : 0UL;

            low = new UInt128(middle, p00Low);
            return new UInt128(top, upper);
        }
    }

    /// <summary>
    /// floor((high·2^128 + low) / divisor) and the remainder; needs high &lt; divisor, so that the quotient fits.
    /// </summary>
    /// <remarks>Knuth's Algorithm D for a divisor of two limbs, unrolled: at most two digits.</remarks>
    public static UInt128 Divide(UInt128 high, UInt128 low, UInt128 divisor, out UInt128 remainder)
    {
        unchecked
        {
            var d1 = (ulong)(divisor >> 64);
            if (d1 == 0)
            {
                return DivideByLimb((ulong)high, low, (ulong)divisor, out remainder);
            }

            var shift = BitOperations.LeadingZeroCount(d1);
            divisor <<= shift;
            if (shift != 0)
            {
                high = (high << shift) | (low >> (128 - shift));
                low <<= shift;
            }

            var q1 = Digit(ref high, (ulong)(low >> 64), divisor);
            var q0 = Digit(ref high, (ulong)low, divisor);
            remainder = high >> shift;
            return new UInt128(q1, q0);
        }
    }

    /// <summary>
    /// floor((high·2^128 + low) / divisor) and the remainder; needs high &lt; divisor, so that the quotient fits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt128 DivideByLimb(ulong high, UInt128 low, ulong divisor, out UInt128 remainder)
    {
        unchecked
        {
            // Mostly the first digit is zero, which a comparison tells sooner than the division.
            var top = (ulong)(low >> 64);
            var (q1, r1) = high == 0 && top < divisor
                ? (0UL, top)
                : WideArithmetic.Divide128By64(high, top, divisor);
            var (q0, r0) = WideArithmetic.Divide128By64(r1, (ulong)low, divisor);
            remainder = r0;
            return new UInt128(q1, q0);
        }
    }

    // One digit of (rest·2^64 + next) / divisor; rest < divisor, whose top bit is set. rest becomes the remainder.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Digit(ref UInt128 rest, ulong next, UInt128 divisor)
    {
        unchecked
        {
            var (d1, d0) = ((ulong)(divisor >> 64), (ulong)divisor);
            var (r1, r0) = ((ulong)(rest >> 64), (ulong)rest);
            ulong digit;
            ulong part;
            var isFinal = false;
            if (r1 < d1)
            {
                (digit, part) = WideArithmetic.Divide128By64(r1, r0, d1);
            }
            else
            {
                digit = ulong.MaxValue;
                part = r0 + d1;
                isFinal = part < d1;
            }

            // The estimate is right or at most two too large.
            while (!isFinal && (UInt128)digit * d0 > new UInt128(part, next))
            {
                digit--;
                part += d1;
                isFinal = part < d1;
            }

            rest = new UInt128(r0, next) - (digit * divisor);
            return digit;
        }
    }
}
