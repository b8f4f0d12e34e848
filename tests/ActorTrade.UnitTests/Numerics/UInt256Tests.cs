using System.Numerics;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.UnitTests.Numerics;

public sealed class UInt256Tests
{
    [Fact]
    public void Operators_throw_instead_of_wrapping()
    {
        Assert.Throws<OverflowException>(() => UInt256.MaxValue + UInt256.One);
        Assert.Throws<OverflowException>(() => UInt256.Zero - UInt256.One);
        Assert.Throws<OverflowException>(() => UInt256.MaxValue * 2);
        Assert.Throws<DivideByZeroException>(() => UInt256.One / UInt256.Zero);
        Assert.Throws<DivideByZeroException>(() => UInt256.One % UInt256.Zero);
        Assert.Throws<DivideByZeroException>(() => UInt256.MulDivUp(1, 1, 0));
        Assert.Throws<OverflowException>(() => UInt256.MulDivDown(UInt256.MaxValue, 2, 1));
    }

    [Fact]
    public void MulDivUp_overflows_when_only_the_rounding_does()
    {
        // With M = 2^256-1 and c = 2^255: (M-1)·(c+1) = M·c + (M-c-1), and 0 < M-c-1 < c.
        var c = UInt256.One << 255;
        var (a, b) = (UInt256.MaxValue - UInt256.One, c + UInt256.One);
        Assert.Equal(UInt256.MaxValue, UInt256.MulDivDown(a, b, c));
        Assert.False(UInt256.TryMulDivUp(a, b, c, out var none));
        Assert.Equal(UInt256.Zero, none);
        Assert.Throws<OverflowException>(() => UInt256.MulDivUp(a, b, c));
    }

    [Fact]
    public void Knuth_add_back_and_equal_top_limbs_are_exact()
    {
        // The first makes the estimated digit one too large after correction, the second has equal top limbs.
        AssertDivision(
            "0x800000000000000000000000000000000000000000000003",
            "0x200000000000000000000000000000000000000000000001");
        AssertDivision(
            "0x7fffffffffffffff8000000000000000000000000000000000000000000000",
            "0x800000000000000000000000000000000000000000000001");
        AssertDivision(
            "0xfffffffffffffffffffffffffffffffe0000000000000000ffffffffffffffff",
            "0xffffffffffffffffffffffffffffffff");
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1_000")]
    [InlineData("1e3")]
    [InlineData("1.0")]
    [InlineData("0x")]
    [InlineData("0xg")]
    [InlineData("ff")]
    [InlineData("١")]
    public void Parse_refuses_malformed_text(string text)
    {
        Assert.False(UInt256.TryParse(text, out var value));
        Assert.Equal(UInt256.Zero, value);
        Assert.Throws<FormatException>(() => UInt256.Parse(text));
    }

    [Fact]
    public void Parse_takes_the_largest_number_and_refuses_the_next()
    {
        const string largest = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
        Assert.Equal(UInt256.MaxValue, UInt256.Parse(largest));
        Assert.Equal(UInt256.MaxValue, UInt256.Parse("0x" + new string('f', 64)));
        Assert.Equal(largest, UInt256.MaxValue.ToString());
        Assert.Throws<OverflowException>(() => UInt256.Parse(largest[..^1] + "6"));
        Assert.Throws<OverflowException>(() => UInt256.Parse("1" + new string('0', 78)));
        Assert.Throws<OverflowException>(() => UInt256.Parse("0x1" + new string('0', 64)));
        Assert.Equal("0", UInt256.Zero.ToString());
        Assert.Equal("0x0", UInt256.Zero.ToString("x"));
        Assert.Throws<FormatException>(() => UInt256.One.ToString("N2"));
    }

    [Fact]
    public void TryFormat_refuses_a_short_buffer()
    {
        Span<char> buffer = stackalloc char[3];
        Assert.False(((UInt256)1234).TryFormat(buffer, out var written));
        Assert.Equal(0, written);
        Assert.True(((UInt256)123).TryFormat(buffer, out written));
        Assert.Equal(3, written);
    }

    [Fact]
    public void Conversions_are_exact_or_throw()
    {
        Assert.Throws<OverflowException>(() => (UInt256)(-1));
        Assert.Throws<OverflowException>(() => (UInt256)(-1L));
        Assert.Throws<OverflowException>(() => (UInt256)1.5m);
        Assert.Throws<OverflowException>(() => (UInt256)(-1m));
        Assert.Throws<OverflowException>(() => (UInt256)double.NaN);
        Assert.Throws<OverflowException>(() => (UInt256)double.PositiveInfinity);
        Assert.Throws<OverflowException>(() => (UInt256)(-0.5));
        Assert.Throws<OverflowException>(() => (UInt256)Math.ScaleB(1, 256));
        Assert.Throws<OverflowException>(() => (UInt256)BigInteger.MinusOne);
        Assert.Throws<OverflowException>(() => (UInt256)(BigInteger.One << 256));
        Assert.Throws<OverflowException>(() => (ulong)((UInt256)ulong.MaxValue + UInt256.One));
        Assert.Throws<OverflowException>(() => (UInt128)(UInt256.One << 128));
        Assert.Equal((UInt256)7, (UInt256)7.9);
        Assert.Equal((UInt256)7, (UInt256)7.00m);
        Assert.Equal(UInt256.One << 255, (UInt256)Math.ScaleB(1, 255));
        Assert.Equal(UInt128.MaxValue, (UInt128)(UInt256)UInt128.MaxValue);
        UInt256 fromLiteral = 5;
        Assert.True(fromLiteral == 5UL && fromLiteral < 6u);
    }

    [Fact]
    public void Limbs_and_bytes_outside_the_shape_are_refused()
    {
        Assert.Throws<ArgumentException>(() => UInt256.FromLimbs(new ulong[5]));
        Assert.Throws<ArgumentException>(() => UInt256.ReadLittleEndian(new byte[7]));
        Assert.Throws<ArgumentException>(() => UInt256.ReadLittleEndian(new byte[40]));
        Assert.Throws<ArgumentOutOfRangeException>(() => UInt256.One.GetLimb(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => UInt256.One << -1);
        Assert.Equal(0, UInt256.Zero.LimbCount);
        Assert.Equal(UInt256.One << 128, UInt256.FromLimbs([0, 0, 1]));
    }

    [Fact]
    public void Arithmetic_allocates_nothing()
    {
        var (a, b, c) = (UInt256.One << 200, UInt256.MaxValue, UInt256.MaxValue - (UInt256)3);
        Calculate(a, b, c);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Calculate(a, b, c);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static UInt256 Calculate(UInt256 a, UInt256 b, UInt256 c) =>
        UInt256.MulDivUp(a, b, c) + UInt256.Sqrt(b) + (b / a) + (c % a) + (a >> 3);

    private static void AssertDivision(string dividend, string divisor)
    {
        var (a, b) = (UInt256.Parse(dividend), UInt256.Parse(divisor));
        var (quotient, remainder) = UInt256.DivRem(a, b);
        Assert.Equal((BigInteger)a / (BigInteger)b, (BigInteger)quotient);
        Assert.Equal((BigInteger)a % (BigInteger)b, (BigInteger)remainder);
    }
}
