using System.Numerics;
using ActorTrade.DefiTests.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Numerics;

/// <summary>Every operation against BigInteger, the sign and the edges of the range included.</summary>
public class Int256Tests
{
    private static readonly BigInteger Modulus = BigInteger.One << 256;
    private static readonly BigInteger Max = (BigInteger.One << 255) - 1;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Operations_equal_the_oracle(int seed)
    {
        var source = new CaseSource(seed);
        foreach (var i in ProofCases.Numbers(40_000))
        {
            var a = Next(source, i);
            var b = Next(source, i / 2);
            var (x, y) = (Big(a), Big(b));
            AssertSame(x + y, (ref bool reverted) => Int256.Add(a, b, ref reverted), Int256.WrappingAdd(a, b));
            AssertSame(
                x - y, (ref bool reverted) => Int256.Subtract(a, b, ref reverted), Int256.WrappingSubtract(a, b));
            AssertSame(
                x * y, (ref bool reverted) => Int256.Multiply(a, b, ref reverted), Int256.WrappingMultiply(a, b));
            AssertSame(
                y.IsZero ? null : BigInteger.Divide(x, y),
                (ref bool reverted) => Int256.Divide(a, b, ref reverted),
                Int256.WrappingDivide(a, b));
            AssertSame(BigInteger.Abs(x), (ref bool reverted) => Int256.Abs(a, ref reverted), wrapped: null);
            Assert.Equal(x > y, a > b);
            Assert.Equal(x <= y, a <= b);
            Assert.Equal(x == y, a == b);
            Assert.Equal(x.ToString(System.Globalization.CultureInfo.InvariantCulture), a.ToString());
        }
    }

    [Fact]
    public void Conversions_revert_outside_the_other_type()
    {
        var reverted = false;
        Assert.Equal(Max, Big(Int256.Convert((UInt256)Max, ref reverted)));
        Assert.False(reverted);
        Int256.Convert((UInt256)(Max + 1), ref reverted);
        Assert.True(reverted);
        reverted = false;
        ((Int256)(-1)).ToUnsigned(ref reverted);
        Assert.True(reverted);
    }

    private static BigInteger Big(Int256 value) =>
        value.IsNegative ? (BigInteger)value.Bits - Modulus : (BigInteger)value.Bits;

    private static Int256 Next(CaseSource source, int i)
    {
        var bits = i % 2 == 0 ? source.Extreme() : source.Bits(256);
        return source.Int(0, 1) == 0
            ? Int256.FromBits(bits)
            : Int256.FromBits(ContractArithmetic.WrappingSubtract(UInt256.Zero, bits));
    }

    private delegate Int256 Operation(ref bool reverted);

    private static void AssertSame(BigInteger? expected, Operation operation, Int256? wrapped)
    {
        var reverted = false;
        var actual = operation(ref reverted);
        var fits = expected >= -Max - 1 && expected <= Max;
        Assert.Equal(fits, !reverted);
        if (fits)
        {
            Assert.Equal(expected, Big(actual));
        }

        if (wrapped is { } modulo)
        {
            var bits = expected is { } value ? ((value % Modulus) + Modulus) % Modulus : 0;
            Assert.Equal(bits, (BigInteger)modulo.Bits);
        }
    }
}
