using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActorTrade.Domain.Numerics;

/// <summary>
/// The arithmetic of a contract on unsigned 256-bit numbers. What makes a contract revert (a result beyond 256 bits or
/// below zero, a division by zero) is remembered in <see cref="Reverted"/> and gives zero, so a formula is written
/// without a check behind every operation and asks once at its end.
/// </summary>
/// <remarks>
/// Made for curves, whose divisors mostly have one or two limbs: those divisions take one hardware division a quotient
/// limb. All others go to <see cref="UInt256"/>. The oracle in tests is System.Numerics.BigInteger.
/// </remarks>
internal struct ContractArithmetic
{
    /// <summary>An operation so far would have made the contract revert; all results since then mean nothing.</summary>
    public bool Reverted;

    public UInt256 Add(in UInt256 a, in UInt256 b)
    {
        unchecked
        {
            var l0 = a.Limb0 + b.Limb0;
            var carry = l0 < a.Limb0 ? 1UL : 0UL;
            var l1 = WideArithmetic.AddLimb(a.Limb1, b.Limb1, ref carry);
            var l2 = WideArithmetic.AddLimb(a.Limb2, b.Limb2, ref carry);
            var l3 = WideArithmetic.AddLimb(a.Limb3, b.Limb3, ref carry);
            if (carry != 0)
            {
                Reverted = true;
                return default;
            }

            return new UInt256(l0, l1, l2, l3);
        }
    }

    public UInt256 Subtract(in UInt256 a, in UInt256 b)
    {
        unchecked
        {
            var l0 = a.Limb0 - b.Limb0;
            var borrow = a.Limb0 < b.Limb0 ? 1UL : 0UL;
            var l1 = WideArithmetic.SubtractLimb(a.Limb1, b.Limb1, ref borrow);
            var l2 = WideArithmetic.SubtractLimb(a.Limb2, b.Limb2, ref borrow);
            var l3 = WideArithmetic.SubtractLimb(a.Limb3, b.Limb3, ref borrow);
            if (borrow != 0)
            {
                Reverted = true;
                return default;
            }

            return new UInt256(l0, l1, l2, l3);
        }
    }

    public UInt256 Multiply(in UInt256 a, in UInt256 b)
    {
        if ((b.Limb2 | b.Limb3) == 0)
        {
            return b.Limb1 == 0 ? MultiplyByOne(a, b.Limb0) : MultiplyByTwo(a, b.Limb0, b.Limb1);
        }

        if ((a.Limb2 | a.Limb3) == 0)
        {
            return a.Limb1 == 0 ? MultiplyByOne(b, a.Limb0) : MultiplyByTwo(b, a.Limb0, a.Limb1);
        }

        // Both exceed 128 bits: so does the product 256.
        Reverted = true;
        return default;
    }

    /// <summary>floor(a / b).</summary>
    public UInt256 Divide(in UInt256 a, in UInt256 b)
    {
        if ((b.Limb2 | b.Limb3) == 0)
        {
            if (b.Limb1 != 0)
            {
                return DivideByTwo(a, b.Limb0, b.Limb1);
            }

            if (b.Limb0 != 0)
            {
                return DivideByOne(a, b.Limb0);
            }

            Reverted = true;
            return default;
        }

        return UInt256.DivRem(a, b).Quotient;
    }

    /// <summary>ceil(a / b).</summary>
    public UInt256 DivideUp(in UInt256 a, in UInt256 b)
    {
        // (a - 1) / b + 1, as the contracts do; zero stays zero.
        if (!a.IsZero)
        {
            return Add(Divide(Subtract(a, UInt256.One), b), UInt256.One);
        }

        Reverted |= b.IsZero;
        return default;
    }

    /// <summary>floor(a·b / c), where a·b must fit 256 bits, as in a contract.</summary>
    public UInt256 MultiplyDivide(in UInt256 a, in UInt256 b, in UInt256 c) => Divide(Multiply(a, b), c);

    /// <summary>Whether two iterates differ by at most one.</summary>
    public static bool IsWithinOne(in UInt256 a, in UInt256 b)
    {
        var (larger, smaller) = a > b ? (a, b) : (b, a);
        return larger - smaller <= UInt256.One;
    }

    /// <summary>a + b modulo 2^256, as an unchecked addition of the EVM.</summary>
    public static UInt256 WrappingAdd(in UInt256 a, in UInt256 b)
    {
        unchecked
        {
            var l0 = a.Limb0 + b.Limb0;
            var carry = l0 < a.Limb0 ? 1UL : 0UL;
            var l1 = WideArithmetic.AddLimb(a.Limb1, b.Limb1, ref carry);
            var l2 = WideArithmetic.AddLimb(a.Limb2, b.Limb2, ref carry);
            return new UInt256(l0, l1, l2, a.Limb3 + b.Limb3 + carry);
        }
    }

    /// <summary>a - b modulo 2^256.</summary>
    public static UInt256 WrappingSubtract(in UInt256 a, in UInt256 b)
    {
        unchecked
        {
            var l0 = a.Limb0 - b.Limb0;
            var borrow = a.Limb0 < b.Limb0 ? 1UL : 0UL;
            var l1 = WideArithmetic.SubtractLimb(a.Limb1, b.Limb1, ref borrow);
            var l2 = WideArithmetic.SubtractLimb(a.Limb2, b.Limb2, ref borrow);
            return new UInt256(l0, l1, l2, a.Limb3 - b.Limb3 - borrow);
        }
    }

    /// <summary>a·b modulo 2^256.</summary>
    public static UInt256 WrappingMultiply(in UInt256 a, in UInt256 b)
    {
        unchecked
        {
            var h00 = Math.BigMul(a.Limb0, b.Limb0, out var l0);
            var h01 = Math.BigMul(a.Limb0, b.Limb1, out var l01);
            var h10 = Math.BigMul(a.Limb1, b.Limb0, out var l10);
            var h11 = Math.BigMul(a.Limb1, b.Limb1, out var l11);
            var h02 = Math.BigMul(a.Limb0, b.Limb2, out var l02);
            var h20 = Math.BigMul(a.Limb2, b.Limb0, out var l20);
            UInt128 column = h00;
            column += l01;
            column += l10;
            var l1 = (ulong)column;
            column = (column >> 64) + h01 + h10 + l11 + l02 + l20;
            var l2 = (ulong)column;
            var l3 = (ulong)(column >> 64) + h11 + h02 + h20
                + (a.Limb0 * b.Limb3) + (a.Limb1 * b.Limb2) + (a.Limb2 * b.Limb1) + (a.Limb3 * b.Limb0);
            return new UInt256(l0, l1, l2, l3);
        }
    }

    /// <summary>floor(a / b), and zero where b is zero: the EVM's own division.</summary>
    public static UInt256 WrappingDivide(in UInt256 a, in UInt256 b)
    {
        var arithmetic = default(ContractArithmetic);
        return arithmetic.Divide(a, b);
    }

    private UInt256 MultiplyByOne(in UInt256 a, ulong b)
    {
        unchecked
        {
            var h0 = Math.BigMul(a.Limb0, b, out var l0);
            var h1 = Math.BigMul(a.Limb1, b, out var l1);
            l1 += h0;
            h1 += l1 < h0 ? 1UL : 0UL;
            if ((a.Limb2 | a.Limb3) == 0)
            {
                return new UInt256(l0, l1, h1, 0);
            }

            var h2 = Math.BigMul(a.Limb2, b, out var l2);
            l2 += h1;
            h2 += l2 < h1 ? 1UL : 0UL;
            var h3 = Math.BigMul(a.Limb3, b, out var l3);
            l3 += h2;
            h3 += l3 < h2 ? 1UL : 0UL;
            if (h3 != 0)
            {
                Reverted = true;
                return default;
            }

            return new UInt256(l0, l1, l2, l3);
        }
    }

    // a·(b0 + b1·2^64) with b1 above zero: a·b0, and a·b1 a limb higher.
    private UInt256 MultiplyByTwo(in UInt256 a, ulong b0, ulong b1)
    {
        unchecked
        {
            if ((a.Limb2 | a.Limb3) == 0)
            {
                var h0 = Math.BigMul(a.Limb0, b0, out var l0);
                var m1 = Math.BigMul(a.Limb1, b0, out var m0);
                var n1 = Math.BigMul(a.Limb0, b1, out var n0);
                var h2 = Math.BigMul(a.Limb1, b1, out var l2);
                var l1 = h0 + m0;
                var carry = l1 < m0 ? 1UL : 0UL;
                l1 += n0;
                carry += l1 < n0 ? 1UL : 0UL;
                l2 += m1;
                h2 += l2 < m1 ? 1UL : 0UL;
                l2 += n1;
                h2 += l2 < n1 ? 1UL : 0UL;
                l2 += carry;
                h2 += l2 < carry ? 1UL : 0UL;
                return new UInt256(l0, l1, l2, h2);
            }

            if (a.Limb3 != 0)
            {
                Reverted = true;
                return default;
            }

            var low = MultiplyByOne(a, b0);
            var high = MultiplyByOne(a, b1);
            if (high.Limb3 != 0)
            {
                Reverted = true;
                return default;
            }

            return Add(low, new UInt256(0, high.Limb0, high.Limb1, high.Limb2));
        }
    }

    private static UInt256 DivideByOne(in UInt256 a, ulong divisor)
    {
        ulong q3 = 0;
        ulong q2 = 0;
        ulong q1 = 0;
        ulong rest = 0;
        if (a.Limb3 != 0)
        {
            (q3, rest) = Math.DivRem(a.Limb3, divisor);
        }

        if ((a.Limb2 | rest) != 0)
        {
            (q2, rest) = WideArithmetic.Divide128By64(rest, a.Limb2, divisor);
        }

        if ((a.Limb1 | rest) != 0)
        {
            (q1, rest) = WideArithmetic.Divide128By64(rest, a.Limb1, divisor);
        }

        var (q0, _) = WideArithmetic.Divide128By64(rest, a.Limb0, divisor);
        return new UInt256(q0, q1, q2, q3);
    }

    // Schoolbook division by two limbs, the divisor shifted so that its top bit is set (Knuth, Algorithm D).
    private static UInt256 DivideByTwo(in UInt256 a, ulong d0, ulong d1)
    {
        unchecked
        {
            var shift = BitOperations.LeadingZeroCount(d1);
            d1 = Left(d1, d0, shift);
            d0 <<= shift;
            ulong r1;
            ulong r0;
            ulong q1 = 0;
            ulong q2 = 0;
            if ((a.Limb2 | a.Limb3) == 0)
            {
                r1 = Left(0, a.Limb1, shift);
                r0 = Left(a.Limb1, a.Limb0, shift);
            }
            else
            {
                r1 = Left(0, a.Limb3, shift);
                r0 = Left(a.Limb3, a.Limb2, shift);
                if (a.Limb3 != 0)
                {
                    q2 = QuotientLimb(ref r1, ref r0, Left(a.Limb2, a.Limb1, shift), d1, d0);
                }
                else
                {
                    r1 = r0;
                    r0 = Left(a.Limb2, a.Limb1, shift);
                }

                q1 = QuotientLimb(ref r1, ref r0, Left(a.Limb1, a.Limb0, shift), d1, d0);
            }

            var q0 = QuotientLimb(ref r1, ref r0, a.Limb0 << shift, d1, d0);
            return new UInt256(q0, q1, q2, 0);
        }
    }

    // The quotient of (r1, r0, next) by (d1, d0), the rest in (r1, r0). Needs (r1, r0) < (d1, d0), d1's top bit set.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong QuotientLimb(ref ulong r1, ref ulong r0, ulong next, ulong d1, ulong d0)
    {
        unchecked
        {
            ulong quotient;
            ulong rest;
            var isRestWide = false;
            if (r1 >= d1)
            {
                quotient = ulong.MaxValue;
                rest = r0 + d1;
                isRestWide = rest < d1;
            }
            else
            {
                (quotient, rest) = WideArithmetic.Divide128By64(r1, r0, d1);
            }

            var high = Math.BigMul(quotient, d0, out var low);
            while (!isRestWide && (high > rest || (high == rest && low > next)))
            {
                quotient--;
                rest += d1;
                isRestWide = rest < d1;
                high -= low < d0 ? 1UL : 0UL;
                low -= d0;
            }

            r1 = rest - high - (next < low ? 1UL : 0UL);
            r0 = next - low;
            return quotient;
        }
    }

    // The upper limb of (high, low) shifted left by less than 64.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Left(ulong high, ulong low, int shift) =>
        unchecked((high << shift) | ((low >> 1) >> (63 - shift)));
}
