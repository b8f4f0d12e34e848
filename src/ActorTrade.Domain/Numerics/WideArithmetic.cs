using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ActorTrade.Domain.Numerics;

/// <summary>
/// Unsigned arithmetic on little-endian 64-bit limbs, the engine below <see cref="UInt256"/>: schoolbook multiplication
/// and Knuth's Algorithm D (The Art of Computer Programming vol. 2, 4.3.1). It works in the caller's buffers and
/// allocates nothing. Only the used limbs are touched, since most amounts fit one or two of the four.
/// </summary>
internal static class WideArithmetic
{
    /// <summary>The number of limbs without leading zeros; 0 for zero.</summary>
    public static int UsedLimbs(ReadOnlySpan<ulong> limbs)
    {
        var used = limbs.Length;
        while (used > 0 && limbs[used - 1] == 0)
        {
            used--;
        }

        return used;
    }

    /// <summary>
    /// The high limb of a·b. Beside a plain product for the low one, both halves stay in registers;
    /// <see cref="Math.BigMul(ulong, ulong, out ulong)"/> writes one of them to memory.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MultiplyHigh(ulong a, ulong b) =>
        Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(a, b) : Math.BigMul(a, b, out _);

    /// <summary>a + b + carry in one limb; the carry, 0 or 1, becomes that of the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AddLimb(ulong a, ulong b, ref ulong carry)
    {
        unchecked
        {
            var sum = a + carry;
            carry = sum < carry ? 1UL : 0UL;
            sum += b;
            carry += sum < b ? 1UL : 0UL;
            return sum;
        }
    }

    /// <summary>a - b - borrow in one limb; the borrow, 0 or 1, becomes that of the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong SubtractLimb(ulong a, ulong b, ref ulong borrow)
    {
        unchecked
        {
            var difference = a - b;
            var below = a < b ? 1UL : 0UL;
            below += difference < borrow ? 1UL : 0UL;
            difference -= borrow;
            borrow = below;
            return difference;
        }
    }

    /// <summary>
    /// Writes a·b into the first a.Length + b.Length limbs of <paramref name="product"/>, which are zero before.
    /// </summary>
    public static void Multiply(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> product)
    {
        for (var i = 0; i < a.Length; i++)
        {
            ulong carry = 0;
            for (var j = 0; j < b.Length; j++)
            {
                // (2^64-1)^2 + 2·(2^64-1) = 2^128-1: the sum below cannot overflow 128 bits.
                var high = Math.BigMul(a[i], b[j], out var low);
                unchecked
                {
                    low += carry;
                    high += low < carry ? 1UL : 0UL;
                    low += product[i + j];
                    high += low < product[i + j] ? 1UL : 0UL;
                }

                product[i + j] = low;
                carry = high;
            }

            product[i + b.Length] = carry;
        }
    }

    /// <summary>
    /// Divides <paramref name="u"/> by <paramref name="v"/>. <paramref name="u"/> has one spare zero limb at its top
    /// and holds the remainder afterwards; <paramref name="v"/> has no leading zero limb and at most four limbs.
    /// <paramref name="quotient"/> has at least u.Length - v.Length limbs, zero before.
    /// </summary>
    public static void DivideInPlace(Span<ulong> u, ReadOnlySpan<ulong> v, Span<ulong> quotient)
    {
        if (v.Length == 1)
        {
            DivideByLimb(u, v[0], quotient);
            return;
        }

        var shift = BitOperations.LeadingZeroCount(v[^1]);
        Span<ulong> storage = stackalloc ulong[4];
        var divisor = storage[..v.Length];
        v.CopyTo(divisor);
        ShiftLeft(divisor, shift);
        ShiftLeft(u, shift);

        for (var j = u.Length - v.Length - 1; j >= 0; j--)
        {
            var window = u.Slice(j, v.Length + 1);
            var digit = EstimateDigit(window, divisor);
            if (SubtractMultiple(window, divisor, digit))
            {
                digit--;
                AddBack(window, divisor);
            }

            quotient[j] = digit;
        }

        ShiftRight(u, shift);
    }

    /// <summary>
    /// Quotient and remainder of (high·2^64 + low) / divisor; needs high &lt; divisor, so that the quotient fits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (ulong Quotient, ulong Remainder) Divide128By64(ulong high, ulong low, ulong divisor)
    {
        Debug.Assert(high < divisor, "The quotient would not fit one limb.");
        if (X86Base.X64.IsSupported)
        {
#pragma warning disable SYSLIB5004 // Preview API: the one instruction for this; the path below is its portable equal.
            return X86Base.X64.DivRem(low, high, divisor);
#pragma warning restore SYSLIB5004
        }

        return Divide128By64Portable(high, low, divisor);
    }

    /// <summary>
    /// The same as <see cref="Divide128By64"/> without the x86 instruction; also its oracle in tests.
    /// </summary>
    internal static (ulong Quotient, ulong Remainder) Divide128By64Portable(ulong high, ulong low, ulong divisor)
    {
        var dividend = new UInt128(high, low);
        var quotient = (ulong)(dividend / divisor);
        return (quotient, unchecked(low - (quotient * divisor)));
    }

    private static void DivideByLimb(Span<ulong> u, ulong divisor, Span<ulong> quotient)
    {
        ulong remainder = 0;
        for (var i = u.Length - 2; i >= 0; i--)
        {
            (quotient[i], remainder) = Divide128By64(remainder, u[i], divisor);
            u[i] = 0;
        }

        u[0] = remainder;
    }

    // Step D3: a digit that is right or one too large. When the top limbs are equal the two-limb quotient would not
    // fit: start at 2^64-1, whose remainder is the next limb plus the divisor's top, and is final if that overflows.
    private static ulong EstimateDigit(ReadOnlySpan<ulong> window, ReadOnlySpan<ulong> divisor)
    {
        var top = divisor[^1];
        ulong digit;
        ulong rest;
        if (window[^1] >= top)
        {
            digit = ulong.MaxValue;
            rest = unchecked(window[^2] + top);
            if (rest < top)
            {
                return digit;
            }
        }
        else
        {
            (digit, rest) = Divide128By64(window[^1], window[^2], top);
        }

        while (true)
        {
            var high = Math.BigMul(digit, divisor[^2], out var low);
            if (high < rest || (high == rest && low <= window[^3]))
            {
                return digit;
            }

            digit--;
            rest = unchecked(rest + top);
            if (rest < top)
            {
                return digit;
            }
        }
    }

    // Step D4: window -= digit·divisor, modulo 2^(64·length). True when it went below zero.
    private static bool SubtractMultiple(Span<ulong> window, ReadOnlySpan<ulong> divisor, ulong digit)
    {
        unchecked
        {
            ulong carry = 0;
            for (var i = 0; i < divisor.Length; i++)
            {
                var high = Math.BigMul(digit, divisor[i], out var low);
                low += carry;
                high += low < carry ? 1UL : 0UL;
                carry = high + (window[i] < low ? 1UL : 0UL);
                window[i] -= low;
            }

            var borrowed = window[^1] < carry;
            window[^1] -= carry;
            return borrowed;
        }
    }

    // Step D6: undoes one multiple too many; the carry out of the top cancels the borrow of step D4.
    private static void AddBack(Span<ulong> window, ReadOnlySpan<ulong> divisor)
    {
        unchecked
        {
            ulong carry = 0;
            for (var i = 0; i < divisor.Length; i++)
            {
                var sum = window[i] + carry;
                carry = sum < carry ? 1UL : 0UL;
                sum += divisor[i];
                carry += sum < divisor[i] ? 1UL : 0UL;
                window[i] = sum;
            }

            window[^1] += carry;
        }
    }

    private static void ShiftLeft(Span<ulong> limbs, int shift)
    {
        if (shift == 0)
        {
            return;
        }

        for (var i = limbs.Length - 1; i > 0; i--)
        {
            limbs[i] = (limbs[i] << shift) | (limbs[i - 1] >> (64 - shift));
        }

        limbs[0] <<= shift;
    }

    private static void ShiftRight(Span<ulong> limbs, int shift)
    {
        if (shift == 0)
        {
            return;
        }

        for (var i = 0; i < limbs.Length - 1; i++)
        {
            limbs[i] = (limbs[i] >> shift) | (limbs[i + 1] << (64 - shift));
        }

        limbs[^1] >>= shift;
    }
}
