using System.Numerics;
using ActorTrade.DefiTests.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Numerics;

/// <summary>Every operation against BigInteger; a revert must be noticed exactly when it happens.</summary>
public class ContractArithmeticTests
{
    private static readonly BigInteger Modulus = BigInteger.One << 256;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Checked_operations_equal_the_oracle(int seed)
    {
        var source = new CaseSource(seed);
        foreach (var i in ProofCases.Numbers(40_000))
        {
            var (a, b) = Pair(source, i);
            var (x, y) = ((BigInteger)a, (BigInteger)b);
            AssertSame(x + y, (ref ContractArithmetic m) => m.Add(a, b));
            AssertSame(x - y, (ref ContractArithmetic m) => m.Subtract(a, b));
            AssertSame(x * y, (ref ContractArithmetic m) => m.Multiply(a, b));
            AssertSame(y.IsZero ? null : x / y, (ref ContractArithmetic m) => m.Divide(a, b));
            AssertSame(y.IsZero ? null : (x + y - 1) / y, (ref ContractArithmetic m) => m.DivideUp(a, b));
            Assert.Equal(BigInteger.Abs(x - y) <= 1, ContractArithmetic.IsWithinOne(a, b));
        }
    }

    [Theory]
    [InlineData(3)]
    public void Wrapping_operations_equal_the_oracle(int seed)
    {
        var source = new CaseSource(seed);
        foreach (var i in ProofCases.Numbers(40_000))
        {
            var (a, b) = Pair(source, i);
            var (x, y) = ((BigInteger)a, (BigInteger)b);
            Assert.Equal((x + y) % Modulus, (BigInteger)ContractArithmetic.WrappingAdd(a, b));
            Assert.Equal((x - y + Modulus) % Modulus, (BigInteger)ContractArithmetic.WrappingSubtract(a, b));
            Assert.Equal(x * y % Modulus, (BigInteger)ContractArithmetic.WrappingMultiply(a, b));
            Assert.Equal(y.IsZero ? 0 : x / y, (BigInteger)ContractArithmetic.WrappingDivide(a, b));
        }
    }

    private static (UInt256 A, UInt256 B) Pair(CaseSource source, int i) => (i % 3) switch
    {
        0 => (source.Bits(256), source.Bits(128)),
        1 => (source.Extreme(), source.Extreme()),
        _ => (source.Bits(256), source.Bits(256)),
    };

    private delegate UInt256 Operation(ref ContractArithmetic m);

    private static void AssertSame(BigInteger? expected, Operation operation)
    {
        var m = default(ContractArithmetic);
        var actual = operation(ref m);
        var fits = expected is { Sign: >= 0 } value && value < Modulus;
        Assert.Equal(fits, !m.Reverted);
        if (fits)
        {
            Assert.Equal(expected, (BigInteger)actual);
        }
    }
}
