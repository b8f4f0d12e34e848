using System.Numerics;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

public class WideDivisionTests
{
    [Fact]
    public void Products_and_quotients_equal_those_of_integers_without_end() =>
        ProofCases.ForEach("wide division", static c =>
        {
            var (a, b) = ((UInt128)c.Sized(128), (UInt128)c.Sized(128));
            var divisor = (UInt128)c.Positive(128);

            var high = WideDivision.Multiply(a, b, out var low);

            Assert.Equal((BigInteger)a * b, ((BigInteger)high << 128) + low);
            high = c.Chance(4) ? divisor - 1 : high % divisor;
            var quotient = WideDivision.Divide(high, low, divisor, out var remainder);
            var expected = BigInteger.DivRem(((BigInteger)high << 128) + low, divisor, out var rest);
            Assert.Equal(expected, (BigInteger)quotient);
            Assert.Equal(rest, (BigInteger)remainder);
        });

    [Fact]
    public void Digits_estimated_too_large_are_taken_back()
    {
        // Top limbs equal, and the second limb all ones: both corrections of the estimate.
        var divisor = new UInt128(0x8000000000000000, ulong.MaxValue);
        var high = divisor - 1;
        var quotient = WideDivision.Divide(high, UInt128.MaxValue, divisor, out var remainder);
        var value = ((BigInteger)high << 128) + UInt128.MaxValue;
        Assert.Equal(value / divisor, (BigInteger)quotient);
        Assert.Equal(value % divisor, (BigInteger)remainder);
    }

    [Fact]
    public void Ratios_below_128_bits_equal_those_of_integers_without_end() =>
        ProofCases.ForEach("wide ratio", static c =>
        {
            var (a, b, divisor) = ((UInt128)c.Sized(128), (UInt128)c.Sized(128), c.Positive(256));
            var dividend = (BigInteger)a * b << 96;

            // Also divisors next to a quotient of a few digits' edge.
            if (c.Chance(2) && !dividend.IsZero)
            {
                var near = (dividend / c.Positive(129)) + c.Between(1, 2);
                divisor = BigInteger.Min(near, (BigInteger.One << 256) - 1);
            }

            var wide = (UInt256)divisor;
            var fits = WideRatio.TryMulDiv96(
                a, b, wide.High128, wide.Low128, out var quotient, out var isExact);

            Assert.Equal(dividend / divisor < BigInteger.One << 128, fits);
            if (fits)
            {
                Assert.Equal(dividend / divisor, (BigInteger)quotient);
                Assert.Equal((dividend % divisor).IsZero, isExact);
            }
        });

    [Fact]
    public void The_quick_double_is_near() =>
        ProofCases.ForEach("quick double", static c =>
        {
            var value = c.Amount(256);
            var near = UInt256Conversions.ToDoubleNear(value);
            Assert.InRange(near, (double)value * (1 - 1e-15), (double)value * (1 + 1e-15));
        }, share: 5);

    [Fact]
    public void Accumulators_wrap() =>
        ProofCases.ForEach("wrapping", static c =>
        {
            var (a, b) = (c.Amount(256), c.Amount(256));
            var modulus = BigInteger.One << 256;
            Assert.Equal(((BigInteger)a + (BigInteger)b) % modulus, (BigInteger)WrappingArithmetic.Add(a, b));
            Assert.Equal(
                ((BigInteger)a - (BigInteger)b + modulus) % modulus, (BigInteger)WrappingArithmetic.Subtract(a, b));
        }, share: 5);
}
