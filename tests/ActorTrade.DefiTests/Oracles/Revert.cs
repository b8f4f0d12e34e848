using System.Numerics;

namespace ActorTrade.DefiTests.Oracles;

/// <summary>What a contract does where it cannot answer.</summary>
internal sealed class RevertException(string reason) : Exception(reason);

/// <summary>A contract's uint256, checked: outside 0 to 2^256 - 1 it reverts. As slow and obvious as can be.</summary>
internal readonly record struct U256
{
    private static readonly BigInteger Limit = BigInteger.One << 256;

    public U256(BigInteger value) =>
        Value = value.Sign >= 0 && value < Limit ? value : throw new RevertException("outside uint256");

    public BigInteger Value { get; }

    public static implicit operator U256(int value) => new(value);

    public static implicit operator U256(BigInteger value) => new(value);

    public static implicit operator U256(ActorTrade.Domain.Numerics.UInt256 value) => new((BigInteger)value);

    public static U256 operator +(U256 a, U256 b) => new(a.Value + b.Value);

    public static U256 operator -(U256 a, U256 b) => new(a.Value - b.Value);

    public static U256 operator *(U256 a, U256 b) => new(a.Value * b.Value);

    public static U256 operator /(U256 a, U256 b) =>
        b.Value.IsZero ? throw new RevertException("division by zero") : new(a.Value / b.Value);

    public static bool operator >(U256 a, U256 b) => a.Value > b.Value;

    public static bool operator <(U256 a, U256 b) => a.Value < b.Value;

    public static bool operator >=(U256 a, U256 b) => a.Value >= b.Value;

    public static bool operator <=(U256 a, U256 b) => a.Value <= b.Value;

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
