using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActorTrade.Domain.Numerics;

/// <summary>
/// a·b·2^96 / divisor for 128-bit factors, where the quotient is below 2^128: the shape of nearly every formula of
/// concentrated liquidity. The numbers stay in registers; the oracle in tests is BigInteger.
/// </summary>
/// <remarks>
/// The divisor is shifted until its top bit is set, and the dividend alike. As the quotient is below 2^128, the
/// dividend then fits six limbs, and two digits of Knuth's Algorithm D are left, of which the first is often zero.
/// </remarks>
internal readonly struct WideRatio
{
    private readonly ulong _n0;
    private readonly ulong _n1;
    private readonly ulong _n2;
    private readonly ulong _n3;
    private readonly ulong _n4;
    private readonly ulong _n5;

    private WideRatio(ulong n0, ulong n1, ulong n2, ulong n3, ulong n4, ulong n5)
    {
        (_n0, _n1, _n2, _n3, _n4, _n5) = (n0, n1, n2, n3, n4, n5);
    }

    private int BitLength =>
        _n5 != 0 ? 384 - BitOperations.LeadingZeroCount(_n5)
        : _n4 != 0 ? 320 - BitOperations.LeadingZeroCount(_n4)
        : _n3 != 0 ? 256 - BitOperations.LeadingZeroCount(_n3)
        : _n2 != 0 ? 192 - BitOperations.LeadingZeroCount(_n2)
        : 128;

    /// <summary>
    /// floor(a·b·2^96 / divisor). False where the quotient may not fit 128 bits; the divisor is not zero.
    /// </summary>
    public static bool TryMulDiv96(
        UInt128 a, UInt128 b, UInt256 divisor, out UInt128 quotient, out bool isExact)
    {
        unchecked
        {
            var high = WideDivision.Multiply(a, b, out var low);
            var (p0, p1) = ((ulong)low, (ulong)(low >> 64));
            var (p2, p3) = ((ulong)high, (ulong)(high >> 64));
            var dividend = new WideRatio(
                0, p0 << 32, (p0 >> 32) | (p1 << 32), (p1 >> 32) | (p2 << 32), (p2 >> 32) | (p3 << 32), p3 >> 32);
            var length = divisor.BitLength;
            if (dividend.BitLength - length > 127)
            {
                (quotient, isExact) = (default, false);
                return false;
            }

            return dividend.Divide(divisor, 256 - length, out quotient, out isExact);
        }
    }

    private bool Divide(UInt256 divisor, int shift, out UInt128 quotient, out bool isExact)
    {
        unchecked
        {
            var (limbs, bits) = (shift >> 6, shift & 63);
            Divisor(divisor, limbs, bits, out var d0, out var d1, out var d2, out var d3);
            Shifted(limbs, bits, out var n);
            var (w0, w1, w2, w3, w4) = (n._n1, n._n2, n._n3, n._n4, n._n5);
            ulong q1 = 0;
            if (w4 != 0 || w3 >= d3)
            {
                q1 = Digit(ref w0, ref w1, ref w2, ref w3, w4, d0, d1, d2, d3);
            }

            w4 = w3;
            (w3, w2, w1, w0) = (w2, w1, w0, n._n0);
            var q0 = Digit(ref w0, ref w1, ref w2, ref w3, w4, d0, d1, d2, d3);
            quotient = new UInt128(q1, q0);
            isExact = (w0 | w1 | w2 | w3) == 0;
            return true;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Divisor(
        UInt256 value, int limbs, int bits, out ulong d0, out ulong d1, out ulong d2, out ulong d3)
    {
        var (l0, l1, l2, l3) = (value.GetLimb(0), value.GetLimb(1), value.GetLimb(2), value.GetLimb(3));
        (d0, d1, d2, d3) = limbs switch
        {
            0 => (l0, l1, l2, l3),
            1 => (0UL, l0, l1, l2),
            2 => (0UL, 0UL, l0, l1),
            _ => (0UL, 0UL, 0UL, l0),
        };
        if (bits != 0)
        {
            d3 = (d3 << bits) | (d2 >> (64 - bits));
            d2 = (d2 << bits) | (d1 >> (64 - bits));
            d1 = (d1 << bits) | (d0 >> (64 - bits));
            d0 <<= bits;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Shifted(int limbs, int bits, out WideRatio result)
    {
        result = limbs switch
        {
            0 => this,
            1 => new WideRatio(0, _n0, _n1, _n2, _n3, _n4),
            2 => new WideRatio(0, 0, _n0, _n1, _n2, _n3),
            _ => new WideRatio(0, 0, 0, _n0, _n1, _n2),
        };
        if (bits != 0)
        {
            var over = 64 - bits;
            result = new WideRatio(
                result._n0 << bits,
                (result._n1 << bits) | (result._n0 >> over),
                (result._n2 << bits) | (result._n1 >> over),
                (result._n3 << bits) | (result._n2 >> over),
                (result._n4 << bits) | (result._n3 >> over),
                (result._n5 << bits) | (result._n4 >> over));
        }
    }

    // One digit of (w4..w0) / (d3..d0), which is below 2^64; w3..w0 become the remainder.
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
                var high = Math.BigMul(digit, d2, out var low);
                if (high < rest || (high == rest && low <= w2))
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
            var high = Math.BigMul(digit, d, out var low);
            low += borrow;
            high += low < borrow ? 1UL : 0UL;
            high += limb < low ? 1UL : 0UL;
            limb -= low;
            return high;
        }
    }
}
