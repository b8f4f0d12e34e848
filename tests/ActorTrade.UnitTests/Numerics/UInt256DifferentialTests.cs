using System.Globalization;
using System.Numerics;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.UnitTests.Numerics;

/// <summary>
/// Every operation against BigInteger, the slow and obvious oracle; overflow must be noticed exactly when it happens.
/// </summary>
public sealed class UInt256DifferentialTests
{
    private const int PairsPerSeed = 30_000;

    public static TheoryData<int> Seeds => [1, 2, 3, 4, 5];

    private static BigInteger Big(UInt256 value) => (BigInteger)value;

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Sum_difference_product_quotient_and_order_equal_the_oracle(int seed)
    {
        var numbers = new NumberSource(seed);
        for (var i = 0; i < PairsPerSeed; i++)
        {
            var a = numbers.Next();
            var b = numbers.Next();
            var (x, y) = (Big(a), Big(b));
            AssertSame(UInt256.TryAdd(a, b, out var sum), sum, x + y);
            AssertSame(UInt256.TrySubtract(a, b, out var difference), difference, x - y);
            AssertSame(UInt256.TryMultiply(a, b, out var product), product, x * y);
            Assert.Equal(x.CompareTo(y), a.CompareTo(b));
            if (!b.IsZero)
            {
                var (quotient, remainder) = UInt256.DivRem(a, b);
                Assert.Equal(BigInteger.DivRem(x, y), (Big(quotient), Big(remainder)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void MulDiv_equals_the_oracle_in_both_roundings(int seed)
    {
        var numbers = new NumberSource(seed + 100);
        for (var i = 0; i < PairsPerSeed; i++)
        {
            var (a, b, c) = (numbers.Next(), numbers.Next(), numbers.Next());
            if (c.IsZero)
            {
                Assert.Throws<DivideByZeroException>(() => UInt256.MulDivDown(a, b, c));
                continue;
            }

            var down = BigInteger.DivRem(Big(a) * Big(b), Big(c), out var remainder);
            var fits = UInt256.TryMulDivRem(a, b, c, out var quotient, out var rest);
            AssertSame(fits, quotient, down);
            Assert.Equal(fits ? remainder : 0, Big(rest));
            AssertSame(UInt256.TryMulDivUp(a, b, c, out var up), up, down + (remainder.IsZero ? 0 : 1));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void MulDiv_of_amounts_that_fit_the_divisor_equals_the_oracle(int seed)
    {
        var numbers = new NumberSource(seed + 200);
        for (var i = 0; i < PairsPerSeed; i++)
        {
            // b at most c, so that the quotient always fits and the division itself is what is tested.
            var (a, b, c) = (numbers.Next(), numbers.Next(), numbers.Next());
            (b, c) = (UInt256.Min(b, c), UInt256.Max(UInt256.Max(b, c), UInt256.One));
            Assert.Equal(Big(a) * Big(b) / Big(c), Big(UInt256.MulDivDown(a, b, c)));
            Assert.Equal(BigInteger.Compare(Big(a) * Big(b), Big(c) * Big(a)), UInt256.CompareProducts(a, b, c, a));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Sqrt_is_the_floor_of_the_root(int seed)
    {
        var numbers = new NumberSource(seed + 300);
        for (var i = 0; i < 10_000; i++)
        {
            var value = numbers.Next();
            AssertFloorOfRoot(value);

            // Around perfect squares, where one off shows.
            var half = numbers.NextBelow(128);
            var square = half * half;
            AssertFloorOfRoot(square);
            AssertFloorOfRoot(square.IsZero ? square : square - UInt256.One);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Shifts_and_bits_equal_the_oracle(int seed)
    {
        var numbers = new NumberSource(seed + 400);
        for (var i = 0; i < 10_000; i++)
        {
            var (a, b) = (numbers.Next(), numbers.Next());
            var shift = numbers.Below(260);
            Assert.Equal(Big(a) >> shift, Big(a >> shift));
            var left = Big(a) << shift;
            if (left < NumberSource.Limit)
            {
                Assert.Equal(left, Big(a << shift));
            }
            else
            {
                Assert.Throws<OverflowException>(() => a << shift);
            }

            Assert.Equal((Big(a) & Big(b), Big(a) | Big(b), Big(a) ^ Big(b)), (Big(a & b), Big(a | b), Big(a ^ b)));
            Assert.Equal((int)Big(a).GetBitLength(), a.BitLength);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Text_limbs_and_bytes_round_trip(int seed)
    {
        var numbers = new NumberSource(seed + 500);
        Span<byte> bytes = stackalloc byte[32];
        for (var i = 0; i < 10_000; i++)
        {
            var value = numbers.Next();
            var text = value.ToString();
            Assert.Equal(Big(value).ToString(CultureInfo.InvariantCulture), text);
            Assert.Equal(value, UInt256.Parse(text));
            Assert.Equal(value, UInt256.Parse("000" + text));
            Assert.Equal(value, UInt256.Parse(value.ToString("x")));
            Assert.Equal(value, UInt256.Parse(value.ToString("X")));
            var length = value.WriteLittleEndian(bytes);
            Assert.Equal(value.LimbCount * 8, length);
            Assert.Equal(value, UInt256.ReadLittleEndian(bytes[..length]));
            Assert.Equal(value, (UInt256)Big(value));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Doubles_are_the_nearest_and_decimals_are_exact_or_refused(int seed)
    {
        var numbers = new NumberSource(seed + 600);
        for (var i = 0; i < 10_000; i++)
        {
            var value = numbers.Next();
            var lossy = (double)value;
            Assert.Equal(double.Parse(value.ToString(), CultureInfo.InvariantCulture), lossy);
            if (lossy < Math.ScaleB(1, 256))
            {
                Assert.Equal(new BigInteger(lossy), Big((UInt256)lossy));
            }

            if (Big(value) <= new BigInteger(decimal.MaxValue))
            {
                Assert.Equal((decimal)Big(value), (decimal)value);
                Assert.Equal(value, (UInt256)(decimal)value);
            }
            else
            {
                Assert.Throws<OverflowException>(() => (decimal)value);
            }
        }
    }

    [Fact]
    public void The_portable_limb_division_equals_the_hardware_one()
    {
        var numbers = new NumberSource(7);
        for (var i = 0; i < 30_000; i++)
        {
            var divisor = numbers.NextLimb() >> numbers.Below(64);
            divisor = divisor == 0 ? 1 : divisor;
            var dividend = new UInt128(numbers.NextLimb() % divisor, numbers.NextLimb());
            var (high, low) = ((ulong)(dividend >> 64), (ulong)(dividend & ulong.MaxValue));
            var expected = ((ulong)(dividend / divisor), (ulong)(dividend % divisor));
            Assert.Equal(expected, WideArithmetic.Divide128By64(high, low, divisor));
            Assert.Equal(expected, WideArithmetic.Divide128By64Portable(high, low, divisor));
        }
    }

    private static void AssertSame(bool fits, UInt256 actual, BigInteger expected)
    {
        var shouldFit = expected.Sign >= 0 && expected < NumberSource.Limit;
        if (fits != shouldFit || Big(actual) != (shouldFit ? expected : 0))
        {
            Assert.Fail($"Expected {(shouldFit ? expected : "overflow")}, got {(fits ? actual : "overflow")}.");
        }
    }

    private static void AssertFloorOfRoot(UInt256 value)
    {
        var root = Big(UInt256.Sqrt(value));
        Assert.True(root * root <= Big(value) && (root + 1) * (root + 1) > Big(value), $"sqrt({value}) gave {root}.");
    }
}
