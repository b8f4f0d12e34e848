namespace ActorTrade.Domain.Numerics;

/// <summary>
/// Arithmetic modulo 2^256, for the few accumulators that wrap on chain by design: only differences of them mean
/// anything.
/// </summary>
internal static class WrappingArithmetic
{
    public static UInt256 Add(UInt256 a, UInt256 b) =>
        UInt256.TryAdd(a, b, out var sum) ? sum : a - (UInt256.MaxValue - b) - UInt256.One;

    public static UInt256 Subtract(UInt256 a, UInt256 b) =>
        UInt256.TrySubtract(a, b, out var difference) ? difference : UInt256.MaxValue - (b - a) + UInt256.One;
}
