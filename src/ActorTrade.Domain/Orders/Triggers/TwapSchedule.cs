using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Orders.Triggers;

/// <summary>An amount in equal slices, the first at once and one more every interval.</summary>
public static class TwapSchedule
{
    /// <summary>What so many slices come to, rounded down; the last is all, whatever the division left over.</summary>
    public static UInt256 Sum(UInt256 amount, int due, int slices) =>
        due >= slices ? amount : UInt256.MulDivDown(amount, (uint)due, (uint)slices);

    /// <summary>How many slices are due at a time, 1 to all.</summary>
    public static int DueAt(DateTimeOffset now, DateTimeOffset since, TimeSpan every, int slices) => (int)Math.Min(
        slices, 1 + ((now - since).Ticks / Math.Max(1, every.Ticks)));
}
